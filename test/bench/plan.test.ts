import { describe, expect, it } from 'vitest';
import { WAKING_MS } from '../../bench/sizing/paired.js';
import { groupsFor, PAYLOADS, planOf, roundsFor, stepsOf } from '../../bench/sizing/plan.js';

const options = { rate: 512, members: 32, headroom: 30, seconds: 120, quick: false };

describe('plan', () => {
  it('sweeps groups and workers as promised', () => {
    const { groups, workers } = planOf(options, 4);
    expect(groups).toEqual([1, 64, 1000, 10_000, 65_536]);
    expect(workers).toEqual([1, 2, 3, 4]);
    expect(groupsFor({ groups }, 2)).toEqual([64, 1000, 10_000, 65_536]);
  });

  it('is coarser when it has to be quick', () => {
    expect(planOf({ ...options, quick: true }, 8)).toMatchObject({ groups: [1, 1000, 10_000], workers: [1, 8] });
    expect(planOf({ ...options, quick: true }, 1).workers).toEqual([1]);
  });

  it.each([1, 2, 16])('shares out all of the time and no more (%d cores)', (cores) => {
    const plan = planOf(options, cores);
    const { ms } = plan;
    const parallel = plan.workers.slice(1).reduce((sum, w) => sum + groupsFor(plan, w).length, 0) * PAYLOADS.length;
    const total =
      20 * ms.cell + 5 * ms.compared + 5 * ms.open + parallel * ms.workers + 5 * ms.latency + 2 * ms.control;
    expect(total).toBeCloseTo(120_000 - 4 * (1000 + WAKING_MS), 3); // four seconds are openssl's own, and what comes after
    expect(stepsOf(plan)).toBe(20 + 5 + 5 + parallel + 5 + 2 + (cores > 1 ? 2 : 1));
  });

  it('leaves openssl out of a short run', () => {
    expect(planOf({ ...options, seconds: 5 }, 2).openssl).toBe(false);
    expect(planOf(options, 2).openssl).toBe(true);
  });

  it('keeps to at least three rounds of at most 6 ms', () => {
    expect(roundsFor(0.1, 7).rounds).toBeGreaterThanOrEqual(3);
    const { rounds, sliceMs, warmMs } = roundsFor(1000, 2);
    expect(sliceMs).toBe(6);
    expect(rounds).toBe(61);
    expect(warmMs).toBeCloseTo(62.5);
  });
});
