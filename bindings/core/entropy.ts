// Where randomness comes from. The platform writes straight into linear memory, so no copy is left in JavaScript.
import { FRESH_POOL } from '../../assembly/layout.js';
import { TekcastError } from '../errors.js';
import { fromKernel } from './kernel.js';

/** Fresh platform bytes that come with every use of the vault's DRBG. */
export const FRESH = 32;

/** Fills the whole array, or throws. */
export type EntropySource = (bytes: Uint8Array<ArrayBuffer>) => void;

/** The platform's CSPRNG: the kernel's (kernel.ts), else Web Crypto's. */
export const platformEntropy: EntropySource = (bytes) => {
  if (!fromKernel(bytes)) globalThis.crypto.getRandomValues(bytes);
};

/**
 * Asks for nothing, so that the platform loads what its first random bytes need: Node's Web Crypto takes 8 ms for it. What is wrong with the
 * source is for those who take from it.
 */
export function wake(source: EntropySource): void {
  try {
    source(new Uint8Array(0));
  } catch {}
}

/**
 * Takes entropy or throws `ENTROPY`; a source that is missing, throws or leaves zeros never leads to a key.
 * (32 zero bytes come up by chance once in 2^256 calls.)
 */
export function takeEntropy(source: EntropySource, bytes: Uint8Array<ArrayBuffer>): void {
  bytes.fill(0);
  try {
    source(bytes);
  } catch (cause) {
    bytes.fill(0);
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TekcastError('ENTROPY', `the entropy source failed: ${why}`, 'getRandomValues');
  }
  if (zeros(bytes, 0, bytes.length)) throw onlyZeros(bytes.length);
}

/**
 * Platform bytes for the vault's DRBG, 32 at a time. A call to the platform costs more than a key does, so the bytes of several
 * uses are fetched together, into linear memory. Each is used once and wiped; those left are wiped as soon as the code that runs
 * now returns to its event loop (a microtask). So they are never older than that turn: a process that sleeps, or a copy made of
 * it while it does, holds none. An injected source is asked each time: replayable runs do not depend on turns.
 */
export class FreshBytes {
  readonly #pool: Uint8Array<ArrayBuffer>;
  readonly #source: EntropySource;
  #left = 0;

  constructor(pool: Uint8Array<ArrayBuffer>, source: EntropySource) {
    this.#pool = pool;
    this.#source = source;
  }

  /** Writes 32 bytes to the start of `to`, or throws `ENTROPY`. */
  take(to: Uint8Array<ArrayBuffer>): void {
    if (this.#source !== platformEntropy) {
      takeEntropy(this.#source, to.subarray(0, FRESH));
      return;
    }
    if (this.#left === 0) {
      takeEntropy(this.#source, this.#pool);
      this.#left = FRESH_POOL;
      queueMicrotask(() => this.#drop());
    }
    const pool = this.#pool;
    const at = this.#left - FRESH;
    this.#left = at;
    if (zeros(pool, at, at + FRESH)) throw onlyZeros(FRESH);
    for (let i = 0; i < FRESH; i++) to[i] = pool[at + i] as number;
    pool.fill(0, at, at + FRESH);
  }

  #drop(): void {
    this.#left = 0;
    this.#pool.fill(0);
  }
}

function zeros(bytes: Uint8Array, from: number, to: number): boolean {
  let any = 0;
  for (let i = from; i < to; i++) any |= bytes[i] as number;
  return any === 0;
}

function onlyZeros(length: number): TekcastError {
  return new TekcastError('ENTROPY', 'the entropy source gave only zeros', 'getRandomValues', length);
}
