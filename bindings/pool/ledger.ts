// Which TEK is with which worker, and how far its PNs are lent. One record of words for each slot at home, so that a packet touches one line:
//
//   GENERATION of the TEK that the record is about
//   LIVE      the core's count of erasures when the TEK was last seen to live, and to be ready to go out; 0: look again
//   LEFT      PNs lent and not promised to a packet yet (ENDLESS for opening)
//   ASSIGNED  the worker whose part of a batch its packets go to; NOBODY: chosen at the next `add`
//   LENT_TO   the worker that has borrowed it; NOBODY: it is at home
//   COMING    1: recalled, not back yet: batches that need it wait
//   TOP       opening: highest PN accepted in a result that came home
//
// ASSIGNED changes only where LENT_TO is NOBODY or COMING is set, so a TEK is lent to one worker at a time; and home burns a PN before a worker
// sees it (core/types.ts, Keys.lend).
import { instanceOf } from '../core/core.js';
import { isSealUse } from '../core/handle.js';
import type { Instance } from '../core/instantiate.js';
import type { Core, KeyHandle } from '../core/types.js';
import { TekcastError } from '../errors.js';
import type { Seat } from './seat.js';

export const NOBODY = 0xffffffff;
/** Answer of `take`: home erased it, so any worker will do to say so. */
export const ANYBODY = -1;

const GENERATION = 0;
const LIVE = 1;
const LEFT = 2;
const ASSIGNED = 3;
const LENT_TO = 4;
const COMING = 5;
const TOP = 6;
const WORDS = 8;

const ENDLESS = 0xffffffff;
const TOP_LIMIT = 0x7ffffffe;

interface Wish {
  resolve(whole: boolean): void;
  done: Promise<boolean>;
}

export class Ledger {
  readonly #core: Core;
  readonly #instance: Instance;
  readonly #seats: readonly Seat[];
  readonly #chunk: number;
  readonly #keys: (KeyHandle | undefined)[] = [];
  readonly #records: Uint32Array;
  readonly #wishes = new Map<number, Wish>();
  /** The core's count of erasures as the batch goes out. */
  #now = 0;

  constructor(core: Core, seats: readonly Seat[], chunk: number) {
    const { slots } = core.info();
    this.#core = core;
    this.#instance = instanceOf(core);
    this.#seats = seats;
    this.#chunk = chunk;
    this.#records = new Uint32Array(slots * WORDS);
    for (let at = 0; at < this.#records.length; at += WORDS) {
      this.#records[at + ASSIGNED] = NOBODY;
      this.#records[at + LENT_TO] = NOBODY;
    }
  }

