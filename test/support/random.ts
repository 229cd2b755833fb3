// Seeded random numbers (xorshift128), so that a failure can be repeated: print the seed.

export class Random {
  readonly seed: number;
  #a: number;
  #b: number;
  #c = 0x9e3779b9;
  #d = 0x243f6a88;

  constructor(seed: number) {
    this.seed = seed;
    this.#a = seed | 0;
    this.#b = ~seed;
    for (let i = 0; i < 16; i++) this.u32();
  }

  u32(): number {
    let t = this.#d;
    const s = this.#a;
    this.#d = this.#c;
    this.#c = this.#b;
    this.#b = s;
    t ^= t << 11;
    t ^= t >>> 8;
    this.#a = t ^ s ^ (s >>> 19);
    return this.#a >>> 0;
  }

  /** A whole number from `low` to `high`. */
  between(low: number, high: number): number {
    return low + Math.floor((this.u32() / 2 ** 32) * (high - low + 1));
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    const words = new Uint32Array((length + 3) >> 2);
    for (let i = 0; i < words.length; i++) words[i] = this.u32();
    return new Uint8Array(words.buffer, 0, length);
  }
}
