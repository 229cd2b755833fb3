// `tekcast/testing`: for tests and replayable runs only. Fixed entropy gives keys that anybody can compute: never use it for traffic.

import { SLOT_SIZE } from '../../assembly/layout.js';
import { TekcastError } from '../errors.js';
import { countOf } from './bytes.js';
import { createCoreWith, instanceOf } from './core.js';
import type { EntropySource } from './entropy.js';
import { platformEntropy } from './entropy.js';
import type { Exports } from './instantiate.js';
import { whole } from './options.js';
import type { Core, CoreOptions, KeyHandle } from './types.js';

export type { EntropySource } from './entropy.js';

/** Sizes of a core, and where its entropy comes from: `seed` or `entropy`, not both (`RANGE`). */
export interface TestingCoreOptions extends CoreOptions {
  /** Entropy from a generator with this seed (a 32-bit number): the same keys in every run. */
  seed?: number;
  /** Entropy from here: fills the array it is given, or throws. Default the platform's. */
  entropy?: EntropySource;
}

/** A core with injected entropy. `module` chooses another flavour (`scalar`, `debug`). Errors as `createCore`. */
export function createTestingCore(options: TestingCoreOptions = {}): Core {
  const { seed, entropy, ...rest } = options;
  if (seed !== undefined && entropy !== undefined)
    throw new TekcastError('RANGE', 'give either seed or entropy', 'seed', seed);
  return createCoreWith(rest, entropy ?? (seed === undefined ? platformEntropy : seededEntropy(seed)));
}

/** Bytes of a 32-bit generator (a counter through a mixing function): repeatable, not random. */
export function seededEntropy(seed: number): EntropySource {
  let state = seed >>> 0;
  return (bytes) => {
    for (let i = 0; i < bytes.length; i++) {
      state = (state + 0x9e3779b9) >>> 0;
      let x = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
      x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
      bytes[i] = (x ^ (x >>> 15)) & 0xff;
    }
  };
}

/** All of a core's linear memory, to search it for what must not be there. Stays readable after `dispose`. */
export function linearMemory(core: Core): Uint8Array {
  return instanceOf(core).u8;
}

/** Where the 64-byte line of a key's slot begins in linear memory. */
export function slotAddress(core: Core, key: KeyHandle): number {
  return instanceOf(core).slots + key.slot * SLOT_SIZE;
}

/** Counts wasm calls of a core from now on. */
export function countCalls(core: Core): () => number {
  const exports = instanceOf(core).exports as Exports & Record<string, unknown>;
  let calls = 0;
  for (const [name, value] of Object.entries(exports)) {
    if (typeof value !== 'function') continue;
    const original = value as (...args: unknown[]) => unknown;
    (exports as Record<string, unknown>)[name] = (...args: unknown[]) => {
      calls++;
      return original(...args);
    };
  }
  return () => calls;
}

/** SHA-1 of a message in the core. */
export function sha1(core: Core, message: Uint8Array): Uint8Array {
  const { data, out, exports } = instanceOf(core);
  place(data, [message]);
  exports.sha1(message.length);
  return out.slice(0, 20);
}

/** HMAC-SHA1 in the core, key of at most 64 bytes. */
export function hmacSha1(core: Core, key: Uint8Array, message: Uint8Array): Uint8Array {
  const { data, out, exports } = instanceOf(core);
  if (key.length > 64) throw new TekcastError('LENGTH', 'an HMAC key here is at most 64 bytes', 'key', key.length);
  place(data, [key, message]);
  exports.hmacSha1(key.length, message.length);
  return out.slice(0, 20);
}

/**
 * A CTR_DRBG of AES-128 apart from the vault's: one per core. Without derivation function, entropy is 32 bytes, there is no nonce and the
 * rest is at most 32 (`LENGTH`).
 */
export interface TestingDrbg {
  /** Error: `LENGTH`. */
  instantiate(entropy: Uint8Array, nonce: Uint8Array, personalization: Uint8Array): void;
  /** Error: `LENGTH`. */
  reseed(entropy: Uint8Array, additional: Uint8Array): void;
  /** Undefined when it must be reseeded first. */
  generate(length: number, additional: Uint8Array): Uint8Array | undefined;
}

/** The DRBG of a core (SP 800-90A §10.2.1); `derivation`: with the derivation function, as the vault's has it. Errors: `LENGTH`, `RANGE`. */
export function testingDrbg(core: Core, derivation: boolean): TestingDrbg {
  const { data, exports } = instanceOf(core);
  const SEED = 32;
  const fits = (name: string, bytes: Uint8Array, low: number, high: number) => {
    if (!derivation) countOf(name, bytes, low, high);
  };
  return {
    instantiate(entropy, nonce, personalization) {
      fits('entropy', entropy, SEED, SEED);
      fits('nonce', nonce, 0, 0);
      fits('personalization', personalization, 0, SEED);
      place(data, [entropy, nonce, personalization]);
      exports.drbgInstantiate(derivation, entropy.length, nonce.length, personalization.length);
    },
    reseed(entropy, additional) {
      fits('entropy', entropy, SEED, SEED);
      fits('additional', additional, 0, SEED);
      place(data, [entropy, additional]);
      exports.drbgReseed(derivation, entropy.length, additional.length);
    },
    generate(length, additional) {
      fits('additional', additional, 0, SEED);
      whole('length', length, 0, data.length);
      place(data, [additional]);
      return exports.drbgGenerate(derivation, additional.length, length) ? data.slice(0, length) : undefined;
    },
  };
}

function place(data: Uint8Array, parts: readonly Uint8Array[]): void {
  let at = 0;
  for (const part of parts) {
    if (at + part.length > data.length)
      throw new TekcastError('LENGTH', `more than ${data.length} bytes for one call`, 'message', part.length);
    data.set(part, at);
    at += part.length;
  }
}
