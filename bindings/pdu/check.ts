// The two checksums of a MAC PDU. Tables are indexed by public bytes only: headers and ciphertext.

import type { Crc } from './types.js';

/** x^8 + x^2 + x + 1 (802.16 §6.3.2.1.1): start 0, nothing reflected, nothing inverted. */
const HCS_POLYNOMIAL = 0x07;
/** 802.3's polynomial, MSB first; start and final XOR all ones in both conventions. */
const CRC_POLYNOMIAL = 0x04c1_1db7;
const CRC_POLYNOMIAL_REFLECTED = 0xedb8_8320;

const hcsTable = Uint8Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 0x80 ? (rest << 1) ^ HCS_POLYNOMIAL : rest << 1;
  return rest;
});

const msbTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte << 24;
  for (let bit = 0; bit < 8; bit++) rest = rest < 0 ? (rest << 1) ^ CRC_POLYNOMIAL : rest << 1;
  return rest;
});

const reflectedTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ CRC_POLYNOMIAL_REFLECTED : rest >>> 1;
  return rest;
});

/** Header check sequence over the five bytes from `offset`. */
export function hcs(bytes: Uint8Array, offset = 0): number {
  let rest = 0;
  for (let i = offset; i < offset + 5; i++) rest = hcsTable[rest ^ (bytes[i] ?? 0)] as number;
  return rest;
}

/**
 * The four bytes that follow `bytes[start..end)` on the wire. The 802.16 clauses differ by PHY: `msb` is OFDMA's
 * (shifted MSB first, sent big-endian), `reflected` 802.3's (LSB first, sent least byte first).
 */
export function crc32(kind: Exclude<Crc, 'none'>, bytes: Uint8Array, start = 0, end = bytes.length): Uint8Array {
  const word = crcWord(kind, bytes, start, end);
  return Uint8Array.of(word >>> 24, word >>> 16, word >>> 8, word);
}

/** The same as one number, the first byte on the wire on top. */
export function crcWord(kind: Exclude<Crc, 'none'>, bytes: Uint8Array, start: number, end: number): number {
  let rest = -1;
  if (kind === 'msb') {
    for (let i = start; i < end; i++) rest = (rest << 8) ^ (msbTable[(rest >>> 24) ^ (bytes[i] ?? 0)] ?? 0);
    return ~rest >>> 0;
  }
  for (let i = start; i < end; i++) rest = (rest >>> 8) ^ (reflectedTable[(rest ^ (bytes[i] ?? 0)) & 0xff] ?? 0);
  rest = ~rest;
  return ((rest << 24) | ((rest & 0xff00) << 8) | ((rest >>> 8) & 0xff00) | (rest >>> 24)) >>> 0;
}

/** Big-endian. */
export function wordAt(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
