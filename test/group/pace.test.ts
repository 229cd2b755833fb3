import { expect, test } from 'vitest';
import { worstAge } from '../../bindings/group/age.js';
import { Pace } from '../../bindings/group/pace.js';

/** Nudges sent in `ms` by somebody who always has some, woken when the pace says; `replies` a second come in between. */
function nudges(pace: Pace, from: number, ms: number, replies = 0): number {
  let sent = 0;
  let owed = 0;
  for (let now = from; now < from + ms; ) {
    while (pace.ready(now)) {
      pace.nudged();
      sent++;
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
    const pace = new Pace(rate);
    const sent = nudges(pace, 1000, 10_000);
    expect(sent, `rate ${rate}`).toBeGreaterThanOrEqual(rate * 10 * 0.95);
    expect(sent, `rate ${rate}`).toBeLessThanOrEqual(rate * 10 + Math.max(2, rate * 0.02));
  }
});

test('replies nobody was nudged for take their share, but never more than half', () => {
  expect(nudges(new Pace(2000), 0, 10_000, 400)).toBeGreaterThan(15_500);
  expect(nudges(new Pace(2000), 0, 10_000, 400)).toBeLessThan(16_500);
  const flood = nudges(new Pace(2000), 0, 10_000, 100_000);
  expect(flood).toBeGreaterThan(9500);
  expect(flood).toBeLessThan(10_500);
});

test('a long silence saves up no storm', () => {
  const pace = new Pace(2000);
  pace.ready(0);
  let sent = 0;
  for (; pace.ready(1e9); sent++) pace.nudged();
  expect(sent).toBe(20);
});

test('the worst age: 256 groups of 1,000 at 2,000 a second', () => {
  const age = worstAge(Array(256).fill(1000), 2000, { coalesce: 0.5, deadline: 5, lifetime: 43_200 });
  expect(age).toEqual({
    storm: 133.5,
    age: 43_200,
    groups: 256,
    members: 256_000,
    perSecond: 2000,
    demand: 256_000 / 21_600,
  });
  expect(worstAge([], 2000, { coalesce: 0.5, deadline: 5, lifetime: 8 }).storm).toBe(0);
});
