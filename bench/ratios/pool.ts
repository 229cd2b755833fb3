// More than one core: a pool of two workers against a pool of one, a core alone, and two workers that get packets in messages.
import { pooledRow } from '../sizing/pooled.js';
import { PooledSubject, TURN_MS } from '../subjects/pooled.js';
import { SealingSubject } from '../subjects/sealing.js';
import { meanBytes } from '../workload.js';
import type { Measurement } from './types.js';

const BATCH = 1024;
const KEYS = 10_000;
const WORKERS = 2;

export const pool: Measurement = {
  title: `two workers against one through tekcast/pool, wall time (needs ${WORKERS} free cores): payloads copied in by the main thread, which shares those
cores, ${BATCH.toLocaleString('en')} packets a worker and batch, three batches in flight, shared memory, runs of ${TURN_MS} ms; one worker the same. homeCpu, workersCpu: CPU
time a packet of the main thread and of the workers; fromCpu: what these allow on ${WORKERS} free cores; others: cores that other processes took
meanwhile. oneWorker, alone (a core on the main thread), messages (no shared memory): their time over ours`,
  async *rows(context) {
    const start = (workers: number, shared: boolean) =>
      PooledSubject.start({ workers, keys: KEYS, batch: BATCH, shared });
    const many = await start(WORKERS, true);
    const one = await start(1, true);
    const messages = await start(WORKERS, false);
    const alone = new SealingSubject(KEYS, BATCH);
    for (const payload of [64, 256, 1024, 1500, 'IMIX'] as const) {
      const bytes = Math.round(meanBytes(payload));
      const head = { op: 'seal', bytes, payload: String(payload), keys: KEYS, batch: BATCH, workers: WORKERS };
      const ms = context.rounds * 100;
      yield await pooledRow(head, payload, { many, one, alone, others: { messages } }, ms);
    }
    alone.dispose();
    for (const subject of [many, one, messages]) await subject.dispose();
  },
};
