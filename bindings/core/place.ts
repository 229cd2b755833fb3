// Where the packets of a batch lie, and the rows of a batch that is laid out by one thread and worked on by another.
//
//   arena part    | 6 | PDU: header 6, PN 4 | payload ...    each PDU starts at 6 mod 16, so that its payload is aligned to 16
import {
  CRC_SIZE,
  DESC_GENERATION,
  DESC_SIZE,
  DESC_SLOT,
  DESC_STATUS,
  GMH_SIZE,
  ICV_SIZE,
  PDU_MAX,
  PDU_PAYLOAD,
} from '../../assembly/layout.js';
import { whole } from './options.js';

const PADDING = 6; // before each PDU

/**
 * A batch that was laid out elsewhere, as words: its bytes lie as in the arena, each packet has a row of ROW_WORDS in a table.
 *
 *   0    1          2     3      4                   5     6     7
 *   slot|generation|PDU's|length|status|EKS|CID (16)|PN or|start|length     offsets count from the first byte of the arena part;
 *       |          |start|      |                   |frame|of the result    the core writes status, PN, start and length of the result
 *
 * Until then `start` says where a packet's bytes are that was added together with others: 1 + how far into those; 0: they lie in place.
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

/** Bytes that a packet takes behind its PDU's start: a payload of `length` to seal, a PDU of `length` to open; 0 when it is too long to be one. */
export function roomOf(sealing: boolean, length: number): number {
  if (sealing) return length <= PDU_MAX - GMH_SIZE ? PDU_PAYLOAD + length + ICV_SIZE + CRC_SIZE : 0;
  return length <= PDU_MAX ? length : 0;
}

/** Where a PDU starts in the next free place, and the next free place after `room` bytes of it. */
export const pduAt = (next: number): number => next + PADDING;
export const payloadAt = (pdu: number): number => pdu + PDU_PAYLOAD;
export const nextAt = (pdu: number, room: number): number => (pdu + room + 15) & ~15;

/** Bytes from one free place to the next for a packet of `length`. */
export const spanOf = (sealing: boolean, length: number): number => nextAt(pduAt(0), roomOf(sealing, length));
