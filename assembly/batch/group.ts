// A lane group: up to eight packets side by side, each under its own key.
import { Aes } from '../aes/aes';
import { Block } from '../aes/block';
import { BLOCKS, GROUPS, LANE_AT, LANE_DESC, LANE_KEYS, LANE_KEYS_SIZE, MASKS } from '../aes/scratch';
import { DESC_BODY, DESC_BODY_LENGTH, DESC_KEY } from '../layout';
import { LONE } from './lone';
import { BatchOrder } from './order';

// A lane without a packet: a key of zeros and a body longer than any PDU's. What is written there depends on no secret.
const NO_KEY: usize = memory.data(16, 16);
const NOWHERE: usize = memory.data(2048, 16);

/** Whole blocks that every packet of the group has; blocks, the last of which may be partial, that the shortest has, and the longest. */
export let wholeBlocks: u32 = 0;
export let fewestBlocks: u32 = 0;
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

  /** How many of `live` packets go into lane groups: the last few do not. No keys are expanded yet. */
  static begin(live: u32): u32 {
    memory.fill(LANE_KEYS, 0, LANE_KEYS_SIZE);
    return (live & 7) > LONE ? live : live & ~7;
  }

  /** Gives the lanes the packets from `first` on, a multiple of 8, and their round keys, which are made for GROUPS groups at a time. */
  static take(first: u32, end: u32): void {
    const group = (first >> 3) % GROUPS;
    if (group == 0) Group.keys(first, end);
    Aes.take(group);
    wholeBlocks = u32.MAX_VALUE;
    fewestBlocks = u32.MAX_VALUE;
    allBlocks = 0;
    for (let lane: u32 = 0; lane < 8; lane++) {
      const at = (<usize>lane) << 2;
      let desc: usize = 0;
      let body = NOWHERE;
      if (first + lane < end) {
        desc = BatchOrder.at(first + lane);
        body = <usize>load<u32>(desc, DESC_BODY);
        wholeBlocks = min(wholeBlocks, load<u32>(desc, DESC_BODY_LENGTH) >> 4);
        fewestBlocks = min(fewestBlocks, Group.blocks(desc));
        allBlocks = max(allBlocks, Group.blocks(desc));
      }
      store<u32>(LANE_AT + at, <u32>body);
      store<u32>(LANE_DESC + at, <u32>desc);
    }
  }

  /** Round keys of the next groups, unless all their keys are those of the groups before. */
  private static keys(first: u32, end: u32): void {
    const groups = min<u32>(GROUPS, (end - first + 7) >> 3);
    let changed = false;
    for (let lane: u32 = 0; lane < groups << 3; lane++) {
      const at = LANE_KEYS + ((<usize>lane) << 2);
      const key = first + lane < end ? load<u32>(BatchOrder.at(first + lane), DESC_KEY) : <u32>NO_KEY;
      changed = changed || load<u32>(at) != key;
      store<u32>(at, key);
    }
    if (changed) Aes.keys(groups);
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
      Block.pad(block, rest > 0 ? <usize>load<u32>(desc, DESC_BODY) + offset : NO_KEY, rest);
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
        Block.patch(<usize>load<u32>(desc, DESC_BODY) + offset, BLOCKS + ((<usize>lane) << 4), rest);
    }
  }
}
