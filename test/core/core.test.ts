// Making a core: sizes, self-test, what it tells of itself, and property 8 (calls per packet).
import { describe, expect, it } from 'vitest';
import { createCore, createCoreSync } from '../../bindings/core/core.js';
import { platformEntropy } from '../../bindings/core/entropy.js';
import { instantiateNow } from '../../bindings/core/instantiate.js';
import { sizesOf } from '../../bindings/core/options.js';
import { selfTest } from '../../bindings/core/selftest.js';
import { countCalls, createTestingCore } from '../../bindings/core/testing.js';
import { birth, codeOf, subjectOf, testingCore } from './support.js';

describe('createCore', () => {
  it('takes its memory once and says what it is', async () => {
    for (const core of [await createCore({ slots: 10 }), createCoreSync({ slots: 10 })]) {
      const info = core.info();
      expect(info).toMatchObject({
        slots: 10,
        tombstones: 40,
        windows: 1024,
        slotsUsed: 0,
        tombstonesUsed: 0,
        reseeds: 0,
      });
      expect(['const', 'relaxed']).toContain(info.flavour);
      expect(info.selfTest).toContain('CCM open');
      const bytes = info.memoryBytes;
      const key = core.keys.generate(birth('seal-down', core.newOwner()));
      expect(core.keys.isLive(key)).toBe(true);
      expect(core.info().memoryBytes).toBe(bytes);
      core.dispose();
    }
  });

  it('numbers cores and owners', () => {
    const a = testingCore();
    const b = testingCore();
    expect(a.id).not.toBe(b.id);
    expect([a.newOwner(), a.newOwner(), b.newOwner()]).toEqual([1, 2, 1]);
  });

  it('refuses sizes out of range, and a call that is wrong', () => {
    for (const [name, value] of [
      ['slots', 0],
      ['slots', 2 ** 20 + 1],
      ['windows', 1.5],
      ['replayWindow', 100],
      ['replayWindow', 2 ** 17],
      ['tombstones', -1],
      ['packets', Number.NaN],
      ['arenaBytes', 10],
    ] as const) {
      expect([name, codeOf(() => createCoreSync({ [name]: value }))]).toEqual([name, 'RANGE']);
      expect(subjectOf(() => createCoreSync({ [name]: value }))).toBe(name);
    }
    expect(codeOf(() => createTestingCore({ seed: 1, entropy: platformEntropy }))).toBe('RANGE');
    const core = testingCore();
    expect(codeOf(() => core.traffic({ packets: 1, crc: 'md5' as 'none' }))).toBe('RANGE');
    expect(codeOf(() => core.traffic({ packets: 1000 }))).toBe('RANGE');
    expect(codeOf(() => core.traffic({ packets: 1, bytes: 1 << 21 }))).toBe('ARENA_FULL');
    core.traffic({ packets: 200, bytes: 1024 });
    expect(subjectOf(() => core.traffic({ packets: 200, bytes: 1024 }))).toBe('packets');
  });

  it('says so when there is not enough memory', () => {
    expect(codeOf(() => createCoreSync({ slots: 1, windows: 2 ** 20, replayWindow: 65536 }))).toBe('MEMORY');
  });
});

describe('self-test', () => {
  const broken: [string, string[]][] = [
    ['hazmatEcbEncrypt', ['AES encryption']],
    ['hazmatEcbDecrypt', ['AES decryption']],
    ['hazmatCbcEncrypt', ['CBC']],
    ['hazmatCtr', ['CTR']],
    ['hazmatCmac', ['CMAC']],
    ['hazmatWrap', ['AES key wrap']],
    ['hazmatUnwrap', ['AES key unwrap']],
    ['sha1', ['SHA-1']],
    ['hmacSha1', ['HMAC-SHA1']],
    ['drbgGenerate', ['CTR_DRBG']],
    ['sealBatch', ['CCM seal']],
    ['openBatch', ['CCM open']],
    ['hazmatBatchSeal', ['CCM batch']],
    ['hazmatBatchOpen', ['CCM batch']],
    ['hazmatBatchCtr', ['MBS batch']],
  ];
  const names = new Set(broken.map(([, [name]]) => name));
  it('names every primitive that it checks', () => {
    expect(testingCore().info().selfTest).toEqual([...names]);
  });
  for (const [name, primitive] of broken)
    it(`names ${primitive[0]} when it is wrong`, () => {
      const instance = instantiateNow(sizesOf({ slots: 4 }), platformEntropy);
      expect(selfTest(instance).length).toBe(names.size);
      (instance.exports as unknown as Record<string, unknown>)[name] = () => 1;
      expect(codeOf(() => selfTest(instance))).toBe('SELF_TEST');
      expect(subjectOf(() => selfTest(instance))).toBe(primitive[0]);
      (instance.exports as unknown as Record<string, unknown>)[name] = () => {
        throw new WebAssembly.RuntimeError('unreachable');
      };
      expect(subjectOf(() => selfTest(instance))).toBe(primitive[0]);
    });
});

describe('property 8', () => {
  it('one wasm call a batch, whatever its size', () => {
    const core = testingCore({ packets: 2048, arenaBytes: 4 << 20 });
    const tek = new Uint8Array(16);
    const sealer = { key: core.keys.put(tek, birth('seal-down', 1)).key, eks: 0, cid: 1 };
    const opener = { key: core.keys.put(tek, birth('open-down', 2)).key, eks: 0, cid: 1 };
    const calls = countCalls(core);
    const per = (packets: number, batch: number) => {
      const before = calls();
      const down = core.traffic({ packets: batch });
      const up = core.traffic({ packets: batch });
      for (let done = 0; done < packets; done += batch) {
        for (let i = 0; i < batch; i++) down.addPayload(sealer, new Uint8Array(1 + (i % 90)));
        expect(down.seal()).toBe(batch);
        for (let i = 0; i < batch; i++) up.addPdu(opener, down.arena.subarray(down.start(i), down.end(i)));
        expect(up.open()).toBe(batch);
        for (const r of up.results()) expect(r.code).toBe('');
      }
      down.dispose();
      up.dispose();
      return calls() - before;
    };
    expect([per(1000, 1000), per(1000, 500), per(1000, 100), per(1000, 1)]).toEqual([2, 4, 20, 2000]);
  });
});
