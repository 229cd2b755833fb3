// Loans between vaults: what a borrower may do, what comes home, and that no order of calls, notes replayed included, uses a PN twice.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IO_SIZE } from '../../assembly/layout.js';
import { createCoreSync, instanceOf } from '../../bindings/core/core.js';
import { createTestingCore, linearMemory } from '../../bindings/core/testing.js';
import type { Core, KeyHandle, TekBirth, TekUse } from '../../bindings/core/types.js';
import { unhex } from '../support/hex.js';
import { birth, codeOf, fieldsOf, testingCore } from './support.js';

const KEY = unhex('00112233445566778899aabbccddeeff');
const KEK = unhex('f0e1d2c3b4a5968778695a4b3c2d1e0f');

function pair(use: TekUse = 'seal-down', more: Partial<TekBirth> = {}) {
  const home = testingCore();
  const away = testingCore({ seed: 2 });
  const key = home.keys.put(KEY, birth(use, 1, { sequence: 2, ...more })).key;
  const kek = home.keys.put(KEK, { use: 'kek-aeskw', owner: 2 }).key;
  const kekAway = away.keys.put(KEK, { use: 'kek-aeskw', owner: 2 }).key;
  const borrow = (note: Uint8Array) => away.keys.borrow(note, kekAway, 9) as KeyHandle;
  return { home, away, key, kek, kekAway, borrow };
}

/** PNs of `n` packets sealed, or the code of the first refused. */
function seal(core: Core, key: KeyHandle, n = 1, now?: number): number[] | string {
  const traffic = core.traffic({ packets: n, bytes: n * 64 });
  for (let i = 0; i < n; i++) traffic.addPayload({ key, eks: key.sequence, cid: 7 }, new Uint8Array(10));
  traffic.seal(now);
  const codes = Array.from({ length: n }, (_, i) => traffic.code(i));
  const pns = Array.from({ length: n }, (_, i) => traffic.pn(i));
  traffic.dispose();
  const refused = codes.find((code) => code !== '');
  return refused ?? pns;
}

/** A PDU that opens under KEY, by PN. */
function pdus(pns: readonly number[], use: TekUse = 'seal-down'): Uint8Array[] {
  return pns.map((pn) => {
    const core = testingCore({ slots: 4, tombstones: 4 });
    const { key } = core.keys.put(KEY, birth(use, 1, { firstPn: pn }));
    const traffic = core.traffic({ packets: 1 });
    traffic.addPayload({ key, eks: 2, cid: 7 }, new Uint8Array(10));
    traffic.seal();
    return [...traffic.results()][0]?.bytes?.slice() as Uint8Array;
  });
}

function open(core: Core, key: KeyHandle, packets: readonly Uint8Array[]): string[] {
  const traffic = core.traffic({ packets: packets.length });
  for (const pdu of packets) traffic.addPdu({ key, eks: 2, cid: 7 }, pdu);
  traffic.open(5);
  const codes = packets.map((_, i) => traffic.code(i));
  traffic.dispose();
  return codes;
}

