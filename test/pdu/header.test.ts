import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTekcastError } from '../../bindings/errors.js';
import { BASIC_CID_MAX, CID, cidName, crc32, decodeHeader, encodeHeader, hcs } from '../../bindings/pdu/index.js';
import { tohex, unhex } from '../support/hex.js';

describe('header check sequence', () => {
  it.each([
    ['00400A06C4', '30'],
    ['40401A06C4', '5a'],
    ['4040377EB2', 'c7'],
    ['0040277EB2', 'ad'],
    ['0040300150', 'd8'],
  ])('of %s is %s', (header, check) => {
    expect(tohex(Uint8Array.of(hcs(unhex(header))))).toBe(check);
    expect(tohex(Uint8Array.of(hcs(unhex(`ffff${header}`), 2)))).toBe(check);
  });
});

describe("CRC-32 of the standard's example PDUs", () => {
  const one = unhex('40401A06C45A BCF65721 E75536C8 27A8D71B432CA548');
  const two = unhex(
    '4040377EB2C7 087DD078 713FB122B9734FDBFD682EAD9DCA9F441F62FE0F4A2C45B553173D665B2D53C1B3 E7E48D2DB761CF94',
  );
  it.each([
    ['msb', one, '1bd1ba21'],
    ['reflected', one, 'cbb65f48'],
    ['msb', two, 'fd037b1d'],
    ['reflected', two, '921b3241'],
  ] as const)('%s', (kind, pdu, crc) => {
    expect(tohex(crc32(kind, pdu))).toBe(crc);
    const framed = unhex(`00${tohex(pdu)}00`);
    expect(tohex(crc32(kind, framed, 1, framed.length - 1))).toBe(crc);
  });

  it.each([
    ['msb', 'fc891918'], // CRC-32/BZIP2
    ['reflected', '2639f4cb'], // CRC-32 as in 802.3, least byte first
  ] as const)('of the customary "123456789", %s', (kind, crc) => {
    expect(tohex(crc32(kind, unhex('313233343536373839')))).toBe(crc);
  });
});

describe('generic MAC header', () => {
  it('reads the headers of the example PDUs', () => {
    expect(decodeHeader(unhex('40401A06C45A'))).toEqual({
      ec: true,
      type: 0,
      esf: false,
      ci: true,
      eks: 0,
      length: 26,
      cid: 0x06c4,
    });
    expect(decodeHeader(unhex('aa4040377EB2C7'), 1)).toMatchObject({ ec: true, length: 55, cid: 0x7eb2 });
    expect(decodeHeader(unhex('00400A06C430'))).toMatchObject({ ec: false, ci: true, length: 10 });
  });

  it('puts every field where the standard has it', () => {
    const zero = { ec: false, type: 0, esf: false, ci: false, eks: 0, length: 6, cid: 0 };
    const written = (change: object) => tohex(encodeHeader({ ...zero, ...change })).slice(0, 10);
    expect(written({})).toBe('0000060000');
    expect(written({ ec: true })).toBe('4000060000');
    expect(written({ type: 0x3f })).toBe('3f00060000');
    expect(written({ esf: true })).toBe('0080060000');
    expect(written({ ci: true })).toBe('0040060000');
    expect(written({ eks: 3 })).toBe('0030060000');
    expect(written({ length: 2047 })).toBe('0007ff0000');
    expect(written({ cid: 0xfea5 })).toBe('000006fea5');
  });

  it('decode(encode(h)) = h, with a right HCS', () => {
    const header = fc.record({
      ec: fc.boolean(),
      type: fc.nat(0x3f),
      esf: fc.boolean(),
      ci: fc.boolean(),
      eks: fc.nat(3),
      length: fc.integer({ min: 6, max: 2047 }),
      cid: fc.nat(0xffff),
    });
    fc.assert(
      fc.property(header, (h) => {
        const bytes = encodeHeader(h);
        expect(decodeHeader(bytes)).toEqual(h);
        expect(bytes[5]).toBe(hcs(bytes));
      }),
      { seed: 20041 },
    );
  });

  it.each([
    ['type', 64],
    ['eks', 4],
    ['length', 2048],
    ['length', 5],
    ['cid', 0x1_0000],
    ['cid', -1],
    ['eks', 0.5],
  ])('refuses %s %d by name', (field, value) => {
    const header = { ec: false, type: 0, esf: false, ci: false, eks: 0, length: 6, cid: 0, [field]: value };
    expect(() => encodeHeader(header)).toThrow(
      expect.toSatisfy((e: unknown) => isTekcastError(e) && e.code === 'RANGE' && e.subject === field),
    );
  });
});

describe('connection identifiers', () => {
  it.each([
    [0, 'initial ranging'],
    [1, 'basic'],
    [BASIC_CID_MAX, 'basic'],
    [BASIC_CID_MAX + 1, 'primary management'],
    [2 * BASIC_CID_MAX, 'primary management'],
    [2 * BASIC_CID_MAX + 1, 'transport'],
    [CID.multicastFirst, 'multicast transport'],
    [CID.multicastLast, 'multicast transport'],
    [CID.aas, 'AAS'],
    [0xff00, 'reserved'],
    [CID.padding, 'padding'],
    [CID.broadcast, 'broadcast'],
  ])('%i is %s', (cid, name) => expect(cidName(cid)).toBe(name));
});
