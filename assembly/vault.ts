// The vault's operations. Arguments stand in the io region (birth record, data), answers too; each returns a VAULT_* code.
// A slot's use is fixed at birth and checked here at every use: nothing crosses.
import { Compare } from './compare';
import { Drbg } from './drbg';
import { Hmac } from './hash/hmac';
import { Sha1 } from './hash/sha1';
import {
  BIRTH_GENERATION,
  BIRTH_OWNER,
  BIRTH_SLOT,
  BIRTH_USE,
  COLD_OUTER,
  COLD_OWNER,
  IO_BIRTH,
  IO_DATA,
  IO_OUT,
  LOAN_BORROWED,
  SLOT_CIPHER,
  SLOT_KEY,
  SLOT_LEASE,
  SLOT_LOAN,
  SLOT_USE,
  USE_KEK_AESKW,
  USE_KEK_ECB,
  USE_MAC,
  USE_OPEN_DOWN,
  USE_OPEN_UP,
  USE_SEAL_DOWN,
  USE_SEAL_UP,
  VAULT_DONE,
  VAULT_ERASED,
  VAULT_FULL_SLOTS,
  VAULT_INTEGRITY,
  VAULT_LOWER,
  VAULT_NEW,
  VAULT_RESEED,
  VAULT_USE,
} from './layout';
import { Ecb } from './mode/ecb';
import { KeyWrap } from './mode/keywrap';
import { BYTES, PADDED, Secret } from './secret';
import { Bulk, DRBG } from './vault/bulk';
import { Install } from './vault/install';
import { io } from './vault/memory';
import { Slots } from './vault/slots';
import { FINGERPRINT_KEY, Tombstones } from './vault/tombstones';

const TEK_SIZE = 16;
const AK_SIZE = 20;
const MAC_SIZE = 20;
const DIGEST_SIZE = 20;

// PKMv1 pads (802.16 §7.5.4)
const K_PAD: u8 = 0x53;
const H_PAD_U: u8 = 0x5c;
const H_PAD_D: u8 = 0x3a;

export class Vault {
  /** Seeds the DRBG with the entropy in the io region: 32 bytes of entropy, 16 of nonce; then the key of the fingerprints is born. */
  static seed(): void {
    Drbg.instantiate(DRBG, true, io + IO_DATA, 32, io + IO_DATA + 32, 16, 0, 0);
    Drbg.generate(DRBG, true, 0, 0, FINGERPRINT_KEY, 16);
    Vault.done(48);
  }

  /** 32 bytes of entropy in the io region. */
  static reseed(): void {
    Drbg.reseed(DRBG, true, io + IO_DATA, 32, 0, 0);
    Vault.done(32);
  }

  /** Random bytes behind the `extra` bytes of additional input in the io region. */
  static random(extra: u32, length: u32): u32 {
    const ok = Drbg.generate(DRBG, true, io + IO_DATA, extra, io + IO_DATA + extra, length);
    Vault.done(extra);
    return ok ? VAULT_DONE : VAULT_RESEED;
  }

  /** A new TEK; `extra` bytes of additional input: 32 fresh ones, then the context. */
  static generate(extra: u32): u32 {
    const ok = Drbg.generate(DRBG, true, io + IO_DATA, extra, BYTES, TEK_SIZE);
    const code = ok ? Install.fresh(BYTES, io + IO_BIRTH) : VAULT_RESEED;
    Vault.done(extra);
    return code;
  }

  /** As many TEKs as there are birth records in the bulk region. */
  static generateMany(extra: u32, n: u32): u32 {
    const code = Bulk.generate(extra, n);
    Vault.done(extra);
    return code;
  }

  /** Sealing TEKs, each under its KEK: 24 bytes by AES key wrap, 16 by AES-ECB, as the KEK's use says. */
  static wrapMany(n: u32): u32 {
    const code = Bulk.wrap(n);
    Vault.done(0);
    return code;
  }

  /** Raw bytes: 16, or 20 for an HMAC key. */
  static put(): u32 {
    const use = load<u8>(io, IO_BIRTH + BIRTH_USE);
    const length: u32 = use === USE_MAC ? MAC_SIZE : TEK_SIZE;
    const code = Install.isTek(use)
      ? Install.tek(io + IO_DATA)
      : Install.other(io + IO_DATA, length, use, load<u32>(io, IO_BIRTH + BIRTH_OWNER));
    Vault.done(length);
    return code;
  }

  /**
   * The same TEK for the other direction: a BS opens what its sealing TEK's SS sends, an SS seals under its unicast TEK. Both of one
   * owner: forgetting another would drop the PN of a key that is still here. Not of a borrowed one: its home may seal in that direction.
   */
  static twin(slot: u32, generation: u32): u32 {
    const hot = Slots.find(slot, generation);
    if (hot === 0) return VAULT_ERASED;
    const from = load<u8>(hot, SLOT_USE);
    const to = load<u8>(io, IO_BIRTH + BIRTH_USE);
    const allowed = (from === USE_SEAL_DOWN && to === USE_OPEN_UP) || (from === USE_OPEN_DOWN && to === USE_SEAL_UP);
    const ours = load<u32>(Slots.cold(slot), COLD_OWNER) === load<u32>(io, IO_BIRTH + BIRTH_OWNER);
    const own = load<u8>(hot, SLOT_LOAN) !== LOAN_BORROWED;
    const code = allowed && ours && own ? Install.tek(hot + SLOT_KEY) : VAULT_USE;
    Vault.done(0);
    return code;
  }

