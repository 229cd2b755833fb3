// Many keys in one call: rows in the bulk region (layout.ts), births or pairs. All keys are born or none; of wrapped ones JavaScript sees all or none.
import { DRBG_SIZE, Drbg } from '../drbg';
import {
  BIRTH_CIPHER,
  BIRTH_USE,
  BULK_MAX,
  BULK_SIZE,
  BULK_WRAPPED,
  IO_DATA,
  IO_OUT,
  PAIR_GENERATION,
  PAIR_KEK_GENERATION,
  PAIR_KEK_SLOT,
  PAIR_SIZE,
  PAIR_SLOT,
  SLOT_KEY,
  SLOT_USE,
  USE_KEK_AESKW,
  USE_KEK_ECB,
  VAULT_DONE,
  VAULT_ERASED,
  VAULT_FULL_SLOTS,
  VAULT_FULL_TOMBSTONES,
  VAULT_FULL_WINDOWS,
  VAULT_NEW,
  VAULT_RESEED,
  VAULT_USE,
  WRAPPED_SIZE,
} from '../layout';
import { Ecb } from '../mode/ecb';
import { KeyWrap } from '../mode/keywrap';
import { Windows } from '../pdu/window';
import { Install } from './install';
import { bulk, io } from './memory';
import { Slots } from './slots';
import { Tombstones } from './tombstones';

/** State of the vault's generator. */
export const DRBG = memory.data(DRBG_SIZE, 16);

const TEK_SIZE: u32 = 16;

export class Bulk {
  /** A TEK for each of `n` birth records, all from one request to the DRBG with `extra` bytes of additional input in the io region. */
  static generate(extra: u32, n: u32): u32 {
    let windowed: u32 = 0;
    for (let i: u32 = 0; i < n; i++) {
      const birth = Bulk.row(i);
      windowed += u32(Install.windowed(load<u8>(birth, BIRTH_USE), load<u8>(birth, BIRTH_CIPHER)));
    }
    if (n > Tombstones.free()) return VAULT_FULL_TOMBSTONES;
    if (windowed > Windows.free()) return VAULT_FULL_WINDOWS;
    if (n > Slots.free()) return VAULT_FULL_SLOTS;
    const keys = bulk + BULK_SIZE * BULK_MAX;
    if (!Drbg.generate(DRBG, true, io + IO_DATA, extra, keys, n * TEK_SIZE)) return VAULT_RESEED;
    for (let i: u32 = 0; i < n; i++) Install.fresh(keys + i * TEK_SIZE, Bulk.row(i));
    memory.fill(keys, 0, n * TEK_SIZE);
    return VAULT_NEW;
  }

  /** Wraps `n` pairs, up to 32 at a time. Ends at the first that is refused; its number stands at IO_OUT then. */
  static wrap(n: u32): u32 {
    let lanes: u32 = 0;
    for (let i: u32 = 0; i < n; i++) {
      const pair = Bulk.pair(i);
      const to = bulk + BULK_WRAPPED + i * WRAPPED_SIZE;
      const hot = Slots.find(load<u32>(pair, PAIR_SLOT), load<u32>(pair, PAIR_GENERATION));
      const kek = Slots.find(load<u32>(pair, PAIR_KEK_SLOT), load<u32>(pair, PAIR_KEK_GENERATION));
      store<u32>(io, i, IO_OUT);
      if (hot === 0 || kek === 0) return VAULT_ERASED;
      if (!Install.seals(load<u8>(hot, SLOT_USE))) return VAULT_USE;
      const use = load<u8>(kek, SLOT_USE);
      if (use === USE_KEK_AESKW) lanes = KeyWrap.lane(lanes, kek + SLOT_KEY, hot + SLOT_KEY, to);
      else if (use === USE_KEK_ECB) {
        Ecb.encrypt(kek + SLOT_KEY, hot + SLOT_KEY, to, 1);
        store<u64>(to, 0, 16);
      } else return VAULT_USE;
    }
    KeyWrap.rest(lanes);
    return VAULT_DONE;
  }

  @inline private static pair(i: u32): usize {
    return bulk + i * PAIR_SIZE;
  }

  @inline private static row(i: u32): usize {
    return bulk + i * BULK_SIZE;
  }
}
