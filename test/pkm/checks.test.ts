// What the stations' checks rely on: every case a ruling names shows in the decoded message, and in no other way.
import { describe, expect, it } from 'vitest';
import { decodeMessage, keyRequestFields, patent, vendor } from '../../bindings/pkm/index.js';
import { tohex, unhex } from '../support/hex.js';
import { message } from './support.js';

const DIGEST = '0b14 49b05679f5c397562f049f4530b41fd7525d040d';
const request = (attributes: string, digest = DIGEST) => message(patent, `090721 ${attributes} ${digest}`);
const fieldsOf = (attributes: string, profile = patent) => {
  const fields = keyRequestFields(message(profile, `090721 ${attributes} ${DIGEST}`));
  if (fields === undefined) throw new Error('not a Key Request');
  return fields;
};
const GOOD = '0a0103 0c020102 1c0101 1d0105';

describe('the envelope, in order', () => {
  it.each([
    ['nothing', '', 'SHORT', 0],
    ['two bytes', '0907', 'SHORT', 2],
    ['a broken TLV', '090721 0a0103 0c0201', 'TLV_TRUNCATED', 6],
    ['a broken TLV goes before another type', '0407210a', 'TLV_TRUNCATED', 3],
    ['a length of a length of five', '090721 0a85', 'TLV_LENGTH', 3],
    ['another management message', '040721 0a0103', 'TYPE', 0],
    ['code 2', '090221', 'CODE', 1],
    ['code 31', '0a1f21', 'CODE', 1],
    ['a Key Request in a PKM-RSP', '0a0721', 'DIRECTION', 0],
    ['a Key Reply in a PKM-REQ', '090821', 'DIRECTION', 0],
  ])('%s', (_, text, code, offset) => {
    expect(decodeMessage(patent, unhex(text))).toEqual({ ok: false, code, offset });
  });
  it('lets EAP-Transfer go both ways', () => {
    expect(message(patent, '091221 1c0401020304').type).toBe(9);
    expect(message(patent, '0a1221 1c0401020304').type).toBe(10);
  });
});

describe('10 and 12', () => {
  it('present once, right length', () => {
    expect(fieldsOf(GOOD)).toEqual({
      identifier: 0x21,
      akSequence: { state: 'present', value: 3 },
      said: { state: 'present', value: 0x0102 },
      serviceType: { state: 'present', value: 1 },
      groupId: { state: 'present', value: 5 },
      freshness: { state: 'absent' },
    });
  });
  it('missing', () => {
    expect(fieldsOf('')).toMatchObject({ akSequence: { state: 'absent' }, said: { state: 'absent' } });
    expect(request('').missing).toEqual([10, 12]);
  });
  it('repeated, also with a wrong length', () => {
    expect(fieldsOf(`${GOOD} 0a0103 0c03010203`)).toMatchObject({
      akSequence: { state: 'repeated' },
      said: { state: 'repeated' },
    });
  });
  it('of wrong length', () => {
    expect(fieldsOf('0a020003 0c0102')).toMatchObject({
      akSequence: { state: 'length', length: 2 },
      said: { state: 'length', length: 1 },
    });
    expect(fieldsOf('0a00 0c00')).toMatchObject({
      akSequence: { state: 'length', length: 0 },
      said: { state: 'length', length: 0 },
    });
  });
  it('an AK sequence above 15 is not folded', () => {
    expect(fieldsOf('0a0113 0c020102').akSequence).toEqual({ state: 'present', value: 0x13 });
  });
});

