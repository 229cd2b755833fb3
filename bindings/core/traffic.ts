// A batch of packets, from add to result. add copies a packet into the arena (place.ts) and writes its descriptor (layout.ts); seal or open is
// one call into the core; results are views. Nothing is allocated per packet but the views, and those only by `results`.
//
// Packets that come together (`addPayloads`, `addPdus`) are copied together, to the end of the batch's part of the arena. From there the core
// brings each to its place (assembly/pdu/place.ts).
import {
  CRC_MSB,
  CRC_NONE,
  CRC_REFLECTED,
  DESC_BODY,
  DESC_BODY_LENGTH,
  DESC_GENERATION,
  DESC_LENGTH,
  DESC_PDU,
  DESC_PN,
  DESC_RESULT_LENGTH,
  DESC_SIZE,
  DESC_SLOT,
  DESC_STATUS,
  PDU_PAYLOAD,
  STATUS_KEY_ERASED,
} from '../../assembly/layout.js';
import { TekcastError } from '../errors.js';
import { lengthOf } from './bytes.js';
import { OPENS, SEALS, sideOf } from './handle.js';
import type { Instance } from './instantiate.js';
import { type GivenMany, Many } from './many.js';
import { whole } from './options.js';
import { describeSa, fitsSa, readSa, unfit } from './packed.js';
import {
  frameOf,
  nextAt,
  payloadAt,
  pduAt,
  ROW_GENERATION,
  ROW_LENGTH,
  ROW_PDU,
  ROW_PN,
  ROW_RESULT,
  ROW_SLOT,
  ROW_START,
  ROW_STATUS,
  ROW_WORDS,
  roomOf,
  TOO_LONG,
} from './place.js';
import { describeRow, fitsRow, type SaRows, unfitRow } from './table.js';
import type { Crc, Traffic, TrafficCode, TrafficResult, TrafficSa } from './types.js';

/** By STATUS_*. */
export const CODES: readonly TrafficCode[] = [
  '',
  'EMPTY',
  'TOO_LONG',
  'KEY_ERASED',
  'LEASE',
  'LIMIT',
  'HEADER',
  'HCS',
  'LEN',
  'CLEARTEXT',
  'CID',
  'EKS',
  'CI',
  'CRC',
  'DIRECTION',
  'PN',
  'ICV',
  'REPLAY',
  'LENT',
];
const CRC_NUMBERS: Readonly<Record<Crc, number>> = { none: CRC_NONE, msb: CRC_MSB, reflected: CRC_REFLECTED };

export function checkNow(now: number): void {
  if (typeof now !== 'number') throw new TekcastError('TYPE', 'now is not a number of milliseconds', 'now');
}

/** What the batch holds: nothing decided yet, payloads to seal, PDUs to open, or results. */
export const FRESH = 0;
export const SEALING = 1;
export const OPENING = 2;
export const SEALED = 3;
export const OPENED = 4;

/** Packets that came together are copied together unless a worker wants less than this part of them. */
const WORTH_ALL = 4;

/** Parts of the arena and of the descriptor table, taken by the core and given back by `release`. */
export interface TrafficPlace {
  readonly descriptors: number;
  readonly packets: number;
  readonly arena: number;
  readonly bytes: number;
  release(): void;
}

/** A batch of one core: descriptors and packets in its part of the arena, written here, worked on in one wasm call. */
export class TrafficBatch implements Traffic {
  readonly arena: Uint8Array<ArrayBuffer>;
  readonly #core: Instance;
  readonly #place: TrafficPlace;
  readonly #crc: number;
  readonly #u8: Uint8Array<ArrayBuffer>;
  readonly #u32: Uint32Array<ArrayBuffer>;
  readonly #table: SaRows;
  readonly #seals: number;
  readonly #opens: number;
  readonly #packets: number;
  readonly #firstWord: number;
  readonly #end: number;
  /** From the first time that packets are added together. */
  #many: Many | undefined;
  #phase = FRESH;
  #count = 0;
  #next: number;
  #dirty: number;
  #disposed = false;

