// Who is there: stations with their clocks and what they know, services with their members. What the simulator knows of them stands
// here, apart from the engines, which know less.
import type { SubscriberRow } from '../../bindings/bs/types.js';
import type { Core, KeyHandle } from '../../bindings/core/types.js';
import type { SubscriberStation } from '../../bindings/ss/subscriber-station.js';
import type { SsState } from '../../bindings/ss/types.js';
import type { Random } from '../support/random.js';
import { SkewedClock } from './clock.js';
import type { TekId, TekNames } from './observer.js';
import type { TekLife } from './types.js';

const DAY = 86_400_000;
const FIRST_BASIC = 1;
const FIRST_PRIMARY = 10_001;
const FIRST_TRANSPORT = 20_001;
const FIRST_SAID = 32_768;
const FIRST_CID = 60_001;
const BROADCAST_SAID = 65_000;
const BROADCAST_CID = 64_000;
/** One station in so many has a pre-shared AK, the others certificates; of those, one in four keeps its state. */
const PRE_SHARED_EVERY = 5;
const STATE_EVERY = 20;
/** One in so many asks for the unicast service too, beside those with state. */
const UNICAST_EVERY = 4;
/** One in so many listens to the broadcast, and one in so many may come to. */
const BROADCAST_EVERY = 16;
/** TEKs remembered as given in one life of an engine: many more than live at a time. */
const HELD_MAX = 64;

/** A TEK of the BS, as its events told. */
export interface BsTekView {
  readonly sequence: number;
  readonly id: TekId;
  readonly bornAt: number;
  /** As the BS said when it was made, or re-based. */
  expiresAt: number;
  readonly life: TekLife | undefined;
}

export interface Service {
  readonly type: 'unicast' | 'multicast' | 'broadcast';
  readonly said: number;
  readonly cid: number;
  /** Multicast only. */
  readonly groupId: number | undefined;
  readonly name: string;
  /** Those that should be able to decrypt, and until when they are excused (ms). */
  readonly members: Map<Station, number>;
  /** Those that were members, and from when on they must not decrypt. */
  readonly gone: Map<Station, number>;
  /** Of those, whom the BS refuses: who left by itself may ask again, and an old request of it may turn up. */
  readonly evicted: Set<Station>;
  /** Those that may join. */
  readonly candidates: Set<Station>;
  /** Oldest first, without those that only linger. */
  teks: BsTekView[];
  /** Made since the BS started. */
  generations: number;
  /** Everybody is excused until then, unless it was given the key. */
  excusedUntil: number;
  /** A rekey out of turn is under way. */
  round: boolean;
  /** No rekey that an operator wants may begin; and whether one is wanted. */
  held: boolean;
  wanted: boolean;
  /** Time of the switch to which the last one re-based the times. */
  rebasedTo: number;
  /** Joins do not read what was sent before. */
  readonly backward: boolean;
  /** With that, who joined when. */
  readonly joined: Map<Station, number>;
}

export class Station {
  readonly index: number;
  readonly name: string;
  readonly row: SubscriberRow;
  readonly clock: SkewedClock;
  readonly core: Core;
  /** Its state outlives it. */
  readonly stateful: boolean;
  stored: SsState | undefined;
  /** What it was last told is stored. */
  acknowledged: SsState | undefined;
  engine: SubscriberStation | undefined;
  startedAt = 0;
  /** It hears nothing: its silence timers run. */
  quiet = false;
  /** Services whose keys it got since it was quiet. */
  readonly recovered = new Set<number>();
  /** When its engine wants to be called (ms, true time); and when it will be. */
  wakeAt = Number.POSITIVE_INFINITY;
  calledAt = Number.POSITIVE_INFINITY;
  /** Counts the lives of its engine. */
  life = 0;
  readonly services = new Set<Service>();
  /** Every TEK it was ever given. */
  readonly told = new Set<TekId>();
  /** Slots of this life of its engine. */
  readonly held = new Map<TekId, KeyHandle>();
  /** PDUs that it accepted, and PDUs of it that the BS accepted, by their number. */
  readonly accepted = new Set<number>();
  readonly acceptedUp = new Set<number>();

  readonly #names: TekNames;

