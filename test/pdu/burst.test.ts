import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTekcastError } from '../../bindings/errors.js';
import {
  type Crc,
  concatBurst,
  crc32,
  decodeManagement,
  encodeHeader,
  encodeManagement,
  hcs,
  maxManagementLength,
  splitBurst,
} from '../../bindings/pdu/index.js';
import { tohex, unhex } from '../support/hex.js';

/** The Key Request of the facts: AK sequence 3, SAID 0x0102, multicast, group 5. */
const MESSAGE = unhex('090721 0a0103 0c020102 1c0101 1d0105 0b1449b05679f5c397562f049f4530b41fd7525d040d');
const FRAME = unhex(`0040300150d8 ${tohex(MESSAGE)} 105aba49`);

function first(bytes: Uint8Array) {
  const [pdu] = splitBurst(bytes).pdus;
  if (pdu === undefined) throw new Error('no PDU');
  return pdu;
}

/** Six bytes with a right HCS. */
function header(five: string): string {
  const bytes = unhex(`${five}00`);
  bytes[5] = hcs(bytes);
  return tohex(bytes);
}

describe('a burst', () => {
  const ids = (text: string) => {
    const { pdus, headersOnly, padding, broken } = splitBurst(unhex(text));
    return { cids: pdus.map((pdu) => pdu.header.cid), headers: headersOnly.length, padding, broken };
  };
  const one = tohex(encodeManagement(1, unhex('0907'), 'msb'));
  const two = tohex(encodeManagement(2, unhex('0907'), 'none'));

  it('of nothing is empty', () => {
    expect(ids('')).toEqual({ cids: [], headers: 0, padding: 0, broken: undefined });
  });
  it('of several PDUs yields them in order, as views with offsets', () => {
    const bytes = concatBurst([unhex(one), unhex(two), FRAME]);
    const { pdus, broken } = splitBurst(bytes);
    expect(pdus.map(({ offset, bytes: pdu }) => [offset, tohex(pdu)])).toEqual([
      [0, one],
      [12, two],
      [20, tohex(FRAME)],
    ]);
    expect(broken).toBeUndefined();
    expect(pdus.every((pdu) => pdu.bytes.buffer === bytes.buffer)).toBe(true);
  });
  it('ends where the HCS is wrong; PDUs before it count, those behind do not', () => {
    expect(ids(`${one}${two.slice(0, 10)}ee${two.slice(12)}${one}`)).toEqual({
      cids: [1],
      headers: 0,
      padding: 0,
      broken: { code: 'HCS', offset: 12 },
    });
  });
  it.each([
    ['zero', header('0000000002')],
    ['below a header', header('0000050002')],
    ['past the end', header('00000f0002')],
  ])('ends where LEN is %s', (_, bad) => {
    expect(ids(`${one}${bad}0907`)).toMatchObject({ cids: [1], broken: { code: 'LEN', offset: 12 } });
  });
  it('ends where no header fits', () => {
    expect(ids(`${one}0000080002`)).toMatchObject({ cids: [1], broken: { code: 'SHORT', offset: 12 } });
  });
  it('ends with 0xFF at a boundary: the rest is padding', () => {
    expect(ids(`${one}ff${two}`)).toEqual({ cids: [1], headers: 0, padding: 9, broken: undefined });
  });
  it('steps over a bandwidth request and goes on', () => {
    expect(ids(`${one}${header('8000400002')}${two}`)).toEqual({
      cids: [1, 2],
      headers: 1,
      padding: 0,
      broken: undefined,
    });
  });
  it('ends at a bandwidth request with a wrong HCS', () => {
    expect(ids(`${one}800040000255${two}`)).toMatchObject({
      cids: [1],
      headers: 0,
      broken: { code: 'HCS', offset: 12 },
    });
  });

  it('never throws and accounts for every byte, whatever the bytes', () => {
    const pdu = fc.tuple(
      fc.nat(0xffff),
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      fc.constantFrom<Crc>('msb', 'none'),
    );
    const chunk = fc.oneof(
      pdu.map(([cid, message, crc]) => encodeManagement(cid, message, crc)),
      fc.uint8Array({ maxLength: 12 }),
      fc.uint8Array({ minLength: 5, maxLength: 5 }).map((five) => unhex(header(tohex(five)))),
    );
    let broke = 0;
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 6 }), (chunks) => {
        const bytes = concatBurst(chunks);
        const { pdus, headersOnly, padding, broken } = splitBurst(bytes);
        const counted = [...pdus, ...headersOnly].reduce((sum, item) => sum + item.bytes.length, 0);
        expect(counted + padding).toBe(broken?.offset ?? bytes.length);
        if (broken !== undefined) broke++;
      }),
      { seed: 20042, numRuns: 2000 },
    );
    expect(broke).toBeGreaterThan(50);
  });
});

