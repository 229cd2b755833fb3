// AES-CTR for MBS over a batch (suite 80 00 xx, facts of the counter in mode/ctr.ts): eight packets a group, each with a counter of
// its own. Encryption and decryption are one; there is no ICV.
import { Aes } from '../aes/aes';
import { Block } from '../aes/block';
import { FIRST, LANE_AT, STREAM, TAGS } from '../aes/scratch';
import { CIPHER_MBS, DESC_NONCE } from '../layout';
import { Ctr } from '../mode/ctr';
import { allBlocks, Group, wholeBlocks } from './group';
import { BatchOrder } from './order';

export class BatchCtr {
  /**
   * Every body of cipher MBS whose descriptor's status is OK, in place, at most 2,048 bytes. The first 4 bytes of DESC_NONCE are
   * ROC || frame number.
   */
  static run(descs: usize, n: u32): void {
    const live = BatchOrder.sort(descs, n, CIPHER_MBS);
    Group.forget();
    for (let first: u32 = 0; first < live; first += 8) BatchCtr.group(first, min<u32>(8, live - first));
  }

  private static group(first: u32, count: u32): void {
    if (Group.take(first, count, 8)) Aes.keys();
    for (let lane: usize = 0; lane < 8; lane++) {
      const desc = Group.desc(lane);
      const counter = TAGS + (lane << 4);
      if (desc) Ctr.mbsBlock(desc + DESC_NONCE, counter);
      else Block.zero(counter);
    }
    Aes.transpose(TAGS, FIRST);
    let offset: usize = 0;
    for (let block: u32 = 0; block < allBlocks; block++, offset += 16) {
      Aes.encrypt(FIRST, STREAM);
      BatchCtr.next();
      Aes.transpose(STREAM, TAGS);
      if (block >= wholeBlocks) Group.enterTail(offset, 8);
      for (let lane: usize = 0; lane < 8; lane++)
        Block.add(<usize>load<u32>(LANE_AT + (lane << 2)) + offset, TAGS + (lane << 4));
      if (block >= wholeBlocks) Group.leaveTail(offset, 8);
    }
  }

  /** Adds one to the eight counters in FIRST, bit by bit from the lowest, until no lane carries: none of it is secret. */
  private static next(): void {
    let carry: u32 = 0xff;
    for (let byte = FIRST + 15; byte >= FIRST; byte--) {
      for (let plane = byte; plane < byte + 128; plane += 16) {
        const bits = <u32>load<u8>(plane);
        store<u8>(plane, <u8>(bits ^ carry));
        carry &= bits;
        if (carry === 0) return;
      }
    }
  }
}
