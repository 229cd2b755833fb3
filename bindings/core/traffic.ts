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
  DESC_CID,
  DESC_EKS,
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
import { nameOf } from './handle.js';
import type { Instance } from './instantiate.js';
import { whole } from './options.js';
import type { Crc, KeyHandle, Traffic, TrafficCode, TrafficResult, TrafficSa } from './types.js';

/** By STATUS_*. */
const CODES: readonly TrafficCode[] = [
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
];
const CRC_NUMBERS: Readonly<Record<Crc, number>> = { none: CRC_NONE, msb: CRC_MSB, reflected: CRC_REFLECTED };

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

export class TrafficBatch implements Traffic {
  readonly arena: Uint8Array<ArrayBuffer>;
  readonly #core: Instance;
  readonly #place: TrafficPlace;
  readonly #crc: number;
  readonly #u8: Uint8Array<ArrayBuffer>;
  readonly #u32: Uint32Array<ArrayBuffer>;
  readonly #firstWord: number;
  readonly #end: number;
  #phase = FRESH;
  #count = 0;
  #next: number;
  #dirty: number;
  #disposed = false;

  constructor(core: Instance, place: TrafficPlace, crc: Crc) {
    this.#core = core;
    this.#place = place;
    this.#crc = CRC_NUMBERS[crc];
    this.#u8 = core.u8;
    this.#u32 = core.u32;
    this.#firstWord = place.descriptors >>> 2;
    this.#next = place.arena;
    this.#dirty = place.arena;
    this.#end = place.arena + place.bytes;
    this.arena = core.u8.subarray(place.arena, this.#end);
  }

  get length(): number {
    return this.#count;
  }

  addPayload(sa: TrafficSa, payload: Uint8Array): number {
    const { key } = sa;
    if (key.use !== 'seal-down' && key.use !== 'seal-up') throw misuse(key);
    const room = payload.length <= PDU_MAX - GMH_SIZE ? PDU_PAYLOAD + payload.length + TRAILER : 0;
    const pdu = this.#add(SEALING, sa, payload.length, room);
    if (room > 0) this.#u8.set(payload, pdu + PDU_PAYLOAD);
    return this.#count++;
  }

  addPdu(sa: TrafficSa, pdu: Uint8Array, frame = 0): number {
    const { key } = sa;
    if (key.use !== 'open-down' && key.use !== 'open-up') throw misuse(key);
    const room = pdu.length <= PDU_MAX ? pdu.length : 0;
    const at = this.#add(OPENING, sa, pdu.length, room);
    this.#u32[this.#firstWord + this.#count * WORDS + DESC_PN / 4] = frame & 0xffffff;
    if (room > 0) this.#u8.set(pdu, at);
    return this.#count++;
  }

  /** Writes the next descriptor and takes `room` bytes; returns the PDU's address. The packet counts once the caller says so. */
  #add(phase: number, sa: TrafficSa, length: number, room: number): number {
    const key = sa.key;
    if (key.core !== this.#core.id)
      throw new TekcastError('WRONG_CORE', 'this key lives in another core', nameOf(key), key.core);
    if (this.#phase !== phase) this.#begin(phase);
    if (this.#count === this.#place.packets)
      throw new TekcastError('BATCH_FULL', 'the batch holds no more packets', 'packets', this.#count);
    const pdu = this.#next + PADDING;
    if (pdu + room > this.#end)
      throw new TekcastError('ARENA_FULL', 'no room in this batch for a packet of that length', 'bytes', length);
    this.#next = (pdu + room + 15) & ~15;
    const d = this.#firstWord + this.#count * WORDS;
    const u32 = this.#u32;
    u32[d + DESC_SLOT / 4] = key.slot;
    u32[d + DESC_GENERATION / 4] = key.generation;
    u32[d + DESC_PDU / 4] = pdu;
    u32[d + DESC_LENGTH / 4] = length;
    u32[d + DESC_STATUS / 4] =
      STATUS_KEY_ERASED | ((sa.eks & 3) << (8 * (DESC_EKS - DESC_STATUS))) | (sa.cid << (8 * (DESC_CID - DESC_STATUS)));
    return pdu;
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

  seal(now = Number.NaN): number {
    this.#turn(SEALING, SEALED);
    return this.#core.exports.sealBatch(this.#place.descriptors, this.#count, this.#crc, now);
  }

  open(now = Number.NaN): number {
    this.#turn(OPENING, OPENED);
    return this.#core.exports.openBatch(this.#place.descriptors, this.#count, this.#crc, now);
  }

  /** From packets added to results; an empty batch may be sealed or opened, and a batch only once. */
  #turn(from: number, to: number): void {
    this.#alive();
    if (this.#phase === SEALING || this.#phase === OPENING) {
      if (this.#phase !== from)
        throw new TekcastError('BATCH_MIXED', 'a batch is sealed or opened, not both', 'traffic');
    } else this.#begin(from);
    this.#phase = to;
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
    this.#u32.fill(0, this.#firstWord, this.#firstWord + this.#place.packets * WORDS);
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
    if (!(index >= 0 && index < this.#count)) whole('index', index, 0, this.#count - 1);
    if (this.#phase !== SEALED && this.#phase !== OPENED)
      throw new TekcastError('BATCH_OPEN', 'the batch has no results yet: seal or open it', 'traffic');
    return this.#firstWord + index * WORDS;
  }

  #alive(): void {
    this.#core.alive();
    if (this.#disposed) throw new TekcastError('DISPOSED', 'this batch was disposed', 'traffic');
  }
}

function misuse(key: KeyHandle): TekcastError {
  return new TekcastError('KEY_USE', `${nameOf(key)} is ${key.use}: not for this`, nameOf(key));
}
