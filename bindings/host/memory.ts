// Answers to work that need no disk: for simulators, tests and stations whose state may die with the process.
import type { BsWork, LeaseAnswer } from '../bs/types.js';
import type { SsState, SsWork } from '../ss/types.js';
import type { WorkHandlers } from './types.js';

/** A base station's leases in memory: every lease is granted and the highest per TEK kept. */
export class MemoryLeases {
  readonly #upTo = new Map<string, number>();

  /** The handler of work `lease`. Throws if a mark would fall. */
  readonly lease: NonNullable<WorkHandlers<BsWork>['lease']> = ({ said, sequence, upTo }): LeaseAnswer => {
    this.#upTo.set(`${said} ${sequence}`, upTo);
    return { upTo };
  };

  /** The last lease given for a TEK. */
  upTo(said: number, sequence: number): number | undefined {
    return this.#upTo.get(`${said} ${sequence}`);
  }
}

/** A subscriber station's state in memory: give `stored` to the next station to play a restart. */
export class MemoryState {
  stored: SsState | undefined;

  /** The handler of work `state`. */
  readonly state: NonNullable<WorkHandlers<SsWork>['state']> = (state) => {
    this.stored = state;
  };
}
