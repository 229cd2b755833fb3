// A 16-byte block in memory, worked on as two u64: the same text with and without SIMD.

export class Block {
  @inline
  static copy(to: usize, from: usize): void {
    const lo = load<u64>(from);
    const hi = load<u64>(from, 8);
    store<u64>(to, lo);
    store<u64>(to, hi, 8);
  }

  @inline
  static zero(to: usize): void {
    store<u64>(to, 0);
    store<u64>(to, 0, 8);
  }

  /** to ^= from */
  @inline
  static add(to: usize, from: usize): void {
    store<u64>(to, load<u64>(to) ^ load<u64>(from));
    store<u64>(to, load<u64>(to, 8) ^ load<u64>(from, 8), 8);
  }

  /** to = a ^ b */
  @inline
  static sum(to: usize, a: usize, b: usize): void {
    const lo = load<u64>(a) ^ load<u64>(b);
    const hi = load<u64>(a, 8) ^ load<u64>(b, 8);
    store<u64>(to, lo);
    store<u64>(to, hi, 8);
  }

  /** to &= from */
  @inline
  static and(to: usize, from: usize): void {
    store<u64>(to, load<u64>(to) & load<u64>(from));
    store<u64>(to, load<u64>(to, 8) & load<u64>(from, 8), 8);
  }

  /** The first `length` bytes of `from` (0..16), then zeros. All 16 are read: `memory.copy` of so few takes longer. */
  static pad(to: usize, from: usize, length: i32): void {
    store<u64>(to, load<u64>(from) & Block.lowBytes(length));
    store<u64>(to, load<u64>(from, 8) & Block.lowBytes(length - 8), 8);
  }

  /** The first `length` bytes of `from` (0..16); those behind them stay as they are, but are written too. */
  static patch(to: usize, from: usize, length: i32): void {
    const lo = load<u64>(to);
    const hi = load<u64>(to, 8);
    store<u64>(to, lo ^ ((lo ^ load<u64>(from)) & Block.lowBytes(length)));
    store<u64>(to, hi ^ ((hi ^ load<u64>(from, 8)) & Block.lowBytes(length - 8)), 8);
  }

  /** 0xff in the first `length` bytes, zero in the rest; any length of 16 or more fills the block. */
  static mask(to: usize, length: i32): void {
    store<u64>(to, Block.lowBytes(length));
    store<u64>(to, Block.lowBytes(length - 8), 8);
  }

  @inline
  private static lowBytes(count: i32): u64 {
    return count <= 0 ? 0 : count >= 8 ? u64.MAX_VALUE : ((<u64>1) << ((<u64>count) << 3)) - 1;
  }

  /** Adds `n` to a block read as one 128-bit big-endian number, which is public. */
  static increment(at: usize, n: u64): void {
    const lo = bswap<u64>(load<u64>(at, 8));
    const sum = lo + n;
    store<u64>(at, bswap<u64>(sum), 8);
    if (sum < lo) store<u64>(at, bswap<u64>(bswap<u64>(load<u64>(at)) + 1));
  }
}
