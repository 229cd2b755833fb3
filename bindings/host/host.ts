// Runs an engine in one line. Around every call of the engine the host does the same four things with the step it gets:
// sends go to the carrier, events to the listener, work to its handler (whose answer comes back by `complete`), and a timer is set for
// `wakeAt`. An engine never calls back, so nothing here is entered twice.
import { TekcastError } from '../errors.js';
import type { WorkResult } from '../step.js';
import type { AnyEngine, Carrier, EventOf, StepOf, WorkHandlers, WorkOf } from './types.js';

/** Longest delay that every platform's timers take. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** What a host joins: an engine, a carrier of datagrams, who hears of events and who answers work. */
export interface HostOptions<E extends AnyEngine> {
  readonly engine: E;
  readonly carrier: Carrier;
  readonly onEvent?: (event: EventOf<E>) => void;
  /** Answers to work; memory.ts has those that need no disk. */
  readonly handlers?: WorkHandlers<WorkOf<E>>;
  /** An error that no step can carry: a handler is missing, the engine refused an answer. Default: thrown. */
  readonly onError?: (error: unknown) => void;
}

/** Runs one engine over one carrier; to be ended by `close`. It never disposes the engine. */
export class Host<E extends AnyEngine> {
  readonly engine: E;
  readonly #carrier: Carrier;
  readonly #onEvent: ((event: EventOf<E>) => void) | undefined;
  readonly #handlers: Readonly<Record<string, ((input: unknown) => unknown) | undefined>>;
  readonly #onError: (error: unknown) => void;
  #cancel: (() => void) | undefined;
  #flushing = false;
  #closed = false;

  constructor(options: HostOptions<E>) {
    this.engine = options.engine;
    this.#carrier = options.carrier;
    this.#onEvent = options.onEvent;
    this.#handlers = (options.handlers ?? {}) as Record<string, (input: unknown) => unknown>;
    this.#onError =
      options.onError ??
      ((error) => {
        throw error;
      });
    this.#carrier.onDatagram((bytes, from) => {
      if (!this.#closed) this.do((engine, now) => engine.receive(bytes, from, now) as StepOf<E>);
    });
  }

  /** Calls the engine and does what the step says: `host.do((ss, now) => ss.request({ service: 'unicast' }, now))`. */
  do(call: (engine: E, now: number) => StepOf<E>): void {
    this.#take(call(this.engine, this.#carrier.now()));
  }

  /** Offers payloads by `call` and flushes once, when all offers of this turn are in. Returns what `call` returns. */
  offer<R>(call: (engine: E, now: number) => R): R {
    const result = call(this.engine, this.#carrier.now());
    if (!this.#flushing) {
      this.#flushing = true;
      this.#carrier.setTimer(0, () => {
        this.#flushing = false;
        if (!this.#closed) this.do((engine, now) => engine.flush(now) as StepOf<E>);
      });
    }
    return result;
  }

  /** Stops timers and listening. What is queued is flushed first. */
  close(): void {
    if (this.#closed) return;
    this.do((engine, now) => engine.flush(now) as StepOf<E>);
    this.#closed = true;
    this.#cancel?.();
  }

  #take(step: StepOf<E>): void {
    for (const { to, bytes } of step.send) this.#carrier.send(to, bytes);
    this.#cancel?.();
    this.#cancel = undefined;
    if (step.wakeAt !== undefined && !this.#closed) {
      const delay = Math.min(TIMER_MAX_MS, Math.max(0, Math.ceil(step.wakeAt - this.#carrier.now())));
      this.#cancel = this.#carrier.setTimer(delay, () => this.do((engine, now) => engine.tick(now) as StepOf<E>));
    }
    for (const event of step.events) this.#onEvent?.(event as EventOf<E>);
    for (const work of step.work) void this.#work(work as WorkOf<E>);
  }

  async #work(work: WorkOf<E>): Promise<void> {
    try {
      const result = await this.#answer(work);
      if (!this.#closed) this.do((engine, now) => engine.complete(work.id, result, now) as StepOf<E>);
    } catch (error) {
      this.#onError(error);
    }
  }

  async #answer(work: WorkOf<E>): Promise<WorkResult> {
    const handler = this.#handlers[work.kind];
    if (handler === undefined) {
      const missing = new TekcastError('NO_HANDLER', `nobody does work of kind ${work.kind}`, work.kind);
      this.#onError(missing);
      return { ok: false, error: missing.message };
    }
    try {
      return { ok: true, value: await handler(work.input) };
    } catch (error) {
      return { ok: false, error: error instanceof Error ? error.message : String(error) };
    }
  }
}

/** Starts running an engine. */
export function run<E extends AnyEngine>(options: HostOptions<E>): Host<E> {
  return new Host(options);
}
