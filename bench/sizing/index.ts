// What `tekcast size` runs: the sweep, then the answer.
import { createCoreSync } from 'tekcast';
import { loadContenders } from '../contenders/index.js';
import { requests } from '../subjects/requests.js';
import { SealingSubject } from '../subjects/sealing.js';
import { answerOf, type Costs } from './answer.js';
import { cycleCounter, PORT_BOUND } from './clock.js';
import { machine } from './machine.js';
import { paired } from './paired.js';
import { BATCH, MOST_GROUPS, type Plan, planOf, roundsFor, type SizingOptions, stepsOf } from './plan.js';
import { round } from './row.js';
import { TOO_WIDE } from './statistics.js';
import { latencyRows, openRows, pooledRows, sealRows, type Tell } from './sweep.js';
import type { Sizing, Surroundings } from './types.js';

export { htmlReport } from './html.js';
export { DEFAULTS, type SizingOptions } from './plan.js';
export { textReport } from './text.js';
export type { Sizing, Surroundings } from './types.js';

/** Subscribers a storm is measured with at most; more are counted from the cost of a request. */
const MOST_SUBSCRIBERS = 256;
const STORM_GROUPS = 8;

/** Sweeps, then answers how many groups this machine can carry. */
export async function size(options: SizingOptions, { spawn, progress, cores }: Surroundings): Promise<Sizing> {
  const here = machine();
  const plan = planOf(options, cores);
  const total = stepsOf(plan);
  let done = 0;
  const tell: Tell = (what) => progress(done++, total, what);

  tell('making keys');
  const field = await loadContenders();
  const subject = new SealingSubject(Math.max(...plan.groups), BATCH);
  const sealed = await sealRows(subject, plan, field, tell);
  const latency = latencyRows(subject, plan, tell);
  const gigahertz = await clockOf(subject);
  const opened = await openRows(plan, tell);
  const pooled = await pooledRows(subject, plan, spawn, tell);
  subject.dispose();
  const costs = await controlCosts(options.members, plan, tell);
  progress(total, total, '');

  const rows = [...sealed, ...pooled, ...opened];
  return {
    machine: here,
    method: methodOf(options, plan),
    rows,
    latency,
    bound: { cyclesPerByte: PORT_BOUND, gigahertz, mbps: round((gigahertz * 8000) / PORT_BOUND) },
    answer: answerOf(rows, BATCH, options, costs),
  };
}

/** The clock while the core seals: some cores slow down under SIMD. */
async function clockOf(subject: SealingSubject): Promise<number> {
  const contestants = [subject.workload(1, 1500), cycleCounter()];
  const [, clock] = await paired(contestants, { rounds: 9, sliceMs: 3, warmMs: 10 });
  return round(1 / (clock?.ns.median ?? Number.NaN));
}

async function controlCosts(members: number, plan: Plan, tell: Tell): Promise<Costs> {
  const subscribers = Math.min(members, MOST_SUBSCRIBERS);
  const station = requests(subscribers, STORM_GROUPS, 64);
  tell('Key Requests answered');
  const [request] = await paired([station], roundsFor(plan.ms.control / 2, 1)); // as long again takes making them
  tell(`a group rekeyed, ${subscribers.toLocaleString('en')} members answered`);
  const [storm] = await paired([station.storm], roundsFor(plan.ms.control / 2, 1));
  station.dispose();
  const requestNs = request?.ns.median ?? Number.NaN;
  const others = (members - subscribers) * requestNs;
  return { requestNs, stormNsPerGroup: (storm?.ns.median ?? Number.NaN) + others, bytesPerGroup: bytesPerGroup() };
}

/** Two TEKs a group, each with its tombstone: the difference between a core for many and one for few. */
function bytesPerGroup(): number {
  const memory = (slots: number) => {
    const core = createCoreSync({ slots, tombstones: slots, windows: 1, packets: 1, arenaBytes: 4096 });
    const { memoryBytes } = core.info();
    core.dispose();
    return memoryBytes;
  };
  const few = 1024;
  return Math.round((2 * (memory(MOST_GROUPS) - memory(few))) / (MOST_GROUPS - few));
}

function methodOf({ seconds }: SizingOptions, plan: Plan): string[] {
  return [
    `Payloads are copied in, headers and HCS built, CRC off; ${BATCH.toLocaleString('en')} packets a batch, and every batch goes on to other keys. IMIX: of twelve packets seven of 64, four of 576, one of 1,500 bytes.`,
    `Everyone gets the same keys, nonces and payloads, and their output is compared with ours before the clock starts; then all are timed in turn, in slices of at most 6 ms wall time, ${seconds} s in all. Figures are medians. A ratio is another's time over ours: above 1, tekcast is faster. One whose quartiles lie more than ${TOO_WIDE * 100} % apart is null.`,
    plan.workers.length > 1
      ? `One worker is a core on the main thread. Several are a pool (tekcast/pool): the main thread copies payloads in and sends batches out, ${BATCH.toLocaleString('en')} packets for each worker, three in flight, in shared memory; it shares the cores with the workers, and its time is in the figures. A group is with one worker. oneWorker, alone: the time of a pool of one, and of a core on the main thread, over ours, all in turn. homeCpu, workersCpu: CPU time a packet of the main thread, of all workers; fromCpu: what these allow on as many free cores; others: cores that other processes took meanwhile.`
      : 'One worker only: a core on the main thread.',
    plan.openssl
      ? 'openssl is its own `speed`: native C, one key, nothing copied.'
      : 'openssl was left out: too little time.',
  ];
}
