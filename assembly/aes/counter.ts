// Key stream for eight lanes that count upwards together, rounds 1 and 2 shared (assembly/circuit/counter.mjs).
import * as constant from '../generated/const';
import * as relaxed from '../generated/relaxed';
import * as scalar from '../generated/scalar';
import { roundKeys } from './aes';
import { FIRST, NO_PLANES, SHARED } from './scratch';

// Planes in SHARED.
const EDGE = SHARED;
const COLUMN = SHARED + 128;
const REST = SHARED + 256;
const TABLE = SHARED + 384;
const FOUR = SHARED + 512;

// Planes of the counters c, c + 1 … c + 15, c a multiple of 16, in every lane: the upper four planes are those of c.
const COUNTS: usize = memory.data<u64>(
  [
    0xff00ff00ff00ff00, 0xff00ff00ff00ff00, 0xffff0000ffff0000, 0xffff0000ffff0000, 0xffffffff00000000,
    0xffffffff00000000, 0, 0xffffffffffffffff, 0, 0, 0, 0, 0, 0, 0, 0,
  ],
  16,
);

export class Counter {
  /** FIRST: planes of a counter block, whose last byte is 0 in every lane. */
  static start(): void {
    if (ASC_FEATURE_RELAXED_SIMD) relaxed.counterStart(roundKeys, FIRST, NO_PLANES, SHARED);
    else if (ASC_FEATURE_SIMD) constant.counterStart(roundKeys, FIRST, NO_PLANES, SHARED);
    else scalar.counterStart(roundKeys, FIRST, NO_PLANES, SHARED);
  }

  /** Planes after round 2, for `Aes.encrypt`, of `counter` in every lane: 0 first, then upwards one by one. */
  static prepare(counter: u32, to: usize): void {
    if ((counter & 15) == 0) {
      Counter.count(counter);
      Counter.table(COUNTS);
    }
    if ((counter & 3) == 0) Counter.four(counter);
    Counter.one(counter, to);
  }

  private static count(counter: u32): void {
    for (let plane: usize = COUNTS + 64; plane < COUNTS + 128; plane += 16) {
      const all = 0 - <u64>((counter >> 4) & 1);
      store<u64>(plane, all);
      store<u64>(plane, all, 8);
      counter >>= 1;
    }
  }

  /** For 16 blocks whose byte 15 is, lane by lane, what the planes at `last` have in positions 0 to 15. */
  static table(last: usize): void {
    Counter.subBytes(EDGE, last, TABLE);
  }

  /** For four of those blocks: `block` and the next, as numbered modulo 16; a multiple of 4. */
  static four(block: u32): void {
    Counter.spread(TABLE, (<usize>block >> 2) & 3, COLUMN, FOUR);
    Counter.subBytes(FOUR, NO_PLANES, FOUR);
  }

  /** Planes after round 2 for one of those. */
  static one(block: u32, to: usize): void {
    Counter.spread(FOUR, 4 + (<usize>block & 3), REST, to);
  }

  private static subBytes(from: usize, keys: usize, to: usize): void {
    if (ASC_FEATURE_RELAXED_SIMD) relaxed.subBytes(from, keys, to);
    else if (ASC_FEATURE_SIMD) constant.subBytes(from, keys, to);
    else scalar.subBytes(from, keys, to);
  }

  private static spread(from: usize, which: usize, rest: usize, to: usize): void {
    if (ASC_FEATURE_RELAXED_SIMD) relaxed.spread(from, which, rest, to);
    else if (ASC_FEATURE_SIMD) constant.spread(from, which, rest, to);
    else scalar.spread(from, which, rest, to);
  }
}
