// AES-CCM over a batch, eight packets a group. Each step encrypts two states together: the MAC of one block, and the key stream of the next, which
// does not wait for it. The MAC's state stays in planes throughout.
//
//   step   MAC                counter
//   0      B0                 A1
//   1      mac ^ block 1      A2           between steps: load a block of each lane, encrypt or decrypt, store, add the plaintext to the MAC
//   …
//   n      mac ^ block n      A0           n: where the first packet ends; the others, if there are, go on with A(n + 1)
import { Aes } from '../aes/aes';
import { Block } from '../aes/block';
import { Counter } from '../aes/counter';
import { Lanes } from '../aes/lanes';
import { BLOCKS, FIRST, MASKS, STATE, STREAM, STREAM_END, TAGS } from '../aes/scratch';
import { CIPHER_CCM } from '../layout';
import { allBlocks, fewestBlocks, Group, wholeBlocks } from './group';
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
    Aes.transpose(TAGS, FIRST);
    Counter.start();
    Counter.prepare(0, FIRST);
    BatchCcm.step(0, open);

    let block: u32 = 0;
    let offset: usize = 0;
    for (; block < wholeBlocks; offset += 16) {
      Lanes.crypt(offset, open);
      BatchCcm.step(++block, open);
    }
    for (; block < allBlocks; offset += 16) {
      Group.enterTail(offset);
      Aes.transpose(MASKS, MASKS);
      for (let plane: usize = 0; plane < 128; plane += 16) Block.and(STREAM + plane, MASKS);
      Lanes.crypt(offset, open);
      Group.leaveTail(offset);
      BatchCcm.step(++block, open);
    }
  }

  /** The MAC goes over block number `block`, which was added to it; STREAM gets the next key stream; what ends here gets its ICV. */
  private static step(block: u32, open: bool): void {
    const more = block < allBlocks;
    if (block == fewestBlocks) {
      for (let plane: usize = 0; plane < 128; plane += 16) Block.copy(STREAM + plane, FIRST + plane);
      Aes.encrypt(STATE, STREAM, STREAM_END);
      Aes.transpose(STREAM, TAGS);
      if (more) {
        Counter.prepare(block + 1, STREAM);
        Aes.encrypt(STREAM, STREAM, STREAM_END);
      }
    } else {
      if (more) Counter.prepare(block + 1, STREAM);
      Aes.encrypt(STATE, STREAM, more ? STREAM_END : STREAM);
    }
    if (block >= fewestBlocks) BatchCcm.finish(block, open);
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
