// Block 160 of the patent's Figure 10: controls the others. It drives one TEK machine per service (machine.ts):
//
//   wanted -> Key Request (110, 120) -> answer (130, 140) -> keys into memory 150, or an error code
//          -> refresh at grace before the newer key expires -> Key Request …
//
// and, between refreshes, asks again when a hint, unopened traffic or long silence says that the BS may have other keys.
import type { Core } from '../core/types.js';
import type { KeyReject, KeyReply } from '../pkm/index.js';
import { SERVICE } from '../pkm/index.js';
import type { Outbox } from '../sa/outbox.js';
import type { DropCode } from '../sa/types.js';
import type { Analyzed } from './analyzer.js';
import { type Freshness, generateRequest, Identifiers } from './generator.js';
import type { Installer } from './installer.js';
import { type Event, type RequestReason, TEK_MACHINE, TekMachine } from './machine.js';
import { type Memory, rememberPast, type ServiceEntry } from './memory.js';
import type { SsSettings } from './options.js';
import type { Sender } from './sender.js';
import type { StateKeeper } from './state.js';
import type { SsEvent, SsWork } from './types.js';
import type { Uplink } from './uplink.js';

/** Key Reject 0: the BS could not, this time. */
const NO_INFORMATION = 0;

export class Controller {
  readonly #settings: SsSettings;
  readonly #memory: Memory;
  readonly #sender: Sender;
  readonly #installer: Installer;
  readonly #keeper: StateKeeper;
  readonly #freshness: Freshness;
  readonly #uplink: Uplink;
  readonly #out: Outbox<SsEvent, SsWork>;
  readonly #identifiers: Identifiers;
  readonly #machines = new Map<ServiceEntry, TekMachine>();

  constructor(
    settings: SsSettings,
    parts: {
      memory: Memory;
      sender: Sender;
      installer: Installer;
      keeper: StateKeeper;
      freshness: Freshness;
      uplink: Uplink;
      out: Outbox<SsEvent, SsWork>;
    },
  ) {
    this.#settings = settings;
    this.#memory = parts.memory;
    this.#sender = parts.sender;
    this.#installer = parts.installer;
    this.#keeper = parts.keeper;
    this.#freshness = parts.freshness;
    this.#uplink = parts.uplink;
    this.#out = parts.out;
    this.#identifiers = new Identifiers(settings.core.random(1)[0] ?? 0);
  }

  machine(entry: ServiceEntry): TekMachine | undefined {
    return this.#machines.get(entry);
  }

  start(entry: ServiceEntry, now: number): void {
    const machine = this.#machines.get(entry) ?? new TekMachine(entry, this.#settings.operationalWaitMs);
    this.#machines.set(entry, machine);
    this.#dispatch(machine, 'AUTHORIZED', 'FIRST', now);
  }

  stop(entry: ServiceEntry, now: number): void {
    const machine = this.#machines.get(entry);
    if (machine !== undefined) this.#dispatch(machine, 'STOP', 'FIRST', now);
  }

  /** What block 140 made of a message. */
  answer(analyzed: Analyzed, from: string, now: number): void {
    switch (analyzed.kind) {
      case 'dropped':
        this.#drop(analyzed.code, from);
        break;
      case 'auth-invalid':
        // No digest, so only a hint: a pending request goes on, and its own timer sends the next one.
        this.#out.event({ type: 'AUTH_INVALID', error: analyzed.body.errorCode });
        break;
      case 'tek-invalid': {
        const { said, errorCode } = analyzed.body;
        this.#out.event({ type: 'TEK_INVALID', said, error: errorCode });
        const entry = this.#memory.bySaid(said);
        if (entry !== undefined) this.hint(entry, 'HINT', now);
        break;
      }
      default:
        this.#response(analyzed, from, now);
    }
  }

  /** A PDU of this service opened: the BS is there and the keys are right. */
  opened(entry: ServiceEntry, now: number): void {
    const machine = this.#machines.get(entry);
    this.#keeper.touch(false);
    if (machine === undefined) return;
    machine.heard(now);
    machine.calm();
    if (machine.state === 'REKEY_WAIT') machine.retryAt = Math.min(machine.retryAt, machine.allowedAt);
  }

