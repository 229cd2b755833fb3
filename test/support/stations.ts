// A base station and its subscriber stations in virtual time: engines, a radio of arrays, a clock that is a number.
// Nothing sleeps; `run` goes from one wake-up to the next.

import { BaseStation } from '../../bindings/bs/base-station.js';
import type { BaseStationOptions, BsEvent, BsStep, SubscriberRow } from '../../bindings/bs/types.js';
import { createTestingCore } from '../../bindings/core/testing.js';
import type { Core } from '../../bindings/core/types.js';
import { patent } from '../../bindings/pkm/index.js';
import { SubscriberStation } from '../../bindings/ss/subscriber-station.js';
import type { SsEvent, SsStep, SubscriberStationOptions } from '../../bindings/ss/types.js';

export const LAB_LIFETIME = 8; // seconds
export const NEWS = 517;
export const ALERTS = 768;
export const NEWS_CID = 65189;
export const ALERTS_CID = 65200;

export const SERVICES = [
  { type: 'multicast', groupId: 5, said: NEWS, cid: NEWS_CID, name: 'news' },
  { type: 'broadcast', said: ALERTS, cid: ALERTS_CID, name: 'alerts' },
] as const;

/** A subscriber with an AK of its own. */
export type PreSharedRow = SubscriberRow & { readonly ak: Uint8Array; readonly akSequence: number };

/** Subscriber number i: CIDs 16+i, 336+i, 1040+i; its own AK. */
export function subscriber(i: number, over: Partial<PreSharedRow> = {}): PreSharedRow {
  return {
    mac: `00:1b:11:c9:d5:${(0x0c + i).toString(16).padStart(2, '0')}`,
    provider: 'acme',
    basicCid: 16 + i,
    primaryCid: 336 + i,
    transportCid: 1040 + i,
    ak: Uint8Array.from({ length: 20 }, (_, j) => (j * 7 + i * 31 + 1) & 0xff),
    akSequence: 3,
    groups: [5],
    ...over,
  };
}

export function testingCore(seed: number): Core {
  return createTestingCore({ seed, slots: 512, windows: 128, replayWindow: 256, packets: 1024, arenaBytes: 2 << 20 });
}

export function baseStation(core: Core, over: Partial<BaseStationOptions> = {}): BaseStation {
  return new BaseStation({
    core,
    profile: patent,
    bsid: '00:00:00:00:00:05',
    provider: 'acme',
    tekLifetime: LAB_LIFETIME,
    lab: true,
    services: SERVICES,
    subscribers: [subscriber(0)],
    replayWindow: 256,
    queuePackets: 64,
    keepAk: true,
    ...over,
  });
}

/** An SS of row `row`; its clock for attribute 158 is `wall()`. */
export function subscriberStation(
  core: Core,
  row: PreSharedRow,
  over: Partial<SubscriberStationOptions> = {},
): SubscriberStation {
  const { mac, basicCid, primaryCid, transportCid, akSequence, ak } = row;
  return new SubscriberStation({
    core,
    profile: patent,
    identity: { mac, basicCid, primaryCid, transportCid, akSequence },
    ak,
    keepAk: true,
    bs: 'bs',
    services: SERVICES,
    replayWindow: 256,
    queuePackets: 32,
    firstUse: true,
    ...over,
  });
}

/** May a datagram pass? For loss and eavesdropping. */
export type Ether = (datagram: Uint8Array, from: string, to: string) => boolean;

/** A world: the BS at address `bs`, SS i at `ss<i>`. Times in ms. */
export class World {
  now = 1000;
  bs: BaseStation;
  readonly stations = new Map<string, SubscriberStation>();
  readonly bsEvents: BsEvent[] = [];
  readonly ssEvents = new Map<string, SsEvent[]>();
  /** Everything sent, in order. */
  readonly sent: { readonly from: string; readonly to: string; readonly bytes: Uint8Array; readonly at: number }[] = [];
  ether: Ether = () => true;
  #wakes = new Map<string, number>();

  constructor(bs: BaseStation) {
    this.bs = bs;
  }