  /** PKMv1 keys of the AK in the io region: KEK, HMAC_KEY_U, HMAC_KEY_D; three (slot, generation) pairs to IO_OUT. */
  static fromAk(): u32 {
    let code: u32 = VAULT_FULL_SLOTS;
    if (Slots.free() >= 3) {
      Vault.derive(K_PAD, load<u8>(io, IO_BIRTH + BIRTH_USE), TEK_SIZE, 0);
      Vault.derive(H_PAD_U, USE_MAC, MAC_SIZE, 8);
      Vault.derive(H_PAD_D, USE_MAC, MAC_SIZE, 16);
      code = VAULT_NEW;
    }
    Vault.done(AK_SIZE);
    return code;
  }

  /** SHA-1 of 64 pad bytes and the AK; the KEK is its leftmost 128 bits. */
  private static derive(pad: u8, use: u32, length: u32, out: usize): void {
    memory.fill(PADDED, pad, 64);
    Sha1.begin();
    Sha1.update(PADDED, 64);
    Sha1.update(io + IO_DATA, AK_SIZE);
    Sha1.end(BYTES);
    Install.other(BYTES, length, use, load<u32>(io, IO_BIRTH + BIRTH_OWNER));
    store<u32>(io + IO_OUT + out, load<u32>(io, IO_BIRTH + BIRTH_SLOT));
    store<u32>(io + IO_OUT + out, load<u32>(io, IO_BIRTH + BIRTH_GENERATION), 4);
  }

  /** The wrapped TEK in the io region; what comes out of it never leaves the core. */
  static unwrap(kekSlot: u32, kekGeneration: u32): u32 {
    const kek = Slots.find(kekSlot, kekGeneration);
    if (kek === 0) return VAULT_ERASED;
    const use = load<u8>(kek, SLOT_USE);
    let code: u32 = VAULT_USE;
    if (use === USE_KEK_AESKW) {
      const whole = KeyWrap.unwrap(kek + SLOT_KEY, io + IO_DATA, BYTES, TEK_SIZE);
      code = whole ? Install.tek(BYTES) : VAULT_INTEGRITY;
    } else if (use === USE_KEK_ECB) {
      Ecb.decrypt(kek + SLOT_KEY, io + IO_DATA, BYTES, 1);
      code = Install.tek(BYTES);
    }
    Vault.done(0);
    return code;
  }

  /** Raises a sealing slot's lease. */
  static lease(slot: u32, generation: u32, upTo: u32): u32 {
    const hot = Slots.find(slot, generation);
    if (hot === 0) return VAULT_ERASED;
    if (!Install.seals(load<u8>(hot, SLOT_USE)) || load<u8>(hot, SLOT_LOAN) === LOAN_BORROWED) return VAULT_USE;
    if (upTo < load<u32>(hot, SLOT_LEASE) || upTo > Install.limit(load<u8>(hot, SLOT_CIPHER))) return VAULT_LOWER;
    store<u32>(hot, upTo, SLOT_LEASE);
    return VAULT_DONE;
  }

  /** VAULT_DONE if both slots hold the same 16 bytes (mac: the same inner state), else VAULT_INTEGRITY. */
  static same(slotA: u32, generationA: u32, slotB: u32, generationB: u32): u32 {
    const a = Slots.find(slotA, generationA);
    const b = Slots.find(slotB, generationB);
    if (a === 0 || b === 0) return VAULT_ERASED;
    const macA = load<u8>(a, SLOT_USE) === USE_MAC;
    const macB = load<u8>(b, SLOT_USE) === USE_MAC;
    if (macA !== macB) return VAULT_INTEGRITY;
    return Compare.equal(a + SLOT_KEY, b + SLOT_KEY, macA ? MAC_SIZE : TEK_SIZE) ? VAULT_DONE : VAULT_INTEGRITY;
  }

  static erase(slot: u32, generation: u32): u32 {
    if (Slots.find(slot, generation) === 0) return VAULT_ERASED;
    Tombstones.settle();
    Install.erase(slot);
    Vault.done(0);
    return VAULT_DONE;
  }

  /** HMAC-SHA1 of the message in the io region to IO_OUT. */
  static hmac(slot: u32, generation: u32, length: u32): u32 {
    const hot = Slots.find(slot, generation);
    if (hot === 0) return VAULT_ERASED;
    if (load<u8>(hot, SLOT_USE) !== USE_MAC) return VAULT_USE;
    Hmac.digest(hot + SLOT_KEY, Slots.cold(slot) + COLD_OUTER, io + IO_DATA, length, io + IO_OUT);
    Vault.done(0);
    return VAULT_DONE;
  }

  /** Checks the digest at IO_OUT: VAULT_DONE or VAULT_INTEGRITY. The right digest is not left behind. */
  static verifyHmac(slot: u32, generation: u32, length: u32): u32 {
    const hot = Slots.find(slot, generation);
    if (hot === 0) return VAULT_ERASED;
    if (load<u8>(hot, SLOT_USE) !== USE_MAC) return VAULT_USE;
    Hmac.digest(hot + SLOT_KEY, Slots.cold(slot) + COLD_OUTER, io + IO_DATA, length, BYTES);
    const equal = Compare.equal(BYTES, io + IO_OUT, DIGEST_SIZE);
    Vault.done(0);
    return equal ? VAULT_DONE : VAULT_INTEGRITY;
  }

  /** Wipes what a call left in scratch, and `length` bytes of the io region. */
  private static done(length: u32): void {
    memory.fill(io + IO_DATA, 0, length);
    Secret.wipe();
  }
}
