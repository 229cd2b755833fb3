// A datagram as a tree for people: bursts, PDUs, headers, checksums, and the PKM messages inside.

import { splitBurst } from '../pdu/burst.js';
import { crc32, hcs } from '../pdu/check.js';
import { cidName } from '../pdu/cid.js';
import { CRC_LENGTH, decodeHeader, HEADER_LENGTH } from '../pdu/header.js';
import type { HeaderOnly, MacHeader, Pdu } from '../pdu/types.js';
import { PKM_REQ, PKM_RSP } from './standard.js';
import type { Profile } from './table.js';
import { describeMessage, hex, node } from './tree.js';
import type { TreeNode } from './types.js';

/** AES-CCM PDUs: packet number before, ICV behind the ciphertext. */
const PN_LENGTH = 4;
const ICV_LENGTH = 8;

const BROKEN_WORDS: Readonly<Record<string, string>> = {
  SHORT: 'no room for a header',
  HCS: 'header check sequence wrong',
  LEN: 'LEN below 6 or past the end',
};

/** Whatever the bytes are: a burst if a MAC header stands at the front, else a bare management message of PKM, else a broken burst. Never throws. */
export function describe(profile: Profile, bytes: Uint8Array): TreeNode {
  const burst = bytes.length >= HEADER_LENGTH && hcs(bytes) === bytes[HEADER_LENGTH - 1];
  const pkm = bytes[0] === PKM_REQ || bytes[0] === PKM_RSP;
  return !burst && pkm ? describeMessage(profile, bytes) : describeBurst(profile, bytes);
}

/** The tree of a datagram: one or more whole MAC PDUs. Needs no configuration: either CRC convention is recognised. Never throws. */
export function describeBurst(profile: Profile, datagram: Uint8Array): TreeNode {
  const { pdus, headersOnly, padding, broken } = splitBurst(datagram);
  const children = [
    ...pdus.map((pdu) => describePdu(profile, pdu)),
    ...headersOnly.map((header) => describeHeaderOnly(header)),
  ].sort((a, b) => a.offset - b.offset);
  if (padding > 0) children.push(node('padding', datagram.length - padding, padding));
  if (broken !== undefined) {
    const rest = datagram.subarray(broken.offset);
    const note = `${broken.code}: ${BROKEN_WORDS[broken.code]}; the burst ends here`;
    children.push(node('broken', broken.offset, rest.length, { value: hex(rest), note }));
  }
  return node('burst', 0, datagram.length, { value: `${datagram.length} bytes, ${pdus.length} PDUs`, children });
}

function describePdu(profile: Profile, { bytes, header, offset }: Pdu): TreeNode {
  const children = [describeHeader(header, bytes, offset)];
  const end = bytes.length - (header.ci ? CRC_LENGTH : 0);
  const body = bytes.subarray(HEADER_LENGTH, Math.max(HEADER_LENGTH, end));
  const at = offset + HEADER_LENGTH;
  const management = !header.ec && header.type === 0 && (body[0] === PKM_REQ || body[0] === PKM_RSP);
  if (header.ec) children.push(...describeEncrypted(body, at));
  else if (management) children.push(describeMessage(profile, body, at));
  else if (body.length > 0) children.push(node('payload', at, body.length, { value: hex(body) }));
  if (header.ci) children.push(describeCrc(bytes, offset));
  return node('MAC PDU', offset, bytes.length, {
    value: `${bytes.length} bytes, CID ${cidInWords(header.cid)}`,
    children,
  });
}

function cidInWords(cid: number): string {
  return `0x${cid.toString(16).padStart(4, '0')} (${cid}, ${cidName(cid)})`;
}

function describeHeader(header: MacHeader, bytes: Uint8Array, offset: number): TreeNode {
  const flag = (set: boolean) => (set ? '1' : '0');
  return node('generic MAC header', offset, HEADER_LENGTH, {
    value: hex(bytes.subarray(0, HEADER_LENGTH)),
    children: [
      node('HT', offset, 1, { value: '0' }),
      node('EC', offset, 1, { value: `${flag(header.ec)} (${header.ec ? 'encrypted' : 'not encrypted'})` }),
      node('Type', offset, 1, { value: `0x${header.type.toString(16).padStart(2, '0')}` }),
      node('ESF', offset + 1, 1, { value: flag(header.esf) }),
      node('CI', offset + 1, 1, { value: `${flag(header.ci)} (${header.ci ? 'CRC-32' : 'no CRC'})` }),
      node('EKS', offset + 1, 1, { value: `${header.eks}`, note: header.ec ? undefined : 'ignored with EC 0' }),
      node('LEN', offset + 1, 2, { value: `${header.length}` }),
      node('CID', offset + 3, 2, { value: cidInWords(header.cid) }),
      node('HCS', offset + 5, 1, { value: `${hex(bytes.subarray(5, 6))} (correct)` }),
    ],
  });
}

/** Read as AES-CCM, the only traffic suite here: packet number, ciphertext, encrypted ICV. */
function describeEncrypted(body: Uint8Array, at: number): TreeNode[] {
  if (body.length < PN_LENGTH + ICV_LENGTH) {
    return [node('encrypted', at, body.length, { value: hex(body), note: 'too short for AES-CCM' })];
  }
  const pn = new DataView(body.buffer, body.byteOffset).getUint32(0, true);
  const uplink = pn >= 0x8000_0000;
  const text = body.subarray(PN_LENGTH, body.length - ICV_LENGTH);
  const icv = body.subarray(body.length - ICV_LENGTH);
  const number = pn % 0x8000_0000;
  return [
    node('PN', at, PN_LENGTH, {
      value: `${number} (0x${pn.toString(16).padStart(8, '0')}, ${uplink ? 'up' : 'down'}link)`,
    }),
    node('ciphertext', at + PN_LENGTH, text.length, { value: hex(text) }),
    node('ICV', at + body.length - ICV_LENGTH, ICV_LENGTH, { value: `${hex(icv)} (encrypted)` }),
  ];
}

function describeCrc(bytes: Uint8Array, offset: number): TreeNode {
  const body = bytes.length - CRC_LENGTH;
  const at = offset + Math.max(body, HEADER_LENGTH);
  if (body < HEADER_LENGTH) return node('CRC-32', at, 0, { note: 'the PDU is too short to hold one' });
  const sent = hex(bytes.subarray(body));
  const is = (['msb', 'reflected'] as const).find((kind) => hex(crc32(kind, bytes, 0, body)) === sent);
  if (is === undefined) return node('CRC-32', at, CRC_LENGTH, { value: sent, note: 'wrong in either convention' });
  return node('CRC-32', at, CRC_LENGTH, { value: `${sent} (correct, ${is})` });
}

/** HT = 1: EC(1) = 0, Type(3), BR(19), CID in a bandwidth request (802.16 §6.3.2.1.2). */
function describeHeaderOnly({ bytes, offset }: HeaderOnly): TreeNode {
  const { cid } = decodeHeader(bytes);
  const [b0 = 0, b1 = 0, b2 = 0] = bytes;
  const isRequest = (b0 & 0x40) === 0 && ((b0 >> 3) & 7) <= 1;
  const requested = ((b0 & 7) << 16) | (b1 << 8) | b2;
  return node(isRequest ? 'bandwidth request header' : 'header without payload', offset, HEADER_LENGTH, {
    value: isRequest ? `${requested} bytes, CID ${cidInWords(cid)}` : hex(bytes),
    note: 'stepped over',
  });
}