  #get(slot: number, field: number): number {
    return this.#records[slot * WORDS + field] as number;
  }

  #set(slot: number, field: number, value: number): void {
    this.#records[slot * WORDS + field] = value;
  }

  /** Nothing lives in a core that was disposed of. */
  #isLive(key: KeyHandle): boolean {
    return !this.#instance.disposed && this.#core.keys.isLive(key);
  }

  /** The worker for the next packet of a TEK; the same one as long as it lives. `slot`, `generation`: the key's, which is looked at only when it must be. */
  assign(key: KeyHandle, slot = key.slot, generation = key.generation): number {
    const at = slot * WORDS;
    const seat = this.#records[at + ASSIGNED] as number;
    return seat !== NOBODY && this.#records[at + GENERATION] === generation ? seat : this.#choose(key);
  }

  #choose(key: KeyHandle): number {
    const slot = key.slot;
    const seat = this.#idlest();
    if (seat === undefined) throw new TekcastError('NO_WORKER', 'no worker is left', 'workers', this.#seats.length);
    if (!this.#isLive(key)) return seat.index; // the worker will say KEY_ERASED
    const old = this.#keys[slot];
    if (old?.generation !== key.generation) {
      if (this.#get(slot, LENT_TO) !== NOBODY) this.#forget(slot);
      this.#set(slot, TOP, 0);
      this.#keys[slot] = key;
      this.#set(slot, GENERATION, key.generation);
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
    return this.#get(slot, COMING) === 1 && this.#get(slot, GENERATION) === generation && this.#isLive(key);
  }

  /** A packet of a TEK that is not on its way home goes out: to which worker, or ANYBODY. Lends it, or more of it, when it must. */
  take(key: KeyHandle, slot: number, generation: number): number {
    const at = slot * WORDS;
    const records = this.#records;
    const left = records[at + LEFT] as number;
    if (left === 0 || records[at + LIVE] !== this.#now || records[at + GENERATION] !== generation)
      return this.#takeFirst(key);
    if (left !== ENDLESS) records[at + LEFT] = left - 1;
    return records[at + ASSIGNED] as number;
  }

  #takeFirst(key: KeyHandle): number {
    const slot = key.slot;
    if (!this.#isLive(key)) {
      if (this.#get(slot, GENERATION) === key.generation && this.#get(slot, LENT_TO) !== NOBODY) this.#forget(slot);
      return ANYBODY;
    }
    const seat = this.assign(key);
    if (this.#get(slot, LENT_TO) === NOBODY || this.#get(slot, LEFT) === 0) this.#lend(slot, key, seat);
    const left = this.#get(slot, LEFT);
    if (left > 0 && left !== ENDLESS) this.#set(slot, LEFT, left - 1);
    this.#set(slot, LIVE, this.#now);
    return seat;
  }

  /** Lends to `index`: the TEK if it is not there yet, and as many PNs as a loan has or home's lease still allows. */
  #lend(slot: number, key: KeyHandle, index: number): void {
    const seat = this.#seats[index] as Seat;
    const { keys } = this.#core;
    const first = this.#get(slot, LENT_TO) === NOBODY;
    if (isSealUse(key.use)) {
      const { nextPn, lease } = keys.counters(key);
      const end = Math.max(nextPn, Math.min(nextPn + this.#chunk, lease));
      if (!first && end === nextPn) return;
      seat.lend(key, keys.lend(key, seat.kek, end));
      this.#set(slot, LEFT, end - nextPn);
    } else {
      seat.lend(key, keys.lend(key, seat.kek));
      this.#set(slot, LEFT, ENDLESS);
    }
    if (first) {
      this.#set(slot, LENT_TO, index);
      seat.loans++;
    }
  }

  where(key: KeyHandle): number | undefined {
    if (!this.#isLive(key)) return undefined;
    const slot = key.slot;
    if (this.#keys[slot]?.generation !== key.generation) return undefined;
    const seat = this.#get(slot, ASSIGNED);
    return seat === NOBODY ? undefined : seat;
  }

  /** A result of an opened PDU came home. */
  accepted(key: KeyHandle, pn: number): void {
    const slot = key.slot;
    if (pn > this.#get(slot, TOP) && this.#get(slot, GENERATION) === key.generation) this.#set(slot, TOP, pn);
  }

  /** Asks for a TEK back; `next`: who gets it then. Resolves to whether it came back whole. */
  recall(key: KeyHandle, next = NOBODY): Promise<boolean> {
    const slot = key.slot;
    if (!this.#isLive(key)) {
      if (this.#get(slot, GENERATION) === key.generation && this.#get(slot, LENT_TO) !== NOBODY) this.#forget(slot);
      return Promise.resolve(false);
    }
    if (this.#keys[slot]?.generation !== key.generation) {
      if (next === NOBODY) return Promise.resolve(true);
      this.#choose(key);
    }
    this.#assignTo(slot, next);
    const from = this.#get(slot, LENT_TO);
    if (from === NOBODY) return Promise.resolve(true);
    const pending = this.#wishes.get(slot);
    if (pending !== undefined) return pending.done;
    if (from === next) return Promise.resolve(true);
    let resolve = (_: boolean): void => {};
    const done = new Promise<boolean>((r) => {
      resolve = r;
    });
    this.#wishes.set(slot, { resolve, done });
    this.#set(slot, COMING, 1);
    (this.#seats[from] as Seat).recall(key);
    return done;
  }

  /** All that is lent, asked back. */
  recallAll(): Promise<unknown> {
    const lent = this.#keys.filter((key, slot) => key !== undefined && this.#get(slot, LENT_TO) !== NOBODY);
    return Promise.all(lent.map((key) => this.recall(key as KeyHandle)));
  }

  /** A worker's answer to `recall`. */
  returned(seat: Seat, slot: number, generation: number, note: Uint8Array): void {
    const key = this.#keys[slot];
    if (key?.generation !== generation || this.#get(slot, LENT_TO) !== seat.index || this.#get(slot, COMING) !== 1)
      return;
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
    for (let slot = 0; slot < this.#records.length / WORDS; slot++) {
      if (this.#get(slot, ASSIGNED) === seat.index) this.#assignTo(slot, NOBODY);
      if (this.#get(slot, LENT_TO) !== seat.index) continue;
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
      if (key === undefined || this.#get(slot, LENT_TO) === NOBODY || this.#isLive(key)) continue;
      this.#forget(slot);
      swept++;
    }
    return swept;
  }

  /** MBS has no window; what `top` holds then says nothing. */
  #highest(slot: number): number {
    return Math.min(this.#get(slot, TOP), TOP_LIMIT);
  }

  #home(slot: number, whole: boolean): void {
    (this.#seats[this.#get(slot, LENT_TO)] as Seat).loans--;
    this.#set(slot, LENT_TO, NOBODY);
    this.#set(slot, COMING, 0);
    this.#set(slot, LEFT, 0);
    this.#set(slot, TOP, 0);
    const wish = this.#wishes.get(slot);
    this.#wishes.delete(slot);
    wish?.resolve(whole);
  }

  /** Home erased it: so does the worker. If it is on its way back already, that is erasure too. */
  #forget(slot: number): void {
    if (this.#get(slot, COMING) === 0) (this.#seats[this.#get(slot, LENT_TO)] as Seat).post({ do: 'forget', slot });
    this.#assignTo(slot, NOBODY);
    this.#home(slot, false);
    this.#keys[slot] = undefined;
    this.#set(slot, GENERATION, 0);
  }

  #assignTo(slot: number, index: number): void {
    const old = this.#seats[this.#get(slot, ASSIGNED)];
    if (old !== undefined) old.assigned--;
    const seat = this.#seats[index];
    if (seat !== undefined) seat.assigned++;
    this.#set(slot, ASSIGNED, index);
    this.#set(slot, LIVE, 0);
  }

  /** The live worker with the fewest TEKs. */
  #idlest(): Seat | undefined {
    let best: Seat | undefined;
    for (const seat of this.#seats) if (seat.live && (best === undefined || seat.assigned < best.assigned)) best = seat;
    return best;
  }
}