describe('a sealing TEK on loan', () => {
  it('seals at the borrower, not at home, and goes on at home where the borrower stopped', () => {
    const { home, away, key, kek, kekAway, borrow } = pair();
    expect(seal(home, key, 3, 1000)).toEqual([1, 2, 3]);
    const lent = borrow(home.keys.lend(key, kek, 100));
    expect(String(lent)).toBe('TEK(said=0x0205 seq=2 slot=1)');
    expect(seal(home, key)).toBe('LENT');
    expect(seal(away, lent, 2, 1500)).toEqual([4, 5]);
    expect(seal(away, lent, 1, 1600)).toEqual([6]);
    expect(away.keys.counters(lent)).toMatchObject({ packets: 3, bytes: 30n, nextPn: 7, lease: 100 });
    expect(home.keys.settle(key, kek, away.keys.giveBack(lent, kekAway))).toBe(true);
    expect(away.keys.isLive(lent)).toBe(false);
    expect(home.keys.counters(key)).toEqual({
      packets: 6,
      bytes: 60n,
      firstUse: 1000,
      lastUse: 1600,
      nextPn: 7,
      lease: 0x7fffffff,
    });
    expect(seal(home, key)).toEqual([7]);
  });

  it('is still wrapped and twinned at home', () => {
    const { home, key, kek } = pair();
    home.keys.lend(key, kek, 10);
    expect(home.keys.wrap(key, kek).length).toBe(24);
    expect(home.keys.twin(key, birth('open-up', 1)).outcome).toBe('new');
  });

  it('stops at the end of what was lent, and goes on with more', () => {
    const { home, away, key, kek, borrow } = pair('seal-up', { lease: 6 });
    const lent = borrow(home.keys.lend(key, kek, 3));
    expect(seal(away, lent, 3)).toBe('LEASE');
    expect(codeOf(() => away.keys.lease(lent, 100))).toBe('KEY_USE');
    expect(fieldsOf(borrow(home.keys.lend(key, kek, 5)))).toEqual(fieldsOf(lent));
    expect(seal(away, lent, 2)).toEqual([3, 4]);
    expect(codeOf(() => home.keys.lend(key, kek, 7))).toBe('RANGE');
    expect(codeOf(() => home.keys.lend(key, kek, 4))).toBe('RANGE');
    home.keys.lease(key, 9);
    expect(fieldsOf(borrow(home.keys.lend(key, kek)))).toEqual(fieldsOf(lent));
    expect(seal(away, lent, 4)).toEqual([5, 6, 7, 8]);
    expect(seal(home, key)).toBe('LENT');
  });

  it('is burnt as far as it was lent when written off or erased', () => {
    const { home, key, kek } = pair();
    home.keys.lend(key, kek, 50);
    home.keys.writeOff(key);
    expect(seal(home, key)).toEqual([50]);
    home.keys.lend(key, kek, 80);
    home.keys.erase(key);
    const again = home.keys.put(KEY, birth('seal-down', 1));
    expect(again.outcome).toBe('resumed');
    expect(seal(home, again.key)).toEqual([80]);
  });

  it('shares the byte limit, and a lost borrower is charged all it may have sealed', () => {
    const { home, away, key, kek, kekAway, borrow } = pair('seal-down', { byteLimit: 35n });
    seal(home, key);
    const lent = borrow(home.keys.lend(key, kek, 100));
    expect(seal(away, lent, 2)).toEqual([2, 3]);
    expect(seal(away, lent)).toBe('LIMIT');
    expect(home.keys.settle(key, kek, away.keys.giveBack(lent, kekAway))).toBe(true);
    expect(home.keys.counters(key).bytes).toBe(30n);
    home.keys.lend(key, kek, 100);
    home.keys.writeOff(key);
    expect(home.keys.counters(key).bytes).toBe(35n);
  });

  it('to a borrower that had it before charges each loan what that loan used', () => {
    const { home, away, key, kek, kekAway, borrow } = pair('seal-down', { byteLimit: 50n });
    for (let loan = 1; loan <= 3; loan++) {
      const lent = borrow(home.keys.lend(key, kek, 100 * loan));
      expect(seal(away, lent, 1)).toEqual([loan]);
      expect(away.keys.counters(lent)).toMatchObject({ bytes: 10n, packets: 1 });
      expect(home.keys.settle(key, kek, away.keys.giveBack(lent, kekAway))).toBe(true);
      expect(home.keys.counters(key)).toMatchObject({ bytes: BigInt(10 * loan), packets: loan });
    }
    expect(seal(home, key, 2)).toEqual([4, 5]);
    expect(seal(home, key)).toBe('LIMIT');
  });

  it('leaves nothing of a byte limit to the same key again when it is erased while lent', () => {
    const { home, key, kek } = pair('seal-down', { byteLimit: 35n });
    home.keys.lend(key, kek, 2);
    home.keys.erase(key);
    const again = home.keys.put(KEY, birth('seal-down', 1, { byteLimit: 35n })).key;
    expect(home.keys.counters(again).bytes).toBe(35n);
    expect(seal(home, again)).toBe('LIMIT');
  });
});

