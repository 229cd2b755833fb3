// How an SS comes in (patent Figure 4) and by which AK: network entry (entry/) with the Applicant (auth/) at its step S60, and S90 as
// what starts and stops the TEK machines.
//
//   request -> wanted -> S80 done? -> TEK machine started -> keys -> traffic
//   Auth Reply -> S60 done -> … S80 -> every wanted service;   again: new unicast TEKs fetched, waiting machines go on
//   authorization lost, synchronisation lost, leaving -> traffic ends, TEKs erased, (AKs erased, all forgotten)
//
// Carriers that stand in for a radio have nothing to tell of S10..S50, S70 and S80: there those events raise themselves.
import { Applicant, type ApplicantStep, type Grant } from '../auth/index.js';
import {
  AFTER_AUTHENTICATION,
  BEFORE_AUTHENTICATION,
  type EntryEvent,
  NetworkEntry,
  type NetworkEntryEvent,
} from '../entry/index.js';
import { encodeManagement } from '../pdu/index.js';
import type { PkmMessage } from '../pkm/index.js';
import type { Outbox } from '../sa/outbox.js';
import type { WorkResult } from '../step.js';
import type { Aks } from './aks.js';
import type { Controller } from './controller.js';
import { entryName, type Memory, type ServiceEntry } from './memory.js';
import type { SsSettings } from './options.js';
import type { SsEvent, SsWork } from './types.js';

export interface EntranceParts {
  readonly memory: Memory;
  readonly controller: () => Controller;
  readonly out: Outbox<SsEvent, SsWork>;
  /** Seals what is queued: before keys go. */
  readonly flush: (now: number) => void;
  /** Lets go of every key: then the vault forgets them. */
  readonly wiped: () => void;
}

/** Where an SS stands in network entry. */
export class Entrance {
  readonly #settings: SsSettings;
  readonly #parts: EntranceParts;
  readonly #applicant: Applicant | undefined;
  readonly #entry: NetworkEntry;
  readonly #services = new Map<string, ServiceEntry>();
  readonly #byItself: boolean;
  #entered = false;
  #applicantWakeAt = Number.POSITIVE_INFINITY;

