// CMAC (SP 800-38B §6, RFC 4493).
import { Block } from '../aes/block';
import { One } from '../aes/one';
import { COPY } from '../aes/scratch';
import { CbcMac } from './cbcmac';

const SUBKEY: usize = COPY;
const LAST: usize = COPY + 16;

export class Cmac {
  /** The 16-byte MAC of a message at `mac`, which may not lie in the message. */
  static mac(key: usize, src: usize, length: u32, mac: usize): void {
    Block.zero(mac);
    Cmac.part(key, mac, src, length, true);
  }

  /**
   * One part of a message; `chain` is zero before the first and the MAC after the last. Every part but the last is a positive
   * multiple of 16 bytes, and the last is not empty unless the whole message is.
   */
  static part(key: usize, chain: usize, src: usize, length: u32, last: bool): void {
    One.key(key);
    CbcMac.begin();
    Block.copy(CbcMac.state(), chain);
    const tail = last ? (length == 0 ? 0 : ((length - 1) & 15) + 1) : 0;
    CbcMac.bytes(src, length - tail);
    if (last) Cmac.finish(src + length - tail, tail);
    Block.copy(chain, CbcMac.state());
  }

  /** The last block: whole under K1, or padded with 1 0…0 under K2. */
  private static finish(src: usize, length: u32): void {
    Block.zero(SUBKEY);
    One.encrypt(SUBKEY, SUBKEY);
    Cmac.double(SUBKEY);
    Block.pad(LAST, src, length);
    if (length < 16) {
      Cmac.double(SUBKEY);
      store<u8>(LAST + length, 0x80);
    }
    Block.add(LAST, SUBKEY);
    CbcMac.block(LAST);
  }

  /** Multiplication by x in GF(2^128) (SP 800-38B §6.1): a shift, and 0x87 by a mask where a bit fell off. */
  private static double(at: usize): void {
    const high = bswap<u64>(load<u64>(at));
    const low = bswap<u64>(load<u64>(at, 8));
    store<u64>(at, bswap<u64>((high << 1) | (low >> 63)));
    store<u64>(at, bswap<u64>((low << 1) ^ ((0 - (high >> 63)) & 0x87)), 8);
  }
}
