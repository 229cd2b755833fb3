// Calls for many keys against calls for one: the same keys, the same blobs, and all or nothing.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createCoreSync } from '../../bindings/core/core.js';
import { countCalls, linearMemory, seededEntropy, slotAddress, testingDrbg } from '../../bindings/core/testing.js';
import type { Core, KeyHandle, TekBirth } from '../../bindings/core/types.js';
import { tohex as hex } from '../support/hex.js';
import { Random } from '../support/random.js';
import { birth, codeOf, places, subjectOf, testingCore, withoutKernel } from './support.js';

const SEED = 20;

function births(n: number, owner: number, more: Partial<TekBirth> = {}): TekBirth[] {
  return Array.from({ length: n }, (_, i) => birth('seal-down', owner, { said: i, sequence: i & 3, ...more }));
}

function bytesOf(core: Core, key: KeyHandle): Uint8Array {
  const at = slotAddress(core, key);
  return linearMemory(core).slice(at, at + 16);
}

describe('generateMany', () => {
  it.each([1, 7, 8, 9, 100, 4096])('%i keys are those of one DRBG request that binds the context', (n) => {
    const core = testingCore({ seed: SEED, slots: 4096, tombstones: 4096 });
    const context = new Random(SEED).bytes(64);
    const keys = core.keys.generateMany(births(n, 1), context);

    const other = testingCore({ seed: SEED + 1 });
    const entropy = seededEntropy(SEED);
    const take = (length: number) => {
      const bytes = new Uint8Array(length);
      entropy(bytes);
      return bytes;
    };
    const drbg = testingDrbg(other, true);
    const seed = take(48);
    drbg.instantiate(seed.subarray(0, 32), seed.subarray(32), new Uint8Array(0));
    drbg.generate(16, new Uint8Array(0)); // the key of the fingerprints
    const additional = new Uint8Array(96);
    additional.set(take(32));
    additional.set(context, 32);
    const expected = new Uint8Array(16 * n);
    // The testing DRBG answers in the io region, which is smaller than the largest request: that one is checked by its beginning.
    const length = Math.min(16 * n, 65_000);
    expected.set(drbg.generate(length, additional) as Uint8Array);
    for (const [i, key] of keys.entries())
      if (16 * (i + 1) <= length)
        expect(hex(bytesOf(core, key)), `seed ${SEED}, key ${i}`).toBe(hex(expected.subarray(16 * i, 16 * i + 16)));
    expect(new Set(keys.map((key) => hex(bytesOf(core, key)))).size).toBe(n);
  });

  it('gives each key its own birth', () => {
    const core = testingCore();
    const asked: TekBirth[] = [
      birth('seal-down', 1, { said: 7, sequence: 3, firstPn: 5, lease: 9, byteLimit: 10n }),
      birth('open-up', 2, { said: 8, sequence: 1, replayWindow: 64 }),
      birth('seal-down', 3, { said: 9, cipher: 'mbs', firstPn: 0 }),
    ];
    const keys = core.keys.generateMany(asked);
    expect(keys.map(String)).toEqual([
      'TEK(said=0x0007 seq=3 slot=0)',
      'TEK(said=0x0008 seq=1 slot=1)',
      'TEK(said=0x0009 seq=0 slot=2)',
    ]);
    expect(keys.map((key) => core.keys.counters(key)).map(({ nextPn, lease }) => [nextPn, lease])).toEqual([
      [5, 9],
      [1, 0x7fffffff],
      [0, 0xffffffff],
    ]);
    expect(core.info().windowsUsed).toBe(1);
    core.keys.forget(2);
    expect(keys.map((key) => core.keys.isLive(key))).toEqual([true, false, true]);
  });

  it('is one wasm call, whatever their number', () => {
    const core = testingCore({ slots: 4096, tombstones: 4096 });
    const calls = countCalls(core);
    core.keys.generateMany(births(4096, 1));
    expect(calls()).toBe(1);
    expect(core.keys.generateMany([])).toEqual([]);
    expect(calls()).toBe(1);
  });

  it('makes all or none', () => {
    const core = testingCore({ slots: 8, tombstones: 16, windows: 2 });
    const before = core.info();
    expect(subjectOf(() => core.keys.generateMany(births(9, 1)))).toBe('slots');
    expect(subjectOf(() => core.keys.generateMany(births(3, 1, { use: 'open-down' })))).toBe('windows');
    expect(codeOf(() => core.keys.generateMany([...births(7, 1), birth('open-up', 1, { sequence: 4 })]))).toBe('RANGE');
    expect(core.info()).toEqual(before);
    core.keys.generateMany(births(8, 1));
    core.keys.forget(1);
    for (let i = 0; i < 2; i++) for (const key of core.keys.generateMany(births(8, 1))) core.keys.erase(key);
    expect(subjectOf(() => core.keys.generateMany(births(1, 1)))).toBe('tombstones');
  });

  it('refuses what is no list of births', () => {
    const core = testingCore();
    expect(codeOf(() => core.keys.generateMany({ length: 1 } as unknown as TekBirth[]))).toBe('TYPE');
    expect(codeOf(() => core.keys.generateMany(Array(4097).fill(birth('seal-down', 1))))).toBe('RANGE');
    expect(codeOf(() => core.keys.generateMany(births(1, 1), new Uint8Array(65_536)))).toBe('LENGTH');
  });

  it.each([1, 8, 20])(
    'knows %i fresh keys again: one sealing slot each, PNs go on, and nothing once forgotten',
    (n) => {
      const core = testingCore({ slots: 64 });
      const kek = core.keys.put(new Random(SEED).bytes(16), { use: 'kek-aeskw', owner: 9 }).key;
      const asked = births(n, 1, { firstPn: 70 });
      const install = (owner: number) =>
        asked.map((of, i) => core.keys.unwrap(blobs[i] as Uint8Array, kek, { ...of, owner, firstPn: 1 }));
      const keys = core.keys.generateMany(asked);
      const blobs = keys.map((key) => core.keys.wrap(key, kek));
      for (let i = 0; i < n; i++) {
        const theft = () => core.keys.unwrap(blobs[i] as Uint8Array, kek, birth('seal-down', 2, { said: i }));
        expect(codeOf(theft)).toBe('KEY_IN_USE');
      }
      expect(new Set(install(1).map((installed) => installed?.outcome))).toEqual(new Set(['live']));
      const more = core.keys.generateMany(births(n, 3));
      for (const key of [...keys, ...more]) core.keys.erase(key);
      const again = install(1);
      expect(new Set(again.map((installed) => installed?.outcome))).toEqual(new Set(['resumed']));
      for (const installed of again) expect(core.keys.counters(installed?.key as KeyHandle).nextPn).toBe(70);
      core.keys.generateMany(births(n, 4));
      core.keys.forget(4);
      core.keys.forget(3);
      core.keys.forget(1);
      expect(core.info()).toMatchObject({ slotsUsed: 1, tombstonesUsed: 0 });
      expect(new Set(install(2).map((installed) => installed?.outcome))).toEqual(new Set(['new']));
    },
  );

  it('leaves a key nowhere but in its slot', () => {
    const core = testingCore({ slots: 64 });
    const keys = core.keys.generateMany(births(64, 1), new Uint8Array(40));
    for (const key of keys) expect(places(linearMemory(core), bytesOf(core, key))).toEqual([slotAddress(core, key)]);
  });
});

