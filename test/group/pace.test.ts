import { expect, test } from 'vitest';
import { worstAge } from '../../bindings/group/age.js';
import { Pace } from '../../bindings/group/pace.js';
import { Random } from '../support/random.js';

const SEED = 7101;
const newPace = (perSecond: number, seed = SEED) => {
  const random = new Random(seed);
  return new Pace(perSecond, () => random.u32() / 2 ** 32);
};

/** Nudges sent in `ms` by somebody who always has some, woken when the pace says; `replies` a second come in between. */
function nudges(pace: Pace, from: number, ms: number, replies = 0, times: number[] = []): number {
  let sent = 0;
  let owed = 0;
  for (let now = from; now < from + ms; ) {
    while (pace.ready(now)) {
      pace.nudged(now);
      sent++;
      times.push(now);
    }
    const next = pace.nextAt(now);
    expect(next).toBeGreaterThan(now);
    for (owed += ((next - now) * replies) / 1000; owed >= 1; owed--) pace.replied(next);
    now = next;
  }
  return sent;
}

test('so many in a second, in little bunches', () => {
  for (const rate of [1, 10, 2000, 50_000]) {
    const pace = newPace(rate);
    const sent = nudges(pace, 1000, 10_000);
    expect(sent, `rate ${rate}`).toBeGreaterThanOrEqual(rate * 10 * 0.95);
    expect(sent, `rate ${rate}`).toBeLessThanOrEqual(rate * 10 + Math.max(2, rate * 0.02));
  }
});

test('replies nobody was nudged for take their share, but never more than half', () => {
  expect(nudges(newPace(2000), 0, 10_000, 400)).toBeGreaterThan(15_500);
  expect(nudges(newPace(2000), 0, 10_000, 400)).toBeLessThan(16_500);
  const flood = nudges(newPace(2000), 0, 10_000, 100_000);
  expect(flood).toBeGreaterThan(9500);
  expect(flood).toBeLessThan(10_500);
});

test('each nudge has a jitter of its own, and the seed repeats it', () => {
  for (const [rate, bunches] of [
    [10, 100],
    [100, 1000],
    [2000, 1000],
  ] as const) {
    const times: number[] = [];
    nudges(newPace(rate), 0, 10_000, 0, times);
    const instants = [...new Set(times)];
    const gaps = instants.slice(1).map((at, i) => at - (instants[i] as number));
    const mean = 10_000 / bunches;
    expect(new Set(gaps.map(Math.round)).size, `rate ${rate}, seed ${SEED}`).toBeGreaterThan(5);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(4 * mean);
    const again: number[] = [];
    nudges(newPace(rate), 0, 10_000, 0, again);
    expect(again).toEqual(times);
    const other: number[] = [];
    nudges(newPace(rate, SEED + 1), 0, 10_000, 0, other);
    expect(other).not.toEqual(times);
  }
});

test('a long silence saves up no storm', () => {
  const pace = newPace(2000);
  pace.ready(0);
  let sent = 0;
  for (; pace.ready(1e9); sent++) pace.nudged(1e9);
  expect(sent).toBe(40);
});

test('the worst age: 256 groups of 1,000 at 2,000 a second', () => {
  const age = worstAge(Array(256).fill(1000), 2000, { coalesce: 0.5, deadline: 5, lifetime: 43_200 });
  expect(age).toEqual({
    storm: 261.5,
    age: 43_200,
    groups: 256,
    members: 256_000,
    perSecond: 2000,
    demand: 256_000 / 21_600,
  });
  expect(worstAge([], 2000, { coalesce: 0.5, deadline: 5, lifetime: 8 }).storm).toBe(0);
});
