// The ABI: every export of the core, one line each. Records and codes (VAULT_*, STATUS_*): layout.ts.
// What an export puts into scratch it wipes before it returns.
import { Scratch } from './aes/scratch';
import { abort } from './env/abort';
import { LAYOUT_VERSION, USED_SLOTS, USED_TOMBSTONES } from './layout';
import { OneShot } from './oneshot';
import { Crc32 } from './pdu/crc32';
import { Header } from './pdu/header';
import { Open } from './pdu/open';
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

export function vaultReseed(): void {
  Vault.reseed();
}

export function vaultRandom(extra: u32, length: u32): u32 {
  return Vault.random(extra, length);
}

export function vaultGenerate(extra: u32): u32 {
  return Vault.generate(extra);
}

export function vaultGenerateMany(extra: u32, n: u32): u32 {
  return Vault.generateMany(extra, n);
}

export function vaultWrapMany(n: u32): u32 {
  return Vault.wrapMany(n);
}

export function vaultPut(): u32 {
  return Vault.put();
}

export function vaultTwin(slot: u32, generation: u32): u32 {
  return Vault.twin(slot, generation);
}

export function vaultFromAk(): u32 {
  return Vault.fromAk();
}

export function vaultUnwrap(kekSlot: u32, kekGeneration: u32): u32 {
  return Vault.unwrap(kekSlot, kekGeneration);
}

export function vaultLease(slot: u32, generation: u32, upTo: u32): u32 {
  return Vault.lease(slot, generation, upTo);
}

export function vaultSame(slotA: u32, generationA: u32, slotB: u32, generationB: u32): u32 {
  return Vault.same(slotA, generationA, slotB, generationB);
}

export function vaultErase(slot: u32, generation: u32): u32 {
  return Vault.erase(slot, generation);
}

export function vaultForget(owner: u32): void {
  Install.forget(owner);
}

export function vaultHmac(slot: u32, generation: u32, length: u32): u32 {
  return Vault.hmac(slot, generation, length);
}

export function vaultVerifyHmac(slot: u32, generation: u32, length: u32): u32 {
  return Vault.verifyHmac(slot, generation, length);
}

/** Loans (vault/loan.ts): a note leaves at IO_DATA, its length at IO_OUT; it enters at IO_DATA. */
export function loanLend(slot: u32, generation: u32, kekSlot: u32, kekGeneration: u32, upTo: u32): u32 {
  return Loan.lend(slot, generation, kekSlot, kekGeneration, upTo);
}

export function loanBorrow(length: u32, kekSlot: u32, kekGeneration: u32): u32 {
  return Loan.borrow(length, kekSlot, kekGeneration);
}

export function loanGiveBack(slot: u32, generation: u32, kekSlot: u32, kekGeneration: u32): u32 {
  return Loan.giveBack(slot, generation, kekSlot, kekGeneration);
}

export function loanSettle(slot: u32, generation: u32, kekSlot: u32, kekGeneration: u32, length: u32): u32 {
  return Loan.settle(slot, generation, kekSlot, kekGeneration, length);
}

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

export function sha1(length: u32): void {
  OneShot.sha1(length);
}

export function hmacSha1(keyLength: u32, length: u32): void {
  OneShot.hmac(keyLength, length);
}

export function drbgInstantiate(df: bool, entropy: u32, nonce: u32, personal: u32): void {
  OneShot.drbgInstantiate(df, entropy, nonce, personal);
}

export function drbgReseed(df: bool, entropy: u32, extra: u32): void {
  OneShot.drbgReseed(df, entropy, extra);
}

export function drbgGenerate(df: bool, extra: u32, length: u32): bool {
  return OneShot.drbgGenerate(df, extra, length);
}
