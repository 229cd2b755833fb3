// What one side of an authorization gathers during a call, and what is to go on when a piece of work is done.
import { TekcastError } from '../errors.js';
import type { Work, WorkResult } from '../step.js';
import type { AuthStep, MessageSend } from './types.js';

/** Work without its number. */
export type Asked<W extends Work> = W extends Work ? Omit<W, 'id'> : never;

export class Collector<Event, W extends Work> {
  readonly #ids: () => number;
  readonly #then = new Map<number, (result: WorkResult) => void>();
  #send: MessageSend[] = [];
  #events: Event[] = [];
  #work: W[] = [];

  /** `ids`: where numbers of work come from, so that a station can tell its own from these. */
  constructor(ids: (() => number) | undefined) {
    let last = 0;
    this.#ids = ids ?? (() => ++last);
  }

  send(mac: string, to: string, bytes: Uint8Array): void {
    this.#send.push({ mac, to, bytes });
  }

  event(event: Event): void {
    this.#events.push(event);
  }

  work(asked: Asked<W>, then: (result: WorkResult) => void): void {
    const id = this.#ids();
    this.#work.push({ ...asked, id } as unknown as W);
    this.#then.set(id, then);
  }

  /** Work that is not completed. */
  get pending(): number {
    return this.#then.size;
  }

  owns(id: number): boolean {
    return this.#then.has(id);
  }

  /** Goes on where the work was asked for. Throws `WORK` for an id that is not pending. */
  complete(id: number, result: WorkResult): void {
    const then = this.#then.get(id);
    if (then === undefined) throw new TekcastError('WORK', `no work has id ${id}`, 'id', id);
    this.#then.delete(id);
    then(result);
  }

  take(wakeAt: number): AuthStep<Event, W> {
    const step = {
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
