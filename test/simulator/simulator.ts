// A base station, its subscriber stations and the air between them in virtual time. A run is a function of its options: the seed feeds
// every choice, and the entropy of every core.
//
//   heap of due events -> engine called (true time at the BS, a skewed clock at an SS) -> its step
//     sends  -> the air: lost, late, twice -> heap          events -> what the simulator knows -> checks
//     work   -> heap, then complete                         wakeAt -> heap
//
// Nothing polls: engines are woken when they said so.
import { createTestingCore } from '../../bindings/core/testing.js';
import type { Core } from '../../bindings/core/types.js';
import { Random } from '../support/random.js';
import { Air } from './air.js';
import { BsSide } from './bs-side.js';
import { Checks } from './checks.js';
import { breakCore } from './faults.js';
import { Happenings } from './happenings.js';
import { Heap } from './heap.js';
import { observe, TekNames } from './observer.js';
import { Recorder } from './recorder.js';
import { populate, type Roster, type Service } from './roster.js';
import { SsSide } from './ss-side.js';
import { DAY, HOUR, MINUTE, SECOND, START, WINDOW } from './times.js';
import { Traffic } from './traffic.js';
import type { Outcome, SimulatorOptions } from './types.js';

const LIFETIME = 43_200;
const VIOLATIONS_MAX = 20;
/** SSs that share a core. */
const PER_CORE = 250;

export class Simulator {
  readonly options: SimulatorOptions;
  readonly random: Random;
  readonly checks: Checks;
  readonly roster: Roster;
  readonly recorder: Recorder;
  readonly air: Air;
  readonly happenings: Happenings;
  readonly bs: BsSide;
  readonly ss = new SsSide(this);
  readonly traffic = new Traffic(this);
  /** TEK lifetime in ms. */
  readonly lifetime: number;
  now = START;
  /** Calls of engines. */
  events = 0;
  readonly #heap = new Heap<() => void>();
  readonly #names = new TekNames();
  readonly #counts = new Map<string, number>();

  constructor(options: SimulatorOptions) {
    this.options = options;
    const { seed, stations, groups, days } = options;
    this.random = new Random(seed);
    this.lifetime = (options.lifetime ?? LIFETIME) * SECOND;
    this.checks = new Checks(seed, this.lifetime, options.violationsMax ?? VIOLATIONS_MAX, START);
    this.recorder = new Recorder(START, days * DAY, this.lifetime);
    this.air = new Air(this.random, options.loss ?? 0.2);
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
        given: (id, key) => this.traffic.given(id, key),
        sealed: (pdu) => this.traffic.sealed(pdu),
      });
      cores.push(core);
    }
    const bsCore = createTestingCore({
      seed: this.random.u32(),
      slots: 16 * stations + 8 * groups + 64,
      windows: 8 * stations + 64,
      replayWindow: WINDOW,
      packets: 512,
      arenaBytes: 2 << 20,
    });
    breakCore(bsCore, 'bs', options.broken, this.random);
    observe(bsCore, this.#names, {
      born: (id, key) => this.bs.born(id, key),
      sealed: (pdu) => this.traffic.sealed(pdu),
    });
    this.roster = populate(this.random, stations, groups, this.#names, (i) => cores[Math.floor(i / size)] as Core);
    this.bs = new BsSide(this, bsCore);
    this.happenings = new Happenings(this);
  }

  run(): Outcome {
    const began = performance.now();
    const { days, seed, onProgress } = this.options;
    const end = START + days * DAY;
    this.bs.start();
    for (const station of this.roster.stations)
      this.at(this.random.between(0, 10 * MINUTE), () => this.ss.start(station));
    this.happenings.begin();
    for (let hour = HOUR; hour <= days * DAY; hour += HOUR) {
      this.at(hour, () => {
        for (const service of this.roster.bySaid.values()) this.checks.service(service, this.now);
        if (hour % DAY === 0) onProgress?.(hour / DAY, this.events);
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
      events: this.events,
      rekeys,
      evictions,
      pdus: this.traffic.pdus,
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

  service(said: number): Service {
    const service = this.roster.bySaid.get(said);
    if (service === undefined) throw new Error(`no service has SAID ${said}`);
    return service;
  }
}