describe('an opening TEK on loan', () => {
  it('takes its replay window along and brings it home', () => {
    const { home, away, key, kek, kekAway, borrow } = pair('open-down', { replayWindow: 128 });
    const [a, b, c, d] = pdus([5, 6, 9, 200]) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    expect(open(home, key, [b])).toEqual(['']);
    const lent = borrow(home.keys.lend(key, kek));
    expect(open(home, key, [a])).toEqual(['LENT']);
    expect(open(away, lent, [b, c, a, a])).toEqual(['REPLAY', '', '', 'REPLAY']);
    expect(home.keys.settle(key, kek, away.keys.giveBack(lent, kekAway))).toBe(true);
    expect(open(home, key, [a, b, c, d])).toEqual(['REPLAY', 'REPLAY', 'REPLAY', '']);
    expect(home.keys.counters(key)).toMatchObject({ packets: 4, nextPn: 201, lastUse: 5 });
  });

  it('accepts nothing again that a lost borrower is known to have accepted', () => {
    const { home, key, kek } = pair('open-down');
    const [a, b, c] = pdus([5, 6, 9]) as [Uint8Array, Uint8Array, Uint8Array];
    home.keys.lend(key, kek);
    home.keys.writeOff(key, 6);
    expect(open(home, key, [a, b, c])).toEqual(['REPLAY', 'REPLAY', '']);
  });

  it('is lent only where a window of that length may be, to the PN', () => {
    const { home, key, kek } = pair('open-down', { replayWindow: 192 });
    const note = home.keys.lend(key, kek);
    for (const [replayWindow, code] of [
      [128, 'WINDOWS_FULL'],
      [192, ''],
    ] as const) {
      const away = testingCore({ seed: 2, replayWindow });
      const kekAway = away.keys.put(KEK, { use: 'kek-aeskw', owner: 2 }).key;
      expect(
        codeOf(() => away.keys.borrow(note, kekAway, 9)),
        `${replayWindow}`,
      ).toBe(code);
    }
  });

  it('has no twin at its borrower: that would seal what its home seals', () => {
    const { home, away, key, kek, borrow } = pair('open-down');
    expect(seal(home, home.keys.twin(key, birth('seal-up', 1)).key)).toEqual([1]);
    const lent = borrow(home.keys.lend(key, kek));
    expect(codeOf(() => away.keys.twin(lent, birth('seal-up', 9)))).toBe('KEY_USE');
  });

  it('opens nothing when its home forgot the window that was away', () => {
    const { home, key, kek } = pair('open-down');
    home.keys.lend(key, kek);
    home.keys.erase(key);
    const again = home.keys.put(KEY, birth('open-down', 1)).key;
    expect(open(home, again, pdus([5]))).toEqual(['REPLAY']);
  });
});

