// ECB (SP 800-38A §6.1): encryption takes eight blocks at a time, and what is left one by one.
import { Aes } from '../aes/aes';
import { One } from '../aes/one';

export class Ecb {
  /** `blocks` blocks of 16 bytes; `src` may be `dst`. */
  static encrypt(key: usize, src: usize, dst: usize, blocks: u32): void {
    if (blocks >= 8) Aes.key(key);
    for (; blocks >= 8; blocks -= 8, src += 128, dst += 128) Aes.encrypt8(src, dst);
    if (blocks == 0) return;
    One.key(key);
    for (; blocks > 0; blocks--, src += 16, dst += 16) One.encrypt(src, dst);
  }

  /** One block at a time. */
  static decrypt(key: usize, src: usize, dst: usize, blocks: u32): void {
    One.key(key);
    for (; blocks > 0; blocks--, src += 16, dst += 16) One.decrypt(src, dst);
  }
}
