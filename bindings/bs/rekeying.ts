// Rekeying that is never an outage, beside block 270: TEKs made before their time, handed out at a pace, and used for the downlink when the
// members have them. A round of one service (docs/REKEYING.md):
//
//   wanted -> turn -> TEKs made, members nudged -> answered -> settled -> switch      (group/turns, pace, round)
//
//            | older | newer | made now  | Key Replies say | downlink before and after the switch
//   ordinary |   k   |  k+1  | k+2       | k+1, k+2        | k -> k+1
//   leave    |   k   |  k+1  | k+2, k+3  | k+2, k+3        | k -> k+2, because who left has k and k+1
//
// Times are re-based when the round begins, to the latest time of the switch, so that every reply of the round tells the same expiry and what was told
// stays true, however early the switch. That time is never after the natural end of the TEK before the target: no TEK outlives what its schedule said.
import { type KeyAge, Pace, Round, type Turn, Turns, type Verdict, worstAge } from '../group/index.js';
import type { Outbox } from '../sa/outbox.js';
import { KeySchedule } from '../sa/schedule.js';
import type { Members } from './members.js';
import type { BsService, BsTek, Subscriber } from './memory.js';
import type { BsSettings } from './options.js';
import type { BsEvent, BsWork, RekeyOptions, RekeyWhy, ServiceStatus, SwitchWhy } from './types.js';

/** A retry comes one Operational Wait after the request whose answer was lost, and a little later than that by the way. */
const SETTLE_FACTOR = 1.25;
/** The switch waits at most this share of a TEK lifetime. */
const DEADLINE_SHARE = 1 / 4;
/** Where the TEKs could not be made. */
const RETRY_MS = 1000;

/** What a round needs of the other blocks. */
export interface RekeyingHooks {
  /** Makes the TEKs `target` and `target` + 1 of a new schedule; false, and nothing is changed, if that fails. */
  make(service: BsService, schedule: KeySchedule, target: number, now: number): boolean;
  /** Ends every TEK before `target`; what is queued under them is sealed first. */
  retire(service: BsService, target: number, now: number): void;
  nudge(subscriber: Subscriber, said: number, now: number): void;
}

interface Live {
  readonly service: BsService;
  readonly round: Round<Subscriber>;
  readonly why: RekeyWhy;
  readonly two: boolean;
  readonly target: number;
  /** The first nudge. */
  readonly startAt: number;
  /** The latest switch, which every reply of the round has told. */
  readonly switchBy: number;
  /** From then on nobody is waited for: some time after the last nudge, when that has gone out; until then `switchBy`. */
  deadlineAt: number;
  readonly deadlineMs: number;
  switched: boolean;
}

export class Rekeying {
  readonly #settings: BsSettings;
  readonly #members: Members;
  readonly #out: Outbox<BsEvent, BsWork>;
  readonly #hooks: RekeyingHooks;
  readonly #pace: Pace;
  readonly #turns = new Turns<BsService, RekeyWhy>();
  readonly #rounds = new Map<BsService, Live>();
  /** Rounds whose first pass is not over, in their order. */
  #fresh: Live[] = [];
  #passEnded = Number.NaN;
  readonly #held = new Set<BsService>();
  wakeAt = Number.POSITIVE_INFINITY;

  constructor(settings: BsSettings, members: Members, out: Outbox<BsEvent, BsWork>, hooks: RekeyingHooks) {
    this.#settings = settings;
    this.#members = members;
    this.#out = out;
    this.#hooks = hooks;
    this.#pace = new Pace(settings.rekeying.perSecond, settings.rekeying.random);
  }

