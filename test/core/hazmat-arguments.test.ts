// What the one-shot modes refuse, and messages longer than one wasm call takes.

import { cbc, ccm, cmac, ctr, ecb, keywrap, mbs } from 'tekcast/hazmat';
import { describe, expect, test } from 'vitest';
import { isTekcastError } from '../../bindings/errors.js';
import { Random } from '../support/random.js';

const random = new Random(16);
const key = random.bytes(16);
const nonce = random.bytes(13);
const block = random.bytes(16);

function refusal(call: () => unknown) {
  try {
    call();
  } catch (e) {
    if (isTekcastError(e)) return { code: e.code, subject: e.subject, value: e.value };
    throw e;
  }
  throw new Error('not refused');
}

describe('refused', () => {
  const cases: [string, () => unknown, string, string, number | undefined][] = [
    ['key of 15 bytes', () => ecb.encrypt(key.subarray(1), block), 'LENGTH', 'key', 15],
    ['key of 32 bytes', () => ctr(random.bytes(32), block, block), 'LENGTH', 'key', 32],
    ['key as text', () => cmac('0123456789abcdef' as unknown as Uint8Array, block), 'TYPE', 'key', undefined],
    ['ECB of 17 bytes', () => ecb.encrypt(key, random.bytes(17)), 'LENGTH', 'data', 17],
    ['ECB of 1 byte', () => ecb.decrypt(key, random.bytes(1)), 'LENGTH', 'data', 1],
    ['CBC of 31 bytes', () => cbc.encrypt(key, block, random.bytes(31)), 'LENGTH', 'data', 31],
    ['IV of 12 bytes', () => cbc.decrypt(key, random.bytes(12), block), 'LENGTH', 'iv', 12],
    ['counter of 8 bytes', () => ctr(key, random.bytes(8), block), 'LENGTH', 'counter', 8],
    ['ROC of 256', () => mbs(key, 256, 0, block), 'RANGE', 'roc', 256],
    ['frame of 2^24', () => mbs(key, 0, 2 ** 24, block), 'RANGE', 'frame', 2 ** 24],
    ['nonce of 12 bytes', () => ccm.seal(key, random.bytes(12), block), 'LENGTH', 'nonce', 12],
    ['plaintext of 65,536 bytes', () => ccm.seal(key, nonce, new Uint8Array(65_536)), 'LENGTH', 'plaintext', 65_536],
    ['tag of 7 bytes', () => ccm.seal(key, nonce, block, { tagLength: 7 }), 'RANGE', 'tagLength', 7],
    ['tag of 2 bytes', () => ccm.open(key, nonce, block, { tagLength: 2 }), 'RANGE', 'tagLength', 2],
    ['tag of 18 bytes', () => ccm.open(key, nonce, block, { tagLength: 18 }), 'RANGE', 'tagLength', 18],
    ['too much AAD', () => ccm.seal(key, nonce, block, { aad: new Uint8Array(131_073) }), 'LENGTH', 'aad', 131_073],
    ['key data of 8 bytes', () => keywrap.wrap(key, random.bytes(8)), 'LENGTH', 'keyData', 8],
    ['key data of 20 bytes', () => keywrap.wrap(key, random.bytes(20)), 'LENGTH', 'keyData', 20],
    ['key data of 65,536 bytes', () => keywrap.wrap(key, new Uint8Array(65_536)), 'LENGTH', 'keyData', 65_536],
    ['more keys than KEKs', () => keywrap.wrapAll([key], [key, key]), 'LENGTH', 'keys', 2],
    ['one KEK of 24 bytes', () => keywrap.wrapAll([key, random.bytes(24)], [key, key]), 'LENGTH', 'keks[1]', 24],
  ];
  test.each(cases)('%s', (_, call, code, subject, value) => {
    expect(refusal(call)).toEqual({ code, subject, value });
  });
});

