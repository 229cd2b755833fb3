// Entropy: what the vault does without it, and when it asks for it.
import { describe, expect, it } from 'vitest';
import { createTestingCore, type EntropySource, seededEntropy, testingDrbg } from '../../bindings/core/testing.js';
import { tohex as hex } from '../support/hex.js';
import { birth, codeOf, testingCore } from './support.js';

describe('entropy', () => {
  const failures: [string, EntropySource][] = [
    ['throws', () => { throw new Error('no entropy device'); }],
    ['throws after half', (bytes) => { bytes.fill(1, 0, 8); throw new Error('gone'); }],
    ['is missing', undefined as unknown as EntropySource],
    ['gives zeros', () => {}],
  ]; // biome-ignore format: one a line
  for (const [how, failing] of failures)
    it(`source ${how}: no core`, () => {
      // A missing source stands for a platform without getRandomValues: calling it throws as well.
      const entropy: EntropySource = (bytes) => failing(bytes);
      expect(codeOf(() => createTestingCore({ slots: 4, entropy }))).toBe('ENTROPY');
    });

  for (const [how, failing] of failures)
    it(`source ${how} later: no key, nothing half made, and it goes on when entropy is back`, () => {
      let broken = false;
      const good = seededEntropy(4);
      const core = createTestingCore({ slots: 4, entropy: (bytes) => (broken ? failing(bytes) : good(bytes)) });
      broken = true;
      expect(codeOf(() => core.keys.generate(birth('seal-down', 1)))).toBe('ENTROPY');
      expect(codeOf(() => core.random(16))).toBe('ENTROPY');
      expect(codeOf(() => core.reseed())).toBe('ENTROPY');
      expect(core.info()).toMatchObject({ slotsUsed: 0, tombstonesUsed: 0, reseeds: 0 });
      broken = false;
      expect(core.keys.isLive(core.keys.generate(birth('seal-down', 1)))).toBe(true);
    });

  it('comes fresh with every key and every random string', () => {
    const asked: number[] = [];
    const good = seededEntropy(4);
    const core = createTestingCore({
      slots: 4,
      entropy: (bytes) => {
        asked.push(bytes.length);
        good(bytes);
      },
    });
    core.keys.generate(birth('seal-down', 1));
    core.random(10);
    core.reseed();
    expect(asked).toEqual([48, 32, 32, 32]);
    expect(core.info().reseeds).toBe(1);
  });

  it('is asked for again after 65,536 calls', () => {
    const core = testingCore();
    const drbg = testingDrbg(core, true);
    const nothing = new Uint8Array(0);
    drbg.instantiate(new Uint8Array(32).fill(1), new Uint8Array(16), nothing);
    for (let i = 0; i < 65_536; i++) if (drbg.generate(1, nothing) === undefined) throw new Error(`stopped at ${i}`);
    expect(drbg.generate(1, nothing)).toBeUndefined();
    drbg.reseed(new Uint8Array(32).fill(2), nothing);
    expect(drbg.generate(16, nothing)?.length).toBe(16);
  });

  it('gives the vault a reseed of its own accord', () => {
    const core = testingCore();
    let last = '';
    for (let i = 0; i < 65_540; i++) {
      const next = hex(core.random(4));
      if (next === last && i < 4) throw new Error('stuck');
      last = next;
    }
    expect(core.info().reseeds).toBe(1);
  });
});

describe('random', () => {
  it('gives as many bytes as asked, all different', () => {
    const core = testingCore();
    expect(core.random(0).length).toBe(0);
    const bytes = core.random(10_000);
    const blocks = new Set(Array.from({ length: 625 }, (_, i) => hex(bytes.subarray(16 * i, 16 * i + 16))));
    expect(blocks.size).toBe(625);
    expect(codeOf(() => core.random(-1))).toBe('RANGE');
  });
});
