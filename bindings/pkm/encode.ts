// The way back: attributes by table key (or by type, raw) → TLVs → message, with the digest over all of it at the end.

import { TekcastError } from '../errors.js';
import { encodeTlvs, tlvSize, tlvsSize, writeTlvs } from '../tlv/codec.js';
import type { TlvInput } from '../tlv/types.js';
import { digestTypesOf, fits } from './decode.js';
import { attributeRows, messageRow } from './profiles.js';
import { CMAC_DIGEST, CMAC_LENGTH, HMAC_DIGEST, HMAC_LENGTH, MESSAGE_HEADER_LENGTH } from './standard.js';
import type { AttributeRow, MessageRow, Profile } from './table.js';
import type { AttributeInput, AttributeValue, MessageInput, Sign } from './types.js';

/**
 * A management message from its Type byte. Attributes are written in the order given, lengths minimal. With `sign` the digest
 * is appended: 20 bytes become HMAC-Digest, 12 bytes CMAC-Digest where the message may have one.
 * Throws `CODE` for a code without a row, `RANGE` or `LENGTH` naming the attribute, `ATTRIBUTE` for an unknown key, `DIGEST` for `sign` on a message without one.
 */
export function encodeMessage(profile: Profile, input: MessageInput, sign?: Sign): Uint8Array {
  const row = messageRow(profile, input.code);
  if (row === undefined) throw new TekcastError('CODE', 'no such message', profile.name, input.code);
  const { byKey } = attributeRows(profile, input.code);
  const rowOf = (key: string) => byKey.get(key);
  const tlvs = input.attributes.map((attribute) => encodeAttribute(attribute, rowOf));
  const length = MESSAGE_HEADER_LENGTH + tlvsSize(tlvs);
  // With room for the longer of the two digests.
  const message = new Uint8Array(sign === undefined ? length : length + tlvSize(HMAC_LENGTH));
  message[0] = typeOf(row, input.type);
  message[1] = input.code;
  message[2] = byte('identifier', input.identifier);
  writeTlvs(tlvs, message, MESSAGE_HEADER_LENGTH);
  if (sign === undefined) return message;
  const digest = sign(message.subarray(0, length));
  const end = writeTlvs([{ type: digestType(row, digest), value: digest }], message, length);
  return end === message.length ? message : message.slice(0, end);
}

function typeOf(row: MessageRow, wanted: number | undefined): number {
  const [only, other] = row.types;
  const type = wanted ?? (other === undefined ? only : undefined);
  if (type === undefined || !row.types.includes(type)) {
    throw new TekcastError('RANGE', `type must be one of ${row.types.join(', ')}`, row.name, type);
  }
  return type;
}

function digestType(row: MessageRow, digest: Uint8Array): number {
  const allowed = digestTypesOf(row);
  if (allowed.length === 0) throw new TekcastError('DIGEST', 'this message has no digest', row.name);
  if (digest.length === HMAC_LENGTH) return HMAC_DIGEST;
  if (digest.length === CMAC_LENGTH && allowed.includes(CMAC_DIGEST)) return CMAC_DIGEST;
  throw new TekcastError('LENGTH', 'a digest of this length fits no digest attribute', row.name, digest.length);
}

function encodeAttribute(input: AttributeInput, rowOf: (key: string) => AttributeRow | undefined): TlvInput {
  if ('type' in input) return input;
  const row = rowOf(input.key);
  if (row === undefined) throw new TekcastError('ATTRIBUTE', 'has no place in this message', input.key);
  return { type: row.type, value: encodeValue(row, input.value) };
}

function encodeValue(row: AttributeRow, value: AttributeValue | readonly AttributeInput[]): Uint8Array {
  const bytes = valueBytes(row, value);
  if (!fits(row.length, bytes.length)) {
    throw new TekcastError('LENGTH', `${row.name} cannot be ${bytes.length} bytes long`, row.key, bytes.length);
  }
  return bytes;
}

function valueBytes(row: AttributeRow, value: AttributeValue | readonly AttributeInput[]): Uint8Array {
  if (row.format === 'uint' && (typeof value === 'number' || typeof value === 'bigint')) return uintBytes(row, value);
  if (row.format === 'text' && typeof value === 'string') return new TextEncoder().encode(value);
  const { nested } = row;
  if (nested !== undefined && Array.isArray(value)) {
    const list = value as readonly AttributeInput[];
    return encodeTlvs(list.map((inner) => encodeAttribute(inner, (key) => nested.rows.find((r) => r.key === key))));
  }
  if (row.format !== 'uint' && value instanceof Uint8Array) return value;
  throw new TekcastError('VALUE', `${row.name} takes another kind of value (${row.format})`, row.key);
}

/** Big-endian, as many bytes as the row says. Every uint row has one length. */
function uintBytes(row: AttributeRow, value: number | bigint): Uint8Array {
  const length = 'oneOf' in row.length ? (row.length.oneOf[0] ?? 0) : row.length.min;
  const whole = typeof value === 'bigint' || Number.isSafeInteger(value);
  if (!whole || value < 0 || value >= 256 ** length) {
    throw new TekcastError('RANGE', `${row.name} is a whole number of ${length} bytes`, row.key, value);
  }
  const out = new Uint8Array(length);
  if (typeof value === 'number') write(out, value, length);
  else {
    write(out, Number(value & 0xffff_ffffn), length);
    if (length > 4) write(out, Number(value >> 32n), length - 4);
  }
  return out;
}

/** Big-endian, so that it ends before `end`; as many bytes as there are. */
function write(out: Uint8Array, value: number, end: number): void {
  for (let i = end - 1, rest = value; i >= 0; i--, rest = Math.floor(rest / 256)) out[i] = rest % 256;
}

function byte(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > 255)
    throw new TekcastError('RANGE', 'must be 0..255', name, value);
  return value;
}
