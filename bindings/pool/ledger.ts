// Which TEK is with which worker, and how far its PNs are lent. By slot at home:
//
//   generation  of the TEK that the rest is about
//   assigned    the worker whose part of a batch its packets go to; NOBODY: chosen at the next `add`
//   live        the core's count of erasures when the TEK was last seen to live, and to be ready to go out; 0: look again
//   left        PNs lent and not promised to a packet yet (ENDLESS for opening)
//   lentTo      the worker that has borrowed it; NOBODY: it is at home
//   coming      1: recalled, not back yet: batches that need it wait
//   top         opening: highest PN accepted in a result that came home
//
// `assigned` changes only where `lentTo` is NOBODY or `coming` is set, so a TEK is lent to one worker at a time; and home burns a PN before a
// worker sees it (core/types.ts, Keys.lend).
//
// An array for each, not a record for each TEK: `add` reads two of them, which stay in a cache that packets of all TEKs run through.
import { instanceOf } from '../core/core.js';
import { isSealUse } from '../core/handle.js';
import type { Instance } from '../core/instantiate.js';
import type { Core, KeyHandle } from '../core/types.js';
import { TekcastError } from '../errors.js';
import type { Seat } from './seat.js';

/** No worker: workers are numbered 0..63. */
export const NOBODY = 0xff;
/** Answer of `take`: home erased it, so any worker will do to say so. */
export const ANYBODY = -1;

const ENDLESS = 0xffffffff;
const TOP_LIMIT = 0x7ffffffe;

interface Wish {
  resolve(whole: boolean): void;
  done: Promise<boolean>;
}

/** All loans of a pool, by slot of its home: `assign` for `add`, `take` for going out, `recall` and `returned`, `lost`. Errors: `NO_WORKER`. */
export class Ledger {
  readonly #core: Core;
  readonly #instance: Instance;
  readonly #seats: readonly Seat[];
  readonly #chunk: number;
  readonly #keys: (KeyHandle | undefined)[] = [];
  readonly #generation: Uint32Array;
  readonly #assigned: Uint8Array;
  readonly #live: Uint32Array;
  readonly #left: Uint32Array;
  readonly #lentTo: Uint8Array;
  readonly #coming: Uint8Array;
  readonly #top: Uint32Array;
  readonly #wishes = new Map<number, Wish>();
  /** The core's count of erasures as the batch goes out. */
  #now = 0;

  constructor(core: Core, seats: readonly Seat[], chunk: number) {
    const { slots } = core.info();
    this.#core = core;
    this.#instance = instanceOf(core);
    this.#seats = seats;
    this.#chunk = chunk;
    this.#generation = new Uint32Array(slots);
    this.#assigned = new Uint8Array(slots).fill(NOBODY);
    this.#live = new Uint32Array(slots);
    this.#left = new Uint32Array(slots);
    this.#lentTo = new Uint8Array(slots).fill(NOBODY);
    this.#coming = new Uint8Array(slots);
    this.#top = new Uint32Array(slots);
  }

