// The AES-128 key schedule in plain bytes (FIPS 197 §5.2), and every form in which the core may hold it: what must not be left behind.
import { encode } from '../../assembly/circuit/tower.mjs';

const SBOX = sbox();

/** The S-box by its definition (FIPS 197 §5.1.1): inverse in GF(2^8), then the affine map. */
function sbox(): Uint8Array {
  const times = (a: number, b: number): number => {
    let product = 0;
    for (let x = a, y = b; y > 0; y >>= 1, x = (x << 1) ^ (x & 0x80 ? 0x11b : 0)) if (y & 1) product ^= x;
    return product;
  };
  return Uint8Array.from({ length: 256 }, (_, x) => {
    let inverse = x;
    for (let i = 0; i < 6; i++) inverse = times(times(inverse, inverse), x); // x^127, then squared: x^254
    inverse = times(inverse, inverse);
    const rotated = [1, 2, 3, 4].map((n) => ((inverse << n) | (inverse >> (8 - n))) & 0xff);
    return rotated.reduce((all, b) => all ^ b, inverse ^ 0x63);
  });
}

/** Round keys 0..10, 16 bytes each. */
export function roundKeys(key: Uint8Array): Uint8Array[] {
  const words = new Uint8Array(176);
  words.set(key);
  for (let i = 16, rcon = 1; i < 176; i += 4) {
    let last = Array.from(words.subarray(i - 4, i));
    if (i % 16 === 0) {
      last = [...last.slice(1), last[0] as number].map((b) => SBOX[b] as number);
      last[0] = (last[0] as number) ^ rcon;
      rcon = ((rcon << 1) ^ (rcon & 0x80 ? 0x11b : 0)) & 0xff;
    }
    for (let j = 0; j < 4; j++) words[i + j] = (words[i + j - 16] as number) ^ (last[j] as number);
  }
  return Array.from({ length: 11 }, (_, i) => words.slice(16 * i, 16 * i + 16));
}

/** ShiftRows, `times` times. */
const shiftRows = (block: Uint8Array, times: number) =>
  block.map((_, p) => block[4 * (((p >> 2) + (p & 3) * times) & 3) + (p & 3)] as number);

/** Round keys as the core stores them: 0x63 folded in, permuted by ShiftRows⁻ⁱ. */
export function storedKeys(key: Uint8Array): Uint8Array[] {
  return roundKeys(key).map((block, i) => {
    return shiftRows(i === 0 ? block : block.map((b) => b ^ 0x63), -i & 3);
  });
}

/** Round keys as the core stores them of a single key: codes (assembly/circuit/tower.mjs) but for the last, 0x63 folded in. */
export function codedKeys(key: Uint8Array): Uint8Array[] {
  return roundKeys(key).map((block, i) =>
    block.map((byte) => {
      const folded = i === 0 ? byte : byte ^ 0x63;
      return i === 10 ? folded : encode(folded);
    }),
  );
}

/** Eight blocks as eight planes. */
export function planes(blocks: readonly Uint8Array[]): Uint8Array[] {
  return Array.from({ length: 8 }, (_, bit) =>
    Uint8Array.from({ length: 16 }, (_, p) =>
      blocks.reduce((all, block, lane) => all | ((((block[p] as number) >> bit) & 1) << lane), 0),
    ),
  );
}
