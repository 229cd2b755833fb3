// SAs by number: for batches over more of them than a cache holds. Sixteen bytes a row, four rows to a cache line, where an object is a line or
// two and lies where the collector has put it.
//
//   0    1          2                        3
//   slot|generation|EKS, CID as DESC_STATUS |side (handle.ts), 0: empty
import { DESC_GENERATION, DESC_SLOT, DESC_STATUS, STATUS_KEY_ERASED } from '../../assembly/layout.js';
import { TekcastError } from '../errors.js';
import {
  generationOf,
  isHandle,
  isOfSide,
  isSealUse,
  noHandle,
  notOfSide,
  OPENS,
  SEALS,
  sideOf,
  slotOf,
  useOf,
} from './handle.js';
import { whole } from './options.js';
import { addressOf, cidOf, eksOf, readSa } from './packed.js';
import type { KeyHandle, SaTable, TrafficSa } from './types.js';

const WORDS = 4;
const SLOT = 0;
const GENERATION = 1;
const ADDRESS = 2;
const SIDE = 3;
const MAX_ROWS = 2 ** 20;

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
    if (!isHandle(key)) throw noHandle();
    const side = sideOf(this.#core, isSealUse(useOf(key)) ? SEALS : OPENS);
    if (!isOfSide(key, side)) throw notOfSide(key, side);
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
  fits(row: number, side: number): boolean {
    return row >>> 0 === row && this.#words[row * WORDS + SIDE] === side;
  }

  /** As `PackedSa.describe`, of a row; throws {@link unfit}. */
  describe(row: number, side: number, u32: Uint32Array, d: number): KeyHandle {
    const words = this.#words;
    const at = row * WORDS;
    if (row >>> 0 !== row || words[at + SIDE] !== side) throw this.unfit(row, side);
    u32[d + DESC_SLOT / 4] = words[at + SLOT] as number;
    u32[d + DESC_GENERATION / 4] = words[at + GENERATION] as number;
    u32[d + DESC_STATUS / 4] = words[at + ADDRESS] as number;
    return this.#keys[row] as KeyHandle;
  }

  /** The error for a row that is not of that side: `RANGE`, `TYPE` if there is no SA, `KEY_USE`. */
  unfit(row: number, side: number): TekcastError {
    try {
      const sa = this.get(row);
      return sa === undefined
        ? new TekcastError('TYPE', 'no SA is in that row of the table', 'row', row)
        : notOfSide(sa.key, side);
    } catch (e) {
      return e as TekcastError;
    }
  }
}
