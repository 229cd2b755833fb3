// The rules, and who looks when. After every event the SAs and stations that it touched, every virtual hour all.
//
//   member      was given the key that seals       -> holds it (GRACE)
//               was not                            -> only while it may still recover (OUTAGE)
//   gone        was ever given the key that seals  -> only until the switch (SECRECY)
//   the two TEKs of an SA                          -> consecutive mod 4, lifetimes as agreed (SCHEDULE)
import type { Service, Station } from './roster.js';
import type { Rule, Violation } from './types.js';

/** Own tuning: events of one instant are a little apart where fractions of a millisecond are rounded. */
const SLACK_MS = 5;

export class Checks {
  readonly violations: Violation[] = [];
  readonly #seed: number;
  readonly #lifetime: number;
  readonly #max: number;
  readonly #start: number;

  /** `lifetime` in ms, `start`: time at which the run begins. */
  constructor(seed: number, lifetime: number, max: number, start: number) {
    this.#seed = seed;
    this.#lifetime = lifetime;
    this.#max = max;
    this.#start = start;
  }

  get enough(): boolean {
    return this.violations.length >= this.#max;
  }

  fail(now: number, station: string, rule: Rule, detail: string): void {
    if (this.enough) return;
    this.violations.push({ seed: this.#seed, time: (now - this.#start) / 1000, station, rule, detail });
  }

  service(service: Service, now: number): void {
    const { teks } = service;
    const [older] = teks;
    if (older === undefined) return;
    const consecutive = teks.every((tek, i) => i === 0 || tek.sequence === (((teks[i - 1]?.sequence ?? 0) + 1) & 3));
    if (!consecutive || teks.length < 2 || teks.length > (service.round ? 4 : 2)) {
      const sequences = teks.map((tek) => tek.sequence).join();
      this.fail(now, 'bs', 'SCHEDULE', `${service.name}: TEKs ${sequences}`);
    }
    if (now > older.expiresAt + SLACK_MS)
      this.fail(now, 'bs', 'SCHEDULE', `${service.name}: seals with an expired TEK`);
    for (const station of service.members.keys()) this.member(service, station, now);
    for (const station of service.gone.keys()) this.outsider(service, station, now);
  }

  member(service: Service, station: Station, now: number): void {
    const excused = service.members.get(station);
    const sealing = service.teks[0];
    if (excused === undefined || sealing === undefined || station.engine === undefined) return;
    if (station.holds(sealing.id)) return;
    if (station.held.has(sealing.id)) {
      this.fail(
        now,
        station.name,
        'GRACE',
        `${service.name}: was given TEK ${sealing.sequence}, which seals, and lost it`,
      );
    } else if (now > Math.max(excused, service.excusedUntil)) {
      this.fail(now, station.name, 'OUTAGE', `${service.name}: has not got TEK ${sealing.sequence}, which seals`);
    }
  }

  outsider(service: Service, station: Station, now: number): void {
    const from = service.gone.get(station);
    const sealing = service.teks[0];
    if (from === undefined || sealing === undefined || now <= from || !station.told.has(sealing.id)) return;
    this.fail(now, station.name, 'SECRECY', `${service.name}: left, and knows TEK ${sealing.sequence}, which seals`);
  }

  /** A TEK was made that is to live so long: a whole lifetime; the first of an SA half of one, and with a rekey that is to come as long more. */
  made(service: Service, remaining: number, now: number): void {
    const due = service.generations === 1 ? this.#lifetime / 2 : this.#lifetime;
    const right = service.round ? remaining <= this.#lifetime * 1.25 : Math.abs(remaining - due) <= SLACK_MS;
    if (!right) this.fail(now, 'bs', 'SCHEDULE', `${service.name}: made a TEK for ${remaining / 1000} s`);
  }

  /** A TEK ended: at its time, or at a switch. */
  ended(service: Service, expiresAt: number, now: number): void {
    if (service.round || Math.abs(now - expiresAt) <= SLACK_MS) return;
    this.fail(now, 'bs', 'SCHEDULE', `${service.name}: a TEK ended ${(now - expiresAt) / 1000} s after its time`);
  }

  /** Lifetimes that a Key Reply told, in seconds. */
  told(service: Service, station: string, lifetimes: readonly number[], now: number): void {
    const [older = 0, newer = 0] = lifetimes;
    const half = this.#lifetime / 2000;
    const ahead = Math.max(0, service.rebasedTo - now) / 1000;
    if (lifetimes.length === 2 && older >= 1 && older <= half + ahead && Math.abs(newer - older - half) <= 1) return;
    this.fail(now, station, 'SCHEDULE', `${service.name}: a Key Reply told lifetimes ${lifetimes.join()} s`);
  }
}
