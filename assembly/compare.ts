// Comparison of secrets: OR of XORs, no early exit.

import { Declassify } from './declassify';

export class Compare {
  /** True if n bytes (a multiple of 4) are equal; takes the same time wherever they differ. */
  static equal(a: usize, b: usize, n: usize): bool {
    let diff: u32 = 0;
    for (let i: usize = 0; i < n; i += 4) diff |= load<u32>(a + i) ^ load<u32>(b + i);
    return Declassify.value(diff === 0); // public: a digest accepted or refused, a key known already; where they differ is not
  }
}
