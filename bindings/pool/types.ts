// What a pool looks like from outside: the batches of core.traffic, sealed and opened by workers.
import type { Core, Crc, KeyHandle, SaTable, Traffic, TrafficCode, TrafficSa, WasmModule } from '../core/types.js';

/** A worker as Node (`worker_threads`) or a browser makes it: one of `on` and `addEventListener` is there. */
export interface PoolWorker {
  postMessage(message: unknown, transfer?: ArrayBuffer[]): void;
  terminate(): unknown;
  on?(event: 'message' | 'error' | 'exit' | 'messageerror', listener: (value: unknown) => void): unknown;
  addEventListener?(event: 'message' | 'error' | 'messageerror', listener: (event: never) => void): void;
}

/** What a pool is made of. Sizes out of bounds: `RANGE`. */
export interface PoolOptions {
  /** Home of the TEKs. It makes, wraps and erases them; what the pool has borrowed it does not seal or open itself (`LENT`). */
  core: Core;
  /** Workers, 1..64, each with a core of its own, seeded by itself. */
  workers: number;
  /** Starts a worker that runs `tekcast/pool-worker`. Default: the platform's own, from the file beside this one. */
  spawn?: () => PoolWorker;
  /** PNs lent at a time, 1..2^24. All of them are burnt when a worker dies. Default 65,536. */
  lease?: number;
  /** Packets of the largest batch. Default 4,096. */
  packets?: number;
  /** Bytes for the packets of the largest batch. Default 4 MiB. */
  arenaBytes?: number;
  /** Packets in memory shared with the workers; else they are copied into messages. Default: true where the platform lets memory be shared. */
  shared?: boolean;
  /** A compiled core for the workers, as `createCore` takes it. */
  module?: WasmModule;
  /** Told of every worker that was lost. */
  onLost?: (loss: PoolLoss) => void;
  /** Gives up waiting for the workers to start. */
  signal?: AbortSignal;
}

/** A worker died, by its own doing or by {@link Pool.drop}. */
export interface PoolLoss {
  /** Its number, 0..workers - 1. */
  readonly worker: number;
  /** Its error, or `EXIT`. Never anything of a key. */
  readonly reason: string;
  /** TEKs it had on loan: their PNs lent are burnt; the next batch takes them to another worker. */
  readonly keys: readonly KeyHandle[];
  /** Packets it held; each has the code `WORKER_LOST` in its batch. */
  readonly packets: number;
}

/** `WORKER_LOST`: the worker that held this packet died. To seal: its PN is burnt, the payload may be added again. To open: the PDU may be. */
export type PoolCode = TrafficCode | 'WORKER_LOST';
/** One packet's result: a view of the batch's `arena`, good until the batch is next added to or cleared, or why there is none. */
export type PoolResult =
  | { readonly code: ''; readonly bytes: Uint8Array }
  | { readonly code: Exclude<PoolCode, ''>; readonly bytes?: undefined };

/**
 * A batch as of `core.traffic`, sealed or opened by the workers. The packets of one SA go to one worker, in the order of `add`.
 * While a batch is out (`busy`) every call but `idle` throws `BATCH_BUSY`; use two or three batches in turn to keep the workers fed. `arena` may be shared
 * memory: copy what goes to an API that takes none.
 */
export interface PoolTraffic extends Omit<Traffic, 'seal' | 'open' | 'code' | 'results' | 'arena'> {
  /** As of `core.traffic`; also `NO_WORKER`. */
  addPayload(sa: TrafficSa | number, payload: Uint8Array): number;
  addPdu(sa: TrafficSa | number, pdu: Uint8Array, frame?: number): number;
  /** As of `core.traffic`; also `NO_WORKER`. */
  addPayloads(rows: Uint32Array, payloads: Uint8Array, lengths: Uint16Array): number;
  addPdus(rows: Uint32Array, pdus: Uint8Array, lengths: Uint16Array, frames?: Uint32Array): number;
  /**
   * Seals every packet added; PNs of an SA are given in the order of `add`, batches in the order of `seal`. Resolves to how many succeeded.
   * `now` (ms) feeds first and last use. `signal`: before the batch went out its packets stay in it and use no PN; after, only the waiting
   * ends: see `idle`. Rejects with `NO_WORKER` (the packets stay), `DISPOSED`, or the signal's reason.
   */
  seal(now?: number, signal?: AbortSignal): Promise<number>;
  /** Opens every packet added, replay windows in the order of `add`. As `seal`. */
  open(now?: number, signal?: AbortSignal): Promise<number>;
  /** The batch is with the workers. */
  readonly busy: boolean;
  /** Resolves once the batch is not `busy`; its results can be read then, also those of a wait that was given up. */
  idle(): Promise<void>;
  code(index: number): PoolCode;
  results(): Iterable<PoolResult>;
  readonly arena: Uint8Array;
}

/** A pool as it is now, worker by worker. */
export interface PoolInfo {
  readonly shared: boolean;
  readonly workers: readonly {
    readonly live: boolean;
    /** TEKs on loan to it. */
    readonly loans: number;
    readonly flavour: string;
  }[];
}

/** Workers that seal and open with the TEKs of one core. Errors: `RANGE`, `WRONG_CORE`, `KEY_USE`, `NO_WORKER`, `WORKER_FAILED`, `DISPOSED`. */
export interface Pool {
  /** A batch: `packets` and `bytes` (default packets × 2,048, if the pool has as much) at most the pool's own; `table`: of the pool's core. */
  traffic(options: { packets: number; bytes?: number; crc?: Crc; table?: SaTable }): PoolTraffic;
  /** The worker that has a TEK on loan, or will have it next; undefined: it is at home. */
  where(key: KeyHandle): number | undefined;
  /** Brings a TEK home after all batches that are out: next PN, replay window and counters. True: whole; false: its worker was lost meanwhile.
   *  The next batch that uses it lends it anew. Do this before `keys.counters` or `keys.erase`. */
  recall(key: KeyHandle): Promise<boolean>;
  /** Moves a TEK to a worker: recalled, then lent there. */
  move(key: KeyHandle, worker: number): Promise<boolean>;
  /** Erases at the workers what home erased without {@link recall}. Returns how many. */
  sweep(): number;
  /** Ends a worker now, as if it had died: for one that no longer answers. */
  drop(worker: number): void;
  /** Starts workers in the place of those lost. Resolves to the number of workers that run. */
  refill(signal?: AbortSignal): Promise<number>;
  info(): PoolInfo;
  /** Brings everything home and ends the workers. Batches that are out come back first. */
  close(): Promise<void>;
}
