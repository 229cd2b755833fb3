// A batch of packets, from add to result. add copies a packet into the arena and writes its descriptor; seal or open is one call into
// the core; results are views. Nothing is allocated per packet but the views, and those only by `results`.
//
//   arena part    | 6 | PDU: header 6, PN 4 | payload ...    each PDU starts at 6 mod 16, so that its payload is aligned to 16
//   descriptors   DESC_SIZE each (layout.ts), read and written as words
import {
  CRC_MSB,
  CRC_NONE,
  CRC_REFLECTED,
  CRC_SIZE,
  DESC_BODY,
  DESC_GENERATION,
  DESC_LENGTH,
  DESC_PDU,
  DESC_PN,
  DESC_RESULT_LENGTH,
  DESC_SIZE,
  DESC_SLOT,
  DESC_STATUS,
  GMH_SIZE,
  ICV_SIZE,
  PDU_MAX,
  PDU_PAYLOAD,
  STATUS_KEY_ERASED,
} from '../../assembly/layout.js';
import { TekcastError } from '../errors.js';
import { lengthOf } from './bytes.js';
import { OPENS, SEALS, sideOf } from './handle.js';
import type { Instance } from './instantiate.js';
import { whole } from './options.js';
import { describeSa, fitsSa, readSa, unfit } from './packed.js';
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

/**
 * A batch that was laid out elsewhere, as words: its bytes lie as in the arena (`placed`), each packet has a row of ROW_WORDS in a table.
 *
 *   0    1          2     3      4                   5     6     7
 *   slot|generation|PDU's|length|status|EKS|CID (16)|PN or|start|length     offsets count from the first byte of the arena part;
 *       |          |start|      |                   |frame|of the result    the core writes status, PN, start and length of the result
 */
export const ROW_WORDS = 8;
export const ROW_SLOT = 0;
export const ROW_GENERATION = 1;
export const ROW_PDU = 2;
export const ROW_LENGTH = 3;
export const ROW_STATUS = 4;
export const ROW_PN = 5;
export const ROW_START = 6;
export const ROW_RESULT = 7;

/** An SA as `describeSa` writes it, apart from a batch: so many words; these are a row's slot, generation and status. */
export const DESCRIBED_WORDS = DESC_SIZE / 4;
export const DESCRIBED_SLOT = DESC_SLOT / 4;
export const DESCRIBED_GENERATION = DESC_GENERATION / 4;
export const DESCRIBED_STATUS = DESC_STATUS / 4;

/** Any length that no PDU and no payload has: longer ones count as this, which a descriptor's word can hold. */
export const TOO_LONG = PDU_MAX + 1;

/** The 24 bits of a PHY frame number that may come with more above them, as `pn` of an MBS packet has, or `RANGE`. */
export function frameOf(frame: number): number {
  return (typeof frame === 'number' && frame >>> 0 === frame ? frame : whole('frame', frame, 0, 0xffffffff)) & 0xffffff;
}

export function checkNow(now: number): void {
  if (typeof now !== 'number') throw new TekcastError('TYPE', 'now is not a number of milliseconds', 'now');
}

/** Bytes that a packet takes behind its PDU's start: a payload of `length` to seal, a PDU of `length` to open; 0 when it is too long to be one. */
export function roomOf(sealing: boolean, length: number): number {
  if (sealing) return length <= PDU_MAX - GMH_SIZE ? PDU_PAYLOAD + length + TRAILER : 0;
  return length <= PDU_MAX ? length : 0;
}

/** Where a PDU starts in the next free place, and the next free place after `room` bytes of it. */
export const pduAt = (next: number): number => next + PADDING;
export const payloadAt = (pdu: number): number => pdu + PDU_PAYLOAD;
export const nextAt = (pdu: number, room: number): number => (pdu + room + 15) & ~15;

/** What the batch holds: nothing decided yet, payloads to seal, PDUs to open, or results. */
const FRESH = 0;
const SEALING = 1;
const OPENING = 2;
const SEALED = 3;
const OPENED = 4;

const WORDS = DESC_SIZE / 4;
const PADDING = 6; // before each PDU
const TRAILER = ICV_SIZE + CRC_SIZE;

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
    this.#u32[this.#firstWord + this.#count * WORDS + DESC_PN / 4] = low;
    if (room > 0) this.#u8.set(pdu, at);
    return this.#count++;
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
    const d = this.#firstWord + this.#count * WORDS;
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
   * Starts the batch with `count` packets laid out elsewhere (ROW_*): one copy of all their bytes from the start of `image`. For pool/ alone,
   * which checked the uses. Throws `BATCH_FULL`, `ARENA_FULL`, and `RANGE` for a packet that lies elsewhere than `add` would have put it.
   */
  load(sealing: boolean, count: number, table: Uint32Array, image: Uint8Array): void {
    const u32 = this.#u32;
    const base = this.#place.arena;
    this.#begin(sealing ? SEALING : OPENING);
    if (count > this.#packets)
      throw new TekcastError('BATCH_FULL', 'the batch holds no more packets', 'packets', count);
    let next = base;
    for (let i = 0, row = 0, d = this.#firstWord; i < count; i++, row += ROW_WORDS, d += WORDS) {
      const length = table[row + ROW_LENGTH] as number;
      const pdu = pduAt(next);
      if (pdu - base !== table[row + ROW_PDU]) throw new TekcastError('RANGE', 'a packet is out of place', 'packet', i);
      next = nextAt(pdu, roomOf(sealing, length));
      if (next > this.#end) throw new TekcastError('ARENA_FULL', 'no room in this batch for that packet', 'packet', i);
      u32[d + DESC_SLOT / 4] = table[row + ROW_SLOT] as number;
      u32[d + DESC_GENERATION / 4] = table[row + ROW_GENERATION] as number;
      u32[d + DESC_PDU / 4] = pdu;
      u32[d + DESC_LENGTH / 4] = length;
      u32[d + DESC_PN / 4] = table[row + ROW_PN] as number;
      u32[d + DESC_STATUS / 4] = ((table[row + ROW_STATUS] as number) & ~0xff) | STATUS_KEY_ERASED;
    }
    this.#u8.set(image.subarray(0, next - base), base);
    this.#next = next;
    this.#count = count;
  }

  /** Brings what {@link load} took in, now sealed or opened, back to where it came from. */
  store(table: Uint32Array, image: Uint8Array): void {
    const u32 = this.#u32;
    const base = this.#place.arena;
    const start = (this.#phase === OPENED ? DESC_BODY : DESC_PDU) / 4;
    for (let i = 0, row = 0, d = this.#firstWord; i < this.#count; i++, row += ROW_WORDS, d += WORDS) {
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
      this.#core.exports.wipe(this.#place.arena, this.#next - this.#place.arena);
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
    this.#u32.fill(0, this.#firstWord, this.#firstWord + this.#packets * WORDS);
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
    return this.#firstWord + index * WORDS;
  }

  #alive(): void {
    this.#core.alive();
    if (this.#disposed) throw new TekcastError('DISPOSED', 'this batch was disposed', 'traffic');
  }
}
