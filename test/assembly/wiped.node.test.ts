// After a call linear memory holds nothing that leads back to a key: no 8-byte run of a round key, as bytes or as planes.
import { beforeAll, describe, expect, test } from 'vitest';
import { REGION_IO } from '../../assembly/layout.js';
import { instanceOf } from '../../bindings/core/core.js';
import { createTestingCore } from '../../bindings/core/testing.js';
import { Random } from '../support/random.js';
import { Batches, type Packet } from './batches.js';
import { describeFlavours } from './flavours.js';
import { oracle } from './oracle.js';
import { codedKeys, planes, roundKeys, storedKeys } from './schedule.js';

const random = new Random(63);
const RUN = 8;

/** Every 8-byte run of `now` that is not as it was `before`, as numbers; `except`: the range that holds the raw keys themselves. */
function changedRuns(before: Uint8Array, now: Uint8Array, except: [number, number] = [0, 0]): Set<bigint> {
  const runs = new Set<bigint>();
  const view = new DataView(now.buffer, now.byteOffset, now.length);
  let until = 0; // runs that begin before this hold a changed byte
  for (let at = now.length - 1; at >= 0; at--) {
    if (before[at] !== now[at] && (at < except[0] || at >= except[1])) until = at + 1;
    if (until > at && until <= at + RUN && at + RUN <= now.length) runs.add(view.getBigUint64(at));
  }
  return runs;
}

/** A run with fewer than three bytes apart from its most common one (00 00 00 01 …) tells nothing, and is found everywhere. */
const telling = (run: Uint8Array) => run.every((common) => run.filter((b) => b !== common).length >= 3);

/** Whether any 8-byte run of one of the needles is among the runs. */
const leftBehind = (runs: Set<bigint>, needles: readonly Uint8Array[]): boolean =>
  needles.some((needle) => {
    const view = new DataView(needle.buffer, needle.byteOffset, needle.length);
    for (let at = 0; at + RUN <= needle.length; at++) {
      if (runs.has(view.getBigUint64(at)) && telling(needle.subarray(at, at + RUN))) return true;
    }
    return false;
  });

/** All forms of a group of eight keys. */
const forms = (keys: readonly Uint8Array[]) => {
  const stored = keys.map(storedKeys);
  const rounds = Array.from({ length: 11 }, (_, i) => stored.map((blocks) => blocks[i] as Uint8Array));
  return [...keys.flatMap(roundKeys), ...keys.flatMap(codedKeys), ...stored.flat(), ...rounds.flatMap(planes)];
};

describe('what is looked for', () => {
  test('round keys are those of FIPS 197 A.1', () => {
    const key = Uint8Array.from(Buffer.from('2b7e151628aed2a6abf7158809cf4f3c', 'hex'));
    expect(Buffer.from(roundKeys(key)[1] as Uint8Array).toString('hex')).toBe('a0fafe1788542cb123a339392a6c7605');
    expect(Buffer.from(roundKeys(key)[10] as Uint8Array).toString('hex')).toBe('d014f9a8c9ee2589e13f0cc8b6630ca6');
  });

  test('is found where it is left', () => {
    const clean = new Uint8Array(4096);
    for (const needle of forms(Array.from({ length: 8 }, () => random.bytes(16)))) {
      const memory = clean.slice();
      memory.set(needle.subarray(3, 11), 1001);
      expect(leftBehind(changedRuns(clean, clean), [needle])).toBe(false);
      expect(leftBehind(changedRuns(clean, memory), [needle])).toBe(true);
      expect(leftBehind(changedRuns(memory, memory), [needle])).toBe(false);
    }
  });
});

