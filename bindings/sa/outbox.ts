// What a station collects during one call: sends, events, work; and what it counts over its life.
import type { Send, Step, Work } from '../step.js';
import type { Counters } from './types.js';

/** Datagrams, events and work of one call, taken out together as a `Step`; counters by name, for good. */
export class Outbox<Event, W extends Work> {
  #send: Send[] = [];
  #events: Event[] = [];
  #work: W[] = [];
  #nextId = 1;
  readonly #tally = new Map<string, number>();

  send(to: string, bytes: Uint8Array): void {
    this.#send.push({ to, bytes });
    this.count('datagramsOut');
  }

  /** The same to many. */
  sendAll(addresses: readonly string[], bytes: Uint8Array): void {
    for (const to of addresses) this.#send.push({ to, bytes });
    this.count('datagramsOut', addresses.length);
  }

  event(event: Event): void {
    this.#events.push(event);
  }

  /** Queues work and returns the id under which it will be completed. */
  work(kind: W['kind'], input: W['input']): number {
    const id = this.#nextId++;
    this.#work.push({ id, kind, input } as W);
    return id;
  }

  /** A number for work that another part of the station asks for; it comes in by `pass`. */
  nextId(): number {
    return this.#nextId++;
  }

  pass(work: W): void {
    this.#work.push(work);
  }

  count(name: string, by = 1): void {
    this.#tally.set(name, (this.#tally.get(name) ?? 0) + by);
  }

  counters(): Counters {
    return Object.fromEntries(this.#tally);
  }

  /** Hands out what was collected; `wakeAt` may be infinite. */
  take(wakeAt: number): Step<Event, W> {
    const step: Step<Event, W> = {
      send: this.#send,
      events: this.#events,
      wakeAt: Number.isFinite(wakeAt) ? wakeAt : undefined,
      work: this.#work,
    };
    this.#send = [];
    this.#events = [];
    this.#work = [];
    return step;
  }
}
