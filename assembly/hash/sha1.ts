// SHA-1 (FIPS 180-4 §6.1), one message at a time. Between calls HASH holds H0..H4, LENGTH the bytes taken so far, and
// BLOCK the LENGTH mod 64 bytes that do not fill a block yet. Everything may be secret (secret.ts).
import { BLOCK, HASH, SCHEDULE } from '../secret';

let LENGTH: u32 = 0;

export const SHA1_DIGEST = 20;
export const SHA1_BLOCK = 64;

export class Sha1 {
  static begin(): void {
    store<u32>(HASH, 0x67452301, 0);
    store<u32>(HASH, 0xefcdab89, 4);
    store<u32>(HASH, 0x98badcfe, 8);
    store<u32>(HASH, 0x10325476, 12);
    store<u32>(HASH, 0xc3d2e1f0, 16);
    LENGTH = 0;
  }

  /** Goes on at the H0..H4 that one block led to. */
  static resume(state: usize): void {
    memory.copy(HASH, state, SHA1_DIGEST);
    LENGTH = SHA1_BLOCK;
  }

  static update(src: usize, length: u32): void {
    let held = LENGTH & 63;
    LENGTH += length;
    while (length > 0) {
      const n = min<u32>(SHA1_BLOCK - held, length);
      memory.copy(BLOCK + held, src, n);
      src += n;
      length -= n;
      held += n;
      if (held === SHA1_BLOCK) {
        Sha1.block();
        held = 0;
      }
    }
  }

  /** Writes the 20-byte digest. */
  static end(dst: usize): void {
    let held = LENGTH & 63;
    store<u8>(BLOCK + held++, 0x80);
    memory.fill(BLOCK + held, 0, SHA1_BLOCK - held);
    if (held > 56) {
      Sha1.block();
      memory.fill(BLOCK, 0, SHA1_BLOCK);
    }
    store<u64>(BLOCK, bswap<u64>((<u64>LENGTH) << 3), 56);
    Sha1.block();
    for (let i = 0; i < SHA1_DIGEST; i += 4) store<u32>(dst + i, Sha1.swap(load<u32>(HASH + i)));
  }

  /** Big-endian to little-endian and back. */
  @inline
  private static swap(word: u32): u32 {
    return (rotl<u32>(word, 8) & 0x00ff00ff) | (rotr<u32>(word, 8) & 0xff00ff00);
  }

  private static block(): void {
    for (let t: usize = 0; t < 64; t += 4) store<u32>(SCHEDULE + t, Sha1.swap(load<u32>(BLOCK + t)));
    for (let t: usize = SCHEDULE + 64; t < SCHEDULE + 320; t += 4) {
      const w = load<u32>(t - 12) ^ load<u32>(t - 32) ^ load<u32>(t - 56) ^ load<u32>(t - 64);
      store<u32>(t, rotl<u32>(w, 1));
    }
    let a = load<u32>(HASH, 0);
    let b = load<u32>(HASH, 4);
    let c = load<u32>(HASH, 8);
    let d = load<u32>(HASH, 12);
    let e = load<u32>(HASH, 16);
    for (let t: usize = 0; t < 320; t += 4) {
      // Which function f and constant K a round takes depends on its number alone.
      let f: u32;
      if (t < 80) f = (d ^ (b & (c ^ d))) + 0x5a827999;
      else if (t < 160) f = (b ^ c ^ d) + 0x6ed9eba1;
      else if (t < 240) f = ((b & c) | (d & (b | c))) + 0x8f1bbcdc;
      else f = (b ^ c ^ d) + 0xca62c1d6;
      const next = rotl<u32>(a, 5) + f + e + load<u32>(SCHEDULE + t);
      e = d;
      d = c;
      c = rotl<u32>(b, 30);
      b = a;
      a = next;
    }
    store<u32>(HASH, load<u32>(HASH, 0) + a, 0);
    store<u32>(HASH, load<u32>(HASH, 4) + b, 4);
    store<u32>(HASH, load<u32>(HASH, 8) + c, 8);
    store<u32>(HASH, load<u32>(HASH, 12) + d, 12);
    store<u32>(HASH, load<u32>(HASH, 16) + e, 16);
  }
}
