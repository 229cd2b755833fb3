import { describe, expect, it } from 'vitest';
import { DESC_LENGTH } from '../../assembly/layout.js';
import { instanceOf } from '../../bindings/core/core.js';
import type { Core, KeyHandle, Traffic, TrafficSa } from '../../bindings/core/types.js';
import { tohex as hex, unhex } from '../support/hex.js';
import { Random } from '../support/random.js';
import { birth, codeOf, EXAMPLES, testingCore } from './support.js';

/** A sealing and an opening slot of the same TEK, and the SAs for them. */
function pair(core: Core, up = false, more = {}): { seal: TrafficSa; open: TrafficSa; tek: Uint8Array } {
  const tek = new Random(core.id).bytes(16);
  const sealer = core.keys.put(tek, birth(up ? 'seal-up' : 'seal-down', core.newOwner(), more)).key;
  const opener = core.keys.put(tek, birth(up ? 'open-up' : 'open-down', core.newOwner())).key;
  const sa = (key: KeyHandle) => ({ key, eks: 2, cid: 0x1234 });
  return { seal: sa(sealer), open: sa(opener), tek };
}

function sealed(traffic: Traffic, sa: TrafficSa, payloads: Uint8Array[]): Uint8Array[] {
  for (const p of payloads) traffic.addPayload(sa, p);
  traffic.seal();
  return [...traffic.results()].map((r) => {
    if (r.code !== '') throw new Error(`not sealed: ${r.code}`);
    return r.bytes.slice();
  });
}

function opened(traffic: Traffic, sa: TrafficSa, pdus: Uint8Array[]): string[] {
  for (const p of pdus) traffic.addPdu(sa, p);
  traffic.open();
  return [...traffic.results()].map((r) => (r.code === '' ? hex(r.bytes) : r.code));
}

describe('example encrypted MAC PDUs of 802.16', () => {
  for (const [i, example] of EXAMPLES.entries())
    for (const crc of ['msb', 'reflected'] as const)
      it(`example ${i + 1}, CRC ${crc}`, () => {
        const core = testingCore();
        const traffic = core.traffic({ packets: 4, crc });
        const tek = unhex(example.tek);
        const key = core.keys.put(tek, birth('seal-down', 1, { firstPn: example.pn })).key;
        const [pdu] = sealed(traffic, { key, eks: 0, cid: example.cid }, [unhex(example.payload)]);
        expect(hex(pdu as Uint8Array)).toBe(example.sealed + example[crc]);
        expect(traffic.pn(0)).toBe(example.pn);
        const opener = core.keys.put(tek, birth('open-down', 2)).key;
        expect(opened(traffic, { key: opener, eks: 0, cid: example.cid }, [pdu as Uint8Array])).toEqual([
          example.payload,
        ]);
        expect(traffic.pn(0)).toBe(example.pn);
      });
});

describe('HCS', () => {
  const core = testingCore();
  const key = core.keys.put(new Uint8Array(16), birth('open-down', 1)).key;
  const traffic = core.traffic({ packets: 2, crc: 'none' });
  for (const header of ['00400a06c430', '0040277eb2ad'])
    it(header, () => {
      // The examples' plain headers: HCS right, LEN right, then EC = 0 is what stops them.
      const pdu = new Uint8Array(header === '00400a06c430' ? 10 : 39);
      pdu.set(unhex(header));
      const wrong = pdu.slice();
      wrong[5] = (wrong[5] as number) ^ 0x40;
      expect(opened(traffic, { key, eks: 0, cid: 0 }, [pdu, wrong])).toEqual(['CLEARTEXT', 'HCS']);
    });
});

