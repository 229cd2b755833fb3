// The rekey budget: how many members a station rekeys in a second, all services together. Nobody is refused by it. A Key Reply goes out
// when it is asked for, whatever the budget says, because an SS that waits asks again; nudges, which provoke requests, wait for what is left:
//
//   half A   nudges only, so that members who ask without end cannot keep rekeys from the others
//   half B   nudges; and Key Replies that no nudge provoked, into debt up to one second's worth
//
// A nudge covers the Key Reply that it provokes. Nudges go out one by one up to 200 a second, above that in little bunches, so that a storm does not
// wake the host for each one. Each has a jitter of its own, of half the time to the next on either side: the requests that they provoke
// fall in step neither with each other nor with anything else that is regular. The pace in the mean is the budget's.

/** Own tuning: a bunch is this many ms of the budget. */
const BUNCH_MS = 10;
/** The time from one bunch to the next lies between 1 - JITTER and 1 + JITTER of the mean. */
const JITTER = 0.5;
const DEBT_SECONDS = 1;

export class Pace {
  readonly perSecond: number;
  readonly #bunch: number;
  readonly #random: () => number;
  /** The next bunch goes no earlier. */
  #notBefore = Number.NEGATIVE_INFINITY;
  #nudges: number;
  #shared: number;
  #at = Number.NEGATIVE_INFINITY;

  /** `random`: 0 ≤ x < 1. */
  constructor(perSecond: number, random: () => number) {
    this.perSecond = perSecond;
    this.#random = random;
    this.#bunch = Math.max(1, (perSecond * BUNCH_MS) / 2000);
    this.#nudges = this.#bunch;
    this.#shared = this.#bunch;
  }

  /** True if a nudge may be sent now. */
  ready(now: number): boolean {
    this.#refill(now);
    return now >= this.#notBefore && (this.#nudges >= 1 || this.#shared >= 1);
  }

  nudged(now: number): void {
    if (this.#shared >= 1) this.#shared--;
    else this.#nudges--;
    if (this.#nudges >= 1 || this.#shared >= 1) return;
    const jitter = JITTER * (2 * this.#random() - 1);
    this.#notBefore = now + (1 + jitter) * this.#ms(this.#bunch);
  }

  /** A Key Reply was sent that nobody was nudged for. */
  replied(now: number): void {
    this.#refill(now);
    this.#shared = Math.max((-this.perSecond * DEBT_SECONDS) / 2, this.#shared - 1);
  }

  /** When the next bunch may go; later than `now`. */
  nextAt(now: number): number {
    this.#refill(now);
    const missing = 1 - Math.max(this.#nudges, this.#shared);
    return Math.max(now + Math.max(1, this.#ms(missing)), this.#notBefore);
  }

  /** Seconds that so many nudges take; `worst`: while Key Replies that nobody was nudged for take their half. */
  seconds(members: number, worst = false): number {
    return (worst ? 2 * members : members) / this.perSecond;
  }

  #refill(now: number): void {
    if (now <= this.#at) return;
    const earned = Number.isFinite(this.#at) ? ((now - this.#at) * this.perSecond) / 2000 : 0;
    const most = (1 + 2 * JITTER) * this.#bunch; // so that a long gap loses nothing
    this.#nudges = Math.min(most, this.#nudges + earned);
    this.#shared = Math.min(most, this.#shared + earned);
    this.#at = now;
  }

  /** How long a half takes to earn so many. */
  #ms(nudges: number): number {
    return (nudges * 2000) / this.perSecond;
  }
}
