// Block 270 of the patent's Figure 10: controls the others. The way of a Key Request:
//
//   210 message -> budgets -> 220 analysis -> freshness -> 230 discrimination -> (work: authorize) -> 240 memory
//       -> 250 TEKs, if accepted -> 260 Key Reply or Key Reject to the sender; the address bound if the request was fresh
//
// and, beside requests, the generation of successors when TEKs expire.
import type { Outbox } from '../sa/outbox.js';
import { KeySchedule, openingGrace } from '../sa/schedule.js';
import type { DropCode } from '../sa/types.js';
import type { WorkResult } from '../step.js';
import { Agenda } from './agenda.js';
import type { Analyzed } from './analyzer.js';
import { analyze } from './analyzer.js';
import { Bucket, Reserve, Unverified } from './budget.js';
import type { Certified } from './certified.js';
import { type Decision, discriminate, ifRemoved } from './discriminator.js';
import type { Generator } from './generator.js';
import type { BsService, BsTek, Memory, Subscriber } from './memory.js';
import type { BsSettings } from './options.js';
import type { Sender } from './sender.js';
import type { AuthorizeAnswer, BsEvent, BsWork, Discrimination, KeyRejectError } from './types.js';

/** A binding lasts this many TEK lifetimes. */
const BINDING_LIFETIMES = 3;
/** Requests of one SS that may wait for `authorize` at a time. */
const WAITING_MAX = 16;
/** A successor that could not be made is tried again after this. */
const GENERATION_RETRY_MS = 1000;

type Request = Extract<Analyzed, { kind: 'request' }> & {
  readonly subscriber: Subscriber;
  readonly from: string;
  /** Its place among fresh arrivals, 0 if it is a replay. */
  readonly arrival: number;
};

/** What rekeying has to know of requests. */
export interface ControllerHooks {
  /** A request is accepted; false if there are no keys that this SS may have. */
  joins(service: BsService, subscriber: Subscriber, now: number): boolean;
  /** A Key Reply was sent. `proved`: the request was fresh and the reply went to the SS's own address. */
  answered(service: BsService, subscriber: Subscriber, identifier: number, proved: boolean, now: number): void;
}

export class Controller {
  readonly #settings: BsSettings;
  readonly #memory: Memory;
  readonly #generator: Generator;
  readonly #sender: Sender;
  readonly #out: Outbox<BsEvent, BsWork>;
  readonly #certified: Certified | undefined;
  readonly #hooks: ControllerHooks;
  readonly #unverified: Unverified;
  readonly #waiting = new Map<number, { request: Request; service: BsService; forgotten: number }>();
  /** Services by their TEKs, SSs by their bindings. */
  readonly #services: Agenda<BsService>;
  readonly #bound: Agenda<Subscriber>;
  /** When `renew` next has something to do: never too late, sometimes too early. */
  wakeAt = Number.POSITIVE_INFINITY;
  /** Counts changes of bound addresses. */
  bindings = 0;