  /** An operator or a limit wants other TEKs. */
  want(service: BsService, why: RekeyWhy, now: number, options: RekeyOptions = {}): void {
    const code = service.sa.older(now) === undefined ? 'NO_TEK' : this.#isUnderWay(service) ? 'UNDER_WAY' : undefined;
    if (code !== undefined) {
      if (why === 'OPERATOR') this.#out.event({ type: 'REKEY_REFUSED', said: service.sa.said, code });
      return;
    }
    const { quorum, deadlineMs } = options;
    this.#turns.add(service, { why, at: now, two: false, urgent: false, quorum, deadlineMs });
    if (this.#held.has(service)) this.#out.event({ type: 'REKEY_HELD', said: service.sa.said, why });
    this.wakeAt = Math.min(this.wakeAt, now);
  }

  /** What a rekey that is wanted now would do. Changes nothing. */
  plan(service: BsService, now: number): void {
    const ahead = [...this.#turns].reduce((sum, [other]) => sum + this.#members.of(other, now).length, this.#ahead());
    const members = this.#members.of(service, now).length;
    const earliest = this.#pace.seconds(ahead + members) + (members === 0 ? 0 : this.#settleMs() / 1000);
    const latest = this.#pace.seconds(ahead + members, true) + this.#deadline({}) / 1000;
    const { said } = service.sa;
    const held = this.#held.has(service);
    this.#out.event({ type: 'REKEY_PLANNED', said, members, earliest: Math.min(earliest, latest), latest, held });
  }

  hold(service: BsService): void {
    this.#held.add(service);
  }

  release(service: BsService, now: number): void {
    this.#held.delete(service);
    this.wakeAt = Math.min(this.wakeAt, now);
  }

  /** Somebody who is to get the keys must not read what was sealed before. True if the newest pair is such, or was made now. */
  join(service: BsService, now: number): boolean {
    const live = this.#rounds.get(service);
    if (live !== undefined && !live.switched && this.#isCurrent(live, now)) return true;
    const sealing = service.sa.older(now);
    if (sealing === undefined || sealing.taken === 0) return true; // nothing was sealed yet
    const at = now + this.#settings.rekeying.coalesceMs;
    const turn = { ...(this.#turns.get(service) ?? { two: false, quorum: undefined, deadlineMs: undefined }) };
    return this.#begin(service, { ...turn, why: 'JOIN', at, urgent: true }, now);
  }

  /** Somebody who has the keys is not to read what is sealed from now on. */
  leave(service: BsService, subscriber: Subscriber, now: number): void {
    const live = this.#rounds.get(service);
    const had = live !== undefined && this.#members.newest(service, subscriber) >= live.target;
    live?.round.leave(subscriber);
    const knew = this.#members.remove(service, subscriber);
    if (!knew || (live?.two && !live.switched && !had)) return; // it has none of the TEKs that are coming
    const at = now + this.#settings.rekeying.coalesceMs;
    const turn = { why: 'LEAVE', at, two: true, urgent: true, quorum: undefined, deadlineMs: undefined } as const;
    this.#turns.add(service, turn);
    this.wakeAt = Math.min(this.wakeAt, at);
  }

  /**
   * A Key Reply with the newest TEKs was sent: whoever it was made for may have them, and is a member from now on. Two requests can
   * overtake each other, so this holds for one that looks like a replay too; but only a `proved` one (fresh, and answered to the member's
   * own address) acknowledges, another may do no more than say that its Identifier came again.
   */
  answered(service: BsService, subscriber: Subscriber, identifier: number, proved: boolean, now: number): void {
    const live = this.#rounds.get(service);
    this.#members.add(service, subscriber, proved ? identifier : undefined, now);
    if (!proved) {
      if (live !== undefined) live.round.repeated(subscriber, identifier, now);
      return;
    }
    if (this.#settings.keyLimits?.softSeconds !== undefined) this.wakeAt = Math.min(this.wakeAt, now);
    const settlesAt = live?.round.answered(subscriber, identifier, now);
    if (settlesAt === undefined) this.#pace.replied(now);
    else this.wakeAt = Math.min(this.wakeAt, settlesAt);
  }

  /** The key that seals can seal no more. The switch that is near happens now, unless somebody left: whoever has fetched the target reads on. */
  exhausted(service: BsService, now: number): boolean {
    const live = this.#rounds.get(service);
    if (live === undefined || live.switched || live.two || !this.#isCurrent(live, now)) return false;
    this.#switch(live, 'LIMIT', now);
    return true;
  }

  /** A service was given other TEKs, or lost those it had: a round of it is over. */
  replaced(service: BsService, now: number): void {
    const live = this.#rounds.get(service);
    if (live !== undefined) this.#check(live, now);
  }

  run(now: number): void {
    this.#nudge(now);
    for (const live of this.#rounds.values()) this.#check(live, now);
    this.#age(now);
    this.wakeAt = this.#nextWake(now);
  }

  /** For a status page; undefined when no round is under way and nobody is late. */
  status(service: BsService): ServiceStatus['rekeying'] {
    const live = this.#rounds.get(service);
    if (live === undefined) return undefined;
    const { distributed, total: members } = live.round;
    return { distributed, members, late: live.switched ? live.round.late().map(({ member }) => member.mac) : [] };
  }

  worstKeyAge(now: number): KeyAge {
    const { coalesceMs } = this.#settings.rekeying;
    const waits = {
      coalesce: coalesceMs / 1000,
      deadline: this.#deadline({}) / 1000,
      lifetime: this.#settings.tekLifetime,
    };
    return worstAge(this.#members.counts(now), this.#pace.perSecond, waits);
  }

  isHeld(service: BsService): boolean {
    return this.#held.has(service);
  }

  readonly #blocked = (service: BsService, { urgent }: Turn): boolean =>
    this.#isUnderWay(service) || (!urgent && this.#held.has(service));

  #isUnderWay(service: BsService): boolean {
    return this.#rounds.get(service)?.switched === false;
  }

  /** Soft limit on time. */
  #age(now: number): void {
    for (const service of this.#members.aged(now)) {
      const tek = service.sa.older(now);
      if (tek === undefined) continue;
      tek.warned = true;
      this.#out.event({ type: 'REKEY_WANTED', said: service.sa.said, sequence: tek.sequence, why: 'TIME' });
      if (this.#settings.rekeying.automatic) this.want(service, 'TIME', now);
    }
  }

  /** Sends what the budget allows: first passes in their order, then those who did not ask. */
  #nudge(now: number): void {
    while (this.#pace.ready(now)) {
      const next = this.#nextNudge(now);
      if (next === undefined) return;
      const [{ service, round }, subscriber] = next;
      if (subscriber.binding.address === undefined) {
        round.leave(subscriber); // its binding ended: it gets the TEKs when it asks
        continue;
      }
      this.#pace.nudged(now);
      this.#hooks.nudge(subscriber, service.sa.said, now);
    }
  }

  #nextNudge(now: number): [Live, Subscriber] | undefined {
    for (;;) {
      const first = this.#fresh.find(({ startAt }) => startAt <= now);
      if (first !== undefined) {
        const subscriber = first.round.next(now);
        this.#fresh = this.#fresh.filter((live) => live !== first);
        if (subscriber === undefined) {
          first.deadlineAt = Math.min(first.switchBy, now + first.deadlineMs);
          this.#passEnded = now;
          continue;
        }
        this.#fresh.unshift(first); // a pass that has begun goes on, whoever's start comes meanwhile
        return [first, subscriber];
      }
      if (this.#busy()) break;
      const turn = this.#turns.take(now, this.#blocked);
      if (turn === undefined) break;
      this.#begin(turn[0], turn[1], now);
    }
    for (const live of this.#rounds.values()) {
      if (live.startAt > now || live.round.unanswered === 0 || this.#fresh.includes(live)) continue;
      if (live.round.nextPassAt <= now) live.round.again();
      const subscriber = live.round.next(now);
      if (subscriber !== undefined) return [live, subscriber];
    }
    return undefined;
  }

  /** Makes the TEKs of a round and re-bases the times. False if they could not be made. */
  #begin(service: BsService, turn: Turn<RekeyWhy>, now: number): boolean {
    this.#turns.delete(service);
    const live = service.sa.teks.filter(({ lingering }) => !lingering);
    const [sealing, last] = [service.sa.older(now), live.at(-1)];
    if (sealing === undefined || last === undefined || service.schedule === undefined) return true; // no keys: nobody has any
    const ended = this.#rounds.get(service); // it has switched; who is late there is nudged by this one
    const missed = new Set(ended?.round.late().map(({ member }) => member));
    const members = this.#members.of(service, now, missed);
    const target = turn.two ? last.k + 1 : Math.max(last.k, sealing.k + 1);
    const { random, coalesceMs } = this.#settings.rekeying;
    // Only the first of a storm is delayed at random: the others come when their turn comes.
    const jitter = members.length === 0 || this.#passEnded === now ? 0 : (random() * coalesceMs) / 4;
    const startAt = Math.max(now, turn.at) + jitter;
    const spread = this.#pace.seconds(this.#ahead() + members.length, true) * 1000;
    const naturally = live.find(({ k }) => k === target - 1)?.expiresAt ?? Number.POSITIVE_INFINITY;
    const deadlineMs = this.#deadline(turn);
    const switchBy = Math.min(startAt + spread + deadlineMs, naturally);
    const schedule = new KeySchedule(switchBy - target * service.schedule.half, this.#settings.tekLifetime);
    if (!this.#hooks.make(service, schedule, target, now)) {
      this.#turns.add(service, { ...turn, at: now + RETRY_MS });
      return false;
    }
    if (ended !== undefined) this.#end(ended);
    const quorum = turn.quorum ?? this.#settings.rekeying.quorum;
    const before = (member: Subscriber) => this.#members.pending(service, member, now);
    const round = new Round(members, { quorum, settleMs: this.#settleMs(), random, before });
    const times = { startAt, switchBy, deadlineAt: switchBy, deadlineMs };
    const begun = { service, round, why: turn.why, two: turn.two, target, ...times, switched: false };
    this.#rounds.set(service, begun);
    if (turn.urgent) this.#fresh.unshift(begun);
    else this.#fresh.push(begun);
    this.wakeAt = Math.min(this.wakeAt, startAt);
    this.#out.count('rekeysBegun');
    const { said } = service.sa;
    this.#out.event({ type: 'REKEY_BEGUN', said, why: turn.why, members: members.length, switchBy });
    return true;
  }

  #check(live: Live, now: number): void {
    const { service, round, target } = live;
    if (!this.#isCurrent(live, now)) {
      this.#end(live); // the SA was emptied, or given other TEKs
      const sealing = service.sa.older(now);
      if (!live.switched && sealing !== undefined) this.#reportSwitch(live, sealing.sequence, 'REPLACED');
      return;
    }
    if (live.switched) {
      round.verdict(now, now);
      if (round.unanswered === 0) this.#end(live);
      return;
    }
    const verdict: Verdict | undefined = round.verdict(now, live.deadlineAt);
    if ((service.sa.older(now) as BsTek).k >= target) this.#switch(live, verdict === 'ALL' ? verdict : 'EXPIRY', now);
    else if (verdict !== undefined && now >= live.startAt) this.#switch(live, verdict, now);
  }

  #switch(live: Live, why: SwitchWhy, now: number): void {
    const { service, round, target } = live;
    const { said } = service.sa;
    live.switched = true;
    this.#hooks.retire(service, target, now);
    const sealing = service.sa.older(now) as BsTek; // the target, or what came after it
    sealing.sealsFrom ??= now;
    this.#reportSwitch(live, sealing.sequence, why);
    for (const { member, answered } of round.late()) {
      this.#out.count('membersLate');
      this.#out.count(`membersLate ${member.mac}`);
      this.#out.event({ type: 'MEMBER_LATE', said, mac: member.mac, answered });
    }
    if (round.unanswered === 0) this.#end(live);
  }

  #reportSwitch({ service, round }: Live, sequence: number, why: SwitchWhy): void {
    const { distributed, total } = round;
    this.#out.count('rekeysSwitched');
    this.#out.event({ type: 'REKEY_SWITCHED', said: service.sa.said, sequence, why, distributed, members: total });
  }

  #end(live: Live): void {
    this.#rounds.delete(live.service);
    this.#fresh = this.#fresh.filter((other) => other !== live);
  }

  /** A round's TEKs are still the service's. */
  #isCurrent({ service, target }: Live, now: number): boolean {
    const sealing = service.sa.older(now);
    return sealing !== undefined && service.floor === target && sealing.k <= target;
  }

  /** A first pass is under way, or about to be: the next turn comes after it. A joiner's round begins before its turn. */
  #busy(): boolean {
    return this.#fresh.some(({ why }) => why !== 'JOIN');
  }

  #ahead(): number {
    return this.#fresh.reduce((sum, { round }) => sum + round.ahead, 0);
  }

  #settleMs(): number {
    return this.#settings.rekeying.operationalWaitMs * SETTLE_FACTOR;
  }

  #deadline({ deadlineMs }: Partial<Turn>): number {
    const most = this.#settings.tekLifetime * 1000 * DEADLINE_SHARE;
    return Math.min(deadlineMs ?? this.#settings.rekeying.deadlineMs, most);
  }

  #nextWake(now: number): number {
    let at = this.#members.agedAt;
    let waiting = this.#busy() ? Number.POSITIVE_INFINITY : this.#turns.wakeAt(this.#blocked);
    for (const live of this.#rounds.values()) {
      const { round } = live;
      const next = round.distributed >= round.total ? live.startAt : round.settlesAt();
      if (!live.switched) at = Math.min(at, live.deadlineAt, Math.max(live.startAt, next));
      if (live.round.unanswered > 0) waiting = Math.min(waiting, Math.max(live.startAt, live.round.wantsAt));
    }
    for (const { startAt } of this.#fresh) waiting = Math.min(waiting, startAt);
    // What is due waits for the budget.
    if (waiting <= now) waiting = this.#pace.nextAt(now);
    return Math.min(at, waiting);
  }
}
