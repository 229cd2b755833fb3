// Who has the keys of a service: the SSs that were sent a live TEK of it and have an address. A rekey is for them; whoever may have a
// service but never asked for it is not waited for.
import { mayHave } from './discriminator.js';
import type { BsService, Memory, Subscriber } from './memory.js';
import type { BsSettings } from './options.js';

interface Sent {
  /** TEK_k: the newest that it was sent. */
  readonly k: number;
  /** Of the last request that proved itself; and when it came. */
  readonly identifier: number | undefined;
  readonly at: number;
}

/** An SS repeats a request that was not answered no later than this. */
const REPEATED_MS = 60_000;

export class Members {
  readonly #settings: BsSettings;
  readonly #memory: Memory;
  readonly #sent = new Map<BsService, Map<Subscriber, Sent>>();
  agedAt = Number.POSITIVE_INFINITY;

  constructor(settings: BsSettings, memory: Memory) {
    this.#settings = settings;
    this.#memory = memory;
  }

  /** It was sent the newest TEKs of a service; `identifier` of a request that proved itself. */
  add(service: BsService, subscriber: Subscriber, identifier: number | undefined, now: number): void {
    const sent = this.#sent.get(service) ?? new Map<Subscriber, Sent>();
    const k = service.sa.teks.at(-1)?.k ?? -1;
    const { identifier: before, at = now } = sent.get(subscriber) ?? {};
    const asked = identifier === undefined ? { identifier: before, at } : { identifier, at: now };
    this.#sent.set(service, sent.set(subscriber, { k, ...asked }));
  }

  /** TEK_k: the newest that it was sent. */
  newest(service: BsService, subscriber: Subscriber): number {
    return this.#sent.get(service)?.get(subscriber)?.k ?? -1;
  }

  /** Identifier of its last request for a service, if it may be waiting for the answer. */
  pending(service: BsService, subscriber: Subscriber, now: number): number | undefined {
    const sent = this.#sent.get(service)?.get(subscriber);
    return sent !== undefined && now <= sent.at + REPEATED_MS ? sent.identifier : undefined;
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
    return live !== undefined && this.newest(service, subscriber) >= live.k;
  }

  /** Members with an address; and `missed`, who were members when a rekey went past them. */
  of(service: BsService, now: number, missed: ReadonlySet<Subscriber> = new Set()): Subscriber[] {
    const { provider } = this.#settings;
    return [...(this.#sent.get(service)?.keys() ?? [])].filter(
      (subscriber) =>
        subscriber.binding.address !== undefined &&
        now < subscriber.binding.until &&
        (this.has(service, subscriber) || missed.has(subscriber)) &&
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
