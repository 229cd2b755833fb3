// The rekey budget: how many members a station rekeys in a second, all services together. Nobody is refused by it. A Key Reply goes out
// when it is asked for, whatever the budget says, because an SS that waits asks again; nudges, which provoke requests, wait for what is left:
//
//   half A   nudges only, so that members who ask without end cannot keep rekeys from the others
//   half B   nudges; and Key Replies that no nudge provoked, into debt up to one second's worth
//
// A nudge covers the Key Reply that it provokes.

/** Own tuning. Nudges go out in little bunches, this many ms of the budget together, so that a storm does not wake the host for each one. */
const BUNCH_MS = 10;
const DEBT_SECONDS = 1;

export class Pace {
  readonly perSecond: number;
  readonly #bunch: number;
  #nudges: number;
  #shared: number;
  #at = Number.NEGATIVE_INFINITY;

  constructor(perSecond: number) {
    this.perSecond = perSecond;
    this.#bunch = Math.max(1, (perSecond * BUNCH_MS) / 2000);
    this.#nudges = this.#bunch;
    this.#shared = this.#bunch;
  }

  /** True if a nudge may be sent now. */
  ready(now: number): boolean {
    this.#refill(now);
    return this.#nudges >= 1 || this.#shared >= 1;
  }

  nudged(): void {
    if (this.#shared >= 1) this.#shared--;
    else this.#nudges--;
  }

  /** A Key Reply was sent that nobody was nudged for. */
  replied(now: number): void {
    this.#refill(now);
    this.#shared = Math.max((-this.perSecond * DEBT_SECONDS) / 2, this.#shared - 1);
  }

  /** When the next bunch may go; later than `now`. */
  nextAt(now: number): number {
    this.#refill(now);
    return now + Math.max(1, ((this.#bunch - this.#nudges) * 2000) / this.perSecond);
  }

  /** Seconds that so many nudges take. */
  seconds(members: number): number {
    return members / this.perSecond;
  }

  #refill(now: number): void {
    if (now <= this.#at) return;
    const earned = Number.isFinite(this.#at) ? ((now - this.#at) * this.perSecond) / 2000 : 0;
    this.#nudges = Math.min(this.#bunch, this.#nudges + earned);
    this.#shared = Math.min(this.#bunch, this.#shared + earned);
    this.#at = now;
  }
}
