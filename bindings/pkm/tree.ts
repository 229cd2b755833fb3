// A management message as a tree for people. Runs on the same rows as the decoder, never throws, and where bytes break
// it shows all that stands before, what is wrong, and the bytes that remain.

import { TlvCursor } from '../tlv/cursor.js';
import { decodeAttribute, decodeMessage } from './decode.js';
import { attributeRow, messageRow } from './profiles.js';
import { MESSAGE_HEADER_LENGTH, PKM_REQ, PKM_RSP } from './standard.js';
import { suiteInWords } from './suites.js';
import type { AttributeRow, Profile } from './table.js';
import type { Attribute, PkmMessage, TreeNode } from './types.js';

/** Longer byte strings are cut in print. */
const MAX_HEX_BYTES = 64;

const BROKEN_WORDS: Readonly<Record<string, string>> = {
  TLV_TRUNCATED: 'ends before this attribute does',
  TLV_LENGTH: 'length of more than four bytes',
  SHORT: 'shorter than type, code and identifier',
  TYPE: 'not a PKM message',
  CODE: 'reserved code',
  DIRECTION: 'this code does not go in this direction',
};

const MESSAGE_TYPES: Readonly<Record<number, string>> = { [PKM_REQ]: 'PKM-REQ', [PKM_RSP]: 'PKM-RSP' };

/** Lower-case hex, cut after 64 bytes. */
export function hex(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, MAX_HEX_BYTES), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return bytes.length > MAX_HEX_BYTES ? `${shown}… (${bytes.length} bytes)` : shown;
}

/** One node; what is not given is absent. */
export function node(
  label: string,
  offset: number,
  length: number,
  more: { value?: string | undefined; children?: readonly TreeNode[]; note?: string | undefined } = {},
): TreeNode {
  return { label, offset, length, value: more.value, children: more.children ?? [], note: more.note };
}

/**
 * The tree of a management message, `bytes[0]` being its Type. `base` is added to all offsets.
 * Wrapped keys (AUTH-Key, TEK, GKEK) appear as the ciphertext they are.
 */
export function describeMessage(profile: Profile, bytes: Uint8Array, base = 0): TreeNode {
  const [type, code, identifier] = bytes;
  const size = `${bytes.length} bytes`;
  if (type === undefined) return node('management message', base, 0, { value: size, note: BROKEN_WORDS['SHORT'] });
  const children = [node('Type', base, 1, { value: inWords(type, MESSAGE_TYPES[type] ?? 'not PKM') })];
  if (type !== PKM_REQ && type !== PKM_RSP) {
    if (bytes.length > 1) children.push(node('body', base + 1, bytes.length - 1, { value: hex(bytes.subarray(1)) }));
    return node('management message', base, bytes.length, { value: size, children, note: BROKEN_WORDS['TYPE'] });
  }
  const row = code === undefined ? undefined : messageRow(profile, code);
  if (code !== undefined) children.push(node('Code', base + 1, 1, { value: inWords(code, row?.name) }));
  if (identifier !== undefined) children.push(node('Identifier', base + 2, 1, { value: `${identifier}` }));
  const rowOf = (inner: number) => attributeRow(profile, code ?? 0, inner);
  if (identifier === undefined) children.push(node('broken', base + bytes.length, 0, { note: 'SHORT: ends here' }));
  children.push(...describeTlvs(bytes, MESSAGE_HEADER_LENGTH, base, rowOf));
  const result = decodeMessage(profile, bytes);
  return node(row?.name ?? 'PKM message', base, bytes.length, {
    value: `${MESSAGE_TYPES[type]}, ${size}, profile ${profile.name}`,
    children,
    note: result.ok ? remarks(result.message) : BROKEN_WORDS[result.code],
  });
}

