// SAs by number: the same packets as with the SA itself, and what a row is not for.
import { describe, expect, it } from 'vitest';
import type { Core, TrafficSa } from '../../bindings/core/types.js';
import { tohex as hex } from '../support/hex.js';
import { Random } from '../support/random.js';
import { birth, codeOf, subjectOf, testingCore } from './support.js';

const KEY = new Uint8Array(16).fill(7);
const PAYLOAD = new Uint8Array(40).fill(3);
const any = (value: unknown) => value as never;

function sealer(core: Core, i: number, use: 'seal-down' | 'open-down' = 'seal-down'): TrafficSa {
  const { key } = core.keys.put(
    new Uint8Array(16).fill(i + 1),
    birth(use, use === 'seal-down' ? 1 : 2, { sequence: i & 3 }),
  );
  return { key, eks: i & 3, cid: (0x9e37 * (i + 1)) & 0xffff };
}

/** Every packet's code and bytes. */
const outcomes = (traffic: ReturnType<Core['traffic']>) =>
  [...traffic.results()].map(({ code, bytes }) => code || hex(bytes as Uint8Array));

describe('a row', () => {
  it('seals and opens as its SA does', () => {
    const random = new Random(61);
    const [rows, objects] = [testingCore(), testingCore()];
    const sides = [rows, objects].map((core) => {
      const down = Array.from({ length: 20 }, (_, i) => sealer(core, i));
      const up = Array.from({ length: 20 }, (_, i) => sealer(core, i, 'open-down'));
      const table = core.saTable(40);
      for (const [i, sa] of [...down, ...up].entries()) table.set(i, i % 2 === 0 ? sa : core.sa(sa));
      return { down, up, table, traffic: core.traffic({ packets: 64, table }) };
    });
    const [byRow, bySa] = sides as [(typeof sides)[0], (typeof sides)[0]];
    expect(byRow.table.length).toBe(40);
    expect(byRow.table.get(3)).toEqual(byRow.down[3]);
    expect(Object.isFrozen(byRow.table.get(3))).toBe(true);
    for (let round = 0; round < 3; round++) {
      const picks = Array.from({ length: 64 }, () => random.between(0, 19));
      const payloads = picks.map(() => random.bytes(random.between(1, 200)));
      for (const [n, i] of picks.entries()) {
        expect(byRow.traffic.addPayload(i, payloads[n] as Uint8Array)).toBe(n);
        bySa.traffic.addPayload(bySa.down[i] as TrafficSa, payloads[n] as Uint8Array);
      }
      expect(byRow.traffic.seal()).toBe(64);
      bySa.traffic.seal();
      expect(outcomes(byRow.traffic)).toEqual(outcomes(bySa.traffic));
      const pdus = [...byRow.traffic.results()].map(({ bytes }) => bytes?.slice() as Uint8Array);
      for (const [n, i] of picks.entries()) {
        byRow.traffic.addPdu(20 + i, pdus[n] as Uint8Array);
        bySa.traffic.addPdu(bySa.up[i] as TrafficSa, pdus[n] as Uint8Array);
      }
      expect(byRow.traffic.open()).toBe(64);
      bySa.traffic.open();
      expect(outcomes(byRow.traffic)).toEqual(outcomes(bySa.traffic));
      expect(outcomes(byRow.traffic)).toEqual(payloads.map(hex));
    }
  });

  it('holds what it was given last; packets keep what they were added with', () => {
    const core = testingCore();
    const [old, young] = [sealer(core, 0), sealer(core, 1)];
    const table = core.saTable(1);
    const traffic = core.traffic({ packets: 2, table });
    table.set(0, old);
    traffic.addPayload(0, PAYLOAD);
    table.set(0, young);
    traffic.addPayload(0, PAYLOAD);
    expect(traffic.seal()).toBe(2);
    expect([...traffic.results()].map(({ bytes }) => ((bytes?.[1] as number) >> 4) & 3)).toEqual([old.eks, young.eks]);
    table.delete(0);
    expect(table.get(0)).toBeUndefined();
    expect(codeOf(() => traffic.addPayload(0, PAYLOAD))).toBe('TYPE');
  });

  it('is as stale as its key', () => {
    const core = testingCore();
    const table = core.saTable(1);
    const traffic = core.traffic({ packets: 1, table });
    const { key } = core.keys.put(KEY, birth('seal-down', 1));
    table.set(0, { key, eks: 0, cid: 1 });
    core.keys.erase(key);
    core.keys.put(PAYLOAD.slice(0, 16), birth('seal-down', 1)); // in the same slot
    traffic.addPayload(0, PAYLOAD);
    expect([traffic.seal(), traffic.code(0)]).toEqual([0, 'KEY_ERASED']);
  });

  it('does nothing and begins no batch where it is none, is empty, or is for the other direction', () => {
    const core = testingCore();
    const table = core.saTable(4);
    table.set(0, sealer(core, 0));
    table.set(1, sealer(core, 1, 'open-down'));
    const pdu = new Uint8Array(40);
    for (const begun of [false, true]) {
      const traffic = core.traffic({ packets: 4, bytes: 1024, table });
      const without = core.traffic({ packets: 4, bytes: 1024 });
      if (begun) {
        traffic.addPayload(0, PAYLOAD);
        without.addPayload(table.get(0) as TrafficSa, PAYLOAD);
      }
      for (const row of [-1, 4, 2 ** 32, 0.25, 0.5, 0.75, Number.NaN, Number.POSITIVE_INFINITY]) {
        expect(codeOf(() => traffic.addPayload(row, PAYLOAD))).toBe('RANGE');
        expect(subjectOf(() => traffic.addPdu(row, pdu))).toBe('row');
      }
      expect(codeOf(() => traffic.addPayload(2, PAYLOAD))).toBe('TYPE');
      expect(codeOf(() => traffic.addPayload(1, PAYLOAD))).toBe('KEY_USE');
      expect(codeOf(() => traffic.addPdu(0, pdu))).toBe('KEY_USE');
      expect(codeOf(() => without.addPayload(0, PAYLOAD))).toBe('RANGE');
      expect([traffic.length, without.length]).toEqual(begun ? [1, 1] : [0, 0]);
      expect(traffic.seal()).toBe(begun ? 1 : 0);
      without.seal();
      traffic.dispose();
      without.dispose();
    }
  });
});

