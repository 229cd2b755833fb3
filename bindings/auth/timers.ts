// Timers and lifetimes of the standard (802.16 §10.2): minimum, default and maximum, in seconds, with the station that keeps them.
import { TekcastError } from '../errors.js';

export interface TimerRow {
  readonly side: 'BS' | 'SS';
  readonly name: string;
  readonly min: number;
  readonly standard: number;
  readonly max: number;
  /** Allowed as a minimum in a laboratory; elsewhere `min` is. */
  readonly lab: number;
}

const row = (side: 'BS' | 'SS', name: string, min: number, standard: number, max: number, lab = min): TimerRow => ({
  side,
  name,
  min,
  standard,
  max,
  lab,
});

const DAY = 86_400;

/** The rows by their names as options, in seconds. */
export const TIMERS = {
  akLifetime: row('BS', 'AK lifetime', DAY, 7 * DAY, 70 * DAY, 8),
  tekLifetime: row('BS', 'TEK lifetime', 1_800, 43_200, 7 * DAY, 4),
  authorizeWait: row('SS', 'Authorize Wait', 2, 10, 30),
  reauthorizeWait: row('SS', 'Reauthorize Wait', 2, 10, 30),
  authorizationGrace: row('SS', 'Authorization Grace', 300, 600, 35 * DAY, 1),
  operationalWait: row('SS', 'Operational Wait', 1, 1, 10),
  rekeyWait: row('SS', 'Rekey Wait', 1, 1, 10),
  tekGrace: row('SS', 'TEK Grace', 300, 3_600, 302_399, 1),
  authorizeRejectWait: row('SS', 'Authorize Reject Wait', 10, 60, 600),
} as const satisfies Readonly<Record<string, TimerRow>>;

export type TimerName = keyof typeof TIMERS;

/** Whole seconds within the row's range. */
export function timerFits(name: TimerName, seconds: number, lab = false): boolean {
  const { min, max, lab: least } = TIMERS[name];
  return Number.isInteger(seconds) && seconds >= (lab ? least : min) && seconds <= max;
}

/** The given seconds, or the standard's default. Throws `RANGE` naming the timer. `lab` lowers the minimum of lifetimes and graces. */
export function timer(name: TimerName, seconds: number | undefined, lab = false): number {
  const { min, max, standard, lab: least } = TIMERS[name];
  if (seconds === undefined) return standard;
  if (!timerFits(name, seconds, lab)) {
    throw new TekcastError('RANGE', `${name} must be ${lab ? least : min}..${max} seconds`, name, seconds);
  }
  return seconds;
}
