// A lane group: up to eight packets side by side, each under its own key.
import { Block } from '../aes/block';
import { BLOCKS, LANE_AT, LANE_DESC, LANE_KEYS, MASKS } from '../aes/scratch';
import { DESC_BODY, DESC_BODY_LENGTH, DESC_KEY } from '../layout';
import { BatchOrder } from './order';

// A lane without a packet: a key of zeros and a body longer than any PDU's. What is written there depends on no secret.
const NO_KEY: usize = memory.data(16, 16);
const NOWHERE: usize = memory.data(2048, 16);

/** Whole blocks that every packet of the group has, and blocks (the last may be partial) that the longest has. */
export let wholeBlocks: u32 = 0;
export let allBlocks: u32 = 0;

export class Group {
  /** Blocks of a packet, the last of which may be partial. */
  @inline
  static blocks(desc: usize): u32 {
    return (load<u32>(desc, DESC_BODY_LENGTH) + 15) >> 4;
  }

  /** The lane's descriptor, or 0. */
  @inline
  static desc(lane: usize): usize {
    return <usize>load<u32>(LANE_DESC + (lane << 2));
  }

  /** No keys are expanded yet. */
  static forget(): void {
    Block.zero(LANE_KEYS);
    Block.zero(LANE_KEYS + 16);
  }

  /** Gives the lanes the packets from `first` on, as many as `count`. True if a lane's key is another than before. */
  static take(first: u32, count: u32): bool {
    let changed = false;
    wholeBlocks = u32.MAX_VALUE;
    allBlocks = 0;
    for (let lane: u32 = 0; lane < 8; lane++) {
      const at = (<usize>lane) << 2;
      let desc: usize = 0;
      let key = NO_KEY;
      let body = NOWHERE;
      if (lane < count) {
        desc = BatchOrder.at(first + lane);
        key = <usize>load<u32>(desc, DESC_KEY);
        body = <usize>load<u32>(desc, DESC_BODY);
        wholeBlocks = min(wholeBlocks, load<u32>(desc, DESC_BODY_LENGTH) >> 4);
        allBlocks = max(allBlocks, Group.blocks(desc));
      }
      changed = changed || load<u32>(LANE_KEYS + at) != <u32>key;
      store<u32>(LANE_KEYS + at, <u32>key);
      store<u32>(LANE_AT + at, <u32>body);
      store<u32>(LANE_DESC + at, <u32>desc);
    }
    return changed;
  }

  /**
   * Before a block that is past the end of some lane: such a lane is led to its block in BLOCKS, filled with what is left of the
   * packet and zeros, and MASKS says in lanes which bytes are within.
   */
  static enterTail(offset: usize): void {
    for (let lane: u32 = 0; lane < 8; lane++) {
      const block = BLOCKS + ((<usize>lane) << 4);
      const desc = Group.desc(lane);
      const rest = desc ? <i32>(load<u32>(desc, DESC_BODY_LENGTH) - <u32>offset) : 0;
      Block.mask(MASKS + ((<usize>lane) << 4), rest);
      if (rest >= 16) continue;
      Block.pad(block, desc ? <usize>load<u32>(desc, DESC_BODY) + offset : NO_KEY, rest > 0 ? rest : 0);
      store<u32>(LANE_AT + ((<usize>lane) << 2), <u32>(block - offset));
    }
  }

  /** After it: brings what is left of a packet back. */
  static leaveTail(offset: usize): void {
    for (let lane: u32 = 0; lane < 8; lane++) {
      const desc = Group.desc(lane);
      if (!desc) continue;
      const rest = <i32>(load<u32>(desc, DESC_BODY_LENGTH) - <u32>offset);
      if (rest > 0 && rest < 16)
        memory.copy(<usize>load<u32>(desc, DESC_BODY) + offset, BLOCKS + ((<usize>lane) << 4), rest);
    }
  }
}
