// The packets that are too few for a lane group: one after the other. Two encryptions run side by side, the MAC's and the counter's; the
// key stream is one block ahead of the MAC, and the last encryption makes S0 instead.
//
//   encryption   MAC               counter
//   0            B0                A1
//   1            mac ^ block 1     A2
//   …
//   n            mac ^ block n     A0
import { Block } from '../aes/block';
import { One } from '../aes/one';
import { BLOCKS, FIRST, MASKS, ONE_STATE } from '../aes/scratch';
import { DESC_BODY, DESC_BODY_LENGTH, DESC_KEY } from '../layout';
import { Icv } from './icv';
import { BatchOrder } from './order';

const EVERYTHING: usize = memory.data<u8>(
  [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
  16,
);

/** As many packets are left over at most: more are faster in a group of eight. */
export const LONE: u32 = 4;

export class Lone {
  /** From `first` to before `end` in working order. */
  static run(first: u32, end: u32, open: bool): void {
    for (; first < end; first++) Lone.packet(BatchOrder.at(first), open);
  }

  private static packet(desc: usize, open: bool): void {
    const length = load<u32>(desc, DESC_BODY_LENGTH);
    const whole = length >> 4;
    const all = (length + 15) >> 4;
    const body = <usize>load<u32>(desc, DESC_BODY);
    One.key(<usize>load<u32>(desc, DESC_KEY));
    Icv.blocks(desc, BLOCKS, FIRST, 0);
    Block.zero(ONE_STATE);
    Block.zero(ONE_STATE + 16); // B0 goes through as it is
    One.crypt(BLOCKS, EVERYTHING, -1, 0, all, open);
    One.crypt(body, EVERYTHING, 0, whole, all, open);
    if (whole < all) {
      const tail = body + ((<usize>whole) << 4);
      const rest = <i32>(length & 15);
      Block.mask(MASKS, rest);
      Block.pad(BLOCKS, tail, rest);
      One.crypt(BLOCKS, MASKS, whole, all, all, open);
      Block.patch(tail, BLOCKS, rest);
    }
    const icv = load<u64>(ONE_STATE) ^ load<u64>(ONE_STATE, 16);
    if (open) Icv.open(desc, icv);
    else Icv.seal(desc, icv);
  }
}
