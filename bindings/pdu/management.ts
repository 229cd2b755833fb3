// Management PDUs: GMH (EC = 0) | management message | CRC-32 if configured. Never encrypted (802.16 §7.1.1).

import { TekcastError } from '../errors.js';
import { crcWord, wordAt } from './check.js';
import { CRC_LENGTH, HEADER_LENGTH, MAX_PDU_LENGTH, writeHeader } from './header.js';
import type { Crc, ManagementErrorCode, ManagementResult, Pdu } from './types.js';

/** Longest management message in bytes: 2,037 with a CRC, 2,041 without. */
export function maxManagementLength(crc: Crc): number {
  return MAX_PDU_LENGTH - HEADER_LENGTH - (crc === 'none' ? 0 : CRC_LENGTH);
}

/** A PDU that carries `message` on `cid`. Throws `LENGTH` if the message is empty or too long, `RANGE` for the CID. */
export function encodeManagement(cid: number, message: Uint8Array, crc: Crc): Uint8Array {
  if (message.length === 0 || message.length > maxManagementLength(crc)) {
    throw new TekcastError('LENGTH', `a message has 1..${maxManagementLength(crc)} bytes`, 'message', message.length);
  }
  const length = HEADER_LENGTH + message.length + (crc === 'none' ? 0 : CRC_LENGTH);
  const pdu = new Uint8Array(length);
  writeHeader(pdu, { ec: false, type: 0, esf: false, ci: crc !== 'none', eks: 0, length, cid });
  pdu.set(message, HEADER_LENGTH);
  if (crc === 'none') return pdu;
  const end = length - CRC_LENGTH;
  const word = crcWord(crc, pdu, 0, end);
  for (let i = 0; i < CRC_LENGTH; i++) pdu[end + i] = word >>> (24 - 8 * i);
  return pdu;
}

/** The check of CI and CRC against the configuration, for any PDU: '' if both are right. */
export function checkCrc(pdu: Pdu, crc: Crc): '' | 'CI' | 'CRC' {
  if (pdu.header.ci !== (crc !== 'none')) return 'CI';
  if (crc === 'none') return '';
  const body = pdu.bytes.length - CRC_LENGTH;
  if (body < HEADER_LENGTH) return 'CRC';
  return crcWord(crc, pdu.bytes, 0, body) === wordAt(pdu.bytes, body) ? '' : 'CRC';
}

/** The management message of a PDU, or the code that says why this PDU has none. Never throws. Checked in the order of the codes. */
export function decodeManagement(pdu: Pdu, crc: Crc): ManagementResult {
  const { header, bytes } = pdu;
  const refused = (code: ManagementErrorCode): ManagementResult => ({ ok: false, cid: header.cid, code });
  const check = checkCrc(pdu, crc);
  if (check !== '') return refused(check);
  if (header.ec) return refused('EC');
  if (header.type !== 0 || header.esf) return refused('SUBHEADER');
  const message = bytes.subarray(HEADER_LENGTH, bytes.length - (header.ci ? CRC_LENGTH : 0));
  return message.length === 0 ? refused('EMPTY') : { ok: true, cid: header.cid, message };
}
