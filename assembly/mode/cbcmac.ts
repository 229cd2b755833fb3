// The chain under CMAC and CCM: state = AES(state ^ block), zero at first. Whole blocks are taken from where they lie; bytes that do
// not fill one wait in PENDING.
import { Block } from '../aes/block';
import { One } from '../aes/one';
import { COPY, TAGS } from '../aes/scratch';

const STATE: usize = TAGS;
const PENDING: usize = COPY + 48;

let pending: u32 = 0;

export class CbcMac {
  /** Begins under the key that One has. */
  static begin(): void {
    Block.zero(STATE);
    pending = 0;
  }

  @inline
  static block(at: usize): void {
    One.chain(STATE, at);
  }

  static bytes(src: usize, length: u32): void {
    if (pending > 0) {
      const n = min<u32>(16 - pending, length);
      memory.copy(PENDING + pending, src, n);
      pending += n;
      src += n;
      length -= n;
      if (pending < 16) return;
      CbcMac.block(PENDING);
      pending = 0;
    }
    for (; length >= 16; length -= 16, src += 16) CbcMac.block(src);
    memory.copy(PENDING, src, length);
    pending = length;
  }

  /** Zeros up to the end of the block, if one is begun. */
  static pad(): void {
    if (pending == 0) return;
    memory.fill(PENDING + pending, 0, 16 - pending);
    CbcMac.block(PENDING);
    pending = 0;
  }

  /** The state, 16 bytes; may be replaced. */
  @inline
  static state(): usize {
    return STATE;
  }
}
