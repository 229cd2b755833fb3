// The way back: attributes by table key (or by type, raw) → TLVs → message, with the digest over all of it at the end.

import { TekcastError } from '../errors.js';
import { TlvWriter } from '../tlv/writer.js';
import { digestTypesOf, fits } from './decode.js';
import { layoutOf } from './profiles.js';
import { CMAC_DIGEST, CMAC_LENGTH, HMAC_DIGEST, HMAC_LENGTH, MESSAGE_HEADER_LENGTH } from './standard.js';
import type { AttributeRow, MessageRow, Profile } from './table.js';
import type { AttributeInput, AttributeValue, MessageInput, Sign } from './types.js';

/** Type and length of a digest attribute. */
const DIGEST_HEAD = 2;

/** Room to write in, while nobody does. */
let idle: TlvWriter | undefined;

/**
 * A management message from its Type byte. Attributes are written in the order given, lengths minimal. With `sign` the digest
 * is appended: 20 bytes become HMAC-Digest, 12 bytes CMAC-Digest where the message may have one.
 * Throws `CODE` for a code without a row, `RANGE` or `LENGTH` naming the attribute, `ATTRIBUTE` for an unknown key, `DIGEST` for `sign` on a message without one.
 */
export function encodeMessage(profile: Profile, input: MessageInput, sign?: Sign): Uint8Array {
  const { row, keys } = layoutOf(profile, input.code);
  if (row === undefined) throw new TekcastError('CODE', 'no such message', profile.name, input.code);
  const writer = idle ?? new TlvWriter();
  idle = undefined;
  writer.begin(MESSAGE_HEADER_LENGTH);
  for (const attribute of input.attributes) {
    writeAttribute(writer, attribute, 'key' in attribute ? keys.get(attribute.key) : undefined);
  }
  // With room for the digest that nearly all have; signed is what stands before it.
  const message = writer.copy(sign === undefined ? 0 : DIGEST_HEAD + HMAC_LENGTH);
  const end = writer.length;
  idle = writer;
  message[0] = typeOf(row, input.type);
  message[1] = input.code;
  message[2] = byte('identifier', input.identifier);
  if (sign === undefined) return message;
  const digest = sign(message.subarray(0, end));
  message[end] = digestType(row, digest);
  message[end + 1] = digest.length;
  message.set(digest, end + DIGEST_HEAD);
  return digest.length === HMAC_LENGTH ? message : message.slice(0, end + DIGEST_HEAD + digest.length);
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

function writeAttribute(writer: TlvWriter, input: AttributeInput, row: AttributeRow | undefined): void {
  if ('type' in input) {
    const place = writer.open(input.type);
    writer.bytes(input.value);
    writer.close(place);
    return;
  }
  if (row === undefined) throw new TekcastError('ATTRIBUTE', 'has no place in this message', input.key);
  const place = writer.open(row.type);
  writeValue(writer, row, input.value);
  const length = writer.valueLength(place);
  if (!fits(row.length, length)) {
    throw new TekcastError('LENGTH', `${row.name} cannot be ${length} bytes long`, row.key, length);
  }
  writer.close(place);
}

function writeValue(writer: TlvWriter, row: AttributeRow, value: AttributeValue | readonly AttributeInput[]): void {
  const { format, nested } = row;
  if (format === 'uint' && (typeof value === 'number' || typeof value === 'bigint')) writeUint(writer, row, value);
  else if (format === 'text' && typeof value === 'string') writer.bytes(new TextEncoder().encode(value));
  else if (nested !== undefined && Array.isArray(value)) {
    for (const inner of value as readonly AttributeInput[]) {
      writeAttribute(writer, inner, 'key' in inner ? nested.rows.find(({ key }) => key === inner.key) : undefined);
    }
  } else if (format !== 'uint' && value instanceof Uint8Array) writer.bytes(value);
  else throw new TekcastError('VALUE', `${row.name} takes another kind of value (${format})`, row.key);
}

/** Big-endian, as many bytes as the row says. Every uint row has one length. */
function writeUint(writer: TlvWriter, row: AttributeRow, value: number | bigint): void {
  const length = 'oneOf' in row.length ? (row.length.oneOf[0] ?? 0) : row.length.min;
  const whole = typeof value === 'bigint' || Number.isSafeInteger(value);
  if (!whole || value < 0 || value >= 256 ** length) {
    throw new TekcastError('RANGE', `${row.name} is a whole number of ${length} bytes`, row.key, value);
  }
  writer.uint(value, length);
}

function byte(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > 255)
    throw new TekcastError('RANGE', 'must be 0..255', name, value);
  return value;
}
