// Where hashes, the DRBG and the vault keep secrets while a call runs: one region, so that one fill wipes it. (The ciphers have
// their own, aes/scratch.ts.)
//
//   HASH       32    SHA-1: H0..H4
//   BLOCK      64    SHA-1: the block being filled
//   SCHEDULE   320   SHA-1: W0..W79
//   PAD        64    HMAC: key XOR ipad, then key XOR opad
//   INNER      32    HMAC: the inner state, the inner digest
//   SEED       32    DRBG: seed material, derived input
//   STREAM     128   DRBG: output blocks, then the next Key and V
//   CHAIN      32    DRBG: the two chains of the derivation function
//   PENDING    16    DRBG: its block being filled
//   BYTES      32    vault: key bytes on their way between slots; HMAC under a raw key: the outer state
//   PADDED     64    vault: PKMv1 pad before an AK
import { Scratch } from './aes/scratch';

const SIZE: usize = 816;
const BASE: usize = memory.data(816, 16);

export const HASH: usize = BASE;
export const BLOCK: usize = HASH + 32;
export const SCHEDULE: usize = BLOCK + 64;
export const PAD: usize = SCHEDULE + 320;
export const INNER: usize = PAD + 64;
export const SEED: usize = INNER + 32;
export const STREAM: usize = SEED + 32;
export const CHAIN: usize = STREAM + 128;
export const PENDING: usize = CHAIN + 32;
export const BYTES: usize = PENDING + 16;
export const PADDED: usize = BYTES + 32;

export class Secret {
  /** Zeroes this region and the ciphers'. Every export that touched a secret calls it once, before it returns. */
  static wipe(): void {
    memory.fill(BASE, 0, SIZE);
    Scratch.wipe();
  }
}
