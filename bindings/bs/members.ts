// Who has the keys of a service: the SSs that were sent a live TEK of it and have an address. A rekey is for them; whoever may have a
// service but never asked for it is not waited for.
import { mayHave } from './discriminator.js';
import type { BsService, Memory, Subscriber } from './memory.js';
import type { BsSettings } from './options.js';

export class Members {
  readonly #settings: BsSettings;
  readonly #memory: Memory;
  /** TEK_k: the newest that each was sent. */
  readonly #sent = new Map<BsService, Map<Subscriber, number>>();
  agedAt = Number.POSITIVE_INFINITY;

  constructor(settings: BsSettings, memory: Memory) {
    this.#settings = settings;
    this.#memory = memory;
  }

  /** It was sent the newest TEKs of a service. */
  add(service: BsService, subscriber: Subscriber): void {
    const sent = this.#sent.get(service) ?? new Map<Subscriber, number>();
    this.#sent.set(service, sent.set(subscriber, service.sa.teks.at(-1)?.k ?? -1));
  }

  /** False if it was none. */
  remove(service: BsService, subscriber: Subscriber): boolean {
    const had = this.has(service, subscriber);
    this.#sent.get(service)?.delete(subscriber);
    return had;
  }

  /** It holds a TEK that is still of use. */
  has(service: BsService, subscriber: Subscriber): boolean {
    const live = service.sa.teks.find(({ lingering }) => !lingering);
    return live !== undefined && (this.#sent.get(service)?.get(subscriber) ?? -1) >= live.k;
  }

  /** Members with an address. */
  of(service: BsService, now: number): Subscriber[] {
    const { provider } = this.#settings;
    return [...(this.#sent.get(service)?.keys() ?? [])].filter(
      (subscriber) =>
        subscriber.binding.address !== undefined &&
        now < subscriber.binding.until &&
        this.has(service, subscriber) &&
        mayHave(subscriber, service, provider),
    );
  }

  /** Members of each group that has any. */
  counts(now: number): number[] {
    return [...this.#sent.keys()].map((service) => this.of(service, now).length).filter((n) => n > 0);
  }

  /** Services whose sealing TEK is past the soft limit on time; notes when the next will be. */
  aged(now: number): BsService[] {
    const soft = this.#settings.keyLimits?.softSeconds;
    this.agedAt = Number.POSITIVE_INFINITY;
    if (soft === undefined) return [];
    const aged: BsService[] = [];
    for (const service of this.#memory.bySaid.values()) {
      const sealing = service.sa.older(now);
      for (const tek of service.sa.teks) {
        const from = tek.sealsFrom ?? tek.expiresAt - this.#settings.tekLifetime * 500; // the last half of its life
        const at = from + soft * 1000;
        if (tek.warned || tek.lingering || at >= tek.expiresAt) continue;
        if (now < at) this.agedAt = Math.min(this.agedAt, at);
        else if (tek === sealing) aged.push(service);
      }
    }
    return aged;
  }
}
