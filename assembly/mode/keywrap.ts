// AES key wrap (RFC 3394 §2.2): six times through the key's 64-bit halves R1..Rn, each step AES(A || Ri), A ^ step number.
// Wrapped: A, then R1..Rn: 8 bytes more than the key.
import { Aes } from '../aes/aes';
import { One } from '../aes/one';
import { BLOCKS, FIRST, GROUPS, LANE_KEYS, STATE, TAGS } from '../aes/scratch';
import { Declassify } from '../declassify';

const IV: u64 = 0xa6a6_a6a6_a6a6_a6a6; // §2.2.3.1
const TIMES: u64 = 6;
const FEW: u32 = 3;

// Of the lanes that wait, addresses beside those in LANE_KEYS.
const KEYS = TAGS;
const TO = FIRST;

// Of each lane group, planes: A || R1, bytes 0..7 and 8..15 of each, and in bytes 8..15 R2. They take what lies between STATE and FIRST.
const OTHERS: usize = STATE + <usize>GROUPS * 128;
const LANES: usize = OTHERS + <usize>GROUPS * 128;

export class KeyWrap {
  /** `bytes` bytes of key data (a multiple of 8, at least 16) to `bytes` + 8. */
  static wrap(kek: usize, src: usize, dst: usize, bytes: u32): void {
    One.key(kek);
    memory.copy(dst + 8, src, bytes);
    let a = IV;
    let step: u64 = 1;
    for (let time: u64 = 0; time < TIMES; time++) {
      for (let r = dst + 8; r <= dst + bytes; r += 8, step++) {
        store<u64>(BLOCKS, a);
        store<u64>(BLOCKS, load<u64>(r), 8);
        One.encrypt(BLOCKS, BLOCKS);
        a = load<u64>(BLOCKS) ^ bswap<u64>(step);
        store<u64>(r, load<u64>(BLOCKS, 8));
      }
    }
    store<u64>(dst, a);
  }

  /** `bytes` + 8 bytes to `bytes`: 1 if the integrity value is right, else 0 and `dst` is zero. Found without a branch. */
  static unwrap(kek: usize, src: usize, dst: usize, bytes: u32): u32 {
    One.key(kek);
    let a = load<u64>(src);
    memory.copy(dst, src + 8, bytes);
    let step = TIMES * (bytes >> 3);
    for (let time: u64 = 0; time < TIMES; time++) {
      for (let r = dst + bytes - 8; r >= dst; r -= 8, step--) {
        store<u64>(BLOCKS, a ^ bswap<u64>(step));
        store<u64>(BLOCKS, load<u64>(r), 8);
        One.decrypt(BLOCKS, BLOCKS);
        a = load<u64>(BLOCKS);
        store<u64>(r, load<u64>(BLOCKS, 8));
      }
    }
    const diff = a ^ IV;
    const right = 1 - ((diff | (0 - diff)) >> 63);
    for (let r = dst; r < dst + bytes; r += 8) store<u64>(r, load<u64>(r) & (0 - right));
    return Declassify.value(<u32>right); // public: who sent the key sees whether it was taken
  }

  /** Puts a 16-byte key into the next lane, and wraps all that wait when it is the last. Answers how many lanes wait. */
  static lane(waiting: u32, kek: usize, key: usize, to: usize): u32 {
    const at = (<usize>waiting) << 2;
    store<u32>(LANE_KEYS + at, <u32>kek);
    store<u32>(KEYS + at, <u32>key);
    store<u32>(TO + at, <u32>to);
    if (++waiting < 8 * GROUPS) return waiting;
    KeyWrap.groups(GROUPS);
    return 0;
  }

  /** Wraps those that wait; the last few one by one where that is faster, or else the lanes left do the same as the first. */
  static rest(waiting: u32): void {
    while ((waiting & 7) > FEW) waiting = KeyWrap.lane(waiting, load<u32>(LANE_KEYS), load<u32>(KEYS), load<u32>(TO));
    const groups = waiting >> 3;
    for (let at = (<usize>groups) << 5; at < (<usize>waiting) << 2; at += 4)
      KeyWrap.wrap(load<u32>(LANE_KEYS + at), load<u32>(KEYS + at), load<u32>(TO + at), 16);
    if (groups > 0) KeyWrap.groups(groups);
  }

  /** 16-byte keys, eight a group, to 24 bytes each. */
  private static groups(groups: u32): void {
    Aes.keys(groups);
    const end = (<usize>groups) << 7;
    for (let group: usize = 0; group < end; group += 128) {
      for (let lane: usize = 0; lane < 8; lane++) {
        const key = <usize>load<u32>(KEYS + (group >> 2) + (lane << 2));
        store<u64>(LANES + (lane << 4), IV);
        store<u64>(LANES + (lane << 4), load<u64>(key), 8);
        store<u64>(OTHERS + group + (lane << 4), load<u64>(key, 8), 8);
      }
      Aes.transpose(LANES, STATE + group);
      Aes.transpose(OTHERS + group, OTHERS + group);
    }
    for (let step: u64 = 1; step <= 2 * TIMES; step++) {
      Aes.encryptGroups(STATE, groups);
      for (let at: usize = 0; at < end; at += 16) {
        const plane = STATE + at;
        const other = OTHERS + at;
        const k: u64 = (<u64>at >> 4) & 7;
        const done = load<u64>(plane, 8);
        store<u64>(plane, load<u64>(plane) ^ (((step >> k) & 1) * 0xff00_0000_0000_0000)); // A ^ step, in byte 7
        store<u64>(plane, load<u64>(other, 8), 8); // R1 and R2 in turn
        store<u64>(other, done, 8);
      }
    }
    for (let group: usize = 0; group < end; group += 128) {
      Aes.transpose(STATE + group, LANES);
      Aes.transpose(OTHERS + group, OTHERS + group);
      for (let lane: usize = 0; lane < 8; lane++) {
        const out = <usize>load<u32>(TO + (group >> 2) + (lane << 2));
        store<u64>(out, load<u64>(LANES + (lane << 4)));
        store<u64>(out, load<u64>(LANES + (lane << 4), 8), 8);
        store<u64>(out, load<u64>(OTHERS + group + (lane << 4), 8), 16);
      }
    }
  }
}
