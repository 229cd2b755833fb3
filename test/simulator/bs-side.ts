// The side of the base station: its engine is started, called when something is due, and stopped; what it reports becomes what the run knows
// of its TEKs, and what it sends goes on the air.
import { BaseStation } from '../../bindings/bs/base-station.js';
import type { BsEvent, BsStep } from '../../bindings/bs/types.js';
import type { Core, KeyHandle } from '../../bindings/core/types.js';
import { patent } from '../../bindings/pkm/index.js';
import { clockOf, timeOf } from './faults.js';
import { answerBs, BS_CERTIFICATE } from './pki.js';
import type { Service, Station } from './roster.js';
import type { Simulator } from './simulator.js';
import { RECOVERY_MS, SECOND, START, WINDOW } from './times.js';
import { numberIn } from './traffic.js';
import { isTraffic, toldLifetimes } from './wire.js';

export class BsSide {
  engine: BaseStation | undefined;
  readonly #world: Simulator;
  readonly #core: Core;
  /** The TEK last made under a SAID and sequence number. */
  readonly #born = new Map<number, number>();
  readonly #touched = new Set<Service>();
  /** Unicast services that got new TEKs with a new AK in this step. */
  readonly #renewed: Service[] = [];
  /** Whose keys the Key Replies of this step carry, in order. */
  readonly #replies: Service[] = [];
  /** Groups by MAC, as the running BS was configured. */
  #groups = new Map<string, readonly number[]>();
  #calledAt = Number.POSITIVE_INFINITY;
  #wakeAt = Number.POSITIVE_INFINITY;

  constructor(world: Simulator, core: Core) {
    this.#world = world;
    this.#core = core;
  }

  born(id: number, { said, sequence }: KeyHandle): void {
    this.#born.set(said * 4 + sequence, id);
  }

