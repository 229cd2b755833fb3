// AES-CCM over a batch: B0 and counter block 0 of eight packets, then one block of each a step, MAC and key stream under the same
// round keys, the MAC's state in planes throughout.
//
//   packets sorted by length → groups of 8 → round keys → [ key stream → load, decrypt or encrypt, store → MAC ] … → ICVs
import { Aes } from '../aes/aes';
import { Block } from '../aes/block';
import { Counter } from '../aes/counter';
import { Lanes } from '../aes/lanes';
import { BLOCKS, FIRST, MASKS, MIXED, STATE, STREAM, TAGS } from '../aes/scratch';
import { CIPHER_CCM } from '../layout';
import { allBlocks, Group, wholeBlocks } from './group';
import { Icv } from './icv';
import { Lone } from './lone';
import { BatchOrder } from './order';

export class BatchCcm {
  /** Encrypts every body of cipher CCM whose descriptor's status is OK, in place, and writes its 8-byte ICV behind it. Bodies: at most 2,048 bytes. */
  static seal(descs: usize, n: u32): void {
    BatchCcm.run(descs, n, false);
  }

  /** Decrypts, in place; where the ICV is wrong the status becomes STATUS_ICV and the body zero. */
  static open(descs: usize, n: u32): void {
    BatchCcm.run(descs, n, true);
  }

  private static run(descs: usize, n: u32, open: bool): void {
    const live = BatchOrder.sort(descs, n, CIPHER_CCM);
    const grouped = Group.begin(live);
    for (let first: u32 = 0; first < grouped; first += 8) BatchCcm.group(first, grouped, open);
    Lone.run(grouped, live, open);
  }

  private static group(first: u32, end: u32, open: bool): void {
    Group.take(first, end);
    for (let lane: usize = 0; lane < 8; lane++)
      Icv.blocks(Group.desc(lane), BLOCKS + (lane << 4), TAGS + (lane << 4), 0);
    Aes.transpose(BLOCKS, STATE);
    Aes.encrypt(STATE, STATE);
    Aes.transpose(TAGS, FIRST);
    Counter.start();
    Counter.stream(0);
    Aes.transpose(STREAM, TAGS);

    let block: u32 = 0;
    let offset: usize = 0;
    for (; block < wholeBlocks; offset += 16) {
      Counter.stream(++block);
      Lanes.crypt(offset, open);
      Aes.encrypt(MIXED, STATE);
    }
    BatchCcm.finish(block, open);
    for (; block < allBlocks; offset += 16) {
      Counter.stream(++block);
      Group.enterTail(offset);
      Aes.transpose(MASKS, MASKS);
      for (let plane: usize = 0; plane < 128; plane += 16) Block.and(STREAM + plane, MASKS);
      Lanes.crypt(offset, open);
      Aes.encrypt(MIXED, STATE);
      Group.leaveTail(offset);
      BatchCcm.finish(block, open);
    }
  }

  /** Writes or checks the ICVs of the packets whose last block was number `block`. */
  private static finish(block: u32, open: bool): void {
    let any = false;
    for (let lane: usize = 0; lane < 8; lane++) {
      const desc = Group.desc(lane);
      if (!desc || Group.blocks(desc) != block) continue;
      if (!any) Aes.transpose(STATE, MASKS);
      any = true;
      const icv = load<u64>(MASKS + (lane << 4)) ^ load<u64>(TAGS + (lane << 4));
      if (open) Icv.open(desc, icv);
      else Icv.seal(desc, icv);
    }
  }
}
