// Two or more ways to do the same work, timed in turn in one process, round after round: what drifts (clock, neighbours,
// garbage) drifts for all of them, so the ratio of a round means something where an absolute time does not.
import { type Quartiles, quartiles } from './statistics.js';

export interface Contestant {
  readonly name: string;
  /** What must happen before each run and is not timed. */
  prepare?(): void;
  /** Does the work once; returns how many packets (keys, requests) that was. */
  run(): number | Promise<number>;
}

export interface PairedOptions {
  readonly rounds: number;
  /** At least so long is one contestant timed in a round. */
  readonly sliceMs: number;
  readonly warmMs: number;
  /** Milliseconds; by default wall time. */
  readonly clock?: () => number;
}

/** A core that slept, as while another process was measured, takes so long until it is fast again. */
export const WAKING_MS = 400;

export const wallTime = (): number => performance.now();

/** CPU time of this process, all its threads: what others on the machine take does not count, what our garbage collector takes does. */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

export interface Sample {
  readonly name: string;
  /** Over the rounds, nanoseconds per packet. */
  readonly ns: Quartiles;
  /** Of each round, nanoseconds per packet. */
  readonly rounds: readonly number[];
  /** Of each round: this contestant's time over the first one's. Above 1: the first is faster. */
  readonly ratios: readonly number[];
}

let collector: ((options: { type: 'minor' }) => void) | undefined;

/**
 * Collects the garbage made so far; nothing outside of Node. Objects of node:crypto cost a collection more than ours do, and it comes when it
 * likes, in the time of whoever runs then. So each contestant begins without the other's garbage, and its own is collected on its own time.
 */
function collect(): void {
  collector ??= nodeCollector();
  collector({ type: 'minor' });
}

function nodeCollector(): typeof collector & {} {
  const module = globalThis.process?.getBuiltinModule;
  if (module === undefined) return () => {};
  module('node:v8').setFlagsFromString('--expose-gc');
  return module('node:vm').runInNewContext('gc');
}

/** A page of the stack in calls of `deeper`, about; prime. */
const DEPTHS = 59;

/**
 * Runs it further down the stack. An engine keeps vectors there in slots of 16 bytes that it aligns to 8: where a busy one lies across the end
 * of a page, one depth in ten or so, the same code takes up to twice as long. So each round is at another depth, and the median is of the others.
 */
function deeper<T>(calls: number, run: () => T): T {
  return calls === 0 ? run() : deeper(calls - 1, run);
}

/** Warms each contestant, then times them in turn; who begins changes from round to round. The first is the one to compare with. */
export async function paired(contestants: readonly Contestant[], options: PairedOptions): Promise<Sample[]> {
  const { rounds: count, sliceMs, warmMs, clock = wallTime } = options;
  for (const c of contestants) await slice(c, warmMs, clock, 0);
  const times = contestants.map(() => [] as number[]);
  for (let r = 0; r < count; r++) {
    for (let k = 0; k < contestants.length; k++) {
      const i = (r + k) % contestants.length;
      times[i]?.push(await slice(contestants[i] as Contestant, sliceMs, clock, (r * 23) % DEPTHS));
    }
  }
  const first = times[0] ?? [];
  return contestants.map(({ name }, i) => {
    const rounds = times[i] ?? [];
    return { name, rounds, ns: quartiles(rounds), ratios: rounds.map((t, r) => t / (first[r] as number)) };
  });
}

/** Nanoseconds per packet over at least `ms` milliseconds. */
async function slice(c: Contestant, ms: number, clock: () => number, depth: number): Promise<number> {
  const run = () => c.run();
  let packets = 0;
  let elapsed = 0;
  collect();
  do {
    c.prepare?.();
    const start = clock();
    const done = deeper(depth, run);
    packets += typeof done === 'number' ? done : await done;
    elapsed += clock() - start;
  } while (elapsed < ms);
  const start = clock();
  collect();
  elapsed += clock() - start;
  return (elapsed * 1e6) / packets;
}
