import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeTlvs, encodeTlvs, isTekcastError, type TlvResult, tlvSize } from '../../bindings/tlv/index.js';
import { tohex, unhex } from '../support/hex.js';

const seeded = { seed: 20040 };

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (e) {
    if (isTekcastError(e)) return e.code;
    throw e;
  }
  return 'no error';
}

const plain = (result: TlvResult) => result.items.map(({ type, value }) => ({ type, value: tohex(value) }));

/** A view whose element reads are counted; what `subarray` hands out is not. */
function counting(bytes: Uint8Array, reads: { count: number }): Uint8Array {
  return new Proxy(bytes, {
    get(target, property) {
      if (typeof property === 'string' && /^\d+$/.test(property)) {
        reads.count++;
        return target[Number(property)];
      }
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

describe('lengths', () => {
  it.each([
    [1, '00 01'],
    [127, '00 7f'],
    [128, '00 81 80'],
    [255, '00 81 ff'],
    [256, '00 82 0100'],
    [300, '00 82 012c'],
    [65_535, '00 82 ffff'],
    [65_536, '00 83 010000'],
  ])('%i bytes are written as short as can be', (length, head) => {
    const bytes = encodeTlvs([{ type: 0, value: new Uint8Array(length) }]);
    const header = unhex(head);
    expect(tohex(bytes.subarray(0, header.length))).toBe(tohex(header));
    expect(bytes.length).toBe(header.length + length);
    expect(tlvSize(length)).toBe(bytes.length);
    const [item] = decodeTlvs(bytes).items;
    expect(item).toMatchObject({ offset: 0, headerLength: header.length, minimal: true });
    expect(item?.value.length).toBe(length);
  });

  it('counts four length bytes from 16 MiB on', () => {
    expect(tlvSize(0x00ff_ffff)).toBe(0x00ff_ffff + 5);
    expect(tlvSize(0x0100_0000)).toBe(0x0100_0000 + 6);
  });

  it.each([
    ['81 01 aa', 3],
    ['82 0001 aa', 4],
    ['83 000001 aa', 5],
    ['84 00000001 aa', 6],
  ])('accepts the non-minimal %s and says so', (text, headerLength) => {
    const result = decodeTlvs(unhex(`07${text}`));
    expect(result.ok).toBe(true);
    expect(result.items).toMatchObject([{ type: 7, headerLength, minimal: false }]);
    expect(plain(result)).toEqual([{ type: 7, value: 'aa' }]);
  });

  it('takes a length of 0, in any form, as an empty value and goes on', () => {
    const result = decodeTlvs(unhex('0600 0680 068100 06820000 0a0103'));
    expect(result.ok).toBe(true);
    expect(result.items.map(({ value, minimal }) => [value.length, minimal])).toEqual([
      [0, true],
      [0, false],
      [0, false],
      [0, false],
      [1, true],
    ]);
  });
});

describe('broken bytes', () => {
  it.each([
    ['a type alone', '0a', 'TLV_TRUNCATED', 0],
    ['a length without its value', '0a0103 0c02', 'TLV_TRUNCATED', 3],
    ['a value cut short', '0a0103 0c0201', 'TLV_TRUNCATED', 3],
    ['a length cut short', '0a0103 1282 01', 'TLV_TRUNCATED', 3],
    ['no length bytes at all', '1284', 'TLV_TRUNCATED', 0],
    ['the largest length', '1284ffffffff 00', 'TLV_TRUNCATED', 0],
    ['five length bytes', '0a0103 12850000000001 aa', 'TLV_LENGTH', 3],
    ['0xff as length', '12ff', 'TLV_LENGTH', 0],
  ])('%s: %s', (_, text, code, offset) => {
    const result = decodeTlvs(unhex(text));
    expect(result).toMatchObject({ ok: false, code, offset });
    expect(plain(result)).toEqual(offset === 3 ? [{ type: 10, value: '03' }] : []);
  });

  it('ends where the bytes end, wherever the end is said to be', () => {
    expect(decodeTlvs(unhex('010501020a0b'), 0, 100)).toEqual({
      ok: false,
      code: 'TLV_TRUNCATED',
      offset: 0,
      items: [],
    });
    expect(decodeTlvs(unhex('0102aabb'), 0, 100)).toMatchObject({ ok: true, items: [{ type: 1 }] });
  });

  it('stops at `end` and starts at `start`, with offsets from the front', () => {
    const bytes = unhex('ffff 0a0103 0c020102 ff');
    const result = decodeTlvs(bytes, 2, 9);
    expect(result.ok).toBe(true);
    expect(result.items.map(({ offset }) => offset)).toEqual([2, 5]);
    expect(decodeTlvs(bytes, 2, 8)).toMatchObject({ ok: false, code: 'TLV_TRUNCATED', offset: 5 });
  });
});

describe('what is never written', () => {
  it('an empty value', () =>
    expect(codeOf(() => encodeTlvs([{ type: 6, value: new Uint8Array() }]))).toBe('TLV_EMPTY'));
  it.each([-1, 256, 1.5, Number.NaN])('type %d', (type) => {
    expect(codeOf(() => encodeTlvs([{ type, value: new Uint8Array(1) }]))).toBe('RANGE');
  });
});

describe('properties', () => {
  const item = fc.record({ type: fc.nat(255), value: fc.uint8Array({ minLength: 1, maxLength: 400 }) });

  it('decode(encode(m)) = m', () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 12 }), (items) => {
        const result = decodeTlvs(encodeTlvs(items));
        expect(result.ok).toBe(true);
        expect(result.items.every(({ minimal }) => minimal)).toBe(true);
        expect(plain(result)).toEqual(items.map(({ type, value }) => ({ type, value: tohex(value) })));
      }),
      seeded,
    );
  });

  it('canonical bytes re-encode to themselves; any bytes decode to something, in at most one read per byte', () => {
    const sizes = fc.constantFrom(0, 1, 2, 3, 0x7f, 0x80, 0x81, 0x82, 0x84, 0x85);
    const bytes = fc.array(fc.oneof(fc.nat(255), sizes), { maxLength: 300 }).map((list) => Uint8Array.from(list));
    let canonical = 0;
    fc.assert(
      fc.property(bytes, (raw) => {
        const reads = { count: 0 };
        const result = decodeTlvs(counting(raw, reads));
        expect(reads.count).toBeLessThanOrEqual(raw.length + 1);
        const whole = result.items.reduce((sum, { headerLength, value }) => sum + headerLength + value.length, 0);
        expect(whole).toBe(result.ok ? raw.length : result.offset);
        if (!result.ok || !result.items.every(({ minimal, value }) => minimal && value.length > 0)) return;
        canonical++;
        expect(tohex(encodeTlvs(result.items))).toBe(tohex(raw));
      }),
      { ...seeded, numRuns: 4000 },
    );
    expect(canonical).toBeGreaterThan(100); // else the property above was empty
  });

  it('every prefix decodes to a prefix, or says at which TLV it was cut', () => {
    fc.assert(
      fc.property(
        fc.array(item, { minLength: 1, maxLength: 4 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (items, at) => {
          const bytes = encodeTlvs(items);
          const cut = Math.floor(at * bytes.length);
          const whole = decodeTlvs(bytes).items;
          const result = decodeTlvs(bytes.subarray(0, cut));
          const inside = whole.filter(({ offset, headerLength, value }) => offset + headerLength + value.length <= cut);
          expect(plain(result)).toEqual(inside.map(({ type, value }) => ({ type, value: tohex(value) })));
          if (!result.ok) expect(result).toMatchObject({ code: 'TLV_TRUNCATED', offset: whole[inside.length]?.offset });
          else expect(whole[inside.length]?.offset ?? bytes.length).toBe(cut);
        },
      ),
      seeded,
    );
  });
});
