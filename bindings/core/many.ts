// Packets that are added together: rows of a table, bytes one packet behind the other, and how many each has.
import { DESC_BODY, DESC_BODY_LENGTH, DESC_LENGTH, DESC_PDU, DESC_PN, DESC_SIZE } from '../../assembly/layout.js';
import { TekcastError } from '../errors.js';
import { bytesOf, wordsOf } from './bytes.js';
import { nextAt, pduAt, roomOf, spanOf } from './place.js';
import { describeRows, misfitRow, type SaRows, unfitRow } from './table.js';

/** Rows, bytes, lengths, frames: arguments of `addPayloads` and `addPdus`. */
export type GivenMany = [rows: Uint32Array, bytes: Uint8Array, lengths: Uint16Array, frames?: Uint32Array];

/**
 * What was given for up to so many packets, read once: memory that a caller shares with another thread may change, and what was looked at is what
 * must be written.
 */
export class Many {
  readonly rows: Uint32Array;
  readonly lengths: Uint16Array;
  /** Low 24 bits count. */
  readonly frames: Uint32Array;
  packets = 0;
  /** Bytes of an arena that must be free: their places, and what of packets too long for theirs is copied with the others. */
  needed = 0;

  constructor(packets: number) {
    this.rows = new Uint32Array(packets);
    this.lengths = new Uint16Array(packets);
    this.frames = new Uint32Array(packets);
  }

  /**
   * Reads the arrays and looks at every row and length; returns the bytes, as an array of our own making. Throws `TYPE`; `LENGTH`; `BATCH_FULL` for
   * more packets than there may be at most; what `unfitRow` does.
   */
  read(sealing: boolean, table: SaRows, side: number, ...[rows, given, lengths, frames]: GivenMany): Uint8Array {
    const bytes = bytesOf(sealing ? 'payloads' : 'pdus', given, 0, Infinity);
    const packets = wordsOf('rows', rows, 'Uint32Array');
    asMany('lengths', wordsOf('lengths', lengths, 'Uint16Array'), packets);
    if (frames !== undefined) asMany('frames', wordsOf('frames', frames, 'Uint32Array'), packets);
    if (packets > this.rows.length)
      throw new TekcastError('BATCH_FULL', 'the batch does not hold that many packets', 'packets', packets);
    const own = this.lengths;
    if (packets > 0) {
      this.rows.set(rows);
      own.set(lengths);
      if (frames === undefined) this.frames.fill(0, 0, packets);
      else this.frames.set(frames);
    }
    let sum = 0;
    let needed = 0;
    const misfit = misfitRow(table, this.rows, packets, side);
    if (misfit >= 0) throw unfitRow(table, this.rows[misfit] as number, side);
    for (let i = 0; i < packets; i++) {
      const length = own[i] as number;
      sum += length;
      needed += Math.max(spanOf(sealing, length), length);
    }
    if (sum !== bytes.length)
      throw new TekcastError(
        'LENGTH',
        `the packets have ${bytes.length} bytes, their lengths say ${sum}`,
        'lengths',
        sum,
      );
    this.packets = packets;
    this.needed = needed;
    return bytes;
  }

  /** Throws `BATCH_FULL` or `ARENA_FULL` unless there is room for so many packets, and that many bytes. */
  fit(packets: number, bytes: number): void {
    if (this.packets > packets)
      throw new TekcastError('BATCH_FULL', 'the batch does not hold that many packets more', 'packets', this.packets);
    if (this.needed > bytes)
      throw new TekcastError('ARENA_FULL', 'no room in this batch for packets of these lengths', 'bytes', this.needed);
  }

  /** Writes descriptors from word `first` on: places from `next` on for packets whose bytes lie from `from` on. Returns the next free place. */
  describe(sealing: boolean, table: SaRows, u32: Uint32Array, first: number, next: number, from: number): number {
    const { rows, lengths, frames, packets } = this;
    describeRows(table, rows, packets, u32, first);
    for (let i = 0, d = first; i < packets; i++, d += DESC_SIZE / 4) {
      const length = lengths[i] as number;
      const room = roomOf(sealing, length);
      const pdu = pduAt(next);
      u32[d + DESC_PDU / 4] = pdu;
      u32[d + DESC_LENGTH / 4] = length;
      u32[d + DESC_PN / 4] = (frames[i] as number) & 0xffffff;
      u32[d + DESC_BODY / 4] = from;
      u32[d + DESC_BODY_LENGTH / 4] = room > 0 ? length : 0;
      next = nextAt(pdu, room);
      from += length;
    }
    return next;
  }
}

function asMany(name: string, count: number, packets: number): void {
  if (count !== packets) throw new TekcastError('LENGTH', `${name} are not as many as rows, ${packets}`, name, count);
}
