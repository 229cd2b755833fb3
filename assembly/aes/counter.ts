// Key stream for eight lanes that count 0, 1, 2 … 255 together, rounds 1 and 2 shared (assembly/circuit/counter.mjs).
import * as constant from '../generated/const';
import * as relaxed from '../generated/relaxed';
import * as scalar from '../generated/scalar';
import { Aes } from './aes';
import { FIRST, ROUND_KEYS, SHARED, STREAM } from './scratch';

const READY: usize = 512; // four states in SHARED, 128 bytes each

export class Counter {
  /** FIRST: planes of counter block 0, whose last byte is 0 in every lane. */
  static start(): void {
    if (ASC_FEATURE_RELAXED_SIMD) relaxed.counterStart(ROUND_KEYS, FIRST, SHARED);
    else if (ASC_FEATURE_SIMD) constant.counterStart(ROUND_KEYS, FIRST, SHARED);
    else scalar.counterStart(ROUND_KEYS, FIRST, SHARED);
  }

  /** STREAM for `counter`: 0 first, then upwards one by one. */
  @inline
  static stream(counter: u32): void {
    if ((counter & 15) == 0) Counter.table(counter);
    if ((counter & 3) == 0) Counter.four(counter);
    Aes.encryptCounter(SHARED + READY + ((<usize>(counter & 3)) << 7), STREAM);
  }

  private static table(counter: u32): void {
    if (ASC_FEATURE_RELAXED_SIMD) relaxed.counterTable(SHARED, counter);
    else if (ASC_FEATURE_SIMD) constant.counterTable(SHARED, counter);
    else scalar.counterTable(SHARED, counter);
  }

  private static four(counter: u32): void {
    if (ASC_FEATURE_RELAXED_SIMD) relaxed.counterBlocks(ROUND_KEYS, SHARED, counter);
    else if (ASC_FEATURE_SIMD) constant.counterBlocks(ROUND_KEYS, SHARED, counter);
    else scalar.counterBlocks(ROUND_KEYS, SHARED, counter);
  }
}
