// A pool's batch: packet i is row `#row[i]` of part `#part[i]` (parts.ts). Phases: filling (payloads or PDUs) -> queued (a TEK it needs is on
// its way) -> out (with the workers) -> results. Between `add` and going out a TEK may have moved, or its worker died: then the batch is laid
// out anew.
import { lengthOf } from '../core/bytes.js';
import { OPENS, SEALS, sideOf } from '../core/handle.js';
import { type GivenMany, Many } from '../core/many.js';
import { whole } from '../core/options.js';
import { describeSa, readSa } from '../core/packed.js';
import {
  DESCRIBED_GENERATION,
  DESCRIBED_SLOT,
  DESCRIBED_WORDS,
  frameOf,
  ROW_PN,
  ROW_RESULT,
  ROW_START,
  ROW_STATUS,
  spanOf,
  TOO_LONG,
} from '../core/place.js';
import { describeRow, keyOfRow, type SaRows } from '../core/table.js';
import { CODES, checkNow, FRESH, OPENED, OPENING, SEALED, SEALING } from '../core/traffic.js';
import type { Crc, KeyHandle, TrafficSa } from '../core/types.js';
import { TekcastError } from '../errors.js';
import { ANYBODY, type Ledger } from './ledger.js';
import type { Part } from './messages.js';
import { Parts } from './parts.js';
import type { Runner, Seat } from './seat.js';
import type { PoolCode, PoolResult, PoolTraffic } from './types.js';
import { Waiter } from './waiter.js';

const LOST_CODE = 'WORKER_LOST';

/** What a batch needs of its pool. */
export interface BatchHost {
  readonly core: number;
  readonly shared: boolean;
  readonly seats: readonly Seat[];
  readonly ledger: Ledger;
  /** Sends the batch out as soon as all before it went. Throws `DISPOSED`, `NO_WORKER`. */
  submit(batch: PoolBatch): void;
  /** Takes it out of the queue; false when it is out already. */
  withdraw(batch: PoolBatch): boolean;
  dispose(batch: PoolBatch): void;
}

/** A batch of a pool: `PoolTraffic` (types.ts) to its owner, a `Runner` (seat.ts) to the workers' seats. Errors: as `PoolTraffic` says. */
export class PoolBatch implements PoolTraffic, Runner {
  readonly id: number;
  readonly arena: Uint8Array;
  readonly #host: BatchHost;
  readonly #seals: number;
  readonly #opens: number;
  readonly #crc: Crc;
  readonly #table: SaRows;
  readonly #packets: number;
  readonly #parts: Parts;
  readonly #part: Uint8Array;
  readonly #row: Uint32Array;
  readonly #keys: KeyHandle[] = [];
  readonly #slots: Uint32Array;
  readonly #generations: Uint32Array;
  /** By part: 1 when its worker died with it. Not in the part: a worker that is ending may still write there. */
  readonly #lost: Uint8Array;
  /** The SA of the packet that is being added. */
  readonly #described = new Uint32Array(DESCRIBED_WORDS);
  /** From the first time that packets are added together. */
  #many: Many | undefined;
  #phase = FRESH;
  #busy = false;
  #count = 0;
  #used = 0;
  #running = 0;
  #done = 0;
  #now = 0;
  #waiter: Waiter | undefined;
  #idle: (() => void)[] = [];
  #disposed = false;

  constructor(id: number, host: BatchHost, packets: number, bytes: number, crc: Crc, table: SaRows) {
    this.id = id;
    this.#host = host;
    this.#seals = sideOf(host.core, SEALS);
    this.#opens = sideOf(host.core, OPENS);
    this.#crc = crc;
    this.#table = table;
    this.#packets = packets;
    this.#parts = new Parts(host.seats.length, packets, (bytes + 16 * packets + 15) & ~15, host.shared);
    this.arena = this.#parts.arena;
    this.#part = new Uint8Array(packets);
    this.#row = new Uint32Array(packets);
    this.#lost = new Uint8Array(host.seats.length);
    this.#slots = new Uint32Array(packets);
    this.#generations = new Uint32Array(packets);
  }

