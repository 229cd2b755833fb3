// Apparatus 100 of the patent's Figure 10: the subscriber station as an engine. It does no I/O and never awaits. Every call does
// its own work, then fires what is due, and hands out what there is to send, report and do.
import type { EntryEvent, EntryState } from '../entry/index.js';
import { TekcastError } from '../errors.js';
import { keysFromAk } from '../kdf/pkmv1.js';
import { SERVICE } from '../pkm/index.js';
import { within } from '../sa/checks.js';
import { Outbox } from '../sa/outbox.js';
import type { Counters, Refusal } from '../sa/types.js';
import type { WorkResult } from '../step.js';
import { type Aks, preShared } from './aks.js';
import { analyze } from './analyzer.js';
import { Controller } from './controller.js';
import { Downlink } from './downlink.js';
import { Entrance } from './entrance.js';
import { Freshness } from './generator.js';
import { Installer } from './installer.js';
import { Memory, type ServiceEntry } from './memory.js';
import { type SsSettings, settle } from './options.js';
import { receiveBurst } from './receiver.js';
import { Sender } from './sender.js';
import { StateKeeper } from './state.js';
import type {
  ServiceRequest,
  SsEvent,
  SsServiceStatus,
  SsState,
  SsStep,
  SsWork,
  SubscriberStationMethods,
  SubscriberStationOptions,
} from './types.js';
import { Uplink } from './uplink.js';

/** Errors of the constructor: `RANGE`, `DUPLICATE`, `MAC`, `SUITE`, `SUITE_REFUSED`, `AK`, `LENGTH`, `STATE_FORMAT`, `STATE_FOREIGN`, and the core's. */
export class SubscriberStation implements SubscriberStationMethods {
  readonly #settings: SsSettings;
  readonly #owner: number;
  readonly #aks: Aks;
  readonly #entrance: Entrance;
  readonly #out = new Outbox<SsEvent, SsWork>();
  readonly #memory: Memory;
  readonly #keeper: StateKeeper;
  readonly #controller: Controller;
  readonly #uplink: Uplink;
  readonly #downlink: Downlink;

