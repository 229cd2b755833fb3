// One workload against everyone who can do it: outputs compared first, then timed in turn, then a row.
import type { Field } from '../contenders/index.js';
import { opensslCcm } from '../contenders/openssl.js';
import { CONTENDER_IDS, type ContenderId } from '../contenders/types.js';
import { disagreement, type Workload } from '../subjects/sealing.js';
import { type Contestant, cpuTime, type PairedOptions, paired, WAKING_MS } from './paired.js';
import { makeRow, type Row, type RowHead } from './row.js';
import { noRatio, type Ratio, ratioOf } from './statistics.js';

/** Close enough that rounds must be many and nobody else's garbage near. */
const NEAR: readonly ContenderId[] = ['node', 'opponent'];

/** Seals `workload` and lets every contender of the field seal it too. `openssl`: runs of its own benchmark, one second each. */
export async function sealAgainst(
  head: RowHead,
  workload: Workload,
  field: Field,
  options: PairedOptions & { openssl?: number },
): Promise<Row> {
  const found: Record<string, Ratio> = {};
  const near: Contestant[] = [];
  const far: Contestant[] = [];
  const ids = new Map<Contestant, ContenderId>();
  for (const { id, seal } of field.present) {
    const sealing = await seal(workload.jobs, head.batch);
    const wrong = typeof sealing === 'string' ? sealing : await disagreement(sealing, workload);
    if (wrong !== undefined) found[id] = noRatio(wrong);
    if (wrong !== undefined || typeof sealing === 'string') continue;
    (NEAR.includes(id) ? near : far).push(sealing);
    ids.set(sealing, id);
  }
  for (const [id, why] of Object.entries(field.absent)) found[id] = noRatio(why);
  const [ours, ...close] = await paired([workload, ...near], options);
  const fewer = { ...options, rounds: Math.max(3, Math.floor(options.rounds / 3)), sliceMs: 3 * options.sliceMs };
  const [, ...others] = far.length === 0 ? [] : await paired([workload, ...far], fewer);
  if (ours === undefined) throw new Error('nothing was measured');
  [...near, ...far].forEach((contestant, i) => {
    found[ids.get(contestant) as ContenderId] = ratioOf([...close, ...others][i]?.ratios ?? []);
  });
  if (options.openssl) found['openssl'] = await againstOpenssl(head, workload, options.openssl, options.clock);
  const order = [...CONTENDER_IDS, 'openssl'].filter((id) => id in found);
  return makeRow(head, ours.ns, Object.fromEntries(order.map((id) => [id, found[id] as Ratio])));
}

/** Seconds of `openssl speed` between slices of ours. */
async function againstOpenssl(
  head: RowHead,
  workload: Workload,
  runs: number,
  clock: (() => number) | undefined,
): Promise<Ratio> {
  if (head.payload === 'IMIX') return noRatio('cannot: one length a run');
  const values: number[] = [];
  for (let r = 0; r < runs; r++) {
    const theirs = opensslCcm(head.bytes, clock === cpuTime);
    if (typeof theirs === 'string') return noRatio(theirs);
    const [ours] = await paired([workload], { rounds: 5, sliceMs: 30, warmMs: WAKING_MS, ...(clock && { clock }) });
    values.push(...(ours?.rounds ?? []).map((ns) => theirs / ns));
  }
  return ratioOf(values);
}