describe('a table', () => {
  it('is of its core, and takes what core.sa takes', () => {
    const [core, other] = [testingCore(), testingCore()];
    const table = core.saTable(2);
    const { key } = core.keys.put(KEY, birth('seal-down', 1));
    expect(codeOf(() => core.traffic({ packets: 1, table: other.saTable(2) }))).toBe('WRONG_CORE');
    for (const fake of [null, {}, Object.create(table), { ...table }, 3])
      expect(codeOf(() => core.traffic({ packets: 1, table: any(fake) }))).toBe('TYPE');
    expect(codeOf(() => table.set(0, sealer(other, 0)))).toBe('WRONG_CORE');
    const kek = core.keys.put(KEY, { use: 'kek-aeskw', owner: 1 }).key;
    expect(codeOf(() => table.set(0, { key: kek, eks: 0, cid: 1 }))).toBe('KEY_USE');
    for (const fake of [undefined, null, 1, {}, Object.create(key)])
      expect(codeOf(() => table.set(0, { key: any(fake), eks: 0, cid: 1 }))).toBe('TYPE');
    for (const eks of [-1, 4, 0.5]) expect(subjectOf(() => table.set(0, { key, eks, cid: 1 }))).toBe('eks');
    for (const cid of [-1, 65_536, Number.NaN]) expect(subjectOf(() => table.set(0, { key, eks: 0, cid }))).toBe('cid');
    for (const row of [-1, 2, 0.5, Number.NaN])
      for (const call of [() => table.set(row, { key, eks: 0, cid: 1 }), () => table.get(row), () => table.delete(row)])
        expect([codeOf(call), subjectOf(call)]).toEqual(['RANGE', 'row']);
    for (const rows of [-1, 2 ** 20 + 1, 1.5, Number.NaN]) expect(codeOf(() => core.saTable(rows))).toBe('RANGE');
    expect([table.get(0), table.get(1)]).toEqual([undefined, undefined]);
    const descriptors = core.traffic({ packets: 256 }); // nothing of those refused was kept
    descriptors.dispose();
  });

  it('is not asked by what a caller makes of it: other methods, a subclass, another prototype', () => {
    const core = testingCore();
    const table = core.saTable(2);
    table.set(0, sealer(core, 0));
    const calls: unknown[] = [];
    const spy = (...given: unknown[]) => calls.push(...given);
    for (const name of ['fits', 'describe', 'unfit', 'of'])
      for (const owner of [table, Object.getPrototypeOf(table), table.constructor])
        Object.assign(owner, { [name]: spy });
    const sa = core.sa(table.get(0) as TrafficSa);
    for (const name of ['fits', 'describe']) Object.assign(sa.constructor, { [name]: spy });
    const traffic = core.traffic({ packets: 4, table });
    traffic.addPayload(0, PAYLOAD);
    expect(codeOf(() => traffic.addPayload(1, PAYLOAD))).toBe('TYPE');
    traffic.addPayload(sa, PAYLOAD);
    expect([traffic.seal(), calls]).toEqual([2, []]);
  });

  it('says so when its core is disposed', () => {
    const core = testingCore();
    const table = core.saTable(1);
    table.set(0, sealer(core, 0));
    const traffic = core.traffic({ packets: 1, table });
    core.dispose();
    expect(codeOf(() => traffic.addPayload(0, PAYLOAD))).toBe('DISPOSED');
    expect(codeOf(() => core.saTable(1))).toBe('DISPOSED');
  });
});