describe('a note', () => {
  it('is taken in once, whole, under its own KEK', () => {
    const { home, away, key, kek, kekAway, borrow } = pair();
    const note = home.keys.lend(key, kek, 10);
    const other = away.keys.put(KEY, { use: 'kek-aeskw', owner: 2 }).key;
    const broken = note.slice();
    broken[20] = (broken[20] as number) ^ 1;
    for (const [bad, under] of [
      [broken, kekAway],
      [note.subarray(8), kekAway],
      [new Uint8Array(0), kekAway],
      [note, other],
    ] as const)
      expect(away.keys.borrow(bad, under, 9)).toBeUndefined();
    const lent = borrow(note);
    expect(away.keys.borrow(note, kekAway, 9)).toBeUndefined();
    const back = away.keys.giveBack(lent, kekAway);
    away.keys.forget(9);
    expect(away.keys.borrow(note, kekAway, 9)).toBeUndefined();
    expect(home.keys.settle(key, kek, note)).toBe(false);
    expect(home.keys.settle(key, kek, broken)).toBe(false);
    expect(home.keys.settle(key, kek, back)).toBe(true);
    expect(codeOf(() => home.keys.settle(key, kek, back))).toBe('KEY_USE');
    home.keys.lend(key, kek, 20);
    expect(home.keys.settle(key, kek, back)).toBe(false);
  });

  it('of any length, and broken, touches nothing but itself', () => {
    const { away, kekAway } = pair();
    const { keys } = createCoreSync({ slots: 8 }); // of the platform's entropy, which is fetched ahead
    const kek = keys.put(KEK, { use: 'kek-aeskw', owner: 2 }).key;
    keys.generate(birth('seal-down', 1));
    const before = linearMemory(away).slice();
    for (const length of [8, 64, 72, 80, 32_632, 32_640, 65_000, 65_408]) {
      const note = new Uint8Array(length).fill(0xa6);
      expect(away.keys.borrow(note, kekAway, 9)).toBeUndefined();
      expect(keys.borrow(note, kek, 9)).toBeUndefined();
    }
    const { io } = instanceOf(away);
    let changed = 0;
    for (let at = io + IO_SIZE; at < before.length; at++) if (before[at] !== linearMemory(away)[at]) changed++;
    expect(changed).toBe(0);
    expect(keys.isLive(keys.generate(birth('seal-down', 1)))).toBe(true);
  });

  it('leaves no copy of the TEK beside the slots', () => {
    const { home, away, key, kek, kekAway, borrow } = pair();
    const lent = borrow(home.keys.lend(key, kek, 10));
    const found = (core: Core) => {
      const memory = linearMemory(core);
      let times = 0;
      for (let at = memory.indexOf(KEY[0] as number); at >= 0; at = memory.indexOf(KEY[0] as number, at + 1))
        if (KEY.subarray(0, 8).every((byte, i) => memory[at + i] === byte)) times++;
      return times;
    };
    expect([found(home), found(away)]).toEqual([1, 1]);
    const back = away.keys.giveBack(lent, kekAway);
    expect([found(home), found(away)]).toEqual([1, 0]);
    home.keys.settle(key, kek, back);
    expect(found(home)).toBe(1);
  });

  it('is made for TEKs that are this vault’s own, under an AES key wrap KEK, for one borrower', () => {
    const { home, away, key, kek, kekAway, borrow } = pair();
    const ecb = home.keys.put(KEK, { use: 'kek-ecb', owner: 2 }).key;
    const second = home.keys.put(KEK, { use: 'kek-aeskw', owner: 2 }).key;
    expect(codeOf(() => home.keys.lend(kek, kek, 10))).toBe('KEY_USE');
    expect(codeOf(() => home.keys.lend(key, ecb, 10))).toBe('KEY_USE');
    expect(codeOf(() => home.keys.lend(key, key, 10))).toBe('KEY_USE');
    expect(codeOf(() => home.keys.giveBack(key, kek))).toBe('KEY_USE');
    expect(codeOf(() => home.keys.writeOff(key))).toBe('KEY_USE');
    const lent = borrow(home.keys.lend(key, kek, 10));
    expect(codeOf(() => home.keys.lend(key, second, 20))).toBe('KEY_LENT');
    expect(codeOf(() => away.keys.lend(lent, kekAway, 5))).toBe('KEY_USE');
    expect(codeOf(() => away.keys.twin(lent, birth('open-up', 9)))).toBe('KEY_USE');
    const { slot } = kek;
    home.keys.erase(kek);
    const third = home.keys.put(KEK, { use: 'kek-aeskw', owner: 2 }).key; // in the slot of the first
    expect([third.slot, codeOf(() => home.keys.lend(key, third, 20))]).toEqual([slot, 'KEY_LENT']);
    home.keys.erase(key);
    expect(codeOf(() => home.keys.lend(key, second, 10))).toBe('KEY_ERASED');
    expect(codeOf(() => home.keys.writeOff(key))).toBe('KEY_ERASED');
  });
});