  constructor(core: Instance, place: TrafficPlace, crc: Crc, table: SaRows) {
    this.#core = core;
    this.#place = place;
    this.#crc = CRC_NUMBERS[crc];
    this.#u8 = core.u8;
    this.#u32 = core.u32;
    this.#table = table;
    this.#seals = sideOf(core.id, SEALS);
    this.#opens = sideOf(core.id, OPENS);
    this.#packets = place.packets;
    this.#firstWord = place.descriptors >>> 2;
    this.#next = place.arena;
    this.#dirty = place.arena;
    this.#end = place.arena + place.bytes;
    this.arena = core.u8.subarray(place.arena, this.#end);
  }

  get length(): number {
    return this.#count;
  }

  addPayload(sa: TrafficSa | number, payload: Uint8Array): number {
    const given = typeof sa === 'number' ? sa : readSa(sa);
    const length = lengthOf('payload', payload);
    const room = roomOf(true, length);
    const pdu = this.#add(SEALING, this.#seals, given, length, room);
    if (room > 0) this.#u8.set(payload, payloadAt(pdu));
    return this.#count++;
  }

  addPdu(sa: TrafficSa | number, pdu: Uint8Array, frame = 0): number {
    const low = frameOf(frame);
    const given = typeof sa === 'number' ? sa : readSa(sa);
    const length = lengthOf('pdu', pdu);
    const room = roomOf(false, length);
    const at = this.#add(OPENING, this.#opens, given, length, room);
    this.#u32[this.#firstWord + this.#count * (DESC_SIZE / 4) + DESC_PN / 4] = low;
    if (room > 0) this.#u8.set(pdu, at);
    return this.#count++;
  }

  addPayloads(rows: Uint32Array, payloads: Uint8Array, lengths: Uint16Array): number {
    return this.#addMany(SEALING, this.#seals, rows, payloads, lengths);
  }

  addPdus(rows: Uint32Array, pdus: Uint8Array, lengths: Uint16Array, frames?: Uint32Array): number {
    return this.#addMany(OPENING, this.#opens, rows, pdus, lengths, frames);
  }

  /** All or none: one copy of all bytes, and a descriptor each. They count once the core, which may only want stack, has brought them to their places. */
  #addMany(phase: number, side: number, ...given: GivenMany): number {
    this.#alive();
    const sealing = phase === SEALING;
    this.#many ??= new Many(this.#packets);
    const bytes = this.#many.read(sealing, this.#table, side, ...given);
    const { packets } = this.#many;
    const started = this.#phase === phase;
    const count = started ? this.#count : 0;
    this.#many.fit(this.#packets - count, this.#end - (started ? this.#next : this.#place.arena));
    if (packets === 0) return count;
    if (!started) this.#begin(phase);
    const first = this.#firstWord + count * (DESC_SIZE / 4);
    const from = this.#end - bytes.length;
    this.#dirty = this.#end;
    this.#u8.set(bytes, from);
    const next = this.#many.describe(sealing, this.#table, this.#u32, first, this.#next, from);
    this.#core.exports.placePackets(4 * first, packets, sealing ? PDU_PAYLOAD : 0);
    this.#next = next;
    this.#count = count + packets;
    return count;
  }

