// A base station, its subscriber stations and the air between them in virtual time. A run is a function of its options: the seed feeds
// every choice, and the entropy of every core.
//
//   heap of due events -> engine called (true time at the BS, a skewed clock at an SS) -> its step
//     sends  -> the air: lost, late, twice -> heap          events -> what the simulator knows -> checks
//     work   -> heap, then complete                         wakeAt -> heap
//
// Nothing polls: engines are woken when they said so.
import { BaseStation } from '../../bindings/bs/base-station.js';
import type { BsEvent, BsStep } from '../../bindings/bs/types.js';
import { createTestingCore } from '../../bindings/core/testing.js';
import type { Core, KeyHandle } from '../../bindings/core/types.js';
import { patent } from '../../bindings/pkm/index.js';
import { SubscriberStation } from '../../bindings/ss/subscriber-station.js';
import type { SsEvent, SsState, SsStep, SsWork } from '../../bindings/ss/types.js';
import { Random } from '../support/random.js';
import { Air } from './air.js';
import { Checks } from './checks.js';
import { breakCore, clockOf, timeOf } from './faults.js';
import { Happenings } from './happenings.js';
import { Heap } from './heap.js';
import { markFell } from './marks.js';
import { Nonces } from './nonces.js';
import { observe, type Sealed, TekNames } from './observer.js';
import { AUTHORIZATION, answerBs, answerSs, BS_CERTIFICATE } from './pki.js';
import { Recorder } from './recorder.js';
import { populate, type Roster, type Service, type Station } from './roster.js';
import { stream } from './stream.js';
import type { Outcome, SimulatorOptions } from './types.js';
import { cidOf, isTraffic, toldLifetimes } from './wire.js';

const SECOND = 1000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;
const START = 1000;
const LIFETIME = 43_200;
const VIOLATIONS_MAX = 20;
/** SSs that share a core. */
const PER_CORE = 250;
const WINDOW = 64;

/** How long recovery may take: requests double their distance up to a minute, and a third of the exchanges gets lost. */
export const RECOVERY_MS = 15 * MINUTE;
/** What arrives this late may find its key gone (802.16 gives no bound; opening goes on for 5 s after expiry). */
const LATE_MS = 4 * SECOND;
/** An evicted SS must not decrypt after this. */
export const EVICTION_MS = 30 * SECOND;

export class Simulator {
  readonly options: SimulatorOptions;
  readonly random: Random;
  readonly checks: Checks;
  readonly roster: Roster;
  readonly recorder: Recorder;
  readonly lifetime: number;
  now = START;
  bs: BaseStation | undefined;
  /** The BS accepts a PDU number once per life. */
  bsStartedAt = START;
  readonly #heap = new Heap<() => void>();
  readonly #air: Air;
  readonly #names = new TekNames();
  readonly #nonces = new Nonces();
  readonly #bsCore: Core;
  readonly #happenings: Happenings;
  readonly #born = new Map<number, number>();
  /** When a TEK sealed its first downlink PDU. */
  readonly #firstSealed = new Map<number, number>();
  readonly #counts = new Map<string, number>();
  readonly #touched = new Set<Service>();
  /** Unicast services that got new TEKs with a new AK in this step. */
  readonly #renewed: Service[] = [];
  /** Whose keys the Key Replies of this step carry, in order. */
  readonly #replies: Service[] = [];
  #bsCalledAt = Number.POSITIVE_INFINITY;
  #bsWakeAt = Number.POSITIVE_INFINITY;
  #current: Station | undefined;
  #lastSealed: Sealed | undefined;
  #events = 0;
  #pdus = 0;