describe('a management PDU', () => {
  it('is the 48-byte PDU of the worked frame', () => {
    expect(tohex(encodeManagement(0x0150, MESSAGE, 'msb'))).toBe(tohex(FRAME));
    const result = decodeManagement(first(FRAME), 'msb');
    expect(result).toMatchObject({ ok: true, cid: 0x0150 });
    expect(result.ok && tohex(result.message)).toBe(tohex(MESSAGE));
  });

  it.each<Crc>(['msb', 'reflected', 'none'])('comes back from %s', (crc) => {
    fc.assert(
      fc.property(
        fc.nat(0xffff),
        fc.uint8Array({ minLength: 1, maxLength: maxManagementLength(crc) }),
        (cid, message) => {
          const result = decodeManagement(first(encodeManagement(cid, message, crc)), crc);
          expect(result).toMatchObject({ ok: true, cid });
          expect(result.ok && tohex(result.message)).toBe(tohex(message));
        },
      ),
      { seed: 20043, numRuns: 50 },
    );
  });

  it('costs itself only when its CRC is wrong', () => {
    const bad = FRAME.slice();
    bad[20] = (bad[20] ?? 0) ^ 1;
    const { pdus, broken } = splitBurst(concatBurst([FRAME, bad, FRAME]));
    expect(broken).toBeUndefined();
    expect(pdus.map((pdu) => decodeManagement(pdu, 'msb')).map((r) => (r.ok ? 'ok' : r.code))).toEqual([
      'ok',
      'CRC',
      'ok',
    ]);
  });

  const none = { ec: false, type: 0, esf: false, ci: false, eks: 0, cid: 7 };
  const raw = (change: object, body: string) => {
    const length = 6 + unhex(body).length;
    return concatBurst([encodeHeader({ ...none, ...change, length }), unhex(body)]);
  };
  const sealed = (change: object, body: string) => {
    const open = raw({ ...change, ci: true }, `${body}00000000`).subarray(0, -4);
    return concatBurst([open, crc32('msb', open)]);
  };
  it.each<[string, Uint8Array, Crc, string]>([
    ['no CRC where one is configured', encodeManagement(7, MESSAGE, 'none'), 'msb', 'CI'],
    ['a CRC where none is configured', encodeManagement(7, MESSAGE, 'msb'), 'none', 'CI'],
    ['the other convention', encodeManagement(7, MESSAGE, 'reflected'), 'msb', 'CRC'],
    ['the other convention', encodeManagement(7, MESSAGE, 'msb'), 'reflected', 'CRC'],
    ['too short for its CRC', raw({ ci: true }, '0907'), 'msb', 'CRC'],
    ['encrypted', sealed({ ec: true }, '090721'), 'msb', 'EC'],
    ['encrypted and CRC wrong', raw({ ec: true, ci: true }, '09072100000000'), 'msb', 'CRC'],
    ['subheaders', sealed({ type: 4 }, '090721'), 'msb', 'SUBHEADER'],
    ['an extended subheader', sealed({ esf: true }, '090721'), 'msb', 'SUBHEADER'],
    ['no message', raw({}, ''), 'none', 'EMPTY'],
    ['no message before the CRC', sealed({}, ''), 'msb', 'EMPTY'],
  ])('%s: refused', (_, bytes, crc, code) => {
    expect(decodeManagement(first(bytes), crc)).toEqual({ ok: false, cid: 7, code });
  });

  it.each<[string, number, number, Crc, string]>([
    ['an empty message', 7, 0, 'msb', 'LENGTH'],
    ['a message too long with a CRC', 7, 2038, 'msb', 'LENGTH'],
    ['a message too long without one', 7, 2042, 'none', 'LENGTH'],
    ['a CID of 17 bits', 0x1_0000, 3, 'msb', 'RANGE'],
  ])('%s is not built', (_, cid, length, crc, code) => {
    expect(() => encodeManagement(cid, new Uint8Array(length), crc)).toThrow(
      expect.toSatisfy((e: unknown) => isTekcastError(e) && e.code === code),
    );
  });
});
