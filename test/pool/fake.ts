// Workers inside this process, whose messages move when the test says so: every interleaving can be had, and repeated.
import type { Part, ToHome, ToWorker } from '../../bindings/pool/messages.js';
import { serve } from '../../bindings/pool/server.js';
import type { PoolWorker } from '../../bindings/pool/types.js';

export class FakeWorker implements PoolWorker {
  /** Messages on their way. */
  readonly toWorker: ToWorker[] = [];
  readonly toHome: ToHome[] = [];
  /** Moves messages by itself. */
  flowing = true;
  dead = false;
  #work: (message: ToWorker) => void = () => {};
  #home: (message: unknown) => void = () => {};
  #gone: (reason: unknown) => void = () => {};
  readonly #moved: () => void;

  constructor(world: World) {
    this.#moved = () => world.moved();
    serve({
      listen: (heard) => {
        this.#work = heard;
      },
      post: (message, transfer = []) => {
        world.sealed?.(message);
        this.toHome.push(structuredClone(message, { transfer }));
        this.#flow();
      },
    });
  }

  postMessage(message: unknown, transfer: ArrayBuffer[] = []): void {
    this.toWorker.push(structuredClone(message as ToWorker, { transfer }));
    this.#flow();
  }

  on(event: string, listener: (value: unknown) => void): void {
    if (event === 'message') this.#home = listener;
    if (event === 'exit') this.#gone = listener;
  }

  terminate(): void {
    this.dead = true;
    this.toHome.length = 0;
    this.#moved();
  }

  /** Dies by itself: what it has not done is not done, what it has not said is not heard. */
  die(): void {
    this.terminate();
    this.#gone(1);
  }

  /** Moves one message, to the worker if there is one; false when there is none. */
  step(): boolean {
    return this.work() || this.speak();
  }

  work(): boolean {
    const message = this.dead ? undefined : this.toWorker.shift();
    if (message !== undefined) this.#work(message);
    return message !== undefined;
  }

  speak(): boolean {
    const message = this.dead ? undefined : this.toHome.shift();
    if (message !== undefined) this.#home(message);
    if (message !== undefined) this.#moved();
    return message !== undefined;
  }

  /** Holds messages until `step`, or lets them go. */
  hold(): void {
    this.flowing = false;
  }

  flow(): void {
    this.flowing = true;
    this.#flow();
  }

  #flow(): void {
    this.#moved();
    if (this.flowing)
      queueMicrotask(() => {
        while (this.flowing && this.step());
      });
  }
}

/** All workers of a test. */
export class World {
  readonly workers: FakeWorker[] = [];
  /** Sees what workers say before it can be lost. */
  sealed: ((message: ToHome) => void) | undefined;
  #waiting: (() => void)[] = [];

  readonly spawn = (): PoolWorker => {
    const worker = new FakeWorker(this);
    this.workers.push(worker);
    return worker;
  };

  /** The worker that lives in a place: the last one spawned for it, when places were filled in order. */
  at(index: number): FakeWorker {
    return this.workers[index] as FakeWorker;
  }

  moved(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }

  /** Waits, without a clock, until something is so. */
  async until(so: () => boolean): Promise<void> {
    while (!so()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}

export type { Part };
