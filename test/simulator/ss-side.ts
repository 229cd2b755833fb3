// The side of the subscriber stations: each engine lives by a clock of its own, is woken when it said so, and what it stores is durable only
// a moment later.
import { patent } from '../../bindings/pkm/index.js';
import { SubscriberStation } from '../../bindings/ss/subscriber-station.js';
import type { SsEvent, SsState, SsStep, SsWork } from '../../bindings/ss/types.js';
import { markFell } from './marks.js';
import { AUTHORIZATION, answerSs } from './pki.js';
import type { Service, Station } from './roster.js';
import type { Simulator } from './simulator.js';
import { RECOVERY_MS, WINDOW } from './times.js';

/** Seconds of silence after which an SS that hears nothing asks whether its BS is the same: the default. */
const SILENCE_S = 60;

/** How an SS names a service. */
export function askFor({ type, groupId }: Service) {
  return { service: type, ...(groupId !== undefined && { groupId }) } as const;
}

export class SsSide {
  /** Whose engine is being called. */
  current: Station | undefined;
  readonly #world: Simulator;

  constructor(world: Simulator) {
    this.#world = world;
  }

  start(station: Station): void {
    station.startedAt = this.#world.now;
    station.life++;
    station.held.clear();
    station.accepted.clear();
    station.quiet = false;
    const { mac, basicCid, primaryCid, transportCid, ak, akSequence = 0 } = station.row;
    this.as(station, () => {
      station.engine = new SubscriberStation({
        core: station.core,
        profile: patent,
        identity: { mac, basicCid, primaryCid, transportCid, ...(ak !== undefined && { akSequence }) },
        ...(ak !== undefined ? { ak, keepAk: true } : { authorization: AUTHORIZATION }),
        bs: 'bs',
        services: this.#world.roster.shared.map(({ said, cid, groupId }) =>
          groupId === undefined ? { type: 'broadcast', said, cid } : { type: 'multicast', groupId, said, cid },
        ),
        // It hears a stream without a pause, which is not simulated packet by packet: see traffic.ts.
        timers: { silence: () => (station.quiet ? SILENCE_S : Number.POSITIVE_INFINITY) },
        freshness: () => BigInt(Math.floor(1_700_000_000_000 + station.clock.local(this.#world.now))),
        replayWindow: WINDOW,
        queuePackets: 1,
        ...(station.stateful && { state: { stored: station.stored, leasePackets: 8, saveEveryMs: 10_000 } }),
      });
    });
    for (const service of station.services) this.request(station, service);
  }

  stop(station: Station): void {
    this.as(station, () => station.engine?.dispose());
    station.engine = undefined;
    station.life++;
    station.wakeAt = Number.POSITIVE_INFINITY;
  }

  /** A service is asked for; until it may be had there is time. */
  request(station: Station, service: Service): void {
    service.members.set(station, Math.max(service.members.get(station) ?? 0, this.#world.now + RECOVERY_MS));
    this.call(station, (ss, now) => ss.request(askFor(service), now));
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
    this.#world.events++;
    const step = this.as(station, () => call(engine, station.clock.local(this.#world.now)));
    for (const event of step.events) this.#event(station, event);
    for (const { bytes } of step.send) {
      for (const delay of this.#world.air.arrivals()) {
        this.#world.at(delay, () => this.#world.bs.call((bs, now) => bs.receive(bytes, station.name, now)));
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
    const due = Math.ceil(Math.max(this.#world.now, station.wakeAt)) + 1;
    station.calledAt = due;
    this.#world.at(due - this.#world.now, () => {
      if (station.calledAt !== due) return; // an earlier call came in between
      station.calledAt = Number.POSITIVE_INFINITY;
      if (station.wakeAt > this.#world.now) this.#wake(station);
      else this.call(station, (ss, now) => ss.tick(now));
    });
  }

  #event(station: Station, event: SsEvent): void {
    this.#world.count(`ss ${event.type}`);
    switch (event.type) {
      case 'KEY_REPLY': {
        const service = this.#world.service(event.said);
        if (!service.members.has(station))
          this.#world.checks.fail(
            this.#world.now,
            station.name,
            'SECRECY',
            `${service.name}: has keys and is no member`,
          );
        if (event.newer !== ((event.older + 1) & 3))
          this.#world.checks.fail(
            this.#world.now,
            station.name,
            'SCHEDULE',
            `installed TEKs ${event.older} and ${event.newer}`,
          );
        this.#world.checks.member(service, station, this.#world.now);
        if (event.fresh) station.recovered.add(service.said);
        if (station.quiet && station.recovered.size >= station.services.size) station.quiet = false;
        if (event.fresh && service.type === 'unicast') this.#world.happenings.renewed(station);
        break;
      }
      case 'REPLY_REFUSED':
        this.#world.checks.fail(this.#world.now, station.name, 'FAULT', `refused a Key Reply: ${event.why}`);
    }
  }

  /** Makes a state durable: a moment later, unless the SS dies before. */
  #store(station: Station, id: number, state: SsState): void {
    const { life } = station;
    this.#world.at(this.#world.random.between(2, 40), () => {
      if (station.life !== life) return;
      const fell = station.acknowledged && markFell(station.acknowledged, state);
      if (fell !== undefined) this.#world.checks.fail(this.#world.now, station.name, 'MARK', fell);
      station.acknowledged = state;
      if (this.#world.options.broken !== 'state' || station.stored === undefined) station.stored = state;
      this.call(station, (ss, now) => ss.complete(id, { ok: true, value: undefined }, now));
    });
  }

  #answerLater(station: Station, { id, kind, input }: SsWork): void {
    const { life } = station;
    const value = answerSs(kind, input);
    this.#world.at(this.#world.random.between(1, 60), () => {
      if (station.life === life) this.call(station, (ss, now) => ss.complete(id, { ok: true, value }, now));
    });
  }

  /** The engine of this station is being called. */
  as<R>(station: Station, call: () => R): R {
    this.current = station;
    try {
      return call();
    } finally {
      this.current = undefined;
    }
  }
}
