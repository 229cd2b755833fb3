// Packets added together: the same results as one by one, all or none of them, and nothing of them left behind.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countCalls, linearMemory } from '../../bindings/core/testing.js';
import type { Core, Crc, SaTable, Traffic } from '../../bindings/core/types.js';
import { tohex as hex } from '../support/hex.js';
import { Random } from '../support/random.js';
import { birth, codeOf, places, subjectOf, testingCore } from './support.js';

const SAS = 12;
const any = (value: unknown) => value as never;
const joined = (parts: readonly Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
const lengthsOf = (parts: readonly Uint8Array[]) => Uint16Array.from(parts, ({ length }) => length);

/** Rows 0 to 11 seal, 12 to 23 open the same TEKs; every third is of MBS. */
function tableOf(core: Core): SaTable {
  const table = core.saTable(2 * SAS);
  for (let i = 0; i < 2 * SAS; i++) {
    const n = i % SAS;
    const more = { sequence: n & 3, cipher: n % 3 === 0 ? 'mbs' : 'ccm' } as const;
    const { key } = core.keys.put(
      new Uint8Array(16).fill(n + 1),
      birth(i < SAS ? 'seal-down' : 'open-down', i < SAS ? 1 : 2, more),
    );
    table.set(i, { key, eks: n & 3, cid: 0x100 + n });
  }
  return table;
}

function sides(crc: Crc = 'msb', bytes = 100_000) {
  const core = testingCore();
  const table = tableOf(core);
  return { core, table, traffic: core.traffic({ packets: 64, bytes, crc, table }) };
}

const outcome = (traffic: Traffic) =>
  [...traffic.results()].map((r, i) => (r.code === '' ? `${traffic.pn(i)} ${hex(r.bytes)}` : r.code));

describe('packets added together', () => {
  it('become what they become one by one, of all lengths, opened too, before and after others', () => {
    const length = fc.oneof(
      fc.integer({ min: 0, max: 70 }),
      fc.integer({ min: 0, max: 2100 }),
      fc.constantFrom(2025, 2026, 2029, 2030, 2041, 2042, 5000),
    );
    const packets = fc.array(fc.tuple(fc.nat(SAS - 1), length), { maxLength: 20 });
    fc.assert(
      fc.property(packets, packets, packets, fc.constantFrom<Crc>('msb', 'none'), fc.nat(), (a, b, c, crc, seed) => {
        const random = new Random(seed);
        const [many, single] = [sides(crc, 500_000), sides(crc, 500_000)];
        const runs = [a, b, c].map((run) => run.map(([row, n]) => ({ row, bytes: random.bytes(n), frame: 0 })));
        const add = (shift: number, opens: boolean) => {
          let count = 0;
          for (const [n, run] of runs.entries()) {
            const rows = run.map(({ row }) => row + shift);
            for (const [i, { bytes, frame }] of run.entries()) {
              const row = rows[i] as number;
              for (const { traffic } of n === 1 ? [single, many] : [single])
                expect(opens ? traffic.addPdu(row, bytes, frame) : traffic.addPayload(row, bytes)).toBe(count + i);
            }
            if (n !== 1) {
              const parts = run.map(({ bytes }) => bytes);
              const all = [Uint32Array.from(rows), joined(parts), lengthsOf(parts)] as const;
              const frames = Uint32Array.from(run, ({ frame }) => frame);
              expect(opens ? many.traffic.addPdus(...all, frames) : many.traffic.addPayloads(...all)).toBe(count);
            }
            count += run.length;
          }
        };
        add(0, false);
        expect(many.traffic.seal(5)).toBe(single.traffic.seal(5));
        expect(outcome(many.traffic)).toEqual(outcome(single.traffic));
        let i = 0;
        for (const packet of runs.flat()) {
          if (many.traffic.code(i) === '') {
            packet.bytes = many.traffic.arena.slice(many.traffic.start(i), many.traffic.end(i));
            packet.frame = many.traffic.pn(i);
          }
          i++;
        }
        add(SAS, true);
        expect(many.traffic.open(6)).toBe(single.traffic.open(6));
        expect(outcome(many.traffic)).toEqual(outcome(single.traffic));
        for (const { core } of [many, single]) core.dispose();
      }),
      { numRuns: 40, seed: 71 },
    );
  });

  it('take frames of more than 24 bits, and none where none are given', () => {
    const { core, traffic } = sides('none');
    const mbs = Uint32Array.of(0, 3);
    traffic.addPayloads(mbs, new Uint8Array(60).fill(5), Uint16Array.of(20, 40));
    traffic.seal();
    const pdus = Array.from({ length: 2 }, (_, i) => traffic.arena.slice(traffic.start(i), traffic.end(i)));
    const pns = Uint32Array.of(traffic.pn(0), traffic.pn(1));
    const back = mbs.map((row) => row + SAS);
    const opened = (frames?: Uint32Array) => {
      traffic.addPdus(back, joined(pdus), lengthsOf(pdus), frames);
      traffic.open();
      return [...traffic.results()].map(({ bytes }) => hex(bytes as Uint8Array));
    };
    const plain = ['05'.repeat(20), '05'.repeat(40)];
    expect(opened(pns.map((pn) => (pn | 0xab000000) >>> 0))).toEqual(plain);
    expect(opened(Uint32Array.of(9, 9))).not.toEqual(plain);
    const unsaid = opened();
    expect(opened(new Uint32Array(2))).toEqual(unsaid);
    core.dispose();
  });

  it('fill a batch to its last byte', () => {
    const core = testingCore();
    const table = tableOf(core);
    // 6 before a PDU, 10 of header and PN, 40, 12 of ICV and CRC: 68 bytes, 80 to the next place.
    const exact = core.traffic({ packets: 4, bytes: 4 * 64, table });
    const rows = Uint32Array.of(1, 2, 4, 5);
    const payloads = new Random(3).bytes(160);
    const lengths = new Uint16Array(4).fill(40);
    expect(exact.addPayloads(rows, payloads, lengths)).toBe(0);
    expect(exact.seal()).toBe(4);
    const roomy = core.traffic({ packets: 4, bytes: 4096, table });
    const pdus = [...exact.results()].map(({ bytes }) => (bytes as Uint8Array).slice());
    const back = rows.map((row) => row + SAS);
    roomy.addPdus(back, joined(pdus), lengthsOf(pdus));
    expect(roomy.open()).toBe(4);
    expect(joined([...roomy.results()].map(({ bytes }) => bytes as Uint8Array))).toEqual(payloads);
    expect(codeOf(() => exact.addPayloads(rows, new Uint8Array(161), Uint16Array.of(40, 40, 40, 41)))).toBe('');
    expect(codeOf(() => exact.addPayloads(Uint32Array.of(1), new Uint8Array(1), Uint16Array.of(1)))).toBe('BATCH_FULL');
    core.dispose();
  });

  it('are all refused when one is, and what was there stays', () => {
    const { core, table, traffic } = sides();
    table.delete(7);
    const bytes = new Uint8Array(30).fill(1);
    const [rows, lengths] = [Uint32Array.of(1, 2, 4), Uint16Array.of(10, 10, 10)];
    const refusals: readonly [string, string, () => unknown][] = [
      ['RANGE', 'row', () => traffic.addPayloads(Uint32Array.of(1, 2, 24), bytes, lengths)],
      ['RANGE', 'row', () => traffic.addPayloads(Uint32Array.of(1, 2, 2 ** 32 - 1), bytes, lengths)],
      ['TYPE', 'row', () => traffic.addPayloads(Uint32Array.of(1, 2, 7), bytes, lengths)],
      ['KEY_USE', String(table.get(13)?.key), () => traffic.addPayloads(Uint32Array.of(1, 2, 13), bytes, lengths)],
      ['LENGTH', 'lengths', () => traffic.addPayloads(rows, bytes, Uint16Array.of(10, 10))],
      ['LENGTH', 'lengths', () => traffic.addPayloads(rows, bytes, Uint16Array.of(10, 10, 9))],
      ['LENGTH', 'lengths', () => traffic.addPayloads(rows, bytes, Uint16Array.of(10, 10, 11))],
      ['TYPE', 'rows', () => traffic.addPayloads(any([1, 2, 4]), bytes, lengths)],
      ['TYPE', 'lengths', () => traffic.addPayloads(rows, bytes, any(Uint32Array.of(10, 10, 10)))],
      ['TYPE', 'payloads', () => traffic.addPayloads(rows, any(new DataView(bytes.buffer)), lengths)],
      [
        'BATCH_FULL',
        'packets',
        () => traffic.addPayloads(new Uint32Array(65), new Uint8Array(65), new Uint16Array(65).fill(1)),
      ],
      [
        'ARENA_FULL',
        'bytes',
        () => traffic.addPayloads(new Uint32Array(60), new Uint8Array(120_000), new Uint16Array(60).fill(2000)),
      ],
      [
        'ARENA_FULL',
        'bytes',
        () => traffic.addPayloads(Uint32Array.of(1, 2), new Uint8Array(130_000), new Uint16Array(2).fill(65_000)),
      ],
    ];
    traffic.addPayload(1, bytes);
    traffic.seal();
    const sealed = outcome(traffic);
    const all = () => {
      for (const [code, subject, call] of refusals) {
        expect(codeOf(call)).toBe(code);
        expect(subjectOf(call)).toBe(subject);
      }
    };
    all();
    expect(outcome(traffic)).toEqual(sealed); // no batch was begun
    traffic.addPayload(2, bytes);
    all();
    expect(codeOf(() => traffic.addPdus(Uint32Array.of(13), bytes, Uint16Array.of(30)))).toBe('BATCH_MIXED');
    expect(codeOf(() => traffic.addPdus(Uint32Array.of(13), bytes, Uint16Array.of(30), new Uint32Array(2)))).toBe(
      'LENGTH',
    );
    expect(traffic.length).toBe(1);
    expect(traffic.addPayloads(new Uint32Array(0), new Uint8Array(0), new Uint16Array(0))).toBe(1);
    expect(traffic.seal()).toBe(1);
    traffic.dispose();
    expect(codeOf(() => traffic.addPayloads(rows, bytes, lengths))).toBe('DISPOSED');
    core.dispose();
    expect(codeOf(() => traffic.addPayloads(rows, bytes, lengths))).toBe('DISPOSED');
  });

  it('that are too long fit as long as all bytes do, and are those of nobody else', () => {
    const core = testingCore();
    const table = tableOf(core);
    const traffic = core.traffic({ packets: 8, bytes: 2900, crc: 'none', table });
    const random = new Random(15);
    const payloads = [40, 2800, 40].map((length) => random.bytes(length));
    const all = [Uint32Array.of(1, 2, 4), joined(payloads), lengthsOf(payloads)] as const;
    expect(traffic.addPayloads(...all)).toBe(0);
    expect(codeOf(() => traffic.addPayloads(...all))).toBe('ARENA_FULL');
    expect(traffic.addPayload(5, payloads[0] as Uint8Array)).toBe(3);
    expect(traffic.seal()).toBe(3);
    expect(traffic.code(1)).toBe('TOO_LONG');
    const pdus = [0, 2, 3].map((i) => traffic.arena.slice(traffic.start(i), traffic.end(i)));
    traffic.addPdus(Uint32Array.of(13, 16, 17), joined(pdus), lengthsOf(pdus));
    expect(traffic.open()).toBe(3);
    expect([...traffic.results()].map(({ bytes }) => bytes)).toEqual([payloads[0], payloads[2], payloads[0]]);
    core.dispose();
  });

  it('of no packets change nothing, be the arrays detached', () => {
    const { core, traffic } = sides();
    traffic.addPayload(1, new Uint8Array(5));
    traffic.seal();
    const before = outcome(traffic);
    const gone = new Uint32Array(3);
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    expect(traffic.addPayloads(gone, new Uint8Array(0), new Uint16Array(0))).toBe(0);
    expect(outcome(traffic)).toEqual(before);
    core.dispose();
  });

  it('may come from the batch they go to', () => {
    const { core, traffic } = sides('none');
    const rows = Uint32Array.of(1, 2, 4);
    const payloads = new Random(9).bytes(300);
    const lengths = Uint16Array.of(100, 150, 50);
    traffic.addPayloads(rows, payloads, lengths);
    traffic.seal();
    const all = traffic.arena.subarray(traffic.start(0), traffic.end(2));
    const copy = all.slice();
    traffic.addPayloads(Uint32Array.of(5), all, Uint16Array.of(all.length));
    traffic.seal();
    const pdu = traffic.arena.slice(traffic.start(0), traffic.end(0));
    traffic.addPdus(Uint32Array.of(5 + SAS), pdu, Uint16Array.of(pdu.length));
    expect(traffic.open()).toBe(1);
    expect(traffic.arena.slice(traffic.start(0), traffic.end(0))).toEqual(copy);
    core.dispose();
  });

  it('leave nothing in memory once the batch is cleared', () => {
    const { core, traffic } = sides();
    const mark = new Random(12).bytes(16);
    const payloads = joined(Array.from({ length: 20 }, () => mark));
    traffic.addPayloads(new Uint32Array(20).fill(1), payloads, new Uint16Array(20).fill(16));
    expect(places(linearMemory(core), mark).length).toBeGreaterThan(20);
    traffic.clear();
    expect(places(linearMemory(core), mark)).toEqual([]);
    core.dispose();
  });

  it('are one call into the core, and one more to seal them', () => {
    const { core, traffic } = sides();
    const calls = countCalls(core);
    traffic.addPayloads(new Uint32Array(40).fill(1), new Uint8Array(400), new Uint16Array(40).fill(10));
    traffic.seal();
    expect(calls()).toBe(2);
    core.dispose();
  });
});
