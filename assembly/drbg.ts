// CTR_DRBG with AES-128 (SP 800-90A rev. 1 §10.2.1), with and without the derivation function.
//
// A working state, of which there may be several:
//
//   0      16     32       40
//   | Key  | V    | reseed |     reseed counter: generate calls since the last entropy, from 1; 0 = never instantiated
//
// A seed of 32 bytes (SEED) passes through every update. Everything here is secret.
import { One } from './aes/one';
import { Ecb } from './mode/ecb';
import { CHAIN, PENDING, SEED, STREAM } from './secret';

export const DRBG_SIZE = 40;
const KEY = 0;
const V = 16;
const COUNTER = 32;
const SEED_LENGTH: u32 = 32;
const BLOCK: u32 = 16;

/** Calls of generate between two reseeds; SP 800-90A table 3 allows 2^48. Each of our calls brings fresh platform bytes besides. */
const RESEED_INTERVAL: u64 = 65536;

const DF_KEY = memory.data<u8>([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], 16);
let PENDING_LENGTH: u32 = 0;

export class Drbg {
  /** Instantiate (§10.2.1.3). Without the derivation function `entropy` is 32 bytes and there is no nonce. */
  static instantiate(
    state: usize,
    df: bool,
    entropy: usize,
    entropyLength: u32,
    nonce: usize,
    nonceLength: u32,
    personal: usize,
    personalLength: u32,
  ): void {
    memory.fill(state, 0, DRBG_SIZE);
    if (df) {
      Derive.begin(entropyLength + nonceLength + personalLength);
      Derive.absorb(entropy, entropyLength);
      Derive.absorb(nonce, nonceLength);
      Derive.absorb(personal, personalLength);
      Derive.end(state);
    } else {
      Drbg.mix(entropy, personal, personalLength);
      Drbg.update(state);
    }
    store<u64>(state, 1, COUNTER);
  }

  /** Reseed (§10.2.1.4). */
  static reseed(state: usize, df: bool, entropy: usize, entropyLength: u32, extra: usize, extraLength: u32): void {
    if (df) {
      Derive.begin(entropyLength + extraLength);
      Derive.absorb(entropy, entropyLength);
      Derive.absorb(extra, extraLength);
      Derive.end(state);
    } else {
      Drbg.mix(entropy, extra, extraLength);
      Drbg.update(state);
    }
    store<u64>(state, 1, COUNTER);
  }

  /** Generate (§10.2.1.5) `length` bytes, at most 65,536. False, and nothing written, when entropy is wanted first. */
  static generate(state: usize, df: bool, extra: usize, extraLength: u32, dst: usize, length: u32): bool {
    const calls = load<u64>(state, COUNTER);
    if (calls === 0 || calls > RESEED_INTERVAL) return false;
    memory.fill(SEED, 0, SEED_LENGTH);
    if (extraLength > 0) {
      if (df) {
        Derive.begin(extraLength);
        Derive.absorb(extra, extraLength);
        Derive.end(state);
      } else {
        memory.copy(SEED, extra, extraLength);
        Drbg.update(state);
      }
    }
    const short = length <= 6 * BLOCK;
    const whole = short ? 0 : length / BLOCK;
    if (whole > 0) Drbg.keystream(state, dst, whole);
    const rest = length - whole * BLOCK;
    const last = (rest + BLOCK - 1) / BLOCK;
    // The update's key stream goes on where the output's ends, under the same key: the last few blocks and it share its round keys.
    Drbg.keystream(state, STREAM, last + SEED_LENGTH / BLOCK);
    memory.copy(dst + whole * BLOCK, STREAM, rest);
    Drbg.replace(state, STREAM + last * BLOCK);
    store<u64>(state, calls + 1, COUNTER);
    return true;
  }

  /** SEED = 32 bytes of entropy XOR a string of at most 32, padded with zeros. */
  private static mix(entropy: usize, text: usize, textLength: u32): void {
    memory.fill(SEED, 0, SEED_LENGTH);
    memory.copy(SEED, text, textLength);
    for (let i: usize = 0; i < SEED_LENGTH; i += 8) store<u64>(SEED + i, load<u64>(SEED + i) ^ load<u64>(entropy + i));
  }

  /** CTR_DRBG_Update (§10.2.1.2) with SEED. */
  static update(state: usize): void {
    Drbg.keystream(state, STREAM, SEED_LENGTH / BLOCK);
    Drbg.replace(state, STREAM);
  }

  /** Key || V = key stream XOR SEED. */
  private static replace(state: usize, stream: usize): void {
    for (let i: usize = 0; i < SEED_LENGTH; i += 8)
      store<u64>(state + KEY + i, load<u64>(stream + i) ^ load<u64>(SEED + i));
  }

  /** `blocks` times V = V + 1 mod 2^128, dst = AES(Key, V). */
  private static keystream(state: usize, dst: usize, blocks: u32): void {
    let high = bswap<u64>(load<u64>(state, V));
    let low = bswap<u64>(load<u64>(state, V + 8));
    for (let i: u32 = 0; i < blocks; i++) {
      low++;
      high += u64(low === 0);
      store<u64>(dst + i * BLOCK, bswap<u64>(high));
      store<u64>(dst + i * BLOCK, bswap<u64>(low), 8);
    }
    store<u64>(state, bswap<u64>(high), V);
    store<u64>(state, bswap<u64>(low), V + 8);
    Ecb.encrypt(state + KEY, dst, dst, blocks);
  }
}

// Block_Cipher_df (§10.3.2) of a string given in pieces, and the update that follows it everywhere. Its two CBC-MAC chains (BCC, §10.3.3),
// which differ in their first block only, run side by side in CHAIN; PENDING is the block being filled. From begin to end One has DF_KEY:
// no other cipher may use it between.
class Derive {
  static begin(length: u32): void {
    One.key(DF_KEY);
    memory.fill(CHAIN, 0, 2 * BLOCK);
    store<u32>(CHAIN, bswap<u32>(1), BLOCK);
    One.encrypt(CHAIN, CHAIN);
    One.encrypt(CHAIN + BLOCK, CHAIN + BLOCK);
    store<u32>(PENDING, bswap<u32>(length), 0);
    store<u32>(PENDING, bswap<u32>(SEED_LENGTH), 4);
    PENDING_LENGTH = 8;
  }

  static absorb(src: usize, length: u32): void {
    while (length > 0) {
      const n = min<u32>(BLOCK - PENDING_LENGTH, length);
      memory.copy(PENDING + PENDING_LENGTH, src, n);
      PENDING_LENGTH += n;
      src += n;
      length -= n;
      if (PENDING_LENGTH === BLOCK) Derive.chain();
    }
  }

  /** SEED, and `state` updated with it. */
  static end(state: usize): void {
    store<u8>(PENDING + PENDING_LENGTH++, 0x80);
    memory.fill(PENDING + PENDING_LENGTH, 0, BLOCK - PENDING_LENGTH);
    Derive.chain();
    One.key(CHAIN);
    One.encrypt(CHAIN + BLOCK, SEED);
    One.encrypt(SEED, SEED + BLOCK);
    Drbg.update(state);
  }

  private static chain(): void {
    One.chain(CHAIN, PENDING);
    One.chain(CHAIN + BLOCK, PENDING);
    PENDING_LENGTH = 0;
  }
}
