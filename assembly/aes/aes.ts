// AES-128 for eight lanes at once, each under its own key. Lane j is block j: bit j of every byte of every plane.
//
// One source for all flavours: the circuit is generated three times, and the compiler takes the one its features allow.
import * as constant from '../generated/const';
import * as relaxed from '../generated/relaxed';
import * as scalar from '../generated/scalar';
import { Block } from './block';
import { LANE_KEYS, ROUND_KEYS, ROUND_KEYS_SIZE, Scratch, SHARED, STATE, STREAM } from './scratch';

/** Of the group that is worked on. */
export let roundKeys: usize = ROUND_KEYS;

export class Aes {
  /** Round keys of `groups` lane groups, up to GROUPS, from the raw keys at the addresses in LANE_KEYS; the first group's are taken. */
  static keys(groups: u32): void {
    Scratch.takes(groups);
    let to = ROUND_KEYS;
    for (let lanes: usize = 0; lanes < (<usize>groups) << 5; lanes += 32) {
      for (let lane: usize = 0; lane < 8; lane++)
        Block.copy(to + (lane << 4), <usize>load<u32>(LANE_KEYS + lanes + (lane << 2)));
      to += ROUND_KEYS_SIZE;
    }
    if (ASC_FEATURE_RELAXED_SIMD) relaxed.expand(ROUND_KEYS, <usize>groups, SHARED);
    else if (ASC_FEATURE_SIMD) constant.expand(ROUND_KEYS, <usize>groups, SHARED);
    else scalar.expand(ROUND_KEYS, <usize>groups, SHARED);
    Aes.take(0);
  }

  /** What follows is under the round keys of that group. */
  @inline
  static take(group: u32): void {
    roundKeys = ROUND_KEYS + <usize>group * ROUND_KEYS_SIZE;
  }

  /** Round keys from the 16 bytes at `key`, the same in all lanes. */
  static key(key: usize): void {
    for (let lane: usize = 0; lane < 32; lane += 4) store<u32>(LANE_KEYS + lane, <u32>key);
    Aes.keys(1);
  }

  /**
   * Planes in place: states one behind the other, blocks from `begin` to `middle`, counters as `Counter.prepare` leaves them from there to
   * `end`. Two or more at once take less time each.
   */
  @inline
  static encrypt(begin: usize, middle: usize, end: usize): void {
    Aes.rounds(roundKeys, 0, begin, middle, end);
  }

  /** A state of each of `groups` lane groups, one behind the other, under the round keys of its group. */
  @inline
  static encryptGroups(begin: usize, groups: u32): void {
    const end = begin + ((<usize>groups) << 7);
    Aes.rounds(ROUND_KEYS, ROUND_KEYS_SIZE, begin, end, end);
  }

  private static rounds(keys: usize, stride: usize, begin: usize, middle: usize, end: usize): void {
    if (ASC_FEATURE_RELAXED_SIMD) relaxed.encrypt(keys, stride, begin, middle, end);
    else if (ASC_FEATURE_SIMD) constant.encrypt(keys, stride, begin, middle, end);
    else scalar.encrypt(keys, stride, begin, middle, end);
  }

  /** Eight blocks to planes, or planes to eight blocks; `from` may be `to`. */
  static transpose(from: usize, to: usize): void {
    if (ASC_FEATURE_RELAXED_SIMD) relaxed.transpose(from, to);
    else if (ASC_FEATURE_SIMD) constant.transpose(from, to);
    else scalar.transpose(from, to);
  }

  /** Encrypts eight consecutive blocks. */
  static encrypt8(from: usize, to: usize): void {
    Aes.transpose(from, STATE);
    Aes.encrypt(STATE, STREAM, STREAM);
    Aes.transpose(STATE, to);
  }
}
