// Whose turn it is. Rekeys that are wanted wait here, one entry a service: what is wanted again meanwhile is coalesced with it. Membership comes
// before the rest, and otherwise who came first. A service whose round is under way, or that is held, is passed over.

export interface Turn<Why extends string = string> {
  readonly why: Why;
  /** Not before (ms): the end of the interval over which joins and leaves are coalesced. */
  readonly at: number;
  /** Both TEKs are to be new: somebody who left has them. */
  readonly two: boolean;
  /** Somebody joined or left: goes before others and is not held. */
  readonly urgent: boolean;
  readonly quorum: number | undefined;
  readonly deadlineMs: number | undefined;
}

/** Services in the order in which they are rekeyed. Times in ms of the caller's clock. */
export class Turns<S, Why extends string = string> {
  readonly #turns = new Map<S, Turn<Why>>();

  get size(): number {
    return this.#turns.size;
  }

  get(service: S): Turn<Why> | undefined {
    return this.#turns.get(service);
  }

  /** Adds a wish. The first one's time stands, so that a stream of leaves cannot put a rekey off for ever. */
  add(service: S, turn: Turn<Why>): void {
    const before = this.#turns.get(service);
    if (before === undefined) {
      this.#turns.set(service, turn);
      return;
    }
    this.#turns.set(service, {
      why: turn.urgent && !before.urgent ? turn.why : before.why,
      at: Math.min(before.at, turn.at),
      two: before.two || turn.two,
      urgent: before.urgent || turn.urgent,
      quorum: turn.quorum ?? before.quorum,
      deadlineMs: turn.deadlineMs ?? before.deadlineMs,
    });
  }

  delete(service: S): void {
    this.#turns.delete(service);
  }

  /** Takes the next turn that is due out. `blocked` says of a service whether it must wait. */
  take(now: number, blocked: (service: S, turn: Turn<Why>) => boolean): [S, Turn<Why>] | undefined {
    let next: [S, Turn<Why>] | undefined;
    for (const [service, turn] of this.#turns) {
      if (now < turn.at || (next !== undefined && !turn.urgent) || blocked(service, turn)) continue;
      next = [service, turn];
      if (turn.urgent) break;
    }
    if (next !== undefined) this.#turns.delete(next[0]);
    return next;
  }

  /** When the next turn that is not blocked is due. */
  wakeAt(blocked: (service: S, turn: Turn<Why>) => boolean): number {
    let at = Number.POSITIVE_INFINITY;
    for (const [service, turn] of this.#turns) if (turn.at < at && !blocked(service, turn)) at = turn.at;
    return at;
  }

  [Symbol.iterator](): IterableIterator<[S, Turn<Why>]> {
    return this.#turns.entries();
  }
}
