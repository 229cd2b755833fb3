// 100,000 random cases of every one-shot mode against node:crypto, over every flavour.
import { test } from 'vitest';
import { Modes } from '../../bindings/core/modes.js';
import { Random } from '../support/random.js';
import { describeFlavours } from './flavours.js';
import { oracle } from './oracle.js';

const CASES = 100_000;
const SEED = 0x802_16;

/** Mostly short, now and then long: 0 to 40 units, one in 64 up to 300. */
const length = (random: Random) => random.between(0, random.between(0, 63) === 0 ? 300 : 40);

/** Our result and the oracle's, as a pair. */
type Case = (random: Random) => [Uint8Array | undefined, Uint8Array | undefined];

function testRandom(name: string, one: Case, timeout = 240_000): void {
  test(`${name}: ${CASES} cases`, { timeout }, () => {
    const random = new Random(SEED);
    for (let i = 0; i < CASES; i++) {
      const [ours, theirs] = one(random);
      const same = ours === undefined || theirs === undefined ? ours === theirs : Buffer.compare(ours, theirs) === 0;
      if (!same)
        throw new Error(`seed ${SEED}, case ${i}: ${ours?.length} bytes differ from the oracle's ${theirs?.length}`);
    }
  });
}

/** One random bit of a copy flipped. */
function tampered(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice();
  const bit = random.between(0, 8 * copy.length - 1);
  copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
  return copy;
}

describeFlavours('random cases', (module) => {
  const modes = new Modes(module);
  const blocks = (random: Random) => random.bytes(16 * Math.floor(length(random) / 3));

  testRandom('ECB encrypt', (random) => {
    const [key, data] = [random.bytes(16), blocks(random)];
    return [modes.ecbEncrypt(key, data), oracle.ecbEncrypt(key, data)];
  });

  testRandom('ECB decrypt', (random) => {
    const [key, data] = [random.bytes(16), blocks(random)];
    return [modes.ecbDecrypt(key, data), oracle.ecbDecrypt(key, data)];
  });

  testRandom('CBC encrypt', (random) => {
    const [key, iv, data] = [random.bytes(16), random.bytes(16), blocks(random)];
    return [modes.cbcEncrypt(key, iv, data), oracle.cbcEncrypt(key, iv, data)];
  });

  testRandom('CBC decrypt', (random) => {
    const [key, iv, data] = [random.bytes(16), random.bytes(16), blocks(random)];
    return [modes.cbcDecrypt(key, iv, data), oracle.cbcDecrypt(key, iv, data)];
  });

  testRandom('CTR, one counter in four about to carry', (random) => {
    const [key, counter, data] = [random.bytes(16), random.bytes(16), random.bytes(5 * length(random))];
    if (random.between(0, 3) === 0) counter.fill(0xff, random.between(0, 15), random.between(0, 1) ? 16 : 15);
    return [modes.ctr(key, counter, data), oracle.ctr(key, counter, data)];
  });

  testRandom('MBS', (random) => {
    const [key, nonce, data] = [random.bytes(16), random.bytes(4), random.bytes(5 * length(random))];
    const [roc = 0, high = 0, middle = 0, low = 0] = nonce;
    const counter = Uint8Array.from({ length: 16 }, (_, i) => nonce[i % 4] as number);
    return [modes.mbs(key, roc, (high << 16) | (middle << 8) | low, data), oracle.ctr(key, counter, data)];
  });

  testRandom('CMAC', (random) => {
    const [key, message] = [random.bytes(16), random.bytes(length(random))];
    return [modes.cmac(key, message), oracle.cmac(key, message)];
  });

  // node:crypto wants a byte at least; the published vectors have messages of none.
  const ccmCase = (random: Random) => ({
    key: random.bytes(16),
    nonce: random.bytes(13),
    plaintext: random.bytes(1 + length(random)),
    aad: random.bytes(random.between(0, 1) ? 0 : length(random)),
    tagLength: 2 * random.between(2, 8),
  });

  testRandom('CCM seal', (random) => {
    const { key, nonce, plaintext, ...options } = ccmCase(random);
    const theirs = oracle.ccmSeal(key, nonce, plaintext, options.aad, options.tagLength);
    return [modes.ccmSeal(key, nonce, plaintext, options), theirs];
  });

  testRandom('CCM open, one in four tampered with', (random) => {
    const { key, nonce, plaintext, ...options } = ccmCase(random);
    const sealed = oracle.ccmSeal(key, nonce, plaintext, options.aad, options.tagLength);
    if (random.between(0, 3) === 0) return [modes.ccmOpen(key, nonce, tampered(sealed, random), options), undefined];
    return [modes.ccmOpen(key, nonce, sealed, options), plaintext];
  });

  const keyData = (random: Random) => random.bytes(8 * random.between(2, random.between(0, 7) === 0 ? 8 : 3));

  testRandom('key wrap', (random) => {
    const [kek, data] = [random.bytes(16), keyData(random)];
    return [modes.wrap(kek, data), oracle.wrap(kek, data)];
  });

  testRandom('key unwrap, one in four tampered with', (random) => {
    const [kek, data] = [random.bytes(16), keyData(random)];
    const wrapped = oracle.wrap(kek, data);
    if (random.between(0, 3) === 0) return [modes.unwrap(kek, tampered(wrapped, random)), undefined];
    return [modes.unwrap(kek, wrapped), data];
  });

  testRandom('key wrap, 1 to 20 at a time', (random) => {
    const n = random.between(1, 20);
    const keks = Array.from({ length: n }, () => random.bytes(16));
    const keys = Array.from({ length: n }, () => random.bytes(16));
    const at = random.between(0, n - 1); // one of them is compared, in turn all lanes
    return [modes.wrapAll(keks, keys)[at], oracle.wrap(keks[at] as Uint8Array, keys[at] as Uint8Array)];
  });
});