describe('sealing and opening', () => {
  it('returns every payload of every length, in the order of add', () => {
    for (const up of [false, true])
      for (const crc of ['msb', 'reflected', 'none'] as const) {
        const core = testingCore({ packets: 4096, arenaBytes: 16 << 20 });
        const random = new Random(7);
        const max = crc === 'none' ? 2029 : 2025;
        const payloads: Uint8Array[] = [];
        for (let length = 1; length <= max; length += 1 + (length > 70 ? 31 : 0)) payloads.push(random.bytes(length));
        payloads.push(random.bytes(max));
        const { seal, open } = pair(core, up);
        const traffic = core.traffic({ packets: payloads.length, crc });
        const pdus = sealed(traffic, seal, payloads);
        expect(pdus.map((p) => p.length)).toEqual(payloads.map((p) => p.length + (crc === 'none' ? 18 : 22)));
        expect(opened(traffic, open, pdus)).toEqual(payloads.map(hex));
      }
  });

  it('refuses by packet: EMPTY, TOO_LONG, KEY_ERASED, LEASE, LIMIT; a refused packet uses no PN', () => {
    const core = testingCore();
    const { seal } = pair(core, false, { lease: 3, byteLimit: 100n });
    const traffic = core.traffic({ packets: 8 });
    traffic.addPayload(seal, new Uint8Array(0));
    traffic.addPayload(seal, new Uint8Array(2026));
    traffic.addPayload(seal, new Uint8Array(5000));
    traffic.addPayload(seal, new Uint8Array(60));
    traffic.addPayload(seal, new Uint8Array(41));
    traffic.addPayload(seal, new Uint8Array(40));
    traffic.addPayload(seal, new Uint8Array(1));
    expect(traffic.seal()).toBe(2);
    const codes = Array.from({ length: traffic.length }, (_, i) => traffic.code(i));
    expect(codes).toEqual(['EMPTY', 'TOO_LONG', 'TOO_LONG', '', 'LIMIT', '', 'LEASE']);
    expect([traffic.pn(3), traffic.pn(5)]).toEqual([1, 2]);
    core.keys.erase(seal.key);
    traffic.addPayload(seal, new Uint8Array(1));
    expect(traffic.seal()).toBe(0);
    expect(traffic.code(0)).toBe('KEY_ERASED');
  });

  it('takes no length for a small one because a sum of it wraps', () => {
    for (const crc of ['msb', 'none'] as const) {
      const core = testingCore();
      const { seal, open } = pair(core);
      const traffic = core.traffic({ packets: 1, crc });
      const { u32, descriptors } = instanceOf(core);
      for (const length of [0xffffffff, 2 ** 32 - 18, 2 ** 32 - 22, 2 ** 31, 2048]) {
        traffic.addPayload(seal, new Uint8Array(60));
        u32[(descriptors + DESC_LENGTH) / 4] = length;
        expect([traffic.seal(), traffic.code(0)]).toEqual([0, 'TOO_LONG']);
        traffic.addPdu(open, new Uint8Array(60));
        u32[(descriptors + DESC_LENGTH) / 4] = length;
        expect([traffic.open(), traffic.code(0)]).toEqual([0, 'HEADER']);
      }
      expect(core.keys.counters(seal.key).nextPn).toBe(1);
    }
  });

  it('seals PN 0x7FFFFFFE and stops there', () => {
    const core = testingCore();
    const { seal, open } = pair(core, false, { firstPn: 0x7ffffffe });
    const traffic = core.traffic({ packets: 2 });
    traffic.addPayload(seal, new Uint8Array(9));
    traffic.addPayload(seal, new Uint8Array(9));
    expect(traffic.seal()).toBe(1);
    expect([traffic.code(0), traffic.code(1)]).toEqual(['', 'LEASE']);
    const pdu = traffic.arena.slice(traffic.start(0), traffic.end(0));
    expect(opened(traffic, open, [pdu])).toEqual(['00'.repeat(9)]);
    expect(core.keys.counters(seal.key).nextPn).toBe(0x7fffffff);
    expect(core.keys.counters(open.key).nextPn).toBe(0x7fffffff);
    expect(codeOf(() => core.keys.lease(seal.key, 0x80000000))).toBe('RANGE');
  });

  it('refuses what arrives wrong, in the order of the checks', () => {
    const core = testingCore();
    const { seal, open } = pair(core);
    const traffic = core.traffic({ packets: 32, crc: 'none' });
    const [good] = sealed(traffic, seal, [new Uint8Array(30)]) as [Uint8Array];
    const changed = (change: (p: Uint8Array) => void, hcs = true) => {
      const p = good.slice();
      change(p);
      if (hcs) p[5] = crc8(p.subarray(0, 5));
      return p;
    };
    const set = (at: number, value: number, hcs = true) => changed((p) => p.fill(value, at, at + 1), hcs);
    const at = (i: number) => good[i] as number;
    const cases: [Uint8Array, string][] = [
      [new Uint8Array(0), 'HEADER'],
      [good.subarray(0, 5), 'HEADER'],
      [new Uint8Array(2048), 'HEADER'],
      [set(0, 0xc0), 'HEADER'],
      [set(0, 0x44), 'HEADER'],
      [set(1, at(1) | 0x80), 'HEADER'],
      [set(5, at(5) ^ 1, false), 'HCS'],
      [good.subarray(0, 40), 'LEN'],
      [set(2, at(2) + 1), 'LEN'],
      [set(0, 0), 'CLEARTEXT'],
      [set(1, at(1) | 0x40), 'CI'],
      [set(1, at(1) ^ 0x10), 'EKS'],
      [set(4, 0x35), 'CID'],
      [set(9, at(9) | 0x80), 'DIRECTION'],
      [changed((p) => p.fill(0, 6, 10)), 'PN'],
      [changed((p) => p.set([0xff, 0xff, 0xff, 0x7f], 6)), 'PN'],
      [set(6, at(6) + 1), 'ICV'],
      [set(20, at(20) ^ 1), 'ICV'],
      [set(47, at(47) ^ 1), 'ICV'],
      [good, '00'.repeat(30)],
      [good, 'REPLAY'],
    ];
    expect(
      opened(
        traffic,
        open,
        cases.map((c) => c[0]),
      ),
    ).toEqual(cases.map((c) => c[1]));
    const { packets, bytes, nextPn } = core.keys.counters(open.key);
    expect({ packets, bytes, nextPn }).toEqual({ packets: 1, bytes: 30n, nextPn: 2 });
  });

  it('refuses a wrong CRC, and a PDU too short for its parts', () => {
    const core = testingCore();
    const { seal, open } = pair(core);
    const traffic = core.traffic({ packets: 8 });
    const [good] = sealed(traffic, seal, [new Uint8Array(30)]) as [Uint8Array];
    const bad = good.slice();
    bad[51] = (bad[51] as number) ^ 0x80;
    const short = Uint8Array.from([0x40, 0x60, 22, 0x12, 0x34, 0, ...new Uint8Array(16)]);
    short[5] = crc8(short.subarray(0, 5));
    expect(opened(traffic, open, [bad, short, good])).toEqual(['CRC', 'HEADER', '00'.repeat(30)]);
  });

  it('opens under the right direction only: an uplink PDU comes back from nowhere', () => {
    const core = testingCore();
    const up = pair(core, true);
    const reflected = core.keys.put(up.tek, birth('open-down', core.newOwner())).key;
    const traffic = core.traffic({ packets: 2 });
    const pdus = sealed(traffic, up.seal, [new Uint8Array(8)]);
    expect(pdus[0]?.[9]).toBe(0x80);
    expect(opened(traffic, { ...up.open, key: reflected }, pdus)).toEqual(['DIRECTION']);
    expect(opened(traffic, up.open, pdus)).toEqual(['00'.repeat(8)]);
  });

  it('counts packets, bytes, first and last use', () => {
    const core = testingCore();
    const { seal } = pair(core, false, { lease: 50 });
    const traffic = core.traffic({ packets: 4 });
    const before = core.keys.counters(seal.key);
    expect(before).toEqual({ packets: 0, bytes: 0n, firstUse: undefined, lastUse: undefined, nextPn: 1, lease: 50 });
    traffic.addPayload(seal, new Uint8Array(100));
    traffic.seal(5000.5);
    traffic.addPayload(seal, new Uint8Array(11));
    traffic.addPayload(seal, new Uint8Array(11));
    traffic.seal(7000.5);
    expect(core.keys.counters(seal.key)).toEqual({
      packets: 3,
      bytes: 122n,
      firstUse: 5000.5,
      lastUse: 7000.5,
      nextPn: 4,
      lease: 50,
    });
  });
});

