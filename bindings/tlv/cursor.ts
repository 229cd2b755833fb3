// One walk over TLVs without an object for each: what both the TLV decoder and the PKM decoder are made of. After `next` says true the fields tell
// of the TLV it stands on; after false `broken` tells whether the bytes ended there or broke (the rule: codec.ts).
import type { TlvErrorCode } from './types.js';

/** Longest length of a length: four bytes after the first. */
const MAX_LENGTH_BYTES = 4;

/** Stands on one TLV after the other of an array that it does not change. */
export class TlvCursor {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #next: number;
  /** Where the type byte stands. */
  offset: number;
  type = 0;
  /** Where the value begins, and how long it is. */
  start = 0;
  length = 0;
  minimal = true;
  broken: TlvErrorCode | undefined;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#end = Math.min(end, bytes.length);
    this.#next = start;
    this.offset = start;
  }

  /** Goes on to the next TLV. */
  next(): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = this.#next;
    this.offset = at;
    if (at >= end) return false;
    if (at + 2 > end) return this.#break('TLV_TRUNCATED');
    this.type = bytes[at] ?? 0;
    let length = bytes[at + 1];
    if (length === undefined) return this.#break('TLV_TRUNCATED');
    at += 2;
    this.minimal = true;
    if (length >= 0x80) {
      const lengthBytes = length - 0x80;
      if (lengthBytes > MAX_LENGTH_BYTES) return this.#break('TLV_LENGTH');
      if (at + lengthBytes > end) return this.#break('TLV_TRUNCATED');
      length = 0;
      for (let i = 0; i < lengthBytes; i++) length = length * 256 + (bytes[at + i] ?? 0);
      at += lengthBytes;
      this.minimal = lengthBytes > 0 && lengthBytes === lengthSize(length) - 1;
    }
    if (length > end - at) return this.#break('TLV_TRUNCATED');
    this.start = at;
    this.length = length;
    this.#next = at + length;
    return true;
  }

  #break(code: TlvErrorCode): false {
    this.broken = code;
    return false;
  }
}

/** Bytes the minimal encoding of a length takes: 1..5. */
export function lengthSize(length: number): number {
  if (length < 0x80) return 1;
  if (length < 0x100) return 2;
  if (length < 0x1_0000) return 3;
  return length < 0x100_0000 ? 4 : 5;
}