describe('what does not verify is undefined, not an error', () => {
  const sealed = ccm.seal(key, nonce, block);
  const wrapped = keywrap.wrap(key, block);
  const flipped = (bytes: Uint8Array, bit: number) => bytes.map((b, i) => (i === bit >> 3 ? b ^ (1 << (bit & 7)) : b));

  test('CCM: every bit of ciphertext and tag counts', () => {
    for (let bit = 0; bit < 8 * sealed.length; bit++)
      expect(ccm.open(key, nonce, flipped(sealed, bit))).toBeUndefined();
    expect(ccm.open(key, nonce, sealed)).toEqual(block);
  });

  test('CCM: nonce, associated data and tag length count', () => {
    for (let bit = 0; bit < 8 * 13; bit++) expect(ccm.open(key, flipped(nonce, bit), sealed)).toBeUndefined();
    expect(ccm.open(key, nonce, sealed, { aad: new Uint8Array(1) })).toBeUndefined();
    expect(ccm.open(key, nonce, sealed, { tagLength: 10 })).toBeUndefined();
  });

  test('CCM: shorter than its tag', () => {
    for (let length = 0; length < 8; length++) expect(ccm.open(key, nonce, sealed.subarray(0, length))).toBeUndefined();
  });

  test('key wrap: every bit counts, and so does the length', () => {
    for (let bit = 0; bit < 8 * wrapped.length; bit++)
      expect(keywrap.unwrap(key, flipped(wrapped, bit))).toBeUndefined();
    for (const length of [0, 8, 16, 23, 25, 32]) expect(keywrap.unwrap(key, new Uint8Array(length))).toBeUndefined();
    expect(keywrap.unwrap(key, wrapped)).toEqual(block);
  });
});

/** Where two long arrays first differ; -1: nowhere. (`toEqual` takes a second for 200 kB.) */
function difference(a: Uint8Array | undefined, b: Uint8Array): number {
  if (a?.length !== b.length) return Math.min(a?.length ?? 0, b.length);
  return b.findIndex((byte, i) => a[i] !== byte);
}

describe('long messages', () => {
  const long = random.bytes(3 * 65_536 + 160);

  test('arguments stay as they are, results are fresh', () => {
    const copy = long.slice();
    const once = ctr(key, block, long);
    expect(difference(long, copy)).toBe(-1);
    expect(once.buffer).not.toBe(long.buffer);
    expect(difference(ctr(key, block, once), copy)).toBe(-1);
  });

  test('ECB and CBC come back', () => {
    expect(difference(ecb.decrypt(key, ecb.encrypt(key, long)), long)).toBe(-1);
    expect(difference(cbc.decrypt(key, block, cbc.encrypt(key, block, long)), long)).toBe(-1);
  });

  test('the parts of CBC are chained: its last block is the CBC-MAC that CMAC is made of', () => {
    // CMAC of whole blocks = CBC with a zero IV, the last block XORed with K1 = 2 AES(0).
    const l = ecb.encrypt(key, new Uint8Array(16));
    const k1 = l.map((b, i) => ((b << 1) & 0xff) | ((l[i + 1] ?? 0) >> 7));
    if ((l[0] as number) & 0x80) k1[15] = (k1[15] as number) ^ 0x87;
    const masked = long.slice();
    for (let i = 0; i < 16; i++) masked[masked.length - 16 + i] = (masked.at(-16 + i) as number) ^ (k1[i] as number);
    expect(cbc.encrypt(key, new Uint8Array(16), masked).slice(-16)).toEqual(cmac(key, long));
  });

  test('CCM of 65,535 bytes and nothing', () => {
    for (const length of [65_535, 0]) {
      const plaintext = long.slice(0, length);
      const sealed = ccm.seal(key, nonce, plaintext, { aad: long.subarray(0, 70_000), tagLength: 16 });
      expect(sealed.length).toBe(length + 16);
      const opened = ccm.open(key, nonce, sealed, { aad: long.subarray(0, 70_000), tagLength: 16 });
      expect(difference(opened, plaintext)).toBe(-1);
    }
  });

  test('key data of 65,528 bytes', () => {
    const data = long.slice(0, 65_528);
    expect(difference(keywrap.unwrap(key, keywrap.wrap(key, data)), data)).toBe(-1);
  });

  test('a part of a larger array is read from where it begins', () => {
    const outer = random.bytes(64);
    expect(ecb.encrypt(outer.subarray(3, 19), outer.subarray(20, 36))).toEqual(
      ecb.encrypt(outer.slice(3, 19), outer.slice(20, 36)),
    );
  });
});
