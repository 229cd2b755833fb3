// What both sides of an authorization are told, report, and ask their host to do. They speak whole PKM management messages (from the
// Type byte): the station puts them into PDUs on the SS's primary connection.
import type { AkKeys } from '../kdf/pkmv1.js';
import type { Send, Step, Work } from '../step.js';

/** A management message to send, and the SS whose primary connection carries it. */
export interface MessageSend extends Send {
  readonly mac: string;
}

/** An AK that counts. Its keys are handles; its bytes are gone. */
export interface LiveAk {
  readonly keys: AkKeys;
  /** 0..15. */
  readonly sequence: number;
  /** ms, the clock of `now`. */
  readonly expiresAt: number;
}

/**
 * Why a certificate is not trusted.
 * - `PARSE`: not a certificate
 * - `CHAIN`: no path of valid signatures by CAs to a trusted one
 * - `EXPIRED`: the certificate, or a CA on the path, is past its time or before it
 * - `KEY`: not RSA, or too short
 * - `MAC`: its subject names another station
 * - `ROLE`: not made for this kind of station
 */
export type CertificateRefusal = 'PARSE' | 'CHAIN' | 'EXPIRED' | 'KEY' | 'MAC' | 'ROLE';

/** Is this the certificate of the SS `mac`? `intermediates` come from Auth Infos and are not trusted by themselves. DER. */
export interface VerifyCertificateWork extends Work {
  readonly kind: 'verify-certificate';
  readonly input: {
    readonly mac: string;
    readonly certificate: Uint8Array;
    readonly intermediates: readonly Uint8Array[];
  };
}
/** `publicKey`: SubjectPublicKeyInfo, DER. */
export type CertificateVerdict =
  | { readonly trusted: true; readonly publicKey: Uint8Array }
  | { readonly trusted: false; readonly why: CertificateRefusal };

/**
 * RSA-OAEP (SHA-1, no label) of the AK under that public key; answer with the ciphertext. `ak` (20 bytes) is secret: neither copy nor
 * log it; it is zeroed when the work is completed.
 */
export interface EncryptAkWork extends Work {
  readonly kind: 'encrypt-ak';
  readonly input: { readonly publicKey: Uint8Array; readonly ak: Uint8Array };
}

/** Sign SHA-256(request) ‖ reply with the BS's key (RSASSA-PKCS1-v1_5, SHA-256); answer with the signature. */
export interface SignWork extends Work {
  readonly kind: 'sign';
  readonly input: { readonly request: Uint8Array; readonly reply: Uint8Array };
}

/** Does the certificate lead to the configured CA, name a BS (`bsid`, if given), and is the signature over SHA-256(request) ‖ reply its own? */
export interface VerifyReplyWork extends Work {
  readonly kind: 'verify-reply';
  readonly input: {
    readonly request: Uint8Array;
    readonly reply: Uint8Array;
    readonly certificate: Uint8Array;
    readonly signature: Uint8Array;
    readonly bsid: string | undefined;
  };
}
export type ReplyVerdict =
  | { readonly genuine: true }
  | { readonly genuine: false; readonly why: CertificateRefusal | 'SIGNATURE' };

/** Decrypt with the SS's private key; answer with the AK (20 bytes, an array of its own: it is zeroed once taken). */
export interface DecryptAkWork extends Work {
  readonly kind: 'decrypt-ak';
  readonly input: { readonly authKey: Uint8Array };
}

/** What the BS's side asks of its host: what takes certificates or RSA. */
export type BsAuthWork = VerifyCertificateWork | EncryptAkWork | SignWork;
/** The same at the SS. */
export type SsAuthWork = VerifyReplyWork | DecryptAkWork;

/** A step of either side; `send` holds messages, not datagrams. */
export interface AuthStep<Event, W extends Work> extends Step<Event, W> {
  readonly send: readonly MessageSend[];
}
