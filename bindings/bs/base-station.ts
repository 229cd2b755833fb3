// Apparatus 200 of the patent's Figure 10: the base station as an engine. It does no I/O and never awaits. Every call first lets
// go what expired (sealing what was queued under it), then does its own work, and hands out what there is to send, report and do.

import type { EntryEvent, EntryState } from '../entry/index.js';
import { TekcastError } from '../errors.js';
import { normalMac } from '../sa/checks.js';
import { Outbox } from '../sa/outbox.js';
import type { Refusal, RekeyReason } from '../sa/types.js';
import type { WorkResult } from '../step.js';
import { Certified } from './certified.js';
import { Controller } from './controller.js';
import { Downlink } from './downlink.js';
import { Entrance } from './entrance.js';
import { Generator } from './generator.js';
import { Members } from './members.js';
import { type BsService, Memory, type Subscriber, type Verdict } from './memory.js';
import { type BsSettings, settle } from './options.js';
import { type Received, receiveBurst } from './receiver.js';
import { Rekeying } from './rekeying.js';
import { Sender } from './sender.js';
import type {
  BaseStationMethods,
  BaseStationOptions,
  BsEvent,
  BsStep,
  BsWork,
  Counters,
  KeyAge,
  LeaseAnswer,
  RekeyOptions,
  ServiceStatus,
} from './types.js';
import { Uplink } from './uplink.js';

/** Errors of the constructor: `RANGE`, `DUPLICATE`, `MAC`, `SUITE`, `SUITE_REFUSED`, `LENGTH`, and the core's. */
export class BaseStation implements BaseStationMethods {
  readonly #settings: BsSettings;
  readonly #owner: number;
  readonly #out = new Outbox<BsEvent, BsWork>();
  readonly #memory: Memory;
  readonly #certified: Certified | undefined;
  readonly #entrance: Entrance | undefined;
  readonly #controller: Controller;
  readonly #downlink: Downlink;
  readonly #uplink: Uplink;
  readonly #members: Members;
  readonly #rekeying: Rekeying;
  #now = 0;
  #addresses: readonly string[] = [];
  #bindings = -1;

  constructor(options: BaseStationOptions) {
    this.#settings = settle(options);
    const settings = this.#settings;
    this.#owner = settings.core.newOwner();
    try {
      this.#entrance = settings.entry === 'stack' ? this.#newEntrance() : undefined;
      const certified = settings.pki && this.#newCertified(settings);
      this.#certified = certified;
      this.#memory = new Memory(settings, this.#owner, (mac) => (certified as Certified).aksOf(mac));
      const sender = new Sender(settings, this.#out);
      const generator = new Generator(settings);
      const hooks = {
        joins: (service: BsService, subscriber: Subscriber, now: number) => this.#joins(service, subscriber, now),
        answered: (service: BsService, subscriber: Subscriber, identifier: number, proved: boolean, now: number) =>
          this.#rekeying.answered(service, subscriber, identifier, proved, now),
      };
      this.#controller = new Controller(settings, this.#memory, generator, sender, this.#out, hooks, certified);
      const wanted = (service: BsService, why: RekeyReason) => {
        if (settings.rekeying.automatic) this.#rekeying.want(service, why, this.#now);
      };
      this.#downlink = new Downlink(settings, this.#memory, this.#out, wanted);
      this.#uplink = new Uplink(settings, this.#out, sender, wanted);
      this.#members = new Members(settings, this.#memory);
      this.#rekeying = new Rekeying(settings, this.#members, this.#out, {
        make: (...args) => this.#controller.advance(...args),
        retire: (service, target, now) => {
          this.#downlink.flush(now, this.#bound());
          this.#controller.retire(service, target, now);
        },
        nudge: (subscriber, said, now) => this.#uplink.tekInvalid(subscriber, said, 'REKEY', now),
      });
    } catch (error) {
      settings.core.keys.forget(this.#owner); // nothing half made
      throw error;
    }
  }

