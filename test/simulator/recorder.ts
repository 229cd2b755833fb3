// What a run keeps for its summary and its plot.
import type { BsTekView } from './roster.js';
import type { Mark, Recording, TekLife } from './types.js';

export class Recorder {
  rekeys = 0;
  evictions = 0;
  readonly #start: number;
  readonly #lifetime: number;
  readonly #lives: TekLife[] = [];
  readonly #marks: Mark[] = [];
  readonly #replies: Uint16Array;

  /** Times in ms. */
  constructor(start: number, duration: number, lifetime: number) {
    this.#start = start;
    this.#lifetime = lifetime;
    this.#replies = new Uint16Array(Math.ceil(duration / 1000) + 1);
  }

  born(group: number, sequence: number, now: number): TekLife {
    const life = { group, sequence, bornAt: now - this.#start, endedAt: Number.POSITIVE_INFINITY };
    this.#lives.push(life);
    return life;
  }

  ended(teks: readonly BsTekView[], now: number): void {
    for (const { life } of teks) if (life !== undefined) life.endedAt = now - this.#start;
  }

  replied(now: number): void {
    const second = Math.floor((now - this.#start) / 1000);
    this.#replies[second] = (this.#replies[second] ?? 0) + 1;
  }

  mark(what: Mark['what'], now: number, group?: number): void {
    this.#marks.push({ at: now - this.#start, what, group });
    if (what === 'evict') this.evictions++;
  }

  recording(days: number, now: number): Recording {
    for (const life of this.#lives) life.endedAt = Math.min(life.endedAt, now - this.#start);
    return { lives: this.#lives, replies: this.#replies, marks: this.#marks, lifetime: this.#lifetime, days };
  }
}