  constructor(index: number, random: Random, names: TekNames, core: Core, stateful: boolean) {
    this.index = index;
    this.#names = names;
    this.name = `ss${index}`;
    this.core = core;
    this.stateful = stateful;
    this.clock = new SkewedClock(
      random.between(-1000, 1000) / 1000,
      DAY * random.between(2, 9),
      random.between(0, 999) / 1000,
    );
    const hex = (index + 1).toString(16).padStart(6, '0');
    this.row = {
      mac: `02:00:00:${hex.slice(0, 2)}:${hex.slice(2, 4)}:${hex.slice(4)}`,
      provider: 'acme',
      basicCid: FIRST_BASIC + index,
      primaryCid: FIRST_PRIMARY + index,
      transportCid: FIRST_TRANSPORT + index,
      ...(index % PRE_SHARED_EVERY === 0 && { ak: random.bytes(20), akSequence: index & 15 }),
      groups: [],
    };
  }

  /** Its engine installed a TEK. */
  give(tek: TekId, key: KeyHandle): void {
    this.told.add(tek);
    this.held.delete(tek);
    this.held.set(tek, key);
    if (this.held.size > HELD_MAX) this.held.delete(this.held.keys().next().value as TekId);
  }

  /** Whether the slot is live and the bytes in it are still those. */
  holds(tek: TekId): boolean {
    const key = this.held.get(tek);
    return key !== undefined && this.core.keys.isLive(key) && this.#names.is(this.core, key, tek);
  }
}

export function newService(type: Service['type'], said: number, cid: number, name: string, groupId?: number): Service {
  return {
    type,
    said,
    cid,
    groupId,
    name,
    members: new Map(),
    gone: new Map(),
    evicted: new Set(),
    candidates: new Set(),
    teks: [],
    generations: 0,
    excusedUntil: 0,
    round: false,
    held: false,
    wanted: false,
    rebasedTo: 0,
    backward: groupId !== undefined && groupId % 4 === 3,
    joined: new Map(),
  };
}

export interface Roster {
  readonly stations: readonly Station[];
  /** The groups, and the broadcast after them. */
  readonly shared: readonly Service[];
  readonly bySaid: ReadonlyMap<number, Service>;
  readonly byMac: ReadonlyMap<string, Station>;
  readonly byName: ReadonlyMap<string, Station>;
}

/** Everybody, each a member of one group, some of two, some of the broadcast, and free to join another. */
export function populate(
  random: Random,
  stations: number,
  groups: number,
  names: TekNames,
  coreOf: (index: number) => Core,
): Roster {
  const rows = Array.from({ length: groups }, (_, g) =>
    newService('multicast', FIRST_SAID + g, FIRST_CID + g, `group ${g}`, g),
  );
  const broadcast = newService('broadcast', BROADCAST_SAID, BROADCAST_CID, 'broadcast');
  const shared = [...rows, broadcast];
  const everybody = Array.from(
    { length: stations },
    (_, i) => new Station(i, random, names, coreOf(i), i % STATE_EVERY === 0),
  );
  const bySaid = new Map(shared.map((service) => [service.said, service]));
  for (const station of everybody) {
    const { basicCid, transportCid } = station.row;
    const own = newService('unicast', basicCid, transportCid, `unicast ${station.name}`);
    bySaid.set(own.said, own);
    if (station.stateful || station.index % UNICAST_EVERY === 1) {
      station.services.add(own);
      own.members.set(station, 0);
    }
    if (station.index % BROADCAST_EVERY === 2) {
      station.services.add(broadcast);
      broadcast.members.set(station, 0);
    } else if (station.index % BROADCAST_EVERY === 6) broadcast.candidates.add(station);
    const at = random.between(0, groups - 1);
    const wanted = random.between(1, 4) === 4 ? 2 : 1;
    for (let i = 0; i < 3; i++) {
      const service = rows[(at + i * (1 + (station.index % 5))) % groups] as Service;
      if (station.services.has(service)) continue;
      if (i < wanted) {
        station.services.add(service);
        service.members.set(station, 0);
      } else service.candidates.add(station);
    }
  }
  return {
    stations: everybody,
    shared,
    bySaid,
    byMac: new Map(everybody.map((station) => [station.row.mac, station])),
    byName: new Map(everybody.map((station) => [station.name, station])),
  };
}