  /** Tells a worker where its part lies. */
  announce(seat: Seat): void {
    if (this.#host.shared) seat.post({ do: 'batch', batch: this.id, part: this.#parts.at(seat.index) });
  }

  get length(): number {
    return this.#count;
  }

  get busy(): boolean {
    return this.#busy;
  }

  idle(): Promise<void> {
    return this.#busy ? new Promise((resolve) => this.#idle.push(resolve)) : Promise.resolve();
  }

  addPayload(sa: TrafficSa | number, payload: Uint8Array): number {
    const key = this.#describe(sa, this.#seals);
    const length = Math.min(lengthOf('payload', payload), TOO_LONG);
    if (this.#phase !== SEALING || this.#busy) this.#begin(SEALING);
    return this.#add(key, 0, payload, length);
  }

  addPdu(sa: TrafficSa | number, pdu: Uint8Array, frame = 0): number {
    const low = frameOf(frame);
    const key = this.#describe(sa, this.#opens);
    const length = Math.min(lengthOf('pdu', pdu), TOO_LONG);
    if (this.#phase !== OPENING || this.#busy) this.#begin(OPENING);
    return this.#add(key, low, pdu, length);
  }

  addPayloads(rows: Uint32Array, payloads: Uint8Array, lengths: Uint16Array): number {
    return this.#addMany(SEALING, this.#seals, rows, payloads, lengths);
  }

  addPdus(rows: Uint32Array, pdus: Uint8Array, lengths: Uint16Array, frames?: Uint32Array): number {
    return this.#addMany(OPENING, this.#opens, rows, pdus, lengths, frames);
  }

  /** All or none. */
  #addMany(phase: number, side: number, ...given: GivenMany): number {
    this.#alive();
    this.#many ??= new Many(this.#packets);
    const bytes = this.#many.read(phase === SEALING, this.#table, side, ...given);
    const started = this.#phase === phase;
    const first = started ? this.#count : 0;
    this.#many.fit(this.#packets - first, this.#parts.bytes - (started ? this.#used : 0));
    if (this.#many.packets === 0) return first;
    const { seats } = this.#host;
    if (!seats.some(({ live }) => live))
      throw new TekcastError('NO_WORKER', 'no worker is left', 'workers', seats.length);
    if (!started) this.#begin(phase);
    const before = this.#parts.mark();
    const used = this.#used;
    try {
      this.#lay(side, this.#many, bytes);
    } catch (cause) {
      this.#parts.back(before); // for want of stack
      this.#count = first;
      this.#used = used;
      throw cause;
    }
    return first;
  }

  #lay(side: number, { rows, lengths, frames, packets }: Many, bytes: Uint8Array): void {
    const brought = this.#host.shared ? this.#parts.bring(bytes) : -1;
    for (let i = 0, at = 0; i < packets; i++) {
      const length = lengths[i] as number;
      const key = this.#describe(rows[i] as number, side);
      const packet = brought < 0 ? bytes.subarray(at, at + length) : brought + at;
      this.#add(key, (frames[i] as number) & 0xffffff, packet, Math.min(length, TOO_LONG));
      at += length;
    }
  }

  /** Writes the SA's part of a row to `#described`; returns its key. */
  #describe(sa: TrafficSa | number, side: number): KeyHandle {
    if (typeof sa !== 'number') return describeSa(readSa(sa), side, this.#described, 0);
    describeRow(this.#table, sa, side, this.#described, 0);
    return keyOfRow(this.#table, sa);
  }

  #begin(phase: number): void {
    this.#alive();
    if (this.#phase === SEALING || this.#phase === OPENING)
      throw new TekcastError('BATCH_MIXED', 'a batch is sealed or opened, not both', 'traffic');
    this.#empty(phase);
  }

  #empty(phase: number): void {
    this.#phase = phase;
    this.#count = 0;
    this.#used = 0;
    this.#lost.fill(0);
    this.#parts.empty();
  }

  /** Adds a packet of the SA in `#described`; its key is kept, and looked at only when something is to be done about it. */
  #add(key: KeyHandle, frame: number, bytes: Uint8Array | number, length: number): number {
    const i = this.#count;
    if (i === this.#packets) throw new TekcastError('BATCH_FULL', 'the batch holds no more packets', 'packets', i);
    const sealing = this.#phase === SEALING;
    const used = this.#used + spanOf(sealing, length);
    if (used > this.#parts.bytes)
      throw new TekcastError('ARENA_FULL', 'no room in this batch for a packet of that length', 'bytes', length);
    const slot = this.#described[DESCRIBED_SLOT] as number;
    const generation = this.#described[DESCRIBED_GENERATION] as number;
    const index = this.#host.ledger.assign(key, slot, generation);
    this.#row[i] = this.#parts.add(index, sealing, this.#described, frame, bytes, length);
    this.#part[i] = index;
    this.#keys[i] = key;
    this.#slots[i] = slot;
    this.#generations[i] = generation;
    this.#used = used;
    return this.#count++;
  }

  seal(now = Number.NaN, signal?: AbortSignal): Promise<number> {
    return this.#go(SEALING, now, signal);
  }

  open(now = Number.NaN, signal?: AbortSignal): Promise<number> {
    return this.#go(OPENING, now, signal);
  }

  /** One promise, no more: who waits for it reads the results before anyone who waits for `idle` may begin the next batch. */
  #go(phase: number, now: number, signal: AbortSignal | undefined): Promise<number> {
    try {
      this.#alive();
      checkNow(now);
      signal?.throwIfAborted();
      if (this.#phase !== phase) this.#begin(phase);
    } catch (e) {
      return Promise.reject(e);
    }
    this.#now = now;
    this.#done = 0;
    this.#busy = true;
    const waiter = new Waiter(signal, () => {
      if (this.#host.withdraw(this)) this.#rest(phase);
      this.#waiter = undefined;
    });
    this.#waiter = waiter;
    try {
      this.#host.submit(this);
    } catch (e) {
      this.refuse(e);
    }
    return waiter.promise;
  }

  /** Could not go out; its packets stay. */
  refuse(reason: unknown): void {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    this.#rest(this.#phase);
    waiter?.reject(reason);
  }

  /** Goes out, unless a TEK that it needs is on its way home: false. */
  dispatch(): boolean {
    const { ledger } = this.#host;
    const keys = this.#keys;
    const slots = this.#slots;
    const generations = this.#generations;
    if (ledger.expecting) {
      for (let i = 0; i < this.#count; i++)
        if (ledger.waits(keys[i] as KeyHandle, slots[i] as number, generations[i] as number)) return false;
    }
    let stale = false;
    ledger.begin();
    for (let i = 0; i < this.#count; i++) {
      const part = this.#part[i] as number;
      const at = ledger.take(keys[i] as KeyHandle, slots[i] as number, generations[i] as number);
      if (at === part) continue;
      if (at !== ANYBODY || !(this.#host.seats[part] as Seat).live) stale = true;
    }
    if (stale) this.#relay();
    const { shared, seats } = this.#host;
    const sealing = this.#phase === SEALING;
    const { counts } = this.#parts;
    this.#running = counts.reduce((n, count) => n + (count > 0 ? 1 : 0), 0);
    for (const seat of seats) {
      const packets = counts[seat.index] as number;
      if (packets === 0) continue;
      const run = { batch: this.id, sealing, packets, together: this.#parts.brought, crc: this.#crc, now: this.#now };
      seat.run(this, shared ? run : { ...run, part: this.#parts.send(seat.index) });
    }
    if (this.#running === 0) this.#finish();
    return true;
  }

  /** Lays the packets out anew, in the order of `add`. */
  #relay(): void {
    const sealing = this.#phase === SEALING;
    const packets = Array.from({ length: this.#count }, (_, i) => ({
      key: this.#keys[i] as KeyHandle,
      ...this.#parts.read(this.#part[i] as number, this.#row[i] as number, sealing),
    }));
    this.#empty(this.#phase);
    for (const { key, described, frame, bytes } of packets) {
      this.#described.set(described);
      this.#add(key, frame, bytes, bytes.length);
    }
  }

  /** A worker's part came back. */
  ran(seat: number, done: number, part: Part | undefined): void {
    whole('done', done, 0, this.#parts.counts[seat] as number);
    if (!this.#host.shared) this.#parts.receive(seat, part);
    this.#done += done;
    if (this.#phase === OPENING) this.#accepted(seat);
    this.#partDone();
  }

  /** A worker died with its part. */
  lost(seat: number): number {
    this.#lost[seat] = 1;
    this.#partDone();
    return this.#parts.counts[seat] as number;
  }

  #accepted(seat: number): void {
    const { table } = this.#parts.at(seat);
    const { ledger } = this.#host;
    for (let i = 0; i < this.#count; i++) {
      const row = this.#row[i] as number;
      if (this.#part[i] !== seat || ((table[row + ROW_STATUS] as number) & 0xff) !== 0) continue;
      ledger.accepted(this.#slots[i] as number, this.#generations[i] as number, table[row + ROW_PN] as number);
    }
  }

  #partDone(): void {
    if (--this.#running === 0) this.#finish();
  }

  #finish(): void {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    this.#rest(this.#phase === SEALING ? SEALED : OPENED, () => waiter?.resolve(this.#done));
  }

  #rest(phase: number, tell?: () => void): void {
    this.#phase = phase;
    this.#busy = false;
    tell?.();
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }

  code(index: number): PoolCode {
    const status = (this.#tableOf(index)[(this.#row[index] as number) + ROW_STATUS] as number) & 0xff;
    return this.#lost[this.#part[index] as number] === 1 ? LOST_CODE : (CODES[status] as PoolCode);
  }

  start(index: number): number {
    const start = this.#tableOf(index)[(this.#row[index] as number) + ROW_START] as number;
    return (this.#part[index] as number) * this.#parts.bytes + start;
  }

  end(index: number): number {
    return this.start(index) + (this.#tableOf(index)[(this.#row[index] as number) + ROW_RESULT] as number);
  }

  pn(index: number): number {
    return this.#tableOf(index)[(this.#row[index] as number) + ROW_PN] as number;
  }

  *results(): Generator<PoolResult, void> {
    for (let i = 0; i < this.#count; i++) {
      const code = this.code(i);
      yield code === '' ? { code, bytes: this.arena.subarray(this.start(i), this.end(i)) } : { code };
    }
  }

  clear(): void {
    this.#alive();
    this.#empty(FRESH);
    this.#parts.wipe();
    this.#keys.length = 0;
    for (const seat of this.#host.seats) seat.post({ do: 'clear' });
  }

  dispose(): void {
    if (this.#disposed) return;
    this.clear();
    this.#disposed = true;
    this.#host.dispose(this);
  }

  #tableOf(index: number): Uint32Array {
    if (!(index >= 0 && index < this.#count)) whole('index', index, 0, this.#count - 1);
    if (this.#busy || (this.#phase !== SEALED && this.#phase !== OPENED))
      throw new TekcastError('BATCH_OPEN', 'the batch has no results yet: seal or open it', 'traffic');
    return this.#parts.at(this.#part[index] as number).table;
  }

  #alive(): void {
    if (this.#disposed) throw new TekcastError('DISPOSED', 'this batch was disposed', 'traffic');
    if (this.#busy) throw new TekcastError('BATCH_BUSY', 'the batch is with the workers', 'traffic');
  }
}
