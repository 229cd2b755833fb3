import { describe, expect, it } from 'vitest';
import { TIMERS, type TimerName, timer, timerFits } from '../../bindings/auth/index.js';
import { isTekcastError } from '../../bindings/errors.js';

const names = Object.keys(TIMERS) as TimerName[];

describe.each(names)('%s', (name) => {
  const { min, standard, max, lab } = TIMERS[name];
  const refused = (seconds: number, inLab = false) => {
    try {
      timer(name, seconds, inLab);
    } catch (e) {
      return isTekcastError(e) ? [e.code, e.subject, e.value] : e;
    }
    return undefined;
  };
  it('has its default between its bounds', () => {
    expect(lab <= min && min <= standard && standard <= max).toBe(true);
    expect(timer(name, undefined)).toBe(standard);
  });
  it('takes its bounds and nothing beyond', () => {
    expect([timer(name, min), timer(name, max)]).toEqual([min, max]);
    for (const wrong of [min - 1, max + 1, min + 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(refused(wrong), `${wrong}`).toEqual(['RANGE', name, wrong]);
      expect(timerFits(name, wrong)).toBe(false);
    }
  });
  it('goes lower in a laboratory', () => {
    expect(timer(name, lab, true)).toBe(lab);
    expect(refused(lab - 1, true)).toEqual(['RANGE', name, lab - 1]);
  });
});

it('are the standard’s', () => {
  const rows = names.map((name) => [TIMERS[name].min, TIMERS[name].standard, TIMERS[name].max]);
  expect(rows).toEqual([
    [86_400, 604_800, 6_048_000],
    [1_800, 43_200, 604_800],
    [2, 10, 30],
    [2, 10, 30],
    [300, 600, 3_024_000],
    [1, 1, 10],
    [1, 1, 10],
    [300, 3_600, 302_399],
    [10, 60, 600],
  ]);
});