  /** Nothing lives in a core that was disposed of. */
  #isLive(key: KeyHandle): boolean {
    return !this.#instance.disposed && this.#core.keys.isLive(key);
  }

  /** The worker for the next packet of a TEK; the same one as long as it lives. `slot`, `generation`: the key's, which is looked at only when it must be. */
  assign(key: KeyHandle, slot = key.slot, generation = key.generation): number {
    const seat = this.#assigned[slot] as number;
    return seat !== NOBODY && this.#generation[slot] === generation ? seat : this.#choose(key);
  }

  #choose(key: KeyHandle): number {
    const slot = key.slot;
    const seat = this.#idlest();
    if (seat === undefined) throw new TekcastError('NO_WORKER', 'no worker is left', 'workers', this.#seats.length);
    if (!this.#isLive(key)) return seat.index; // the worker will say KEY_ERASED
    const old = this.#keys[slot];
    if (old?.generation !== key.generation) {
      if (this.#lentTo[slot] !== NOBODY) this.#forget(slot);
      this.#top[slot] = 0;
      this.#keys[slot] = key;
      this.#generation[slot] = key.generation;
    }
    this.#assignTo(slot, seat.index);
    return seat.index;
  }

  /** The next calls of `take` are of one batch, in one go. */
  begin(): void {
    this.#now = this.#instance.erasures;
  }

  /** TEKs are on their way home. */
  get expecting(): boolean {
    return this.#wishes.size > 0;
  }

  /** This one is. */
  waits(key: KeyHandle, slot: number, generation: number): boolean {
    return this.#coming[slot] === 1 && this.#generation[slot] === generation && this.#isLive(key);
  }

  /** A packet of a TEK that is not on its way home goes out: to which worker, or ANYBODY. Lends it, or more of it, when it must. */
  take(key: KeyHandle, slot: number, generation: number): number {
    const left = this.#left[slot] as number;
    if (left === 0 || this.#live[slot] !== this.#now || this.#generation[slot] !== generation)
      return this.#takeFirst(key);
    if (left !== ENDLESS) this.#left[slot] = left - 1;
    return this.#assigned[slot] as number;
  }

  #takeFirst(key: KeyHandle): number {
    const slot = key.slot;
    if (!this.#isLive(key)) {
      if (this.#generation[slot] === key.generation && this.#lentTo[slot] !== NOBODY) this.#forget(slot);
      return ANYBODY;
    }
    const seat = this.assign(key);
    if (this.#lentTo[slot] === NOBODY || this.#left[slot] === 0) this.#lend(slot, key, seat);
    const left = this.#left[slot] as number;
    if (left > 0 && left !== ENDLESS) this.#left[slot] = left - 1;
    this.#live[slot] = this.#now;
    return seat;
  }

  /** Lends to `index`: the TEK if it is not there yet, and as many PNs as a loan has or home's lease still allows. */
  #lend(slot: number, key: KeyHandle, index: number): void {
    const seat = this.#seats[index] as Seat;
    const { keys } = this.#core;
    const first = this.#lentTo[slot] === NOBODY;
    if (isSealUse(key.use)) {
      const { nextPn, lease } = keys.counters(key);
      const end = Math.max(nextPn, Math.min(nextPn + this.#chunk, lease));
      if (!first && end === nextPn) return;
      seat.lend(key, keys.lend(key, seat.kek, end));
      this.#left[slot] = end - nextPn;
    } else {
      seat.lend(key, keys.lend(key, seat.kek));
      this.#left[slot] = ENDLESS;
    }
    if (first) {
      this.#lentTo[slot] = index;
      seat.loans++;
    }
  }

  where(key: KeyHandle): number | undefined {
    if (!this.#isLive(key)) return undefined;
    const slot = key.slot;
    if (this.#keys[slot]?.generation !== key.generation) return undefined;
    const seat = this.#assigned[slot];
    return seat === NOBODY ? undefined : seat;
  }

  /** A result of an opened PDU came home. */
  accepted(slot: number, generation: number, pn: number): void {
    if (pn > (this.#top[slot] as number) && this.#generation[slot] === generation) this.#top[slot] = pn;
  }

  /** Asks for a TEK back; `next`: who gets it then. Resolves to whether it came back whole. */
  recall(key: KeyHandle, next = NOBODY): Promise<boolean> {
    const slot = key.slot;
    if (!this.#isLive(key)) {
      if (this.#generation[slot] === key.generation && this.#lentTo[slot] !== NOBODY) this.#forget(slot);
      return Promise.resolve(false);
    }
    if (this.#keys[slot]?.generation !== key.generation) {
      if (next === NOBODY) return Promise.resolve(true);
      this.#choose(key);
    }
    this.#assignTo(slot, next);
    const from = this.#lentTo[slot] as number;
    if (from === NOBODY) return Promise.resolve(true);
    const pending = this.#wishes.get(slot);
    if (pending !== undefined) return pending.done;
    if (from === next) return Promise.resolve(true);
    let resolve = (_: boolean): void => {};
    const done = new Promise<boolean>((r) => {
      resolve = r;
    });
    this.#wishes.set(slot, { resolve, done });
    this.#coming[slot] = 1;
    (this.#seats[from] as Seat).recall(key);
    return done;
  }

  /** All that is lent, asked back. */
  recallAll(): Promise<unknown> {
    const lent = this.#keys.filter((key, slot) => key !== undefined && this.#lentTo[slot] !== NOBODY);
    return Promise.all(lent.map((key) => this.recall(key as KeyHandle)));
  }

  /** A worker's answer to `recall`. */
  returned(seat: Seat, slot: number, generation: number, note: Uint8Array): void {
    const key = this.#keys[slot];
    if (key?.generation !== generation || this.#lentTo[slot] !== seat.index || this.#coming[slot] !== 1) return;
    const { keys } = this.#core;
    let whole = false;
    if (this.#isLive(key)) {
      whole = keys.settle(key, seat.kek, note);
      if (!whole) keys.writeOff(key, this.#highest(slot));
    }
    this.#home(slot, whole);
  }

  /** The worker is gone: its loans are written off. Returns their TEKs. */
  lost(seat: Seat): KeyHandle[] {
    const gone: KeyHandle[] = [];
    for (let slot = 0; slot < this.#generation.length; slot++) {
      if (this.#assigned[slot] === seat.index) this.#assignTo(slot, NOBODY);
      if (this.#lentTo[slot] !== seat.index) continue;
      const key = this.#keys[slot] as KeyHandle;
      gone.push(key);
      if (this.#isLive(key)) this.#core.keys.writeOff(key, this.#highest(slot));
      this.#home(slot, false);
    }
    return gone;
  }

  /** Erases at the workers what home no longer has. */
  sweep(): number {
    let swept = 0;
    for (const [slot, key] of this.#keys.entries()) {
      if (key === undefined || this.#lentTo[slot] === NOBODY || this.#isLive(key)) continue;
      this.#forget(slot);
      swept++;
    }
    return swept;
  }

  /** MBS has no window; what `top` holds then says nothing. */
  #highest(slot: number): number {
    return Math.min(this.#top[slot] as number, TOP_LIMIT);
  }

  #home(slot: number, whole: boolean): void {
    (this.#seats[this.#lentTo[slot] as number] as Seat).loans--;
    this.#lentTo[slot] = NOBODY;
    this.#coming[slot] = 0;
    this.#left[slot] = 0;
    this.#top[slot] = 0;
    const wish = this.#wishes.get(slot);
    this.#wishes.delete(slot);
    wish?.resolve(whole);
  }

  /** Home erased it: so does the worker. If it is on its way back already, that is erasure too. */
  #forget(slot: number): void {
    if (this.#coming[slot] === 0) (this.#seats[this.#lentTo[slot] as number] as Seat).post({ do: 'forget', slot });
    this.#assignTo(slot, NOBODY);
    this.#home(slot, false);
    this.#keys[slot] = undefined;
    this.#generation[slot] = 0;
  }

  #assignTo(slot: number, index: number): void {
    const old = this.#seats[this.#assigned[slot] as number];
    if (old !== undefined) old.assigned--;
    const seat = this.#seats[index];
    if (seat !== undefined) seat.assigned++;
    this.#assigned[slot] = index;
    this.#live[slot] = 0;
  }

  /** The live worker with the fewest TEKs. */
  #idlest(): Seat | undefined {
    let best: Seat | undefined;
    for (const seat of this.#seats) if (seat.live && (best === undefined || seat.assigned < best.assigned)) best = seat;
    return best;
  }
}
