// CTR (SP 800-38A §6.5) with the whole block as one big-endian counter, and the 802.16 MBS counter made from 32 bits.
import { Aes } from '../aes/aes';
import { Block } from '../aes/block';
import { BLOCKS } from '../aes/scratch';

export class Ctr {
  /** Encrypts or decrypts `length` bytes; `src` may be `dst`. The block at `counter` moves on by one a block begun. */
  static crypt(key: usize, counter: usize, src: usize, dst: usize, length: u32): void {
    Aes.key(key);
    Ctr.stream(counter, src, dst, length);
  }

  /** MBS (suite 80 00 xx): the first counter block is the nonce, ROC (8 bits) || frame number (24 bits), four times. */
  @inline
  static mbsBlock(nonce: usize, to: usize): void {
    const twice = <u64>load<u32>(nonce) * 0x1_0000_0001;
    store<u64>(to, twice);
    store<u64>(to, twice, 8);
  }

  /** As `crypt`, under the round keys that are there. */
  static stream(counter: usize, src: usize, dst: usize, length: u32): void {
    while (length > 0) {
      const n = min<u32>(length, 128);
      const blocks = (n + 15) >> 4;
      for (let i: u32 = 0; i < blocks; i++) {
        Block.copy(BLOCKS + ((<usize>i) << 4), counter);
        Block.increment(counter, 1);
      }
      Aes.encrypt8(BLOCKS, BLOCKS);
      let at: u32 = 0;
      for (; at + 16 <= n; at += 16) Block.sum(dst + at, src + at, BLOCKS + at);
      for (; at < n; at++) store<u8>(dst + at, load<u8>(src + at) ^ load<u8>(BLOCKS + at));
      src += n;
      dst += n;
      length -= n;
    }
  }
}
