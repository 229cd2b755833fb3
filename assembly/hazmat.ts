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

/** AES-128-ECB (SP 800-38A §6.1) of 16-byte blocks; `src` may be `dst`. `key`: 16 bytes. */
export function hazmatEcbEncrypt(key: usize, src: usize, dst: usize, blocks: u32): void {
  Ecb.encrypt(key, src, dst, blocks);
  Scratch.wipe();
}

/** The same backwards. */
export function hazmatEcbDecrypt(key: usize, src: usize, dst: usize, blocks: u32): void {
  Ecb.decrypt(key, src, dst, blocks);
  Scratch.wipe();
}

/** AES-128-CBC (SP 800-38A §6.2) of 16-byte blocks; `chain`: the IV, 16 bytes, then the last block of ciphertext. */
export function hazmatCbcEncrypt(key: usize, chain: usize, src: usize, dst: usize, blocks: u32): void {
  Cbc.encrypt(key, chain, src, dst, blocks);
  Scratch.wipe();
}

/** The same backwards. */
export function hazmatCbcDecrypt(key: usize, chain: usize, src: usize, dst: usize, blocks: u32): void {
  Cbc.decrypt(key, chain, src, dst, blocks);
  Scratch.wipe();
}

/** AES-128-CTR (SP 800-38A §6.5) of `length` bytes; `counter`: the first block, 16 bytes, moves on. */
export function hazmatCtr(key: usize, counter: usize, src: usize, dst: usize, length: u32): void {
  Ctr.crypt(key, counter, src, dst, length);
  Scratch.wipe();
}

/** The first counter block of MBS, from the 4 bytes at `nonce`. */
export function hazmatMbsBlock(nonce: usize, to: usize): void {
  Ctr.mbsBlock(nonce, to);
}

/** A part of an AES-128-CMAC (SP 800-38B §6.2), 16 bytes at `chain`; all parts but the last are whole blocks. */
export function hazmatCmac(key: usize, chain: usize, src: usize, length: u32, last: bool): void {
  Cmac.part(key, chain, src, length, last);
  Scratch.wipe();
}

/** AES-128-CCM (SP 800-38C §6.1) with a nonce of 13 bytes; the tag, 4, 6 … 16 bytes, goes to `tag`. */
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

/** The same backwards (§6.2): 1 if the tag is right, else 0 and `dst` is zero. */
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

/** AES key wrap (RFC 3394 §2.2.1) of `bytes` bytes, a multiple of 8, to 8 more. */
export function hazmatWrap(kek: usize, src: usize, dst: usize, bytes: u32): void {
  KeyWrap.wrap(kek, src, dst, bytes);
  Scratch.wipe();
}

/** `bytes` + 8 bytes to `bytes` (§2.2.2): 1 if they are whole, else 0 and `dst` is zero. */
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

/** The same backwards: STATUS_ICV, and a body of zeros, where the ICV is wrong. */
export function hazmatBatchOpen(descs: usize, n: u32): void {
  BatchCcm.open(descs, n);
  Scratch.wipe();
}

/** The MBS batch over such descriptors: AES-CTR, no ICV; sealing and opening are one. */
export function hazmatBatchCtr(descs: usize, n: u32): void {
  BatchCtr.run(descs, n);
  Scratch.wipe();
}
