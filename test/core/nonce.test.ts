// No (TEK, nonce) pair twice, whatever is done to the vault: installed again under any owner, erased, forgotten by another, twinned,
// leased, sealed. Forgetting the one owner that sealed under given bytes is left out: it stands for the end of that owner's AK.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Core, KeyHandle, TekUse } from '../../bindings/core/types.js';
import { tohex as hex } from '../support/hex.js';
import { birth, testingCore } from './support.js';

const SEED = 20_161;

const keyIndex = fc.integer({ min: 0, max: 2 });
const owner = fc.integer({ min: 1, max: 2 });
const said = fc.integer({ min: 1, max: 2 });
const use = fc.constantFrom<TekUse>('seal-down', 'seal-down', 'seal-up', 'open-down', 'open-up');
const pn = fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 1, max: 8 }) }, fc.constant(0x7ffffffd));
const lease = fc.integer({ min: 1, max: 0x7fffffff });
const step = fc.oneof(
  fc.record({ do: fc.constant('put' as const), keyIndex, owner, said, use, firstPn: pn, lease }),
  fc.record({ do: fc.constant('unwrap' as const), keyIndex, owner, said, use, firstPn: pn, lease }),
  fc.record({ do: fc.constant('twin' as const), at: fc.nat(), owner, said, use, firstPn: pn, lease }),
  fc.record({ do: fc.constant('erase' as const), at: fc.nat() }),
  fc.record({ do: fc.constant('lease' as const), at: fc.nat(), upTo: lease }),
  fc.record({ do: fc.constant('forget' as const), owner: fc.constant(4) }),
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('seal' as const), at: fc.nat(), n: fc.integer({ min: 1, max: 4 }) }),
  },
);

/** Runs a step; refusals are part of the game. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (e) {
    if ((e as { name?: string }).name !== 'TekcastError') throw e;
    return undefined;
  }
}

function run(core: Core, steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[]): void {
  const bytes = [0, 1, 2].map((i) => new Uint8Array(16).fill(i));
  const kek = core.keys.put(new Uint8Array(16), { use: 'kek-ecb', owner: 9 }).key;
  const blobs = bytes.map((b) => core.keys.wrap(core.keys.put(b, birth('seal-down', 8, { said: 8 })).key, kek));
  core.keys.forget(8);
  const handles: KeyHandle[] = [];
  const which = new Map<KeyHandle, number>();
  const used = new Set<string>();
  const traffic = core.traffic({ packets: 4, crc: 'none' });
  const remember = (key: KeyHandle | undefined, index: number) => {
    if (key === undefined) return;
    handles.push(key);
    which.set(key, index);
  };
  for (const s of steps) {
    const key = 'at' in s ? handles[s.at % Math.max(1, handles.length)] : undefined;
    if ('at' in s && key === undefined) continue;
    const index = key === undefined ? 0 : (which.get(key) as number);
    const at = key as KeyHandle;
    if (s.do === 'put')
      remember(attempt(() => core.keys.put(bytes[s.keyIndex] as Uint8Array, { ...s, sequence: 0 }))?.key, s.keyIndex);
    if (s.do === 'unwrap')
      remember(
        attempt(() => core.keys.unwrap(blobs[s.keyIndex] as Uint8Array, kek, { ...s, sequence: 0 }))?.key,
        s.keyIndex,
      );
    if (s.do === 'twin') remember(attempt(() => core.keys.twin(at, { ...s, sequence: 0 }))?.key, index);
    if (s.do === 'erase') attempt(() => core.keys.erase(at));
    if (s.do === 'lease') attempt(() => core.keys.lease(at, s.upTo));
    if (s.do === 'forget') core.keys.forget(s.owner);
    if (s.do === 'seal') {
      for (let i = 0; i < s.n; i++) attempt(() => traffic.addPayload({ key: at, eks: 0, cid: 1 }, new Uint8Array(2)));
      if (traffic.length === 0) continue;
      attempt(() => traffic.seal());
      for (let i = 0; i < traffic.length; i++) {
        if (traffic.code(i) !== '') continue;
        const pdu = traffic.arena.subarray(traffic.start(i), traffic.end(i));
        const nonce = `${index}:${hex(pdu.subarray(6, 10))}`; // same header throughout: the PN decides
        if (used.has(nonce)) throw new Error(`(TEK, nonce) used twice: ${nonce}`);
        used.add(nonce);
        expect(traffic.pn(i)).toBeLessThan(0x7fffffff);
      }
      traffic.clear();
    }
  }
}

describe('property 1 in the vault', () => {
  it(`no (TEK, nonce) pair is used twice (seed ${SEED})`, () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 150, maxLength: 150 }), (steps) => run(testingCore(), steps)),
      { seed: SEED, numRuns: 60 },
    );
  });
});
