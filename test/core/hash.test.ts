import { describe, expect, it } from 'vitest';
import { hmacSha1, sha1 } from '../../bindings/core/testing.js';
import { tohex, unhex } from '../support/hex.js';
import { codeOf, testingCore } from './support.js';

const text = (s: string) => new TextEncoder().encode(s);

describe('SHA-1 (FIPS 180 examples)', () => {
  const core = testingCore();
  for (const [name, message, digest] of [
    ['abc', text('abc'), 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    ['empty', text(''), 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
    [
      'two blocks',
      text('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq'),
      '84983e441c3bd26ebaae4aa1f95129e5e54670f1',
    ],
    [
      '896 bits',
      text(
        'abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu',
      ),
      'a49b2446a02c645bf419f995b67091253a04a259',
    ],
  ] as const)
    it(name, () => expect(tohex(sha1(core, message))).toBe(digest));
});

// RFC 2202 §3. Cases 6 and 7 have an 80-byte key, which HMAC hashes first (FIPS 198-1 §4): the core takes keys up to 64 bytes.
describe('HMAC-SHA1 (RFC 2202)', () => {
  const core = testingCore();
  const long = () => sha1(core, new Uint8Array(80).fill(0xaa));
  const cases: [Uint8Array, Uint8Array, string][] = [
    [new Uint8Array(20).fill(0x0b), text('Hi There'), 'b617318655057264e28bc0b6fb378c8ef146be00'],
    [text('Jefe'), text('what do ya want for nothing?'), 'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79'],
    [new Uint8Array(20).fill(0xaa), new Uint8Array(50).fill(0xdd), '125d7342b9ac11cd91a39af48aa17b4f63f175d3'],
    [
      unhex('0102030405060708090a0b0c0d0e0f10111213141516171819'),
      new Uint8Array(50).fill(0xcd),
      '4c9007f4026250c6bc8414f9bf50c86c2d7235da',
    ],
    [new Uint8Array(20).fill(0x0c), text('Test With Truncation'), '4c1a03424b55e07fe7f27be1d58bb9324a9a5a04'],
    [
      long(),
      text('Test Using Larger Than Block-Size Key - Hash Key First'),
      'aa4ae5e15272d00e95705637ce8a3b55ed402112',
    ],
    [
      long(),
      text('Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data'),
      'e8e99d0f45237d786d6bbaa7965c7808bbff1a91',
    ],
  ];
  for (const [i, [key, message, digest]] of cases.entries())
    it(`case ${i + 1}`, () => expect(tohex(hmacSha1(core, key, message))).toBe(digest));

  it('a mac slot computes the same', () => {
    for (const [key, message, digest] of cases.filter((c) => c[0].length === 20)) {
      const handle = core.keys.put(key, { use: 'mac', owner: 1 }).key;
      expect(tohex(core.keys.hmac(handle, message))).toBe(digest);
    }
  });

  it('refuses a longer key', () => expect(codeOf(() => hmacSha1(core, new Uint8Array(65), text('')))).toBe('LENGTH'));
});
