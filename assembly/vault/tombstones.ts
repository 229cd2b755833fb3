// The tombstone table: one row for each TEK from its birth on, so that erasing never fails. It is found again by the TEK's fingerprint,
// the AES encryption of the key bytes under a key born in the vault that never leaves it: a pseudorandom permutation, so a fingerprint
// tells whether two keys are equal and nothing else, and may choose an address or a branch.
//
//   fresh    the same, fingerprint 0 and so in the first bucket: born of the DRBG, which gives a key twice once in 2^128 draws. It gets
//            its fingerprint before anything is looked up or erased; most TEKs of a base station go with their owner and never need one.
//   live     slot = the TEK's slot
//   erased   slot = NONE, next PN and counters kept: sealing goes on there, opening refuses everything below
import { Aes } from '../aes/aes';
import { Block } from '../aes/block';
import { BLOCKS, LANE_AT } from '../aes/scratch';
import { Declassify } from '../declassify';
import {
  NONE,
  SLOT_KEY,
  TOMB_BYTES,
  TOMB_CIPHER,
  TOMB_FINGERPRINT,
  TOMB_NEXT,
  TOMB_NEXT_PN,
  TOMB_OWNER,
  TOMB_OWNER_NEXT,
  TOMB_OWNER_PREV,
  TOMB_PACKETS,
  TOMB_PREV,
  TOMB_SAID,
  TOMB_SIZE,
  TOMB_SLOT,
  TOMB_USE,
  USE_SEAL_UP,
} from '../layout';
import { Ecb } from '../mode/ecb';
import { fingerprintHeads, fingerprintMask, ownerMask, ownerRows, tombstoneCount, tombstones } from './memory';
import { Slots } from './slots';

/** Key of the fingerprints, made by the vault's DRBG at instantiation. */
export const FINGERPRINT_KEY = memory.data(16, 16);
const PRINT = memory.data(16, 16);

let FRESH: u32 = 0;
let FREE: u32 = 0;
let USED: u32 = 0;

/** Set by `find`: another row forbids this birth (one sealing slot per key bytes and direction, vault-wide). */
export let taken: bool = false;

export class Tombstones {
  @inline static row(index: u32): usize {
    return tombstones + index * TOMB_SIZE;
  }

  @inline static used(): u32 {
    return USED;
  }

  @inline static free(): u32 {
    return tombstoneCount - USED;
  }

  @inline static full(): bool {
    return USED === tombstoneCount;
  }

  /** Makes the fingerprint of 16 key bytes, for `find` and `add`. */
  static print(key: usize): void {
    Ecb.encrypt(FINGERPRINT_KEY, key, PRINT, 1);
    Declassify.bytes(PRINT, 16); // public: says of two keys whether they are equal, and nothing of one
  }

  /** For `add`: a fresh key, whose fingerprint comes later. */
  @inline static fresh(): void {
    Block.zero(PRINT);
  }

  /** Makes the fingerprints that fresh rows wait for, eight at a time. */
  static settle(): void {
    while (true) {
      let n: usize = 0;
      for (
        let link = load<u32>(fingerprintHeads);
        link !== 0 && n < 8;
        link = load<u32>(Tombstones.row(link - 1), TOMB_NEXT)
      ) {
        const p = Tombstones.row(link - 1);
        if ((load<u64>(p, TOMB_FINGERPRINT) | load<u64>(p, TOMB_FINGERPRINT + 8)) !== 0) continue;
        store<u32>(LANE_AT + (n << 2), link - 1);
        Block.copy(BLOCKS + (n << 4), Slots.hot(load<u32>(p, TOMB_SLOT)) + SLOT_KEY);
        n++;
      }
      if (n === 0) return;
      Aes.key(FINGERPRINT_KEY);
      Aes.encrypt8(BLOCKS, BLOCKS);
      Declassify.bytes(BLOCKS, n << 4); // public, as in `print`
      while (n-- > 0) {
        const index = load<u32>(LANE_AT + (n << 2));
        Tombstones.unlink(index, fingerprintHeads, TOMB_NEXT, TOMB_PREV);
        Block.copy(PRINT, BLOCKS + (n << 4));
        Block.copy(Tombstones.row(index) + TOMB_FINGERPRINT, PRINT);
        Tombstones.link(index, Tombstones.bucket(), TOMB_NEXT, TOMB_PREV);
      }
    }
  }

