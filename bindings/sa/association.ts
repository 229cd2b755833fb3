// A security association: the TEKs of one service, oldest first. Between calls `teks` holds, in the order of their
// generation, those that live and those that expired but still open what was under way:
//
//   [ lingering: open only ] [ older: seals the downlink ] [ newer: seals the uplink ]
//
// No sequence number occurs twice. Both stations use it; which handles a TEK has tells them apart:
//
//   | station | unicast               | multicast, broadcast |
//   |---------|-----------------------|----------------------|
//   | BS      | seal-down and open-up | seal-down            |
//   | SS      | open-down and seal-up | open-down            |
import type { KeyHandle, Keys } from '../core/types.js';

export interface Tek {
  /** 0..3. */
  readonly sequence: number;
  /** Sealing ends (ms, the station's clock). */
  expiresAt: number;
  /** Opening ends. */
  openUntil: number;
  seal: KeyHandle | undefined;
  open: KeyHandle | undefined;
  /** Its own owner in the vault, if it has one: it goes as a whole and leaves no tombstone. */
  readonly owner?: number | undefined;
  /** Expired; only opens, until `openUntil`. */
  lingering: boolean;
  /** `REKEY_WANTED` was reported. */
  warned: boolean;
}

/** One SA: its SAID, CID, service and TEKs, in the order drawn above. */
export class Association<T extends Tek = Tek> {
  readonly said: number;
  readonly cid: number;
  readonly serviceType: number;
  readonly groupId: number | undefined;
  #teks: T[] = [];

  constructor(said: number, cid: number, serviceType: number, groupId: number | undefined) {
    this.said = said;
    this.cid = cid;
    this.serviceType = serviceType;
    this.groupId = groupId;
  }

  get teks(): readonly T[] {
    return this.#teks;
  }

  /** The unexpired TEK made first: what the BS seals the downlink with. */
  older(now: number): T | undefined {
    return this.#teks.find((tek) => now < tek.expiresAt);
  }

  /** The unexpired TEK made last: what the SS seals the uplink with. */
  newer(now: number): T | undefined {
    const last = this.#teks[this.#teks.length - 1];
    return last !== undefined && now < last.expiresAt ? last : undefined;
  }

  /** The key that opens PDUs of this EKS. */
  opening(eks: number, now: number): T | undefined {
    return this.#teks.find((tek) => tek.sequence === eks && tek.open !== undefined && now < tek.openUntil);
  }

  bySequence(sequence: number): T | undefined {
    return this.#teks.find((tek) => tek.sequence === sequence);
  }

  /** Takes a TEK in as the newest; one with its sequence number gives way and is erased. */
  add(tek: T, keys: Keys): void {
    const before = this.bySequence(tek.sequence);
    if (before !== undefined) this.remove(before, keys);
    this.#teks.push(tek);
  }

  /** Makes a TEK that is here the newest. */
  promote(tek: T): void {
    this.#teks = [...this.#teks.filter((other) => other !== tek), tek];
  }

  /** Erases a TEK's slots. */
  remove(tek: T, keys: Keys): void {
    this.#teks = this.#teks.filter((other) => other !== tek);
    eraseTek(tek, keys);
  }

  clear(keys: Keys): void {
    for (const tek of this.#teks) eraseTek(tek, keys);
    this.#teks = [];
  }

  /** Lets go what is over: sealing slots of TEKs that expired, opening slots of those whose grace ended. Returns the TEKs that expired since. */
  sweep(now: number, keys: Keys): T[] {
    const expired: T[] = [];
    for (const tek of [...this.#teks]) {
      if (now < tek.expiresAt) continue;
      if (!tek.lingering) expired.push(tek);
      tek.lingering = true;
      if (tek.open === undefined || now >= tek.openUntil) {
        this.remove(tek, keys);
        continue;
      }
      if (tek.seal !== undefined) keys.erase(tek.seal);
      tek.seal = undefined;
    }
    return expired;
  }

  /** When `sweep` next has something to do. */
  wakeAt(): number {
    let at = Number.POSITIVE_INFINITY;
    for (const tek of this.#teks) at = Math.min(at, tek.lingering ? tek.openUntil : tek.expiresAt);
    return at;
  }
}

/** Wipes both slots of a TEK; safe to call twice. */
export function eraseTek(tek: Tek, keys: Keys): void {
  if (tek.owner !== undefined) keys.forget(tek.owner);
  else {
    if (tek.seal !== undefined) keys.erase(tek.seal);
    if (tek.open !== undefined) keys.erase(tek.open);
  }
  tek.seal = undefined;
  tek.open = undefined;
}
