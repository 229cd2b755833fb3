// What befalls the network: joins, leaves, evictions, rekeys at will, restarts of either station, and traffic at interesting moments.
import type { Service, Station } from './roster.js';
import type { Simulator } from './simulator.js';
import { askFor } from './ss-side.js';
import { DAY, EVICTION_MS, HOUR, MINUTE, RECOVERY_MS, RELEASE_MS, SECOND } from './times.js';

/** How often a day, for each station or group. */
const RATES = { join: 0.02, ssRestart: 0.03, leave: 0.15, evict: 0.1, rekey: 0.05, hold: 0.02 };
const BS_RESTART_EVERY = 10 * DAY;
const TRAFFIC_EVERY = 6 * HOUR;

export class Happenings {
  readonly #world: Simulator;

  constructor(world: Simulator) {
    this.#world = world;
  }

  begin(): void {
    const { options, roster } = this.#world;
    const { days, stations, groups } = options;
    const often = (rate: number, what: () => void): void => this.#repeat(DAY / Math.max(rate, 2 / days), what);
    often(stations * RATES.join, () => this.#join());
    often(stations * RATES.ssRestart, () => this.#restartSs());
    often(groups * RATES.leave, () => this.#withMember((service, station) => this.#leave(service, station)));
    often(groups * RATES.evict, () => this.#withMember((service, station) => this.#evict(service, station)));
    often(groups * RATES.rekey, () => this.#rekey(this.#pick(roster.shared)));
    often(groups * RATES.hold, () => this.#hold(this.#pick(roster.shared)));
    // Once for certain, also in a short run.
    this.#world.at(Math.min(BS_RESTART_EVERY, days * DAY) * 0.7, () => this.#restartBs());
    this.#world.at(Math.min(1, days) * 0.4 * DAY, () => this.#hold(roster.shared[0] as Service));
    this.#repeat(BS_RESTART_EVERY, () => this.#restartBs());
    this.#repeat(TRAFFIC_EVERY / groups, () => this.#world.traffic.down(this.#pick(roster.shared)));
  }

  /** A TEK of this service was made: there will be a switch; a PDU right before it and one after. */
  generated(service: Service, expiresAt: number): void {
    if (service.type === 'unicast' && Math.floor(expiresAt) % 64 !== 0) return;
    const { now } = this.#world;
    for (const around of service.type === 'unicast' ? [-50, 1] : [-50]) {
      if (expiresAt + around > now) this.#world.at(expiresAt + around - now, () => this.#world.traffic.down(service));
    }
  }

  /** An SS got new unicast keys: a little uplink from those who keep state. */
  renewed(station: Station): void {
    if (!station.stateful) return;
    for (const delay of [SECOND, MINUTE, 2 * MINUTE]) this.#world.at(delay, () => this.#world.traffic.up(station));
  }

  /** One that may, or one that left or was evicted and is let in again. */
  #join(): void {
    const world = this.#world;
    const service = this.#pick(world.roster.shared);
    const back = [...service.gone.keys()].filter((gone) => world.bs.mayRejoin(service, gone));
    const [station] = [...service.candidates, ...back];
    if (station === undefined || world.bs.engine === undefined || station.engine === undefined) return;
    world.bs.call((bs, now) => bs.join(station.row.mac, service.said, now));
    service.candidates.delete(station);
    // Who was a member a moment ago may still hold the key that seals, and loses nothing by coming back.
    if (service.backward && !service.gone.has(station)) service.joined.set(station, world.now);
    service.gone.delete(station);
    service.evicted.delete(station);
    station.services.add(service);
    world.ss.request(station, service);
    world.count('joins');
    world.at(5 * SECOND, () => world.traffic.down(service));
  }

  #leave(service: Service, station: Station): void {
    const world = this.#world;
    const { said } = service;
    this.#part(service, station);
    world.ss.call(station, (ss, now) => ss.stop(askFor(service), now));
    world.bs.call((bs, now) => bs.leave(station.row.mac, said, now));
    world.count('leaves');
  }

  /** The SS does not cooperate: it keeps its keys and goes on asking. */
  #evict(service: Service, station: Station): void {
    const world = this.#world;
    const { mac } = station.row;
    this.#part(service, station);
    service.evicted.add(station);
    world.recorder.mark('evict', world.now, service.groupId);
    world.bs.call((bs, now) =>
      world.options.broken === 'evict' ? bs.remove(mac, service.said, now) : bs.evict(mac, service.said, now),
    );
    world.at(EVICTION_MS + SECOND, () => world.traffic.down(service));
  }

  #part(service: Service, station: Station): void {
    service.members.delete(station);
    service.joined.delete(station);
    station.services.delete(service);
    service.gone.set(station, this.#world.now + EVICTION_MS);
  }

  #rekey(service: Service): void {
    const world = this.#world;
    if (world.bs.engine === undefined || service.teks.length === 0) return;
    world.recorder.mark('rekey', world.now, service.groupId);
    world.traffic.down(service);
    world.bs.call((bs, now) => bs.rekey(service.said, now));
  }

  /** An operator asks what a rekey would do, holds the service, wants a rekey all the same, and lets it go on later. */
  #hold(service: Service): void {
    const world = this.#world;
    const { engine } = world.bs;
    if (engine === undefined || service.teks.length === 0 || service.held || service.round) return;
    const { said } = service;
    const tell = (): string => JSON.stringify(engine.services().find((status) => status.said === said));
    world.bs.call((bs, now) => bs.tick(now)); // what is due, is not of the dry run's doing
    const before = tell();
    world.bs.call((bs, now) => bs.rekey(said, now, { dryRun: true }));
    if (tell() !== before) world.checks.fail(world.now, 'bs', 'HOLD', `${service.name}: a dry run changed something`);
    world.bs.call((bs, now) => (world.options.broken === 'hold' ? bs.tick(now) : bs.hold(said, now)));
    service.held = true;
    service.wanted = true;
    world.count('holds');
    world.bs.call((bs, now) => bs.rekey(said, now));
    world.at(world.random.between(MINUTE, HOUR), () => {
      if (world.bs.engine !== engine) return; // it restarted, and knows of no hold
      service.held = false;
      world.bs.call((bs, now) => bs.release(said, now));
      world.at(RELEASE_MS, () => {
        if (world.bs.engine === engine && service.wanted)
          world.checks.fail(world.now, 'bs', 'HOLD', `${service.name}: released, and no rekey began`);
      });
    });
  }

  /** The downlink of a service is under another TEK: who missed it finds out by the stream. */
  switched(service: Service): void {
    this.#world.at(1, () => this.#stream(service, this.#world.now + RECOVERY_MS));
  }

  /** The stream of a group, packet by packet, as long as a member cannot open it. */
  #stream(service: Service, until: number): void {
    const world = this.#world;
    world.traffic.down(service);
    const sealing = service.teks[0];
    const lost = [...service.members.keys()].some((ss) => sealing !== undefined && !ss.holds(sealing.id));
    if (lost && world.now < until) world.at(5 * SECOND, () => this.#stream(service, until));
  }

  #restartSs(): void {
    const world = this.#world;
    const stateful = world.roster.stations.filter((station) => station.stateful);
    const station = this.#pick(world.random.between(0, 1) === 0 ? stateful : world.roster.stations);
    if (station.engine === undefined) return;
    world.ss.stop(station);
    world.count('ss restarts');
    world.at(world.random.between(SECOND, MINUTE), () => world.ss.start(station));
  }

