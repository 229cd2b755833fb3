// Everything derived from a key while a call runs lies in this one region, so that one fill wipes it.
//
// Planes are 128 bytes: eight planes of 16. Lanes are 128 bytes: eight blocks of 16. Who uses what, and when:
//
//   STATE       128        planes: MAC state of a batch, or the one state of a mode; from here to FIRST, states of key wrap (mode/keywrap.ts)
//   STREAM      128        planes: key stream. It follows STATE: both are encrypted together
//   MIXED       128        planes: last bytes of counters (batch/ctr.ts)
//   BLOCKS      128        lanes: blocks on their way in or out
//   MASKS       128        lanes or planes: which bytes are within a message; MACs on their way out
//   SHARED      5 x 128    rounds 1 and 2 of counters (assembly/circuit/counter.mjs); while keys are expanded, that (schedule.mjs)
//   FIRST       128        planes: counter block 0, and the same after round 2
//   TAGS        128        lanes: encrypted counter block 0 (S0) of a batch; the chain of a serial MAC
//   ONE_KEYS    11 x 16    round keys of the one key of One, from One.key until the next
//   ONE_STATE   2 x 16     MAC and key stream of a lone packet
//   COPY        64         subkeys, counter blocks, a block being filled
//   LANE_KEYS   32 x u32   address of each lane's raw key, up to four groups
//   LANE_AT     8 x u32    address of each lane's packet, less the offset
//   LANE_DESC   8 x u32    address of each lane's descriptor; 0: a lane without a packet
//   ROUND_KEYS  4 x 1408   round keys of the lanes of up to four groups, 11 x 128 each, from Aes.keys until the next

/** Lane groups whose keys are expanded together. */
export const GROUPS: u32 = 4;
export const ROUND_KEYS_SIZE: usize = 11 * 128;
export const LANE_KEYS_SIZE: usize = <usize>GROUPS * 32;

export const STATE: usize = memory.data(7680, 64);
export const STREAM: usize = STATE + 128;
export const STREAM_END: usize = STREAM + 128;
export const MIXED: usize = STREAM_END;
export const BLOCKS: usize = MIXED + 128;
export const MASKS: usize = BLOCKS + 128;
export const SHARED: usize = MASKS + 128;
export const FIRST: usize = SHARED + 5 * 128;
export const TAGS: usize = FIRST + 128;
export const ONE_KEYS: usize = TAGS + 128;
export const ONE_STATE: usize = ONE_KEYS + 176;
export const COPY: usize = ONE_STATE + 32;
export const LANE_KEYS: usize = COPY + 64;
export const LANE_AT: usize = LANE_KEYS + LANE_KEYS_SIZE;
export const LANE_DESC: usize = LANE_AT + 32;
export const ROUND_KEYS: usize = LANE_DESC + 80;

/** Planes of zeros; never written. */
export const NO_PLANES: usize = memory.data(128, 16);

/** End of what may hold something: round keys are many, and those of a lone packet none of these. */
let end: usize = ROUND_KEYS;

export class Scratch {
  /** Round keys of as many groups will be there. */
  @inline
  static takes(groups: u32): void {
    end = max(end, ROUND_KEYS + <usize>groups * ROUND_KEYS_SIZE);
  }

  /** Zeroes all that held keys, round keys, key stream or state. Every export that ciphers calls it once, before it returns. */
  static wipe(): void {
    memory.fill(STATE, 0, end - STATE);
    end = ROUND_KEYS;
  }
}
