import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeySchedule, openingGrace, sequenceOf, wireLifetime } from '../../bindings/sa/schedule.js';

test('TEK_k expires at t0 + (k+1)·L/2; at any time exactly two of the next are alive', () => {
  const schedule = new KeySchedule(1234, 1800);
  expect(schedule.expiry(0)).toBe(1234 + 900_000);
  for (let k = 0; k < 9; k++) {
    expect(schedule.older(schedule.expiry(k) - 1)).toBe(k);
    expect(schedule.older(schedule.expiry(k))).toBe(k + 1);
  }
  expect(schedule.older(0)).toBe(0); // never before TEK_0
});

test('a clock with fractions of a millisecond: what expired is never the older, what lives is never skipped', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1e9, noNaN: true }),
      fc.integer({ min: 4, max: 604_800 }),
      fc.integer({ min: 0, max: 5000 }),
      (t0, lifetime, k) => {
        const schedule = new KeySchedule(t0, lifetime);
        expect(schedule.older(schedule.expiry(k))).toBe(k + 1);
      },
    ),
    { seed: 20, numRuns: 20_000 },
  );
});

test('sequence numbers count mod 4', () => {
  expect([0, 1, 2, 3, 4, 5].map(sequenceOf)).toEqual([0, 1, 2, 3, 0, 1]);
});

test('lifetimes on the wire: whole seconds, rounded down, at least 1', () => {
  expect([0.4, 999, 1000, 1999, 2000, 43_200_000].map(wireLifetime)).toEqual([1, 1, 1, 1, 2, 43_200]);
});

test('opening grace: min(5 s, L/8)', () => {
  expect(openingGrace(8000)).toBe(1000);
  expect(openingGrace(40_000)).toBe(5000);
  expect(openingGrace(43_200_000)).toBe(5000);
});
