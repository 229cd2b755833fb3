// npm run bench -- --suites
import { mkdirSync, writeFileSync } from 'node:fs';
import { type Latency, latencyOf } from '../sizing/latency.js';
import { keySuites, pkmSuites, rekeySuites } from './control.js';
import { modeSuites } from './modes.js';
import { type Batch, openSuites, sealSuites } from './packets.js';
import { RESULTS, runSuite, type Suite } from './run.js';

const MAKERS: Record<string, () => Promise<{ suites: Suite[]; batches?: Batch[] }>> = {
  seal: sealSuites,
  open: openSuites,
  modes: async () => ({ suites: modeSuites() }),
  keys: async () => ({ suites: keySuites() }),
  pkm: async () => ({ suites: pkmSuites() }),
  rekey: async () => ({ suites: rekeySuites() }),
};

export const SUITES = Object.keys(MAKERS);

type LatencyRow = Latency & { readonly name: string; readonly batch: number };

/** Runs suites by name; where a batch is what one waits for, takes its percentiles too. */
export async function runSuites(names: readonly string[], quick: boolean): Promise<void> {
  const rows: LatencyRow[] = [];
  for (const name of names) {
    const made = await MAKERS[name]?.();
    for (const suite of made?.suites ?? []) await runSuite(suite, quick);
    for (const { name, batch, contestant } of made?.batches ?? [])
      rows.push({ name, batch, ...latencyOf(contestant, quick ? 50 : 1000) });
  }
  if (rows.length > 0) saveLatency(rows);
}

function saveLatency(rows: readonly LatencyRow[]): void {
  console.log('\nMicroseconds of one batch, from the first packet copied in to the last result ready:');
  console.table(rows);
  const columns = ['name', 'batch', 'batches', 'p50', 'p99', 'p999', 'max'] as const;
  const csv = [columns, ...rows.map((row) => columns.map((c) => row[c]))].map((line) => line.join(',')).join('\n');
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(`${RESULTS}/latency.json`, `${JSON.stringify(rows, null, 2)}\n`);
  writeFileSync(`${RESULTS}/latency.csv`, `${csv}\n`);
}
