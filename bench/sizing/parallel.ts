// Sealing on several cores: plain worker threads, each with a core and a vault of its own, that all seal at the same time.
//
//   main -> worker   { load, groups, payload, batch }   -> { ready }
//                    { seal, ms }                       -> { packets, ms }
//                    { end }
import type { MessagePort, Worker } from 'node:worker_threads';
import { SealingSubject, type Workload } from '../subjects/sealing.js';
import type { Payload } from '../workload.js';
import { type Quartiles, quartiles, type Ratio, ratioOf } from './statistics.js';

type Order =
  | { readonly kind: 'load'; readonly groups: number; readonly payload: Payload; readonly batch: number }
  | { readonly kind: 'seal'; readonly ms: number }
  | { readonly kind: 'end' };
interface Done {
  readonly packets: number;
  readonly ms: number;
}

/** What is used of a worker. */
export type Thread = Pick<Worker, 'postMessage' | 'once' | 'off'>;

/** The other end: what runs in a worker thread. `keys`: the most that will be loaded. */
export function serve(port: MessagePort, keys: number, batch: number): void {
  const subject = new SealingSubject(keys, batch);
  let workload: Workload | undefined;
  port.on('message', (order: Order) => {
    if (order.kind === 'end') {
      subject.dispose();
      port.close();
      return;
    }
    if (order.kind === 'load') workload = subject.workload(order.groups, order.payload, order.batch);
    port.postMessage(order.kind === 'seal' && workload !== undefined ? sealFor(workload, order.ms) : {});
  });
  port.postMessage({});
}

function sealFor(workload: Workload, ms: number): Done {
  const start = performance.now();
  let packets = 0;
  let elapsed = 0;
  do {
    packets += workload.run() as number;
    elapsed = performance.now() - start;
  } while (elapsed < ms);
  return { packets, ms: elapsed };
}

export interface Together {
  /** Wall nanoseconds over packets of all workers. */
  readonly ns: Quartiles;
  /** How many times what one worker seals, in rounds of one and of all in turn. */
  readonly speedup: Ratio;
}

export class Crew {
  readonly #threads: readonly Thread[];

  private constructor(threads: readonly Thread[]) {
    this.#threads = threads;
  }

  /** Starts `workers` threads; each says once that it is ready. */
  static async start(workers: number, spawn: () => Thread): Promise<Crew> {
    const threads = Array.from({ length: workers }, spawn);
    await Promise.all(threads.map(reply));
    return new Crew(threads);
  }

  /** Seals `groups` groups, split evenly over the first `workers` threads: a group has one home. */
  async seal(workers: number, groups: number, payload: Payload, batch: number, ms: number): Promise<Together> {
    const all = this.#threads.slice(0, workers);
    const order: Order = { kind: 'load', groups: Math.ceil(groups / workers), payload, batch };
    await Promise.all(all.map((thread) => ask(thread, order)));
    const rounds = Math.max(3, Math.min(15, Math.floor(ms / 2 / 40)));
    const slice = ms / 2 / rounds;
    const ns: number[] = [];
    const speedups: number[] = [];
    await rate(all, slice);
    for (let r = 0; r < rounds; r++) {
      const alone = await rate([all[r % workers] as Thread], slice);
      const together = await rate(all, slice);
      ns.push(1e6 / together);
      speedups.push(together / alone);
    }
    return { ns: quartiles(ns), speedup: ratioOf(speedups) };
  }

  /** The threads end by themselves. */
  end(): void {
    for (const thread of this.#threads) thread.postMessage({ kind: 'end' } satisfies Order);
  }
}

/** Packets per millisecond of all these threads at once. */
async function rate(threads: readonly Thread[], ms: number): Promise<number> {
  const done = await Promise.all(threads.map((thread) => ask(thread, { kind: 'seal', ms })));
  return done.reduce((sum, { packets, ms: elapsed }) => sum + packets / elapsed, 0);
}

function ask(thread: Thread, order: Order): Promise<Done> {
  const answer = reply(thread);
  thread.postMessage(order);
  return answer;
}

function reply(thread: Thread): Promise<Done> {
  return new Promise((resolve, reject) => {
    const onMessage = (done: Done) => {
      thread.off('error', onError);
      resolve(done);
    };
    const onError = (e: Error) => {
      thread.off('message', onMessage);
      reject(e);
    };
    thread.once('message', onMessage);
    thread.once('error', onError);
  });
}
