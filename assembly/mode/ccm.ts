// CCM (SP 800-38C, RFC 3610) of one message with associated data: nonce of 13 bytes (L = 2), so at most 65,535 bytes of payload.
// Batches of PDUs do not come here but to batch/ccm.ts.
import { Aes } from '../aes/aes';
import { Block } from '../aes/block';
import { One } from '../aes/one';
import { COPY } from '../aes/scratch';
import { Declassify } from '../declassify';
import { CbcMac } from './cbcmac';
import { Ctr } from './ctr';

const HEAD: usize = COPY; // B0, then the length of the associated data, then counter blocks
const TAG: usize = COPY + 16;
const NONCE_SIZE: usize = 13;

export class Ccm {
  /** `tagSize`: 4, 6 … 16. `src` may be `dst`; the tag goes to `tag`. */
  static seal(
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
    Aes.key(key);
    One.key(key);
    Ccm.mac(nonce, aad, aadSize, src, length, tagSize);
    Ccm.counter(nonce, 1);
    Ctr.stream(HEAD, src, dst, length);
    memory.copy(tag, TAG, tagSize);
  }

  /** 1 if the tag is right, else 0 and `dst` is zero. Found without a branch. */
  static open(
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
    Aes.key(key);
    One.key(key);
    Ccm.counter(nonce, 1);
    Ctr.stream(HEAD, src, dst, length);
    Ccm.mac(nonce, aad, aadSize, dst, length, tagSize);
    let diff: u32 = 0;
    for (let i: usize = 0; i < tagSize; i++) diff |= load<u8>(TAG + i) ^ load<u8>(tag + i);
    const right = (diff - 1) >> 31;
    for (let i: usize = 0; i < length; i++) store<u8>(dst + i, load<u8>(dst + i) & <u8>(0 - right));
    return Declassify.value(right); // public: the caller's answer
  }

  /** Leaves the encrypted tag, 16 bytes, in TAG. */
  private static mac(nonce: usize, aad: usize, aadSize: u32, payload: usize, length: u32, tagSize: u32): void {
    // B0 (SP 800-38C §A.2.1): flags, nonce, length
    store<u8>(HEAD, (u8(aadSize > 0) * 0x40) | (((tagSize - 2) >> 1) << 3) | 1);
    memory.copy(HEAD + 1, nonce, NONCE_SIZE);
    store<u16>(HEAD, bswap<u16>(<u16>length), 14);
    CbcMac.begin();
    CbcMac.block(HEAD);
    // Associated data behind its length: 2 bytes, or ff fe and 4 bytes (§A.2.2)
    if (aadSize > 0) {
      const wide = aadSize >= 0xff00;
      store<u16>(HEAD, wide ? 0xfeff : bswap<u16>(<u16>aadSize));
      store<u32>(HEAD, bswap<u32>(aadSize), 2);
      CbcMac.bytes(HEAD, wide ? 6 : 2);
      CbcMac.bytes(aad, aadSize);
      CbcMac.pad();
    }
    CbcMac.bytes(payload, length);
    CbcMac.pad();
    Ccm.counter(nonce, 0);
    One.encrypt(HEAD, TAG);
    Block.add(TAG, CbcMac.state());
  }

  /** Counter block (§A.3) number `counter`, 0 or 1, in HEAD. */
  private static counter(nonce: usize, counter: u8): void {
    store<u8>(HEAD, 1);
    memory.copy(HEAD + 1, nonce, NONCE_SIZE);
    store<u16>(HEAD, (<u16>counter) << 8, 14);
  }
}