  /** Wall clock for attribute 158. */
  readonly wall = (): bigint => BigInt(Math.floor(1_700_000_000_000 + this.now));

  join(name: string, station: SubscriberStation): SubscriberStation {
    this.stations.set(name, station);
    if (!this.ssEvents.has(name)) this.ssEvents.set(name, []);
    this.#wakes.delete(name);
    return station;
  }

  replaceBs(bs: BaseStation): void {
    this.bs = bs;
    this.#wakes.delete('bs');
  }

  /** Delivers what a step of the BS sends, until the air is quiet. */
  fromBs(step: BsStep): void {
    this.bsEvents.push(...step.events);
    this.#wake('bs', step.wakeAt);
    for (const { to, bytes } of step.send) {
      this.sent.push({ from: 'bs', to, bytes, at: this.now });
      const station = this.stations.get(to);
      if (station !== undefined && this.ether(bytes, 'bs', to)) this.fromSs(to, station.receive(bytes, 'bs', this.now));
    }
    for (const { id, kind, input } of step.work) {
      const value = kind === 'lease' ? { upTo: input.upTo } : { accepted: true };
      this.fromBs(this.bs.complete(id, { ok: true, value }, this.now));
    }
  }

  fromSs(name: string, step: SsStep): void {
    this.ssEvents.get(name)?.push(...step.events);
    this.#wake(name, step.wakeAt);
    for (const { to, bytes } of step.send) {
      this.sent.push({ from: name, to, bytes, at: this.now });
      if (this.ether(bytes, name, to)) this.fromBs(this.bs.receive(bytes, name, this.now));
    }
    for (const { id } of step.work) {
      const station = this.stations.get(name);
      if (station !== undefined) this.fromSs(name, station.complete(id, { ok: true, value: undefined }, this.now));
    }
  }

  request(name: string, service: 'unicast' | 'multicast' | 'broadcast' | number, groupId?: number): void {
    const station = this.station(name);
    this.fromSs(name, station.request({ service, ...(groupId !== undefined && { groupId }) }, this.now));
  }

  station(name: string): SubscriberStation {
    const station = this.stations.get(name);
    if (station === undefined) throw new Error(`no station ${name}`);
    return station;
  }

  /** Advances to `until`, ticking whoever asked to be woken, in order. */
  run(until: number): void {
    for (let guard = 0; guard < 1_000_000; guard++) {
      let next: [string, number] | undefined;
      for (const wake of this.#wakes) if (next === undefined || wake[1] < next[1]) next = wake;
      if (next === undefined || next[1] > until) break;
      const [name, at] = next;
      this.now = Math.max(this.now, at);
      this.#wakes.delete(name);
      if (name === 'bs') this.fromBs(this.bs.tick(this.now));
      else this.fromSs(name, this.station(name).tick(this.now));
    }
    this.now = until;
  }

  /** Sends a payload on the downlink; the refusal, if any. */
  down(said: number, payload: Uint8Array): string | undefined {
    const refusal = this.bs.offer(said, payload, this.now);
    this.fromBs(this.bs.flush(this.now));
    return refusal;
  }

  up(name: string, payload: Uint8Array): string | undefined {
    const station = this.station(name);
    const refusal = station.offer(payload, this.now);
    this.fromSs(name, station.flush(this.now));
    return refusal;
  }

  /** Payloads that a station received, as text. */
  payloads(name: string): string[] {
    const events = name === 'bs' ? this.bsEvents : (this.ssEvents.get(name) ?? []);
    return events.flatMap((event) => (event.type === 'PAYLOAD' ? [text(event.bytes)] : []));
  }

  #wake(name: string, at: number | undefined): void {
    if (at === undefined) this.#wakes.delete(name);
    else this.#wakes.set(name, at);
  }
}

export const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);
export const text = (value: Uint8Array): string => new TextDecoder().decode(value);
export const hex = (value: Uint8Array): string => Array.from(value, (b) => b.toString(16).padStart(2, '0')).join('');
export const unhex = (value: string): Uint8Array =>
  Uint8Array.from(value.replace(/\s/g, '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
