import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeAuthInvalid,
  encodeKeyReject,
  encodeKeyReply,
  encodeKeyRequest,
  encodeMessage,
  encodeTekInvalid,
  type KeyReply,
  PROFILES,
  patent,
  readAuthInvalid,
  readKeyReject,
  readKeyReply,
  readKeyRequest,
  readTekInvalid,
  vendor,
} from '../../bindings/pkm/index.js';
import { tohex, unhex } from '../support/hex.js';
import { decoded, message, mix, thrown } from './support.js';

const byte = fc.nat(255);
const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffff_ffff);
const display = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 32 })
  .filter((s) => new TextEncoder().encode(s).length <= 128);
const option = <K extends string, T>(key: K, value: fc.Arbitrary<T>) =>
  fc.option(value, { nil: undefined }).map((v) => (v === undefined ? {} : ({ [key]: v } as Record<K, T>)));
const service = fc.oneof(
  fc.constant({}),
  byte.map((serviceType) => ({ serviceType })),
  byte.map((groupId) => ({ serviceType: 1, groupId })),
);
const keyed = fc.record({ identifier: byte, akSequence: fc.nat(15), said: u16 });
const freshness = option('freshness', fc.bigInt(0n, 2n ** 64n - 1n));
const errorCode = fc.record({ errorCode: byte });
const text = option('displayString', display);
const tek = fc.record({
  tek: fc.oneof(fc.uint8Array({ minLength: 24, maxLength: 24 }), fc.uint8Array({ minLength: 16, maxLength: 16 })),
  lifetime: u32,
  sequence: fc.nat(3),
});
const merge = (...parts: fc.Arbitrary<object>[]) => fc.tuple(...parts).map((list) => Object.assign({}, ...list));

describe.each(PROFILES.map((profile) => ({ name: profile.name, profile })))(
  '$name: read(decode(encode(body))) = body',
  ({ profile }) => {
    const run = (bodies: fc.Arbitrary<object>, through: (body: never) => unknown) =>
      fc.assert(
        fc.property(bodies, (body) => {
          expect(through(body as never)).toEqual({ ok: true, body });
        }),
        { seed: 20044, numRuns: 200 },
      );
    const back = (bytes: Uint8Array) => {
      const m = decoded(profile, bytes);
      expect(m.notes).toEqual({ unknown: 0, nonMinimal: 0, reordered: 0 });
      expect([...m.missing, ...m.repeated]).toEqual([]);
      return m;
    };

    it('Key Request', () =>
      run(merge(keyed, service, freshness), (b) => readKeyRequest(back(encodeKeyRequest(profile, b, mix)))));
    it('Key Reply', () =>
      run(merge(keyed, service, fc.record({ tek: fc.tuple(tek, tek) }), option('pnSenderBits', byte), freshness), (b) =>
        readKeyReply(back(encodeKeyReply(profile, b, mix))),
      ));
    it('Key Reject', () =>
      run(merge(keyed, service, errorCode, text, freshness), (b) =>
        readKeyReject(back(encodeKeyReject(profile, b, mix))),
      ));
    it('Auth Invalid', () =>
      run(merge(fc.record({ identifier: byte }), errorCode, text), (b) =>
        readAuthInvalid(back(encodeAuthInvalid(profile, b))),
      ));
    it('TEK Invalid, always with Identifier 0', () =>
      run(merge(fc.record({ akSequence: fc.nat(15), said: u16 }), errorCode, text), (b) => {
        const m = back(encodeTekInvalid(profile, b, mix));
        expect(m.identifier).toBe(0);
        return readTekInvalid(m);
      }));
  },
);

/** The attribute types of a message, compounds with theirs. */
const types = (bytes: Uint8Array, profile = patent) => decoded(profile, bytes).attributes.map((a) => a.type);

const REPLY: KeyReply = {
  identifier: 0x21,
  akSequence: 3,
  said: 517,
  serviceType: 1,
  groupId: 5,
  tek: [
    { tek: new Uint8Array(24).fill(1), lifetime: 21_600, sequence: 3 },
    { tek: new Uint8Array(24).fill(2), lifetime: 43_200, sequence: 0 },
  ],
  pnSenderBits: 4,
  freshness: 0x0102_0304_0506_0708n,
};
const REJECT = {
  identifier: 1,
  akSequence: 3,
  said: 16,
  serviceType: 1,
  groupId: 5,
  errorCode: 8,
  displayString: 'no',
  freshness: 9n,
};

