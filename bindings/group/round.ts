// One round of a rekey: who is to get the new TEKs, who was told, who was answered, who has them.
//
//   member:   waiting --answered--> answered --one wait without its Identifier again--> settled
//                 ^                    |  ^
//                 '--- nudged again    '--' repeated: the answer was lost, the wait begins again
//
// A member is settled, so far as a station can know, when it stops asking: PKM has no acknowledgement. The verdict is ALL when every member is,
// QUORUM when enough are, DEADLINE when time is up; whoever is missing then is late, is named, and is nudged on at a slowing pace.

export type Verdict = 'ALL' | 'QUORUM' | 'DEADLINE';

export interface RoundOptions<M> {
  /** Share of the members, 0..1, that is enough. */
  readonly quorum: number;
  /** How long (ms) an answered member must not repeat its Identifier. */
  readonly settleMs: number;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  /**
   * Identifier of a member's last request before the round. Repeated in the round it acknowledges nothing: an answer from before, with the TEKs
   * of before, may still be under way to it and be taken.
   */
  readonly before?: (member: M) => number | undefined;
}

/** First and longest pause between two passes over those that did not ask, in settle times. */
const PASS_FIRST = 2;
const PASS_MAX = 60;

interface State {
  readonly before: number | undefined;
  identifier: number | undefined;
  at: number;
  settled: boolean;
}

/** One rekey of a group: which of its members asked for the new TEKs, and whether those that settled are enough. Times in ms of the caller's clock. */
export class Round<M> {
  readonly #options: RoundOptions<M>;
  readonly #members = new Map<M, State>();
  /** Answered members in the order in which they settle; an entry whose time is not its member's is stale. */
  readonly #answers: { readonly member: M; readonly at: number }[] = [];
  #answersFrom = 0;
  #pass: M[];
  #pause: number;
  #answered = 0;
  /** When those that have not asked are nudged again; infinite during a pass. */
  nextPassAt = Number.POSITIVE_INFINITY;
  /** Members that have the new TEKs, so far as is known. */
  distributed = 0;

  constructor(members: Iterable<M>, options: RoundOptions<M>) {
    this.#options = options;
    this.#pause = PASS_FIRST * options.settleMs;
    for (const member of members) {
      const before = options.before?.(member);
      this.#members.set(member, { before, identifier: undefined, at: 0, settled: false });
    }
    this.#pass = shuffled([...this.#members.keys()], options.random);
  }

  get total(): number {
    return this.#members.size;
  }

  get unanswered(): number {
    return this.#members.size - this.#answered;
  }

  /** When `next` has somebody or a pass is due. */
  get wantsAt(): number {
    return this.#pass.length > 0 ? Number.NEGATIVE_INFINITY : this.nextPassAt;
  }

  /** Members this pass has not come to. */
  get ahead(): number {
    return this.#pass.length;
  }

  /** Who is to be nudged next; undefined when the pass is over. Those that have asked by themselves need no nudge. */
  next(now: number): M | undefined {
    for (let member = this.#pass.pop(); member !== undefined; member = this.#pass.pop()) {
      if (this.#members.get(member)?.identifier === undefined && this.#members.has(member)) return member;
    }
    if (this.nextPassAt === Number.POSITIVE_INFINITY) {
      this.nextPassAt = now + this.#pause;
      this.#pause = Math.min(2 * this.#pause, PASS_MAX * this.#options.settleMs);
    }
    return undefined;
  }

  /** Begins another pass over those that have not asked. */
  again(): void {
    this.nextPassAt = Number.POSITIVE_INFINITY;
    const missing = [...this.#members]
      .filter(([, { identifier }]) => identifier === undefined)
      .map(([member]) => member);
    this.#pass = shuffled(missing, this.#options.random);
  }

  /** A Key Reply with the new TEKs was sent. Returns when the member settles, or undefined if that changes nothing. */
  answered(member: M, identifier: number, now: number): number | undefined {
    const state = this.#members.get(member);
    if (state === undefined || state.settled) return undefined;
    if (state.identifier === undefined) {
      if (identifier === state.before) return undefined;
      state.identifier = identifier;
      this.#answered++;
    } else if (state.identifier !== identifier) return undefined; // another exchange: the first was not repeated
    state.at = now;
    this.#answers.push({ member, at: now });
    return now + this.#options.settleMs;
  }

  /** The same Identifier came again, in a message that proves no more than that. */
  repeated(member: M, identifier: number, now: number): void {
    if (this.#members.get(member)?.identifier === identifier) this.answered(member, identifier, now);
  }

  /** A member is gone: nobody waits for it. */
  leave(member: M): void {
    const state = this.#members.get(member);
    if (state === undefined) return;
    this.#members.delete(member);
    if (state.identifier !== undefined) this.#answered--;
    if (state.settled) this.distributed--;
  }

  /** Settles who is due and says whether the downlink may switch. */
  verdict(now: number, deadline: number): Verdict | undefined {
    for (let due = this.#answers[this.#answersFrom]; due !== undefined; due = this.#answers[this.#answersFrom]) {
      if (now < due.at + this.#options.settleMs) break;
      this.#answersFrom++;
      const state = this.#members.get(due.member);
      if (state === undefined || state.settled || state.at !== due.at) continue;
      state.settled = true;
      this.distributed++;
    }
    if (this.distributed >= this.total) return 'ALL';
    if (this.distributed >= Math.ceil(this.#options.quorum * this.total - 1e-9)) return 'QUORUM';
    return now >= deadline ? 'DEADLINE' : undefined;
  }

  /** When `verdict` next settles somebody. */
  settlesAt(): number {
    const due = this.#answers[this.#answersFrom];
    return due === undefined ? Number.POSITIVE_INFINITY : due.at + this.#options.settleMs;
  }

  /** Who is not settled, and whether it was answered at all. */
  late(): { readonly member: M; readonly answered: boolean }[] {
    return [...this.#members].flatMap(([member, { identifier, settled }]) =>
      settled ? [] : [{ member, answered: identifier !== undefined }],
    );
  }
}

/** In an order nobody can foresee, so that it is not always the same members who wait (Fisher and Yates). */
function shuffled<T>(items: T[], random: () => number): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [items[i], items[j]] = [items[j] as T, items[i] as T];
  }
  return items;
}
