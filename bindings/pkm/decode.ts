// bytes → TLVs → attributes named by the profile's rows → what the message's own row says of them.
//
// Decoding judges as little as it can: a broken TLV, a reserved code or the wrong direction end it; all else is noted at
// the attribute or in the lists of the message, because each receiver answers such things in an order of its own.

import { decodeTlvs } from '../tlv/codec.js';
import type { Tlv } from '../tlv/types.js';
import { attributeRows, messageRow } from './profiles.js';
import { CMAC_DIGEST, HMAC_DIGEST, MESSAGE_HEADER_LENGTH, PKM_REQ, PKM_RSP, TEK_PARAMETERS } from './standard.js';
import type { AttributeRow, LengthRule, MessageRow, Part, Profile } from './table.js';
import type { Attribute, AttributeStatus, AttributeValue, Digest, MessageResult, Notes } from './types.js';

/** Decodes a management message, `bytes[0]` being its Type. Never throws; linear in the number of bytes; all byte arrays in the result are views. */
export function decodeMessage(profile: Profile, bytes: Uint8Array): MessageResult {
  const type = bytes[0] ?? 0;
  const code = bytes[1] ?? 0;
  const identifier = bytes[2] ?? 0;
  if (bytes.length < MESSAGE_HEADER_LENGTH) return { ok: false, code: 'SHORT', offset: bytes.length };
  const tlvs = decodeTlvs(bytes, MESSAGE_HEADER_LENGTH);
  if (!tlvs.ok) return { ok: false, code: tlvs.code, offset: tlvs.offset };
  if (type !== PKM_REQ && type !== PKM_RSP) return { ok: false, code: 'TYPE', offset: 0 };
  const row = messageRow(profile, code);
  if (row === undefined) return { ok: false, code: 'CODE', offset: 1 };
  if (!row.types.includes(type)) return { ok: false, code: 'DIRECTION', offset: 0 };

  const { byType } = attributeRows(profile, code);
  const rowOf = (inner: number) => byType.get(inner);
  const attributes = tlvs.items.map((tlv) => decodeAttribute(tlv, 0, rowOf));
  const digestTypes = digestTypesOf(row);
  const body = attributes.filter((attribute) => !digestTypes.includes(attribute.type));
  const { needed } = placesOf(row.parts);
  const missing = needed.filter((key) => !body.some((attribute) => attribute.row?.key === key));
  return {
    ok: true,
    message: {
      profile,
      row,
      type,
      code,
      identifier,
      bytes,
      attributes,
      digest: findDigest(bytes, attributes, digestTypes),
      notes: noteAttributes(row.parts, body, attributes),
      repeated: repeatedTypes(row.parts, body),
      missing: missing.flatMap((wanted) => profile.attributes.find(({ key }) => key === wanted)?.type ?? []),
    },
  };
}

/** Whether a row allows a value of this length. */
export function fits(rule: LengthRule, length: number): boolean {
  return 'oneOf' in rule ? rule.oneOf.includes(length) : length >= rule.min && length <= rule.max;
}

/** The types that count as this message's digest. */
export function digestTypesOf(row: MessageRow): readonly number[] {
  if (row.digest === 'none') return NO_DIGEST;
  return row.digest === 'hmac' ? HMAC_ONLY : HMAC_OR_CMAC;
}

const NO_DIGEST: readonly number[] = [];
const HMAC_ONLY: readonly number[] = [HMAC_DIGEST];
const HMAC_OR_CMAC: readonly number[] = [HMAC_DIGEST, CMAC_DIGEST];

/** What an ordered list of attributes says of its keys. */
interface Places {
  readonly order: ReadonlyMap<string, number>;
  readonly many: ReadonlySet<string>;
  readonly needed: readonly string[];
}

const knownPlaces = new WeakMap<readonly Part[], Places>();

function placesOf(parts: readonly Part[]): Places {
  const known = knownPlaces.get(parts);
  if (known !== undefined) return known;
  const keys = (wanted: (part: Part) => boolean) => parts.filter(wanted).map(({ key }) => key);
  const places: Places = {
    order: new Map(parts.map(({ key }, place) => [key, place])),
    many: new Set(keys(({ need }) => need === '1..n' || need === '0..n')),
    needed: keys(({ need }) => !need.startsWith('0')),
  };
  knownPlaces.set(parts, places);
  return places;
}

