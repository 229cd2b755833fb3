// Every row of the tables, driven through the codec: a row that cannot be encoded and decoded is not a row.
import { describe, expect, it } from 'vitest';
import {
  type AttributeInput,
  type AttributeRow,
  type AttributeValue,
  attributeRowByKey,
  encodeMessage,
  type MessageRow,
  PROFILES,
  type Profile,
  patent,
  profileByName,
  vendor,
} from '../../bindings/pkm/index.js';
import { tohex } from '../support/hex.js';
import { decoded, mix } from './support.js';

/** Some value a row allows. */
function sample(row: AttributeRow, length: number): AttributeValue | readonly AttributeInput[] {
  if (row.nested !== undefined) return fill(row.nested.parts, (key) => row.nested?.rows.find((r) => r.key === key));
  if (row.format === 'text') return 'n'.repeat(length);
  if (row.format === 'uint') return length > 4 ? 2n ** BigInt(8 * length) - 3n : 2 ** (8 * length) - 3;
  return Uint8Array.from({ length }, (_, i) => 7 * i + 1);
}

function lengths(row: AttributeRow): readonly number[] {
  return 'oneOf' in row.length ? row.length.oneOf : [1, Math.min(row.length.max, 300)];
}

/** Every part as often as it may at least be useful: `1..n` and `0..n` three times, `2` twice. */
function fill(parts: MessageRow['parts'], rowOf: (key: string) => AttributeRow | undefined): AttributeInput[] {
  return parts.flatMap(({ key, need }) => {
    const row = rowOf(key);
    if (row === undefined) throw new Error(`no row for ${key}`);
    const times = need.endsWith('n') ? 3 : need === '2' ? 2 : 1;
    return Array.from({ length: times }, () => ({ key, value: sample(row, lengths(row)[0] ?? 0) }));
  });
}

const all = PROFILES.flatMap((profile) =>
  profile.messages.map((row) => ({ profile, row, name: `${profile.name}: ${row.name}` })),
);

function compare(rows: readonly AttributeRow[]): void {
  for (const row of rows) {
    expect(row.format === 'uint' ? lengths(row).length : 1, `${row.key}: a number has one length`).toBe(1);
    expect(row.format === 'compound', row.key).toBe(row.nested !== undefined);
    for (const { key, need } of row.nested?.parts ?? []) {
      expect(
        row.nested?.rows.some((inner) => inner.key === key),
        `${row.key} ⊃ ${key}`,
      ).toBe(true);
      expect(['1', '0..1', '1..n', '0..n', '2']).toContain(need);
    }
    if (row.nested !== undefined) compare(row.nested.rows);
  }
}

describe('the tables hold together', () => {
  it.each(PROFILES.map((profile) => [profile.name, profile] as const))('%s: keys, types and lengths', (_, profile) => {
    compare(profile.attributes);
    const keys = profile.attributes.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    for (const row of profile.attributes) {
      // One type may stand twice only if the codes tell the two apart.
      const twins = profile.attributes.filter((other) => other !== row && other.type === row.type);
      for (const twin of twins) {
        expect(row.codes && twin.codes, `type ${row.type}`).toBeDefined();
        expect(row.codes?.filter((code) => twin.codes?.includes(code))).toEqual([]);
      }
    }
  });

  it('knows every code of the standard, 3 to 30, once', () => {
    for (const profile of PROFILES) {
      expect(profile.messages.map(({ code }) => code)).toEqual(Array.from({ length: 28 }, (_, i) => i + 3));
    }
  });

  it('knows every attribute type of the standard, 6 to 47 but the reserved 14 and 26', () => {
    const types = new Set(vendor.attributes.map(({ type }) => type));
    const expected = Array.from({ length: 42 }, (_, i) => i + 6).filter((type) => type !== 14 && type !== 26);
    expect([...types].sort((a, b) => a - b)).toEqual([...expected, 156, 157, 158, 159]);
  });

  it('names its profiles', () => {
    expect(profileByName('patent')).toBe(patent);
    expect(profileByName('vendor')).toBe(vendor);
    expect(profileByName('ieee80216e')).toBeUndefined();
  });
});

