// Replay windows against a model that remembers every PN, and property 7: batches larger than the window lose nothing genuine.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Core, KeyHandle, Traffic } from '../../bindings/core/types.js';
import { Random } from '../support/random.js';
import { birth, testingCore } from './support.js';

const SEED = 4303;
const TEK = new Uint8Array(16).fill(0x42);

/** What RFC 4303 §3.4.3 says, as a set. */
class Model {
  readonly #seen = new Set<number>();
  readonly #size: number;
  #top = 0;

  constructor(size: number) {
    this.#size = size;
  }

  accept(pn: number): boolean {
    if (pn <= this.#top - this.#size || this.#seen.has(pn)) return false;
    this.#seen.add(pn);
    this.#top = Math.max(this.#top, pn);
    return true;
  }
}

/** PDUs of the given PNs, each sealed by a slot born at that PN. */
function sealAt(core: Core, traffic: Traffic, pns: readonly number[]): Map<number, Uint8Array> {
  const pdus = new Map<number, Uint8Array>();
  for (const pn of new Set(pns)) {
    const key = core.keys.put(TEK, birth('seal-down', 1, { firstPn: pn })).key;
    traffic.addPayload({ key, eks: 0, cid: 1 }, new Uint8Array(4));
    traffic.seal();
    pdus.set(pn, traffic.arena.slice(traffic.start(0), traffic.end(0)));
    core.keys.forget(1);
  }
  return pdus;
}

function open(traffic: Traffic, key: KeyHandle, pdus: readonly Uint8Array[]): string[] {
  for (const pdu of pdus) traffic.addPdu({ key, eks: 0, cid: 1 }, pdu);
  traffic.open();
  return pdus.map((_, i) => traffic.code(i));
}

describe('replay window', () => {
  it(`does what the model does, however the PNs are dealt into batches (seed ${SEED})`, () => {
    // Steps from the highest PN so far: neighbours, the window's edges, jumps.
    const move = fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: -4, max: 4 }) },
      { weight: 2, arbitrary: fc.integer({ min: -200, max: 70 }) },
      fc.constantFrom(-193, -192, -191, -129, -128, -127, -65, -64, -63, 63, 64, 65, 127, 128, 129, 1000),
    );
    fc.assert(
      fc.property(
        fc.array(fc.array(move, { minLength: 30, maxLength: 30 }), { minLength: 6, maxLength: 6 }),
        fc.constantFrom(64, 128, 192),
        fc.constantFrom(1, 1000, 0x7ffffffe),
        (moves, size, start) => {
          let top: number = start;
          const batches = moves.map((batch) =>
            batch.map((by) => {
              const pn = Math.min(Math.max(1, top + by), 0x7ffffffe);
              top = Math.max(top, pn);
              return pn;
            }),
          );
          const core = testingCore({ replayWindow: 192 });
          const traffic = core.traffic({ packets: 32 });
          const pdus = sealAt(core, traffic, batches.flat());
          const key = core.keys.put(TEK, birth('open-down', 2, { replayWindow: size })).key;
          const model = new Model(size);
          for (const batch of batches) {
            const codes = open(
              traffic,
              key,
              batch.map((pn) => pdus.get(pn) as Uint8Array),
            );
            expect(codes).toEqual(batch.map((pn) => (model.accept(pn) ? '' : 'REPLAY')));
          }
        },
      ),
      { seed: SEED, numRuns: 40 },
    );
  });

  it('loses no genuine packet of a batch of 4,096 in one SA, window 1,024, whatever the lengths', () => {
    const core = testingCore({ packets: 8192, arenaBytes: 20 << 20 });
    const sealer = core.keys.put(TEK, birth('seal-down', 1)).key;
    const opener = core.keys.put(TEK, birth('open-down', 2)).key;
    const down = core.traffic({ packets: 4096 });
    const up = core.traffic({ packets: 4096 });
    const random = new Random(7);
    const imix = [40, 40, 40, 40, 40, 40, 40, 576, 576, 576, 576, 1500]; // 7 : 4 : 1
    for (let round = 0; round < 3; round++) {
      const payload = new Uint8Array(1500);
      for (let i = 0; i < 4096; i++)
        down.addPayload({ key: sealer, eks: 1, cid: 5 }, payload.subarray(0, imix[random.between(0, 11)]));
      expect(down.seal()).toBe(4096);
      for (let i = 0; i < 4096; i++)
        up.addPdu({ key: opener, eks: 1, cid: 5 }, down.arena.subarray(down.start(i), down.end(i)));
      expect(up.open()).toBe(4096);
    }
    expect(core.keys.counters(opener)).toMatchObject({ packets: 3 * 4096, nextPn: 3 * 4096 + 1 });
  });

  it('stays as it is, and the destination is zero or as it was, when an ICV is wrong', () => {
    const core = testingCore();
    const traffic = core.traffic({ packets: 64 });
    const pns = Array.from({ length: 40 }, (_, i) => i + 1);
    const pdus = sealAt(core, traffic, [...pns, 0x7ffffffe]);
    const key = core.keys.put(TEK, birth('open-down', 2)).key;
    const spoilt = (pn: number, at: number) => {
      const p = (pdus.get(pn) as Uint8Array).slice();
      p[at] = (p[at] as number) ^ 1;
      return p;
    };
    const none = core.traffic({ packets: 64, crc: 'none' });
    expect(none.length).toBe(0);
    // A forged PN far ahead must not move the window: all 40 genuine PDUs still count.
    const forged = (pdus.get(1) as Uint8Array).slice(0, 22);
    const header = forged.subarray(0, 6);
    header.set([0x40, 0x00, 22]);
    header[5] = hcs(header);
    forged.set([0xfe, 0xff, 0xff, 0x7f], 6);
    for (let i = 0; i < 20; i++) none.addPdu({ key, eks: 0, cid: 1 }, forged);
    expect(none.open()).toBe(0);
    for (let i = 0; i < 20; i++) {
      expect(none.code(i)).toBe('ICV');
      const body = none.arena.subarray(none.start(i), none.start(i) + 4);
      expect([...body]).toEqual([0, 0, 0, 0]);
    }
    expect(core.keys.counters(key)).toMatchObject({ packets: 0, nextPn: 1 });
    expect(open(traffic, key, [spoilt(3, 12)])).toEqual(['CRC']);
    expect(
      open(
        traffic,
        key,
        pns.map((pn) => pdus.get(pn) as Uint8Array),
      ).every((c) => c === ''),
    ).toBe(true);
  });

  it('zeroes the payload of a packet that lost to its twin in the same batch', () => {
    const core = testingCore();
    const traffic = core.traffic({ packets: 64 });
    const sealer = core.keys.put(TEK, birth('seal-down', 1)).key;
    traffic.addPayload({ key: sealer, eks: 0, cid: 1 }, new Uint8Array(50).fill(0x77));
    traffic.seal();
    const pdu = traffic.arena.slice(traffic.start(0), traffic.end(0));
    const key = core.keys.put(TEK, birth('open-down', 2)).key;
    expect(open(traffic, key, [pdu, pdu, pdu])).toEqual(['', 'REPLAY', 'REPLAY']);
    expect(traffic.arena.filter((b) => b === 0x77).length).toBe(50);
    const start = traffic.start(0);
    expect(traffic.arena.subarray(start, start + 50).every((b) => b === 0x77)).toBe(true);
  });
});

function hcs(header: Uint8Array): number {
  let c = 0;
  for (const b of header.subarray(0, 5)) {
    c ^= b;
    for (let i = 0; i < 8; i++) c = ((c << 1) ^ (c & 0x80 ? 0x107 : 0)) & 0xff;
  }
  return c;
}
