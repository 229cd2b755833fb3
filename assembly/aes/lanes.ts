// The steps of a batch that touch the packets (assembly/circuit/lanes.mjs), for the flavour being compiled.
import * as constant from '../generated/const';
import * as relaxed from '../generated/relaxed';
import * as scalar from '../generated/scalar';
import { LANE_AT, STATE, STREAM } from './scratch';

export class Lanes {
  /** One block of each lane's packet, in place, with the key stream in STREAM; its plaintext is added to STATE. */
  @inline
  static crypt(offset: usize, open: bool): void {
    if (ASC_FEATURE_RELAXED_SIMD) relaxed.absorb(LANE_AT, offset, STREAM, STATE, open);
    else if (ASC_FEATURE_SIMD) constant.absorb(LANE_AT, offset, STREAM, STATE, open);
    else scalar.absorb(LANE_AT, offset, STREAM, STATE, open);
    Lanes.apply(offset, STREAM);
  }

  /** One block of each lane's packet, in place, with the key stream at `stream`. */
  static apply(offset: usize, stream: usize): void {
    if (ASC_FEATURE_RELAXED_SIMD) relaxed.apply(LANE_AT, offset, stream);
    else if (ASC_FEATURE_SIMD) constant.apply(LANE_AT, offset, stream);
    else scalar.apply(LANE_AT, offset, stream);
  }
}
