// The rows of calls for many keys (layout.ts): how they are written before the call and read after it.
import { BULK_MAX, BULK_SIZE, BULK_WRAPPED, PAIR_SIZE, WRAPPED_SIZE } from '../../assembly/layout.js';
import { TekcastError } from '../errors.js';
import { readBirth, writeTekBirth } from './birth.js';
import { generationOf, slotOf } from './handle.js';
import type { Instance } from './instantiate.js';
import { whole } from './options.js';
import type { KekUse, KeyHandle, TekBirth } from './types.js';

const BULK_WORDS = BULK_SIZE / 4;

/** Bytes of a wrapped TEK. */
export const WRAPPED: Readonly<Record<KekUse, number>> = { 'kek-aeskw': 24, 'kek-ecb': 16 };

/** The length of an array of at most {@link BULK_MAX}, or `TYPE` or `RANGE`. */
function countOfRows(name: string, rows: readonly unknown[]): number {
  if (!Array.isArray(rows)) throw new TekcastError('TYPE', `${name} is not an array`, name);
  return whole(`${name}.length`, rows.length, 0, BULK_MAX);
}

/** A copy of such an array: the caller's may change while its rows are read. */
export function rowsOf<T>(name: string, rows: readonly T[]): T[] {
  const n = countOfRows(name, rows);
  const copy: T[] = [];
  for (let i = 0; i < n; i++) copy.push(rows[i] as T);
  return copy;
}

/** Kept from call to call; away while births are read, whose getters may make more keys. */
let spare: Uint32Array | undefined;

/** One birth record after the other into the bulk region, once all are read; returns how many. */
export function writeBirths(core: Instance, births: readonly TekBirth[]): number {
  const n = countOfRows('births', births);
  const records = spare ?? new Uint32Array(BULK_MAX * BULK_WORDS);
  spare = undefined;
  for (let i = 0; i < n; i++) writeTekBirth(core, births[i] as TekBirth, records, i * BULK_WORDS);
  core.u32.set(records.subarray(0, n * BULK_WORDS), core.bulk >>> 2);
  spare = records;
  return n;
}

/** Handles of `n` keys that were just born. */
export function readBirths(core: Instance, n: number): KeyHandle[] {
  const handles: KeyHandle[] = [];
  for (let i = 0, at = core.bulk >>> 2; i < n; i++, at += BULK_WORDS) handles.push(readBirth(core, at));
  return handles;
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
