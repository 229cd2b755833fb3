// AES-CTR for MBS over a batch (suite 80 00 xx, facts of the counter in mode/ctr.ts): eight packets a group, each with a counter of
// its own; the last few one by one. Encryption and decryption are one; there is no ICV.
//
// Rounds 1 and 2 are shared between blocks as long as byte 15 of no lane's counter passes 255; then they start anew. Packets of one
// frame count from the same number, so that is once in 256 blocks; of frames of their own, up to eight times.
import { Aes } from '../aes/aes';
import { Block } from '../aes/block';
import { Counter } from '../aes/counter';
import { Lanes } from '../aes/lanes';
import { BLOCKS, COPY, FIRST, MIXED, STATE, STREAM, STREAM_END, TAGS } from '../aes/scratch';
import { CIPHER_MBS, DESC_BODY, DESC_BODY_LENGTH, DESC_KEY, DESC_NONCE } from '../layout';
import { Ctr } from '../mode/ctr';
import { allBlocks, Group, wholeBlocks } from './group';
import { BatchOrder } from './order';

const LAST = COPY; // byte 15 of each lane's first counter; TAGS holds the others

/** The first block whose counters do not share rounds 1 and 2 with those that were prepared last. */
let until: u32 = 0;

const EACH: u64 = 0x0101010101010101;
const LOW: u64 = 0x7f7f7f7f7f7f7f7f;
const COUNT: u64 = 0x0706050403020100; // eight bytes that count

export class BatchCtr {
  /**
   * Every body of cipher MBS whose descriptor's status is OK, in place, at most 2,048 bytes. The first 4 bytes of DESC_NONCE are
   * ROC || frame number.
   */
  static run(descs: usize, n: u32): void {
    const live = BatchOrder.sort(descs, n, CIPHER_MBS);
    const grouped = Group.begin(live);
    for (let first: u32 = 0; first < grouped; first += 8) BatchCtr.group(first, grouped);
    for (let i = grouped; i < live; i++) BatchCtr.packet(BatchOrder.at(i));
  }

  /** One packet, eight of its own blocks at a time. */
  private static packet(desc: usize): void {
    const body = <usize>load<u32>(desc, DESC_BODY);
    Ctr.mbsBlock(desc + DESC_NONCE, FIRST);
    Ctr.crypt(<usize>load<u32>(desc, DESC_KEY), FIRST, body, body, load<u32>(desc, DESC_BODY_LENGTH));
  }

  private static group(first: u32, end: u32): void {
    Group.take(first, end);
    for (let lane: usize = 0; lane < 8; lane++) {
      const desc = Group.desc(lane);
      const counter = TAGS + (lane << 4);
      if (desc) Ctr.mbsBlock(desc + DESC_NONCE, counter);
      else Block.zero(counter);
      store<u8>(LAST + lane, load<u8>(counter, 15));
      store<u8>(counter, 0, 15);
    }
    until = 0;
    let offset: usize = 0;
    for (let block: u32 = 0; block < allBlocks; block += 2, offset += 32) {
      const two = block + 1 < allBlocks;
      BatchCtr.prepare(block, STATE);
      if (two) BatchCtr.prepare(block + 1, STREAM);
      Aes.encrypt(STATE, STATE, two ? STREAM_END : STREAM);
      BatchCtr.apply(block, offset, STATE);
      if (two) BatchCtr.apply(block + 1, offset + 16, STREAM);
    }
  }

  /** Planes after round 2 of the counters of a block. */
  private static prepare(block: u32, to: usize): void {
    const anew = block == until;
    if (anew) until = BatchCtr.start(block);
    if ((block & 15) == 0) BatchCtr.table(block);
    if (anew || (block & 3) == 0) Counter.four(block);
    Counter.one(block, to);
  }

  private static apply(block: u32, offset: usize, stream: usize): void {
    if (block >= wholeBlocks) Group.enterTail(offset);
    Lanes.apply(offset, stream);
    if (block >= wholeBlocks) Group.leaveTail(offset);
  }

  /** Shares what the lanes' counters of `block` have besides byte 15, up to the block that is answered. */
  private static start(block: u32): u32 {
    let blocks: u32 = 256;
    for (let lane: usize = 0; lane < 8; lane++) {
      const counter = BLOCKS + (lane << 4);
      const last = load<u8>(LAST + lane) + block;
      blocks = min<u32>(blocks, 256 - (last & 255));
      Block.copy(counter, TAGS + (lane << 4));
      if (last > 255) Block.increment(counter, last & ~255);
    }
    Aes.transpose(BLOCKS, FIRST);
    Counter.start();
    return block + blocks;
  }

  /** Byte 15 of the counters of 16 blocks from `block` on: a row of bytes in each lane that count, no carry from one to the next. */
  private static table(block: u32): void {
    for (let lane: usize = 0; lane < 8; lane++) {
      const all = <u64>((load<u8>(LAST + lane) + block) & 255) * EACH;
      const row = BLOCKS + (lane << 4);
      store<u64>(row, ((all & LOW) + COUNT) ^ (all & ~LOW));
      store<u64>(row, ((all & LOW) + COUNT + 8 * EACH) ^ (all & ~LOW), 8);
    }
    Aes.transpose(BLOCKS, MIXED);
    Counter.table(MIXED);
  }
}
