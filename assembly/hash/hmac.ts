// HMAC-SHA1 (FIPS 198-1), key of at most 64 bytes. All that a key is good for are two SHA-1 states, each after one block: key XOR ipad and key
// XOR opad. Whoever uses a key again keeps them in its place, and a digest takes two blocks less.
import { HASH, INNER, PAD } from '../secret';
import { SHA1_BLOCK, SHA1_DIGEST, Sha1 } from './sha1';

const IPAD: u64 = 0x3636363636363636;
const IPAD_TO_OPAD: u64 = 0x6a6a6a6a6a6a6a6a; // 0x36 ^ 0x5c

export class Hmac {
  /** A key's two states, 20 bytes each, to `inner` and `outer`. */
  static states(key: usize, length: u32, inner: usize, outer: usize): void {
    memory.fill(PAD, 0, SHA1_BLOCK);
    memory.copy(PAD, key, length);
    Hmac.state(IPAD, inner);
    Hmac.state(IPAD_TO_OPAD, outer);
  }

  private static state(pad: u64, to: usize): void {
    for (let p = PAD; p < PAD + SHA1_BLOCK; p += 8) store<u64>(p, load<u64>(p) ^ pad);
    Sha1.begin();
    Sha1.update(PAD, SHA1_BLOCK);
    memory.copy(to, HASH, SHA1_DIGEST);
  }

  /** The 20-byte digest of one message; `inner` may be INNER. */
  static digest(inner: usize, outer: usize, src: usize, length: u32, dst: usize): void {
    Sha1.resume(inner);
    Sha1.update(src, length);
    Sha1.end(INNER);
    Sha1.resume(outer);
    Sha1.update(INNER, SHA1_DIGEST);
    Sha1.end(dst);
  }
}
