// HMAC-SHA1 (FIPS 198-1), key of at most 64 bytes. Between begin and end PAD holds key XOR opad, SHA-1 the inner hash.
import { INNER, PAD } from '../secret';
import { SHA1_BLOCK, SHA1_DIGEST, Sha1 } from './sha1';

const IPAD: u64 = 0x3636363636363636;
const IPAD_TO_OPAD: u64 = 0x6a6a6a6a6a6a6a6a; // 0x36 ^ 0x5c

export class Hmac {
  static begin(key: usize, length: u32): void {
    memory.fill(PAD, 0, SHA1_BLOCK);
    memory.copy(PAD, key, length);
    for (let p = PAD; p < PAD + SHA1_BLOCK; p += 8) store<u64>(p, load<u64>(p) ^ IPAD);
    Sha1.begin();
    Sha1.update(PAD, SHA1_BLOCK);
    for (let p = PAD; p < PAD + SHA1_BLOCK; p += 8) store<u64>(p, load<u64>(p) ^ IPAD_TO_OPAD);
  }

  @inline static update(src: usize, length: u32): void {
    Sha1.update(src, length);
  }

  /** Writes the 20-byte digest. */
  static end(dst: usize): void {
    Sha1.end(INNER);
    Sha1.begin();
    Sha1.update(PAD, SHA1_BLOCK);
    Sha1.update(INNER, SHA1_DIGEST);
    Sha1.end(dst);
  }

  /** The digest of one message. */
  static digest(key: usize, keyLength: u32, src: usize, length: u32, dst: usize): void {
    Hmac.begin(key, keyLength);
    Hmac.update(src, length);
    Hmac.end(dst);
  }
}
