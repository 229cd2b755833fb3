// What each ratio is meant to reach, by Node's major version: what was reached in a prototype, less a margin. Printed beside the
// measured figure; no run fails over it.
import type { Row } from './sizing/row.js';

interface Goal {
  readonly op: string;
  /** Payload sizes it is for. */
  readonly bytes: readonly number[];
  readonly against: string;
  readonly batch?: number;
  readonly keys?: number;
  readonly atLeast: Readonly<Record<number, number>>;
}

const GOALS: readonly Goal[] = [
  { op: 'seal', bytes: [64], against: 'node', batch: 1024, keys: 10_000, atLeast: { 20: 10.5, 24: 9.5 } },
  { op: 'seal', bytes: [256], against: 'node', batch: 1024, keys: 10_000, atLeast: { 20: 4.3, 24: 4 } },
  { op: 'seal', bytes: [1024], against: 'node', batch: 1024, keys: 10_000, atLeast: { 20: 1.25, 24: 1.2 } },
  { op: 'seal', bytes: [1500], against: 'node', batch: 1024, keys: 10_000, atLeast: { 20: 0.95, 24: 0.95 } },
  { op: 'seal', bytes: [64], against: 'opponent', atLeast: { 20: 0.82 } },
  { op: 'seal', bytes: [256], against: 'opponent', atLeast: { 20: 0.9 } },
  { op: 'seal', bytes: [1024, 1500], against: 'opponent', atLeast: { 20: 0.95 } },
  { op: 'seal', bytes: [64], against: 'openssl', atLeast: { 20: 1 } },
  { op: 'open', bytes: [64, 256, 1024, 1500], against: 'seal', atLeast: { 20: 0.9, 24: 0.9 } },
  { op: 'mbs', bytes: [1500], against: 'node', atLeast: { 20: 1.2, 24: 1.1 } },
  { op: 'seal', bytes: [64], against: 'node', batch: 1, atLeast: { 20: 2.5 } },
  { op: 'seal', bytes: [1500], against: 'node', batch: 1, atLeast: { 20: 0.45 } },
  { op: 'seal', bytes: [64, 256, 1024, 1500], against: 'oneWorker', atLeast: { 20: 1.7, 24: 1.7 } },
  { op: 'seal', bytes: [64, 1500], against: 'oneKey', atLeast: { 20: 1 / 1.1 } },
  { op: 'generate+wrap', bytes: [16], against: 'node', atLeast: { 20: 12 } },
  { op: 'seal', bytes: [1500], against: 'bound', atLeast: { 20: 1 / 1.15 } },
];

/** The least a ratio of a row is meant to be on this major version of Node; undefined where nothing is meant. */
export function goalOf(row: Row, against: string, major: number): number | undefined {
  const goal = GOALS.find(
    (g) =>
      g.op === row.op &&
      g.against === against &&
      g.bytes.includes(row.bytes) &&
      row.payload !== 'IMIX' &&
      (g.batch ?? row.batch) === row.batch &&
      (g.keys ?? row.keys) === row.keys,
  );
  return goal?.atLeast[major];
}
