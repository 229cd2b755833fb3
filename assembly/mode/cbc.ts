// CBC (SP 800-38A §6.2), whole blocks. `chain`: the IV, then the last ciphertext block, so that a long message may come in parts.
import { Aes } from '../aes/aes';
import { Block } from '../aes/block';
import { One } from '../aes/one';
import { BLOCKS, TAGS } from '../aes/scratch';

export class Cbc {
  /** One block after the other, since each needs the one before it. `src` may be `dst`. */
  static encrypt(key: usize, chain: usize, src: usize, dst: usize, blocks: u32): void {
    One.key(key);
    for (; blocks > 0; blocks--, src += 16, dst += 16) {
      One.chain(chain, src);
      Block.copy(dst, chain);
    }
  }

  /** Eight blocks at a time. `src` may be `dst`. */
  static decrypt(key: usize, chain: usize, src: usize, dst: usize, blocks: u32): void {
    Aes.key(key);
    while (blocks > 0) {
      const n = min<u32>(blocks, 8);
      memory.copy(TAGS, src, (<usize>n) << 4);
      Aes.decrypt8(TAGS, BLOCKS);
      for (let at: usize = 0; at < (<usize>n) << 4; at += 16) {
        Block.sum(dst + at, BLOCKS + at, chain);
        Block.copy(chain, TAGS + at);
      }
      src += (<usize>n) << 4;
      dst += (<usize>n) << 4;
      blocks -= n;
    }
  }
}