describe('the digest', () => {
  it('covers the message from the Type byte up to itself', () => {
    const m = request(GOOD);
    expect(m.digest.state === 'present' && [tohex(m.digest.covered), tohex(m.digest.value)]).toEqual([
      '0907210a01030c0201021c01011d0105',
      '49b05679f5c397562f049f4530b41fd7525d040d',
    ]);
  });
  it('may have a non-minimal length, which is not covered', () => {
    const m = request(GOOD, DIGEST.replace('0b14', '0b820014'));
    expect(m.digest.state === 'present' && tohex(m.digest.covered)).toBe('0907210a01030c0201021c01011d0105');
    expect(m.notes).toEqual({ unknown: 0, nonMinimal: 1, reordered: 0 });
  });
  it.each([
    ['missing', '', 'missing'],
    ['twice', `${DIGEST} ${DIGEST}`, 'repeated'],
    ['twice, once of wrong length', `0b0100 ${DIGEST}`, 'repeated'],
    ['of 19 bytes', `0b13${'00'.repeat(19)}`, 'length'],
    ['of 21 bytes', `0b15${'00'.repeat(21)}`, 'length'],
    ['of no bytes', '0b00', 'length'],
    ['followed by a known attribute', `${DIGEST} 1d0105`, 'not-last'],
    ['followed by an unknown one', `${DIGEST} c80100`, 'not-last'],
    ['followed by an empty one', `${DIGEST} c800`, 'not-last'],
  ])('%s', (_, digest, state) => expect(request(GOOD, digest).digest).toEqual({ state }));
  it('of CMAC is none in PKMv1', () => {
    const m = request(GOOD, `280c${'00'.repeat(12)}`);
    expect(m.digest.state).toBe('missing');
    expect(m.notes.unknown).toBe(1);
  });
  it('of either kind in PKMv2', () => {
    for (const digest of [`280c${'07'.repeat(12)}`, DIGEST]) {
      const m = message(patent, `091721 0a0103 0c020102 1d0401020304 ${digest}`);
      expect(m.digest).toMatchObject({ state: 'present' });
      expect(m.digest.state === 'present' && m.digest.covered.length).toBe(16);
    }
    expect(message(patent, `091721 280c${'07'.repeat(12)} ${DIGEST}`).digest).toEqual({ state: 'repeated' });
  });
  it('of an Auth Invalid: it has none', () => {
    const m = message(patent, `0a0a21 100104 ${DIGEST}`);
    expect(m.digest).toEqual({ state: 'missing' });
    expect(m.notes.unknown).toBe(1);
  });
});

describe('repetition', () => {
  it.each([
    ['28', `${GOOD} 1c0101`, [28]],
    ['29', `${GOOD} 1d0106`, [29]],
    ['28 with a wrong length', `${GOOD} 1c020101`, [28]],
    ['158', `${GOOD} 9e080000000000000001 9e080000000000000002`, [158]],
    ['an attribute of other messages', `${GOOD} 100100 100100`, [16]],
    ['13, which comes in pairs', `${GOOD} 0d030a0100 0d030a0101`, []],
    ['an unknown one', `${GOOD} c80100 c80100`, [0xc8]],
    ['158 and one of another length, which is unknown', `${GOOD} 9e080000000000000001 9e0400000001`, [158]],
    ['none', GOOD, []],
  ])('of %s', (_, attributes, repeated) => expect(request(attributes).repeated).toEqual(repeated));
});

describe('service type and group', () => {
  it('of wrong length are known as such', () => {
    expect(fieldsOf('0a0103 0c020102 1c020001 1d00')).toMatchObject({
      serviceType: { state: 'length', length: 2 },
      groupId: { state: 'length', length: 0 },
    });
  });
  it('above 2 is a value like any other', () => {
    expect(fieldsOf('0a0103 0c020102 1c0109').serviceType).toEqual({ state: 'present', value: 9 });
  });
  it('absent', () => {
    expect(fieldsOf('0a0103 0c020102')).toMatchObject({
      serviceType: { state: 'absent' },
      groupId: { state: 'absent' },
    });
  });
  it('lie under 156 and 157 in the vendor profile, where 28 and 29 are unknown', () => {
    const fields = fieldsOf('0a0103 0c020102 9c0101 9d0105 1c0102 1d0106', vendor);
    expect(fields).toMatchObject({
      serviceType: { state: 'present', value: 1 },
      groupId: { state: 'present', value: 5 },
    });
    expect(message(vendor, `090721 ${GOOD} ${DIGEST}`).notes.unknown).toBe(2);
    expect(message(patent, `090721 0a0103 0c020102 9c0101 9d0105 ${DIGEST}`).notes.unknown).toBe(2);
  });
  it('28 is EAP-Payload, and 29 Nonce, where PKMv2 has them', () => {
    const names = (text: string) => message(patent, text).attributes.map((a) => a.row?.name);
    expect(names('091221 1c0101')).toEqual(['EAP-Payload']);
    expect(names('091721 1d0401020304')).toEqual(['Nonce']);
    expect(names('0a0821 1c0101 1d0105')).toEqual(['Service-Type', 'Multicast-Service-Group-ID']);
    expect(names('0a0b21 1c0101 1d0105')).toEqual([undefined, undefined]);
  });
});

