// AES-128 of one block at a time under one key (assembly/circuit/permute.mjs): for chains, where each block needs the one before it, and for
// the few that do not fill the lanes of aes.ts. Its round keys are its own: it may run between that one's.
import * as constant from '../generated/const';
import * as relaxed from '../generated/relaxed';
import * as scalar from '../generated/scalar';
import { FIRST, ONE_KEYS, ONE_STATE } from './scratch';

const NOTHING: usize = memory.data(16, 16);

export class One {
  /** Round keys from the 16 bytes at `key`. */
  static key(key: usize): void {
    if (ASC_FEATURE_RELAXED_SIMD) relaxed.expandOne(key, ONE_KEYS);
    else if (ASC_FEATURE_SIMD) constant.expandOne(key, ONE_KEYS);
    else scalar.expandOne(key, ONE_KEYS);
  }

  /** One block; `from` may be `to`. */
  static encrypt(from: usize, to: usize): void {
    One.sum(from, NOTHING, to);
  }

  /** A step of CBC: state = AES(state ^ block). */
  static chain(state: usize, block: usize): void {
    One.sum(state, block, state);
  }

  /** The inverse of `encrypt`. */
  static decrypt(from: usize, to: usize): void {
    if (ASC_FEATURE_RELAXED_SIMD) relaxed.decryptOne(ONE_KEYS, from, to);
    else if (ASC_FEATURE_SIMD) constant.decryptOne(ONE_KEYS, from, to);
    else scalar.decryptOne(ONE_KEYS, from, to);
  }

  @inline
  private static sum(from: usize, added: usize, to: usize): void {
    if (ASC_FEATURE_RELAXED_SIMD) relaxed.encryptOne(ONE_KEYS, from, added, to);
    else if (ASC_FEATURE_SIMD) constant.encryptOne(ONE_KEYS, from, added, to);
    else scalar.encryptOne(ONE_KEYS, from, added, to);
  }

  /**
   * CCM of one packet, in place: blocks `from`..`to`-1 of `all`, where -1 is B0. ONE_STATE: the MAC, then the key stream of block `from`;
   * FIRST: counter block 0; `within`: which bytes of a block belong to the packet.
   */
  static crypt(packet: usize, within: usize, from: i32, to: i32, all: i32, open: bool): void {
    if (ASC_FEATURE_RELAXED_SIMD) relaxed.cryptOne(ONE_KEYS, ONE_STATE, FIRST, packet, within, from, to, all, open);
    else if (ASC_FEATURE_SIMD) constant.cryptOne(ONE_KEYS, ONE_STATE, FIRST, packet, within, from, to, all, open);
    else scalar.cryptOne(ONE_KEYS, ONE_STATE, FIRST, packet, within, from, to, all, open);
  }
}
