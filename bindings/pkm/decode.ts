// bytes → TLVs → attributes named by the profile's rows → what the message's own row says of them.
//
// Decoding judges as little as it can: a broken TLV, a reserved code or the wrong direction end it; all else is noted at
// the attribute or in the lists of the message, because each receiver answers such things in an order of its own.

import { TlvCursor } from '../tlv/cursor.js';
import { layoutOf } from './profiles.js';
import { CMAC_DIGEST, HMAC_DIGEST, MESSAGE_HEADER_LENGTH, PKM_REQ, PKM_RSP, TEK_PARAMETERS } from './standard.js';
import type { AttributeRow, LengthRule, MessageRow, Part, Profile } from './table.js';
import type { Attribute, AttributeStatus, AttributeValue, Digest, MessageResult, Notes } from './types.js';

/** Decodes a management message, `bytes[0]` being its Type. Never throws; linear in the number of bytes; all byte arrays in the result are views. */
export function decodeMessage(profile: Profile, bytes: Uint8Array): MessageResult {
  if (bytes.length < MESSAGE_HEADER_LENGTH) return { ok: false, code: 'SHORT', offset: bytes.length };
  const type = bytes[0] as number;
  const code = bytes[1] as number;
  const { row, types } = layoutOf(profile, code);
  const attributes: Attribute[] = [];
  const at = new TlvCursor(bytes, MESSAGE_HEADER_LENGTH, bytes.length);
  while (at.next()) attributes.push(decodeAttribute(bytes, at, 0, types.get(at.type)));
  if (at.broken !== undefined) return { ok: false, code: at.broken, offset: at.offset };
  if (type !== PKM_REQ && type !== PKM_RSP) return { ok: false, code: 'TYPE', offset: 0 };
  if (row === undefined) return { ok: false, code: 'CODE', offset: 1 };
  if (!row.types.includes(type)) return { ok: false, code: 'DIRECTION', offset: 0 };

  const digestTypes = digestTypesOf(row);
  const places = placesOf(row.parts);
  return {
    ok: true,
    message: {
      profile,
      row,
      type,
      code,
      identifier: bytes[2] as number,
      bytes,
      attributes,
      digest: findDigest(bytes, attributes, digestTypes),
      notes: noteAttributes(places, attributes, digestTypes),
      repeated: repeatedTypes(places, attributes, digestTypes),
      missing: missingTypes(profile, places, attributes),
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

/** An attribute as decoded. Its bytes are made a view when somebody asks for them: most are read as numbers. */
class Decoded implements Attribute {
  readonly type: number;
  readonly row: AttributeRow | undefined;
  readonly status: AttributeStatus;
  readonly offset: number;
  readonly headerLength: number;
  readonly minimal: boolean;
  readonly children: readonly Attribute[];
  readonly broken: Attribute['broken'];
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #length: number;
  readonly #value: AttributeValue | undefined;

  constructor(
    bytes: Uint8Array,
    at: TlvCursor,
    base: number,
    row: AttributeRow | undefined,
    status: AttributeStatus,
    children: readonly Attribute[],
    broken?: Attribute['broken'],
  ) {
    this.type = at.type;
    this.row = row;
    this.status = status;
    this.offset = base + at.offset;
    this.headerLength = at.start - at.offset;
    this.minimal = at.minimal;
    this.children = children;
    this.broken = broken;
    this.#bytes = bytes;
    this.#start = at.start;
    this.#length = at.length;
    this.#value = status === 'ok' ? readValue(row as AttributeRow, bytes, at.start, at.length) : undefined;
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#start + this.#length);
  }

  get value(): AttributeValue | undefined {
    const { row } = this;
    const asBytes = this.status === 'ok' && row?.nested === undefined && this.#value === undefined;
    return asBytes ? this.bytes : this.#value;
  }
}

/** The attribute that `at` stands on, and what it contains. `base` is the offset of `bytes` in the message; depth is bounded by the tables. */
export function decodeAttribute(
  bytes: Uint8Array,
  at: TlvCursor,
  base: number,
  named: AttributeRow | undefined,
): Attribute {
  const right = named !== undefined && fits(named.length, at.length);
  const row = named?.strict && !right ? undefined : named;
  if (row === undefined) return new Decoded(bytes, at, base, row, 'unknown', NONE);
  if (!right) return new Decoded(bytes, at, base, row, 'length', NONE);
  const { nested } = row;
  if (nested === undefined) return new Decoded(bytes, at, base, row, 'ok', NONE);
  const children: Attribute[] = [];
  const inner = new TlvCursor(bytes, at.start, at.start + at.length);
  while (inner.next()) {
    const { type } = inner;
    children.push(
      decodeAttribute(
        bytes,
        inner,
        base,
        nested.rows.find((candidate) => candidate.type === type),
      ),
    );
  }
  if (inner.broken === undefined) return new Decoded(bytes, at, base, row, 'ok', children);
  return new Decoded(bytes, at, base, row, 'nested', children, { code: inner.broken, offset: base + inner.offset });
}

const NONE: readonly never[] = [];

/** A number or a text; undefined for what reads as bytes, or as what it contains. */
function readValue(row: AttributeRow, bytes: Uint8Array, start: number, length: number): AttributeValue | undefined {
  if (row.format === 'text')
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(start, start + length));
  if (row.format !== 'uint') return undefined;
  if (length > 4)
    return (BigInt(readUint(bytes, start, length - 4)) << 32n) | BigInt(readUint(bytes, start + length - 4, 4));
  return readUint(bytes, start, length);
}

function readUint(bytes: Uint8Array, start: number, length: number): number {
  let value = 0;
  for (let i = start; i < start + length; i++) value = value * 256 + (bytes[i] as number);
  return value;
}

/** The digest covers what stands before it, so it must be the last thing in the message. */
function findDigest(bytes: Uint8Array, attributes: readonly Attribute[], types: readonly number[]): Digest {
  let attribute: Attribute | undefined;
  for (const candidate of attributes) {
    if (!types.includes(candidate.type)) continue;
    if (attribute !== undefined) return { state: 'repeated' };
    attribute = candidate;
  }
  if (attribute === undefined) return { state: 'missing' };
  if (attribute.status !== 'ok') return { state: 'length' };
  if (attribute !== attributes[attributes.length - 1]) return { state: 'not-last' };
  return { state: 'present', attribute, covered: bytes.subarray(0, attribute.offset), value: attribute.bytes };
}

/** By type: how often `repeatedTypes` saw it, up to 2; all 0 between calls. */
const seen = new Uint8Array(256);

/** Types that occur twice although one is all there may be, unknown ones too. TEK-Parameters come in pairs. */
function repeatedTypes(
  { many }: Places,
  attributes: readonly Attribute[],
  digestTypes: readonly number[],
): readonly number[] {
  let repeated: number[] | undefined;
  for (const { type, row } of attributes) {
    if (type === TEK_PARAMETERS || digestTypes.includes(type) || (row !== undefined && many.has(row.key))) continue;
    if (seen[type] === 1) {
      repeated ??= [];
      repeated.push(type);
    }
    seen[type] = Math.min(2, (seen[type] as number) + 1);
  }
  for (const { type } of attributes) seen[type] = 0;
  return repeated ?? NONE;
}

/** Types of what must occur and does not. */
function missingTypes(profile: Profile, { needed }: Places, attributes: readonly Attribute[]): readonly number[] {
  let missing: number[] | undefined;
  for (const key of needed) {
    if (attributes.some(({ row }) => row?.key === key)) continue;
    missing ??= [];
    missing.push(
      ...profile.attributes
        .filter((row) => row.key === key)
        .slice(0, 1)
        .map(({ type }) => type),
    );
  }
  return missing ?? NONE;
}

/** Counts what is accepted all the same. A digest has no place, but its length may be non-minimal as well. */
function noteAttributes({ order }: Places, attributes: readonly Attribute[], digestTypes: readonly number[]): Notes {
  let unknown = 0;
  let nonMinimal = 0;
  let reordered = 0;
  let last = 0;
  for (const { type, minimal, row, children } of attributes) {
    if (!minimal) nonMinimal++;
    if (!digestTypes.includes(type)) {
      const place = row && order.get(row.key);
      if (place === undefined) unknown++;
      else if (place < last) reordered = 1;
      else last = place;
    }
    if (row?.nested === undefined) continue;
    const inner = noteAttributes(placesOf(row.nested.parts), children, NO_DIGEST);
    unknown += inner.unknown;
    nonMinimal += inner.nonMinimal;
    reordered ||= inner.reordered;
  }
  return { unknown, nonMinimal, reordered };
}
