// How a key gets into a slot, and out of it. A TEK's bytes are looked up first (rules in tombstones.ts), if they are not fresh ones:
//
//   live slot of the same owner, SAID and use     that slot; nothing moves
//   erased, same owner, SAID and use              a new slot that goes on at the old PN or window top, and with the old counters
//   sealing, and any other row of that direction  refused: two slots would use one (key, nonce) space
//   otherwise                                     a new slot
//
// Everything is checked before anything is taken.
import { Block } from '../aes/block';
import { Hmac } from '../hash/hmac';
import {
  BIRTH_BYTE_LIMIT,
  BIRTH_CIPHER,
  BIRTH_FIRST_PN,
  BIRTH_GENERATION,
  BIRTH_LEASE,
  BIRTH_OWNER,
  BIRTH_SAID,
  BIRTH_SEQUENCE,
  BIRTH_SLOT,
  BIRTH_USE,
  BIRTH_WINDOW,
  CIPHER_CCM,
  COLD_FIRST_USE,
  COLD_NEXT,
  COLD_OUTER,
  COLD_OWNER,
  COLD_TOMB,
  IO_BIRTH,
  LOAN_LENT,
  NONE,
  PN_LIMIT,
  SLOT_BYTE_LIMIT,
  SLOT_BYTES,
  SLOT_CIPHER,
  SLOT_EKS,
  SLOT_GENERATION,
  SLOT_KEY,
  SLOT_LEASE,
  SLOT_LOAN,
  SLOT_NEXT_PN,
  SLOT_PACKETS,
  SLOT_SAID,
  SLOT_USE,
  SLOT_WINDOW,
  TOMB_BYTES,
  TOMB_NEXT_PN,
  TOMB_PACKETS,
  TOMB_SLOT,
  USE_MAC,
  USE_OPEN_UP,
  USE_SEAL_UP,
  VAULT_FULL_SLOTS,
  VAULT_FULL_TOMBSTONES,
  VAULT_FULL_WINDOWS,
  VAULT_IN_USE,
  VAULT_LIVE,
  VAULT_NEW,
  VAULT_RESUMED,
  WINDOW_NEXT,
  WINDOW_TOP,
} from '../layout';
import { Windows } from '../pdu/window';
import { io } from './memory';
import { Slots } from './slots';
import { Tombstones, taken } from './tombstones';

export class Install {
  @inline static isTek(use: i32): bool {
    return use <= USE_OPEN_UP;
  }

  @inline static seals(use: i32): bool {
    return use <= USE_SEAL_UP;
  }

  /** Whether a TEK takes a replay window. */
  @inline static windowed(use: i32, cipher: u32): bool {
    return !Install.seals(use) && cipher === CIPHER_CCM;
  }

  /** The first PN that is never used; of MBS, the last ROC and frame number, given up so that the counter cannot wrap. */
  @inline static limit(cipher: u32): u32 {
    return cipher === CIPHER_CCM ? PN_LIMIT : u32.MAX_VALUE;
  }

  /** A TEK of 16 bytes, born as the birth record in the io region says. */
  static tek(key: usize): u32 {
    const birth = io + IO_BIRTH;
    Tombstones.settle();
    Tombstones.print(key);
    const row = Tombstones.find(
      load<u32>(birth, BIRTH_OWNER),
      load<u16>(birth, BIRTH_SAID),
      load<u8>(birth, BIRTH_USE),
      load<u8>(birth, BIRTH_CIPHER),
    );
    if (taken) return VAULT_IN_USE;
    const slot = row === NONE ? NONE : load<u32>(Tombstones.row(row), TOMB_SLOT);
    if (slot === NONE) return Install.birth(key, birth, row);
    Install.answer(slot, birth);
    return VAULT_LIVE;
  }

  /** A TEK just drawn from the DRBG, born as the record at `birth` says. */
  static fresh(key: usize, birth: usize): u32 {
    Tombstones.fresh();
    return Install.birth(key, birth, NONE);
  }

