// The pool: a core whose TEKs are lent to workers, and the order in which batches go out.
//
//   add -> part of the worker that has the TEK     (ledger: assigned, sticky)
//   seal -> queue, first in first out -> every TEK lent, PNs enough (ledger: take) -> one message to each worker -> results
//                                     \-> a TEK on its way home: this batch and all behind it wait for its note
//
// The queue holds each batch once, so what waits is bounded by what the caller made: that is the backpressure.
import { whole } from '../core/options.js';
import { tableOf } from '../core/table.js';
import type { Crc, KeyHandle, SaTable } from '../core/types.js';
import { TekcastError } from '../errors.js';
import { type BatchHost, PoolBatch } from './batch.js';
import { Ledger } from './ledger.js';
import type { Loan, Sizes } from './messages.js';
import { canShare, spawnWorker } from './port.js';
import { Seat } from './seat.js';
import type { Pool, PoolInfo, PoolLoss, PoolOptions, PoolTraffic, PoolWorker } from './types.js';

const LEASE = 65_536;
const PACKETS = 4096;
const ARENA_BYTES = 4 << 20;
const WORKERS_MAX = 64;

/**
 * Starts workers for a core. Errors: `RANGE`, `WORKER_FAILED` (a worker did not start; the others are ended), `ENTROPY`, `VAULT_FULL` (one slot a
 * worker for its KEK), what `spawn` throws, or the signal's reason.
 */
export async function createPool(options: PoolOptions): Promise<Pool> {
  const pool = new WorkerPool(options);
  try {
    await pool.refill(options.signal);
  } catch (e) {
    await pool.close();
    throw e;
  }
  return pool;
}

class WorkerPool implements Pool, BatchHost {
  readonly core: number;
  readonly shared: boolean;
  readonly seats: readonly Seat[];
  readonly ledger: Ledger;
  readonly #sizes: Sizes;
  readonly #spawn: () => PoolWorker;
  readonly #module: WebAssembly.Module | undefined;
  readonly #onLost: ((loss: PoolLoss) => void) | undefined;
  readonly #batches = new Set<PoolBatch>();
  readonly #queue: PoolBatch[] = [];
  #ids = 0;
  #closing: Promise<void> | undefined;

  constructor(options: PoolOptions) {
    const { core } = options;
    const { slots, windows, replayWindow } = core.info();
    const workers = whole('workers', options.workers, 1, WORKERS_MAX);
    this.core = core.id;
    this.shared = options.shared ?? canShare();
    if (this.shared && typeof SharedArrayBuffer !== 'function')
      throw new TekcastError('RANGE', 'this platform shares no memory', 'shared');
    this.#sizes = {
      slots,
      windows,
      replayWindow,
      packets: whole('packets', options.packets ?? PACKETS, 1, 2 ** 20),
      arenaBytes: whole('arenaBytes', options.arenaBytes ?? ARENA_BYTES, 4096, 2 ** 30),
    };
    this.#spawn = options.spawn ?? spawnWorker;
    this.#module = options.module;
    this.#onLost = options.onLost;
    const hooks = {
      ready: (seat: Seat) => {
        for (const batch of this.#batches) batch.announce(seat);
      },
      returned: (seat: Seat, loans: readonly Loan[]) => {
        for (const { slot, generation, note } of loans) this.ledger.returned(seat, slot, generation, note);
        this.#pump();
      },
      lost: (seat: Seat, reason: string, packets: number) => {
        const keys = this.ledger.lost(seat);
        this.#pump();
        this.#onLost?.({ worker: seat.index, reason, keys, packets });
      },
    };
    this.seats = Array.from({ length: workers }, (_, i) => new Seat(i, core, hooks));
    this.ledger = new Ledger(core, this.seats, whole('lease', options.lease ?? LEASE, 1, 2 ** 24));
  }

  async refill(signal?: AbortSignal): Promise<number> {
    this.#alive();
    const starting = this.seats
      .filter((seat) => seat.vacant)
      .map((seat) => seat.start(this.#spawn, this.#sizes, this.#module, signal));
    const failed = (await Promise.allSettled(starting)).find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return this.seats.filter((seat) => seat.live).length;
  }

  traffic(options: { packets: number; bytes?: number; crc?: Crc; table?: SaTable }): PoolTraffic {
    this.#alive();
    const packets = whole('packets', options.packets, 1, this.#sizes.packets);
    const bytes = whole(
      'bytes',
      options.bytes ?? Math.min(packets * 2048, this.#sizes.arenaBytes),
      64,
      this.#sizes.arenaBytes,
    );
    const crc = options.crc ?? 'msb';
    if (crc !== 'msb' && crc !== 'reflected' && crc !== 'none')
      throw new TekcastError('RANGE', 'crc is msb, reflected or none', 'crc');
    const batch = new PoolBatch(++this.#ids, this, packets, bytes, crc, tableOf(this.core, options.table));
    this.#batches.add(batch);
    for (const seat of this.seats) if (seat.live) batch.announce(seat);
    return batch;
  }

  where(key: KeyHandle): number | undefined {
    return this.ledger.where(key);
  }

  recall(key: KeyHandle): Promise<boolean> {
    this.#alive();
    return this.ledger.recall(key);
  }

  move(key: KeyHandle, worker: number): Promise<boolean> {
    this.#alive();
    const seat = this.seats[whole('worker', worker, 0, this.seats.length - 1)] as Seat;
    if (!seat.live) throw new TekcastError('NO_WORKER', 'that worker was lost', 'worker', worker);
    return this.ledger.recall(key, worker);
  }

  sweep(): number {
    return this.ledger.sweep();
  }

  drop(worker: number): void {
    (this.seats[whole('worker', worker, 0, this.seats.length - 1)] as Seat).lose('DROPPED');
  }

  info(): PoolInfo {
    return {
      shared: this.shared,
      workers: this.seats.map(({ live, loans, flavour }) => ({ live, loans, flavour })),
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    try {
      await Promise.all([...this.#batches].map((batch) => batch.idle()));
      await this.ledger.recallAll();
    } finally {
      await Promise.all(this.seats.map((seat) => seat.end()));
    }
  }

  submit(batch: PoolBatch): void {
    this.#alive();
    this.#queue.push(batch);
    this.#pump();
  }

  withdraw(batch: PoolBatch): boolean {
    const at = this.#queue.indexOf(batch);
    if (at < 0) return false;
    this.#queue.splice(at, 1);
    this.#pump();
    return true;
  }

  dispose(batch: PoolBatch): void {
    this.#batches.delete(batch);
    for (const seat of this.seats) seat.post({ do: 'unbatch', batch: batch.id });
  }

  /** Sends out what can go, in order. */
  #pump(): void {
    for (let batch = this.#queue[0]; batch !== undefined; batch = this.#queue[0]) {
      try {
        if (!this.seats.some((seat) => seat.live))
          throw new TekcastError('NO_WORKER', 'no worker is left', 'workers', this.seats.length);
        if (!batch.dispatch()) return;
        this.#queue.shift();
      } catch (e) {
        this.#queue.shift();
        batch.refuse(e);
      }
    }
  }

  #alive(): void {
    if (this.#closing !== undefined) throw new TekcastError('DISPOSED', 'this pool was closed', 'pool');
  }
}