function describeTlvs(
  bytes: Uint8Array,
  start: number,
  base: number,
  rowOf: (type: number) => AttributeRow | undefined,
): TreeNode[] {
  const at = new TlvCursor(bytes, Math.min(start, bytes.length), bytes.length);
  const nodes: TreeNode[] = [];
  while (at.next()) nodes.push(describeAttribute(decodeAttribute(bytes, at, base, rowOf(at.type)), bytes, base));
  if (at.broken !== undefined) nodes.push(brokenNode(bytes, at.offset, base, at.broken));
  return nodes;
}

function brokenNode(bytes: Uint8Array, offset: number, base: number, code: string): TreeNode {
  const rest = bytes.subarray(offset);
  const value = hex(rest);
  return node('broken', base + offset, rest.length, { value, note: `${code}: ${BROKEN_WORDS[code] ?? ''}` });
}

function describeAttribute(attribute: Attribute, bytes: Uint8Array, base: number): TreeNode {
  const { row, type, status, offset, headerLength, children, broken } = attribute;
  const nodes = children.map((child) => describeAttribute(child, bytes, base));
  if (broken !== undefined) {
    const end = offset - base + headerLength + attribute.bytes.length;
    nodes.push(brokenNode(bytes.subarray(0, end), broken.offset - base, base, broken.code));
  }
  const notes = [
    status === 'unknown' && 'unknown attribute, ignored',
    status === 'length' && `wrong length (${attribute.bytes.length})`,
    status === 'nested' && 'its attributes do not parse',
    !attribute.minimal && 'length not minimal',
  ].filter((entry) => entry !== false);
  return node(`${row?.name ?? 'Unknown'} (${type})`, offset, headerLength + attribute.bytes.length, {
    value: nodes.length > 0 ? undefined : valueInWords(attribute),
    children: nodes,
    note: notes.length > 0 ? notes.join('; ') : undefined,
  });
}

function inWords(number: number, word: string | undefined): string {
  return `${number} (${word ?? 'unknown'})`;
}

/** An attribute's value as its row reads it; hex where there is no row or the length is wrong. */
function valueInWords({ row, value, bytes }: Attribute): string {
  if (row === undefined || value === undefined) return hex(bytes);
  if (row.format === 'uint') {
    const number = `${value}`;
    if (row.values !== undefined) return inWords(Number(value), row.values[Number(value)]);
    if (row.unit !== undefined) return `${number} ${row.unit}`;
    return bytes.length === 2 ? `${number} (0x${hex(bytes)})` : number;
  }
  if (row.format === 'text') {
    // Quoted, and nothing in it can move the cursor or turn the writing direction.
    return JSON.stringify(value).replace(/\p{C}/gu, (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`);
  }
  if (row.format === 'suite') return `${hex(bytes)} (${suiteInWords(bytes)})`;
  if (row.format === 'mac') return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');
  if (row.format === 'cmac') return `PN 0x${hex(bytes.subarray(0, 4))}, value ${hex(bytes.subarray(4))}`;
  return hex(bytes);
}

function remarks(message: PkmMessage): string | undefined {
  const { digest, missing, notes, profile, repeated, row } = message;
  const name = (type: number) => attributeRow(profile, message.code, type)?.name ?? type;
  const list = [
    missing.length > 0 && `missing: ${missing.map(name).join(', ')}`,
    repeated.length > 0 && `repeated: ${repeated.map(name).join(', ')}`,
    row.digest !== 'none' && !(row.digest === 'optional' && digest.state === 'missing') && digestRemark(digest.state),
    notes.unknown > 0 && `unknown attributes: ${notes.unknown}`,
    notes.nonMinimal > 0 && `non-minimal lengths: ${notes.nonMinimal}`,
    notes.reordered > 0 && 'unusual order',
  ].filter((entry) => entry !== false);
  return list.length > 0 ? list.join('; ') : undefined;
}

function digestRemark(state: PkmMessage['digest']['state']): string | false {
  return state === 'present' ? false : `digest ${state === 'length' ? 'of wrong length' : state}`;
}
