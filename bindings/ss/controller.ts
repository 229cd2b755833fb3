// Block 160 of the patent's Figure 10: controls the others. It drives one TEK machine per service (machine.ts):
//
//   wanted -> Key Request (110, 120) -> answer (130, 140) -> keys into memory 150, or an error code
//          -> refresh at grace before the newer key expires -> Key Request …
//
// and, between refreshes, asks again when a hint, unopened traffic or long silence says that the BS may have other keys.
import type { TekAction, TekEvent } from '../auth/index.js';
import type { KeyReject, KeyReply, PkmTimers } from '../pkm/index.js';
import { SERVICE } from '../pkm/index.js';
import { newDice } from '../sa/dice.js';
import type { Outbox } from '../sa/outbox.js';
import type { DropCode } from '../sa/types.js';
import type { Aks } from './aks.js';
import type { Analyzed } from './analyzer.js';
import { type Freshness, generateRequest, Identifiers } from './generator.js';
import type { Installer } from './installer.js';
import { type RequestReason, TekMachine, type TekTimers } from './machine.js';
import { type Memory, rememberPast, type ServiceEntry, type SsTek } from './memory.js';
import type { SsSettings } from './options.js';
import type { Sender } from './sender.js';
import type { StateKeeper } from './state.js';
import type { SsEvent, SsWork } from './types.js';
import type { Uplink } from './uplink.js';

/** Key Reject 0: the BS could not, this time. */
const NO_INFORMATION = 0;

