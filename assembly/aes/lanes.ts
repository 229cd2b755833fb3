// The steps of a batch that touch the packets (assembly/circuit/lanes.mjs), for the flavour being compiled.
import * as constant from '../generated/const';
import * as relaxed from '../generated/relaxed';
import * as scalar from '../generated/scalar';
import { FIRST, LANE_AT, MIXED, STATE, STREAM } from './scratch';

export class Lanes {
  /** One block of each lane's packet, in place, with the key stream in STREAM; MIXED = STATE ^ plaintext. */
  static crypt(offset: usize, open: bool): void {
    if (ASC_FEATURE_RELAXED_SIMD) relaxed.crypt(LANE_AT, offset, STREAM, STATE, MIXED, open);
    else if (ASC_FEATURE_SIMD) constant.crypt(LANE_AT, offset, STREAM, STATE, MIXED, open);
    else scalar.crypt(LANE_AT, offset, STREAM, STATE, MIXED, open);
  }

  /**
   * The same for four packets: STATE holds their MACs in lanes 0..3 and their key stream in lanes 4..7. `within`: one plane, zero
   * past the ends. MIXED also gets counter block `counter`, made of FIRST.
   */
  static cryptPairs(offset: usize, within: usize, counter: u32, open: bool): void {
    if (ASC_FEATURE_RELAXED_SIMD) relaxed.cryptPairs(LANE_AT, offset, STATE, within, FIRST, counter, MIXED, open);
    else if (ASC_FEATURE_SIMD) constant.cryptPairs(LANE_AT, offset, STATE, within, FIRST, counter, MIXED, open);
    else scalar.cryptPairs(LANE_AT, offset, STATE, within, FIRST, counter, MIXED, open);
  }
}
