// TLVs written one behind the other into room that is used again for the next message, so that a message costs one array: the one handed out.
// A value is written first and its length put before it, as short as can be, when it is closed.
import { TekcastError } from '../errors.js';
import { lengthSize } from './cursor.js';

/** Type and shortest length. */
const HEAD = 2;
const ROOM = 512;

/** Writes one message at a time; what it hands out is a copy. */
export class TlvWriter {
  #bytes = new Uint8Array(ROOM);
  #view = new DataView(this.#bytes.buffer);
  /** Bytes written so far. */
  length = 0;

  /** Begins anew, `room` bytes from the front: what stands there is written last. */
  begin(room: number): void {
    this.length = room;
  }

  /** Begins a TLV; what is written until `close` is its value. Returns its place. Throws `RANGE` for a type outside 0..255. */
  open(type: number): number {
    if (!Number.isInteger(type) || type < 0 || type > 255) {
      throw new TekcastError('RANGE', 'a TLV type is one byte, 0..255', 'type', type);
    }
    const place = this.length;
    this.#reach(place + HEAD);
    this.#bytes[place] = type;
    this.length = place + HEAD;
    return place;
  }

  /** Bytes of the value so far. */
  valueLength(place: number): number {
    return this.length - place - HEAD;
  }

  /** Ends the TLV that began at `place`. Throws `TLV_EMPTY` for a value of 0 bytes. */
  close(place: number): void {
    const length = this.valueLength(place);
    if (length === 0) {
      throw new TekcastError('TLV_EMPTY', 'a TLV without a value is never sent', 'type', this.#bytes[place]);
    }
    const lengthBytes = lengthSize(length) - 1;
    if (lengthBytes === 0) {
      this.#bytes[place + 1] = length;
      return;
    }
    this.#reach(this.length + lengthBytes);
    this.#bytes.copyWithin(place + HEAD + lengthBytes, place + HEAD, this.length);
    this.#bytes[place + 1] = 0x80 + lengthBytes;
    for (let i = 0, rest = length; i < lengthBytes; i++, rest = Math.floor(rest / 256))
      this.#bytes[place + 1 + lengthBytes - i] = rest;
    this.length += lengthBytes;
  }

  bytes(value: Uint8Array): void {
    this.#reach(this.length + value.length);
    this.#bytes.set(value, this.length);
    this.length += value.length;
  }

  /** Big-endian, `length` bytes (1..6 or 8); the caller has seen to it that the value fits. */
  uint(value: number | bigint, length: number): void {
    const at = this.length;
    this.#reach(at + length);
    this.length = at + length;
    if (length === 8) {
      this.#view.setBigUint64(at, BigInt(value));
      return;
    }
    for (let i = length - 1, rest = Number(value); i >= 0; i--, rest = Math.floor(rest / 256)) {
      this.#bytes[at + i] = rest % 256;
    }
  }

  /** A copy of all that was written, with `more` zeros behind it. */
  copy(more: number): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(this.length + more);
    out.set(this.#bytes.subarray(0, this.length));
    return out;
  }

  #reach(length: number): void {
    if (length <= this.#bytes.length) return;
    const before = this.#bytes;
    this.#bytes = new Uint8Array(2 * length);
    this.#bytes.set(before);
    this.#view = new DataView(this.#bytes.buffer);
  }
}