describe('the order of attributes', () => {
  it('Key Request 10, 12, 28, 29, (158), 11, byte for byte', () => {
    const digest = unhex('49b05679f5c397562f049f4530b41fd7525d040d');
    let covered = '';
    const body = { identifier: 0x21, akSequence: 3, said: 0x0102, serviceType: 1, groupId: 5 };
    const bytes = encodeKeyRequest(patent, body, (range) => {
      covered = tohex(range);
      return digest;
    });
    expect(covered).toBe('0907210a01030c0201021c01011d0105');
    expect(tohex(bytes)).toBe(`${covered}0b14${tohex(digest)}`);
    expect(types(encodeKeyRequest(patent, { ...body, freshness: 7n }, mix))).toEqual([10, 12, 28, 29, 158, 11]);
    expect(types(encodeKeyRequest(vendor, { ...body, freshness: 7n }, mix), vendor)).toEqual([
      10, 12, 156, 157, 158, 11,
    ]);
    expect(types(encodeKeyRequest(patent, { identifier: 0, akSequence: 0, said: 1 }, mix))).toEqual([10, 12, 11]);
  });
  it('Key Reply 10, 12, 28, 29, 13, 13, (159), (158), 11 with 8, 9, 10 inside', () => {
    const m = decoded(patent, encodeKeyReply(patent, REPLY, mix));
    expect(m.attributes.map((a) => a.type)).toEqual([10, 12, 28, 29, 13, 13, 159, 158, 11]);
    expect(m.attributes.filter((a) => a.type === 13).map((a) => a.children.map((c) => c.type))).toEqual([
      [8, 9, 10],
      [8, 9, 10],
    ]);
    expect(m.attributes.filter((a) => a.type === 13).map((a) => a.children[2]?.value)).toEqual([3, 0]);
  });
  it('Key Reject 10, 12, 28, 29, 16, (6), (158), 11', () => {
    expect(types(encodeKeyReject(patent, REJECT, mix))).toEqual([10, 12, 28, 29, 16, 6, 158, 11]);
  });
  it('Auth Invalid 16, (6)', () => {
    expect(types(encodeAuthInvalid(patent, { identifier: 9, errorCode: 4, displayString: 'x' }))).toEqual([16, 6]);
  });
  it('TEK Invalid 10, 12, 16, (6), 11', () => {
    expect(types(encodeTekInvalid(patent, { akSequence: 1, said: 2, errorCode: 4, displayString: 'x' }, mix))).toEqual([
      10, 12, 16, 6, 11,
    ]);
  });
});

describe('what is not built', () => {
  const request = { identifier: 1, akSequence: 3, said: 16 };
  it.each([
    ['identifier', { identifier: 256 }, 'RANGE'],
    ['akSequence', { akSequence: 16 }, 'RANGE'],
    ['keySequenceNumber', { akSequence: -1 }, 'RANGE'],
    ['said', { said: 65_536 }, 'RANGE'],
    ['serviceType', { serviceType: 256 }, 'RANGE'],
    ['groupId', { serviceType: 1, groupId: 256 }, 'RANGE'],
    ['groupId', { serviceType: 2, groupId: 1 }, 'RANGE'],
    ['groupId', { groupId: 1 }, 'RANGE'],
    ['freshness', { freshness: 2n ** 64n }, 'RANGE'],
    ['said', { said: 1.5 }, 'RANGE'],
  ])('a Key Request with a bad %s', (subject, change, code) => {
    expect(thrown(() => encodeKeyRequest(patent, { ...request, ...change }, mix))).toEqual({ code, subject });
  });
  it.each([
    ['tek', { tek: new Uint8Array(23) }, 'LENGTH'],
    ['keyLifetime', { lifetime: 2 ** 32 }, 'RANGE'],
    ['sequence', { sequence: 4 }, 'RANGE'],
  ])('a Key Reply with a bad %s', (subject, change, code) => {
    const bad: KeyReply = { ...REPLY, tek: [REPLY.tek[0], { ...REPLY.tek[1], ...change }] };
    expect(thrown(() => encodeKeyReply(patent, bad, mix))).toEqual({ code, subject });
  });
  it('an empty or overlong Display-String', () => {
    expect(thrown(() => encodeKeyReject(patent, { ...REJECT, displayString: '' }, mix)).code).toBe('TLV_EMPTY');
    expect(thrown(() => encodeKeyReject(patent, { ...REJECT, displayString: 'ü'.repeat(65) }, mix))).toEqual({
      code: 'LENGTH',
      subject: 'displayString',
    });
  });
  it('a digest of a length no digest has, or where there is none', () => {
    expect(thrown(() => encodeKeyRequest(patent, request, () => new Uint8Array(19))).code).toBe('LENGTH');
    expect(thrown(() => encodeKeyRequest(patent, request, () => new Uint8Array(12))).code).toBe('LENGTH');
    expect(thrown(() => encodeMessage(patent, { code: 10, identifier: 0, attributes: [] }, mix)).code).toBe('DIGEST');
    const v2 = encodeMessage(patent, { code: 23, identifier: 0, attributes: [] }, () => new Uint8Array(12));
    expect(types(v2)).toEqual([40]);
  });
  it('messages and attributes the tables do not have', () => {
    const attributes = [{ key: 'eapPayload', value: new Uint8Array(1) }];
    expect(thrown(() => encodeMessage(patent, { code: 31, identifier: 0, attributes: [] })).code).toBe('CODE');
    expect(thrown(() => encodeMessage(patent, { code: 7, identifier: 0, attributes }))).toEqual({
      code: 'ATTRIBUTE',
      subject: 'eapPayload',
    });
    expect(thrown(() => encodeMessage(patent, { code: 7, identifier: 0, type: 10, attributes: [] })).code).toBe(
      'RANGE',
    );
    expect(thrown(() => encodeMessage(patent, { code: 18, identifier: 0, attributes: [] })).code).toBe('RANGE');
    const wrongKind = [{ key: 'said', value: 'text' }];
    expect(thrown(() => encodeMessage(patent, { code: 7, identifier: 0, attributes: wrongKind })).code).toBe('VALUE');
  });
});

