// State machines as data, and the one interpreter that runs them all: authorization, TEK, network entry. A machine is a table of
// states × events; what is not in it is ignored. An event first moves the machine, then its actions run in the order of the row. An
// event raised by an action waits until that row is done, so a row never runs inside another.

export interface Transition<S extends string, A extends string> {
  readonly to: S;
  readonly does: readonly A[];
}

/** A state machine as data: states S, events E, actions A. A state's row that has no entry for an event ignores it. */
export interface MachineTable<S extends string, E extends string, A extends string> {
  readonly name: string;
  readonly start: S;
  /** In the words of the standard: `A Start`. */
  readonly states: Readonly<Record<S, string>>;
  readonly events: Readonly<Record<E, string>>;
  readonly actions: Readonly<Record<A, string>>;
  readonly table: Readonly<Record<S, Readonly<Partial<Record<E, Transition<S, A>>>>>>;
  /** Where it departs from the standard, and why. */
  readonly departures: readonly string[];
}

/** What an event does in a state; undefined: nothing. */
export function transition<S extends string, E extends string, A extends string>(
  machine: MachineTable<S, E, A>,
  state: S,
  event: E,
): Transition<S, A> | undefined {
  return machine.table[state][event];
}

/** One running machine. */
export class Fsm<S extends string, E extends string, A extends string> {
  readonly machine: MachineTable<S, E, A>;
  readonly #perform: (action: A, event: E) => void;
  readonly #queue: E[] = [];
  #state: S;
  #running = false;

  /** In the machine's start state. `perform` does its actions, in the order of the row. */
  constructor(machine: MachineTable<S, E, A>, perform: (action: A, event: E) => void) {
    this.machine = machine;
    this.#perform = perform;
    this.#state = machine.start;
  }

  get state(): S {
    return this.#state;
  }

  /** Raises an event. False if the table has nothing for it here; true also if it has to wait for the row that is running. */
  raise(event: E): boolean {
    if (this.#running) {
      this.#queue.push(event);
      return true;
    }
    this.#running = true;
    try {
      const known = this.#run(event);
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#run(next);
      return known;
    } finally {
      this.#running = false;
      this.#queue.length = 0;
    }
  }

  /** Back to the start without an action, whatever the table says: for teardown, which no table of the standard has. */
  reset(): void {
    this.#queue.length = 0;
    this.#state = this.machine.start;
  }

  #run(event: E): boolean {
    const found = transition(this.machine, this.#state, event);
    if (found === undefined) return false;
    this.#state = found.to;
    for (const action of found.does) this.#perform(action, event);
    return true;
  }
}
