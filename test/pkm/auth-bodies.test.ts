import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  appendSigBs,
  encodeAuthInfo,
  encodeAuthReject,
  encodeAuthReply,
  encodeAuthRequest,
  PROFILES,
  patent,
  readAuthInfo,
  readAuthReject,
  readAuthReply,
  readAuthRequest,
} from '../../bindings/pkm/index.js';
import { tohex } from '../support/hex.js';
import { decoded, message, thrown } from './support.js';

const bytes = (minLength: number, maxLength = minLength) => fc.uint8Array({ minLength, maxLength });
const u32 = fc.nat(0xffff_ffff);
const suite = bytes(3);
const identifier = fc.nat(255);
const modulus = fc.constantFrom(128, 256, 384, 512).chain((length) => bytes(length));
const seconds = fc.record({
  authorizeWait: u32,
  reauthorizeWait: u32,
  authorizationGrace: u32,
  operationalWait: u32,
  rekeyWait: u32,
  tekGrace: u32,
  authorizeRejectWait: u32,
});
const reply = fc.record(
  {
    identifier,
    authKey: modulus,
    lifetime: u32,
    akSequence: fc.nat(15),
    sas: fc.array(fc.record({ said: fc.nat(0xffff), saType: fc.nat(255), suite }), { minLength: 1, maxLength: 5 }),
    timers: seconds,
    bsCertificate: bytes(1, 900),
  },
  { requiredKeys: ['identifier', 'authKey', 'lifetime', 'akSequence', 'sas'] },
);

describe.each(PROFILES.map((profile) => ({ name: profile.name, profile })))(
  '$name: read(decode(encode(body))) = body',
  ({ profile }) => {
    const run = <T>(bodies: fc.Arbitrary<T>, through: (body: T) => unknown) =>
      fc.assert(
        fc.property(bodies, (body) => {
          expect(through(body)).toEqual({ ok: true, body });
        }),
        { seed: 20045, numRuns: 200 },
      );
    const back = (encoded: Uint8Array) => {
      const m = decoded(profile, encoded);
      expect(m.notes).toEqual({ unknown: 0, nonMinimal: 0, reordered: 0 });
      expect([...m.missing, ...m.repeated]).toEqual([]);
      return m;
    };

    it('Auth Info, Identifier 0', () =>
      run(fc.record({ caCertificate: bytes(1, 1500) }), (b) => {
        const m = back(encodeAuthInfo(profile, b));
        expect([m.type, m.code, m.identifier]).toEqual([9, 12, 0]);
        return readAuthInfo(m);
      }));
    it('Auth Request', () =>
      run(
        fc.record({
          identifier,
          certificate: bytes(1, 1500),
          suites: fc.array(suite, { minLength: 1, maxLength: 4 }),
          said: fc.nat(0xffff),
        }),
        (b) => readAuthRequest(back(encodeAuthRequest(profile, b))),
      ));
    it('Auth Reply', () => run(reply, (b) => readAuthReply(back(encodeAuthReply(profile, b)))));
    it('Auth Reply with a signature: it covers all before it', () =>
      fc.assert(
        fc.property(reply, modulus, (body, value) => {
          const covered = encodeAuthReply(profile, body);
          const read = readAuthReply(back(appendSigBs(covered, value)));
          expect(read).toEqual({ ok: true, body: { ...body, signature: { covered, value } } });
        }),
        { seed: 20046, numRuns: 100 },
      ));
    it('Auth Reject', () =>
      run(fc.record({ identifier, errorCode: fc.nat(255) }), (b) =>
        readAuthReject(back(encodeAuthReject(profile, b))),
      ));
  },
);

const REPLY = {
  identifier: 7,
  authKey: new Uint8Array(128).fill(1),
  lifetime: 604_800,
  akSequence: 3,
  sas: [{ said: 16, saType: 0, suite: Uint8Array.of(2, 1, 4) }],
};

