// One worker's place in the pool: its port, the KEK it shares with home, and the runs it holds. When a worker is lost its place stays, and
// `refill` puts another one in it.
import { instanceOf } from '../core/core.js';
import { platformEntropy, takeEntropy } from '../core/entropy.js';
import type { Core, KeyHandle } from '../core/types.js';
import { TekcastError } from '../errors.js';
import type { Lent, Loan, Part, Sizes, ToHome, ToWorker } from './messages.js';
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
  returned(seat: Seat, loans: readonly Loan[]): void;
  /** The worker is gone; `packets`: what it held. */
  lost(seat: Seat, reason: string, packets: number): void;
}

/** The place of one worker, whoever sits there: starts it (`start`), sends it runs and loans, hears it, and tells its pool when it is lost. */
export class Seat {
  readonly index: number;
  /** TEKs whose packets go here; TEKs lent. */
  assigned = 0;
  loans = 0;
  flavour = '';
  readonly #core: Core;
  readonly #hooks: SeatHooks;
  readonly #runs = new Map<number, Runner>();
  /** Not posted yet: loans, or recalls, all in one message. It goes ahead of the next one, recalls at the end of this turn at the latest. */
  #growing: Extract<ToWorker, { do: 'lend' | 'recall' }> | undefined;
  #port: HomePort | undefined;
  #kek: KeyHandle | undefined;
  #live = false;
  #ended: Promise<void> = Promise.resolve();
  #started: ((error: TekcastError | undefined) => void) | undefined;
  #run = 0;
  #starting = false;
  #closed = false;

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

  /** Puts a worker here. Rejects with `WORKER_FAILED`, `DISPOSED`, what `spawn` throws, or the signal's reason; the worker is ended then. */
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
      if (this.#closed) throw closed();
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
        this.#started = (error) => {
          this.#started = undefined;
          signal?.removeEventListener('abort', abort);
          if (error === undefined) resolve();
          else reject(error);
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
    this.#flush();
    this.#port?.post(message, transfer);
  }

  lend({ slot, generation }: KeyHandle, note: Uint8Array): void {
    if (this.#growing?.do !== 'lend') {
      this.#flush();
      this.#growing = { do: 'lend', loans: [] };
    }
    this.#growing.loans.push({ slot, generation, note });
  }

  recall({ slot, generation }: Lent): void {
    if (this.#growing?.do !== 'recall') {
      this.#flush();
      this.#growing = { do: 'recall', lent: [] };
      queueMicrotask(() => this.#flush());
    }
    this.#growing.lent.push({ slot, generation });
  }

  #flush(): void {
    const message = this.#growing;
    this.#growing = undefined;
    if (message !== undefined) this.#port?.post(message);
  }

  run(runner: Runner, message: Omit<Extract<ToWorker, { do: 'run' }>, 'run' | 'do'>): void {
    const run = ++this.#run;
    this.#runs.set(run, runner);
    const { part } = message;
    const moved = part === undefined ? [] : ([part.table.buffer, part.image.buffer] as ArrayBuffer[]);
    this.post({ do: 'run', run, ...message }, moved);
  }

  /** What no worker of ours says is the end of it: its runs and loans are written off. */
  #hear(message: ToHome): void {
    try {
      this.#obey(message);
    } catch (e) {
      this.lose((e as { code?: string }).code ?? 'MESSAGE');
    }
  }

  #obey(message: ToHome): void {
    switch (message.did) {
      case 'started':
        if (this.#started === undefined) throw unasked();
        this.#live = true;
        this.flavour = message.flavour;
        this.#hooks.ready(this);
        this.#started(undefined);
        break;
      case 'ran': {
        const runner = this.#runs.get(message.run);
        if (runner === undefined) throw unasked();
        runner.ran(this.index, message.done, message.part);
        this.#runs.delete(message.run);
        break;
      }
      case 'returned':
        this.#hooks.returned(this, message.loans);
        break;
      case 'fault':
        this.lose(String(message.code));
        break;
      default:
        throw unasked();
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
    this.#started?.(new TekcastError('WORKER_FAILED', `the worker did not start: ${reason}`, 'worker', this.index));
    const runs = [...this.#runs.values()];
    this.#runs.clear();
    this.#growing = undefined;
    this.#forgetKek();
    if (wasLive) {
      const packets = runs.reduce((sum, runner) => sum + runner.lost(this.index), 0);
      this.#hooks.lost(this, reason, packets);
    }
  }

  /** Ends a worker that holds nothing any more, or was to begin; no other one comes here. */
  async end(): Promise<void> {
    const port = this.#port;
    this.#closed = true;
    this.#started?.(closed());
    this.#port = undefined;
    this.#live = false;
    this.#forgetKek();
    if (port !== undefined) this.#ended = port.end();
    await this.#ended;
  }

  #forgetKek(): void {
    const kek = this.#kek;
    this.#kek = undefined;
    if (kek !== undefined && !instanceOf(this.#core).disposed && this.#core.keys.isLive(kek))
      this.#core.keys.erase(kek);
  }
}

const unasked = () => new TekcastError('MESSAGE', 'a message that nothing asked for', 'worker');
const closed = () => new TekcastError('DISPOSED', 'this pool was closed', 'pool');
