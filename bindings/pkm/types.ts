// What the PKM codec hands out and takes. Decoding never throws: it yields a message or a coded error; what is wrong
// with a single attribute is said at that attribute, so that each receiver can apply its own checks in its own order.
import type { TlvErrorCode } from '../tlv/types.js';
import type { AttributeRow, MessageRow, Profile } from './table.js';

/** Computes the digest (20 bytes HMAC-SHA1, or 12 bytes CMAC-Digest) over the covered bytes: from the Type byte up to, not including, the digest attribute. */
export type Sign = (covered: Uint8Array) => Uint8Array;

/**
 * How an attribute stands to its table row.
 * - `ok`: known, of right length (and its nested attributes parse)
 * - `unknown`: no row for (code, type, length)
 * - `length`: known, but of a length the row does not allow; `value` is undefined
 * - `nested`: a compound whose inner TLVs do not parse; `value` is undefined, `children` holds those before the break
 */
export type AttributeStatus = 'ok' | 'unknown' | 'length' | 'nested';

/** uint up to 32 bits: number; 64 bits: bigint; text: string; everything else bytes. Compounds have `children`. */
export type AttributeValue = number | bigint | string | Uint8Array;

/** One attribute as it came (802.16 §11.9): what the table says of it, and its bytes. */
export interface Attribute {
  readonly type: number;
  /** The row that names it; undefined if `status` is `unknown`. */
  readonly row: AttributeRow | undefined;
  readonly status: AttributeStatus;
  /** Offset of the type byte from the start of the message. */
  readonly offset: number;
  readonly headerLength: number;
  readonly minimal: boolean;
  /** The value's bytes, a view. */
  readonly bytes: Uint8Array;
  /** The value as the row's format reads it. */
  readonly value: AttributeValue | undefined;
  /** Attributes within a compound; empty otherwise. */
  readonly children: readonly Attribute[];
  /** With `nested`: why and where (offset from the start of the message) the inner TLVs broke. */
  readonly broken?: { readonly code: TlvErrorCode; readonly offset: number } | undefined;
}

/**
 * The digest attribute (HMAC-Digest 11; in PKMv2 messages also CMAC-Digest 40). `covered` are the bytes it is computed over:
 * from the Type byte up to the digest attribute. Anything but `present` must be treated as a wrong digest, except where the message has none by its table.
 */
export type Digest =
  | {
      readonly state: 'present';
      readonly attribute: Attribute;
      readonly covered: Uint8Array;
      readonly value: Uint8Array;
    }
  | { readonly state: 'missing' | 'repeated' | 'length' | 'not-last' };

/** Things accepted and counted. */
export interface Notes {
  /** Attributes without a row, or that have no place in this message. */
  readonly unknown: number;
  /** Non-minimal lengths, nested ones included. */
  readonly nonMinimal: number;
  /** 1 if the known attributes stand in another order than the table's (the digest last), else 0. */
  readonly reordered: number;
}

/** A decoded management message of PKM. */
export interface PkmMessage {
  readonly profile: Profile;
  readonly row: MessageRow;
  /** 9 PKM-REQ, 10 PKM-RSP; already known to fit the code. */
  readonly type: number;
  readonly code: number;
  readonly identifier: number;
  /** The whole message from the Type byte, a view. */
  readonly bytes: Uint8Array;
  /** In the order received: unknown and repeated ones included. */
  readonly attributes: readonly Attribute[];
  readonly digest: Digest;
  readonly notes: Notes;
  /** Types that occur more than once where one is all there may be, unknown types included (digest and TEK-Parameters apart). */
  readonly repeated: readonly number[];
  /** Mandatory types of this message's table that do not occur (digest apart). */
  readonly missing: readonly number[];
}

/**
 * - `SHORT`: fewer than 3 bytes
 * - `TLV_TRUNCATED`, `TLV_LENGTH`: the attributes do not parse
 * - `TYPE`: neither PKM-REQ nor PKM-RSP
 * - `CODE`: a code the profile has no message for
 * - `DIRECTION`: a response's code in a PKM-REQ, or the reverse
 * Checked in this order; all are answered by silence.
 */
export type MessageErrorCode = 'SHORT' | TlvErrorCode | 'TYPE' | 'CODE' | 'DIRECTION';

/** A message, or a coded error and the offset (from the Type byte) where it shows. */
export type MessageResult =
  | { readonly ok: true; readonly message: PkmMessage }
  | { readonly ok: false; readonly code: MessageErrorCode; readonly offset: number };

/** One attribute of a message as a receiver's checks see it. `length`: present once, but of wrong length (in bytes). */
export type Field<T> =
  | { readonly state: 'present'; readonly value: T }
  | { readonly state: 'absent' }
  | { readonly state: 'repeated' }
  | { readonly state: 'length'; readonly length: number };

/** A Key Request as the BS's checks need it: every field with its state. */
export interface KeyRequestFields {
  readonly identifier: number;
  /** Key-Sequence-Number as sent, 0..255: not folded to four bits. */
  readonly akSequence: Field<number>;
  readonly said: Field<number>;
  readonly serviceType: Field<number>;
  readonly groupId: Field<number>;
  /** 158; of another length it is an unknown attribute and `absent` here. */
  readonly freshness: Field<bigint>;
}

/** Service type of attribute 28 (patent ¶71): 0 unicast, 1 multicast, 2 broadcast. */
export interface ServiceFields {
  readonly serviceType?: number;
  /** Multicast service group ID, 0..255; only with service type 1. */
  readonly groupId?: number;
}

