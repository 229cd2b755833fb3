// The live AKs of one SS: at most two, so that a reauthorization replaces one while the other still counts (802.16 §7.4).
import type { Keys } from '../core/types.js';
import type { LiveAk } from './types.js';

export class LiveAks<T extends LiveAk = LiveAk> {
  readonly #keys: Keys;
  /** The oldest first. */
  #aks: readonly T[] = [];

  constructor(keys: Keys) {
    this.#keys = keys;
  }

  get all(): readonly T[] {
    return this.#aks;
  }

  get newest(): T | undefined {
    return this.#aks.at(-1);
  }

  bySequence(sequence: number): T | undefined {
    return this.#aks.find((ak) => ak.sequence === sequence);
  }

  /** Takes a new AK; of those before only `keep` stays, and not even that if it has the same sequence number. */
  add(ak: T, keep: T | undefined): void {
    this.#retain((old) => old === keep && old.sequence !== ak.sequence);
    this.#aks = [...this.#aks, ak];
  }

  /** Erases what has expired, and returns it. */
  expire(now: number): readonly T[] {
    return this.#retain((ak) => ak.expiresAt > now);
  }

  clear(): readonly T[] {
    return this.#retain(() => false);
  }

  wakeAt(): number {
    return Math.min(...this.#aks.map((ak) => ak.expiresAt), Number.POSITIVE_INFINITY);
  }

  #retain(stays: (ak: T) => boolean): readonly T[] {
    const gone = this.#aks.filter((ak) => !stays(ak));
    this.#aks = this.#aks.filter(stays);
    for (const { keys } of gone) {
      for (const key of [keys.kek, keys.hmacUp, keys.hmacDown]) this.#keys.erase(key);
    }
    return gone;
  }
}
