// Two or more ways to do the same work, timed in turn in one process, round after round: what drifts (clock, neighbours,
// garbage) drifts for all of them, so the ratio of a round means something where an absolute time does not.

export interface Contestant {
  readonly name: string;
  /** Does the work once; returns how many packets that was. */
  run(): number;
}

export interface Sample {
  readonly name: string;
  /** Median and quartiles over the rounds, nanoseconds per packet. */
  readonly ns: Quartiles;
  /** This contestant's time over the first one's, per round: above 1 means that the first is faster. */
  readonly ratio: Quartiles;
}

export interface Quartiles {
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
}

export function quartiles(values: readonly number[]): Quartiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
  return { q1: at(0.25), median: at(0.5), q3: at(0.75) };
}

/** Times `contestants` in turn for `rounds` rounds of at least `sliceMs` each, after warming each for `warmMs`. */
export function paired(contestants: readonly Contestant[], { rounds = 15, sliceMs = 20, warmMs = 200 } = {}): Sample[] {
  for (const c of contestants) slice(c, warmMs);
  const times = contestants.map(() => [] as number[]);
  for (let r = 0; r < rounds; r++) {
    contestants.forEach((c, i) => {
      times[i]?.push(slice(c, sliceMs));
    });
  }
  const first = times[0] ?? [];
  return contestants.map((c, i) => {
    const mine = times[i] ?? [];
    return { name: c.name, ns: quartiles(mine), ratio: quartiles(mine.map((t, r) => t / (first[r] ?? Number.NaN))) };
  });
}

/** Nanoseconds per packet over at least `ms` milliseconds. */
function slice(c: Contestant, ms: number): number {
  const start = performance.now();
  let packets = 0;
  let elapsed = 0;
  do {
    packets += c.run();
    elapsed = performance.now() - start;
  } while (elapsed < ms);
  return (elapsed * 1e6) / packets;
}
