// Traffic PDUs: offered to an engine, seen when they are sealed, on the air to many, and opened or not.
//
// Groups carry streams without a pause: an SS hears its BS several times a second, so its silence timer never runs out while it can open what it
// hears. Billions of packets in a month are too many to seal; the simulator seals some at interesting moments, and a station that hears the
// stream has no silence timer. When the BS restarts the stream stops: the stations are quiet, and their timers run.
import type { KeyHandle } from '../../bindings/core/types.js';
import { Nonces } from './nonces.js';
import type { Sealed } from './observer.js';
import type { Service, Station } from './roster.js';
import type { Simulator } from './simulator.js';
import { LATE_MS } from './times.js';
import { cidOf } from './wire.js';

export class Traffic {
  /** PDUs sealed. */
  pdus = 0;
  readonly #world: Simulator;
  readonly #nonces = new Nonces();
  /** When a TEK sealed its first downlink PDU. */
  readonly #firstSealed = new Map<number, number>();
  #lastSealed: Sealed | undefined;

  constructor(world: Simulator) {
    this.#world = world;
  }

  /** One PDU on the downlink of a service. */
  down(service: Service): void {
    const { engine } = this.#world.bs;
    if (engine === undefined) return;
    const payload = this.#payload();
    const refusal = engine.offer(service.said, payload, this.#world.bs.now);
    if (refusal === undefined) this.#world.bs.call((bs, now) => bs.flush(now));
    else this.#world.count(`refused ${refusal}`);
  }

  up(station: Station): void {
    const { engine } = station;
    if (engine === undefined) return;
    const refusal = this.#world.ss.as(station, () =>
      engine.offer(this.#payload(), station.clock.local(this.#world.now)),
    );
    if (refusal === undefined) this.#world.ss.call(station, (ss, now) => ss.flush(now));
    else this.#world.count(`uplink refused ${refusal}`);
  }

  /** The number of the PDU, and a few bytes more. */
  #payload(): Uint8Array {
    const payload = this.#world.random.bytes(this.#world.random.between(8, 40));
    new DataView(payload.buffer).setUint32(0, this.pdus + 1);
    return payload;
  }

  /** Who joined with backward secrecy gets no TEK that was in use before. */
  given(id: number, key: KeyHandle): void {
    const station = this.#world.ss.current;
    if (station === undefined) return;
    station.give(id, key);
    const service = this.#world.service(key.said);
    const joined = service.joined.get(station);
    if (joined === undefined || (this.#firstSealed.get(id) ?? Number.POSITIVE_INFINITY) >= joined) return;
    this.#world.checks.fail(
      this.#world.now,
      station.name,
      'SECRECY',
      `${service.name}: joined, and got a TEK in use before`,
    );
  }

  sealed(pdu: Sealed): void {
    this.pdus++;
    this.#lastSealed = pdu;
    if (!pdu.up && !this.#firstSealed.has(pdu.tek)) this.#firstSealed.set(pdu.tek, this.#world.now);
    const wrong = this.#nonces.see(pdu);
    if (wrong === undefined) return;
    const { said, sequence, pn, up } = pdu;
    const station = up ? (this.#world.ss.current?.name ?? '') : 'bs';
    this.#world.checks.fail(
      this.#world.now,
      station,
      wrong,
      `${this.#world.service(said).name}: TEK ${sequence} sealed PN ${pn} again or late`,
    );
  }

  /** A traffic PDU to all: the members of its service, and some who are none. */
  broadcast(bytes: Uint8Array): void {
    const sealed = this.#lastSealed as Sealed;
    const sentAt = this.#world.now;
    const number = this.pdus;
    const service = this.#world.service(sealed.said);
    if (cidOf(bytes) !== service.cid) this.#world.checks.fail(sentAt, 'bs', 'FAULT', 'PDU on a CID not of its SAID');
    const { stations } = this.#world.roster;
    const outsiders = [...service.gone.keys()].slice(-2);
    outsiders.push(stations[this.#world.random.between(0, stations.length - 1)] as Station);
    for (const station of [...service.members.keys(), ...outsiders]) {
      for (const delay of this.#world.air.arrivals()) {
        this.#world.at(delay, () => this.#hear(station, service, bytes, number, sealed, sentAt));
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
      this.#world.now - sentAt <= LATE_MS;
    const events = this.#world.ss.call(station, (ss, now) => ss.receive(bytes, 'bs', now));
    const opened = events.some((event) => event.type === 'PAYLOAD');
    if (opened) {
      if (station.accepted.has(pdu))
        this.#world.checks.fail(this.#world.now, station.name, 'REPLAY', `${service.name}: accepted PDU ${pdu} twice`);
      if (!service.members.has(station) && sentAt > (service.gone.get(station) ?? 0))
        this.#world.checks.fail(
          this.#world.now,
          station.name,
          'SECRECY',
          `${service.name}: opened PDU ${pdu} and is no member`,
        );
      station.accepted.add(pdu);
      this.#world.count('opened');
    } else if (must) {
      this.#world.checks.fail(
        this.#world.now,
        station.name,
        'GRACE',
        `${service.name}: could not open PDU ${pdu} with the key it was given`,
      );
    }
  }
}

/** The number that a payload begins with. */
export function numberIn(payload: Uint8Array): number {
  return new DataView(payload.buffer, payload.byteOffset).getUint32(0);
}