  /** All keys are new, and nobody is told: silence tells. */
  #restartBs(): void {
    const world = this.#world;
    if (world.bs.engine === undefined) return;
    world.recorder.mark('restart', world.now);
    world.count('bs restarts');
    world.bs.stop();
    const down = world.random.between(SECOND, 30 * SECOND);
    for (const service of world.roster.bySaid.values()) service.excusedUntil = world.now + down + RECOVERY_MS;
    world.at(down, () => world.bs.start());
    for (const station of world.roster.stations) {
      station.recovered.clear();
      world.at(world.random.between(0, MINUTE), () => world.ss.quieten(station));
    }
  }

  #withMember(what: (service: Service, station: Station) => void): void {
    const { roster, bs, random } = this.#world;
    const service = this.#pick(roster.shared);
    const members = [...service.members.keys()];
    const station = members[random.between(0, Math.max(0, members.length - 1))];
    if (bs.engine !== undefined && members.length > 1 && station?.engine !== undefined) what(service, station);
  }

  /** At random times, `every` ms apart in the mean. */
  #repeat(every: number, what: () => void): void {
    const again = (): void => {
      const u = (this.#world.random.u32() + 1) / 2 ** 32;
      this.#world.at(-Math.log(u) * every, () => {
        what();
        again();
      });
    };
    again();
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#world.random.between(0, from.length - 1)] as T;
  }
}