describe('the order of attributes', () => {
  it('Auth Request 18, 19, 12, byte for byte', () => {
    const request = encodeAuthRequest(patent, {
      identifier: 7,
      certificate: Uint8Array.of(0x30, 0),
      suites: [Uint8Array.of(2, 1, 4), Uint8Array.of(2, 1, 3)],
      said: 16,
    });
    expect(tohex(request)).toBe('090407' + '12023000' + '130c150a' + '1403020104' + '1403020103' + '0c020010');
  });
  it('Auth Reply 7, 9, 10, 23, 27, 37, 38', () => {
    const timers = {
      authorizeWait: 10,
      reauthorizeWait: 10,
      authorizationGrace: 600,
      operationalWait: 1,
      rekeyWait: 1,
      tekGrace: 3600,
      authorizeRejectWait: 60,
    };
    const unsigned = encodeAuthReply(patent, { ...REPLY, timers, bsCertificate: Uint8Array.of(1) });
    const signed = appendSigBs(unsigned, new Uint8Array(256));
    expect(decoded(patent, signed).attributes.map((a) => a.type)).toEqual([7, 9, 10, 23, 27, 37, 38]);
  });
});

describe('what a reader refuses', () => {
  const refused = (text: string, read: typeof readAuthReply | typeof readAuthRequest) => read(message(patent, text));
  const head = `0a0507 078180${'01'.repeat(128)} 0904 00093a80 0a0103`;
  const descriptor = '170c 0c020010 180100 1403020104';
  it.each([
    ['without an AUTH-Key', '0a0507 090400093a80 0a0103', 'MISSING', 7],
    ['with an AUTH-Key of 127 bytes', `0a0507 077f${'01'.repeat(127)} 090400093a80 0a0103 ${descriptor}`, 'LENGTH', 7],
    ['without an SA-Descriptor', head, 'MISSING', 23],
    ['with an SA-Descriptor without a suite', `${head} 1707 0c020010 180100`, 'MISSING', 20],
    ['with an SA-Descriptor that does not parse', `${head} 1702 0c05`, 'NESTED', 23],
    ['with an AK sequence of 16', `${head.replace('0a0103', '0a0110')} ${descriptor}`, 'VALUE', 10],
    ['with something behind its SigBS', `${head} ${descriptor} 268180${'00'.repeat(128)} 0601 61`, 'VALUE', 38],
    ['with two SigBS', `${head} ${descriptor} 268180${'00'.repeat(128)} 268180${'00'.repeat(128)}`, 'REPEATED', 38],
  ])('an Auth Reply %s', (_, text, code, type) => {
    expect(refused(text, readAuthReply)).toEqual({ ok: false, code, type });
  });
  it.each([
    ['without a certificate', '090407 1307150514 03020104 0c020010', 'MISSING', 18],
    ['without suites', '090407 120130 1303160101 0c020010', 'MISSING', 21],
    ['with a suite of two bytes', '090407 120130 1306150414020201 0c020010', 'LENGTH', 20],
    ['with two SAIDs', '090407 120130 13071505140302010 4 0c020010 0c020010', 'REPEATED', 12],
  ])('an Auth Request %s', (_, text, code, type) => {
    expect(refused(text, readAuthRequest)).toEqual({ ok: false, code, type });
  });
  it('nothing in the Auth Reply those were made from', () => {
    expect(refused(`${head} ${descriptor}`, readAuthReply)).toEqual({ ok: true, body: REPLY });
  });
  it('another message', () => {
    expect(refused('0a0607 100106', readAuthReply)).toEqual({ ok: false, code: 'CODE', type: undefined });
  });
});

it('does not build an AK sequence above 15 or an AUTH-Key no RSA key gives', () => {
  expect(thrown(() => encodeAuthReply(patent, { ...REPLY, akSequence: 16 }))).toEqual({
    code: 'RANGE',
    subject: 'akSequence',
  });
  expect(thrown(() => encodeAuthReply(patent, { ...REPLY, authKey: new Uint8Array(20) }))).toEqual({
    code: 'LENGTH',
    subject: 'authKey',
  });
});
