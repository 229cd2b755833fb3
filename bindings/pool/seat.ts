// One worker's place in the pool: its port, the KEK it shares with home, and the runs it holds. When a worker is lost its place stays, and
// `refill` puts another one in it.
import { platformEntropy, takeEntropy } from '../core/entropy.js';
import type { Core, KeyHandle } from '../core/types.js';
import { TekcastError } from '../errors.js';
import type { Loan, Part, Sizes, ToHome, ToWorker } from './messages.js';
import { HomePort } from './port.js';
import type { PoolWorker } from './types.js';

const KEK = 16;

/** Who waits for a run: the part's number, so that one object serves all runs of a batch. */
export interface Runner {
  ran(seat: number, done: number, part: Part | undefined): void;
  lost(seat: number): number;
}

export interface SeatHooks {
  /** A worker began to live here. */
  ready(seat: Seat): void;
  returned(seat: Seat, slot: number, generation: number, note: Uint8Array): void;
  /** The worker is gone; `packets`: what it held. */
  lost(seat: Seat, reason: string, packets: number): void;
}

export class Seat {
  readonly index: number;
  /** TEKs whose packets go here; TEKs lent. */
  assigned = 0;
  loans = 0;
  flavour = '';
  readonly #core: Core;
  readonly #hooks: SeatHooks;
  readonly #runs = new Map<number, Runner>();
  /** Not posted yet: the next message takes them along ahead of it, all in one. */
  #lending: Loan[] = [];
  #port: HomePort | undefined;
  #kek: KeyHandle | undefined;
  #live = false;
  #ended: Promise<void> = Promise.resolve();
  #started: ((reason: string | undefined) => void) | undefined;
  #run = 0;
  #starting = false;

  constructor(index: number, core: Core, hooks: SeatHooks) {
    this.index = index;
    this.#core = core;
    this.#hooks = hooks;
  }

  get live(): boolean {
    return this.#live;
  }

  /** No worker is here and none is on its way. */
  get vacant(): boolean {
    return this.#port === undefined && !this.#starting;
  }

  get kek(): KeyHandle {
    return this.#kek as KeyHandle;
  }

  /** Puts a worker here. Rejects with `WORKER_FAILED` or the signal's reason; the worker is ended then. */
  async start(
    spawn: () => PoolWorker,
    sizes: Sizes,
    module: WebAssembly.Module | undefined,
    signal?: AbortSignal,
  ): Promise<void> {
    this.#starting = true;
    const bytes = new Uint8Array(KEK);
    try {
      await this.#ended; // nothing of its predecessor runs any more: the memory they share is its own
      signal?.throwIfAborted();
      takeEntropy(platformEntropy, bytes);
      this.#kek = this.#core.keys.put(bytes, { use: 'kek-aeskw', owner: this.#core.newOwner() }).key;
      this.#port = new HomePort(
        spawn(),
        (message) => this.#hear(message),
        (reason) => this.lose(reason),
      );
      await new Promise<void>((resolve, reject) => {
        const abort = () => {
          reject(signal?.reason);
          this.lose('ABORTED');
        };
        signal?.addEventListener('abort', abort, { once: true });
        this.#started = (reason) => {
          this.#started = undefined;
          signal?.removeEventListener('abort', abort);
          if (reason === undefined) resolve();
          else reject(new TekcastError('WORKER_FAILED', `the worker did not start: ${reason}`, 'worker', this.index));
        };
        // The KEK's bytes cross JavaScript here, once: moved, not copied, and wiped by the worker.
        this.post({ do: 'start', kek: bytes, sizes, module }, [bytes.buffer]);
      });
    } catch (e) {
      this.lose('WORKER_FAILED');
      this.#forgetKek();
      throw e;
    } finally {
      this.#starting = false;
      if (bytes.length > 0) bytes.fill(0); // moved away: nothing is here
    }
  }

  post(message: ToWorker, transfer?: ArrayBuffer[]): void {
    if (this.#lending.length > 0) {
      const loans = this.#lending;
      this.#lending = [];
      this.#port?.post({ do: 'lend', loans });
    }
    this.#port?.post(message, transfer);
  }

  lend({ slot, generation }: KeyHandle, note: Uint8Array): void {
    this.#lending.push({ slot, generation, note });
  }

  run(runner: Runner, message: Omit<Extract<ToWorker, { do: 'run' }>, 'run' | 'do'>): void {
    const run = ++this.#run;
    this.#runs.set(run, runner);
    const { part } = message;
    const moved = part === undefined ? [] : ([part.table.buffer, part.image.buffer] as ArrayBuffer[]);
    this.post({ do: 'run', run, ...message }, moved);
  }

  #hear(message: ToHome): void {
    switch (message.did) {
      case 'started':
        this.#live = true;
        this.flavour = message.flavour;
        this.#hooks.ready(this);
        this.#started?.(undefined);
        break;
      case 'ran': {
        const runner = this.#runs.get(message.run);
        this.#runs.delete(message.run);
        runner?.ran(this.index, message.done, message.part);
        break;
      }
      case 'returned':
        this.#hooks.returned(this, message.slot, message.generation, message.note);
        break;
      case 'fault':
        this.lose(message.code);
    }
  }

  /** The worker is gone, or shall be. */
  lose(reason: string): void {
    const port = this.#port;
    if (port === undefined) return;
    const wasLive = this.#live;
    this.#port = undefined;
    this.#live = false;
    this.#ended = port.end();
    this.#started?.(reason);
    const runs = [...this.#runs.values()];
    this.#runs.clear();
    this.#lending = [];
    if (wasLive) {
      const packets = runs.reduce((sum, runner) => sum + runner.lost(this.index), 0);
      this.#hooks.lost(this, reason, packets);
    }
    this.#forgetKek();
  }

  /** Ends a worker that holds nothing any more. */
  async end(): Promise<void> {
    const port = this.#port;
    this.#port = undefined;
    this.#live = false;
    this.#forgetKek();
    if (port !== undefined) this.#ended = port.end();
    await this.#ended;
  }

  #forgetKek(): void {
    const kek = this.#kek;
    this.#kek = undefined;
    if (kek !== undefined && this.#core.keys.isLive(kek)) this.#core.keys.erase(kek);
  }
}
