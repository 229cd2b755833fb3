// One measured row: what `npm run bench -- --json` and `tekcast size --json` print.
import type { Quartiles, Ratio } from './statistics.js';

export interface Row {
  /** What was done: seal, open, mbs, generate … */
  readonly op: string;
  /** Mean payload bytes of a packet (of a key: its length). */
  readonly bytes: number;
  /** `IMIX` where lengths are mixed. */
  readonly payload: string;
  readonly keys: number;
  /** Packets a batch; of a pool: for each worker. */
  readonly batch: number;
  /** 1: a core on the main thread. More: a pool, and the main thread beside it. */
  readonly workers: number;
  /** Wall time over packets, all workers together; median. */
  readonly nsPerPacket: number;
  /** Payload megabits (10^6) per second; null where there is no payload. */
  readonly mbps: number | null;
  /** Each contender's time over ours: above 1, tekcast is faster. Null: see `notes`. */
  readonly ratio: Readonly<Record<string, number | null>>;
  /** Quartiles over the rounds: of `nsPerPacket`, and of each ratio by its name. */
  readonly spread: Readonly<Record<string, readonly [number, number]>>;
  /** Why a ratio is null, and what else must be known to read the row. */
  readonly notes: Readonly<Record<string, string>>;
}

export interface RowHead {
  readonly op: string;
  readonly bytes: number;
  readonly payload: string;
  readonly keys: number;
  readonly batch: number;
  readonly workers: number;
}

export function makeRow(
  head: RowHead,
  ns: Quartiles,
  ratios: Readonly<Record<string, Ratio>>,
  options: { payloadless?: boolean; notes?: Record<string, string> } = {},
): Row {
  const entries = Object.entries(ratios);
  const pairs = entries.flatMap(([name, { quartiles: q }]) => (q === undefined ? [] : [[name, around(q)] as const]));
  return {
    ...head,
    nsPerPacket: round(ns.median),
    mbps: options.payloadless === true ? null : round((head.bytes * 8000) / ns.median),
    ratio: Object.fromEntries(entries.map(([name, { value }]) => [name, value === null ? null : round(value)])),
    spread: { nsPerPacket: around(ns), ...Object.fromEntries(pairs) },
    notes: {
      ...options.notes,
      ...Object.fromEntries(entries.flatMap(([name, { reason }]) => (reason === undefined ? [] : [[name, reason]]))),
    },
  };
}

function around({ q1, q3 }: Quartiles): readonly [number, number] {
  return [round(q1), round(q3)];
}

/** Four significant digits: more than any of this is good for. */
export function round(value: number): number {
  return Number(value.toPrecision(4));
}
