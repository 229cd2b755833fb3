// What `tekcast size` measures, and how its time is shared out.
import type { Payload } from '../workload.js';
import { WAKING_MS } from './paired.js';

export interface SizingOptions {
  /** Payload kbit/s of one group. */
  readonly rate: number;
  /** Members of each group. */
  readonly members: number;
  /** Percent of the machine that is to stay free. */
  readonly headroom: number;
  /** Time to measure, all in all; making keys comes on top. */
  readonly seconds: number;
  /** A coarser sweep. */
  readonly quick: boolean;
  /** Numbers of groups to sweep in place of the usual ones. */
  readonly groups?: readonly number[];
}

export const DEFAULTS = { rate: 512, members: 32, headroom: 30, seconds: 120, quickSeconds: 16 } as const;

export const BATCH = 1024;
/** Most groups of the sweep. */
export const MOST_GROUPS = 65_536;
export const PAYLOADS: readonly Payload[] = [64, 256, 1024, 1500, 'IMIX'];
/** Groups at which all contenders are measured; elsewhere node:crypto alone. */
export const COMPARED_AT = 1000;
export const LATENCY_BATCHES: readonly number[] = [1, 8, 64, 256, 1024];
export const LATENCY_BYTES = 256;
/** Shorter than this, `openssl speed` would take the time of everything else: it runs for a second each. */
const OPENSSL_SECONDS = 15;

export interface Plan {
  readonly groups: readonly number[];
  readonly workers: readonly number[];
  readonly openssl: boolean;
  /** Wall ms for each step of a kind. */
  readonly ms: Readonly<Record<Step, number>>;
}

/** Kinds of step and what share of the time each takes, in parts. */
const PARTS = { cell: 4, compared: 12, open: 3, workers: 5, latency: 2, control: 8 } as const;
export type Step = keyof typeof PARTS;

/** Groups that can be split over so many workers. */
export function groupsFor({ groups }: Pick<Plan, 'groups'>, workers: number): number[] {
  return groups.filter((g) => g >= workers);
}

function countsOf(plan: Pick<Plan, 'groups' | 'workers'>): Record<Step, number> {
  const parallel = plan.workers.slice(1).reduce((sum, w) => sum + groupsFor(plan, w).length, 0);
  return {
    cell: (plan.groups.length - 1) * PAYLOADS.length,
    compared: PAYLOADS.length,
    open: PAYLOADS.length,
    workers: parallel * PAYLOADS.length,
    latency: LATENCY_BATCHES.length,
    control: 2,
  };
}

/** Steps of a run, making keys and starting the first pool among them. */
export function stepsOf(plan: Plan): number {
  const counts = Object.values(countsOf(plan)).reduce((sum, count) => sum + count, 0);
  return counts + (plan.workers.length > 1 ? 2 : 1);
}

/** Which cells, and how long each. `cores`: the most workers. */
export function planOf({ seconds, quick, groups: wanted }: SizingOptions, cores: number): Plan {
  const usual = quick ? [1, COMPARED_AT, 10_000] : [1, 64, COMPARED_AT, 10_000, MOST_GROUPS];
  const groups = wanted ?? usual;
  const all = Array.from({ length: cores }, (_, i) => i + 1);
  const workers = quick ? all.filter((w) => w === 1 || w === cores) : all;
  const counts = countsOf({ groups, workers });
  const openssl = seconds >= OPENSSL_SECONDS;
  const left = 1000 * seconds - (openssl ? (PAYLOADS.length - 1) * (1000 + WAKING_MS) : 0);
  const steps = Object.keys(PARTS) as Step[];
  const parts = steps.reduce((sum, step) => sum + counts[step] * PARTS[step], 0);
  const ms = Object.fromEntries(steps.map((step) => [step, (left * PARTS[step]) / parts])) as Record<Step, number>;
  return { groups, workers, openssl, ms };
}

/** Rounds and slices that fill `ms` with `contestants` in turn: at least 3 rounds, at most 61; an eighth goes into warming. */
export function roundsFor(ms: number, contestants: number): { rounds: number; sliceMs: number; warmMs: number } {
  const each = (ms * 7) / 8 / contestants;
  const sliceMs = Math.max(1, Math.min(6, each / 5));
  return { rounds: Math.max(3, Math.min(61, Math.floor(each / sliceMs))), sliceMs, warmMs: ms / 8 / contestants };
}