  constructor(settings: SsSettings, owner: number, parts: EntranceParts) {
    this.#settings = settings;
    this.#parts = parts;
    this.#byItself = settings.entry === 'carrier';
    this.#applicant = settings.authorization && this.#newApplicant(settings.authorization, owner);
    this.#entry = new NetworkEntry({
      authentication: this.#applicant === undefined ? 'pre-shared' : 'pkm',
      hooks: {
        beginAuthentication: (now) => this.#take(this.#applicant?.start(now)),
        endAuthentication: (now) => this.#take(this.#applicant?.stop(now)),
        beginKeys: (name, now) => this.#of(name, (service) => parts.controller().start(service, now)),
        endKeys: (name, now) => this.#of(name, (service) => parts.controller().stop(service, now)),
        connect: () => undefined, // its keys are there: offer and receive work from now on
        disconnect: (_, now) => parts.flush(now),
        wipe: () => {
          parts.wiped();
          settings.core.keys.forget(owner);
        },
      },
    });
  }

  get aks(): Aks | undefined {
    const applicant = this.#applicant;
    return applicant && { newest: () => applicant.newest, bySequence: (sequence) => applicant.ak(sequence) };
  }

  get state() {
    return this.#entry.state;
  }

  /** Whether Auth Reply, Auth Reject and Auth Invalid are the Applicant's. */
  get certified(): boolean {
    return this.#applicant !== undefined;
  }

  /** What the embedding stack tells. */
  raise(event: EntryEvent, now: number): void {
    if (event === 'SYNC_LOST' || event === 'LEAVE') this.#entered = false;
    this.#report(this.#entry.raise(event, now));
    if (event === 'SYNC_LOST') this.#enter(now);
  }

  /** Wants a service: its TEK machine starts, now or when S80 is done. After a Key Reject it starts again. */
  want(service: ServiceEntry, now: number): void {
    const name = entryName(service);
    this.#services.set(name, service);
    this.#enter(now);
    this.#report(this.#entry.want(name, now));
    if (this.#entry.mayRequestKeys(name)) this.#parts.controller().start(service, now);
  }

  giveUp(service: ServiceEntry, now: number): void {
    this.#report(this.#entry.giveUp(entryName(service), now));
    this.#services.delete(entryName(service));
  }

  /** A service's TEKs have come, or gone. */
  keyed(service: ServiceEntry, there: boolean, now: number): void {
    const name = entryName(service);
    if (!there && !this.#entry.mayCarry(name)) return; // it is being closed
    this.#report(there ? this.#entry.keyed(name, now) : this.#entry.unkeyed(name, now));
  }

  message(message: PkmMessage, now: number): void {
    this.#take(this.#applicant?.receive(message, now));
  }

  reauthorize(now: number): void {
    this.#take(this.#applicant?.reauthorize(now));
  }

  tick(now: number): void {
    if (now >= this.#applicantWakeAt) this.#take(this.#applicant?.tick(now));
  }

  wakeAt(): number {
    return this.#applicantWakeAt;
  }

  /** False if the work is not of an authorization. */
  complete(id: number, result: WorkResult, now: number): boolean {
    if (this.#applicant?.owns(id) !== true) return false;
    this.#take(this.#applicant.complete(id, result, now));
    return true;
  }

  /** With a carrier: everything up to S60. */
  #enter(now: number): void {
    if (!this.#byItself || this.#entered) return;
    this.#entered = true;
    for (const event of BEFORE_AUTHENTICATION) this.#report(this.#entry.raise(event, now));
    if (this.#entry.state === 'REGISTRATION') this.#afterAuthentication(now);
  }

  #afterAuthentication(now: number): void {
    if (this.#byItself) for (const event of AFTER_AUTHENTICATION) this.#report(this.#entry.raise(event, now));
  }

  #newApplicant(authorization: NonNullable<SsSettings['authorization']>, owner: number): Applicant {
    const { core, profile, suite, identity, bs } = this.#settings;
    const { out, controller } = this.#parts;
    return new Applicant({
      core,
      profile,
      suite,
      owner,
      bs,
      mac: identity.mac,
      basicCid: identity.basicCid,
      lab: this.#settings.lab,
      ...authorization,
      identifiers: () => controller().newIdentifier(),
      workIds: () => out.nextId(),
      hooks: {
        pending: (identifier) => controller().pending(identifier) !== undefined,
        authorized: (grant, now) => this.#authorized(grant, now),
        pend: (identifier, now) => controller().authPend(identifier, now),
        stop: (now) => this.#report(this.#entry.raise('AUTHORIZATION_LOST', now)),
      },
    });
  }

  #authorized({ removed, sas, timers }: Grant, now: number): void {
    const controller = this.#parts.controller();
    controller.retime(timers);
    if (this.#entry.state === 'AUTHENTICATION') {
      this.#report(this.#entry.raise('AUTHORIZED', now));
      this.#afterAuthentication(now);
      return;
    }
    controller.reauthorized(now);
    // A reply has room for the primary SA alone where there are many: then the others are not gone.
    if (sas.length === 1) return;
    for (const said of removed) {
      const service = this.#parts.memory.bySaid(said);
      if (service !== undefined) controller.stop(service, now);
    }
  }

  #of(name: string, then: (service: ServiceEntry) => void): void {
    const service = this.#services.get(name);
    if (service !== undefined) then(service);
  }

  #take(step: ApplicantStep | undefined): void {
    if (step === undefined) return;
    const { identity, crc, onPdu, bs } = this.#settings;
    const { out } = this.#parts;
    for (const { bytes } of step.send) {
      const pdu = encodeManagement(identity.primaryCid, bytes, crc);
      onPdu?.(pdu, 'up');
      out.send(bs, pdu);
      out.count('authorizationMessages');
    }
    for (const event of step.events) {
      out.event(event);
      if (event.type === 'AUTH_DROPPED') out.count(`dropped${event.code}`);
    }
    for (const work of step.work) out.pass(work);
    this.#applicantWakeAt = step.wakeAt ?? Number.POSITIVE_INFINITY;
  }

  /** What raises itself is not worth telling. */
  #report(events: readonly NetworkEntryEvent[]): void {
    if (!this.#byItself) for (const event of events) this.#parts.out.event(event);
  }
}
