// What a packet leaves in its slot: packets, bytes, first and last use.
import { COLD_FIRST_USE, SLOT_BYTES, SLOT_PACKETS, SLOT_TAIL } from '../layout';
import { Slots } from '../vault/slots';

export class Account {
  /** `now` in ms, NaN when the caller did not say. */
  @inline static packet(slot: u32, hot: usize, bytes: u32, now: f64): void {
    store<u64>(hot, load<u64>(hot, SLOT_BYTES) + bytes, SLOT_BYTES);
    store<u32>(hot, load<u32>(hot, SLOT_PACKETS) + 1, SLOT_PACKETS);
    if (now === now) Account.use(slot, hot, now);
  }

  private static use(slot: u32, hot: usize, now: f64): void {
    const line = Slots.cold(slot);
    const first = load<f64>(line, COLD_FIRST_USE);
    if (first === first) store<u32>(hot, <u32>min<f64>(max<f64>(now - first, 0), 4294967295), SLOT_TAIL);
    else store<f64>(line, now, COLD_FIRST_USE);
  }
}
