// Everything derived from a key while a call runs lies in this one region, so that one fill wipes it.
//
// Planes are 128 bytes: eight planes of 16. Lanes are 128 bytes: eight blocks of 16. Who uses what, and when:
//
//   ROUND_KEYS  11 x 128   round keys of the eight lanes, from Aes.keys until the next
//   STATE       128        planes: MAC state, or the one state of a mode
//   MIXED       128        planes: what the MAC encrypts next
//   STREAM      128        planes: key stream
//   FIRST       128        planes: counter block 0
//   TAGS        128        lanes: encrypted counter block 0, S0
//   BLOCKS      128        lanes: blocks on their way in or out
//   MASKS       128        lanes or planes: which bytes are within a message; verdicts
//   SHARED      1,024      rounds 1 and 2 of four counters (assembly/circuit/counter.mjs)
//   COPY        64         a raw key, a subkey, a chaining block
//   LANE_KEYS   8 x u32    address of each lane's raw key
//   LANE_AT     8 x u32    address of each lane's packet, less the offset
//   LANE_DESC   8 x u32    address of each lane's descriptor; 0: a lane without a packet

const PLANES: usize = 128;
const SIZE: usize = 11 * PLANES + 7 * PLANES + 1024 + 64 + 96;
const BASE: usize = memory.data(3392, 64);

export const ROUND_KEYS: usize = BASE;
export const STATE: usize = ROUND_KEYS + 11 * PLANES;
export const MIXED: usize = STATE + PLANES;
export const STREAM: usize = MIXED + PLANES;
export const FIRST: usize = STREAM + PLANES;
export const TAGS: usize = FIRST + PLANES;
export const BLOCKS: usize = TAGS + PLANES;
export const MASKS: usize = BLOCKS + PLANES;
export const SHARED: usize = MASKS + PLANES;
export const COPY: usize = SHARED + 1024;
export const LANE_KEYS: usize = COPY + 64;
export const LANE_AT: usize = LANE_KEYS + 32;
export const LANE_DESC: usize = LANE_AT + 32;

export class Scratch {
  /** Zeroes all that held keys, round keys, key stream or state. Every export that ciphers calls it once, before it returns. */
  static wipe(): void {
    memory.fill(BASE, 0, SIZE);
  }
}
