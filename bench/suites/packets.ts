// Suites seal and open, and the percentiles of one batch of each.
import { loadContenders } from '../contenders/index.js';
import { nodeCrypto, nodeOpen } from '../contenders/node-crypto.js';
import type { Contestant } from '../sizing/paired.js';
import { opening } from '../subjects/opening.js';
import { disagreement, SealingSubject } from '../subjects/sealing.js';
import { meanBytes, type Payload, payloadName } from '../workload.js';
import { type Case, caseOf, type Suite } from './run.js';

const KEYS = 10_000;
const BATCH = 1024;
const UNIT = '1,024 packets, 10,000 keys';

/** What percentiles are taken of: `run` does one batch. */
export interface Batch {
  readonly name: string;
  readonly bytes: number;
  readonly batch: number;
  readonly contestant: Contestant;
}

/** Sealing by everyone who can and whose output is ours. */
export async function sealSuites(): Promise<{ suites: Suite[]; batches: Batch[] }> {
  const field = await loadContenders();
  const subject = new SealingSubject(KEYS, BATCH);
  const suites: Suite[] = [];
  const batches: Batch[] = [];
  for (const payload of [64, 1500, 'IMIX'] as const) {
    const workload = subject.workload(KEYS, payload);
    const cases: Case[] = [caseOf(workload, BATCH)];
    for (const contender of field.present) {
      const sealing = await contender.seal(workload.jobs, BATCH);
      if (typeof sealing === 'string' || sealing.prepare !== undefined) continue; // a suite cannot leave preparation out of the time
      const wrong = await disagreement(sealing, workload);
      if (wrong !== undefined) throw new Error(`${contender.title}: ${wrong}`);
      cases.push(caseOf(sealing, BATCH));
    }
    suites.push({ name: `seal ${payloadName(payload)}`, unit: UNIT, cases });
    for (const batch of [8, 64, BATCH])
      batches.push(batchOf(payload, batch, subject.workload(KEYS, payload, { batch })));
  }
  return { suites, batches };
}

function batchOf(payload: Payload, batch: number, contestant: Contestant): Batch {
  return { name: `seal ${payloadName(payload)}`, bytes: meanBytes(payload), batch, contestant };
}

/** A PDU opens once, so the case that opens seals before: the suite holds sealing alone beside it. */
export async function openSuites(): Promise<{ suites: Suite[]; batches: Batch[] }> {
  const suites: Suite[] = [];
  const batches: Batch[] = [];
  for (const bytes of [64, 1500]) {
    const { open, seal } = opening(KEYS, bytes, BATCH);
    const node = await nodeCrypto.seal(seal.jobs, BATCH);
    if (typeof node === 'string') throw new Error(node);
    const sealed = await Promise.all(seal.jobs.map((_, i) => node.sealed(i)));
    const both = () => {
      open.prepare?.();
      open.run();
    };
    both();
    const cases = [
      caseOf(seal, BATCH),
      { name: 'tekcast seal, then open', run: both },
      caseOf({ ...nodeOpen(seal.jobs, sealed), name: 'node:crypto open' }, BATCH),
    ];
    suites.push({ name: `open ${bytes} B`, unit: UNIT, cases });
    batches.push({ name: `open ${bytes} B`, bytes, batch: BATCH, contestant: open });
  }
  return { suites, batches };
}
