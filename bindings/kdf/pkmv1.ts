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
  /** Bytes of a TEK wrapped under this KEK: 24 (AES key wrap) or 16 (AES-ECB). */
  readonly wrappedLength: number;
}

/** TEK encryption of a suite, its last byte: 3 AES-ECB, 4 AES key wrap. */
const WRAPS: Readonly<Record<string, { use: KekUse; length: number }>> = {
  '020104': { use: 'kek-aeskw', length: 24 },
  '020103': { use: 'kek-ecb', length: 16 },
};

/** Throws `SUITE` for a suite that is not built; those with DES are refused by name. */
export function checkSuite(suite: string): void {
  if (suite in WRAPS) return;
  const des = suite.startsWith('01') || suite.endsWith('01');
  throw new TekcastError(
    'SUITE',
    des ? `suite ${suite} uses DES, which is refused` : `suite ${suite} is unknown; use 020104 or 020103`,
    'suite',
  );
}

/** Derives the keys of an AK (20 bytes) for a station. The caller's array is zeroed unless `keep`. Errors: `LENGTH`, `SUITE`, `VAULT_FULL`. */
export function keysFromAk(
  core: Core,
  ak: Uint8Array,
  options: { owner: number; suite: string; keep?: boolean },
): AkKeys {
  checkSuite(options.suite);
  const wrap = WRAPS[options.suite] as { use: KekUse; length: number };
  if (ak.length !== AK_LENGTH) throw new TekcastError('LENGTH', 'an AK has 20 bytes', 'ak', ak.length);
  const keys = core.keys.fromAk(ak, { owner: options.owner, kek: wrap.use, keep: options.keep === true });
  return { ...keys, wrappedLength: wrap.length };
}
