// Type-length-value, 802.16 length rule (802.16 §11.1.1, DER's definite form):
//
//   type(1) | n (n < 128)                        | value(n)
//   type(1) | 0x80 + k (k 0..4) | k bytes, big-endian n | value(n)
//
// Decoding takes one pass and one step per TLV. It accepts what is not minimal (also 0x80 alone, an empty value) and
// says so; it emits the minimal form only, and never an empty value, which other receivers take for an error.

import { TekcastError } from '../errors.js';
import type { Tlv, TlvErrorCode, TlvInput, TlvResult } from './types.js';

/** Longest length of a length: four bytes after the first. */
const MAX_LENGTH_BYTES = 4;

/**
 * Takes the bytes `start..end` apart. Never throws; values are views. Offsets count from the start of `bytes`, not from `start`.
 * Linear in the number of bytes: each is looked at once.
 */
export function decodeTlvs(bytes: Uint8Array, start = 0, end = bytes.length): TlvResult {
  const items: Tlv[] = [];
  const broken = (code: TlvErrorCode, offset: number): TlvResult => ({ ok: false, code, offset, items });
  let at = start;
  while (at < end) {
    const offset = at;
    const first = bytes[at + 1];
    if (at + 2 > end || first === undefined) return broken('TLV_TRUNCATED', offset);
    at += 2;
    let length = first;
    let minimal = true;
    if (first >= 0x80) {
      const lengthBytes = first - 0x80;
      if (lengthBytes > MAX_LENGTH_BYTES) return broken('TLV_LENGTH', offset);
      if (at + lengthBytes > end) return broken('TLV_TRUNCATED', offset);
      length = 0;
      for (let i = 0; i < lengthBytes; i++) length = length * 256 + (bytes[at + i] ?? 0);
      at += lengthBytes;
      minimal = lengthBytes > 0 && lengthBytes === lengthSize(length) - 1;
    }
    if (length > end - at) return broken('TLV_TRUNCATED', offset);
    items.push({
      type: bytes[offset] ?? 0,
      value: bytes.subarray(at, at + length),
      offset,
      headerLength: at - offset,
      minimal,
    });
    at += length;
  }
  return { ok: true, items };
}

/** Bytes the minimal encoding of a length takes: 1..5. */
function lengthSize(length: number): number {
  if (length < 0x80) return 1;
  if (length < 0x100) return 2;
  if (length < 0x1_0000) return 3;
  return length < 0x100_0000 ? 4 : 5;
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
  const list = [...items];
  const out = new Uint8Array(tlvsSize(list));
  writeTlvs(list, out, 0);
  return out;
}

/** Bytes of TLVs one after the other. Throws as `encodeTlvs`. */
export function tlvsSize(list: readonly TlvInput[]): number {
  let total = 0;
  for (const { type, value } of list) {
    if (!Number.isInteger(type) || type < 0 || type > 255) {
      throw new TekcastError('RANGE', 'a TLV type is one byte, 0..255', 'type', type);
    }
    if (value.length === 0) throw new TekcastError('TLV_EMPTY', 'a TLV without a value is never sent', 'type', type);
    total += tlvSize(value.length);
  }
  return total;
}

/** Writes TLVs from `start` on, and returns where they end. There must be room for `tlvsSize`. */
export function writeTlvs(list: readonly TlvInput[], out: Uint8Array, start: number): number {
  let at = start;
  for (const { type, value } of list) {
    out[at++] = type;
    const lengthBytes = lengthSize(value.length) - 1;
    if (lengthBytes === 0) out[at++] = value.length;
    else {
      out[at++] = 0x80 + lengthBytes;
      for (let i = lengthBytes - 1; i >= 0; i--) out[at++] = Math.floor(value.length / 256 ** i);
    }
    out.set(value, at);
    at += value.length;
  }
  return at;
}