describe('what a reader refuses', () => {
  const head = '0a0821 0a0103 0c020205';
  const older = '0d23 0818010101010101010101010101010101010101010101010101 090400005460 0a0103';
  const newer = older.replace('0a0103', '0a0100');
  const tail = `0b14${'00'.repeat(20)}`;
  it.each([
    ['one TEK-Parameters', `${head} ${older} ${tail}`, 'MISSING', 13],
    ['three TEK-Parameters', `${head} ${older} ${newer} ${newer} ${tail}`, 'REPEATED', 13],
    ['TEK-Parameters that do not parse', `${head} ${older} 0d03 081801 ${tail}`, 'NESTED', 13],
    ['TEK-Parameters of nothing', `${head} ${older} 0d00 ${tail}`, 'LENGTH', 13],
    ['TEK-Parameters without a lifetime', `${head} ${older} 0d1d ${newer.slice(5, 58)} 0a0100 ${tail}`, 'MISSING', 9],
    ['a TEK sequence of 4', `${head} ${older} ${older.replace('0a0103', '0a0104')} ${tail}`, 'VALUE', 10],
    ['an AK sequence of 16', `0a0821 0a0110 0c020205 ${older} ${newer} ${tail}`, 'VALUE', 10],
    ['no SAID', `0a0821 0a0103 ${older} ${newer} ${tail}`, 'MISSING', 12],
    ['two SAIDs', `${head} 0c020205 ${older} ${newer} ${tail}`, 'REPEATED', 12],
    ['a SAID of three bytes', `0a0821 0a0103 0c03020500 ${older} ${newer} ${tail}`, 'LENGTH', 12],
    ['a service type of two bytes', `${head} 1c020001 ${older} ${newer} ${tail}`, 'LENGTH', 28],
    ['a Key Reject', `0a0921 0a0103 0c020205 100108 ${tail}`, 'CODE', undefined],
  ])('%s in place of a Key Reply', (_, text, code, type) => {
    expect(readKeyReply(message(patent, text))).toEqual({ ok: false, code, type });
  });
  it('nothing in the Key Reply those were made from', () => {
    const read = readKeyReply(message(patent, `${head} ${older} ${newer} ${tail}`));
    expect(read.ok && read.body.tek.map(({ lifetime, sequence }) => [lifetime, sequence])).toEqual([
      [21_600, 3],
      [21_600, 0],
    ]);
  });
  it('a group ID beside broadcast: ignored', () => {
    const m = message(patent, `090721 0a0103 0c020205 1c0102 1d0105 ${tail}`);
    expect(readKeyRequest(m)).toEqual({
      ok: true,
      body: { identifier: 0x21, akSequence: 3, said: 517, serviceType: 2 },
    });
  });
});