  constructor(
    settings: BsSettings,
    memory: Memory,
    generator: Generator,
    sender: Sender,
    out: Outbox<BsEvent, BsWork>,
    hooks: ControllerHooks,
    certified?: Certified,
  ) {
    this.#hooks = hooks;
    this.#settings = settings;
    this.#memory = memory;
    this.#generator = generator;
    this.#sender = sender;
    this.#out = out;
    this.#certified = certified;
    this.#services = new Agenda(memory.bySaid.values(), wakeOf);
    this.#bound = new Agenda(memory.subscribers.values(), ({ binding }) =>
      binding.address === undefined ? Number.POSITIVE_INFINITY : binding.until,
    );
    this.#unverified = new Unverified(settings.requestsPerSecond, settings.requestBurst);
  }

  /** A management message that came on the primary connection of `subscriber`. */
  message(subscriber: Subscriber, bytes: Uint8Array, from: string, now: number): void {
    // Who is looked at although its source is used up: budget.ts.
    const spent = from !== subscriber.binding.address && this.#unverified.exhausted(from, now);
    if (spent && !this.#reserve(subscriber, now).take(now)) {
      this.#out.count('droppedRATE');
      return;
    }
    const analyzed = analyze(bytes, this.#settings.profile, subscriber, this.#settings.core.keys);
    const verified = analyzed.kind === 'request' || (analyzed.kind === 'silence' && analyzed.verified);
    if (spent && verified) this.#reserve(subscriber, now).giveBack();
    if (analyzed.kind === 'request') {
      this.#request(analyzed, subscriber, from, now);
      return;
    }
    if (!verified && (spent || !this.#unverified.charge(from, now))) {
      // An Auth Request has no digest that could verify: it has the reserve.
      if (analyzed.kind !== 'authorization' || !(spent || this.#reserve(subscriber, now).take(now))) {
        this.#out.count('droppedRATE');
        return;
      }
    }
    if (analyzed.kind === 'authorization') {
      this.#certified?.message(subscriber, analyzed.message, from, now);
      return;
    }
    if (analyzed.kind === 'silence') {
      this.#drop(analyzed.code, subscriber, from);
      return;
    }
    this.#sender.authInvalid(from, subscriber, analyzed.identifier, analyzed.error);
    this.#out.event({ type: 'AUTH_INVALID', mac: subscriber.mac, error: analyzed.error, to: from });
  }

  #reserve(subscriber: Subscriber, now: number): Reserve {
    subscriber.reserve ??= new Reserve(this.#settings.rekeying.random, now);
    return subscriber.reserve;
  }

  /** Answer to work `authorize`; false if the id is not of this kind. */
  authorized(id: number, result: WorkResult, now: number): boolean {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return false;
    this.#waiting.delete(id);
    waiting.request.subscriber.waiting--;
    const { request, service, forgotten } = waiting;
    if (forgotten !== request.subscriber.forgotten) return true; // it left meanwhile
    const answer = result.ok ? (result.value as AuthorizeAnswer | undefined) : undefined;
    if (answer === undefined) {
      const error = result.ok ? 'no answer' : result.error;
      this.#out.event({ type: 'AUTHORIZE_FAILED', mac: request.subscriber.mac, error });
      this.#answer(request, { accepted: false, error: 0 }, now);
      return true;
    }
    // `remove` may have come in between.
    const removed = request.subscriber.removed.has(service.sa.said);
    if (!answer.accepted) this.#answer(request, { accepted: false, error: answer.error }, now);
    else if (removed) this.#answer(request, { accepted: false, error: ifRemoved(service) }, now);
    else this.#accepted(request, service, now);
    return true;
  }

  /** Makes successors of TEKs that expired and lets go bindings that did. */
  renew(now: number): void {
    for (const service of this.#services.take(now)) {
      this.#expire(service, now);
      this.#succeed(service, now);
      this.#services.sooner(service);
    }
    for (const subscriber of this.#bound.take(now)) this.#unbind(subscriber);
    this.wakeAt = Math.min(this.#services.next(), this.#bound.next());
  }

  /** Makes TEK `target` and its successor, as far as they are missing, and gives both the times of another schedule. All or nothing. */
  advance(service: BsService, schedule: KeySchedule, target: number, now: number): boolean {
    const { schedule: before, floor } = service;
    service.schedule = schedule;
    service.floor = target;
    if (!this.#succeed(service, now)) {
      service.schedule = before;
      service.floor = floor;
      return false;
    }
    for (const tek of service.sa.teks) {
      if (tek.k < target) continue;
      tek.expiresAt = schedule.expiry(tek.k);
      tek.openUntil = Math.max(tek.openUntil, tek.expiresAt + openingGrace(2 * schedule.half)); // who was told more may use it
    }
    this.#wake(service);
    return true;
  }

  /** TEKs before `target` end now; what is under way is still opened. */
  retire(service: BsService, target: number, now: number): void {
    for (const tek of service.sa.teks) {
      if (tek.k >= target || tek.lingering) continue;
      tek.openUntil = Math.min(tek.openUntil, now + (tek.openUntil - tek.expiresAt));
      tek.expiresAt = now;
    }
    this.#expire(service, now);
    this.#wake(service);
  }

  /** Two new TEKs in place of both. Those that were here only open what is under way. */
  replace(service: BsService, now: number): void {
    const { schedule, sa } = service;
    if (schedule === undefined) return; // nothing was made yet
    const k = Math.max(service.floor, schedule.older(now)) + 2;
    service.floor = k;
    service.schedule = new KeySchedule(now - k * schedule.half, this.#settings.tekLifetime);
    for (const tek of sa.teks) {
      tek.openUntil = Math.min(tek.openUntil, now + openingGrace(2 * schedule.half));
      tek.expiresAt = Math.min(tek.expiresAt, now);
    }
    this.#expire(service, now);
    this.#succeed(service, now);
  }

  /** An SS has left, or has no AK any more: its own keys and its address go. */
  forget(subscriber: Subscriber, now: number): void {
    subscriber.forgotten++;
    subscriber.unicast.sa.clear(this.#settings.core.keys);
    this.wakeAt = Math.min(this.wakeAt, now);
    this.#unbind(subscriber);
  }

  #expire(service: BsService, now: number): void {
    for (const { sequence } of service.sa.sweep(now, this.#settings.core.keys)) {
      this.#out.event({ type: 'TEK_EXPIRED', said: service.sa.said, sequence });
    }
  }

  /** Makes what is missing of the two TEKs; a failure is reported and tried again. */
  #succeed(service: BsService, now: number, request?: Uint8Array): boolean {
    const first = service.schedule === undefined;
    const result = this.#generator.ensure(service, now, request);
    const { said } = service.sa;
    if (!result.ok) {
      service.retryAt = first ? Number.POSITIVE_INFINITY : now + GENERATION_RETRY_MS;
      this.#wake(service);
      this.#out.event({ type: 'GENERATION_FAILED', said, code: result.code });
      this.#out.count('generationsFailed');
      return false;
    }
    service.retryAt = Number.POSITIVE_INFINITY;
    if (!first) service.rekeys += result.made.length;
    for (const { sequence, expiresAt } of result.made) {
      this.#out.event({ type: 'TEK_GENERATED', said, sequence, expiresAt });
      this.#out.count('teksGenerated');
    }
    this.#wake(service);
    return true;
  }

  #wake(service: BsService): void {
    this.#services.sooner(service);
    this.wakeAt = Math.min(this.wakeAt, wakeOf(service));
  }

  #unbind({ binding, mac }: Subscriber): void {
    if (binding.address === undefined) return;
    this.#out.event({ type: 'UNBOUND', mac, address: binding.address });
    binding.release();
    this.bindings++;
  }

  #request(analyzed: Extract<Analyzed, { kind: 'request' }>, subscriber: Subscriber, from: string, now: number): void {
    const { requestsPerSecond, requestBurst, provider, authorization } = this.#settings;
    subscriber.budget ??= new Bucket(requestsPerSecond, requestBurst, now);
    if (!subscriber.budget.take(now)) {
      this.#drop('RATE', subscriber, from);
      return;
    }
    this.#certified?.used(subscriber, analyzed.ak.sequence, now);
    const { fields, analysis } = analyzed;
    const freshness = fields.freshness.state === 'present' ? fields.freshness.value : undefined;
    if (analysis.oddities > 0) this.#out.count('oddities', analysis.oddities);
    const decision = discriminate(fields, analysis, subscriber, this.#memory, provider);
    if (decision.service !== undefined && authorization === 'work' && subscriber.waiting >= WAITING_MAX) {
      this.#drop('BUSY', subscriber, from);
      return;
    }
    const { kind, ak, digest, message } = analyzed;
    const arrival = subscriber.binding.arrival(freshness, digest);
    const request: Request = { kind, ak, fields, analysis, digest, message, subscriber, from, arrival };
    if (decision.service === undefined) this.#answer(request, decision.discrimination, now);
    else if (authorization === 'table') this.#accepted(request, decision.service, now);
    else this.#askHost(request, decision);
  }

  #askHost(request: Request, { service }: Decision): void {
    if (service === undefined) return;
    const { subscriber } = request;
    subscriber.waiting++;
    const { said, serviceType, groupId } = service.sa;
    const { mac, provider } = subscriber;
    const id = this.#out.work('authorize', { mac, provider, serviceType, groupId, said });
    // The request's bytes are views of the datagram, which its owner may use again.
    this.#waiting.set(id, {
      request: { ...request, message: request.message.slice() },
      service,
      forgotten: subscriber.forgotten,
    });
  }

  #accepted(request: Request, service: BsService, now: number): void {
    const ready = this.#hooks.joins(service, request.subscriber, now) && this.#succeed(service, now, request.message);
    const discrimination: Discrimination = ready
      ? { accepted: true, said: service.sa.said }
      : { accepted: false, error: 0 };
    this.#answer(request, discrimination, now, service);
  }

  #answer(request: Request, discrimination: Discrimination, now: number, service?: BsService): void {
    const { subscriber, ak, fields, analysis, from, arrival } = request;
    const { mac, binding } = subscriber;
    if (subscriber.aks.bySequence(ak.sequence)?.keys !== ak.keys) return; // its AK ended while the host was asked
    this.#memory.store(subscriber, { analysis, discrimination });
    const until = now + BINDING_LIFETIMES * this.#settings.tekLifetime * 1000;
    if (arrival > 0 && binding.bind(arrival, from, until)) {
      this.#bound.sooner(subscriber);
      this.wakeAt = Math.min(this.wakeAt, until);
      this.bindings++;
      this.#out.event({ type: 'BOUND', mac, address: from });
    }
    if (!discrimination.accepted) {
      const error: KeyRejectError = discrimination.error;
      this.#sender.keyReject(from, subscriber, ak, fields, error);
      this.#out.event({ type: 'KEY_REJECT', mac, error, analysis, discrimination, to: from });
      return;
    }
    if (service === undefined) return;
    // The last two: while a rekey is under way the ones before them still seal, or are no longer given away.
    const live = service.sa.teks.filter((tek) => !tek.lingering);
    const older = live[live.length - 2] as BsTek;
    const newer = live[live.length - 1] as BsTek;
    const { said } = discrimination;
    this.#sender.keyReply(from, subscriber, ak, fields, said, older, newer, now);
    this.#out.event({
      type: 'KEY_REPLY',
      mac,
      said,
      analysis,
      discrimination,
      older: older.sequence,
      newer: newer.sequence,
      to: from,
    });
    const proved = arrival > 0 && from === binding.address;
    this.#hooks.answered(service, subscriber, analysis.identifier, proved, now);
  }

  #drop(code: DropCode, subscriber: Subscriber, from: string): void {
    this.#out.count(`dropped${code}`);
    this.#out.event({ type: 'DROPPED', code, from, cid: subscriber.primaryCid, mac: subscriber.mac });
  }
}

function wakeOf(service: BsService): number {
  return Math.min(service.retryAt, service.sa.wakeAt());
}
