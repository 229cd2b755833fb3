// Block 140 of the patent's Figure 10: analyzes what the BS answered. Key Reply, Key Reject and TEK Invalid count only if their digest is right
// and they are of the own AK; Auth Invalid has no digest and is never more than a hint.

import type { Keys } from '../core/types.js';
import {
  type AuthInvalid,
  CODE,
  decodeMessage,
  type KeyReject,
  type KeyReply,
  PKM_RSP,
  type PkmMessage,
  readAuthInvalid,
  readKeyReject,
  readKeyReply,
  readTekInvalid,
  type TekInvalid,
} from '../pkm/index.js';
import type { DropCode } from '../sa/types.js';
import type { AkInUse, Aks } from './aks.js';
import type { SsSettings } from './options.js';

export type Analyzed =
  | { readonly kind: 'reply'; readonly body: KeyReply; readonly ak: AkInUse }
  | { readonly kind: 'reject'; readonly body: KeyReject }
  /** Auth Reply, Auth Reject or Auth Invalid, where certificates authorize. */
  | { readonly kind: 'authorization'; readonly message: PkmMessage }
  | { readonly kind: 'auth-invalid'; readonly body: AuthInvalid }
  | { readonly kind: 'tek-invalid'; readonly body: TekInvalid }
  | { readonly kind: 'dropped'; readonly code: DropCode };

/** What a PKM message from the BS comes to: an answer that counts, a hint, or a drop with its code. Never throws for what is in `bytes`. */
export function analyze(bytes: Uint8Array, { profile, authorization }: SsSettings, aks: Aks, keys: Keys): Analyzed {
  const decoded = decodeMessage(profile, bytes);
  if (!decoded.ok)
    return dropped(
      decoded.code === 'CODE' ? 'CODE' : decoded.code === 'TYPE' || decoded.code === 'DIRECTION' ? 'TYPE' : 'TLV',
    );
  const { message } = decoded;
  if (message.type !== PKM_RSP) return dropped('TYPE');
  if (authorization !== undefined && AUTHORIZATION.includes(message.code)) return { kind: 'authorization', message };
  if (message.code === CODE.authInvalid) {
    const read = readAuthInvalid(message);
    return read.ok ? { kind: 'auth-invalid', body: read.body } : dropped('ATTRIBUTE');
  }
  const signed = readSigned(message);
  if (signed === undefined) return dropped('CODE');
  const { digest } = message;
  // The AK that attribute 10 names; a message that names none of ours is still judged by its digest.
  const ak = (signed.kind === 'dropped' ? undefined : aks.bySequence(signed.body.akSequence)) ?? aks.newest();
  if (
    ak === undefined ||
    digest.state !== 'present' ||
    !keys.verifyHmac(ak.keys.hmacDown, digest.covered, digest.value)
  )
    return dropped('DIGEST');
  if (signed.kind === 'dropped' || message.repeated.length > 0) return dropped('ATTRIBUTE');
  if (signed.body.akSequence !== ak.sequence) return dropped('ATTRIBUTE');
  return signed.kind === 'reply' ? { ...signed, ak } : signed;
}

const AUTHORIZATION: readonly number[] = [CODE.authReply, CODE.authReject, CODE.authInvalid];

type Signed =
  | Extract<Analyzed, { kind: 'reject' | 'tek-invalid' | 'dropped' }>
  | Omit<Extract<Analyzed, { kind: 'reply' }>, 'ak'>;

/** Undefined for a code that an SS takes no notice of. */
function readSigned(message: PkmMessage): Signed | undefined {
  switch (message.code) {
    case CODE.keyReply: {
      const read = readKeyReply(message);
      return read.ok ? { kind: 'reply', body: read.body } : dropped('ATTRIBUTE');
    }
    case CODE.keyReject: {
      const read = readKeyReject(message);
      return read.ok ? { kind: 'reject', body: read.body } : dropped('ATTRIBUTE');
    }
    case CODE.tekInvalid: {
      const read = readTekInvalid(message);
      return read.ok ? { kind: 'tek-invalid', body: read.body } : dropped('ATTRIBUTE');
    }
    default:
      return undefined;
  }
}

function dropped(code: DropCode): { readonly kind: 'dropped'; readonly code: DropCode } {
  return { kind: 'dropped', code };
}
