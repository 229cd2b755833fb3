// One-shot modes for JS over raw keys and buffers in a region of its own. They trust the binding (bindings/core/hazmat.ts), which
// checks every length; each wipes scratch before it returns, the binding wipes the region.
//
// An instance is used either for a vault (index.ts `init`) or for this: both take memory from __heap_base on.
import { Scratch } from './aes/scratch';
import { Cbc } from './mode/cbc';
import { Ccm } from './mode/ccm';
import { Cmac } from './mode/cmac';
import { Ctr } from './mode/ctr';
import { Ecb } from './mode/ecb';
import { KeyWrap } from './mode/keywrap';

/** Address of a region of `bytes` bytes, aligned to 64; 0 when there is not enough memory. */
export function hazmatRegion(bytes: u32): usize {
  const base = (__heap_base + 63) & ~63;
  const pages = <i32>((base + bytes + 0xffff) >> 16) - memory.size();
  return pages <= 0 || memory.grow(pages) >= 0 ? base : 0;
}

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
  KeyWrap.wrap8(keks, keys, to);
  Scratch.wipe();
}
