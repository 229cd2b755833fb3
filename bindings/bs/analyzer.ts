// Block 220 of the patent's Figure 10: analyzes a Key Request. The checks run in this order, and the first that fails answers:
//
//   TLVs parse, type, code     silence
//   10 and 12 once, right      silence
//   AK sequence                Auth Invalid 4
//   digest                     Auth Invalid 5
//   other repetition           silence
//
// What passes is a request of this SS, and its service type and group ID are taken out of it (patent ¶91).
import type { Keys } from '../core/types.js';
import type { Field, KeyRequestFields, PkmMessage, Profile } from '../pkm/index.js';
import { CODE, decodeMessage, keyRequestFields, PKM_REQ, SERVICE } from '../pkm/index.js';
import type { DropCode } from '../sa/types.js';
import type { AkInUse, Subscriber } from './memory.js';
import type { Analysis } from './types.js';

export type Analyzed =
  | { readonly kind: 'silence'; readonly code: DropCode; readonly verified: boolean }
  | { readonly kind: 'auth-invalid'; readonly error: 4 | 5; readonly identifier: number }
  /** Auth Info or Auth Request of an SS without a configured AK. Nothing about it is proved. */
  | { readonly kind: 'authorization'; readonly message: PkmMessage }
  | {
      readonly kind: 'request';
      /** Under which it verified. */
      readonly ak: AkInUse;
      readonly fields: KeyRequestFields;
      readonly analysis: Analysis;
      /** The HMAC-Digest, 20 bytes. */
      readonly digest: Uint8Array;
      readonly message: Uint8Array;
    };

export function analyze(bytes: Uint8Array, profile: Profile, subscriber: Subscriber, keys: Keys): Analyzed {
  const decoded = decodeMessage(profile, bytes);
  if (!decoded.ok) return silence(silent[decoded.code]);
  const { message } = decoded;
  if (message.type !== PKM_REQ) return silence('TYPE');
  const authorization = message.code === CODE.authInfo || message.code === CODE.authRequest;
  if (authorization && !subscriber.preShared) return { kind: 'authorization', message };
  if (message.code !== CODE.keyRequest) return silence('CODE');
  const fields = keyRequestFields(message);
  if (fields === undefined || fields.akSequence.state !== 'present' || fields.said.state !== 'present')
    return silence('ATTRIBUTE');

  const { identifier } = message;
  const ak = subscriber.aks.bySequence(fields.akSequence.value);
  if (ak === undefined) return { kind: 'auth-invalid', error: 4, identifier };
  const { digest } = message;
  if (digest.state !== 'present' || !keys.verifyHmac(ak.keys.hmacUp, digest.covered, digest.value)) {
    return { kind: 'auth-invalid', error: 5, identifier };
  }
  if (message.repeated.length > 0) return silence('ATTRIBUTE', true);

  const ordinary = fields.serviceType.state === 'absent';
  const serviceType = ordinary ? SERVICE.unicast : present(fields.serviceType);
  return {
    kind: 'request',
    ak,
    fields,
    digest: digest.value,
    message: message.bytes,
    analysis: {
      identifier,
      serviceType,
      groupId: serviceType === SERVICE.multicast ? present(fields.groupId) : undefined,
      ordinary,
      oddities: message.notes.unknown + message.notes.nonMinimal + message.notes.reordered,
    },
  };
}

const silent = {
  SHORT: 'TLV',
  TLV_TRUNCATED: 'TLV',
  TLV_LENGTH: 'TLV',
  TYPE: 'TYPE',
  CODE: 'CODE',
  DIRECTION: 'TYPE',
} as const satisfies Record<string, DropCode>;

function silence(code: DropCode, verified = false): Analyzed {
  return { kind: 'silence', code, verified };
}

function present<T>(field: Field<T>): T | undefined {
  return field.state === 'present' ? field.value : undefined;
}
