// CCM's first blocks and its last eight bytes, in the form of 802.16 (§7.5.1.2): L = 2, M = 8, no associated data.
//
//   B0   0x19 | nonce (13) | payload length, big-endian          the MAC's first block
//   A0   0x01 | nonce (13) | counter, big-endian                 counter block 0 encrypts the ICV
import { Declassify } from '../declassify';
import { DESC_BODY, DESC_BODY_LENGTH, DESC_NONCE, DESC_STATUS, ICV_SIZE, STATUS_ICV } from '../layout';

const B0_FLAGS: u64 = 0x19;
const A0_FLAGS: u64 = 0x01;

export class Icv {
  /** B0 at `b0` and the counter block `counter` (below 256) at `a`, of the packet at `desc`; 0: both zero. */
  @inline
  static blocks(desc: usize, b0: usize, a: usize, counter: u64): void {
    const low = desc ? load<u64>(desc, DESC_NONCE) : 0;
    const high = desc ? load<u64>(desc, DESC_NONCE + 8) & 0xff_ffff_ffff : 0;
    const length = desc ? load<u32>(desc, DESC_BODY_LENGTH) : 0;
    const middle = (high << 8) | (low >> 56);
    store<u64>(b0, (low << 8) | B0_FLAGS);
    store<u64>(b0, middle | ((<u64>bswap<u16>(<u16>length)) << 48), 8);
    store<u64>(a, (low << 8) | A0_FLAGS);
    store<u64>(a, middle | (counter << 56), 8);
  }

  /** Writes the ICV behind the body. */
  @inline
  static seal(desc: usize, icv: u64): void {
    store<u64>(<usize>load<u32>(desc, DESC_BODY) + load<u32>(desc, DESC_BODY_LENGTH), icv);
  }

  /**
   * Checks the ICV behind the body. All eight bytes decide at once, and no branch: the mask that keeps or zeroes the body is
   * applied in either case. Up to seven of the ICV's own bytes are zeroed with it.
   */
  static open(desc: usize, icv: u64): void {
    const body = <usize>load<u32>(desc, DESC_BODY);
    const end = body + load<u32>(desc, DESC_BODY_LENGTH);
    const diff = icv ^ load<u64>(end);
    const wrong = (diff | (0 - diff)) >> 63;
    // Public: who sent the PDU sees whether it was accepted.
    store<u8>(desc, <u8>Declassify.value(wrong) * STATUS_ICV, DESC_STATUS);
    for (let at = body; at < end; at += ICV_SIZE) store<u64>(at, load<u64>(at) & (wrong - 1));
  }
}
