// tekcast sealing through a pool, as a user would: the main thread is home, copies payloads in and sends batches out, three of them in
// turn; workers seal. What each side takes of the processors is counted beside the wall time.
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { type Core, createCoreSync } from 'tekcast';
import { createPool, type Pool, type PoolTraffic, type PoolWorker } from 'tekcast/pool';
import { nodeCrypto } from '../contenders/node-crypto.js';
import { keyOrder } from '../order.js';
import type { Contestant } from '../sizing/paired.js';
import { quartiles } from '../sizing/statistics.js';
import { type Payload, payloadsOf } from '../workload.js';
import { CID, jobOf, joined, keysOf, PLACE } from './sealing.js';

/**
 * Batches on their way at a time: one is filled, one is sealed, and one waits, so that a worker that is ahead of the others, or shares its core
 * with home for a while, has the next one at hand.
 */
const IN_FLIGHT = 3;
/** A batch holds `batch` packets for each worker, up to so many workers: its memory grows with the square. */
const SHARES = 8;
/** Wall ms of one run: long against what filling the first batch and waiting for the last one cost, which more workers wait for. */
export const TURN_MS = 80;
const COMPARED = 8;

export interface PoolCosts {
  /** CPU nanoseconds per packet: of the main thread, and of all workers together. */
  readonly home: number;
  readonly workers: number;
}

export interface PooledWorkload extends Contestant {
  /** Medians of all runs so far; undefined where the platform does not tell threads apart. */
  costs(): PoolCosts | undefined;
  /** Of all runs so far: how many cores other processes took meanwhile. Wall time means something where that is little. */
  others(): number;
}

export interface PooledOptions {
  readonly workers: number;
  readonly keys: number;
  /** Packets of a batch for each worker. */
  readonly batch: number;
  /** Packets in memory shared with the workers, not in messages. */
  readonly shared?: boolean;
  /** Starts a worker that runs `tekcast/pool-worker`; by default the pool's own. */
  readonly spawn?: (() => PoolWorker) | undefined;
}

export class PooledSubject {
  readonly #core: Core;
  readonly #pool: Pool;
  readonly #packets: number;
  readonly #keys: readonly Uint8Array[];
  readonly #batches: readonly PoolTraffic[];

  static async start({ workers, keys, batch, shared, spawn }: PooledOptions): Promise<PooledSubject> {
    const packets = batch * Math.min(workers, SHARES);
    const core = createCoreSync({
      slots: keys + workers, // a KEK for each worker
      tombstones: keys,
      windows: 1,
      packets: 1,
      arenaBytes: 4096,
    });
    const pool = await createPool({
      core,
      workers,
      packets,
      arenaBytes: Math.max(4096, packets * PLACE),
      ...(shared !== undefined && { shared }),
      ...(spawn !== undefined && { spawn }),
    });
    return new PooledSubject(core, pool, packets, keysOf(keys));
  }