describe('every message with every attribute it may have', () => {
  it.each(all)('$name', ({ profile, row }) => {
    const rowOf = (key: string) => attributeRowByKey(profile, row.code, key);
    const attributes = fill(row.parts, rowOf);
    for (const type of row.types) {
      const bytes = encodeMessage(
        profile,
        { code: row.code, identifier: 0xa5, type, attributes },
        row.digest === 'none' ? undefined : mix,
      );
      const m = decoded(profile, bytes);
      expect(m).toMatchObject({ type, code: row.code, identifier: 0xa5, missing: [], repeated: [] });
      expect(m.notes).toEqual({ unknown: 0, nonMinimal: 0, reordered: 0 });
      expect(m.attributes.every(({ status }) => status === 'ok')).toBe(true);
      expect(m.digest.state).toBe(row.digest === 'none' ? 'missing' : 'present');
      if (m.digest.state === 'present') expect(tohex(m.digest.value)).toBe(tohex(mix(m.digest.covered)));
      const body = m.attributes.slice(0, attributes.length);
      expect(body.map((a) => a.row?.key)).toEqual(attributes.map((a) => 'key' in a && a.key));
      // Raw values written back give the same bytes.
      const raw = m.attributes.map((a) => ({ type: a.type, value: a.bytes }));
      expect(tohex(encodeMessage(profile, { code: row.code, identifier: 0xa5, type, attributes: raw }))).toBe(
        tohex(bytes),
      );
    }
  });

  it.each(all)('$name: without what it needs, that is missing', ({ profile, row }) => {
    const type = row.types[0] ?? 0;
    const m = decoded(profile, encodeMessage(profile, { code: row.code, identifier: 1, type, attributes: [] }));
    const needed = row.parts.filter(({ need }) => !need.startsWith('0'));
    expect(m.missing).toEqual(needed.map(({ key }) => attributeRowByKey(profile, row.code, key)?.type));
  });
});

/** A code in which a row's type has the row's meaning. */
function codeFor(profile: Profile, row: AttributeRow): MessageRow {
  const found = profile.messages.find(({ code }) => row.codes?.includes(code) ?? true);
  if (found === undefined) throw new Error(row.key);
  return found;
}

describe('every attribute at every length it may have', () => {
  const rows = PROFILES.flatMap((profile) =>
    profile.attributes.map((row) => ({ profile, row, name: `${profile.name}: ${row.name}` })),
  );
  it.each(rows)('$name', ({ profile, row }) => {
    const { code, types } = codeFor(profile, row);
    const type = types[0] ?? 0;
    for (const length of lengths(row)) {
      const value = sample(row, length);
      const bytes = encodeMessage(profile, { code, identifier: 0, type, attributes: [{ key: row.key, value }] });
      const [attribute] = decoded(profile, bytes).attributes;
      expect(attribute).toMatchObject({ type: row.type, status: 'ok', offset: 3, minimal: true });
      expect(attribute?.row).toBe(row);
      if (row.nested === undefined) expect(attribute?.value).toEqual(value);
      else
        expect(attribute?.children.map((child) => child.row?.key)).toEqual(
          (value as readonly AttributeInput[]).map((inner) => 'key' in inner && inner.key),
        );
    }
  });

  it.each(rows)('$name: a wrong length is said, not swallowed', ({ profile, row }) => {
    const { code, types } = codeFor(profile, row);
    const wrong = 'oneOf' in row.length ? Math.max(...row.length.oneOf) + 1 : row.length.max + 1;
    const raw = { type: row.type, value: new Uint8Array(wrong) };
    const bytes = encodeMessage(profile, { code, identifier: 0, type: types[0] ?? 0, attributes: [raw] });
    const [attribute] = decoded(profile, bytes).attributes;
    expect(attribute?.status).toBe(row.strict ? 'unknown' : 'length');
    expect(attribute?.value).toBeUndefined();
  });
});
