// The ABI: every export of the core, one line each. Records and codes (VAULT_*, STATUS_*): layout.ts.
// What an export puts into scratch it wipes before it returns.
import { Scratch } from './aes/scratch';
import { abort } from './env/abort';
import { LAYOUT_VERSION, USED_SLOTS, USED_TOMBSTONES } from './layout';
import { OneShot } from './oneshot';
import { Crc32 } from './pdu/crc32';
import { Header } from './pdu/header';
import { Open } from './pdu/open';
import { Place } from './pdu/place';
import { Seal } from './pdu/seal';
import { Windows } from './pdu/window';
import { Vault } from './vault';
import { Install } from './vault/install';
import { Loan } from './vault/loan';
import { Memory } from './vault/memory';
import { Slots } from './vault/slots';
import { Tombstones } from './vault/tombstones';

export * from './hazmat';

/** Takes all memory; false when there is not enough. */
export function init(slots: u32, windows: u32, replayWindow: u32, tombstones: u32, packets: u32, arena: u32): bool {
  Header.init();
  Crc32.init();
  return Memory.take(slots, windows, replayWindow, tombstones, packets, arena);
}

/** 0 scalar, 1 const, 2 relaxed, 3 debug. */
export function flavour(): u32 {
  return ASC_NO_ASSERT ? (ASC_FEATURE_RELAXED_SIMD ? 2 : ASC_FEATURE_SIMD ? 1 : 0) : 3;
}

/** Which layout it was built for. */
export const layout: u32 = LAYOUT_VERSION;

/** Where a region (REGION_*) begins. */
export function address(region: u32): usize {
  return Memory.address(region);
}

/** Rows in use of a table (USED_*). */
export function used(table: u32): u32 {
  return table === USED_SLOTS ? Slots.used() : table === USED_TOMBSTONES ? Tombstones.used() : Windows.used();
}

/** Seeds the vault with 32 bytes of entropy and 16 of nonce at IO_DATA. */
export function vaultSeed(): void {
  Vault.seed();
}

/** Reseeds the DRBG with 32 bytes of entropy at IO_DATA (SP 800-90A §10.2.1.4). */
export function vaultReseed(): void {
  Vault.reseed();
}

/** `length` random bytes behind the `extra` bytes of additional input at IO_DATA. VAULT_DONE, or VAULT_RESEED. */
export function vaultRandom(extra: u32, length: u32): u32 {
  return Vault.random(extra, length);
}

/** A TEK of the birth record at IO_BIRTH, from `extra` bytes of additional input at IO_DATA. VAULT_NEW, VAULT_RESEED, VAULT_FULL_*. */
export function vaultGenerate(extra: u32): u32 {
  return Vault.generate(extra);
}

/** A TEK for each of `n` birth records in the bulk region, at most BULK_MAX. All or none; codes as of `vaultGenerate`. */
export function vaultGenerateMany(extra: u32, n: u32): u32 {
  return Vault.generateMany(extra, n);
}

/** Wraps `n` pairs of the bulk region. VAULT_DONE; else VAULT_ERASED or VAULT_USE, and the number of the pair at IO_OUT. */
export function vaultWrapMany(n: u32): u32 {
  return Vault.wrapMany(n);
}

/** A key of the birth record at IO_BIRTH from its raw bytes at IO_DATA: 16, of a `mac` key 20. VAULT_NEW, VAULT_LIVE, VAULT_RESUMED, or a refusal. */
export function vaultPut(): u32 {
  return Vault.put();
}

/** The same TEK for the other direction, as the birth record says. Codes as of `vaultPut`; VAULT_ERASED, VAULT_USE. */
export function vaultTwin(slot: u32, generation: u32): u32 {
  return Vault.twin(slot, generation);
}

/** KEK, HMAC_KEY_U and HMAC_KEY_D of the 20-byte AK at IO_DATA (802.16 §7.5.4); three pairs of slot and generation to IO_OUT. */
export function vaultFromAk(): u32 {
  return Vault.fromAk();
}

/** A TEK from the wrapped one at IO_DATA (24 bytes by AES key wrap, 16 by AES-ECB). Codes as of `vaultPut`; VAULT_INTEGRITY. */
export function vaultUnwrap(kekSlot: u32, kekGeneration: u32): u32 {
  return Vault.unwrap(kekSlot, kekGeneration);
}

/** Raises the first PN that a sealing slot may not use. VAULT_DONE, VAULT_LOWER, VAULT_ERASED, VAULT_USE. */
export function vaultLease(slot: u32, generation: u32, upTo: u32): u32 {
  return Vault.lease(slot, generation, upTo);
}

/** Whether two slots hold the same key, in constant time. VAULT_DONE or VAULT_INTEGRITY; VAULT_ERASED. */
export function vaultSame(slotA: u32, generationA: u32, slotB: u32, generationB: u32): u32 {
  return Vault.same(slotA, generationA, slotB, generationB);
}