  /** What its clock shows. */
  get now(): number {
    return clockOf(this.#world.now, START, this.#world.options.broken);
  }

  start(): void {
    const { roster } = this.#world;
    for (const station of roster.stations) station.acceptedUp.clear();
    this.#groups = new Map(roster.stations.map(({ row: { mac } }) => [mac, this.groupsOf(mac)]));
    this.engine = new BaseStation({
      core: this.#core,
      profile: patent,
      bsid: '00:00:00:00:00:05',
      provider: 'acme',
      tekLifetime: this.#world.lifetime / SECOND,
      lab: this.#world.lifetime < 1_800_000,
      services: roster.shared.map(({ said, cid, groupId, name, backward }) => {
        const row = { said, cid, name, backwardSecrecy: backward };
        return groupId === undefined ? { ...row, type: 'broadcast' } : { ...row, type: 'multicast', groupId };
      }),
      subscribers: roster.stations.map(({ row }) => ({ ...row, groups: this.#groups.get(row.mac) ?? [] })),
      pki: { certificate: BS_CERTIFICATE },
      replayWindow: WINDOW,
      queuePackets: 8,
      keepAk: true,
    });
  }

  /** The groups that the configuration gives an SS: its own and those it may join. */
  groupsOf(mac: string): number[] {
    const station = this.#world.roster.byMac.get(mac) as Station;
    return this.#world.roster.shared.flatMap(({ members, candidates, groupId }) =>
      groupId !== undefined && (members.has(station) || candidates.has(station)) ? [groupId] : [],
    );
  }

  /** Whether the running BS would give this SS the service: who was gone when it started is not in its configuration. */
  mayRejoin({ groupId }: Service, { row }: Station): boolean {
    return groupId === undefined || this.#groups.get(row.mac)?.includes(groupId) === true;
  }

  /** The BS goes, and its keys with it. */
  stop(): void {
    this.engine?.dispose();
    this.engine = undefined;
    this.#calledAt = Number.POSITIVE_INFINITY;
    this.#wakeAt = Number.POSITIVE_INFINITY;
    for (const service of this.#world.roster.bySaid.values()) {
      this.#world.recorder.ended(service.teks, this.#world.now);
      service.teks = [];
      service.generations = 0;
      service.round = false;
      service.rebasedTo = 0;
      service.held = false;
      service.wanted = false;
    }
  }

  /** Calls the BS, if there is one. */
  call(call: (bs: BaseStation, now: number) => BsStep): void {
    if (this.engine === undefined) return;
    this.#world.events++;
    this.#step(call(this.engine, this.now));
  }

  #step(step: BsStep): void {
    for (const event of step.events) this.#foretell(event);
    for (const event of step.events) this.#event(event);
    for (const service of this.#renewed) service.round = false;
    this.#renewed.length = 0;
    for (const service of this.#touched) this.#world.checks.service(service, this.#world.now);
    this.#touched.clear();
    let before: Uint8Array | undefined;
    for (const { to, bytes } of step.send) {
      if (!isTraffic(bytes)) this.#answer(to, bytes);
      else if (bytes !== before) this.#world.traffic.broadcast(bytes); // the same to every bound address
      before = bytes;
    }
    for (const { id, kind, input } of step.work) {
      const value = answerBs(kind, input);
      const { engine } = this;
      this.#world.at(this.#world.random.between(1, 30), () => {
        if (this.engine === engine) this.call((station, now) => station.complete(id, { ok: true, value }, now));
      });
    }
    this.#wakeAt = step.wakeAt ?? Number.POSITIVE_INFINITY;
    this.#wake();
  }

  #wake(): void {
    const due = Math.ceil(Math.max(this.#world.now, timeOf(this.#wakeAt, START, this.#world.options.broken)));
    if (due >= this.#calledAt || !Number.isFinite(due)) return;
    this.#calledAt = due;
    this.#world.at(due - this.#world.now, () => {
      if (this.#calledAt !== due) return; // an earlier call came in between
      this.#calledAt = Number.POSITIVE_INFINITY;
      if (timeOf(this.#wakeAt, START, this.#world.options.broken) > this.#world.now) this.#wake();
      else this.call((bs, now) => bs.tick(now));
    });
  }

  /** TEKs that are made or go out of turn do so for a reason that the same step reports. */
  #foretell(event: BsEvent): void {
    if (event.type === 'REKEY_BEGUN') {
      const service = this.#world.service(event.said);
      if (event.why === 'OPERATOR') {
        if (service.held) this.#world.checks.fail(this.#world.now, 'bs', 'HOLD', `${service.name}: rekeyed while held`);
        service.wanted = false;
      }
      service.round = true;
      service.rebasedTo = event.switchBy;
    } else if (event.type === 'AK_CONFIRMED') {
      const station = this.#world.roster.byMac.get(event.mac) as Station;
      const service = this.#world.service(station.row.basicCid);
      service.round = true;
      service.excusedUntil = this.#world.now + RECOVERY_MS;
      this.#renewed.push(service);
    }
  }

  #event(event: BsEvent): void {
    const { now, recorder } = this.#world;
    this.#world.count(`bs ${event.type}`);
    switch (event.type) {
      case 'TEK_GENERATED': {
        const service = this.#world.service(event.said);
        const id = this.#born.get(event.said * 4 + event.sequence) as number;
        const life = service.groupId === undefined ? undefined : recorder.born(service.groupId, event.sequence, now);
        service.teks.push({ sequence: event.sequence, id, bornAt: now, expiresAt: event.expiresAt, life });
        if (++service.generations > 2) recorder.rekeys++;
        this.#world.checks.made(service, event.expiresAt - now, now);
        this.#touched.add(service);
        this.#world.happenings.generated(service, event.expiresAt);
        break;
      }
      case 'TEK_EXPIRED': {
        const service = this.#world.service(event.said);
        const tek = service.teks.find(({ sequence }) => sequence === event.sequence);
        if (tek === undefined) break;
        service.teks = service.teks.filter((other) => other !== tek);
        recorder.ended([tek], now);
        this.#world.checks.ended(service, tek.expiresAt, now);
        if (!service.round && service.type !== 'unicast') this.#world.happenings.switched(service);
        this.#touched.add(service);
        break;
      }
      case 'REKEY_BEGUN': {
        // The last two TEKs have new times: that of the last was told when it was made.
        const service = this.#world.service(event.said);
        const [target, last] = service.teks.slice(-2);
        if (target !== undefined && last !== undefined) target.expiresAt = last.expiresAt - this.#world.lifetime / 2;
        break;
      }
      case 'REKEY_SWITCHED': {
        const service = this.#world.service(event.said);
        service.round = false;
        service.excusedUntil = now + RECOVERY_MS;
        this.#touched.add(service);
        this.#world.happenings.switched(service);
        break;
      }
      case 'KEY_REPLY': {
        recorder.replied(now);
        const service = this.#world.service(event.said);
        this.#replies.push(service);
        const station = this.#world.roster.byMac.get(event.mac) as Station;
        const may = service.members.has(station) || service.candidates.has(station);
        const left = service.gone.has(station) && !service.evicted.has(station);
        if (!may && !left && now > (service.gone.get(station) ?? 0))
          this.#world.checks.fail(
            now,
            station.name,
            'SECRECY',
            `${service.name}: the BS answered an SS that may not have it`,
          );
        break;
      }
      case 'PAYLOAD': {
        const station = this.#world.roster.byMac.get(event.mac) as Station;
        const pdu = numberIn(event.bytes);
        if (station.acceptedUp.has(pdu))
          this.#world.checks.fail(now, 'bs', 'REPLAY', `accepted PDU ${pdu} of ${station.name} twice`);
        station.acceptedUp.add(pdu);
        break;
      }
      case 'GENERATION_FAILED':
      case 'NOT_SEALED':
        this.#world.checks.fail(now, 'bs', 'FAULT', `${event.type} ${event.code}`);
    }
  }

  /** A management message to one SS. */
  #answer(to: string, bytes: Uint8Array): void {
    const station = this.#world.roster.byName.get(to);
    if (station === undefined) return;
    const told = toldLifetimes(bytes);
    const service = told && this.#replies.shift();
    if (service !== undefined) this.#world.checks.told(service, to, told ?? [], this.#world.now);
    for (const delay of this.#world.air.arrivals()) {
      this.#world.at(delay, () => this.#world.ss.call(station, (ss, now) => ss.receive(bytes, 'bs', now)));
    }
  }
}
