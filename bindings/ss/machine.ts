// One TEK machine of an SS: where it stands in the table (auth/tek.ts), its timers, and what it remembers of its pending request.
// One per service type and group ID. Recovery slows down, and calms down again when new keys or traffic come.
import { Fsm, TEK_MACHINE, type TekAction, type TekEvent, type TekState } from '../auth/index.js';
import type { ServiceEntry } from './memory.js';

export type RequestReason = 'FIRST' | 'RETRY' | 'REFRESH' | 'HINT' | 'EKS' | 'ICV' | 'SILENCE';

/** Recovery slows down to this. */
const WAIT_MAX_MS = 60_000;
/** Pause after a Key Reject 0. */
const HOLD_MS = 60_000;
/** Pending freshness values remembered per Identifier. */
const SENT_MAX = 256;

export interface TekTimers {
  /** Seconds; of all machines together: the BS may tell others. */
  operationalWait: number;
  rekeyWait: number;
  tekGrace: number;
  /** No answer and nothing opened for this long (ms) asks whether the BS is still the same. */
  readonly silenceMs: () => number;
}

/** One machine: its state and its timers (ms; infinite when not running). */
export class TekMachine {
  readonly entry: ServiceEntry;
  readonly fsm: Fsm<TekState, TekEvent, TekAction>;
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
  /** There was no AK to sign the last request with. */
  unsigned = false;
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
  readonly #timers: TekTimers;

  constructor(
    entry: ServiceEntry,
    timers: TekTimers,
    perform: (machine: TekMachine, action: TekAction, event: TekEvent) => void,
  ) {
    this.entry = entry;
    this.fsm = new Fsm(TEK_MACHINE, (action, event) => perform(this, action, event));
    this.#timers = timers;
    this.#spacing = this.#base;
    this.#wait = this.#base;
    this.#rearm = this.#base;
  }

  get state(): TekState {
    return this.fsm.state;
  }

  get #base(): number {
    return 1000 * this.#timers.operationalWait;
  }

  /** The earliest time a hint may be acted on. */
  get allowedAt(): number {
    return Math.max(this.#heldUntil, this.#requestedAt + this.#spacing);
  }

  /** When silence becomes suspicious. */
  get silentAt(): number {
    const silence = this.#timers.silenceMs();
    if (silence === Number.POSITIVE_INFINITY) return silence;
    return Math.max(this.#heardAt + Math.min(silence, this.lifetime / 8), this.allowedAt);
  }

  /** A first request, and a refresh while the newer key lives, repeat at the standard's pace; all else is recovery, and slows down. */
  get #isFirst(): boolean {
    return this.state === 'OP_WAIT' && !this.refused;
  }

  #isDue(now: number): boolean {
    return this.why === 'REFRESH' || now >= this.refreshAt;
  }

  #isRefresh(now: number): boolean {
    return this.#isDue(now) && !this.refused && this.entry.sa.newer(now) !== undefined;
  }

  /** When the request that was just sent is sent again. A refresh that falls due before is not late for it. */
  startRetry(now: number): void {
    if (this.#isFirst) this.retryAt = now + this.#base;
    else if (this.#isRefresh(now)) this.retryAt = now + 1000 * this.#timers.rekeyWait;
    else this.retryAt = this.#isDue(now) ? this.allowedAt : Math.min(this.allowedAt, this.refreshAt);
  }

  /** Notes a request sent now; recovery requests double the wait for the next. */
  requested(now: number): void {
    const recovery = !this.#isFirst && !this.#isRefresh(now);
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
