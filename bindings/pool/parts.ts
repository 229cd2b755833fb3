// The memory of a pool's batch. Each worker has a part of it, laid out as that worker's arena will be, so that a part goes over in one copy:
//
//   buffer     | images: part 0 | part 1 | ...          | tables: part 0 | part 1 | ...   | together |
//   arena      |<------------------------------------->|
//
// In shared memory, packets that are added together stay together: one copy here, and each worker takes its own from there. In messages each packet
// must be in its part.
import { offsetOf } from '../core/bytes.js';
import {
  DESCRIBED_GENERATION,
  DESCRIBED_SLOT,
  DESCRIBED_STATUS,
  DESCRIBED_WORDS,
  nextAt,
  payloadAt,
  pduAt,
  ROW_GENERATION,
  ROW_LENGTH,
  ROW_PDU,
  ROW_PN,
  ROW_SLOT,
  ROW_START,
  ROW_STATUS,
  ROW_WORDS,
  roomOf,
  TOO_LONG,
} from '../core/place.js';
import { TekcastError } from '../errors.js';
import type { Part } from './messages.js';

/** Bytes of a word less one. */
const SKEW = 7;
/** From so many bytes on a detour is shorter. */
const DETOUR = 512;
const NOTHING = new Uint8Array(0);

/** Packets of a batch, by worker: laid out, sent, received, read back, wiped. Lengths in bytes; that packets fit is looked at by the batch. */
export class Parts {
  /** All images. Part `i` begins at `i * bytes`. */
  readonly arena: Uint8Array;
  readonly bytes: number;
  /** By part: packets, and the next free byte. */
  readonly counts: Uint32Array;
  readonly nexts: Uint32Array;
  /** Bytes of packets added together. */
  brought = 0;
  readonly #packets: number;
  readonly #shared: boolean;
  /** A packet on its way into shared memory. */
  readonly #detour = new Uint8Array(SKEW + TOO_LONG);
  readonly #parts: Part[];
  readonly #together: Uint8Array;
  /** Copies that go over in messages and come back; gone with a worker that is lost. */
  readonly #spares: (Omit<Part, 'together'> | undefined)[] = [];
  /** By part: bytes not zeroed since the last `wipe`. */
  readonly #dirty: Uint32Array;
  #broughtOnce = 0;

