// Feeds an ingress as fast as nothing is lost. UDP on loopback loses only where a socket's buffer is full, so the packets under way,
// from the ingress to the slowest receiver, stay below what one buffer holds. Receivers report progress over process IPC: this is
// the demo's own, no part of the protocol.
import type { UdpPort } from '../carrier/udp.js';
import { CliError, EXIT } from '../exit.js';
import type { Source } from './source.js';

/** What Linux charges a socket for a datagram of up to 1,450 bytes, bookkeeping included (2,304), with a reserve. */
const CHARGED_BYTES = 3_072;
/** Part of a buffer that the window may fill: other stations' traffic passes through it too. */
const FILL = 0.7;
/** Without progress for so long a packet is lost: there is no sending again. Milliseconds. */
const STALL_MS = 10_000;
/** While a rotation is awaited the stream trickles: a few packets in every so many milliseconds. */
const TRICKLE_MS = 20;

/** Packets under way that a receive buffer of so many bytes surely holds. */
export function windowFor(receiveBufferBytes: number): number {
  return Math.max(4, Math.min(1_024, Math.floor((receiveBufferBytes * FILL) / CHARGED_BYTES)));
}

export class Sender {
  readonly #port: UdpPort;
  readonly #to: string;
  readonly #window: number;
  readonly #received: Map<string, number>;
  readonly #source: Source;
  #sent = 0;
  #wake: (() => void) | undefined;
  /** Told of every step forward: packets received by the slowest. */
  onProgress: (packets: number) => void = () => {};

  constructor(port: UdpPort, to: string, window: number, receivers: readonly string[], source: Source) {
    this.#port = port;
    this.#to = to;
    this.#window = window;
    this.#received = new Map(receivers.map((name) => [name, 0]));
    this.#source = source;
  }

  get sent(): number {
    return this.#sent;
  }

  /** Received by every receiver. */
  get received(): number {
    return Math.min(...this.#received.values());
  }

  /** A receiver's report: packets so far. */
  report(receiver: string, packets: number): void {
    if (!this.#received.has(receiver)) return;
    this.#received.set(receiver, packets);
    this.onProgress(this.received);
    this.#wake?.();
  }

  /** Sends up to packet number `end`, as fast as the window allows. Throws a CliError (exit 1) if a packet was lost. */
  async run(end: number): Promise<void> {
    while (this.#sent < end) {
      while (this.#sent < end && this.#sent - this.received < this.#window) this.#next();
      if (this.#sent < end) await this.#progress();
    }
  }

  /** Sends slowly, at most up to `end`, until `done`; then waits for `done` in silence. */
  async trickle(end: number, perStep: number, done: () => boolean): Promise<void> {
    while (!done()) {
      for (let i = 0; i < perStep && this.#sent < end && this.#sent - this.received < this.#window; i++) this.#next();
      await new Promise((resolve) => setTimeout(resolve, TRICKLE_MS));
    }
  }

  /** Waits until everything sent was received. */
  async drain(): Promise<void> {
    while (this.received < this.#sent) await this.#progress();
  }

  #next(): void {
    const payload = this.#source.next();
    if (payload === undefined) throw new Error('the source ended early');
    this.#sent++;
    this.#port.send(this.#to, payload);
  }

  #progress(): Promise<void> {
    return new Promise((resolve, reject) => {
      const stalled = setTimeout(() => {
        this.#wake = undefined;
        const lines = [...this.#received].map(([name, n]) => `${name} ${n}`).join(', ');
        reject(
          new CliError(EXIT.FAILED, `no progress for ${STALL_MS / 1000} s: sent ${this.#sent}, received: ${lines}`),
        );
      }, STALL_MS);
      this.#wake = () => {
        clearTimeout(stalled);
        this.#wake = undefined;
        resolve();
      };
    });
  }
}
