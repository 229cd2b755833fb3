// The steps of a batch that touch the packets (assembly/circuit/lanes.mjs), for the flavour being compiled.
import * as constant from '../generated/const';
import * as relaxed from '../generated/relaxed';
import * as scalar from '../generated/scalar';
import { LANE_AT, MIXED, STATE, STREAM } from './scratch';

export class Lanes {
  /** One block of each lane's packet, in place, with the key stream in STREAM; MIXED = STATE ^ plaintext. */
  static crypt(offset: usize, open: bool): void {
    if (ASC_FEATURE_RELAXED_SIMD) relaxed.crypt(LANE_AT, offset, STREAM, STATE, MIXED, open);
    else if (ASC_FEATURE_SIMD) constant.crypt(LANE_AT, offset, STREAM, STATE, MIXED, open);
    else scalar.crypt(LANE_AT, offset, STREAM, STATE, MIXED, open);
  }
}