  constructor(options: SubscriberStationOptions) {
    this.#settings = settle(options);
    const settings = this.#settings;
    const out = this.#out;
    this.#owner = settings.core.newOwner();
    try {
      const memory = new Memory(settings);
      const freshness = new Freshness(settings.freshness);
      const entrance = new Entrance(settings, this.#owner, {
        memory,
        out,
        controller: () => this.#controller,
        flush: (now) => this.#uplink.flush(now),
        wiped: () => this.#controller.wipe(),
      });
      const aks = entrance.aks ?? this.#preShared(options);
      const installer = new Installer(settings, memory, this.#owner, settings.firstUse);
      const keeper = new StateKeeper(settings, memory, aks, installer, freshness, out);
      if (options.state?.stored !== undefined) keeper.load(options.state.stored);
      const sender = new Sender(settings, out);
      const uplink = new Uplink(settings, memory, keeper, out);
      const controller = new Controller(settings, {
        memory,
        sender,
        installer,
        keeper,
        freshness,
        uplink,
        out,
        aks,
        keyed: (entry, there, now) => entrance.keyed(entry, there, now),
      });
      this.#aks = aks;
      this.#entrance = entrance;
      this.#memory = memory;
      this.#keeper = keeper;
      this.#uplink = uplink;
      this.#controller = controller;
      this.#downlink = new Downlink(settings, out, {
        opened: (entry, now) => controller.opened(entry, now),
        suspicion: (entry, why, now) => controller.hint(entry, why, now),
      });
    } catch (error) {
      settings.core.keys.forget(this.#owner); // nothing half made
      throw error;
    }
  }

  request(service: ServiceRequest, now: number): SsStep {
    this.#entrance.want(this.#entry(service), now);
    return this.#step(now);
  }

  enter(event: EntryEvent, now: number): SsStep {
    this.#entrance.raise(event, now);
    return this.#step(now);
  }

  get entryState(): EntryState {
    return this.#entrance.state;
  }

  reauthorize(now: number): SsStep {
    this.#entrance.reauthorize(now);
    return this.#step(now);
  }

  stop(service: ServiceRequest, now: number): SsStep {
    this.#uplink.flush(now);
    this.#entrance.giveUp(this.#entry(service), now);
    return this.#step(now);
  }

  receive(datagram: Uint8Array, from: string, now: number): SsStep {
    this.#out.count('datagramsIn');
    for (const received of receiveBurst(datagram, this.#memory, this.#settings)) {
      switch (received.kind) {
        case 'message': {
          // A reply may replace a key that PDUs before it in this burst were sealed with.
          this.#downlink.finish(now);
          const analyzed = analyze(received.message, this.#settings, this.#aks, this.#settings.core.keys);
          if (analyzed.kind === 'authorization') {
            this.#uplink.flush(now);
            this.#entrance.message(analyzed.message, now);
            break;
          }
          if (analyzed.kind === 'reply' || analyzed.kind === 'reject') this.#uplink.flush(now);
          this.#controller.answer(analyzed, from, now);
          break;
        }
        case 'traffic':
          this.#downlink.add(received.entry, received.pdu, from, now);
          break;
        case 'filtered':
          this.#out.count('filtered');
          break;
        case 'dropped':
          this.#out.count(`dropped${received.code}`);
          this.#out.event({ type: 'DROPPED', code: received.code, from, cid: received.cid });
      }
    }
    this.#downlink.finish(now);
    return this.#step(now);
  }

  tick(now: number): SsStep {
    return this.#step(now);
  }

  complete(id: number, result: WorkResult, now: number): SsStep {
    if (!this.#entrance.complete(id, result, now) && !this.#keeper.completed(id, result))
      throw new TekcastError('WORK', `no work has id ${id}`, 'id', id);
    this.#uplink.flush(now); // what waited for it
    return this.#step(now);
  }

  offer(payload: Uint8Array, now: number): Refusal | undefined {
    return this.#uplink.offer(payload, now);
  }

  flush(now: number): SsStep {
    this.#uplink.flush(now);
    return this.#step(now);
  }

  services(): SsServiceStatus[] {
    return [...this.#memory.entries].map((entry) => {
      const [older, newer] = entry.sa.teks.filter((tek) => !tek.lingering).slice(-2);
      return {
        serviceType: entry.sa.serviceType,
        groupId: entry.sa.groupId,
        said: entry.said,
        state: this.#controller.machine(entry)?.state ?? 'START',
        older: older?.sequence,
        newer: newer?.sequence,
        error: entry.error,
      };
    });
  }

  snapshot(): SsState {
    return this.#keeper.snapshot();
  }

  counters(): Counters {
    return this.#out.counters();
  }

  dispose(): void {
    this.#uplink.dispose();
    this.#downlink.dispose();
    this.#settings.core.keys.forget(this.#owner);
  }

  #preShared({ ak, identity, keepAk }: SubscriberStationOptions): Aks {
    const { core, suite } = this.#settings;
    const options = { owner: this.#owner, kek: suite.kekUse, keep: keepAk === true };
    return preShared({ keys: keysFromAk(core, ak ?? new Uint8Array(), options), sequence: identity.akSequence ?? 0 });
  }

  #entry({ service, groupId }: ServiceRequest): ServiceEntry {
    const serviceType = typeof service === 'number' ? service : SERVICE[service];
    within('service', serviceType, 0, 255);
    if (groupId === undefined) return this.#memory.entry(serviceType, undefined);
    within('groupId', groupId, 0, 255);
    if (serviceType !== SERVICE.multicast) {
      throw new TekcastError('RANGE', 'a groupId goes with multicast only', 'groupId', groupId);
    }
    return this.#memory.entry(serviceType, groupId);
  }

  /** Fires what is due and hands everything out. A key that expires seals what is queued before it goes. */
  #step(now: number): SsStep {
    if (this.#controller.expiring(now)) this.#uplink.flush(now);
    this.#entrance.tick(now);
    this.#controller.tick(now);
    this.#keeper.emit(now);
    return this.#out.take(Math.min(this.#controller.wakeAt(), this.#entrance.wakeAt()));
  }
}
