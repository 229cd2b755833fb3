import { describe, expect, it } from 'vitest';
import { latencyOf } from '../../bench/sizing/latency.js';
import { paired } from '../../bench/sizing/paired.js';
import { makeRow } from '../../bench/sizing/row.js';
import { noRatio, percentile, quartiles, ratioOf } from '../../bench/sizing/statistics.js';

describe('statistics', () => {
  it('interpolates percentiles', () => {
    const sorted = [10, 20, 30, 40];
    expect([0, 1 / 3, 0.5, 1].map((p) => percentile(sorted, p))).toEqual([10, 20, 25, 40]);
    expect(percentile([7], 0.99)).toBe(7);
    expect(percentile([], 0.5)).toBeNaN();
  });

  it('takes quartiles in any order, as numbers and not as text', () => {
    expect(quartiles([100, 9, 30, 2, 1])).toEqual({ q1: 2, median: 9, q3: 30 });
  });

  it('gives a ratio only where it means something', () => {
    expect(ratioOf([2, 2.1, 1.9])).toMatchObject({ value: 2 });
    expect(ratioOf([2, 2]).reason).toBe('only 2 rounds');
    const wide = ratioOf([1, 2, 3, 4, 5]);
    expect(wide.value).toBeNull();
    expect(wide.reason).toBe('spread too wide: half of 5 rounds within 2.00..4.00');
    expect(wide.quartiles?.median).toBe(3);
  });
});

describe('rows', () => {
  const head = { op: 'seal', bytes: 100, payload: '100', keys: 1, batch: 8, workers: 1 };

  it('round to four digits, keep spreads by name, and say why a ratio is null', () => {
    const ns = { q1: 390.123, median: 400.456, q3: 410.9 };
    const row = makeRow(
      head,
      ns,
      { node: ratioOf([2, 2.00001, 2]), sjcl: noRatio('not installed') },
      { notes: { x: 'y' } },
    );
    expect(row).toEqual({
      ...head,
      nsPerPacket: 400.5,
      mbps: 1998,
      ratio: { node: 2, sjcl: null },
      spread: { nsPerPacket: [390.1, 410.9], node: [2, 2] },
      notes: { x: 'y', sjcl: 'not installed' },
    });
  });

  it('have no megabits where there is no payload', () => {
    const ns = { q1: 1, median: 1, q3: 1 };
    expect(makeRow(head, ns, {}, { payloadless: true }).mbps).toBeNull();
  });
});

describe('taking times', () => {
  /** A clock that only work moves, and contestants that cost so many ms a run. */
  function fake() {
    let time = 0;
    const order: string[] = [];
    const contestant = (name: string, ms: number, packets: number) => ({
      name,
      prepare() {
        time += 1000; // must not be counted
      },
      run() {
        time += ms;
        order.push(name);
        return packets;
      },
    });
    return { clock: () => time, order, contestant };
  }

  it('alternates, leaves preparation out, and compares within a round', async () => {
    const { clock, order, contestant } = fake();
    const options = { rounds: 4, sliceMs: 2, warmMs: 2, clock };
    const [a, b] = await paired([contestant('a', 1, 10), contestant('b', 4, 10)], options);
    expect(a?.ns.median).toBe(1e5);
    expect(b?.ns.median).toBe(4e5);
    expect(b?.ratios).toEqual([4, 4, 4, 4]);
    expect(order.join('')).toBe('aabaabbaaaabbaa'); // both warmed; then ab, ba, ab, ba, a slice of a being two runs
  });

  it('awaits contestants that answer later', async () => {
    const { clock, contestant } = fake();
    const slow = contestant('slow', 2, 1);
    const options = { rounds: 3, sliceMs: 1, warmMs: 1, clock };
    const [, later] = await paired([contestant('now', 2, 1), { ...slow, run: async () => slow.run() }], options);
    expect(later?.ratios).toEqual([1, 1, 1]);
  });

  it('takes percentiles of single batches, and no 99.9th of too few', () => {
    let runs = 0;
    const batch = { name: 'x', run: () => ++runs };
    const few = latencyOf(batch, 0, 100);
    expect(few.batches).toBe(100);
    expect(few.p999).toBeNull();
    expect(runs).toBe(150);
    const { p50, p99, p999, max } = latencyOf(batch, 0, 1000);
    expect(p50 <= p99 && p99 <= (p999 ?? -1) && (p999 ?? -1) <= max).toBe(true);
  });
});
