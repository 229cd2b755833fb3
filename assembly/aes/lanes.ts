// The steps of a batch that touch the packets (assembly/circuit/lanes.mjs), for the flavour being compiled.
import * as constant from '../generated/const';
import * as relaxed from '../generated/relaxed';
import * as scalar from '../generated/scalar';
import { LANE_AT, MIXED, STATE, STREAM } from './scratch';

export class Lanes {
  /** One block of each lane's packet, in place, with the key stream in STREAM; MIXED = STATE ^ plaintext. */
  @inline
  static crypt(offset: usize, open: bool): void {
    if (ASC_FEATURE_RELAXED_SIMD) relaxed.absorb(LANE_AT, offset, STREAM, STATE, MIXED, open);
    else if (ASC_FEATURE_SIMD) constant.absorb(LANE_AT, offset, STREAM, STATE, MIXED, open);
    else scalar.absorb(LANE_AT, offset, STREAM, STATE, MIXED, open);
    Lanes.apply(offset);
  }

  /** The same without a MAC. */
  static apply(offset: usize): void {
    if (ASC_FEATURE_RELAXED_SIMD) relaxed.apply(LANE_AT, offset, STREAM);
    else if (ASC_FEATURE_SIMD) constant.apply(LANE_AT, offset, STREAM);
    else scalar.apply(LANE_AT, offset, STREAM);
  }
}
