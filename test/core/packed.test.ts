import { describe, expect, it } from 'vitest';
import type { KeyHandle, TrafficSa } from '../../bindings/core/types.js';
import { tohex as hex } from '../support/hex.js';
import { birth, codeOf, fieldsOf, subjectOf, testingCore } from './support.js';

const KEY = new Uint8Array(16).fill(7);
const PAYLOAD = new Uint8Array(40).fill(3);
const any = (value: unknown) => value as never;

describe('a packed SA', () => {
  it('is the SA it was made of', () => {
    const core = testingCore();
    for (const [eks, cid] of [
      [0, 0],
      [3, 0xffff],
      [2, 0xfea0],
    ] as const) {
      const tek = new Uint8Array(16).fill(eks);
      const { key } = core.keys.put(tek, birth('seal-down', 1));
      const { key: opener } = core.keys.put(tek, birth('open-down', 2));
      const sa = core.sa({ key, eks, cid });
      expect(sa.key).toBe(key);
      expect([sa.eks, sa.cid]).toEqual([eks, cid]);
      expect(Object.isFrozen(sa)).toBe(true);

      const down = core.traffic({ packets: 2, bytes: 256 });
      down.addPayload(sa, PAYLOAD);
      down.addPayload({ key, eks, cid }, PAYLOAD);
      expect(down.seal()).toBe(2);
      const [one, two] = [...down.results()].map((r) => r.bytes?.slice() as Uint8Array) as [Uint8Array, Uint8Array];
      expect(hex(one.subarray(0, 6))).toBe(hex(two.subarray(0, 6))); // header with EKS, CID, HCS
      expect([down.pn(0), down.pn(1)]).toEqual([1, 2]);

      const up = core.traffic({ packets: 2, bytes: 256 });
      up.addPdu(core.sa({ key: opener, eks, cid }), one);
      up.addPdu({ key: opener, eks, cid }, two);
      up.open();
      for (const { bytes } of up.results()) expect(hex(bytes as Uint8Array)).toBe(hex(PAYLOAD));
    }
  });

  it('is as stale as its key', () => {
    const core = testingCore();
    const { key } = core.keys.put(KEY, birth('seal-down', 1));
    const sa = core.sa({ key, eks: 0, cid: 1 });
    const traffic = core.traffic({ packets: 1 });
    core.keys.erase(key);
    core.keys.put(PAYLOAD.slice(0, 16), birth('seal-down', 1)); // in the same slot
    traffic.addPayload(sa, PAYLOAD);
    expect([traffic.seal(), traffic.code(0)]).toEqual([0, 'KEY_ERASED']);
  });

  it('is for its core and its direction only', () => {
    const core = testingCore();
    const other = testingCore();
    const traffic = core.traffic({ packets: 2 });
    const sa = (key: KeyHandle): TrafficSa => ({ key, eks: 0, cid: 1 });
    const seal = core.sa(sa(core.keys.put(KEY, birth('seal-down', 1)).key));
    const open = core.sa(sa(core.keys.put(KEY, birth('open-up', 1)).key));
    const foreign = other.keys.put(KEY, birth('seal-down', 1)).key;
    expect(codeOf(() => core.sa(sa(foreign)))).toBe('WRONG_CORE');
    for (const begun of [false, true]) {
      expect(codeOf(() => traffic.addPayload(open, PAYLOAD))).toBe('KEY_USE');
      expect(codeOf(() => traffic.addPdu(seal, PAYLOAD))).toBe('KEY_USE');
      expect(codeOf(() => traffic.addPayload(other.sa(sa(foreign)), PAYLOAD))).toBe('WRONG_CORE');
      if (!begun) traffic.addPayload(seal, PAYLOAD);
    }
    expect(traffic.length).toBe(1);
  });

  it('is made of a TEK with an EKS and a CID of a header', () => {
    const core = testingCore();
    const { key } = core.keys.put(KEY, birth('seal-down', 1));
    for (const use of ['kek-aeskw', 'mac'] as const) {
      const other = core.keys.put(new Uint8Array(use === 'mac' ? 20 : 16), { use, owner: 1 }).key;
      expect(codeOf(() => core.sa({ key: other, eks: 0, cid: 1 }))).toBe('KEY_USE');
    }
    for (const fake of [undefined, null, 1, {}, fieldsOf(key), Object.create(key)])
      expect(codeOf(() => core.sa({ key: any(fake), eks: 0, cid: 1 }))).toBe('TYPE');
    for (const eks of [-1, 4, 0.5, Number.NaN]) expect(subjectOf(() => core.sa({ key, eks, cid: 1 }))).toBe('eks');
    for (const cid of [-1, 65_536, 0.5, Number.NaN]) expect(subjectOf(() => core.sa({ key, eks: 0, cid }))).toBe('cid');
  });

  it('cannot be imitated', () => {
    const core = testingCore();
    const { key } = core.keys.put(KEY, birth('seal-down', 1));
    const sa = core.sa({ key, eks: 0, cid: 1 });
    const traffic = core.traffic({ packets: 1 });
    for (const fake of [{ ...sa }, Object.create(sa), Object.create(Object.getPrototypeOf(sa)), {}])
      for (const call of [() => traffic.addPayload(any(fake), PAYLOAD), () => traffic.addPdu(any(fake), PAYLOAD)])
        expect(codeOf(call)).toBe('TYPE');
    expect(traffic.length).toBe(0);
  });
});

describe('bytes that lie about their length', () => {
  class Liar extends Uint8Array {
    static says = 0;
    override get length(): number {
      return Liar.says;
    }
  }

  it('are taken as long as they are: a batch keeps to its part of the arena', () => {
    const core = testingCore();
    const { key } = core.keys.put(KEY, birth('seal-down', 1));
    const opener = core.keys.put(KEY, birth('open-down', 1)).key;
    const traffic = core.traffic({ packets: 2, bytes: 128, crc: 'none' });
    const neighbour = core.traffic({ packets: 2, bytes: 1024 });
    for (Liar.says of [0, 8, 2000]) {
      const bytes = new Liar(40);
      traffic.addPayload({ key, eks: 0, cid: 1 }, bytes);
      traffic.seal();
      expect(traffic.end(0) - traffic.start(0)).toBe(40 + 18);
      traffic.addPdu({ key: opener, eks: 0, cid: 1 }, bytes);
      expect([traffic.open(), traffic.code(0)]).toEqual([0, 'LEN']);
      const long = new Liar(400).fill(9);
      expect(codeOf(() => traffic.addPayload({ key, eks: 0, cid: 1 }, long))).toBe('ARENA_FULL');
      traffic.clear();
      expect(codeOf(() => traffic.addPdu({ key: opener, eks: 0, cid: 1 }, long))).toBe('ARENA_FULL');
      traffic.clear();
    }
    expect(neighbour.arena.every((b) => b === 0)).toBe(true);
  });
});
