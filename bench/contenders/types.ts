// What a contender must offer to be measured: the same packets, each under its own key and nonce, and the result to compare.
import type { Contestant } from '../sizing/paired.js';

/** One packet to seal. Jobs with the same key hold the same array. */
export interface Job {
  readonly key: Uint8Array;
  /** 13 bytes. */
  readonly nonce: Uint8Array;
  readonly payload: Uint8Array;
}

/** A contender at work on a list of jobs; `run` goes on where the last one stopped, over and over. */
export interface Sealing extends Contestant {
  /** Ciphertext and 8-byte ICV of one job, for the comparison before the clock starts. */
  sealed(job: number): Uint8Array | Promise<Uint8Array>;
}

/** AES-128-CCM with a nonce of 13 bytes, a tag of 8, no associated data. */
export interface Contender {
  readonly id: ContenderId;
  /** Name, version, and what it does in its own way. */
  readonly title: string;
  /** Prepared for these jobs, `batch` of them at a time; or why it cannot do this work. */
  seal(jobs: readonly Job[], batch: number): Sealing | string | Promise<Sealing | string>;
}

export const CONTENDER_IDS = ['node', 'opponent', 'webcrypto', 'sjcl', 'asmcrypto', 'noble'] as const;
export type ContenderId = (typeof CONTENDER_IDS)[number];

export const NOT_INSTALLED = 'not installed';

/** Visits jobs in turn: `each` for `portion` of them, then on from there. */
export function inTurn(jobs: number, portion: number, each: (job: number) => void): () => number {
  let next = 0;
  return () => {
    for (let n = 0; n < portion; n++) {
      each(next);
      next = next + 1 === jobs ? 0 : next + 1;
    }
    return portion;
  };
}

/** What `make` gives for each key, made once a key. */
export function perKey<T>(jobs: readonly Job[], make: (key: Uint8Array) => T): T[] {
  const made = new Map<Uint8Array, T>();
  return jobs.map(({ key }) => {
    let value = made.get(key);
    if (value === undefined) {
      value = make(key);
      made.set(key, value);
    }
    return value;
  });
}
