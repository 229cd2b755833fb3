// Both stations with real certificates in virtual time. Datagrams pass at once; work is answered by the handlers of tekcast/pki, the
// only thing here that is awaited.
import type { BaseStation } from '../../bindings/bs/base-station.js';
import type { BaseStationOptions, BsEvent, BsStep } from '../../bindings/bs/types.js';
import { createTestingCore } from '../../bindings/core/testing.js';
import { patent } from '../../bindings/pkm/index.js';
import { SubscriberStation } from '../../bindings/ss/subscriber-station.js';
import type { SsEvent, SsStep, SubscriberStationOptions } from '../../bindings/ss/types.js';
import { baseStation, SERVICES, subscriber } from '../support/stations.js';
import { BSID, certificates, SS_MAC } from './certificates.js';

export interface Setup {
  /** The BS signs its replies. Default yes. */
  readonly signs?: boolean;
  /** The SS demands it. Default yes. */
  readonly demands?: boolean;
  /** A SS beside it, with a pre-shared AK. */
  readonly other?: boolean;
  readonly ss?: Partial<SubscriberStationOptions>;
  readonly bs?: Partial<BaseStationOptions>;
  readonly seed?: number;
  /** Whose certificate the SS shows. */
  readonly impostor?: boolean;
}

type Handlers = Record<string, (input: unknown) => Promise<unknown>>;
type Work = { readonly id: number; readonly kind: string; readonly input: unknown };

export class Air {
  now = 1000;
  bs: BaseStation;
  ss: SubscriberStation;
  readonly bsEvents: BsEvent[] = [];
  readonly ssEvents: SsEvent[] = [];
  /** Every datagram, with its time. */
  readonly sent: { readonly from: string; readonly bytes: Uint8Array; readonly at: number }[] = [];
  readonly pdus: { readonly bytes: Uint8Array; readonly direction: 'up' | 'down' }[] = [];
  /** May a datagram pass? */
  ether: (bytes: Uint8Array, from: string) => boolean = () => true;
  #work: { readonly at: 'bs' | 'ss'; readonly work: Work }[] = [];
  #wakes = { bs: Number.POSITIVE_INFINITY, ss: Number.POSITIVE_INFINITY };
  readonly #handlers: Handlers;
  readonly #newSs: () => SubscriberStation;
  readonly #newBs: () => BaseStation;

  static async make(setup: Setup = {}): Promise<Air> {
    const { pki, manufacturer, operator, ss, bs } = await certificates();
    const signs = setup.signs !== false;
    const bsHandlers = await pki.bsHandlers({ ssCas: [manufacturer.certificate], ...(signs && { bs }) });
    const ssHandlers = await pki.ssHandlers({ privateKey: ss.privateKey, bsCas: [operator.certificate] });
    const handlers = { ...bsHandlers, ...ssHandlers } as unknown as Handlers;
    const shown = setup.impostor
      ? await pki.makeStation({ role: 'ss', mac: '00:1b:11:c9:d5:0d', issuer: manufacturer })
      : ss;
    const der = (pem: string) => pki.certificateBytes(pem);
    return new Air(setup, handlers, {
      ...(signs && { bs: der(bs.certificate) }),
      ss: der(shown.certificate),
      ca: der(manufacturer.certificate),
    });
  }

  private constructor(setup: Setup, handlers: Handlers, der: { bs?: Uint8Array; ss: Uint8Array; ca: Uint8Array }) {
    this.#handlers = handlers;
    const { ak: _, akSequence: __, ...row } = subscriber(0, { mac: SS_MAC });
    const onPdu = (bytes: Uint8Array, direction: 'up' | 'down') => this.pdus.push({ bytes: bytes.slice(), direction });
    const seed = setup.seed ?? 900;
    const bsCore = createTestingCore({ seed, slots: 256, windows: 64, replayWindow: 256, packets: 512 });
    const ssCore = createTestingCore({ seed: seed + 1, slots: 256, windows: 64, replayWindow: 256, packets: 512 });
    this.#newBs = () =>
      baseStation(bsCore, {
        tekLifetime: 64,
        subscribers: [row, ...(setup.other ? [subscriber(1)] : [])],
        pki: { akLifetime: 400, ...(der.bs && { certificate: der.bs }) },
        ...setup.bs,
      });
    this.#newSs = () =>
      new SubscriberStation({
        core: ssCore,
        profile: patent,
        identity: row,
        bs: 'bs',
        services: SERVICES,
        replayWindow: 256,
        queuePackets: 32,
        lab: true,
        freshness: () => BigInt(Math.floor(1_700_000_000_000 + this.now)),
        authorization: {
          certificate: der.ss,
          caCertificate: der.ca,
          signedReplies: setup.demands !== false,
          bsid: BSID,
          timers: { authorizationGrace: 60 },
        },
        onPdu,
        ...setup.ss,
      });
    this.bs = this.#newBs();
    this.ss = this.#newSs();
  }

