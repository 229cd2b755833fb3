// Packets that were copied in together, at the end of a batch's part of the arena: one after the other goes to its place.
//
//   | place 0      | place 1       | place 2     |          | 0 | 1 | 2 |
//         <----------------------------------------------------'
//
// Places are as long as what goes there, or longer, and all of them fit before the end, with what goes nowhere (a packet that is too long) besides: no
// place reaches a packet that has not moved yet.
import { DESC_BODY, DESC_BODY_LENGTH, DESC_PDU, DESC_SIZE } from '../layout';

export class Place {
  static batch(descs: usize, n: u32, at: u32): void {
    for (let d = descs, end = descs + n * DESC_SIZE; d < end; d += DESC_SIZE)
      Place.packet(load<u32>(d, DESC_PDU) + at, load<u32>(d, DESC_BODY), load<u32>(d, DESC_BODY_LENGTH));
  }

  /** Downwards in memory; the two may overlap. `memory.copy` is a call into the engine: much for a short packet. */
  @inline private static packet(to: usize, from: usize, length: usize): void {
    if (length < 8) {
      memory.copy(to, from, length);
      return;
    }
    const rest = length - 8;
    const last = load<u64>(from + rest);
    for (let i: usize = 0; i < rest; i += 8) store<u64>(to + i, load<u64>(from + i));
    store<u64>(to + rest, last);
  }
}