  /** The row of the key whose fingerprint was made last, for the same owner, SAID, use and cipher, or NONE. */
  static find(owner: u32, said: u32, use: i32, cipher: u32): u32 {
    const low = load<u64>(PRINT);
    const high = load<u64>(PRINT, 8);
    const sealing = use <= USE_SEAL_UP;
    let match: u32 = NONE;
    taken = false;
    for (let link = load<u32>(Tombstones.bucket()); link !== 0; ) {
      const p = Tombstones.row(link - 1);
      if (
        load<u64>(p, TOMB_FINGERPRINT) === low &&
        load<u64>(p, TOMB_FINGERPRINT + 8) === high &&
        load<u8>(p, TOMB_USE) === use
      ) {
        if (
          load<u32>(p, TOMB_OWNER) === owner &&
          load<u16>(p, TOMB_SAID) === said &&
          load<u8>(p, TOMB_CIPHER) === cipher
        )
          match = link - 1;
        else if (sealing) taken = true;
      }
      link = load<u32>(p, TOMB_NEXT);
    }
    return match;
  }

  /** A new row for the key that `find` was just asked for, or a fresh one; the table must not be full. */
  static add(owner: u32, said: u32, use: i32, cipher: u32): u32 {
    let index: u32;
    if (FREE !== 0) {
      index = FREE - 1;
      FREE = load<u32>(Tombstones.row(index), TOMB_NEXT);
    } else index = FRESH++;
    USED++;
    const p = Tombstones.row(index);
    Block.copy(p + TOMB_FINGERPRINT, PRINT);
    store<u32>(p, owner, TOMB_OWNER);
    store<u32>(p, NONE, TOMB_SLOT);
    store<u32>(p, 0, TOMB_NEXT_PN);
    store<u64>(p, 0, TOMB_BYTES);
    store<u32>(p, 0, TOMB_PACKETS);
    store<u16>(p, <u16>said, TOMB_SAID);
    store<u8>(p, <u8>use, TOMB_USE);
    store<u8>(p, <u8>cipher, TOMB_CIPHER);
    Tombstones.link(index, Tombstones.bucket(), TOMB_NEXT, TOMB_PREV);
    Tombstones.link(index, Tombstones.ownerHead(owner), TOMB_OWNER_NEXT, TOMB_OWNER_PREV);
    return index;
  }

  /** Drops every row of an owner, whose slots are erased already. */
  static forget(owner: u32): void {
    for (let link = load<u32>(Tombstones.ownerHead(owner)); link !== 0; ) {
      const index = link - 1;
      const p = Tombstones.row(index);
      link = load<u32>(p, TOMB_OWNER_NEXT);
      if (load<u32>(p, TOMB_OWNER) !== owner) continue;
      Block.copy(PRINT, p + TOMB_FINGERPRINT);
      Tombstones.unlink(index, Tombstones.bucket(), TOMB_NEXT, TOMB_PREV);
      Tombstones.unlink(index, Tombstones.ownerHead(owner), TOMB_OWNER_NEXT, TOMB_OWNER_PREV);
      memory.fill(p, 0, TOMB_SIZE);
      store<u32>(p, FREE, TOMB_NEXT);
      FREE = index + 1;
      USED--;
    }
  }

  @inline private static bucket(): usize {
    return fingerprintHeads + (load<u32>(PRINT) & fingerprintMask) * 4;
  }

  @inline private static ownerHead(owner: u32): usize {
    return ownerRows + (owner & ownerMask) * 4;
  }

  private static link(index: u32, head: usize, next: usize, prev: usize): void {
    const first = load<u32>(head);
    store<u32>(Tombstones.row(index) + next, first);
    store<u32>(Tombstones.row(index) + prev, 0);
    if (first !== 0) store<u32>(Tombstones.row(first - 1) + prev, index + 1);
    store<u32>(head, index + 1);
  }

  private static unlink(index: u32, head: usize, next: usize, prev: usize): void {
    const after = load<u32>(Tombstones.row(index) + next);
    const before = load<u32>(Tombstones.row(index) + prev);
    if (after !== 0) store<u32>(Tombstones.row(after - 1) + prev, before);
    if (before !== 0) store<u32>(Tombstones.row(before - 1) + next, after);
    else store<u32>(head, after);
  }
}
