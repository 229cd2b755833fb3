// CBC (SP 800-38A §6.2), whole blocks. `chain`: the IV, then the last ciphertext block, so that a long message may come in parts.
import { Block } from '../aes/block';
import { One } from '../aes/one';
import { BLOCKS } from '../aes/scratch';

export class Cbc {
  /** One block after the other, since each needs the one before it. `src` may be `dst`. */
  static encrypt(key: usize, chain: usize, src: usize, dst: usize, blocks: u32): void {
    One.key(key);
    for (; blocks > 0; blocks--, src += 16, dst += 16) {
      One.chain(chain, src);
      Block.copy(dst, chain);
    }
  }

  /** `src` may be `dst`. */
  static decrypt(key: usize, chain: usize, src: usize, dst: usize, blocks: u32): void {
    One.key(key);
    for (; blocks > 0; blocks--, src += 16, dst += 16) {
      Block.copy(BLOCKS, src);
      One.decrypt(src, dst);
      Block.add(dst, chain);
      Block.copy(chain, BLOCKS);
    }
  }
}