  /**
   * Writes the next descriptor and takes `room` bytes; returns the PDU's address. The packet counts once the caller says so. `sa` was read: from
   * here on no code of the caller's runs.
   */
  #add(phase: number, side: number, sa: TrafficSa | number, length: number, room: number): number {
    if (this.#phase !== phase) {
      this.#check(sa, side); // what is no such SA begins no batch
      this.#begin(phase);
    } else if (this.#core.disposed) this.#alive();
    if (this.#count === this.#packets)
      throw new TekcastError('BATCH_FULL', 'the batch holds no more packets', 'packets', this.#count);
    const u32 = this.#u32;
    const d = this.#firstWord + this.#count * (DESC_SIZE / 4);
    if (typeof sa === 'number') describeRow(this.#table, sa, side, u32, d);
    else describeSa(sa, side, u32, d);
    const pdu = pduAt(this.#next);
    if (pdu + room > this.#end)
      throw new TekcastError('ARENA_FULL', 'no room in this batch for a packet of that length', 'bytes', length);
    this.#next = nextAt(pdu, room);
    u32[d + DESC_PDU / 4] = pdu;
    u32[d + DESC_LENGTH / 4] = room > 0 ? length : Math.min(length, TOO_LONG);
    return pdu;
  }

  #check(sa: TrafficSa | number, side: number): void {
    if (typeof sa !== 'number') {
      if (!fitsSa(sa, side)) throw unfit(sa, side);
    } else if (!fitsRow(this.#table, sa, side)) throw unfitRow(this.#table, sa, side);
  }

  #begin(phase: number): void {
    this.#alive();
    if (this.#phase === SEALING || this.#phase === OPENING)
      throw new TekcastError('BATCH_MIXED', 'a batch is sealed or opened, not both', 'traffic');
    this.#dirty = Math.max(this.#dirty, this.#next);
    this.#phase = phase;
    this.#count = 0;
    this.#next = this.#place.arena;
  }

  /**
   * Starts the batch with `count` packets laid out elsewhere (ROW_*): one copy of all their bytes, from the start of `image` if they lie there in place,
   * or of `together`; packet by packet where some lie here and some there, or few are ours. Nothing of an earlier batch is left between them: all of
   * that part is given back by {@link store}. For pool/ alone, which checked the uses. Throws `BATCH_FULL`, `ARENA_FULL`, and `RANGE` for a packet that lies elsewhere than
   * `add` would have put it.
   */
  load(sealing: boolean, count: number, table: Uint32Array, image: Uint8Array, together: Uint8Array): void {
    const u32 = this.#u32;
    const base = this.#place.arena;
    this.#begin(sealing ? SEALING : OPENING);
    if (count > this.#packets)
      throw new TekcastError('BATCH_FULL', 'the batch holds no more packets', 'packets', count);
    const staged = this.#end - together.length;
    let next = base;
    let inPlace = 0;
    let apart = 0;
    let last = 0;
    let downwards = staged >= base;
    for (let i = 0, row = 0, d = this.#firstWord; i < count; i++, row += ROW_WORDS, d += DESC_SIZE / 4) {
      const length = table[row + ROW_LENGTH] as number;
      const from = table[row + ROW_START] as number;
      const room = roomOf(sealing, length);
      const bytes = from > 0 && room > 0 ? length : 0;
      const pdu = pduAt(next);
      if (pdu - base !== table[row + ROW_PDU] || from + bytes > together.length + 1)
        throw new TekcastError('RANGE', 'a packet is out of place', 'packet', i);
      next = nextAt(pdu, room);
      if (next > this.#end) throw new TekcastError('ARENA_FULL', 'no room in this batch for that packet', 'packet', i);
      if (from === 0) inPlace++;
      if (bytes > 0) {
        downwards &&= from > last && (sealing ? payloadAt(pdu) : pdu) < staged + from;
        last = from;
        apart += bytes;
      }
      u32[d + DESC_SLOT / 4] = table[row + ROW_SLOT] as number;
      u32[d + DESC_GENERATION / 4] = table[row + ROW_GENERATION] as number;
      u32[d + DESC_PDU / 4] = pdu;
      u32[d + DESC_LENGTH / 4] = length;
      u32[d + DESC_PN / 4] = table[row + ROW_PN] as number;
      u32[d + DESC_STATUS / 4] = ((table[row + ROW_STATUS] as number) & ~0xff) | STATUS_KEY_ERASED;
      u32[d + DESC_BODY / 4] = staged + from - 1;
      u32[d + DESC_BODY_LENGTH / 4] = bytes;
    }
    this.#next = next;
    this.#count = count;
    if (inPlace === 0) this.#u8.fill(0, base, Math.max(base, Math.min(next, staged)));
    if (inPlace === 0 && downwards && apart * WORTH_ALL >= together.length) {
      this.#dirty = this.#end;
      this.#u8.set(together, staged);
      this.#core.exports.placePackets(4 * this.#firstWord, count, sealing ? PDU_PAYLOAD : 0);
    } else this.#gather(sealing, image, inPlace, together, staged);
  }

  /** Of a loaded batch: what lies in place in one copy, and what came together packet by packet. */
  #gather(sealing: boolean, image: Uint8Array, inPlace: number, together: Uint8Array, staged: number): void {
    const u32 = this.#u32;
    const base = this.#place.arena;
    if (inPlace > 0) this.#u8.set(image.subarray(0, this.#next - base), base);
    else this.#u8.fill(0, base, this.#next);
    for (let i = 0, d = this.#firstWord; i < this.#count; i++, d += DESC_SIZE / 4) {
      const bytes = u32[d + DESC_BODY_LENGTH / 4] as number;
      const from = (u32[d + DESC_BODY / 4] as number) - staged;
      const pdu = u32[d + DESC_PDU / 4] as number;
      if (bytes > 0) this.#u8.set(together.subarray(from, from + bytes), sealing ? payloadAt(pdu) : pdu);
    }
  }

  /** Brings what {@link load} took in, now sealed or opened, back to where it came from. */
  store(table: Uint32Array, image: Uint8Array): void {
    const u32 = this.#u32;
    const base = this.#place.arena;
    const start = (this.#phase === OPENED ? DESC_BODY : DESC_PDU) / 4;
    for (let i = 0, row = 0, d = this.#firstWord; i < this.#count; i++, row += ROW_WORDS, d += DESC_SIZE / 4) {
      table[row + ROW_STATUS] = u32[d + DESC_STATUS / 4] as number;
      table[row + ROW_PN] = u32[d + DESC_PN / 4] as number;
      table[row + ROW_START] = (u32[d + start] as number) - base;
      table[row + ROW_RESULT] = u32[d + DESC_RESULT_LENGTH / 4] as number;
    }
    image.set(this.#u8.subarray(base, this.#next));
  }

  seal(now = Number.NaN): number {
    return this.#run(SEALING, SEALED, this.#core.exports.sealBatch, now);
  }

  open(now = Number.NaN): number {
    return this.#run(OPENING, OPENED, this.#core.exports.openBatch, now);
  }

  /** From packets added to results; an empty batch may be sealed or opened, and a batch only once. */
  #run(from: number, to: number, batch: Instance['exports']['sealBatch'], now: number): number {
    this.#alive();
    checkNow(now);
    if (this.#phase === SEALING || this.#phase === OPENING) {
      if (this.#phase !== from)
        throw new TekcastError('BATCH_MIXED', 'a batch is sealed or opened, not both', 'traffic');
    } else this.#begin(from);
    this.#phase = FRESH; // no results of a call that ends half way
    try {
      const succeeded = batch(this.#place.descriptors, this.#count, this.#crc, now);
      this.#phase = to;
      return succeeded;
    } catch (cause) {
      // It ended half way, for want of stack, and left round keys in scratch and packets that are not sealed, or not authentic, in the arena.
      // One call that needs no more stack than the batch did ends both; no JavaScript may be called here.
      this.#count = 0;
      this.#core.exports.wipe(this.#place.arena, Math.max(this.#dirty, this.#next) - this.#place.arena);
      throw cause;
    }
  }

  code(index: number): TrafficCode {
    return CODES[this.#u8[this.#at(index) * 4 + DESC_STATUS] as number] as TrafficCode;
  }

  start(index: number): number {
    const field = this.#phase === OPENED ? DESC_BODY : DESC_PDU;
    return (this.#u32[this.#at(index) + field / 4] as number) - this.#place.arena;
  }

  end(index: number): number {
    return this.start(index) + (this.#u32[this.#at(index) + DESC_RESULT_LENGTH / 4] as number);
  }

  pn(index: number): number {
    return this.#u32[this.#at(index) + DESC_PN / 4] as number;
  }

  *results(): Generator<TrafficResult, void> {
    for (let i = 0; i < this.#count; i++) {
      const code = this.code(i);
      yield code === '' ? { code, bytes: this.arena.subarray(this.start(i), this.end(i)) } : { code };
    }
  }

  clear(): void {
    this.#alive();
    this.#u8.fill(0, this.#place.arena, Math.max(this.#dirty, this.#next));
    this.#u32.fill(0, this.#firstWord, this.#firstWord + this.#packets * (DESC_SIZE / 4));
    this.#dirty = this.#place.arena;
    this.#next = this.#place.arena;
    this.#count = 0;
    this.#phase = FRESH;
  }

  dispose(): void {
    if (this.#disposed) return;
    if (!this.#core.disposed) this.clear();
    this.#disposed = true;
    this.#count = 0;
    this.#phase = FRESH;
    this.#place.release();
  }

  /** First word of a packet's descriptor. */
  #at(index: number): number {
    if (this.#core.disposed || this.#disposed) this.#alive();
    if (index >>> 0 !== index || index >= this.#count) whole('index', index, 0, this.#count - 1);
    if (this.#phase !== SEALED && this.#phase !== OPENED)
      throw new TekcastError('BATCH_OPEN', 'the batch has no results yet: seal or open it', 'traffic');
    return this.#firstWord + index * (DESC_SIZE / 4);
  }

  #alive(): void {
    this.#core.alive();
    if (this.#disposed) throw new TekcastError('DISPOSED', 'this batch was disposed', 'traffic');
  }
}