describe('freshness', () => {
  it('is a 64-bit number', () => {
    expect(fieldsOf(`${GOOD} 9e08ffffffffffffffff`).freshness).toEqual({ state: 'present', value: 2n ** 64n - 1n });
  });
  it('of another length is an unknown attribute', () => {
    const m = request(`${GOOD} 9e0700000000000001`);
    expect(m.notes.unknown).toBe(1);
    expect(keyRequestFields(m)?.freshness).toEqual({ state: 'absent' });
  });
});

describe('what is accepted and counted', () => {
  it('unknown attributes, and those that have no place in this message', () => {
    const m = request(`${GOOD} c80100 0e0100 1a00 100108`);
    expect(m.notes).toEqual({ unknown: 4, nonMinimal: 0, reordered: 0 });
    expect(m.attributes.map((a) => [a.type, a.status])).toEqual([
      [10, 'ok'],
      [12, 'ok'],
      [28, 'ok'],
      [29, 'ok'],
      [200, 'unknown'],
      [14, 'unknown'],
      [26, 'unknown'],
      [16, 'ok'],
      [11, 'ok'],
    ]);
  });
  it('non-minimal lengths, inner ones too', () => {
    expect(request('0a810103 0c8200020102 1c0101 1d0105').notes.nonMinimal).toBe(2);
    const inner = message(patent, `0a0821 0a0103 0c020102 0d8108 0981040000000a 01 ${DIGEST}`.replace('0a 01', '0a01'));
    expect(inner.notes.nonMinimal).toBe(2);
  });
  it('another order, the digest last', () => {
    const m = request('1d0105 0c020102 1c0101 0a0103');
    expect(m.notes.reordered).toBe(1);
    expect(keyRequestFields(m)).toMatchObject(fieldsOf(GOOD));
    const inner = message(patent, `0a0821 0a0103 0c020102 0d09 0a0103 09040000000a ${DIGEST}`);
    expect(inner.notes.reordered).toBe(1);
  });
  it('nothing of a plain request', () =>
    expect(request(GOOD).notes).toEqual({ unknown: 0, nonMinimal: 0, reordered: 0 }));
});

describe('the worked frame', () => {
  it('has the digest that HMAC_KEY_U of AK 00..13 gives over what is covered', async () => {
    const { subtle } = globalThis.crypto;
    // HMAC_KEY_U = SHA-1(0x5C × 64 ‖ AK) (802.16 §7.5.4.3)
    const seed = Uint8Array.of(...new Uint8Array(64).fill(0x5c), ...Array.from({ length: 20 }, (_, i) => i));
    const hash = { name: 'HMAC', hash: 'SHA-1' };
    const key = await subtle.importKey('raw', await subtle.digest('SHA-1', seed), hash, false, ['sign']);
    const { digest } = request(GOOD);
    if (digest.state !== 'present') throw new Error(digest.state);
    const signed = await subtle.sign('HMAC', key, Uint8Array.from(digest.covered));
    expect(tohex(new Uint8Array(signed))).toBe(tohex(digest.value));
  });
});