describe('the ledger of PNs', () => {
  // One home, two borrowers, and every note ever made kept for being presented again, to anybody, at any time.
  const either = fc.constantFrom(0, 0, 0, 0, 0, 1);
  const command = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('lend' as const), to: either, pns: fc.nat(5) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('borrow' as const), to: either, note: fc.nat() }) },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('seal' as const), to: fc.nat(2), n: fc.integer({ min: 1, max: 4 }) }),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('giveBack' as const), to: either }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('settle' as const), kek: either, note: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('writeOff' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const), to: either }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('erase' as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('lease' as const), more: fc.nat(6) }) },
  );

  it('holds no PN twice', () => {
    let uses = 0;
    let settled = 0;
    fc.assert(
      fc.property(fc.array(command, { minLength: 10, maxLength: 200, size: 'max' }), (commands) => {
        const small = { slots: 8, windows: 2, tombstones: 64, packets: 8, arenaBytes: 4096, replayWindow: 64 };
        const cores = [1, 2, 3].map((seed) => createTestingCore({ seed, ...small }));
        const [home, ...away] = cores as [Core, Core, Core];
        const keks = away.map((core, i) => {
          const bytes = new Uint8Array(16).fill(i + 1);
          const put = (c: Core) => c.keys.put(bytes, { use: 'kek-aeskw', owner: 2 }).key;
          return { home: put(home), away: put(core) };
        });
        const first = birth('seal-down', 1, { lease: 10 });
        let key = home.keys.put(KEY, first).key;
        let lease = 10;
        const lent: (KeyHandle | undefined)[] = [undefined, undefined];
        const notes: Uint8Array[] = [];
        // The last ones most often: those are the ones that lead on.
        const noteOf = (n: number) => notes.at(-1 - (n % 3 === 0 ? n % 7 : 0)) ?? new Uint8Array(0);
        const used = new Set<number>();
        const attempt = (run: () => void) => {
          try {
            run();
          } catch (e) {
            if ((e as { code?: string }).code === undefined) throw e;
          }
        };
        for (const c of commands)
          attempt(() => {
            switch (c.do) {
              case 'lend': {
                const from = home.keys.counters(key).nextPn;
                notes.push(
                  home.keys.lend(key, (keks[c.to] as { home: KeyHandle }).home, Math.min(from + c.pns, lease)),
                );
                break;
              }
              case 'borrow': {
                const note = noteOf(c.note);
                const taken = away[c.to]?.keys.borrow(note, (keks[c.to] as { away: KeyHandle }).away, 9);
                if (taken !== undefined) lent[c.to] = taken;
                break;
              }
              case 'seal': {
                const at = c.to === 2 ? key : lent[c.to];
                if (at === undefined) break;
                const pns = seal(c.to === 2 ? home : (away[c.to] as Core), at, c.n);
                if (typeof pns === 'string') break;
                for (const pn of pns) {
                  expect(used.has(pn), `PN ${pn} twice`).toBe(false);
                  expect(pn).toBeLessThan(lease);
                  used.add(pn);
                  uses++;
                }
                break;
              }
              case 'giveBack': {
                const handle = lent[c.to] as KeyHandle;
                if (handle === undefined) break;
                notes.push((away[c.to] as Core).keys.giveBack(handle, (keks[c.to] as { away: KeyHandle }).away));
                break;
              }
              case 'settle': {
                const note = noteOf(c.note);
                if (home.keys.settle(key, (keks[c.kek] as { home: KeyHandle }).home, note)) settled++;
                break;
              }
              case 'writeOff':
                home.keys.writeOff(key);
                break;
              case 'forget':
                away[c.to]?.keys.forget(9);
                break;
              case 'erase':
                home.keys.erase(key);
                key = home.keys.put(KEY, { ...first, lease }).key;
                break;
              case 'lease':
                home.keys.lease(key, lease + c.more);
                lease += c.more;
            }
          });
      }),
      { seed: 20, numRuns: 300 },
    );
    expect(uses).toBeGreaterThan(300);
    expect(settled).toBeGreaterThan(30);
  });
});