describe('wrapMany', () => {
  const random = new Random(SEED);

  it.each([0, 1, 2, 7, 8, 9, 16, 61])('%i pairs come out as one by one', (n) => {
    const core = testingCore({ slots: 256 });
    const keys = core.keys.generateMany(births(n, 1));
    const keks = keys.map((_, i) => {
      const use = random.between(0, 2) === 0 ? 'kek-ecb' : 'kek-aeskw';
      return core.keys.put(random.bytes(16), { use, owner: 2 + i }).key;
    });
    core.keys.wrapMany([...keys].reverse(), keks); // so that old rows lie where the new ones come
    const expected = keys.map((key, i) => hex(core.keys.wrap(key, keks[i] as KeyHandle)).padEnd(48, '0'));
    expect(hex(core.keys.wrapMany(keys, keks)), `seed ${SEED}`).toBe(expected.join(''));
  });

  it('names the pair that is refused', () => {
    const core = testingCore();
    const [key, gone, other] = core.keys.generateMany(births(3, 1)) as [KeyHandle, KeyHandle, KeyHandle];
    const kek = core.keys.put(random.bytes(16), { use: 'kek-aeskw', owner: 2 }).key;
    core.keys.erase(gone);
    const refused = (of: KeyHandle, under: KeyHandle) => () => core.keys.wrapMany([key, of, key], [kek, under, kek]);
    expect(codeOf(refused(gone, kek))).toBe('KEY_ERASED');
    expect(subjectOf(refused(gone, kek))).toBe(String(gone));
    expect(codeOf(refused(key, other))).toBe('KEY_USE');
    expect(subjectOf(refused(key, other))).toBe(String(other));
    expect(codeOf(refused(kek, kek))).toBe('KEY_USE');
    const foreign = testingCore().keys.put(random.bytes(16), { use: 'kek-aeskw', owner: 2 }).key;
    expect(codeOf(refused(key, foreign))).toBe('WRONG_CORE');
    expect(codeOf(() => core.keys.wrapMany([key], [kek, kek]))).toBe('LENGTH');
    expect(codeOf(() => core.keys.wrapMany([], undefined as unknown as KeyHandle[]))).toBe('TYPE');
  });

  it('leaves no key behind', () => {
    const core = testingCore();
    const keys = core.keys.generateMany(births(9, 1));
    const kek = core.keys.put(random.bytes(16), { use: 'kek-aeskw', owner: 2 }).key;
    core.keys.wrapMany(
      keys,
      keys.map(() => kek),
    );
    for (const key of [...keys, kek])
      expect(places(linearMemory(core), bytesOf(core, key))).toEqual([slotAddress(core, key)]);
  });
});

describe('platform bytes fetched ahead', () => {
  afterEach(() => vi.restoreAllMocks());

  it('are used once, wiped when used, and gone with the turn', async () => {
    const core = createCoreSync({ slots: 64, windows: 1, packets: 1, arenaBytes: 4096 });
    withoutKernel();
    const given: Uint8Array[] = [];
    const platform = globalThis.crypto.getRandomValues.bind(globalThis.crypto);
    const source = vi.spyOn(globalThis.crypto, 'getRandomValues').mockImplementation((bytes) => {
      const filled = platform(bytes);
      given.push((bytes as unknown as Uint8Array).slice());
      return filled;
    });
    for (let i = 0; i < 16; i++) core.keys.generate(birth('seal-down', 1));
    expect(source).toHaveBeenCalledTimes(1);
    for (let at = 0; at < 512; at += 32)
      expect(places(linearMemory(core), (given[0] as Uint8Array).subarray(at, at + 32))).toEqual([]);
    core.keys.generate(birth('seal-down', 1));
    expect(source).toHaveBeenCalledTimes(2);
    const waiting = (given[1] as Uint8Array).subarray(0, 32);
    expect(places(linearMemory(core), waiting).length).toBe(1);
    await Promise.resolve();
    expect(places(linearMemory(core), waiting)).toEqual([]);
    core.keys.generate(birth('seal-down', 1));
    expect(source).toHaveBeenCalledTimes(3);
  });
});