  receive(datagram: Uint8Array, from: string, now: number): BsStep {
    this.#advance(now);
    this.#out.count('datagramsIn');
    for (const received of receiveBurst(datagram, this.#memory, this.#settings.crc, this.#settings.onPdu)) {
      if (received.kind !== 'dropped' && this.#tooEarly(received)) {
        const { mac, primaryCid, transportCid } = received.subscriber;
        const cid = received.kind === 'message' ? primaryCid : transportCid;
        this.#out.count('droppedENTRY');
        this.#out.event({ type: 'DROPPED', code: 'ENTRY', from, cid, mac });
      } else if (received.kind === 'message') {
        this.#controller.message(received.subscriber, received.message, from, now);
        this.#entrance?.follow(received.subscriber, now);
      } else if (received.kind === 'traffic') this.#uplink.add(received.subscriber, received.pdu, from, now);
      else {
        const { code, cid, subscriber } = received;
        this.#out.count(`dropped${code}`);
        this.#out.event({ type: 'DROPPED', code, from, cid, mac: subscriber?.mac });
      }
    }
    this.#uplink.finish(now);
    return this.#step();
  }

  enter(mac: string, event: EntryEvent, now: number): BsStep {
    const subscriber = this.#subscriber(mac);
    if (this.#entrance === undefined) throw new TekcastError('ENTRY', "entry is not 'stack'", 'entry');
    this.#advance(now);
    this.#downlink.flush(now, this.#bound());
    this.#entrance.raise(subscriber, event, now);
    if (event === 'LEAVE') this.#leaveAll(subscriber, now);
    return this.#step();
  }

  entryState(mac: string): EntryState | undefined {
    return this.#entrance?.state(this.#subscriber(mac));
  }

  revoke(mac: string, now: number): BsStep {
    const subscriber = this.#subscriber(mac);
    this.#advance(now);
    this.#downlink.flush(now, this.#bound());
    this.#certified?.revoke(subscriber, true, now);
    return this.#step();
  }

  tick(now: number): BsStep {
    this.#advance(now);
    return this.#step();
  }

  complete(id: number, result: WorkResult, now: number): BsStep {
    this.#advance(now);
    if (!this.#certified?.complete(id, result, now) && !this.#controller.authorized(id, result, now)) {
      const upTo = result.ok ? (result.value as LeaseAnswer | undefined)?.upTo : undefined;
      const known = this.#downlink.leased(id, upTo, result.ok ? 'no answer' : result.error);
      if (!known) throw new TekcastError('WORK', `no work has id ${id}`, 'id', id);
      this.#downlink.flush(now, this.#bound()); // what waited for it
    }
    return this.#step();
  }

  offer(said: number, payload: Uint8Array, now: number): Refusal | undefined {
    this.#advance(now);
    const refusal = this.#downlink.offer(said, payload, now, this.#bound().length === 0);
    const exhausted = refusal === 'LIMIT' || refusal === 'LEASE';
    if (!exhausted || !this.#rekeying.exhausted(this.#service(said), now)) return refusal;
    return this.#downlink.offer(said, payload, now, false);
  }

  flush(now: number): BsStep {
    this.#advance(now);
    this.#downlink.flush(now, this.#bound());
    for (const service of this.#downlink.exhausted) this.#rekeying.exhausted(service, now);
    this.#downlink.exhausted.clear();
    return this.#step();
  }

  rekey(said: number, now: number, { dryRun = false, ...options }: RekeyOptions = {}): BsStep {
    const service = this.#service(said);
    this.#advance(now);
    if (dryRun) this.#rekeying.plan(service, now);
    else this.#rekeying.want(service, 'OPERATOR', now, options);
    return this.#step(now);
  }

  hold(said: number, now: number): BsStep {
    const service = this.#service(said);
    this.#advance(now);
    this.#rekeying.hold(service);
    return this.#step();
  }

  release(said: number, now: number): BsStep {
    const service = this.#service(said);
    this.#advance(now);
    this.#rekeying.release(service, now);
    return this.#step(now);
  }

  remove(mac: string, said: number, now: number): BsStep {
    const [subscriber, service] = this.#of(mac, said);
    this.#advance(now);
    this.#downlink.flush(now, this.#bound());
    subscriber.removed.add(said);
    if (service.owner === subscriber) service.sa.clear(this.#settings.core.keys); // nobody else has these keys
    return this.#step();
  }

  join(mac: string, said: number, now: number): BsStep {
    const [subscriber] = this.#of(mac, said);
    this.#advance(now);
    subscriber.removed.delete(said);
    return this.#step();
  }

  leave(mac: string, said: number, now: number): BsStep {
    const [subscriber, service] = this.#of(mac, said);
    this.#advance(now);
    this.#downlink.flush(now, this.#bound());
    if (service.owner === subscriber) service.sa.clear(this.#settings.core.keys);
    else if (service.owner === undefined) this.#rekeying.leave(service, subscriber, now);
    return this.#step();
  }

  evict(mac: string, said: number, now: number): BsStep {
    const [subscriber] = this.#of(mac, said);
    subscriber.removed.add(said);
    return this.leave(mac, said, now);
  }

  worstKeyAge(now: number): KeyAge {
    return this.#rekeying.worstKeyAge(now);
  }

  grant(said: number, upTo: number): void {
    const service = this.#service(said);
    if (!this.#downlink.grant(service, upTo))
      throw new TekcastError('NO_TEK', 'no key seals this service', 'said', said);
  }

  /** The last analysis and discrimination (memory 240) of an SS's requests for a service, named as it asked for it. */
  verdict(mac: string, serviceType: number, groupId?: number): Verdict | undefined {
    const subscriber = this.#memory.subscribers.get(normalMac(mac));
    return subscriber && this.#memory.verdict(subscriber, serviceType, groupId);
  }

  services(): ServiceStatus[] {
    return [...this.#memory.bySaid.values()].map((service) => {
      const { sa, owner, rekeys } = service;
      const live = sa.teks.filter((tek) => !tek.lingering);
      const { said, cid, serviceType, groupId } = sa;
      return {
        said,
        cid,
        serviceType,
        groupId,
        mac: owner?.mac,
        older: live[0]?.sequence,
        newer: live.length > 1 ? live.at(-1)?.sequence : undefined,
        rekeys,
        rekeying: this.#rekeying.status(service),
        held: this.#rekeying.isHeld(service),
      };
    });
  }

  counters(): Counters {
    return this.#out.counters();
  }

  dispose(): void {
    this.#downlink.dispose();
    this.#uplink.dispose();
    for (const { sa } of this.#memory.bySaid.values()) sa.clear(this.#settings.core.keys);
    this.#certified?.dispose();
    this.#settings.core.keys.forget(this.#owner);
  }

  /** Lets go what expired. What is queued is sealed before: it was taken while its key lived. */
  #advance(now: number): void {
    if (this.#certified !== undefined && now >= this.#certified.wakeAt) this.#certified.tick(now);
    this.#now = now;
    if (now >= this.#controller.wakeAt) {
      this.#downlink.flush(now, this.#bound());
      this.#controller.renew(now);
      this.#downlink.renewLeases(now);
    }
    if (now >= this.#rekeying.wakeAt) this.#rekeying.run(now);
  }

  /** `now`: what has become due by this call is done at once. */
  #step(now?: number): BsStep {
    if (now !== undefined) this.#advance(now);
    const certified = this.#certified?.wakeAt ?? Number.POSITIVE_INFINITY;
    return this.#out.take(Math.min(this.#controller.wakeAt, this.#rekeying.wakeAt, certified));
  }

  /** Whether there are TEKs that an SS may have which has none of this service. */
  #joins(service: BsService, subscriber: Subscriber, now: number): boolean {
    const joins = service.backwardSecrecy && !this.#members.has(service, subscriber);
    return !joins || this.#rekeying.join(service, now);
  }

  #of(mac: string, said: number): [Subscriber, BsService] {
    const subscriber = this.#memory.subscribers.get(normalMac(mac));
    if (subscriber === undefined) throw new TekcastError('UNKNOWN_SUBSCRIBER', `${mac} is not configured`, 'mac');
    return [subscriber, this.#service(said)];
  }

  #newCertified(settings: BsSettings): Certified {
    return new Certified(settings, this.#owner, () => this.#memory, this.#out, {
      authorized: (subscriber, now) => this.#entrance?.authorized(subscriber, now),
      confirmed: ({ unicast }, now) => {
        this.#controller.replace(unicast, now);
        this.#rekeying.replaced(unicast, now);
      },
      lost: (subscriber, now) => {
        this.#controller.forget(subscriber, now);
        this.#entrance?.lost(subscriber, now);
        this.#leaveAll(subscriber, now);
      },
    });
  }

  /** It has keys of services of many that it may not use any more. */
  #leaveAll(subscriber: Subscriber, now: number): void {
    for (const service of this.#memory.bySaid.values()) {
      if (service.owner === undefined) this.#rekeying.leave(service, subscriber, now);
    }
  }

  #newEntrance(): Entrance {
    return new Entrance({
      forget: (subscriber, now) => this.#controller.forget(subscriber, now),
      revoke: (subscriber, now) => this.#certified?.revoke(subscriber, false, now),
      event: (event) => this.#out.event(event),
    });
  }

  #tooEarly(received: Exclude<Received, { kind: 'dropped' }>): boolean {
    const { subscriber } = received;
    if (this.#entrance === undefined) return false;
    return received.kind === 'message'
      ? !this.#entrance.admits(subscriber, received.message[1])
      : !this.#entrance.carries(subscriber);
  }

  #subscriber(mac: string): Subscriber {
    const subscriber = this.#memory.subscribers.get(normalMac(mac));
    if (subscriber === undefined) throw new TekcastError('UNKNOWN_SUBSCRIBER', `${mac} is not configured`, 'mac');
    return subscriber;
  }

  /** Addresses of bound SSs, each once. */
  #bound(): readonly string[] {
    if (this.#bindings !== this.#controller.bindings) {
      this.#bindings = this.#controller.bindings;
      const addresses = [...this.#memory.subscribers.values()].flatMap(({ binding }) => binding.address ?? []);
      this.#addresses = [...new Set(addresses)];
    }
    return this.#addresses;
  }

  #service(said: number): BsService {
    const service = this.#memory.bySaid.get(said);
    if (service === undefined) throw new TekcastError('UNKNOWN_SERVICE', `no service has SAID ${said}`, 'said', said);
    return service;
  }
}
