// How long one batch takes, from the first payload copied in to the last PDU ready: not the mean, but what the unlucky ones see.
import type { Contestant } from './paired.js';
import { percentile } from './statistics.js';

export interface Latency {
  readonly batches: number;
  /** Microseconds that half, 99 % and 99.9 % of the batches stay below. */
  readonly p50: number;
  readonly p99: number;
  /** Null of fewer than 1,000 batches. */
  readonly p999: number | null;
  readonly max: number;
}

/** Batches until `ms` milliseconds of them are over, at least `fewest`. `run` must do exactly one batch. */
export function latencyOf(batch: Contestant, ms: number, fewest = 1000): Latency {
  for (let i = 0; i < 50; i++) one(batch);
  const times: number[] = [];
  for (let total = 0; total < ms || times.length < fewest; ) {
    const time = one(batch);
    times.push(time * 1000);
    total += time;
  }
  const sorted = Float64Array.from(times).sort();
  const at = (p: number) => Number(percentile(sorted, p).toPrecision(4));
  return {
    batches: times.length,
    p50: at(0.5),
    p99: at(0.99),
    p999: times.length < 1000 ? null : at(0.999),
    max: at(1),
  };
}

function one(batch: Contestant): number {
  batch.prepare?.();
  const start = performance.now();
  batch.run();
  return performance.now() - start;
}