  constructor(count: number, packets: number, bytes: number, shared: boolean) {
    const rows = packets * ROW_WORDS;
    const length = count * (bytes + 4 * rows) + (shared ? bytes : 0);
    const buffer = shared ? new SharedArrayBuffer(length) : new ArrayBuffer(length);
    this.bytes = bytes;
    this.arena = new Uint8Array(buffer, 0, count * bytes);
    this.counts = new Uint32Array(count);
    this.nexts = new Uint32Array(count);
    this.#packets = packets;
    this.#shared = shared;
    this.#dirty = new Uint32Array(count);
    this.#together = new Uint8Array(buffer, count * (bytes + 4 * rows));
    this.#parts = Array.from({ length: count }, (_, i) => ({
      table: new Uint32Array(buffer, count * bytes + i * 4 * rows, rows),
      image: new Uint8Array(buffer, i * bytes, bytes),
      together: this.#together,
    }));
  }

  at(index: number): Part {
    return this.#parts[index] as Part;
  }

  /** Takes the bytes of packets that are added together; says where they are, for {@link add}, or -1: each must be in its part. */
  bring(bytes: Uint8Array): number {
    const at = this.brought;
    if (bytes.length > this.#together.length - at) return -1;
    this.#together.set(bytes, at);
    this.brought = at + bytes.length;
    return at;
  }

  /** Lays a packet out behind the others of a part; returns the first word of its row. `bytes`: its own, or where they were brought. */
  add(
    index: number,
    sealing: boolean,
    described: Uint32Array,
    frame: number,
    bytes: Uint8Array | number,
    length: number,
  ): number {
    const { table, image } = this.at(index);
    const room = roomOf(sealing, length);
    const pdu = pduAt(this.nexts[index] as number);
    const row = (this.counts[index] as number) * ROW_WORDS;
    table[row + ROW_SLOT] = described[DESCRIBED_SLOT] as number;
    table[row + ROW_GENERATION] = described[DESCRIBED_GENERATION] as number;
    table[row + ROW_PDU] = pdu;
    table[row + ROW_LENGTH] = length;
    table[row + ROW_STATUS] = described[DESCRIBED_STATUS] as number;
    table[row + ROW_PN] = frame;
    if (typeof bytes === 'number') table[row + ROW_START] = 1 + bytes;
    else {
      table[row + ROW_START] = 0;
      const at = sealing ? payloadAt(pdu) : pdu;
      if (room > 0) image.set(this.#shared && length >= DETOUR ? this.#alike(bytes, at, length) : bytes, at);
    }
    this.nexts[index] = nextAt(pdu, room);
    (this.counts[index] as number)++;
    return row;
  }

  /**
   * The bytes, lying to words as address `at` does. Into shared memory V8 copies word by word, and where source and destination lie differently
   * byte by byte, which takes four times as long.
   */
  #alike(bytes: Uint8Array, at: number, length: number): Uint8Array {
    const skew = at & SKEW;
    if ((offsetOf(bytes) & SKEW) === skew) return bytes;
    this.#detour.set(bytes, skew);
    return this.#detour.subarray(skew, skew + length);
  }

  /** The packet of a row, as it was added. */
  read(index: number, row: number, sealing: boolean): { described: Uint32Array; frame: number; bytes: Uint8Array } {
    const { table, image } = this.at(index);
    const length = table[row + ROW_LENGTH] as number;
    const pdu = table[row + ROW_PDU] as number;
    const from = table[row + ROW_START] as number;
    const start = from > 0 ? from - 1 : sealing ? payloadAt(pdu) : pdu;
    const laid = roomOf(sealing, length) > 0; // one that is too long to be a PDU was not
    const described = new Uint32Array(DESCRIBED_WORDS);
    described[DESCRIBED_SLOT] = table[row + ROW_SLOT] as number;
    described[DESCRIBED_GENERATION] = table[row + ROW_GENERATION] as number;
    described[DESCRIBED_STATUS] = table[row + ROW_STATUS] as number;
    return {
      described,
      frame: table[row + ROW_PN] as number,
      bytes: laid ? (from > 0 ? this.#together : image).slice(start, start + length) : new Uint8Array(length),
    };
  }

  /** A part's packets in memory of their own, to be moved to the worker. */
  send(index: number): Part {
    const { table, image } = this.at(index);
    const spare = this.#spares[index] ?? {
      table: new Uint32Array(this.#packets * ROW_WORDS),
      image: new Uint8Array(this.bytes),
    };
    this.#spares[index] = undefined;
    const part: Part = {
      together: NOTHING,
      table: spare.table.subarray(0, (this.counts[index] as number) * ROW_WORDS),
      image: spare.image.subarray(0, this.nexts[index]),
    };
    part.table.set(table.subarray(0, part.table.length));
    part.image.set(image.subarray(0, part.image.length));
    return part;
  }

  /** What came back of it: as much as went. Throws `MESSAGE`. */
  receive(index: number, part: Part | undefined): void {
    const { table, image } = this.at(index);
    const words = (this.counts[index] as number) * ROW_WORDS;
    if (part?.table.length !== words || part.image.length !== this.nexts[index])
      throw new TekcastError('MESSAGE', 'not the part that was sent', 'part', index);
    table.set(part.table);
    image.set(part.image);
    const { table: rows, image: bytes } = part;
    this.#spares[index] = { table: new Uint32Array(rows.buffer), image: new Uint8Array(bytes.buffer) };
  }

  /** How full they are, for {@link back}. */
  mark(): { counts: Uint32Array; nexts: Uint32Array; brought: number } {
    return { counts: this.counts.slice(), nexts: this.nexts.slice(), brought: this.brought };
  }

  /** Forgets what was added since. */
  back({ counts, nexts, brought }: ReturnType<Parts['mark']>): void {
    this.#note();
    this.counts.set(counts);
    this.nexts.set(nexts);
    this.brought = brought;
  }

  empty(): void {
    this.#note();
    this.counts.fill(0);
    this.nexts.fill(0);
    this.brought = 0;
  }

  /** Up to where there are bytes to be zeroed. */
  #note(): void {
    for (const [i, next] of this.nexts.entries()) this.#dirty[i] = Math.max(this.#dirty[i] as number, next);
    this.#broughtOnce = Math.max(this.#broughtOnce, this.brought);
  }

  /** Empties them and zeroes all bytes that packets were in. */
  wipe(): void {
    this.empty();
    for (const [i, { table, image }] of this.#parts.entries()) {
      table.fill(0);
      image.fill(0, 0, this.#dirty[i]);
      this.#spares[i]?.image.fill(0, 0, this.#dirty[i]);
    }
    this.#together.fill(0, 0, this.#broughtOnce);
    this.#dirty.fill(0);
    this.#broughtOnce = 0;
    this.#detour.fill(0);
  }
}