  private constructor(core: Core, pool: Pool, packets: number, keys: readonly Uint8Array[]) {
    this.#core = core;
    this.#pool = pool;
    this.#packets = packets;
    this.#keys = keys;
    const owner = core.newOwner();
    const table = core.saTable(keys.length);
    for (const [i, bytes] of keys.entries()) {
      const { key } = core.keys.put(bytes, { use: 'seal-down', owner, said: i & 0xffff, sequence: i & 3 });
      table.set(i, { key, eks: i & 3, cid: CID });
    }
    this.#batches = Array.from({ length: IN_FLIGHT }, () =>
      pool.traffic({ packets, bytes: packets * PLACE, crc: 'none', table }),
    );
  }

  /** Seals batches over the first `keys` keys, all of them lent and some of their packets compared with node:crypto's when it resolves. */
  async workload(keys: number, payload: Payload, turnMs = TURN_MS): Promise<PooledWorkload> {
    const packets = this.#packets;
    const order = Uint32Array.from(keyOrder(keys, packets));
    const payloads = payloadsOf(payload, packets);
    const together = joined(payloads);
    let next = 0;
    const send = (batch: PoolTraffic): Promise<number> => {
      batch.addPayloads(order.subarray(next, next + packets), together.bytes, together.lengths);
      next = next + packets === order.length ? 0 : next + packets;
      return batch.seal();
    };
    const whole = (sealed: number) => {
      if (sealed !== packets) throw new Error('a packet was not sealed');
    };
    const [first] = this.#batches as [PoolTraffic];
    do {
      const at = next;
      whole(await send(first));
      await this.#compare(first, order, at, payloads);
    } while (next !== 0);

    const spent: PoolCosts[] = [];
    let [ofOthers, elapsed] = [0, 0];
    const run = async () => {
      const [home, all, machine] = [homeNs(), allNs(), machineNs()];
      const start = performance.now();
      const out: Promise<number>[] = [];
      let sent = 0;
      do {
        const i = sent % IN_FLIGHT;
        const before = out[i];
        if (before !== undefined) whole(await before);
        out[i] = send(this.#batches[i] as PoolTraffic);
        sent++;
      } while (performance.now() - start < turnMs);
      for (const sealed of await Promise.all(out)) whole(sealed);
      const n = sent * packets;
      ofOthers += machineNs() - machine - (allNs() - all);
      elapsed += (performance.now() - start) * 1e6;
      const ofHome = homeNs() - home;
      if (!Number.isNaN(ofHome)) spent.push({ home: ofHome / n, workers: (allNs() - all - ofHome) / n });
      return n;
    };
    const median = (of: keyof PoolCosts) => quartiles(spent.map((costs) => costs[of])).median;
    const costs = () => (spent.length === 0 ? undefined : { home: median('home'), workers: median('workers') });
    const others = () => Math.max(0, ofOthers / elapsed);
    return { name: 'tekcast/pool', run, costs, others };
  }

  async #compare(batch: PoolTraffic, order: Uint32Array, at: number, payloads: readonly Uint8Array[]) {
    const step = Math.ceil(this.#packets / COMPARED);
    const sample = payloads.flatMap((payload, i) => (i % step === 0 ? [{ i, payload }] : []));
    const pdus = sample.map(({ i }) => batch.arena.slice(batch.start(i), batch.end(i)));
    const jobs = sample.map(({ i, payload }, n) =>
      jobOf(this.#keys[order[at + i] as number] as Uint8Array, pdus[n] as Uint8Array, payload),
    );
    const node = await nodeCrypto.seal(
      jobs.map(({ job }) => job),
      jobs.length,
    );
    if (typeof node === 'string') throw new Error(node);
    for (const [n, { sealed }] of jobs.entries())
      if (Buffer.compare(await node.sealed(n), sealed) !== 0) throw new Error('a worker and node:crypto disagree');
  }

  /** Ends the workers where they stand: nothing is to come home. */
  async dispose(): Promise<void> {
    for (let i = 0; i < this.#pool.info().workers.length; i++) this.#pool.drop(i);
    await this.#pool.close();
    this.#core.dispose();
  }
}

/** CPU time of the main thread, whose number on Linux is the process's own; NaN elsewhere. */
function homeNs(): number {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]);
  } catch {
    return Number.NaN;
  }
}

function allNs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

/** CPU time that all processes together have taken of all cores. */
function machineNs(): number {
  return cpus().reduce((ns, { times: { user, nice, sys, irq } }) => ns + (user + nice + sys + irq) * 1e6, 0);
}

/**
 * How many times the packets of one worker `workers` would seal on as many free cores, from CPU times alone: one worker and home have a
 * core each; several and home share all cores.
 */
export function fromCosts(workers: number, one: PoolCosts, many: PoolCosts): number {
  return Math.min(workers, (workers * Math.max(one.workers, one.home)) / (many.workers + many.home));
}