  /** Something says that the BS has other keys. Acted on at once or when the wait is over. */
  hint(entry: ServiceEntry, why: RequestReason, now: number): void {
    const machine = this.#machines.get(entry);
    if (machine?.state === 'OPERATIONAL' && now >= machine.allowedAt) this.#dispatch(machine, 'TEK_INVALID', why, now);
    else if (machine?.state === 'OPERATIONAL' || machine?.state === 'REKEY_WAIT') machine.hint = why;
  }

  /** Fires what is due. */
  tick(now: number): void {
    for (const machine of this.#machines.values()) {
      this.#expire(machine.entry, now);
      switch (machine.state) {
        case 'START':
          if (now >= machine.retryAt) this.#dispatch(machine, 'AUTHORIZED', 'RETRY', now);
          break;
        case 'OP_WAIT':
        case 'REKEY_WAIT':
          if (now >= machine.retryAt) this.#dispatch(machine, 'TIMEOUT', 'RETRY', now);
          break;
        case 'OPERATIONAL':
          if (now >= machine.refreshAt) this.#dispatch(machine, 'REFRESH', 'REFRESH', now);
          else if (machine.hint !== undefined && now >= machine.allowedAt) {
            this.#dispatch(machine, 'TEK_INVALID', machine.hint, now);
          } else if (now >= machine.silentAt) this.#dispatch(machine, 'TEK_INVALID', 'SILENCE', now);
      }
    }
  }

  wakeAt(): number {
    let at = this.#keeper.wakeAt();
    for (const machine of this.#machines.values()) at = Math.min(at, machine.wakeAt());
    return at;
  }

  /** True if a key expires by `now`: what is queued under it must be sealed before. */
  expiring(now: number): boolean {
    return this.#memory.unicast.sa.wakeAt() <= now;
  }

  #dispatch(machine: TekMachine, event: Event, why: RequestReason, now: number): void {
    const transition = TEK_MACHINE[machine.state][event];
    if (transition === undefined) return;
    machine.state = transition.to;
    if (transition.to === 'START' || transition.to === 'OPERATIONAL') machine.settled();
    for (const action of transition.does) {
      if (action === 'DROP_KEYS') this.#dropKeys(machine.entry);
      else this.#request(machine, action === 'REPEAT', why, now);
    }
  }

