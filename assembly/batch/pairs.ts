// The last four packets of a batch, or all of a small one: lanes 0..3 carry their MACs, lanes 4..7 their counters, so that one
// encryption serves both. The key stream runs one block ahead of the MAC; the last encryption makes S0 instead.
//
//   encryption   lanes 0..3          lanes 4..7
//   0            B0                  A1
//   1            mac ^ block 1       A2
//   …
//   n            mac ^ block n       A0
import { Aes } from '../aes/aes';
import { Block } from '../aes/block';
import { Lanes } from '../aes/lanes';
import { BLOCKS, FIRST, LANE_KEYS, MASKS, MIXED, STATE, TAGS } from '../aes/scratch';
import { allBlocks, Group, wholeBlocks } from './group';
import { Icv } from './icv';

const HALF: usize = 64; // four blocks
const EVERYTHING: usize = memory.data<u8>(
  [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
  16,
);

export class Pairs {
  static run(first: u32, count: u32, open: bool): void {
    Group.take(first, count, 4);
    Block.copy(LANE_KEYS + 16, LANE_KEYS);
    Aes.keys();
    for (let lane: usize = 0; lane < HALF; lane += 16) {
      const counter = BLOCKS + HALF + lane;
      Icv.blocks(Group.desc(lane >> 4), BLOCKS + lane, counter, 0);
      Block.zero(TAGS + lane);
      Block.copy(TAGS + HALF + lane, counter);
      store<u8>(counter, u8(allBlocks > 0), 15);
    }
    Aes.transpose(TAGS, FIRST);
    Aes.transpose(BLOCKS, STATE);
    Aes.encrypt(STATE, STATE);

    let block: u32 = 0;
    let offset: usize = 0;
    for (; block < wholeBlocks; offset += 16) {
      Lanes.cryptPairs(offset, EVERYTHING, Pairs.after(++block), open);
      Aes.encrypt(MIXED, STATE);
    }
    Pairs.keep(block);
    for (; block < allBlocks; offset += 16) {
      Group.enterTail(offset, 4);
      Aes.transpose(MASKS, MASKS);
      Lanes.cryptPairs(offset, MASKS, Pairs.after(++block), open);
      Aes.encrypt(MIXED, STATE);
      Group.leaveTail(offset, 4);
      Pairs.keep(block);
    }
    Pairs.finish(open);
  }

  /** The counter that is encrypted together with block `block` of the MAC. */
  @inline
  private static after(block: u32): u32 {
    return block < allBlocks ? block + 1 : 0;
  }

  /** Keeps in TAGS the MACs of the packets whose last block was number `block`. */
  private static keep(block: u32): void {
    let any = false;
    for (let lane: usize = 0; lane < 4; lane++) {
      const desc = Group.desc(lane);
      if (!desc || Group.blocks(desc) != block) continue;
      if (!any) Aes.transpose(STATE, MASKS);
      any = true;
      store<u64>(TAGS + (lane << 4), load<u64>(MASKS + (lane << 4)));
    }
  }

  private static finish(open: bool): void {
    Aes.transpose(STATE, MASKS);
    for (let lane: usize = 0; lane < 4; lane++) {
      const desc = Group.desc(lane);
      if (!desc) continue;
      const icv = load<u64>(TAGS + (lane << 4)) ^ load<u64>(MASKS + HALF + (lane << 4));
      if (open) Icv.open(desc, icv);
      else Icv.seal(desc, icv);
    }
  }
}
