// The rows of calls for many keys (layout.ts): how they are written before the call and read after it.
import {
  BIRTH_GENERATION,
  BIRTH_SLOT,
  BULK_MAX,
  BULK_SIZE,
  BULK_WRAPPED,
  PAIR_SIZE,
  WRAPPED_SIZE,
} from '../../assembly/layout.js';
import { TekcastError } from '../errors.js';
import { type Birth, writeTekBirth } from './birth.js';
import { generationOf, makeHandle, slotOf } from './handle.js';
import type { Instance } from './instantiate.js';
import { whole } from './options.js';
import type { KekUse, KeyHandle } from './types.js';

/** Bytes of a wrapped TEK. */
export const WRAPPED: Readonly<Record<KekUse, number>> = { 'kek-aeskw': 24, 'kek-ecb': 16 };

/** A copy of an array of at most {@link BULK_MAX}, or `TYPE` or `RANGE`: the caller's may change while its rows are read. */
export function rowsOf<T>(name: string, rows: readonly T[]): T[] {
  if (!Array.isArray(rows)) throw new TekcastError('TYPE', `${name} is not an array`, name);
  const n = whole(`${name}.length`, rows.length, 0, BULK_MAX);
  const copy: T[] = [];
  for (let i = 0; i < n; i++) copy.push(rows[i] as T);
  return copy;
}

/** One birth record after the other into the bulk region. */
export function writeBirths(core: Instance, births: readonly Birth[]): void {
  let at = core.bulk;
  for (const birth of births) {
    writeTekBirth(core, birth, at);
    at += BULK_SIZE;
  }
}

/** Handles of keys that were just born. */
export function readBirths(core: Instance, births: readonly Birth[]): KeyHandle[] {
  let at = core.bulk >>> 2;
  return births.map(({ use, said, sequence }) => {
    const slot = core.u32[at + BIRTH_SLOT / 4] as number;
    const generation = core.u32[at + BIRTH_GENERATION / 4] as number;
    at += BULK_SIZE / 4;
    return makeHandle(core.id, slot, generation, use, said, sequence);
  });
}

/** Slots and generations of what is wrapped and of what wraps it, as row `i`; the caller has checked the handles. */
export function writePair(core: Instance, i: number, key: KeyHandle, kek: KeyHandle): void {
  const { u32 } = core;
  const at = (core.bulk + PAIR_SIZE * i) >>> 2;
  u32[at] = slotOf(key);
  u32[at + 1] = generationOf(key);
  u32[at + 2] = slotOf(kek);
  u32[at + 3] = generationOf(kek);
}

/** What came out, in one copy: rows of 24 bytes. */
export function readWrapped(core: Instance, n: number): Uint8Array<ArrayBuffer> {
  const from = core.bulk + BULK_WRAPPED;
  return core.u8.slice(from, from + WRAPPED_SIZE * n);
}