  fromBs(step: BsStep): void {
    this.bsEvents.push(...step.events);
    this.#wakes.bs = step.wakeAt ?? Number.POSITIVE_INFINITY;
    for (const work of step.work) this.#work.push({ at: 'bs', work });
    for (const { to, bytes } of step.send) {
      this.sent.push({ from: 'bs', bytes, at: this.now });
      if (to === 'ss' && this.ether(bytes, 'bs')) this.fromSs(this.ss.receive(bytes, 'bs', this.now));
    }
  }

  fromSs(step: SsStep): void {
    this.ssEvents.push(...step.events);
    this.#wakes.ss = step.wakeAt ?? Number.POSITIVE_INFINITY;
    for (const work of step.work) this.#work.push({ at: 'ss', work });
    for (const { bytes } of step.send) {
      this.sent.push({ from: 'ss', bytes, at: this.now });
      if (this.ether(bytes, 'ss')) this.fromBs(this.bs.receive(bytes, 'ss', this.now));
    }
  }

  /** Does all work that waits, and what follows from it. No time passes. */
  async settle(): Promise<void> {
    for (let next = this.#work.shift(); next !== undefined; next = this.#work.shift()) {
      const { at, work } = next;
      const result = await this.#answer(work);
      if (at === 'bs') this.fromBs(this.bs.complete(work.id, result, this.now));
      else this.fromSs(this.ss.complete(work.id, result, this.now));
    }
  }

  /** From one wake-up to the next; `each` after every one. */
  async run(until: number, each?: () => void): Promise<void> {
    await this.settle();
    while (Math.min(this.#wakes.bs, this.#wakes.ss) <= until) {
      this.now = Math.max(this.now, Math.min(this.#wakes.bs, this.#wakes.ss));
      if (this.#wakes.bs <= this.now) this.fromBs(this.bs.tick(this.now));
      if (this.#wakes.ss <= this.now) this.fromSs(this.ss.tick(this.now));
      await this.settle();
      each?.();
    }
    this.now = until;
  }

  async ask(service: 'unicast' | 'multicast', groupId?: number): Promise<void> {
    this.fromSs(this.ss.request({ service, ...(groupId !== undefined && { groupId }) }, this.now));
    await this.settle();
  }

  restartBs(): void {
    this.bs.dispose();
    this.bs = this.#newBs();
    this.#wakes.bs = Number.POSITIVE_INFINITY;
  }

  restartSs(): void {
    this.ss.dispose();
    this.ss = this.#newSs();
    this.#wakes.ss = Number.POSITIVE_INFINITY;
  }

  /** A payload each way and to the group: did each arrive? */
  talk(): { readonly down: boolean; readonly up: boolean; readonly news: boolean } {
    const marks = [this.bsEvents.length, this.ssEvents.length] as const;
    const payload = Uint8Array.of(1, 2, 3);
    this.bs.offer(16, payload, this.now);
    this.bs.offer(517, payload, this.now);
    this.fromBs(this.bs.flush(this.now));
    this.ss.offer(payload, this.now);
    this.fromSs(this.ss.flush(this.now));
    const heard = this.ssEvents.slice(marks[1]).flatMap((event) => (event.type === 'PAYLOAD' ? [event.said] : []));
    const up = this.bsEvents.slice(marks[0]).some(({ type }) => type === 'PAYLOAD');
    return { down: heard.includes(16), up, news: heard.includes(517) };
  }

  /** Types of what an SS or BS reported, those wanted. */
  types(of: 'bs' | 'ss', ...wanted: string[]): string[] {
    const events: readonly { readonly type: string }[] = of === 'bs' ? this.bsEvents : this.ssEvents;
    return events.map(({ type }) => type).filter((type) => wanted.length === 0 || wanted.includes(type));
  }

  async #answer({ kind, input }: Work) {
    try {
      return { ok: true, value: await this.#handlers[kind]?.(input) } as const;
    } catch (e) {
      return { ok: false, error: String(e) } as const;
    }
  }
}
