// PKMv1 key derivations (802.16 §7.5.4) in terms of handles: from one AK the KEK and the two HMAC keys, inside the core.
//
//   KEK        = leftmost 128 bits of SHA-1(0x53 x 64 | AK)
//   HMAC_KEY_D = SHA-1(0x3A x 64 | AK)    signs what the BS sends
//   HMAC_KEY_U = SHA-1(0x5C x 64 | AK)    signs what the SS sends
import type { Core, KekUse, KeyHandle } from '../core/types.js';
import { TekcastError } from '../errors.js';

export const AK_LENGTH = 20;

/** The keys that one AK gives a station. */
export interface AkKeys {
  readonly kek: KeyHandle;
  readonly hmacUp: KeyHandle;
  readonly hmacDown: KeyHandle;
}

/** Derives the keys of an AK (20 bytes) for a station. The caller's array is zeroed unless `keep`. Errors: `LENGTH`, `VAULT_FULL`. */
export function keysFromAk(core: Core, ak: Uint8Array, options: { owner: number; kek: KekUse; keep: boolean }): AkKeys {
  if (ak.length !== AK_LENGTH) throw new TekcastError('LENGTH', 'an AK has 20 bytes', 'ak', ak.length);
  return core.keys.fromAk(ak, options);
}