  constructor(options: SimulatorOptions) {
    this.options = options;
    const { seed, stations, groups, days } = options;
    this.random = new Random(seed);
    this.lifetime = (options.lifetime ?? LIFETIME) * SECOND;
    this.checks = new Checks(seed, this.lifetime, options.violationsMax ?? VIOLATIONS_MAX, START);
    this.recorder = new Recorder(START, days * DAY, this.lifetime);
    this.#air = new Air(this.random, options.loss ?? 0.2);
    // Per SS 3 keys of its AK, and three TEKs of each of up to four services, those of unicast twice.
    const size = Math.min(stations, PER_CORE);
    const perDay = (2 * DAY) / this.lifetime; // TEKs of an SA
    const cores: Core[] = [];
    for (let first = 0; first < stations; first += size) {
      const core = createTestingCore({
        seed: this.random.u32(),
        slots: 24 * size,
        windows: 16 * size,
        replayWindow: WINDOW,
        tombstones: Math.min(2 ** 20, Math.ceil(size * (200 + 8 * days * perDay))),
        packets: 66 * size,
        arenaBytes: 66 * size * 2064 + 65_536,
      });
      breakCore(core, 'ss', options.broken, this.random);
      observe(core, this.#names, {
        given: (id, key) => this.#given(id, key),
        sealed: (pdu) => this.#sealed(pdu),
      });
      cores.push(core);
    }
    this.#bsCore = createTestingCore({
      seed: this.random.u32(),
      slots: 16 * stations + 8 * groups + 64,
      windows: 8 * stations + 64,
      replayWindow: WINDOW,
      packets: 512,
      arenaBytes: 2 << 20,
    });
    breakCore(this.#bsCore, 'bs', options.broken, this.random);
    observe(this.#bsCore, this.#names, {
      born: (id, { said, sequence }) => this.#born.set(said * 4 + sequence, id),
      sealed: (pdu) => this.#sealed(pdu),
    });
    this.roster = populate(this.random, stations, groups, this.#names, (i) => cores[Math.floor(i / size)] as Core);
    this.#happenings = new Happenings(this);
  }

  run(): Outcome {
    const began = performance.now();
    const { days, seed, onProgress } = this.options;
    const end = START + days * DAY;
    this.startBs();
    for (const station of this.roster.stations) this.at(this.random.between(0, 10 * MINUTE), () => this.start(station));
    this.#happenings.begin();
    for (let hour = HOUR; hour <= days * DAY; hour += HOUR) {
      this.at(hour, () => {
        for (const service of this.roster.bySaid.values()) this.checks.service(service, this.now);
        if (hour % DAY === 0) onProgress?.(hour / DAY, this.#events);
      });
    }
    while (this.#heap.nextAt <= end && !this.checks.enough) {
      this.now = this.#heap.nextAt;
      this.#heap.take()?.();
    }
    const { violations } = this.checks;
    const { rekeys, evictions } = this.recorder;
    const summary = {
      ok: violations.length === 0,
      seed,
      virtualDays: days,
      events: this.#events,
      rekeys,
      evictions,
      pdus: this.#pdus,
      violations,
      wallSeconds: Math.round(performance.now() - began) / 1000,
    };
    return { summary, recording: this.recorder.recording(days, this.now), counts: Object.fromEntries(this.#counts) };
  }

  /** Does something `delay` ms from now, at a whole millisecond. */
  at(delay: number, what: () => void): void {
    this.#heap.add(Math.ceil(this.now + delay), what);
  }

  count(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  // --- the base station

  startBs(): void {
    const { roster } = this;
    this.bsStartedAt = this.now;
    for (const station of roster.stations) station.acceptedUp.clear();
    this.bs = new BaseStation({
      core: this.#bsCore,
      profile: patent,
      bsid: '00:00:00:00:00:05',
      provider: 'acme',
      tekLifetime: this.lifetime / SECOND,
      lab: this.lifetime < 1_800_000,
      services: roster.groups.map(({ said, cid, groupId = 0, name, backward }) => {
        return { type: 'multicast', groupId, said, cid, name, backwardSecrecy: backward };
      }),
      subscribers: roster.stations.map(({ row }) => ({ ...row, groups: this.groupsOf(row.mac) })),
      pki: { certificate: BS_CERTIFICATE },
      replayWindow: WINDOW,
      queuePackets: 8,
      keepAk: true,
    });
  }

  /** The groups that the configuration gives an SS: its own and those it may join. */
  groupsOf(mac: string): number[] {
    const station = this.roster.byMac.get(mac) as Station;
    return this.roster.groups.flatMap(({ members, candidates, groupId = 0 }) =>
      members.has(station) || candidates.has(station) ? [groupId] : [],
    );
  }

  /** The BS goes, and its keys with it. */
  stopBs(): void {
    this.bs?.dispose();
    this.bs = undefined;
    this.#bsCalledAt = Number.POSITIVE_INFINITY;
    this.#bsWakeAt = Number.POSITIVE_INFINITY;
    for (const service of this.roster.bySaid.values()) {
      this.recorder.ended(service.teks, this.now);
      service.teks = [];
      service.generations = 0;
      service.round = false;
      service.rebasedTo = 0;
    }
  }

  /** Calls the BS, if there is one. */
  callBs(call: (bs: BaseStation, now: number) => BsStep): void {
    if (this.bs === undefined) return;
    this.#events++;
    this.#bsStep(call(this.bs, clockOf(this.now, START, this.options.broken)));
  }

  #bsStep(step: BsStep): void {
    for (const event of step.events) this.#foretell(event);
    for (const event of step.events) this.#bsEvent(event);
    for (const service of this.#renewed) service.round = false;
    this.#renewed.length = 0;
    for (const service of this.#touched) this.checks.service(service, this.now);
    this.#touched.clear();
    let before: Uint8Array | undefined;
    for (const { to, bytes } of step.send) {
      if (!isTraffic(bytes)) this.#answer(to, bytes);
      else if (bytes !== before) this.#broadcast(bytes); // the same to every bound address
      before = bytes;
    }
    for (const { id, kind, input } of step.work) {
      const value = answerBs(kind, input);
      const { bs } = this;
      this.at(this.random.between(1, 30), () => {
        if (this.bs === bs) this.callBs((station, now) => station.complete(id, { ok: true, value }, now));
      });
    }
    this.#bsWakeAt = step.wakeAt ?? Number.POSITIVE_INFINITY;
    this.#wakeBs();
  }

  #wakeBs(): void {
    const due = Math.ceil(Math.max(this.now, timeOf(this.#bsWakeAt, START, this.options.broken)));
    if (due >= this.#bsCalledAt || !Number.isFinite(due)) return;
    this.#bsCalledAt = due;
    this.at(due - this.now, () => {
      if (this.#bsCalledAt !== due) return; // an earlier call came in between
      this.#bsCalledAt = Number.POSITIVE_INFINITY;
      if (timeOf(this.#bsWakeAt, START, this.options.broken) > this.now) this.#wakeBs();
      else this.callBs((bs, now) => bs.tick(now));
    });
  }

  /** TEKs that are made or go out of turn do so for a reason that the same step reports. */
  #foretell(event: BsEvent): void {
    if (event.type === 'REKEY_BEGUN') {
      const service = this.service(event.said);
      service.round = true;
      service.rebasedTo = event.switchBy;
    } else if (event.type === 'AK_CONFIRMED') {
      const station = this.roster.byMac.get(event.mac) as Station;
      const service = this.service(station.row.basicCid);
      service.round = true;
      service.excusedUntil = this.now + RECOVERY_MS;
      this.#renewed.push(service);
    }
  }

  #bsEvent(event: BsEvent): void {
    const { now, recorder } = this;
    this.count(`bs ${event.type}`);
    switch (event.type) {
      case 'TEK_GENERATED': {
        const service = this.service(event.said);
        const id = this.#born.get(event.said * 4 + event.sequence) as number;
        const life = service.groupId === undefined ? undefined : recorder.born(service.groupId, event.sequence, now);
        service.teks.push({ sequence: event.sequence, id, bornAt: now, expiresAt: event.expiresAt, life });
        if (++service.generations > 2) recorder.rekeys++;
        this.checks.made(service, event.expiresAt - now, now);
        this.#touched.add(service);
        this.#happenings.generated(service, event.expiresAt);
        break;
      }
      case 'TEK_EXPIRED': {
        const service = this.service(event.said);
        const tek = service.teks.find(({ sequence }) => sequence === event.sequence);
        if (tek === undefined) break;
        service.teks = service.teks.filter((other) => other !== tek);
        recorder.ended([tek], now);
        this.checks.ended(service, tek.expiresAt, now);
        if (!service.round && service.groupId !== undefined) this.#happenings.switched(service);
        this.#touched.add(service);
        break;
      }
      case 'REKEY_BEGUN': {
        // The last two TEKs have new times: that of the last was told when it was made.
        const service = this.service(event.said);
        const [target, last] = service.teks.slice(-2);
        if (target !== undefined && last !== undefined) target.expiresAt = last.expiresAt - this.lifetime / 2;
        break;
      }
      case 'REKEY_SWITCHED': {
        const service = this.service(event.said);
        service.round = false;
        service.excusedUntil = now + RECOVERY_MS;
        this.#touched.add(service);
        this.#happenings.switched(service);
        break;
      }
      case 'KEY_REPLY': {
        recorder.replied(now);
        const service = this.service(event.said);
        this.#replies.push(service);
        const station = this.roster.byMac.get(event.mac) as Station;
        if (!service.members.has(station) && !service.candidates.has(station) && now > (service.gone.get(station) ?? 0))
          this.checks.fail(now, station.name, 'SECRECY', `${service.name}: the BS answered an SS that may not have it`);
        break;
      }
      case 'PAYLOAD': {
        const station = this.roster.byMac.get(event.mac) as Station;
        const pdu = numberIn(event.bytes);
        if (station.acceptedUp.has(pdu))
          this.checks.fail(now, 'bs', 'REPLAY', `accepted PDU ${pdu} of ${station.name} twice`);
        station.acceptedUp.add(pdu);
        break;
      }
      case 'GENERATION_FAILED':
      case 'NOT_SEALED':
        this.checks.fail(now, 'bs', 'FAULT', `${event.type} ${event.code}`);
    }
  }

  /** A management message to one SS. */
  #answer(to: string, bytes: Uint8Array): void {
    const station = this.roster.byName.get(to);
    if (station === undefined) return;
    const told = toldLifetimes(bytes);
    const service = told && this.#replies.shift();
    if (service !== undefined) this.checks.told(service, to, told ?? [], this.now);
    for (const delay of this.#air.arrivals()) {
      this.at(delay, () => this.call(station, (ss, now) => ss.receive(bytes, 'bs', now)));
    }
  }

  /** A traffic PDU to all: the members of its service, and some who are none. */
  #broadcast(bytes: Uint8Array): void {
    const sealed = this.#lastSealed as Sealed;
    const sentAt = this.now;
    const number = this.#pdus;
    const service = this.service(sealed.said);
    if (cidOf(bytes) !== service.cid) this.checks.fail(sentAt, 'bs', 'FAULT', 'PDU on a CID not of its SAID');
    const { stations } = this.roster;
    const outsiders = [...service.gone.keys()].slice(-2);
    outsiders.push(stations[this.random.between(0, stations.length - 1)] as Station);
    for (const station of [...service.members.keys(), ...outsiders]) {
      for (const delay of this.#air.arrivals()) {
        this.at(delay, () => this.#hear(station, service, bytes, number, sealed, sentAt));
      }
    }
  }

  #hear(station: Station, service: Service, bytes: Uint8Array, pdu: number, sealed: Sealed, sentAt: number): void {
    if (station.engine === undefined) return;
    const knew = station.holds(sealed.tek);
    const must =
      knew &&
      service.members.has(station) &&
      !station.accepted.has(pdu) &&
      sentAt >= station.startedAt &&
      this.now - sentAt <= LATE_MS;
    const events = this.call(station, (ss, now) => ss.receive(bytes, 'bs', now));
    const opened = events.some((event) => event.type === 'PAYLOAD');
    if (opened) {
      if (station.accepted.has(pdu))
        this.checks.fail(this.now, station.name, 'REPLAY', `${service.name}: accepted PDU ${pdu} twice`);
      if (!service.members.has(station) && sentAt > (service.gone.get(station) ?? 0))
        this.checks.fail(this.now, station.name, 'SECRECY', `${service.name}: opened PDU ${pdu} and is no member`);
      station.accepted.add(pdu);
      this.count('opened');
    } else if (must) {
      this.checks.fail(
        this.now,
        station.name,
        'GRACE',
        `${service.name}: could not open PDU ${pdu} with the key it was given`,
      );
    }
  }

  // --- subscriber stations

  start(station: Station): void {
    station.startedAt = this.now;
    station.life++;
    station.held.clear();
    station.accepted.clear();
    station.quiet = false;
    const { mac, basicCid, primaryCid, transportCid, ak, akSequence = 0 } = station.row;
    this.#as(station, () => {
      station.engine = new SubscriberStation({
        core: station.core,
        profile: patent,
        identity: { mac, basicCid, primaryCid, transportCid, ...(ak !== undefined && { akSequence }) },
        ...(ak !== undefined ? { ak, keepAk: true } : { authorization: AUTHORIZATION }),
        bs: 'bs',
        services: this.roster.groups.map(({ said, cid, groupId = 0 }) => ({ type: 'multicast', groupId, said, cid })),
        freshness: () => BigInt(Math.floor(1_700_000_000_000 + station.clock.local(this.now))),
        replayWindow: WINDOW,
        queuePackets: 1,
        ...(station.stateful && { state: { stored: station.stored, leasePackets: 8, saveEveryMs: 10_000 } }),
      });
    });
    for (const service of station.services) this.request(station, service);
  }

  stop(station: Station): void {
    this.#as(station, () => station.engine?.dispose());
    station.engine = undefined;
    station.life++;
    station.wakeAt = Number.POSITIVE_INFINITY;
  }

  /** A service is asked for; until it may be had there is time. */
  request(station: Station, service: Service): void {
    service.members.set(station, Math.max(service.members.get(station) ?? 0, this.now + RECOVERY_MS));
    const { groupId } = service;
    const asked = groupId === undefined ? { service: 'unicast' as const } : { service: 'multicast' as const, groupId };
    this.call(station, (ss, now) => ss.request(asked, now));
  }

  /** The stream stops at a station: its silence timers run. */
  quieten(station: Station): void {
    if (station.recovered.size >= station.services.size) return; // it noticed by what it could not open
    station.quiet = true;
    this.call(station, (ss, now) => ss.tick(now));
  }

  /** Calls an SS's engine, if it runs, by its own clock. */
  call(station: Station, call: (ss: SubscriberStation, now: number) => SsStep): readonly SsEvent[] {
    const { engine } = station;
    if (engine === undefined) return [];
    this.#events++;
    const step = this.#as(station, () => call(engine, station.clock.local(this.now)));
    for (const event of step.events) this.#ssEvent(station, event);
    for (const { bytes } of step.send) {
      for (const delay of this.#air.arrivals()) {
        this.at(delay, () => this.callBs((bs, now) => bs.receive(bytes, station.name, now)));
      }
    }
    for (const work of step.work) {
      if (work.kind === 'state') this.#store(station, work.id, work.input);
      else this.#answerLater(station, work);
    }
    station.wakeAt = step.wakeAt === undefined ? Number.POSITIVE_INFINITY : station.clock.time(step.wakeAt);
    this.#wake(station);
    return step.events;
  }

  #wake(station: Station): void {
    if (station.wakeAt >= station.calledAt) return;
    // The clock is read to within a millisecond: one more, or a timer would find that it is not yet time.
    const due = Math.ceil(Math.max(this.now, station.wakeAt)) + 1;
    station.calledAt = due;
    this.at(due - this.now, () => {
      if (station.calledAt !== due) return; // an earlier call came in between
      station.calledAt = Number.POSITIVE_INFINITY;
      if (station.wakeAt > this.now) this.#wake(station);
      else this.call(station, (ss, now) => ss.tick(now));
    });
  }

  #ssEvent(station: Station, event: SsEvent): void {
    this.count(`ss ${event.type}`);
    switch (event.type) {
      case 'KEY_REPLY': {
        const service = this.service(event.said);
        if (!service.members.has(station))
          this.checks.fail(this.now, station.name, 'SECRECY', `${service.name}: has keys and is no member`);
        if (event.newer !== ((event.older + 1) & 3))
          this.checks.fail(this.now, station.name, 'SCHEDULE', `installed TEKs ${event.older} and ${event.newer}`);
        this.checks.member(service, station, this.now);
        if (event.fresh) station.recovered.add(service.said);
        if (station.quiet && station.recovered.size >= station.services.size) station.quiet = false;
        if (event.fresh && service.groupId === undefined) this.#happenings.renewed(station);
        break;
      }
      case 'REPLY_REFUSED':
        this.checks.fail(this.now, station.name, 'FAULT', `refused a Key Reply: ${event.why}`);
    }
  }

  /** Makes a state durable: a moment later, unless the SS dies before. */
  #store(station: Station, id: number, state: SsState): void {
    const { life } = station;
    this.at(this.random.between(2, 40), () => {
      if (station.life !== life) return;
      const fell = station.acknowledged && markFell(station.acknowledged, state);
      if (fell !== undefined) this.checks.fail(this.now, station.name, 'MARK', fell);
      station.acknowledged = state;
      if (this.options.broken !== 'state' || station.stored === undefined) station.stored = state;
      this.call(station, (ss, now) => ss.complete(id, { ok: true, value: undefined }, now));
    });
  }

  #answerLater(station: Station, { id, kind, input }: SsWork): void {
    const { life } = station;
    const value = answerSs(kind, input);
    this.at(this.random.between(1, 60), () => {
      if (station.life === life) this.call(station, (ss, now) => ss.complete(id, { ok: true, value }, now));
    });
  }

  #as<R>(station: Station, call: () => R): R {
    this.#current = station;
    stream.listener = station;
    try {
      return call();
    } finally {
      this.#current = undefined;
      stream.listener = undefined;
    }
  }

  // --- traffic

  /** One PDU on the downlink of a service. */
  down(service: Service): void {
    const { bs } = this;
    if (bs === undefined) return;
    const payload = this.#payload();
    const refusal = bs.offer(service.said, payload, clockOf(this.now, START, this.options.broken));
    if (refusal === undefined) this.callBs((_, now) => bs.flush(now));
    else this.count(`refused ${refusal}`);
  }

  up(station: Station): void {
    const { engine } = station;
    if (engine === undefined) return;
    const refusal = this.#as(station, () => engine.offer(this.#payload(), station.clock.local(this.now)));
    if (refusal === undefined) this.call(station, (ss, now) => ss.flush(now));
    else this.count(`uplink refused ${refusal}`);
  }

  /** The number of the PDU, and a few bytes more. */
  #payload(): Uint8Array {
    const payload = this.random.bytes(this.random.between(8, 40));
    new DataView(payload.buffer).setUint32(0, this.#pdus + 1);
    return payload;
  }

  /** Who joined with backward secrecy gets no TEK that was in use before. */
  #given(id: number, key: KeyHandle): void {
    const station = this.#current;
    if (station === undefined) return;
    station.give(id, key);
    const service = this.service(key.said);
    const joined = service.joined.get(station);
    if (joined === undefined || (this.#firstSealed.get(id) ?? Number.POSITIVE_INFINITY) >= joined) return;
    this.checks.fail(this.now, station.name, 'SECRECY', `${service.name}: joined, and got a TEK in use before`);
  }

  #sealed(pdu: Sealed): void {
    this.#pdus++;
    this.#lastSealed = pdu;
    if (!pdu.up && !this.#firstSealed.has(pdu.tek)) this.#firstSealed.set(pdu.tek, this.now);
    const wrong = this.#nonces.see(pdu);
    if (wrong === undefined) return;
    const { said, sequence, pn, up } = pdu;
    const station = up ? (this.#current?.name ?? '') : 'bs';
    this.checks.fail(
      this.now,
      station,
      wrong,
      `${this.service(said).name}: TEK ${sequence} sealed PN ${pn} again or late`,
    );
  }

  service(said: number): Service {
    const service = this.roster.bySaid.get(said);
    if (service === undefined) throw new Error(`no service has SAID ${said}`);
    return service;
  }
}

function numberIn(payload: Uint8Array): number {
  return new DataView(payload.buffer, payload.byteOffset).getUint32(0);
}
