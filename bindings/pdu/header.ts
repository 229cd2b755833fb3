// Generic MAC header (802.16 §6.3.2.1.1), six bytes, most significant bit first:
//
//   byte 0   HT(1) = 0 | EC(1) | Type(6)
//   byte 1   ESF(1) | CI(1) | EKS(2) | reserved(1) | LEN[10:8](3)
//   byte 2   LEN[7:0]
//   byte 3-4 CID
//   byte 5   HCS over bytes 0-4

import { TekcastError } from '../errors.js';
import { hcs } from './check.js';
import type { MacHeader } from './types.js';

/** Bytes of a MAC header, generic or not. */
export const HEADER_LENGTH = 6;
/** Largest LEN, hence largest PDU, in bytes. */
export const MAX_PDU_LENGTH = 2047;
/** Bytes of the CRC-32 at the end of a PDU with CI = 1. */
export const CRC_LENGTH = 4;
/** Header type bit: set in headers without a payload (bandwidth requests and the like). */
export const HT = 0x80;

/** Reads the fields of a generic header. The caller has seen to it that six bytes are there and HT = 0; HCS is not checked. */
export function decodeHeader(bytes: Uint8Array, offset = 0): MacHeader {
  const b0 = bytes[offset] ?? 0;
  const b1 = bytes[offset + 1] ?? 0;
  const b2 = bytes[offset + 2] ?? 0;
  const b3 = bytes[offset + 3] ?? 0;
  const b4 = bytes[offset + 4] ?? 0;
  return {
    ec: (b0 & 0x40) !== 0,
    type: b0 & 0x3f,
    esf: (b1 & 0x80) !== 0,
    ci: (b1 & 0x40) !== 0,
    eks: (b1 >> 4) & 3,
    length: ((b1 & 7) << 8) | b2,
    cid: (b3 << 8) | b4,
  };
}

/** A generic header with its HCS. Throws `RANGE` naming the field. */
export function encodeHeader(header: MacHeader): Uint8Array {
  const out = new Uint8Array(HEADER_LENGTH);
  writeHeader(out, header);
  return out;
}

/** Writes one to the front of `out`. Throws `RANGE` naming the field. */
export function writeHeader(out: Uint8Array, header: MacHeader): void {
  within('type', header.type, 0, 0x3f);
  within('eks', header.eks, 0, 3);
  within('length', header.length, HEADER_LENGTH, MAX_PDU_LENGTH);
  within('cid', header.cid, 0, 0xffff);
  out[0] = (header.ec ? 0x40 : 0) | header.type;
  out[1] = (header.esf ? 0x80 : 0) | (header.ci ? 0x40 : 0) | (header.eks << 4) | (header.length >> 8);
  out[2] = header.length;
  out[3] = header.cid >> 8;
  out[4] = header.cid;
  out[5] = hcs(out);
}

function within(name: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new TekcastError('RANGE', `${name} must be ${min}..${max}`, name, value);
  }
}
