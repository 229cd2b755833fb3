// Rows of a pool: so many workers against one worker, and against a core by itself on the main thread.
import { fromCosts, type PooledSubject, type PooledWorkload, TURN_MS } from '../subjects/pooled.js';
import type { SealingSubject } from '../subjects/sealing.js';
import type { Payload } from '../workload.js';
import { type Contestant, paired } from './paired.js';
import { makeRow, type Row, type RowHead } from './row.js';
import { type Ratio, ratioOf } from './statistics.js';

export interface Rivals {
  readonly many: PooledSubject;
  readonly one: PooledSubject;
  readonly alone: SealingSubject;
  /** Others by name: what their time is over ours. */
  readonly others?: Readonly<Record<string, PooledSubject>>;
}

const LEAST_MS = 20;

/** Seals through pools and without one, in turn, for about `ms` wall time. */
export async function pooledRow(head: RowHead, payload: Payload, rivals: Rivals, ms: number): Promise<Row> {
  const { keys, workers } = head;
  const asked = Object.entries(rivals.others ?? {});
  const each = (ms * 0.9) / (3 + asked.length);
  const turnMs = Math.min(TURN_MS, Math.max(LEAST_MS, each / 5));
  const many = await rivals.many.workload(keys, payload, turnMs);
  const one = await rivals.one.workload(keys, payload, turnMs);
  const others: [string, PooledWorkload][] = [];
  for (const [name, subject] of asked) others.push([name, await subject.workload(keys, payload, turnMs)]);
  const contestants: Contestant[] = [many, one, rivals.alone.workload(keys, payload), ...others.map(([, w]) => w)];
  const names = ['oneWorker', 'alone', ...others.map(([name]) => name)];
  const rounds = Math.max(3, Math.min(21, Math.floor(each / turnMs)));
  // One run fills a slice.
  const [ours, ...theirs] = await paired(contestants, { rounds, sliceMs: turnMs / 2, warmMs: turnMs / 2 });
  if (ours === undefined) throw new Error('nothing was measured');
  const ratios = theirs.map((sample, i): [string, Ratio] => [names[i] as string, ratioOf(sample.ratios)]);
  return makeRow(head, ours.ns, Object.fromEntries(ratios), { notes: costNotes(workers, one, many) });
}

function costNotes(workers: number, one: PooledWorkload, many: PooledWorkload): Record<string, string> {
  const [costs, of1] = [many.costs(), one.costs()];
  if (costs === undefined || of1 === undefined) return {};
  return {
    others: `${Math.max(one.others(), many.others()).toFixed(1)} cores`,
    homeCpu: `${Math.round(costs.home)} ns`,
    workersCpu: `${Math.round(costs.workers)} ns`,
    fromCpu: `${fromCosts(workers, of1, costs).toFixed(2)} ×`,
  };
}