  /** Takes a slot, and `row` or a new one. */
  private static birth(key: usize, birth: usize, row: u32): u32 {
    const use = load<u8>(birth, BIRTH_USE);
    const cipher = load<u8>(birth, BIRTH_CIPHER);
    const owner = load<u32>(birth, BIRTH_OWNER);
    const said = load<u16>(birth, BIRTH_SAID);
    const windowed = Install.windowed(use, cipher);
    const resumed = row !== NONE;
    if (!resumed && Tombstones.full()) return VAULT_FULL_TOMBSTONES;
    if (windowed && Windows.full()) return VAULT_FULL_WINDOWS;
    const slot = Slots.allocate(owner);
    if (slot === NONE) return VAULT_FULL_SLOTS;

    if (!resumed) row = Tombstones.add(owner, said, use, cipher);
    const line = Tombstones.row(row);
    const next = load<u32>(line, TOMB_NEXT_PN);
    store<u32>(line, slot, TOMB_SLOT);
    store<u32>(Slots.cold(slot), row, COLD_TOMB);
    store<f64>(Slots.cold(slot), NaN, COLD_FIRST_USE);

    const hot = Slots.hot(slot);
    Block.copy(hot + SLOT_KEY, key);
    store<u8>(hot, use, SLOT_USE);
    store<u8>(hot, cipher, SLOT_CIPHER);
    store<u8>(hot, load<u8>(birth, BIRTH_SEQUENCE), SLOT_EKS);
    store<u16>(hot, said, SLOT_SAID);
    store<u32>(hot, min<u32>(load<u32>(birth, BIRTH_LEASE), Install.limit(cipher)), SLOT_LEASE);
    store<u64>(hot, load<u64>(birth, BIRTH_BYTE_LIMIT), SLOT_BYTE_LIMIT);
    store<u64>(hot, load<u64>(line, TOMB_BYTES), SLOT_BYTES);
    store<u32>(hot, load<u32>(line, TOMB_PACKETS), SLOT_PACKETS);
    store<u32>(hot, NONE, SLOT_WINDOW);
    if (Install.seals(use)) store<u32>(hot, max<u32>(next, load<u32>(birth, BIRTH_FIRST_PN)), SLOT_NEXT_PN);
    else if (windowed) {
      const top = next === 0 ? 0 : next - 1;
      store<u32>(hot, Windows.allocate(load<u32>(birth, BIRTH_WINDOW), top, 0), SLOT_WINDOW);
    }
    Install.answer(slot, birth);
    return resumed ? VAULT_RESUMED : VAULT_NEW;
  }

  /** A key of another use: KEK or HMAC. */
  static other(key: usize, length: u32, use: u32, owner: u32): u32 {
    const slot = Slots.allocate(owner);
    if (slot === NONE) return VAULT_FULL_SLOTS;
    const hot = Slots.hot(slot);
    if (use === USE_MAC) Hmac.states(key, length, hot + SLOT_KEY, Slots.cold(slot) + COLD_OUTER);
    else memory.copy(hot + SLOT_KEY, key, length);
    store<u8>(hot, <u8>use, SLOT_USE);
    store<u32>(hot, NONE, SLOT_WINDOW);
    store<u32>(Slots.cold(slot), NONE, COLD_TOMB);
    Install.answer(slot, io + IO_BIRTH);
    return VAULT_NEW;
  }

  /** Wipes a live slot; a TEK leaves its tombstone behind, which is settled unless it goes too. */
  static erase(slot: u32): void {
    const hot = Slots.hot(slot);
    const row = load<u32>(Slots.cold(slot), COLD_TOMB);
    if (row !== NONE) {
      const line = Tombstones.row(row);
      store<u32>(line, NONE, TOMB_SLOT);
      // The window of a lent opening slot is with its borrower: what comes back as this key opens nothing.
      // How much of a lent sealing slot's byte limit is used nobody knows: all of it.
      const lent = load<u8>(hot, SLOT_LOAN) === LOAN_LENT;
      const seals = Install.seals(load<u8>(hot, SLOT_USE));
      const limit = load<u64>(hot, SLOT_BYTE_LIMIT);
      store<u32>(line, lent && !seals ? PN_LIMIT : Install.nextPn(hot), TOMB_NEXT_PN);
      store<u64>(line, lent && seals && limit !== u64.MAX_VALUE ? limit : load<u64>(hot, SLOT_BYTES), TOMB_BYTES);
      store<u32>(line, load<u32>(hot, SLOT_PACKETS), TOMB_PACKETS);
    }
    for (let index = load<u32>(hot, SLOT_WINDOW); index !== NONE; ) {
      const next = load<u32>(Windows.at(index), WINDOW_NEXT);
      Windows.release(index);
      index = next - 1;
    }
    Slots.release(slot);
  }

  /** Erases every slot of an owner, then drops its tombstones. */
  static forget(owner: u32): void {
    for (let link = load<u32>(Slots.head(owner)); link !== 0; ) {
      const slot = link - 1;
      const line = Slots.cold(slot);
      link = load<u32>(line, COLD_NEXT);
      if (load<u32>(line, COLD_OWNER) === owner) Install.erase(slot);
    }
    Tombstones.forget(owner);
  }

  /** Sealing: the next PN. Opening: one above the highest PN accepted. */
  static nextPn(hot: usize): u32 {
    if (Install.seals(load<u8>(hot, SLOT_USE))) return load<u32>(hot, SLOT_NEXT_PN);
    const window = load<u32>(hot, SLOT_WINDOW);
    return window === NONE ? 0 : load<u32>(Windows.at(window), WINDOW_TOP) + 1;
  }

  private static answer(slot: u32, birth: usize): void {
    store<u32>(birth, slot, BIRTH_SLOT);
    store<u32>(birth, load<u32>(Slots.hot(slot), SLOT_GENERATION), BIRTH_GENERATION);
  }
}
