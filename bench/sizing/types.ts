// What a sizing run hands out.
import type { PoolWorker } from 'tekcast/pool';
import type { Answer } from './answer.js';
import type { Latency } from './latency.js';
import type { Machine } from './machine.js';
import type { Row } from './row.js';

export interface LatencyRow extends Latency {
  readonly bytes: number;
  readonly keys: number;
  readonly batch: number;
}

export interface Sizing {
  readonly machine: Machine;
  /** How it was measured, in sentences. */
  readonly method: readonly string[];
  readonly rows: readonly Row[];
  readonly latency: readonly LatencyRow[];
  /** What the ports of one core allow at its clock. */
  readonly bound: { readonly cyclesPerByte: number; readonly gigahertz: number; readonly mbps: number };
  readonly answer: Answer;
}

export interface Surroundings {
  /** Starts a pool's worker; by default the pool's own. */
  readonly spawn?: () => PoolWorker;
  /** Called before each step. */
  readonly progress: (done: number, total: number, what: string) => void;
  /** The most workers. */
  readonly cores: number;
}
