// Payloads on their way in: each datagram at an ingress is one payload. What arrives in one turn of the event loop is sealed in one batch.
//
//   datagram -> offer (copied, or refused and counted) -> … end of the turn, or the batch is large enough -> flush -> sends
import type { Refusal } from 'tekcast';
import type { UdpPort } from '../carrier/udp.js';

/** Payloads after which a batch is sealed without waiting for the end of the turn: half of what the station queues by default. */
const BATCH = 256;

export class Ingress {
  readonly #flush: () => void;
  #offered = 0;

  constructor(flush: () => void) {
    this.#flush = flush;
  }

  /** Feeds what arrives at `port` to `offer`; `onRefused` hears of what was not taken. */
  attach(
    port: UdpPort,
    offer: (payload: Uint8Array, now: number) => Refusal | undefined,
    onRefused: (code: Refusal, now: number) => void,
  ): void {
    port.onDatagram((payload) => {
      const now = port.now();
      const refusal = offer(payload, now);
      if (refusal !== undefined) onRefused(refusal, now);
      else if (++this.#offered === 1) setImmediate(() => this.#seal());
      else if (this.#offered >= BATCH) this.#seal();
    });
  }

  #seal(): void {
    if (this.#offered === 0) return;
    this.#offered = 0;
    this.#flush();
  }
}
