// One workload against everyone who can do it: outputs compared first, then timed in turn, then a row.
import type { Field } from '../contenders/index.js';
import { opensslCcm } from '../contenders/openssl.js';
import { disagreement, type Workload } from '../subjects/sealing.js';
import { type Contestant, cpuTime, type PairedOptions, paired } from './paired.js';
import { makeRow, type Row, type RowHead } from './row.js';
import { noRatio, type Ratio, ratioOf } from './statistics.js';

/** Seals `workload` and lets every contender of the field seal it too. `openssl`: runs of its own benchmark, one second each. */
export async function sealAgainst(
  head: RowHead,
  workload: Workload,
  field: Field,
  options: PairedOptions & { openssl?: number },
): Promise<Row> {
  const ratios: Record<string, Ratio> = {};
  const contestants: Contestant[] = [workload];
  const names: string[] = [];
  for (const contender of field.present) {
    const sealing = await contender.seal(workload.jobs, head.batch);
    const wrong = typeof sealing === 'string' ? sealing : await disagreement(sealing, workload);
    if (wrong !== undefined) ratios[contender.id] = noRatio(wrong);
    if (wrong !== undefined || typeof sealing === 'string') continue;
    contestants.push(sealing);
    names.push(contender.id);
  }
  for (const [id, why] of Object.entries(field.absent)) ratios[id] = noRatio(why);
  const [ours, ...theirs] = await paired(contestants, options);
  if (ours === undefined) throw new Error('nothing was measured');
  theirs.forEach((sample, i) => {
    ratios[names[i] as string] = ratioOf(sample.ratios);
  });
  if (options.openssl) ratios['openssl'] = await againstOpenssl(head, workload, options.openssl, options.clock);
  return makeRow(head, ours.ns, ratios);
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
    const [ours] = await paired([workload], { rounds: 5, sliceMs: 30, warmMs: 20, ...(clock && { clock }) });
    values.push(...(ours?.rounds ?? []).map((ns) => theirs / ns));
  }
  return ratioOf(values);
}
