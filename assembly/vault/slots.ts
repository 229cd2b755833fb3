// The slot table: which slots are free, whose the others are. Slots never used lie above FRESH and are taken in order, so that an
// untouched vault costs no memory; slots given back form a list. All links are 1 + slot, 0 for none.
import {
  COLD_NEXT,
  COLD_OWNER,
  COLD_PREV,
  COLD_SIZE,
  DESC_SIZE,
  DESC_SLOT,
  NONE,
  SLOT_GENERATION,
  SLOT_SIZE,
  SLOT_STATE,
  STATE_LIVE,
  STATE_RETIRED,
} from '../layout';
import { cold, ownerMask, ownerSlots, slotCount, slots } from './memory';

let FRESH: u32 = 0;
let FREE: u32 = 0;
let USED: u32 = 0;
let RETIRED: u32 = 0;

export class Slots {
  @inline static hot(slot: u32): usize {
    return slots + slot * SLOT_SIZE;
  }

  @inline static cold(slot: u32): usize {
    return cold + slot * COLD_SIZE;
  }

  /** The hot line of a live slot, or 0 when the handle is stale. */
  @inline static find(slot: u32, generation: u32): usize {
    if (slot >= slotCount) return 0;
    const p = Slots.hot(slot);
    return load<u32>(p, SLOT_GENERATION) === generation && load<u8>(p, SLOT_STATE) === STATE_LIVE ? p : 0;
  }

  /**
   * Reads the hot lines of a batch's keys, one right after the other: a loop so short has many cache misses under way at a time, where
   * one that works on each packet waits for one after the other. What is read is not used; a load may trap, so no compiler leaves it out.
   */
  static fetch(descs: usize, end: usize): void {
    for (let d = descs; d < end; d += DESC_SIZE) {
      const slot = load<u32>(d, DESC_SLOT);
      if (slot < slotCount) load<u32>(Slots.hot(slot), SLOT_GENERATION);
    }
  }

  @inline static used(): u32 {
    return USED;
  }

  @inline static free(): u32 {
    return slotCount - USED - RETIRED;
  }

  /** A slot of `owner`, live, all else zero; NONE when there is none. */
  static allocate(owner: u32): u32 {
    let slot: u32;
    if (FREE !== 0) {
      slot = FREE - 1;
      FREE = load<u32>(Slots.cold(slot), COLD_NEXT);
    } else if (FRESH < slotCount) {
      slot = FRESH++;
      store<u32>(Slots.hot(slot), 1, SLOT_GENERATION);
    } else return NONE;
    USED++;
    store<u8>(Slots.hot(slot), STATE_LIVE, SLOT_STATE);

    const line = Slots.cold(slot);
    const head = Slots.head(owner);
    const first = load<u32>(head);
    if (first !== 0) store<u32>(Slots.cold(first - 1), slot + 1, COLD_PREV);
    store<u32>(line, owner, COLD_OWNER);
    store<u32>(line, first, COLD_NEXT);
    store<u32>(line, 0, COLD_PREV);
    store<u32>(head, slot + 1);
    return slot;
  }

  /** Wipes the slot and makes every handle to it stale; retires it when its generation would wrap. */
  static release(slot: u32): void {
    const hot = Slots.hot(slot);
    const line = Slots.cold(slot);
    const next = load<u32>(line, COLD_NEXT);
    const prev = load<u32>(line, COLD_PREV);
    if (next !== 0) store<u32>(Slots.cold(next - 1), prev, COLD_PREV);
    if (prev !== 0) store<u32>(Slots.cold(prev - 1), next, COLD_NEXT);
    else store<u32>(Slots.head(load<u32>(line, COLD_OWNER)), next);

    const generation = load<u32>(hot, SLOT_GENERATION) + 1;
    memory.fill(hot, 0, SLOT_SIZE);
    memory.fill(line, 0, COLD_SIZE);
    USED--;
    if (generation === 0) {
      store<u8>(hot, STATE_RETIRED, SLOT_STATE);
      RETIRED++;
      return;
    }
    store<u32>(hot, generation, SLOT_GENERATION);
    store<u32>(line, FREE, COLD_NEXT);
    FREE = slot + 1;
  }

  /** First of the chain that holds an owner's slots (and those of owners equal to it modulo the number of buckets). */
  @inline static head(owner: u32): usize {
    return ownerSlots + (owner & ownerMask) * 4;
  }
}