/** Wipes a slot; of a TEK a tombstone stays. VAULT_DONE or VAULT_ERASED. */
export function vaultErase(slot: u32, generation: u32): u32 {
  return Vault.erase(slot, generation);
}

/** Erases all slots of an owner, and its tombstones. */
export function vaultForget(owner: u32): void {
  Install.forget(owner);
}

/** HMAC-SHA1 (20 bytes) of the `length` bytes at IO_DATA, to IO_OUT. VAULT_DONE, VAULT_ERASED, VAULT_USE. */
export function vaultHmac(slot: u32, generation: u32, length: u32): u32 {
  return Vault.hmac(slot, generation, length);
}

/** Checks the 20-byte digest at IO_OUT over the `length` bytes at IO_DATA, in constant time. VAULT_DONE or VAULT_INTEGRITY; VAULT_ERASED, VAULT_USE. */
export function vaultVerifyHmac(slot: u32, generation: u32, length: u32): u32 {
  return Vault.verifyHmac(slot, generation, length);
}

/** Loans (vault/loan.ts): a note leaves at IO_DATA, its length at IO_OUT; it enters at IO_DATA. */
export function loanLend(slot: u32, generation: u32, kekSlot: u32, kekGeneration: u32, upTo: u32): u32 {
  return Loan.lend(slot, generation, kekSlot, kekGeneration, upTo);
}

/** Takes a note of `length` bytes in, for the owner in the birth record. */
export function loanBorrow(length: u32, kekSlot: u32, kekGeneration: u32): u32 {
  return Loan.borrow(length, kekSlot, kekGeneration);
}

/** Erases a borrowed slot; its return note leaves. */
export function loanGiveBack(slot: u32, generation: u32, kekSlot: u32, kekGeneration: u32): u32 {
  return Loan.giveBack(slot, generation, kekSlot, kekGeneration);
}

/** Ends a loan by its return note of `length` bytes; VAULT_INTEGRITY: not the return of the last one, and nothing moved. */
export function loanSettle(slot: u32, generation: u32, kekSlot: u32, kekGeneration: u32, length: u32): u32 {
  return Loan.settle(slot, generation, kekSlot, kekGeneration, length);
}

/** Ends a loan whose borrower is lost: PNs lent are burnt, nothing up to `top` is accepted again. */
export function loanWriteOff(slot: u32, generation: u32, top: u32): u32 {
  return Loan.writeOff(slot, generation, top);
}

/** The next PN of a TEK that is known to be live. */
export function vaultNextPn(slot: u32): u32 {
  return Install.nextPn(Slots.hot(slot));
}

/** Zeroes what a batch that ended half way left: scratch, and its `length` bytes of the arena. */
export function wipe(at: usize, length: u32): void {
  Scratch.wipe();
  memory.fill(at, 0, length);
}

/** Brings the bytes of `n` descriptors from DESC_BODY to their PDUs, `at` bytes behind its first (pdu/place.ts). */
export function placePackets(descriptors: usize, n: u32, at: u32): void {
  Place.batch(descriptors, n, at);
}

/** Seals `n` descriptors; returns how many succeeded. */
export function sealBatch(descriptors: usize, n: u32, crc: u32, now: f64): u32 {
  const sealed = Seal.batch(descriptors, n, crc, now);
  Scratch.wipe();
  return sealed;
}

/** Opens `n` descriptors; returns how many were accepted. */
export function openBatch(descriptors: usize, n: u32, crc: u32, now: f64): u32 {
  const accepted = Open.batch(descriptors, n, crc, now);
  Scratch.wipe();
  return accepted;
}

/** SHA-1 (20 bytes) of the `length` bytes at IO_DATA, to IO_OUT (FIPS 180-4 §6.1). */
export function sha1(length: u32): void {
  OneShot.sha1(length);
}

/** HMAC-SHA1 to IO_OUT; at IO_DATA the key, at most 64 bytes, then the message (RFC 2104). */
export function hmacSha1(keyLength: u32, length: u32): void {
  OneShot.hmac(keyLength, length);
}

/** A CTR_DRBG apart from the vault's, with or without derivation function; at IO_DATA entropy, nonce, personalization string (SP 800-90A §10.2.1.3). */
export function drbgInstantiate(df: bool, entropy: u32, nonce: u32, personal: u32): void {
  OneShot.drbgInstantiate(df, entropy, nonce, personal);
}

/** Reseeds that one; at IO_DATA entropy, additional input (§10.2.1.4). */
export function drbgReseed(df: bool, entropy: u32, extra: u32): void {
  OneShot.drbgReseed(df, entropy, extra);
}

/** `length` bytes of it to IO_DATA, in place of `extra` bytes of additional input (§10.2.1.5). False when a reseed is due. */
export function drbgGenerate(df: bool, extra: u32, length: u32): bool {
  return OneShot.drbgGenerate(df, extra, length);
}
