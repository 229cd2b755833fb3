// The TEK state machine (802.16 §7.2.5), one per service type and group ID. Letters and numbers are the standard's:
// states A Start, B Op Wait, D Operational, E Rekey Wait; events 1, 2, 5 to 9. (C and F wait for an authorization.)
//
// One departure: event 5, TEK Invalid, drops no key. A TEK Invalid can be replayed, and the reply would install keys again
// under which PNs were used. Old keys stay until a verified reply replaces them.
import type { ServiceEntry } from './memory.js';

export type State = 'START' | 'OP_WAIT' | 'OPERATIONAL' | 'REKEY_WAIT';
export type Event =
  | 'STOP' // 1
  | 'AUTHORIZED' // 2: the service is wanted and there is an AK
  | 'TEK_INVALID' // 5: a hint, from the BS or from traffic that does not open
  | 'TIMEOUT' // 6
  | 'REFRESH' // 7
  | 'KEY_REPLY' // 8
  | 'KEY_REJECT'; // 9
/** `REQUEST`: a new Identifier. `REPEAT`: the same. */
export type Action = 'REQUEST' | 'REPEAT' | 'DROP_KEYS';

interface Transition {
  readonly to: State;
  readonly does: readonly Action[];
}

/** What is not listed is ignored. */
export const TEK_MACHINE: Readonly<Record<State, Readonly<Partial<Record<Event, Transition>>>>> = {
  START: {
    AUTHORIZED: { to: 'OP_WAIT', does: ['REQUEST'] },
  },
  OP_WAIT: {
    STOP: { to: 'START', does: [] },
    TIMEOUT: { to: 'OP_WAIT', does: ['REPEAT'] },
    KEY_REPLY: { to: 'OPERATIONAL', does: [] },
    KEY_REJECT: { to: 'START', does: [] },
  },
  OPERATIONAL: {
    STOP: { to: 'START', does: ['DROP_KEYS'] },
    TEK_INVALID: { to: 'REKEY_WAIT', does: ['REQUEST'] },
    REFRESH: { to: 'REKEY_WAIT', does: ['REQUEST'] },
  },
  REKEY_WAIT: {
    STOP: { to: 'START', does: ['DROP_KEYS'] },
    TIMEOUT: { to: 'REKEY_WAIT', does: ['REPEAT'] },
    KEY_REPLY: { to: 'OPERATIONAL', does: [] },
    KEY_REJECT: { to: 'START', does: ['DROP_KEYS'] },
  },
};

export type RequestReason = 'FIRST' | 'RETRY' | 'REFRESH' | 'HINT' | 'EKS' | 'ICV' | 'SILENCE';

/** No answer and nothing opened for this long asks whether the BS is still the same. */
const SILENCE_MS = 60_000;
/** Recovery slows down to this. */
const WAIT_MAX_MS = 60_000;
/** Pause after a Key Reject 0. */
const HOLD_MS = 60_000;
/** Pending freshness values remembered per Identifier. */
const SENT_MAX = 256;

/** One machine: its state and its timers (ms; infinite when not running). */
export class TekMachine {
  readonly entry: ServiceEntry;
  state: State = 'START';
  why: RequestReason = 'FIRST';
  /** Identifier of the pending request. */
  identifier: number | undefined;
  /** Freshness values sent under it. */
  readonly sent = new Set<bigint>();
  /** L′ = 2 × (newer − older lifetime), in ms. */
  lifetime = Number.POSITIVE_INFINITY;
  /** Op Wait and Rekey Wait; in START: when a Key Reject 0 is asked again. */
  retryAt = Number.POSITIVE_INFINITY;
  refreshAt = Number.POSITIVE_INFINITY;
  /** The last answer could not be used. */
  refused = false;
  /** A hint that came too early to act on. */
  hint: RequestReason | undefined;
  #heardAt = Number.POSITIVE_INFINITY;
  #requestedAt = Number.NEGATIVE_INFINITY;
  /** After a Key Reject 0. */
  #heldUntil = Number.NEGATIVE_INFINITY;
  /** Least time from the last request to the next recovery; and to the one after that. */
  #spacing: number;
  #wait: number;
  /** Next re-arming of a refresh that brought nothing new. */
  #rearm: number;
  readonly #base: number;

  constructor(entry: ServiceEntry, operationalWaitMs: number) {
    this.entry = entry;
    this.#base = operationalWaitMs;
    this.#spacing = operationalWaitMs;
    this.#wait = operationalWaitMs;
    this.#rearm = operationalWaitMs;
  }

  /** The earliest time a hint may be acted on. */
  get allowedAt(): number {
    return Math.max(this.#heldUntil, this.#requestedAt + this.#spacing);
  }

  /** When silence becomes suspicious. */
  get silentAt(): number {
    return Math.max(this.#heardAt + Math.min(SILENCE_MS, this.lifetime / 8), this.allowedAt);
  }

  /** Notes a request sent now; recovery requests double the wait for the next. */
  requested(now: number, recovery: boolean): void {
    this.#requestedAt = now;
    this.#spacing = recovery ? this.#wait : this.#base;
    if (recovery) this.#wait = Math.min(WAIT_MAX_MS, 2 * this.#wait);
  }

  /** The BS was heard: a verified answer, or a PDU opened. */
  heard(now: number): void {
    this.#heardAt = now;
  }

  /** New keys, or a PDU opened: the keys are right, recovery starts from the beginning. */
  calm(): void {
    this.#wait = this.#base;
    this.#spacing = this.#base;
  }

  /** After a refresh that brought nothing new: later, and later each time. */
  rearm(now: number): void {
    this.refreshAt = now + this.#rearm;
    this.#rearm = Math.min(WAIT_MAX_MS, 2 * this.#rearm);
  }

  /** New keys are in: when to fetch their successor. */
  armRefresh(at: number): void {
    this.refreshAt = at;
    this.#rearm = this.#base;
  }

  /** After a Key Reject 0: asks again in 60 s, not before. */
  hold(now: number): void {
    this.#heldUntil = now + HOLD_MS;
    this.hint = undefined;
    if (this.state === 'START') this.retryAt = this.#heldUntil;
    else this.refreshAt = this.#heldUntil;
  }

  remember(freshness: bigint): void {
    this.sent.add(freshness);
    if (this.sent.size > SENT_MAX) this.sent.delete(this.sent.values().next().value as bigint);
  }

  /** Nothing is pending any more. */
  settled(): void {
    this.identifier = undefined;
    this.sent.clear();
    this.retryAt = Number.POSITIVE_INFINITY;
  }

  wakeAt(): number {
    const keys = this.entry.sa.wakeAt();
    if (this.state !== 'OPERATIONAL') return Math.min(keys, this.retryAt);
    const hint = this.hint === undefined ? Number.POSITIVE_INFINITY : this.allowedAt;
    return Math.min(keys, this.refreshAt, hint, this.silentAt);
  }
}