/** One attribute, and what it contains. `base` is the offset of the bytes the TLV was found in; depth is bounded by the tables. */
export function decodeAttribute(tlv: Tlv, base: number, rowOf: (type: number) => AttributeRow | undefined): Attribute {
  const named = rowOf(tlv.type);
  const right = named !== undefined && fits(named.length, tlv.value.length);
  const row = named?.strict && !right ? undefined : named;
  const offset = base + tlv.offset;
  const made = (status: AttributeStatus, value: AttributeValue | undefined, children: readonly Attribute[] = []) => ({
    type: tlv.type,
    row,
    status,
    offset,
    headerLength: tlv.headerLength,
    minimal: tlv.minimal,
    bytes: tlv.value,
    value,
    children,
  });
  if (row === undefined) return made('unknown', undefined);
  if (!right) return made('length', undefined);
  const { nested } = row;
  if (nested === undefined) return made('ok', readValue(row, tlv.value));
  const inner = decodeTlvs(tlv.value);
  const start = offset + tlv.headerLength;
  const children = inner.items.map((item) =>
    decodeAttribute(item, start, (type) => nested.rows.find((candidate) => candidate.type === type)),
  );
  if (inner.ok) return made('ok', undefined, children);
  return { ...made('nested', undefined, children), broken: { code: inner.code, offset: start + inner.offset } };
}

function readValue(row: AttributeRow, bytes: Uint8Array): AttributeValue {
  switch (row.format) {
    case 'uint': {
      const low = Math.max(0, bytes.length - 4);
      const number = bigEndian(bytes, low, bytes.length);
      return low === 0 ? number : (BigInt(bigEndian(bytes, 0, low)) << 32n) | BigInt(number);
    }
    case 'text':
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    default:
      return bytes;
  }
}

function bigEndian(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) value = value * 256 + (bytes[i] ?? 0);
  return value;
}

/** The digest covers what stands before it, so it must be the last thing in the message. */
function findDigest(bytes: Uint8Array, attributes: readonly Attribute[], types: readonly number[]): Digest {
  const found = attributes.filter((attribute) => types.includes(attribute.type));
  const [attribute] = found;
  if (attribute === undefined) return { state: 'missing' };
  if (found.length > 1) return { state: 'repeated' };
  if (attribute.status !== 'ok') return { state: 'length' };
  if (attribute !== attributes.at(-1)) return { state: 'not-last' };
  return { state: 'present', attribute, covered: bytes.subarray(0, attribute.offset), value: attribute.bytes };
}

/** Types that occur twice although one is all there may be, unknown ones too. TEK-Parameters come in pairs. */
function repeatedTypes(parts: readonly Part[], body: readonly Attribute[]): readonly number[] {
  const { many } = placesOf(parts);
  const repeated: number[] = [];
  seen.fill(0);
  for (const { type, row } of body) {
    if (type === TEK_PARAMETERS || (row !== undefined && many.has(row.key))) continue;
    if (seen[type] === 1) repeated.push(type);
    seen[type] = Math.min(2, (seen[type] ?? 0) + 1);
  }
  return repeated;
}

/** How often a type was seen: not, once, more often. */
const seen = new Uint8Array(256);

/** Counts what is accepted all the same. `all` has the digest too, whose length may be non-minimal as well. */
function noteAttributes(parts: readonly Part[], body: readonly Attribute[], all: readonly Attribute[]): Notes {
  const { order } = placesOf(parts);
  let unknown = 0;
  let nonMinimal = 0;
  let reordered = 0;
  let last = 0;
  for (const { row } of body) {
    const place = row && order.get(row.key);
    if (place === undefined) unknown++;
    else if (place < last) reordered = 1;
    else last = place;
  }
  for (const { minimal, row, children } of all) {
    if (!minimal) nonMinimal++;
    if (row?.nested === undefined) continue;
    const inner = noteAttributes(row.nested.parts, children, children);
    unknown += inner.unknown;
    nonMinimal += inner.nonMinimal;
    reordered ||= inner.reordered;
  }
  return { unknown, nonMinimal, reordered };
}
