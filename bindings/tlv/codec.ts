// Type-length-value, 802.16 length rule (802.16 §11.1.1, DER's definite form):
//
//   type(1) | n (n < 128)                        | value(n)
//   type(1) | 0x80 + k (k 0..4) | k bytes, big-endian n | value(n)
//
// Decoding takes one pass and one step per TLV. It accepts what is not minimal (also 0x80 alone, an empty value) and
// says so; it emits the minimal form only, and never an empty value, which other receivers take for an error.

import { lengthSize, TlvCursor } from './cursor.js';
import type { Tlv, TlvInput, TlvResult } from './types.js';
import { TlvWriter } from './writer.js';

/**
 * Takes the bytes `start..end` apart. Never throws; values are views. Offsets count from the start of `bytes`, not from `start`.
 * Linear in the number of bytes: each is looked at once.
 */
export function decodeTlvs(bytes: Uint8Array, start = 0, end = bytes.length): TlvResult {
  const items: Tlv[] = [];
  const at = new TlvCursor(bytes, start, end);
  while (at.next()) {
    items.push({
      type: at.type,
      value: bytes.subarray(at.start, at.start + at.length),
      offset: at.offset,
      headerLength: at.start - at.offset,
      minimal: at.minimal,
    });
  }
  return at.broken === undefined ? { ok: true, items } : { ok: false, code: at.broken, offset: at.offset, items };
}

/** Bytes of one encoded TLV with a value of `length` bytes. */
export function tlvSize(length: number): number {
  return 1 + lengthSize(length) + length;
}

/**
 * Writes TLVs one after the other, each with the shortest length. Throws `RANGE` for a type outside 0..255,
 * `TLV_EMPTY` for a value of 0 bytes.
 */
export function encodeTlvs(items: Iterable<TlvInput>): Uint8Array {
  const writer = new TlvWriter();
  for (const { type, value } of items) {
    const place = writer.open(type);
    writer.bytes(value);
    writer.close(place);
  }
  return writer.copy(0);
}