describeFlavours('scratch', (module) => {
  const keys = Array.from({ length: 12 }, () => random.bytes(16));
  const batches = new Batches(module, 64, keys);
  const { instance } = batches;
  const { exports: wasm, u8 } = instance;
  const keyTable: [number, number] = [batches.keyAt(0), batches.keyAt(keys.length)];
  const at = instance.arena + 65_536;
  const [iv, aad, src, dst, tag] = [at, at + 64, at + 256, at + 1024, at + 2048];
  let before: Uint8Array;
  let statics: number;
  beforeAll(() => {
    before = u8.slice();
    statics = wasm.address(REGION_IO);
  });

  const key = batches.keyAt(3);
  const calls: [string, () => void][] = [
    ['ECB encrypt', () => wasm.hazmatEcbEncrypt(key, src, dst, 11)],
    ['ECB decrypt', () => wasm.hazmatEcbDecrypt(key, src, dst, 11)],
    ['CBC encrypt', () => wasm.hazmatCbcEncrypt(key, iv, src, dst, 11)],
    ['CBC decrypt', () => wasm.hazmatCbcDecrypt(key, iv, src, dst, 11)],
    ['CTR', () => wasm.hazmatCtr(key, iv, src, dst, 171)],
    ['CMAC', () => wasm.hazmatCmac(key, iv, src, 171, true)],
    ['CCM seal', () => wasm.hazmatCcmSeal(key, iv, aad, 21, src, dst, 171, tag, 8)],
    ['CCM open', () => wasm.hazmatCcmOpen(key, iv, aad, 21, src, dst, 171, tag, 8)],
    ['key wrap', () => wasm.hazmatWrap(key, src, dst, 24)],
    ['key unwrap', () => wasm.hazmatUnwrap(key, src, dst, 24)],
    [
      'key wrap of eight',
      () => {
        for (let lane = 0; lane < 8; lane++) {
          instance.u32[iv / 4 + lane] = batches.keyAt(lane);
          instance.u32[iv / 4 + 8 + lane] = batches.keyAt(11);
          instance.u32[iv / 4 + 16 + lane] = dst + 24 * lane;
        }
        wasm.hazmatWrap8(iv, iv + 32, iv + 64);
      },
    ],
  ];
  test.each(calls)('%s leaves static memory as it was, byte for byte', (_, call) => {
    u8.set(random.bytes(1024), at);
    call();
    expect(Buffer.compare(u8.subarray(0, statics), before.subarray(0, statics))).toBe(0);
    expect(leftBehind(changedRuns(before, u8, keyTable), forms(Array(8).fill(keys[3])))).toBe(false);
  });

  test.each([3, 9, 20, 31, 32, 45])('%i keys wrapped together leave static memory as it was', (n) => {
    const core = createTestingCore({ seed: 9, slots: 64, module });
    const kek = core.keys.put(keys[0] as Uint8Array, { use: 'kek-aeskw', owner: 1 }).key;
    const teks = Array.from({ length: n }, (_, i) =>
      core.keys.put(Uint8Array.of(...(keys[1] as Uint8Array).subarray(1), i), {
        use: 'seal-down',
        owner: 1,
        said: i,
        sequence: 0,
      }),
    );
    const { exports, u8: all } = instanceOf(core);
    const end = exports.address(REGION_IO);
    const was = all.slice(0, end);
    const blobs = core.keys.wrapMany(
      teks.map(({ key }) => key),
      Array(n).fill(kek),
    );
    for (const [i, { key }] of teks.entries())
      expect(Buffer.compare(blobs.subarray(24 * i, 24 * i + 24), core.keys.wrap(key, kek))).toBe(0);
    expect(Buffer.compare(all.subarray(0, end), was)).toBe(0);
    core.dispose();
  });

  test.each([1, 3, 4, 5, 8, 12])('a batch of %i packets leaves neither keys nor key stream', (n) => {
    const packets: Packet[] = Array.from({ length: n }, (_, i) => ({
      key: i % keys.length,
      nonce: random.bytes(13),
      body: random.bytes(200), // so no sorting: lane i is packet i
    }));
    const used = Array.from({ length: 8 }, (_, lane) => keys[lane] as Uint8Array);
    const stream = packets.map((p) => {
      const counter = Uint8Array.from([1, ...p.nonce, 0, 0]);
      return oracle.ctr(keys[p.key] as Uint8Array, counter, new Uint8Array(216));
    });
    const lanes = [...used.slice(0, n), ...Array(8).fill(new Uint8Array(16))].slice(0, 8);
    for (const run of ['hazmatBatchSeal', 'hazmatBatchOpen', 'hazmatBatchCtr'] as const) {
      batches.set(packets);
      batches.run(run);
      const runs = changedRuns(before, u8, keyTable);
      expect(leftBehind(runs, [...forms(lanes), ...stream])).toBe(false);
    }
  });
});
