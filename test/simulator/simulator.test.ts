// A short run in which every rule holds, the same again from its seed, and one for each rule that is broken: the simulator must notice.
import { expect, test } from 'vitest';
import { plotDay } from './plot.js';
import { Simulator } from './simulator.js';
import type { Break, Rule, SimulatorOptions } from './types.js';

const SMALL: SimulatorOptions = { seed: 2, days: 2, stations: 40, groups: 4 };
const run = (over: Partial<SimulatorOptions> = {}) => new Simulator({ ...SMALL, ...over }).run();

test('two requests that overtake each other make a member that an eviction knows of (seed 3 leaves one out, if only the later one counts)', () => {
  expect(run({ seed: 3 }).summary.violations).toEqual([]);
});

test('every rule holds in a small network over two days, and the seed replays the run', () => {
  const { summary, counts, recording } = run();
  const { wallSeconds: _, ...first } = summary;
  expect(first.violations, `seed ${SMALL.seed}`).toEqual([]);
  expect(first).toMatchObject({ ok: true, seed: 2, virtualDays: 2 });
  // Something happened: a rule that nothing puts to the test holds easily.
  for (const name of [
    'joins',
    'holds',
    'leaves',
    'bs restarts',
    'ss restarts',
    'opened',
    'bs PAYLOAD',
    'bs AK_CONFIRMED',
    'bs REKEY_SWITCHED',
  ])
    expect(counts[name], name).toBeGreaterThan(0);
  expect(first.evictions).toBeGreaterThan(0);
  expect(first.rekeys).toBeGreaterThan(100);
  const again = run();
  expect({ ...again.summary, wallSeconds: 0 }).toEqual({ ...first, wallSeconds: 0 });
  expect(again.counts).toEqual(counts);

  const svg = plotDay(recording, SMALL.seed);
  expect(svg).toMatch(/^<svg .*<\/svg>\n$/s);
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
});

test('another seed is another run', () => {
  expect(run({ days: 0.5, seed: 3 }).counts).not.toEqual(run({ days: 0.5, seed: 4 }).counts);
});

const BROKEN: readonly [Break, Rule, string][] = [
  ['grace', 'GRACE', 'an SS wipes the older TEK when it gets the newer'],
  ['nonce', 'NONCE', 'the PN of a sealing key goes back'],
  ['evict', 'SECRECY', 'an evicted SS is refused, but nobody is rekeyed'],
  ['window', 'REPLAY', 'an SS forgets what it received'],
  ['schedule', 'SCHEDULE', 'the clock of the BS runs fast'],
  ['hold', 'HOLD', 'a rekey begins while its service is held'],
  ['state', 'MARK', 'the disk of an SS forgets what it stored'],
];

test.each(BROKEN)('broken %s is noticed as %s: %s', (broken, rule) => {
  const { summary } = run({ broken, days: 3, violationsMax: 200 });
  expect(summary.ok).toBe(false);
  const found = summary.violations.filter((violation) => violation.rule === rule);
  expect(found.length, `seed ${SMALL.seed}`).toBeGreaterThan(0);
  for (const { seed, time, station, detail } of found) {
    expect(seed).toBe(SMALL.seed);
    expect(time).toBeGreaterThan(0);
    expect(station).toMatch(/^(bs|ss\d+)$/);
    expect(detail).not.toBe('');
  }
});
