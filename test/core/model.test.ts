// The vault against a model of a few lines: what a birth leads to, which handles are live, where PNs go on, what is used up.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Core, KeyHandle, TekUse } from '../../bindings/core/types.js';
import { birth, fieldsOf, testingCore } from './support.js';

const SEED = 400;
const SIZES = { slots: 6, windows: 3, tombstones: 9, replayWindow: 64, packets: 8, arenaBytes: 8192 };

interface Row {
  readonly bytes: number;
  readonly owner: number;
  readonly said: number;
  readonly use: TekUse;
  handle: KeyHandle | undefined;
  next: number;
  packets: number;
}

/** DESIGN: one row for each TEK ever born, by (bytes, owner, SAID, use), until its owner is forgotten. */
class Model {
  rows: Row[] = [];

  get live(): Row[] {
    return this.rows.filter((r) => r.handle !== undefined);
  }

  /** What installing must lead to. */
  outcome(bytes: number, owner: number, said: number, use: TekUse): string {
    const same = this.rows.filter((r) => r.bytes === bytes && r.use === use);
    const row = same.find((r) => r.owner === owner && r.said === said);
    if (use.startsWith('seal') && same.some((r) => r !== row)) return 'KEY_IN_USE';
    if (row?.handle !== undefined) return 'live';
    if (row === undefined && this.rows.length === SIZES.tombstones) return 'VAULT_FULL';
    const windows = this.live.filter((r) => r.use.startsWith('open')).length;
    if (use.startsWith('open') && windows === SIZES.windows) return 'WINDOWS_FULL';
    if (this.live.length === SIZES.slots) return 'VAULT_FULL';
    return row === undefined ? 'new' : 'resumed';
  }
}

const owner = fc.constantFrom(1, 2, 9); // 1 and 9 share a chain in a vault of six slots
const pick = fc.nat({ max: 99 });
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('put' as const),
      bytes: fc.nat({ max: 2 }),
      owner,
      said: fc.integer({ min: 1, max: 2 }),
      use: fc.constantFrom<TekUse>('seal-down', 'seal-up', 'open-down', 'open-up'),
      firstPn: fc.integer({ min: 1, max: 5 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('erase' as const), pick }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('seal' as const), pick, n: fc.integer({ min: 1, max: 4 }) }) },
  fc.record({ do: fc.constant('forget' as const), owner }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

function run(core: Core, steps: readonly Step[]): void {
  const model = new Model();
  const ever: { key: KeyHandle; birth: KeyHandle }[] = []; // every handle ever given, and the first one of its birth
  const traffic = core.traffic({ packets: 4 });
  for (const s of steps) {
    const row = 'pick' in s ? model.live[s.pick % Math.max(1, model.live.length)] : undefined;
    const handle = row?.handle;
    if (s.do === 'put') {
      const expected = model.outcome(s.bytes, s.owner, s.said, s.use);
      let got: string;
      try {
        const { key, outcome } = core.keys.put(new Uint8Array(16).fill(s.bytes), birth(s.use, s.owner, s));
        got = outcome;
        const old = model.rows.find(
          (r) => r.bytes === s.bytes && r.owner === s.owner && r.said === s.said && r.use === s.use,
        );
        if (outcome === 'new')
          model.rows.push({ ...s, handle: key, next: s.use.startsWith('seal') ? s.firstPn : 1, packets: 0 });
        if (outcome === 'live') expect(fieldsOf(key)).toEqual(fieldsOf(old?.handle as KeyHandle));
        if (outcome === 'resumed' && old !== undefined) {
          old.handle = key;
          if (s.use.startsWith('seal')) old.next = Math.max(old.next, s.firstPn);
        }
        ever.push({ key, birth: outcome === 'live' ? (old?.handle as KeyHandle) : key });
      } catch (e) {
        got = (e as { code: string }).code;
      }
      expect(got).toBe(expected);
    }
    if (s.do === 'erase' && row !== undefined && handle !== undefined) {
      core.keys.erase(handle);
      row.handle = undefined;
    }
    if (s.do === 'seal' && row !== undefined && handle?.use.startsWith('seal')) {
      for (let i = 0; i < s.n; i++) traffic.addPayload({ key: handle, eks: 0, cid: 0 }, new Uint8Array(1));
      expect(traffic.seal()).toBe(s.n);
      row.next += s.n;
      row.packets += s.n;
      expect(traffic.pn(s.n - 1)).toBe(row.next - 1);
    }
    if (s.do === 'forget') {
      core.keys.forget(s.owner);
      model.rows = model.rows.filter((r) => r.owner !== s.owner);
    }
    const live = new Set(model.live.map((r) => r.handle));
    for (const { key, birth } of ever) expect(core.keys.isLive(key)).toBe(live.has(birth));
    for (const r of model.live) {
      const { nextPn, packets, bytes } = core.keys.counters(r.handle as KeyHandle);
      expect({ nextPn, packets, bytes }).toEqual({ nextPn: r.next, packets: r.packets, bytes: BigInt(r.packets) });
    }
    expect(core.info()).toMatchObject({
      slotsUsed: model.live.length,
      windowsUsed: model.live.filter((r) => r.use.startsWith('open')).length,
      tombstonesUsed: model.rows.length,
    });
  }
}

describe('the vault', () => {
  it(`does what the model does (seed ${SEED})`, () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 120, maxLength: 120 }), (steps) => run(testingCore(SIZES), steps)),
      { seed: SEED, numRuns: 40 },
    );
  });
});
