// The radio: what becomes of a datagram. Lost, late, twice, out of order; now and then an old one comes again, as an attacker would send it.
import type { Random } from '../support/random.js';

const SECOND = 1000;
const HOUR = 3_600_000;

/** Shares of all datagrams. */
const DUPLICATED = 0.03;
const SLOW = 0.03;
const REPLAYED = 0.002;

export class Air {
  readonly #random: Random;
  readonly #loss: number;

  constructor(random: Random, loss: number) {
    this.#random = random;
    this.#loss = loss;
  }

  /** Delays (ms) after which copies arrive; none when it is lost. */
  arrivals(): number[] {
    const copies: number[] = [];
    if (!this.#chance(this.#loss)) copies.push(this.#delay());
    if (this.#chance(DUPLICATED)) copies.push(this.#delay());
    if (this.#chance(REPLAYED)) copies.push(this.#random.between(5 * SECOND, HOUR));
    return copies;
  }

  /** 5..30 ms; some up to 3 s, so that later ones overtake them. */
  #delay(): number {
    return this.#chance(SLOW) ? this.#random.between(30, 3 * SECOND) : this.#random.between(5, 30);
  }

  #chance(share: number): boolean {
    return this.#random.u32() < share * 2 ** 32;
  }
}