describe('a batch', () => {
  it('refuses wrong calls and goes on', () => {
    const core = testingCore();
    const other = testingCore();
    const { seal, open } = pair(core);
    const traffic = core.traffic({ packets: 3, bytes: 512 });
    expect(codeOf(() => traffic.addPayload(open, new Uint8Array(1)))).toBe('KEY_USE');
    expect(codeOf(() => traffic.addPdu(seal, new Uint8Array(1)))).toBe('KEY_USE');
    expect(codeOf(() => traffic.addPayload(pair(other).seal, new Uint8Array(1)))).toBe('WRONG_CORE');
    traffic.addPayload(seal, new Uint8Array(200));
    expect(codeOf(() => traffic.addPdu(open, new Uint8Array(1)))).toBe('BATCH_MIXED');
    expect(codeOf(() => traffic.open())).toBe('BATCH_MIXED');
    expect(codeOf(() => traffic.code(0))).toBe('BATCH_OPEN');
    expect(codeOf(() => traffic.addPayload(seal, new Uint8Array(1000)))).toBe('ARENA_FULL');
    traffic.addPayload(seal, new Uint8Array(10));
    traffic.addPayload(seal, new Uint8Array(10));
    expect(codeOf(() => traffic.addPayload(seal, new Uint8Array(1)))).toBe('BATCH_FULL');
    expect(traffic.seal()).toBe(3);
    expect(codeOf(() => traffic.code(3))).toBe('RANGE');
    expect(traffic.seal()).toBe(0); // sealed already: the next batch is empty
    expect(traffic.length).toBe(0);
  });

  it('holds as many of the longest PDUs as it was made for, and gives its room back', () => {
    const core = testingCore({ packets: 64, arenaBytes: 64 * 2048 });
    const { seal } = pair(core);
    for (let round = 0; round < 3; round++) {
      const a = core.traffic({ packets: 32 });
      const b = core.traffic({ packets: 32 });
      expect(codeOf(() => core.traffic({ packets: 1, bytes: 64 }))).toBe('ARENA_FULL');
      for (let i = 0; i < 32; i++) a.addPayload(seal, new Uint8Array(2025));
      expect(a.seal()).toBe(32);
      a.dispose();
      b.dispose();
      expect(codeOf(() => a.seal())).toBe('DISPOSED');
    }
  });

  it('forgets its bytes when cleared', () => {
    const core = testingCore();
    const { seal } = pair(core);
    const traffic = core.traffic({ packets: 4 });
    sealed(traffic, seal, [new Uint8Array(500).fill(7), new Uint8Array(5)]);
    traffic.addPayload(seal, new Uint8Array(5).fill(9));
    traffic.clear();
    expect(traffic.arena.every((b) => b === 0)).toBe(true);
    expect(traffic.length).toBe(0);
  });
});