  #request(machine: TekMachine, repeat: boolean, why: RequestReason, now: number): void {
    const { entry } = machine;
    if (!repeat) {
      machine.settled();
      machine.why = why;
      machine.hint = undefined;
      machine.identifier = this.#identifiers.take((identifier) => this.#pending(identifier) !== undefined);
    }
    const identifier = machine.identifier ?? 0;
    const freshness = this.#freshness.next();
    if (freshness !== undefined) machine.remember(freshness);
    this.#sender.keyRequest(generateRequest(this.#settings, entry.sa, identifier, freshness));
    const { serviceType, groupId } = entry.sa;
    this.#out.event({ type: 'KEY_REQUEST', serviceType, groupId, identifier, why: repeat ? 'RETRY' : why });
    // A first request, and a refresh while the newer key lives, repeat at the standard's pace; all else slows down, but a
    // refresh that falls due meanwhile is not late for it.
    const { operationalWaitMs, rekeyWaitMs } = this.#settings;
    const first = machine.state === 'OP_WAIT' && !machine.refused;
    const due = machine.why === 'REFRESH' || now >= machine.refreshAt;
    const refresh = due && !machine.refused && entry.sa.newer(now) !== undefined;
    machine.requested(now, !first && !refresh);
    if (first) machine.retryAt = now + operationalWaitMs;
    else if (refresh) machine.retryAt = now + rekeyWaitMs;
    else machine.retryAt = due ? machine.allowedAt : Math.min(machine.allowedAt, machine.refreshAt);
  }

  #pending(identifier: number): TekMachine | undefined {
    for (const machine of this.#machines.values()) if (machine.identifier === identifier) return machine;
    return undefined;
  }

  #response(analyzed: Extract<Analyzed, { kind: 'reply' | 'reject' }>, from: string, now: number): void {
    const { identifier, freshness } = analyzed.body;
    const machine = this.#pending(identifier);
    if (machine === undefined) {
      this.#drop('IDENTIFIER', from);
      return;
    }
    // The echo of any value sent under this Identifier will do. Another is a replay; none is, once the BS is known to echo.
    if (freshness === undefined ? this.#keeper.echoes : !machine.sent.has(freshness)) {
      this.#drop('ECHO', from);
      return;
    }
    if (freshness !== undefined && !this.#keeper.echoes) {
      this.#keeper.echoes = true;
      this.#keeper.touch(true);
    }
    machine.heard(now);
    if (analyzed.kind === 'reply') this.#reply(machine, analyzed.body, now);
    else this.#reject(machine, analyzed.body, now);
  }

  #reply(machine: TekMachine, reply: KeyReply, now: number): void {
    const { entry } = machine;
    const { serviceType, groupId } = entry.sa;
    if (!this.#isFor(entry, reply)) {
      machine.refused = true;
      this.#out.event({ type: 'SERVICE_IGNORED', serviceType, groupId, said: reply.said });
      return;
    }
    const outcome = this.#installer.install(entry, reply, now);
    if (!outcome.ok) {
      machine.refused = true;
      this.#out.event({ type: 'REPLY_REFUSED', serviceType, groupId, why: outcome.why });
      return;
    }
    const { lifetime, newer, fresh } = outcome;
    machine.refused = false;
    machine.lifetime = lifetime;
    this.#dispatch(machine, 'KEY_REPLY', machine.why, now);
    if (fresh) {
      machine.calm();
      machine.hint = undefined;
      machine.armRefresh(newer.expiresAt - this.#grace(lifetime));
    } else if (now >= machine.refreshAt) machine.rearm(now);
    const [older, second] = reply.tek;
    const said = reply.said;
    this.#out.event({
      type: 'KEY_REPLY',
      serviceType,
      groupId,
      said,
      older: older.sequence,
      newer: second.sequence,
      fresh,
    });
    this.#keeper.touch(fresh);
    if (entry === this.#memory.unicast) this.#uplink.wantLease(newer);
  }

  /** Whether a reply answers what this machine asked: a BS that does not know 28 and 29 answers as for unicast. */
  #isFor(entry: ServiceEntry, reply: KeyReply): boolean {
    const { serviceType, groupId } = entry.sa;
    const unicast = serviceType === SERVICE.unicast;
    const echoed = unicast ? (reply.serviceType ?? SERVICE.unicast) : reply.serviceType;
    if (echoed !== serviceType || reply.groupId !== groupId) return false;
    if (unicast && reply.said !== this.#settings.identity.basicCid) return false;
    const bound = this.#memory.bySaid(reply.said);
    return bound === undefined || bound === entry;
  }

  #reject(machine: TekMachine, { errorCode }: KeyReject, now: number): void {
    const { entry } = machine;
    const { serviceType, groupId } = entry.sa;
    entry.error = errorCode;
    this.#out.event({ type: 'KEY_REJECT', serviceType, groupId, error: errorCode });
    // No information is no verdict: keys stay as long as they live, and it asks again.
    const keep = errorCode === NO_INFORMATION && entry.sa.teks.length > 0;
    this.#dispatch(machine, keep ? 'KEY_REPLY' : 'KEY_REJECT', machine.why, now);
    if (errorCode === NO_INFORMATION) machine.hold(now);
  }

  /** min(configured, L′/4), less a jitter of up to a quarter so that the members of a group do not ask all at once. */
  #grace(lifetime: number): number {
    const grace = Math.min(this.#settings.tekGraceMs, lifetime / 4);
    return grace - (grace / 4) * fraction(this.#settings.core);
  }

  #expire(entry: ServiceEntry, now: number): void {
    if (now < entry.sa.wakeAt()) return;
    for (const tek of entry.sa.teks) rememberPast(entry, this.#installer.stateOf(tek));
    for (const { sequence } of entry.sa.sweep(now, this.#settings.core.keys)) {
      this.#out.event({ type: 'TEK_EXPIRED', said: entry.said ?? 0, sequence });
    }
  }

  #dropKeys(entry: ServiceEntry): void {
    for (const tek of entry.sa.teks) rememberPast(entry, this.#installer.stateOf(tek));
    entry.sa.clear(this.#settings.core.keys);
    this.#keeper.touch(false);
  }

  #drop(code: DropCode, from: string): void {
    const cid = this.#settings.identity.primaryCid;
    this.#out.count(`dropped${code}`);
    this.#out.event({ type: 'DROPPED', code, from, cid });
  }
}

/** A random number in 0..1. */
function fraction(core: Core): number {
  const [high = 0, low = 0] = core.random(2);
  return (high * 256 + low) / 65_536;
}
