// SAs by number: for batches over more of them than a cache holds. Sixteen bytes a row, four rows to a cache line, where an object is a line or
// two and lies where the collector has put it.
//
//   0    1          2                        3
//   slot|generation|EKS, CID as DESC_STATUS |side (handle.ts), 0: empty
import { DESC_GENERATION, DESC_SIZE, DESC_SLOT, DESC_STATUS, STATUS_KEY_ERASED } from '../../assembly/layout.js';
import { TekcastError } from '../errors.js';
import { generationOf, notOfSide, slotOf, tekSide } from './handle.js';
import { whole } from './options.js';
import { addressOf, cidOf, eksOf, readSa } from './packed.js';
import type { KeyHandle, SaTable, TrafficSa } from './types.js';

const WORDS = 4;
const SLOT = 0;
const GENERATION = 1;
const ADDRESS = 2;
const SIDE = 3;
const MAX_ROWS = 2 ** 20;

/** A row, to the descriptor at word `d`. */
function copy(words: Uint32Array, at: number, u32: Uint32Array, d: number): void {
  u32[d + DESC_SLOT / 4] = words[at + SLOT] as number;
  u32[d + DESC_GENERATION / 4] = words[at + GENERATION] as number;
  u32[d + DESC_STATUS / 4] = words[at + ADDRESS] as number;
}

/** What {@link SaTable} is. Its static methods ask of a row what a packet needs, and are taken as they stand when this file is loaded. */
export class SaRows implements SaTable {
  readonly #core: number;
  readonly #length: number;
  readonly #words: Uint32Array;
  readonly #keys: (KeyHandle | undefined)[];

  constructor(core: number, rows: number) {
    this.#core = core;
    this.#length = whole('rows', rows, 0, MAX_ROWS);
    this.#words = new Uint32Array(WORDS * rows);
    this.#keys = Array<KeyHandle | undefined>(rows).fill(undefined);
  }

  /** A caller's table, or one without rows where there is none. Throws `TYPE`, `WRONG_CORE`. */
  static of(core: number, table: SaTable | undefined): SaRows {
    if (table === undefined) return new SaRows(core, 0);
    if (typeof table !== 'object' || table === null || !(#core in table))
      throw new TekcastError('TYPE', 'not a table of SAs', 'table');
    if (table.#core !== core)
      throw new TekcastError('WRONG_CORE', 'this table is for another core', 'table', table.#core);
    return table;
  }

  get length(): number {
    return this.#length;
  }

  set(row: number, sa: TrafficSa): void {
    whole('row', row, 0, this.#length - 1);
    const { key, eks, cid } = readSa(sa);
    const side = tekSide(this.#core, key);
    const address = addressOf(eks, cid);
    const words = this.#words;
    const at = row * WORDS;
    words[at + SLOT] = slotOf(key);
    words[at + GENERATION] = generationOf(key);
    words[at + ADDRESS] = STATUS_KEY_ERASED | address;
    words[at + SIDE] = side;
    this.#keys[row] = key;
  }

  get(row: number): TrafficSa | undefined {
    const key = this.#keys[whole('row', row, 0, this.#length - 1)];
    if (key === undefined) return undefined;
    const address = this.#words[row * WORDS + ADDRESS] as number;
    return Object.freeze({ key, eks: eksOf(address), cid: cidOf(address) });
  }

  delete(row: number): void {
    whole('row', row, 0, this.#length - 1);
    this.#words.fill(0, row * WORDS, (row + 1) * WORDS);
    this.#keys[row] = undefined;
  }

  /** True when there is such a row and its key is of that side. */
  static fits(table: SaRows, row: number, side: number): boolean {
    return row >>> 0 === row && table.#words[row * WORDS + SIDE] === side;
  }

  /** The first of `count` rows that is not of that side, or -1: in a loop so short that many cache misses are under way at a time. */
  static misfit(table: SaRows, rows: Uint32Array, count: number, side: number): number {
    const words = table.#words;
    for (let i = 0; i < count; i++) if (words[(rows[i] as number) * WORDS + SIDE] !== side) return i;
    return -1;
  }

  /** As {@link describe}, of `count` rows that fit, in descriptors one behind the other. */
  static describeAll(table: SaRows, rows: Uint32Array, count: number, u32: Uint32Array, first: number): void {
    const words = table.#words;
    for (let i = 0; i < count; i++) copy(words, (rows[i] as number) * WORDS, u32, first + i * (DESC_SIZE / 4));
  }

  /** As {@link describeSa}, of a row; throws {@link unfitRow}. */
  static describe(table: SaRows, row: number, side: number, u32: Uint32Array, d: number): void {
    const words = table.#words;
    const at = row * WORDS;
    if (row >>> 0 !== row || words[at + SIDE] !== side) throw unfitRow(table, row, side);
    copy(words, at, u32, d);
  }

  /** The key of a row that was described. */
  static key(table: SaRows, row: number): KeyHandle {
    return table.#keys[row] as KeyHandle;
  }

  /** The error for a row that is not of that side: `RANGE`, `TYPE` if there is no SA, `KEY_USE`. */
  static unfit(table: SaRows, row: number, side: number): TekcastError {
    if (table.#length === 0) return new TekcastError('RANGE', 'this batch has no table of SAs', 'row', row);
    if (row >>> 0 !== row || row >= table.#length)
      return new TekcastError('RANGE', `row is not a whole number from 0 to ${table.#length - 1}`, 'row', row);
    const key = table.#keys[row];
    return key === undefined
      ? new TekcastError('TYPE', 'no SA is in that row of the table', 'row', row)
      : notOfSide(key, side);
  }
}

// As they are now: whoever has a table can reach the class behind it, and what is asked of a row must stay what it is.
export const tableOf = SaRows.of;
export const fitsRow = SaRows.fits;
export const describeRow = SaRows.describe;
export const keyOfRow = SaRows.key;
export const misfitRow = SaRows.misfit;
export const describeRows = SaRows.describeAll;
export const unfitRow = SaRows.unfit;
