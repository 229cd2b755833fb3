// Random numbers for jitter and order, from the vault's own generator: many are fetched at a time, because a call into it reseeds it.
import type { Core } from '../core/types.js';

/** Random bytes fetched at a time. */
const BYTES = 256;

/** A source of numbers 0 ≤ x < 1. */
export function newDice(core: Core): () => number {
  let words = new DataView(new ArrayBuffer(0));
  let at = 0;
  return () => {
    if (at === words.byteLength) {
      words = new DataView(core.random(BYTES).slice().buffer);
      at = 0;
    }
    at += 4;
    return words.getUint32(at - 4) / 2 ** 32;
  };
}
