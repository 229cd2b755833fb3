// The way back: attributes by table key (or by type, raw) → TLVs → message, with the digest over all of it at the end.

import { TekcastError } from '../errors.js';
import { encodeTlvs } from '../tlv/codec.js';
import type { TlvInput } from '../tlv/types.js';
import { digestTypesOf, fits } from './decode.js';
import { attributeRowByKey, messageRow } from './profiles.js';
import { CMAC_DIGEST, CMAC_LENGTH, HMAC_DIGEST, HMAC_LENGTH } from './standard.js';
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
  const tlvs = input.attributes.map((attribute) =>
    encodeAttribute(attribute, (key) => attributeRowByKey(profile, input.code, key)),
  );
  const head = Uint8Array.of(typeOf(row, input.type), input.code, byte('identifier', input.identifier));
  const covered = joined(head, encodeTlvs(tlvs));
  if (sign === undefined) return covered;
  const digest = sign(covered);
  return joined(covered, encodeTlvs([{ type: digestType(row, digest), value: digest }]));
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
  if (typeof value === 'bigint') {
    for (let i = length - 1, rest = value; i >= 0; i--, rest >>= 8n) out[i] = Number(rest & 0xffn);
  } else {
    for (let i = length - 1, rest = value; i >= 0; i--, rest = Math.floor(rest / 256)) out[i] = rest % 256;
  }
  return out;
}

function byte(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > 255)
    throw new TekcastError('RANGE', 'must be 0..255', name, value);
  return value;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