describe('MBS', () => {
  it('seals and opens with ROC and frame number, which only rise', () => {
    const core = testingCore();
    // Self-made reference of the counter: MTK, ROC 05, frame 000102.
    const mtk = unhex('0addb1d5f135ad9f65e63592d529b729');
    const payload = Uint8Array.from({ length: 40 }, (_, i) => i);
    const key = core.keys.put(mtk, birth('seal-down', 1, { cipher: 'mbs', firstPn: 0x05000102 })).key;
    const opener = core.keys.put(mtk, birth('open-down', 2, { cipher: 'mbs' })).key;
    const traffic = core.traffic({ packets: 4 });
    const sa = { key, eks: 0, cid: 0xfea0 };
    const [pdu, next] = sealed(traffic, sa, [payload, payload]) as [Uint8Array, Uint8Array];
    expect(hex(pdu.subarray(6, 47))).toBe(
      '0542d826518e724066addd74fdedee5fa85110ab56addbec0d378f610ed8d06dc875cb9fc479156610',
    );
    expect(traffic.pn(1)).toBe(0x05000103);
    traffic.addPdu({ ...sa, key: opener }, next, 0x000103);
    traffic.addPdu({ ...sa, key: opener }, pdu, 0x000102);
    expect(traffic.open()).toBe(2);
    expect([...traffic.results()].map((r) => hex(r.bytes as Uint8Array))).toEqual([hex(payload), hex(payload)]);
    expect(traffic.pn(1)).toBe(0x05000102);
  });

  it('stops before the counter wraps', () => {
    const core = testingCore();
    const key = core.keys.put(new Uint8Array(16), birth('seal-down', 1, { cipher: 'mbs', firstPn: 0xfffffffe })).key;
    const traffic = core.traffic({ packets: 2 });
    traffic.addPayload({ key, eks: 0, cid: 1 }, new Uint8Array(4));
    traffic.addPayload({ key, eks: 0, cid: 1 }, new Uint8Array(4));
    expect(traffic.seal()).toBe(1);
    expect(traffic.code(1)).toBe('LEASE');
  });

  it('opens PDUs side by side, whose last blocks reach into the next PDU and the next batch, which stay as they are', () => {
    const core = testingCore();
    const bytes = new Random(5).bytes(16);
    const sealer = { key: core.keys.put(bytes, birth('seal-down', 9, { cipher: 'mbs' })).key, eks: 1, cid: 7 };
    const opener = { ...sealer, key: core.keys.put(bytes, birth('open-down', 10, { cipher: 'mbs' })).key };
    const random = new Random(6);
    const payloads = Array.from({ length: 70 }, (_, i) => random.bytes(1 + (i % 34)));
    const room = payloads.reduce((sum, { length }) => sum + Math.ceil((6 + 7 + length) / 16) * 16, 0);
    const source = core.traffic({ packets: payloads.length, crc: 'none' });
    const traffic = core.traffic({ packets: payloads.length, bytes: room - 16 * payloads.length, crc: 'none' });
    const next = core.traffic({ packets: 1, bytes: 64 });
    next.arena.fill(0xee);
    for (const payload of payloads) source.addPayload(sealer, payload);
    source.seal();
    for (const i of payloads.keys())
      traffic.addPdu(opener, source.arena.subarray(source.start(i), source.end(i)), source.pn(i));
    expect(traffic.open()).toBe(payloads.length);
    expect([...traffic.results()].map((r) => (r.code === '' ? hex(r.bytes) : r.code))).toEqual(payloads.map(hex));
    expect(next.arena.every((b) => b === 0xee)).toBe(true);
    expect(next.arena.byteOffset - traffic.end(69) - traffic.arena.byteOffset).toBeLessThan(16);
  });

  it('shares a batch with CCM', () => {
    const core = testingCore();
    const { seal, open } = pair(core);
    const bytes = new Random(3).bytes(16);
    const mbs = { eks: 1, cid: 7 };
    const sealer = { ...mbs, key: core.keys.put(bytes, birth('seal-down', 9, { cipher: 'mbs' })).key };
    const opener = { ...mbs, key: core.keys.put(bytes, birth('open-down', 10, { cipher: 'mbs' })).key };
    const traffic = core.traffic({ packets: 40, crc: 'none' });
    const random = new Random(4);
    const payloads = Array.from({ length: 40 }, (_, i) => random.bytes(i === 7 ? 2040 : random.between(1, 300)));
    for (const [i, p] of payloads.entries()) traffic.addPayload(i % 3 === 1 ? sealer : seal, p);
    expect(traffic.seal()).toBe(40);
    const pdus = [...traffic.results()].map((r) => (r.bytes as Uint8Array).slice());
    const frames = payloads.map((_, i) => traffic.pn(i));
    for (const [i, p] of pdus.entries()) traffic.addPdu(i % 3 === 1 ? opener : open, p, frames[i]);
    traffic.open();
    expect([...traffic.results()].map((r) => (r.code === '' ? hex(r.bytes) : r.code))).toEqual(payloads.map(hex));
  });
});

function crc8(bytes: Uint8Array): number {
  let c = 0;
  for (const b of bytes) {
    c ^= b;
    for (let i = 0; i < 8; i++) c = ((c << 1) ^ (c & 0x80 ? 0x107 : 0)) & 0xff;
  }
  return c;
}
