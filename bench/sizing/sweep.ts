// The sweep: groups x payload x workers, everyone compared at one number of groups, latency, opening.
import type { Field } from '../contenders/index.js';
import { opening } from '../subjects/opening.js';
import { PooledSubject } from '../subjects/pooled.js';
import type { SealingSubject } from '../subjects/sealing.js';
import { meanBytes, type Payload, payloadName } from '../workload.js';
import { sealAgainst } from './against.js';
import { latencyOf } from './latency.js';
import { paired } from './paired.js';
import {
  BATCH,
  COMPARED_AT,
  groupsFor,
  LATENCY_BATCHES,
  LATENCY_BYTES,
  PAYLOADS,
  type Plan,
  roundsFor,
} from './plan.js';
import { pooledRow } from './pooled.js';
import { makeRow, type Row, type RowHead } from './row.js';
import { ratioOf } from './statistics.js';
import type { LatencyRow, Surroundings } from './types.js';

/** Says what comes next. */
export type Tell = (what: string) => void;
export type Spawn = Surroundings['spawn'];

const groupsText = (groups: number) => `${groups.toLocaleString('en')} group${groups === 1 ? '' : 's'}`;

function headOf(op: string, payload: Payload, keys: number, workers = 1): RowHead {
  return { op, bytes: Math.round(meanBytes(payload)), payload: String(payload), keys, batch: BATCH, workers };
}

/** Sealing on one core: node:crypto beside every cell, everyone beside some. */
export async function sealRows(subject: SealingSubject, plan: Plan, field: Field, tell: Tell): Promise<Row[]> {
  const node: Field = { present: field.present.filter(({ id }) => id === 'node'), absent: {} };
  const others = [...field.present.map(({ id }) => id), ...Object.keys(field.absent), 'openssl'];
  const rows: Row[] = [];
  for (const payload of PAYLOADS) {
    for (const groups of plan.groups) {
      const compared = groups === COMPARED_AT;
      tell(`seal ${payloadName(payload)}, ${groupsText(groups)}${compared ? ', everyone' : ''}`);
      const fields = compared ? field : node;
      const row = await sealAgainst(headOf('seal', payload, groups), subject.workload(groups, payload), fields, {
        ...roundsFor(plan.ms[compared ? 'compared' : 'cell'], fields.present.length + 1),
        openssl: compared && plan.openssl ? 1 : 0,
      });
      const why = compared
        ? 'left out: too little time'
        : `measured with ${COMPARED_AT.toLocaleString('en')} keys only`;
      rows.push(withNulls(row, others, why));
    }
  }
  return rows;
}

/** The same row with a null for everyone who was not measured, and why. */
function withNulls(row: Row, ids: readonly string[], why: string): Row {
  const missing = ids.filter((id) => !(id in row.ratio));
  return {
    ...row,
    ratio: { ...row.ratio, ...Object.fromEntries(missing.map((id) => [id, null])) },
    notes: { ...row.notes, ...Object.fromEntries(missing.map((id) => [id, why])) },
  };
}

export function latencyRows(subject: SealingSubject, plan: Plan, tell: Tell): LatencyRow[] {
  return LATENCY_BATCHES.map((batch) => {
    tell(`latency of a batch of ${batch.toLocaleString('en')}`);
    const workload = subject.workload(COMPARED_AT, LATENCY_BYTES, { batch });
    return { bytes: LATENCY_BYTES, keys: COMPARED_AT, batch, ...latencyOf(workload, plan.ms.latency, 200) };
  });
}

export async function openRows(plan: Plan, tell: Tell): Promise<Row[]> {
  const rows: Row[] = [];
  for (const payload of PAYLOADS) {
    tell(`open ${payloadName(payload)}, ${groupsText(COMPARED_AT)}`);
    const { open, seal, dispose } = opening(COMPARED_AT, payload, BATCH);
    const [ours, own] = await paired([open, seal], roundsFor(plan.ms.open / 2, 2)); // as long again takes sealing what is opened
    if (ours !== undefined && own !== undefined)
      rows.push(makeRow(headOf('open', payload, COMPARED_AT), ours.ns, { seal: ratioOf(own.ratios) }));
    dispose();
  }
  return rows;
}

/** Sealing through pools of workers; `alone`: the same without one. */
export async function pooledRows(alone: SealingSubject, plan: Plan, spawn: Spawn, tell: Tell): Promise<Row[]> {
  const rows: Row[] = [];
  const keys = Math.max(...plan.groups);
  const start = (workers: number) => PooledSubject.start({ workers, keys, batch: BATCH, spawn });
  if (plan.workers.length === 1) return rows;
  tell('a pool of one worker');
  const one = await start(1);
  for (const workers of plan.workers.slice(1)) {
    const many = await start(workers);
    for (const payload of PAYLOADS) {
      for (const groups of groupsFor(plan, workers)) {
        tell(`seal ${payloadName(payload)}, ${groupsText(groups)}, ${workers} workers`);
        const head = headOf('seal', payload, groups, workers);
        const row = await pooledRow(head, payload, { many, one, alone }, plan.ms.workers);
        rows.push(withNulls(row, ['node'], 'measured with one worker only'));
      }
    }
    await many.dispose();
  }
  await one.dispose();
  return rows;
}
