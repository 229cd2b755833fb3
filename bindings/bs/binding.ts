// To which address an SS is bound, and which of its requests are fresh enough to move that.
//
// The carrier stands in for radio: an address is worth no more than the request that came from it. A request is fresh
// if its attribute 158 is higher than any seen of this SS; without 158, if its digest is not among the last 256 (a replay of an
// older one binds: a stated weakness of requests without 158). Freshness is judged when a request arrives, the address is
// bound when it is answered; of two in between, the one that arrived later wins.

const DIGESTS = 256;

export class Binding {
  address: string | undefined;
  until = 0;
  #boundBy = 0;
  #arrivals = 0;
  #highest = -1n;
  readonly #digests = new Set<string>();

  /** Judges a verified request. Returns its place in the order of fresh arrivals, or 0 if it is a replay. */
  arrival(freshness: bigint | undefined, digest: Uint8Array): number {
    if (freshness !== undefined) {
      if (freshness <= this.#highest) return 0;
      this.#highest = freshness;
      return ++this.#arrivals;
    }
    const name = digest.join();
    if (this.#digests.has(name)) return 0;
    this.#digests.add(name);
    if (this.#digests.size > DIGESTS) this.#digests.delete(this.#digests.values().next().value as string);
    return ++this.#arrivals;
  }

  /** Binds for an arrival that is being answered. True if the address changed. */
  bind(arrival: number, address: string, until: number): boolean {
    if (arrival <= this.#boundBy) return false;
    this.#boundBy = arrival;
    this.until = until;
    const changed = this.address !== address;
    this.address = address;
    return changed;
  }

  release(): void {
    this.address = undefined;
  }
}