/** Drives one TEK machine per service (802.16 §7.2.2.5), one call for each thing that happens to a station. Times in ms. */
export class Controller {
  readonly #settings: SsSettings;
  readonly #memory: Memory;
  readonly #sender: Sender;
  readonly #installer: Installer;
  readonly #keeper: StateKeeper;
  readonly #freshness: Freshness;
  readonly #uplink: Uplink;
  readonly #out: Outbox<SsEvent, SsWork>;
  readonly #aks: Aks;
  /** A service's TEKs have come, or gone. */
  readonly #keyed: (entry: ServiceEntry, there: boolean, now: number) => void;
  /** What the event under way is about. */
  #why: RequestReason = 'FIRST';
  #now = 0;
  /** What a Key Reply has put into memory, for the refresh timer. */
  #installed: { readonly fresh: boolean; readonly newer: SsTek; readonly lifetime: number } | undefined;
  readonly #identifiers: Identifiers;
  readonly #dice: () => number;
  readonly #timers: TekTimers;
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
      aks: Aks;
      keyed: (entry: ServiceEntry, there: boolean, now: number) => void;
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
    this.#aks = parts.aks;
    this.#keyed = parts.keyed;
    this.#dice = newDice(settings.core);
    this.#timers = { ...settings.timers, silenceMs: settings.silenceMs };
    this.#identifiers = new Identifiers(settings.core.random(1)[0] ?? 0);
  }

  machine(entry: ServiceEntry): TekMachine | undefined {
    return this.#machines.get(entry);
  }

  start(entry: ServiceEntry, now: number): void {
    const machine = this.#machines.get(entry) ?? this.#newMachine(entry);
    this.#machines.set(entry, machine);
    this.#dispatch(machine, 'AUTHORIZED', 'FIRST', now);
  }

  stop(entry: ServiceEntry, now: number): void {
    const machine = this.#machines.get(entry);
    if (machine === undefined) return;
    this.#dispatch(machine, 'STOP', 'FIRST', now);
    machine.settled(); // in Start, too: after a Key Reject 0 it would ask again
  }

  /** The machine whose Key Request with this Identifier waits for its answer. */
  pending(identifier: number): TekMachine | undefined {
    for (const machine of this.#machines.values()) if (machine.identifier === identifier) return machine;
    return undefined;
  }

  /** The BS wants other timers, each within its range. */
  retime({ operationalWait, rekeyWait, tekGrace }: Partial<PkmTimers>): void {
    const timers = this.#timers;
    timers.operationalWait = operationalWait ?? timers.operationalWait;
    timers.rekeyWait = rekeyWait ?? timers.rekeyWait;
    timers.tekGrace = tekGrace ?? timers.tekGrace;
  }

  /** For an Auth Request: of the same counter, and never 0, which stands for no request. */
  newIdentifier(): number {
    return this.#identifiers.take((identifier) => identifier === 0 || this.pending(identifier) !== undefined);
  }

  /** Event 3: the request of this Identifier has to wait for an authorization. */
  authPend(identifier: number, now: number): void {
    const machine = this.pending(identifier);
    if (machine !== undefined) this.#dispatch(machine, 'AUTH_PEND', 'RETRY', now);
  }

  /** There is a new AK: the unicast TEKs give way to new ones at its first use, so they are fetched first; whoever waits goes on. */
  reauthorized(now: number): void {
    const unicast = this.#machines.get(this.#memory.unicast);
    if (unicast !== undefined) {
      this.#dispatch(unicast, 'TEK_INVALID', 'HINT', now);
      this.#dispatch(unicast, 'AUTH_COMP', 'FIRST', now);
    }
    for (const machine of this.#machines.values()) {
      this.#dispatch(machine, 'AUTH_COMP', 'FIRST', now);
      if (machine.unsigned && machine.retryAt < Number.POSITIVE_INFINITY) machine.retryAt = now;
    }
  }

  /** Lets go of every key and of what is remembered of them. */
  wipe(): void {
    for (const entry of this.#memory.entries) {
      entry.sa.clear(this.#settings.core.keys);
      entry.past = [];
    }
    this.#keeper.echoes = false;
  }

  /** What block 140 made of a message. */
  answer(analyzed: Exclude<Analyzed, { kind: 'authorization' }>, from: string, now: number): void {
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

  #newMachine(entry: ServiceEntry): TekMachine {
    return new TekMachine(entry, this.#timers, (machine, action, event) => this.#perform(machine, action, event));
  }

  /** Raises an event of the TEK machine. */
  #dispatch(machine: TekMachine, event: TekEvent, why: RequestReason, now: number): void {
    this.#why = why;
    this.#now = now;
    if (!machine.fsm.raise(event)) return;
    if (machine.state === 'START' || machine.state === 'OPERATIONAL') machine.settled();
  }

  #perform(machine: TekMachine, action: TekAction, event: TekEvent): void {
    const now = this.#now;
    switch (action) {
      case 'REQUEST':
        machine.settled();
        machine.why = this.#why;
        machine.hint = undefined;
        machine.identifier = this.#identifiers.take((identifier) => this.pending(identifier) !== undefined);
        this.#request(machine, this.#why);
        break;
      case 'REPEAT':
        this.#request(machine, 'RETRY');
        break;
      case 'START_OP_WAIT':
      case 'START_REKEY_WAIT':
        machine.startRetry(now);
        break;
      case 'CLEAR_RETRY':
        machine.retryAt = Number.POSITIVE_INFINITY;
        break;
      case 'INSTALL':
        break; // a reply that cannot be installed raises no event 8, so it has been
      case 'START_REFRESH':
        this.#armRefresh(machine);
        break;
      case 'CLEAR_REFRESH':
        // After a hint the keys stay, and their successor falls due when it did; the timer runs in Operational only.
        if (event === 'STOP') machine.refreshAt = Number.POSITIVE_INFINITY;
        break;
      case 'DROP_KEYS':
        this.#dropKeys(machine.entry, now);
    }
  }

  #request(machine: TekMachine, why: RequestReason): void {
    const { entry, identifier = 0 } = machine;
    const now = this.#now;
    const ak = this.#aks.newest();
    machine.unsigned = ak === undefined; // all have expired: the authorization under way brings one
    if (ak !== undefined) {
      const freshness = this.#freshness.next();
      if (freshness !== undefined) machine.remember(freshness);
      this.#sender.keyRequest(generateRequest(this.#settings, entry.sa, identifier, ak.sequence, freshness), ak);
      const { serviceType, groupId } = entry.sa;
      this.#out.event({ type: 'KEY_REQUEST', serviceType, groupId, identifier, why });
    }
    machine.requested(now);
  }

  #armRefresh(machine: TekMachine): void {
    const installed = this.#installed;
    if (installed === undefined) return; // Key Reject 0: nothing came, the pause says when to ask again
    const { fresh, newer, lifetime } = installed;
    if (fresh) {
      machine.calm();
      machine.hint = undefined;
      machine.armRefresh(newer.expiresAt - this.#grace(lifetime));
    } else if (this.#now >= machine.refreshAt) machine.rearm(this.#now);
  }

  #response(analyzed: Extract<Analyzed, { kind: 'reply' | 'reject' }>, from: string, now: number): void {
    const { identifier, freshness } = analyzed.body;
    const machine = this.pending(identifier);
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
    if (analyzed.kind === 'reply') this.#reply(machine, analyzed, now);
    else this.#reject(machine, analyzed.body, now);
  }

  #reply(machine: TekMachine, { body: reply, ak }: Extract<Analyzed, { kind: 'reply' }>, now: number): void {
    const { entry } = machine;
    const { serviceType, groupId } = entry.sa;
    if (!this.#isFor(entry, reply)) {
      machine.refused = true;
      this.#out.event({ type: 'SERVICE_IGNORED', serviceType, groupId, said: reply.said });
      return;
    }
    const outcome = this.#installer.install(entry, reply, ak, now);
    if (!outcome.ok) {
      machine.refused = true;
      this.#out.event({ type: 'REPLY_REFUSED', serviceType, groupId, why: outcome.why });
      return;
    }
    const { lifetime, newer, fresh } = outcome;
    machine.refused = false;
    machine.lifetime = lifetime;
    this.#installed = outcome;
    this.#dispatch(machine, 'KEY_REPLY', machine.why, now);
    this.#installed = undefined;
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
    this.#keyed(entry, true, now);
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
    const grace = Math.min(1000 * this.#timers.tekGrace, lifetime / 4);
    return grace - (grace / 4) * this.#dice();
  }

  #expire(entry: ServiceEntry, now: number): void {
    if (now < entry.sa.wakeAt()) return;
    for (const tek of entry.sa.teks) rememberPast(entry, this.#installer.stateOf(tek));
    for (const { sequence } of entry.sa.sweep(now, this.#settings.core.keys)) {
      this.#out.event({ type: 'TEK_EXPIRED', said: entry.said ?? 0, sequence });
    }
    if (entry.sa.newer(now) === undefined) this.#keyed(entry, false, now);
  }

  #dropKeys(entry: ServiceEntry, now: number): void {
    for (const tek of entry.sa.teks) rememberPast(entry, this.#installer.stateOf(tek));
    entry.sa.clear(this.#settings.core.keys);
    this.#keeper.touch(false);
    this.#keyed(entry, false, now);
  }

  #drop(code: DropCode, from: string): void {
    const cid = this.#settings.identity.primaryCid;
    this.#out.count(`dropped${code}`);
    this.#out.event({ type: 'DROPPED', code, from, cid });
  }
}
