// Payloads on their way in: each datagram at an ingress is one payload. What arrives in one turn of the event loop is sealed in one batch.
//
//   datagram -> offer (copied, or refused and counted) -> … end of the turn -> flush (one wasm call) -> sends
import type { Refusal } from 'tekcast';
import type { UdpPort } from '../carrier/udp.js';

export class Ingress {
  readonly #flush: () => void;
  #scheduled = false;
  /** Payloads not taken, by code. */
  readonly refused = new Map<Refusal, number>();

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
      let refusal = offer(payload, now);
      if (refusal === 'QUEUE_FULL') {
        this.#flush();
        refusal = offer(payload, now);
      }
      if (refusal === undefined) {
        this.#schedule();
        return;
      }
      this.refused.set(refusal, (this.refused.get(refusal) ?? 0) + 1);
      onRefused(refusal, now);
    });
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }
}
