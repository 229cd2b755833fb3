// Where randomness comes from. The platform writes straight into linear memory, so no copy is left in JavaScript.
import { TekcastError } from '../errors.js';

/** Fills the whole array, or throws. */
export type EntropySource = (bytes: Uint8Array<ArrayBuffer>) => void;

/** The platform's CSPRNG (Web Crypto, in Node and browsers). */
export const platformEntropy: EntropySource = (bytes) => {
  globalThis.crypto.getRandomValues(bytes);
};

/**
 * Takes entropy or throws `ENTROPY`; a source that is missing, throws or leaves zeros never leads to a key.
 * (32 zero bytes come up by chance once in 2^256 calls.)
 */
export function takeEntropy(source: EntropySource, bytes: Uint8Array<ArrayBuffer>): void {
  bytes.fill(0);
  try {
    source(bytes);
  } catch (cause) {
    bytes.fill(0);
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TekcastError('ENTROPY', `the entropy source failed: ${why}`, 'getRandomValues');
  }
  let any = 0;
  for (const b of bytes) any |= b;
  if (any === 0)
    throw new TekcastError('ENTROPY', 'the entropy source gave only zeros', 'getRandomValues', bytes.length);
}
