// The published examples, through the public entry point.
import { cbc, ccm, cmac, ctr, ecb, keywrap, mbs } from 'tekcast/hazmat';
import { describe, expect, test } from 'vitest';
import { tohex, unhex } from '../support/hex.js';
import { packetVectors } from './rfc3610.js';

const counting = (from: number, length: number) => Uint8Array.from({ length }, (_, i) => (from + i) & 0xff);

// SP 800-38A appendix F and SP 800-38B appendix D share key and message.
const KEY = unhex('2b7e151628aed2a6abf7158809cf4f3c');
const MESSAGE = unhex(
  '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710',
);

test('FIPS 197, appendices B and C.1', () => {
  const appendixB = unhex('3925841d02dc09fbdc118597196a0b32');
  const block = unhex('3243f6a8885a308d313198a2e0370734');
  expect(ecb.encrypt(KEY, block)).toEqual(appendixB);
  expect(ecb.decrypt(KEY, appendixB)).toEqual(block);
  const key = counting(0, 16);
  const plaintext = unhex('00112233445566778899aabbccddeeff');
  expect(tohex(ecb.encrypt(key, plaintext))).toBe('69c4e0d86a7b0430d8cdb78070b4c55a');
  expect(ecb.decrypt(key, unhex('69c4e0d86a7b0430d8cdb78070b4c55a'))).toEqual(plaintext);
});

describe('SP 800-38A', () => {
  test('F.1 ECB', () => {
    const ciphertext = unhex(
      '3ad77bb40d7a3660a89ecaf32466ef97f5d3d58503b9699de785895a96fdbaaf43b1cd7f598ece23881b00e3ed0306887b0c785e27e8ad3f8223207104725dd4',
    );
    expect(ecb.encrypt(KEY, MESSAGE)).toEqual(ciphertext);
    expect(ecb.decrypt(KEY, ciphertext)).toEqual(MESSAGE);
  });

  test('F.2 CBC', () => {
    const ciphertext = unhex(
      '7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b273bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7',
    );
    expect(cbc.encrypt(KEY, counting(0, 16), MESSAGE)).toEqual(ciphertext);
    expect(cbc.decrypt(KEY, counting(0, 16), ciphertext)).toEqual(MESSAGE);
  });

  test('F.5 CTR', () => {
    const ciphertext = unhex(
      '874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee',
    );
    expect(ctr(KEY, counting(0xf0, 16), MESSAGE)).toEqual(ciphertext);
    expect(ctr(KEY, counting(0xf0, 16), ciphertext)).toEqual(MESSAGE);
  });
});

test.each([
  [0, 'bb1d6929e95937287fa37d129b756746'],
  [16, '070a16b46b4d4144f79bdd9dd04a287c'],
  [20, '7d85449ea6ea19c823a7bf78837dfade'],
  [40, 'dfa66747de9ae63030ca32611497c827'],
  [64, '51f0bebf7e3b9d92fc49741779363cfe'],
])('SP 800-38B D.1 and RFC 4493 §4: CMAC of %i bytes', (length, mac) => {
  expect(tohex(cmac(KEY, MESSAGE.subarray(0, length)))).toBe(mac);
});

// Examples 1..3 have nonces of 7, 8 and 12 bytes: another L.
test('SP 800-38C example 4: CCM with 65,536 bytes of associated data', () => {
  const options = { aad: counting(0, 65_536), tagLength: 14 };
  const sealed = ccm.seal(counting(0x40, 16), counting(0x10, 13), counting(0x20, 32), options);
  expect(tohex(sealed)).toBe(
    '69915dad1e84c6376a68c2967e4dab615ae0fd1faec44cc484828529463ccf72b4ac6bec93e8598e7f0dadbcea5b',
  );
  expect(ccm.open(counting(0x40, 16), counting(0x10, 13), sealed, options)).toEqual(counting(0x20, 32));
});

test.each(packetVectors.map((vector, i) => [i + 1, vector] as const))('RFC 3610 §8, packet vector %i', (_, vector) => {
  const [key, nonce, plaintext] = [unhex(vector.key), unhex(vector.nonce), unhex(vector.plaintext)];
  const options = { aad: unhex(vector.aad), tagLength: (vector.sealed.length - vector.plaintext.length) / 2 };
  expect(tohex(ccm.seal(key, nonce, plaintext, options))).toBe(vector.sealed);
  expect(ccm.open(key, nonce, unhex(vector.sealed), options)).toEqual(plaintext);
});

test('RFC 3394 §4.1: a 128-bit key under a 128-bit KEK', () => {
  const kek = counting(0, 16);
  const key = unhex('00112233445566778899aabbccddeeff');
  const wrapped = unhex('1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5');
  expect(keywrap.wrap(kek, key)).toEqual(wrapped);
  expect(keywrap.unwrap(kek, wrapped)).toEqual(key);
  for (const n of [1, 7, 8, 9])
    expect(keywrap.wrapAll(Array(n).fill(kek), Array(n).fill(key))).toEqual(Array(n).fill(wrapped));
});

// The standard's two example PDUs: payload and ICV.
test.each([
  ['d50e18a844ac5bf38e4cd72d9b0942e5', '40401a06c400000000bcf65721', counting(0, 4), 'e75536c827a8d71b432ca548'],
  [
    'b74eb0e4f81ad63d121b7e9aeccd268f',
    '4040377eb200000000087dd078',
    counting(0, 33),
    '713fb122b9734fdbfd682ead9dca9f441f62fe0f4a2c45b553173d665b2d53c1b3e7e48d2db761cf94',
  ],
])('802.16 §7.5.1.2: example PDU under TEK %s', (tek, nonce, payload, sealed) => {
  expect(tohex(ccm.seal(unhex(tek), unhex(nonce), payload))).toBe(sealed);
  expect(ccm.open(unhex(tek), unhex(nonce), unhex(sealed))).toEqual(payload);
});

test('802.16 MBS: 40 bytes under ROC 5 and frame 0x000102', () => {
  const mtk = unhex('0addb1d5f135ad9f65e63592d529b729');
  const ciphertext = '42d826518e724066addd74fdedee5fa85110ab56addbec0d378f610ed8d06dc875cb9fc479156610';
  expect(tohex(mbs(mtk, 5, 0x000102, counting(0, 40)))).toBe(ciphertext);
});
