// Both ends of a worker, whatever the platform: `worker_threads` in Node, Web Workers elsewhere. Node's module is asked for at run time, so that a
// bundle for browsers needs nothing of it.
import { TekcastError } from '../errors.js';
import type { ToHome, ToWorker } from './messages.js';
import type { PoolWorker } from './types.js';

interface Listens {
  on(event: string, listener: (value: unknown) => void): unknown;
}
interface Threads {
  Worker: new (file: URL) => PoolWorker;
  parentPort: (Listens & { postMessage(message: unknown, transfer?: ArrayBuffer[]): void }) | null;
}

function threads(): Threads | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => Threads | undefined } };
  return process?.getBuiltinModule?.('node:worker_threads');
}

/** Memory may be shared with workers: Node, or a page that is cross-origin isolated. */
export function canShare(): boolean {
  if (typeof SharedArrayBuffer !== 'function') return false;
  return threads() !== undefined || (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true;
}

/** The platform's own worker on the file beside this one. */
export function spawnWorker(): PoolWorker {
  if (typeof Worker === 'function')
    return new Worker(new URL('./pool-worker.js', import.meta.url), { type: 'module' }) as PoolWorker;
  const node = threads();
  if (node === undefined) throw new TekcastError('NO_WORKER', 'this platform has no workers: pass spawn', 'spawn');
  return new node.Worker(new URL('./pool-worker.js', import.meta.url));
}

/** Home's end. `lost` is called once at most, with a reason; nothing is heard after it. */
export class HomePort {
  readonly #worker: PoolWorker;
  #open = true;

  readonly #lose: (reason: string) => void;

  constructor(worker: PoolWorker, heard: (message: ToHome) => void, lost: (reason: string) => void) {
    if (
      typeof worker?.postMessage !== 'function' ||
      typeof worker.terminate !== 'function' ||
      typeof (worker.on ?? worker.addEventListener) !== 'function'
    )
      throw new TekcastError(
        'WORKER_FAILED',
        'no worker: it has postMessage, terminate, and on or addEventListener',
        'spawn',
      );
    this.#worker = worker;
    const hear = (message: unknown) => {
      if (this.#open) heard(message as ToHome);
    };
    const lose = (reason: string) => {
      if (!this.#open) return;
      this.#open = false;
      lost(reason);
    };
    this.#lose = lose;
    if (worker.on !== undefined) {
      worker.on('message', hear);
      worker.on('error', (e) => lose((e as { message?: string } | undefined)?.message ?? 'ERROR'));
      worker.on('messageerror', () => lose('MESSAGE'));
      worker.on('exit', () => lose('EXIT'));
    } else {
      worker.addEventListener?.('message', (event: { data: unknown }) => hear(event.data));
      worker.addEventListener?.('error', (event: { message?: string }) => lose(event.message ?? 'ERROR'));
      worker.addEventListener?.('messageerror', () => lose('MESSAGE'));
    }
  }

  /** A worker that takes no message is lost, but not before the caller is done with what it is doing. */
  post(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    if (!this.#open) return;
    try {
      this.#worker.postMessage(message, transfer);
    } catch {
      queueMicrotask(() => this.#lose('MESSAGE'));
    }
  }

  /** Ends the worker; resolves when it no longer runs, as far as the platform says. One that cannot be ended is not heard any more. */
  async end(): Promise<void> {
    this.#open = false;
    try {
      await this.#worker.terminate();
    } catch {}
  }
}

/** The worker's end. */
export interface WorkerPort {
  post(message: ToHome, transfer?: ArrayBuffer[]): void;
  listen(heard: (message: ToWorker) => void): void;
}

/** The worker's end: messages of its home, one after the other, and answers to it. */
export function workerPort(): WorkerPort {
  const parent = threads()?.parentPort;
  if (parent)
    return {
      post: (message, transfer = []) => parent.postMessage(message, transfer),
      listen: (heard) => parent.on('message', (message) => heard(message as ToWorker)),
    };
  const scope = globalThis as unknown as {
    postMessage(message: unknown, transfer: ArrayBuffer[]): void;
    onmessage: (event: { data: unknown }) => void;
  };
  return {
    post: (message, transfer = []) => scope.postMessage(message, transfer),
    listen: (heard) => {
      scope.onmessage = (event) => heard(event.data as ToWorker);
    },
  };
}