/** An SS asks for the two TEKs of a service (802.16 §6.3.2.3.9). */
export interface KeyRequest extends ServiceFields {
  readonly identifier: number;
  /** Sequence number of the AK, 0..15. */
  readonly akSequence: number;
  readonly said: number;
  /** Attribute 158, 64 bits. */
  readonly freshness?: bigint;
}

/** TEK-Parameters. */
export interface TekParameters {
  /** The TEK wrapped: 24 bytes (AES key wrap) or 16 (AES-ECB). */
  readonly tek: Uint8Array;
  /** Remaining lifetime in whole seconds. */
  readonly lifetime: number;
  /** 0..3. */
  readonly sequence: number;
}

/** The two TEKs of the SA that the service runs under, wrapped (802.16 §6.3.2.3.9). */
export interface KeyReply extends ServiceFields {
  readonly identifier: number;
  readonly akSequence: number;
  readonly said: number;
  /** Older, newer. */
  readonly tek: readonly [TekParameters, TekParameters];
  /** Attribute 159. */
  readonly pnSenderBits?: number;
  readonly freshness?: bigint;
}

/** No TEKs for that service, and why (802.16 §6.3.2.3.9). */
export interface KeyReject extends ServiceFields {
  readonly identifier: number;
  readonly akSequence: number;
  readonly said: number;
  readonly errorCode: number;
  /** 1..128 bytes of UTF-8. */
  readonly displayString?: string;
  readonly freshness?: bigint;
}

/** Tells the BS which CA signed the certificate that comes with the Auth Request. */
export interface AuthInfo {
  /** DER. */
  readonly caCertificate: Uint8Array;
}

/** An SS asks for an AK (802.16 §6.3.2.3.9). */
export interface AuthRequest {
  readonly identifier: number;
  /** The SS's X.509 certificate, DER. */
  readonly certificate: Uint8Array;
  /** Three bytes each. */
  readonly suites: readonly Uint8Array[];
  /** Primary SAID = basic CID. */
  readonly said: number;
}

/** An SA that the SS may ask keys for. */
export interface SaDescriptor {
  readonly said: number;
  /** 0 primary, 1 static, 2 dynamic. */
  readonly saType: number;
  /** Three bytes. */
  readonly suite: Uint8Array;
}

/** PKM-Configuration-Settings 27, whole seconds. */
export interface PkmTimers {
  readonly authorizeWait: number;
  readonly reauthorizeWait: number;
  readonly authorizationGrace: number;
  readonly operationalWait: number;
  readonly rekeyWait: number;
  readonly tekGrace: number;
  readonly authorizeRejectWait: number;
}

/** Has no digest; `signature` of {@link SignedAuthReply} may stand in for one. */
export interface AuthReply {
  readonly identifier: number;
  /** The AK under the SS's RSA key (OAEP, SHA-1): as many bytes as the modulus. */
  readonly authKey: Uint8Array;
  /** Of the AK, in whole seconds. */
  readonly lifetime: number;
  /** 0..15. */
  readonly akSequence: number;
  readonly sas: readonly SaDescriptor[];
  readonly timers?: PkmTimers;
  /** DER; with a signature only. */
  readonly bsCertificate?: Uint8Array;
}

/** `covered`: the message up to, not including, attribute 38. */
export interface SignedAuthReply extends AuthReply {
  readonly signature?: { readonly covered: Uint8Array; readonly value: Uint8Array };
}

/** Has no digest. */
export interface AuthReject {
  readonly identifier: number;
  readonly errorCode: number;
  readonly displayString?: string;
}

/** Has no digest. */
export interface AuthInvalid {
  readonly identifier: number;
  readonly errorCode: number;
  readonly displayString?: string;
}

/** Always sent with Identifier 0. */
export interface TekInvalid {
  readonly akSequence: number;
  readonly said: number;
  readonly errorCode: number;
  readonly displayString?: string;
}

/** Why a message does not give its typed body; `type` is the attribute's. `CODE`: another message; `VALUE`: a value out of range. */
export type BodyErrorCode = 'CODE' | 'MISSING' | 'REPEATED' | 'LENGTH' | 'NESTED' | 'VALUE';
/** A typed body, or what keeps the message from having one. */
export type Body<T> =
  | { readonly ok: true; readonly body: T }
  | { readonly ok: false; readonly code: BodyErrorCode; readonly type: number | undefined };

/** What goes into an attribute: by table key with a value of the row's format, or any type with raw bytes. */
export type AttributeInput =
  | { readonly key: string; readonly value: AttributeValue | readonly AttributeInput[] }
  | { readonly type: number; readonly value: Uint8Array };

/** A message to encode: the attributes stand in the order given, the digest is added by who signs. */
export interface MessageInput {
  readonly code: number;
  readonly identifier: number;
  /** Needed only for codes that go both ways (EAP-Transfer); otherwise the table's. */
  readonly type?: number;
  readonly attributes: readonly AttributeInput[];
}

/** A node of what `describe…` prints. Offsets from the start of the bytes described. */
export interface TreeNode {
  readonly label: string;
  /** In words, with units; hex for bytes. */
  readonly value: string | undefined;
  readonly offset: number;
  readonly length: number;
  readonly children: readonly TreeNode[];
  /** What is odd or broken here. */
  readonly note: string | undefined;
}
