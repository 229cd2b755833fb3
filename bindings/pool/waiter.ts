// Who waits for a batch that went out.

/** One promise, settled once: by the batch, or by the signal of whoever gave up waiting; `givenUp` is called before it rejects. */
export class Waiter {
  readonly promise: Promise<number>;
  readonly #signal: AbortSignal | undefined;
  readonly #abort: () => void;
  #resolve = (_: number): void => {};
  #reject = (_: unknown): void => {};

  constructor(signal: AbortSignal | undefined, givenUp: () => void) {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#signal = signal;
    this.#abort = () => {
      givenUp();
      this.#reject(signal?.reason);
    };
    signal?.addEventListener('abort', this.#abort, { once: true });
  }

  resolve(done: number): void {
    this.#signal?.removeEventListener('abort', this.#abort);
    this.#resolve(done);
  }

  reject(reason: unknown): void {
    this.#signal?.removeEventListener('abort', this.#abort);
    this.#reject(reason);
  }
}
