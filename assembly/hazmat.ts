// One-shot modes for JS over raw keys, all given by address. They trust the binding (bindings/core/modes.ts), which checks every
// length and wipes what it put into linear memory; here each wipes the scratch it used.
import { Scratch } from './aes/scratch';
import { BatchCcm } from './batch/ccm';
import { BatchCtr } from './batch/ctr';
import { Cbc } from './mode/cbc';
import { Ccm } from './mode/ccm';
import { Cmac } from './mode/cmac';
import { Ctr } from './mode/ctr';
import { Ecb } from './mode/ecb';
import { KeyWrap } from './mode/keywrap';

export function hazmatEcbEncrypt(key: usize, src: usize, dst: usize, blocks: u32): void {
  Ecb.encrypt(key, src, dst, blocks);
  Scratch.wipe();
}

export function hazmatEcbDecrypt(key: usize, src: usize, dst: usize, blocks: u32): void {
  Ecb.decrypt(key, src, dst, blocks);
  Scratch.wipe();
}

export function hazmatCbcEncrypt(key: usize, chain: usize, src: usize, dst: usize, blocks: u32): void {
  Cbc.encrypt(key, chain, src, dst, blocks);
  Scratch.wipe();
}

export function hazmatCbcDecrypt(key: usize, chain: usize, src: usize, dst: usize, blocks: u32): void {
  Cbc.decrypt(key, chain, src, dst, blocks);
  Scratch.wipe();
}

export function hazmatCtr(key: usize, counter: usize, src: usize, dst: usize, length: u32): void {
  Ctr.crypt(key, counter, src, dst, length);
  Scratch.wipe();
}

/** The first counter block of MBS, from the 4 bytes at `nonce`. */
export function hazmatMbsBlock(nonce: usize, to: usize): void {
  Ctr.mbsBlock(nonce, to);
}

export function hazmatCmac(key: usize, chain: usize, src: usize, length: u32, last: bool): void {
  Cmac.part(key, chain, src, length, last);
  Scratch.wipe();
}

export function hazmatCcmSeal(
  key: usize,
  nonce: usize,
  aad: usize,
  aadSize: u32,
  src: usize,
  dst: usize,
  length: u32,
  tag: usize,
  tagSize: u32,
): void {
  Ccm.seal(key, nonce, aad, aadSize, src, dst, length, tag, tagSize);
  Scratch.wipe();
}

export function hazmatCcmOpen(
  key: usize,
  nonce: usize,
  aad: usize,
  aadSize: u32,
  src: usize,
  dst: usize,
  length: u32,
  tag: usize,
  tagSize: u32,
): u32 {
  const right = Ccm.open(key, nonce, aad, aadSize, src, dst, length, tag, tagSize);
  Scratch.wipe();
  return right;
}

export function hazmatWrap(kek: usize, src: usize, dst: usize, bytes: u32): void {
  KeyWrap.wrap(kek, src, dst, bytes);
  Scratch.wipe();
}

export function hazmatUnwrap(kek: usize, src: usize, dst: usize, bytes: u32): u32 {
  const right = KeyWrap.unwrap(kek, src, dst, bytes);
  Scratch.wipe();
  return right;
}

/** Eight 16-byte keys under eight KEKs; `keks`, `keys`, `to`: eight u32 addresses each. */
export function hazmatWrap8(keks: usize, keys: usize, to: usize): void {
  for (let lane: usize = 0; lane < 32; lane += 4)
    KeyWrap.lane(
      <u32>lane >> 2,
      <usize>load<u32>(keks + lane),
      <usize>load<u32>(keys + lane),
      <usize>load<u32>(to + lane),
    );
  KeyWrap.rest(8);
  Scratch.wipe();
}

/** The CCM batch over descriptors whose key, nonce, body and cipher are set (layout.ts, DESC_*), without header, PN or window. */
export function hazmatBatchSeal(descs: usize, n: u32): void {
  BatchCcm.seal(descs, n);
  Scratch.wipe();
}

export function hazmatBatchOpen(descs: usize, n: u32): void {
  BatchCcm.open(descs, n);
  Scratch.wipe();
}

export function hazmatBatchCtr(descs: usize, n: u32): void {
  BatchCtr.run(descs, n);
  Scratch.wipe();
}
