// Medians, quartiles, percentiles, and when a spread is too wide for a ratio to mean anything.

export interface Quartiles {
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
}

/** Half of all rounds lie between the quartiles; where that is more than this share of the median, a ratio says nothing. */
export const TOO_WIDE = 0.25;
const FEWEST_ROUNDS = 3;

/** The value below which a share `p` (0..1) of `sorted` lies, interpolated between neighbours; NaN of nothing. */
export function percentile(sorted: ArrayLike<number>, p: number): number {
  if (sorted.length === 0) return Number.NaN;
  const at = p * (sorted.length - 1);
  const below = sorted[Math.floor(at)] as number;
  const above = sorted[Math.ceil(at)] as number;
  return below + (above - below) * (at - Math.floor(at));
}

export function quartiles(values: Iterable<number>): Quartiles {
  const sorted = Float64Array.from(values).sort();
  return { q1: percentile(sorted, 0.25), median: percentile(sorted, 0.5), q3: percentile(sorted, 0.75) };
}

/** A ratio as it may be reported: `value` is null where `reason` says why. */
export interface Ratio {
  readonly value: number | null;
  readonly quartiles?: Quartiles;
  readonly reason?: string;
}

export function noRatio(reason: string): Ratio {
  return { value: null, reason };
}

/** Median of the ratios of all rounds, unless they are too few or lie too far apart. */
export function ratioOf(values: readonly number[]): Ratio {
  const q = quartiles(values);
  if (values.length < FEWEST_ROUNDS) return { value: null, quartiles: q, reason: `only ${values.length} rounds` };
  const spread = (q.q3 - q.q1) / q.median;
  if (spread <= TOO_WIDE) return { value: q.median, quartiles: q };
  const range = `${q.q1.toPrecision(3)}..${q.q3.toPrecision(3)}`;
  return { value: null, quartiles: q, reason: `spread too wide: half of ${values.length} rounds within ${range}` };
}
