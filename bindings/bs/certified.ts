// SSs that are authorized by certificate: the Authorizer (auth/) in its place within the station. Its messages become PDUs on the
// SS's primary connection, its work and events the station's; what it finds out is told to the controller by two hooks:
//
//   confirmed   a request under a new AK has verified: two new unicast TEKs (nobody can have sealed under them before)
//   lost        the last AK is gone: the unicast TEKs and the address go too
import { Authorizer, type AuthorizerStep } from '../auth/index.js';
import { encodeManagement } from '../pdu/index.js';
import { type PkmMessage, type SaDescriptor, SERVICE } from '../pkm/index.js';
import type { Outbox } from '../sa/outbox.js';
import type { WorkResult } from '../step.js';
import { mayHave } from './discriminator.js';
import type { Memory, Subscriber, SubscriberAks } from './memory.js';
import type { BsSettings } from './options.js';
import type { BsEvent, BsWork } from './types.js';

/** Type of an SA (802.16 §11.9.17): the SS's own, and those it shares. */
const PRIMARY_SA = 0;
const STATIC_SA = 1;

export interface CertifiedHooks {
  authorized(subscriber: Subscriber, now: number): void;
  confirmed(subscriber: Subscriber, now: number): void;
  lost(subscriber: Subscriber, now: number): void;
}

export class Certified {
  readonly #settings: BsSettings;
  readonly #memory: () => Memory;
  readonly #out: Outbox<BsEvent, BsWork>;
  readonly #authorizer: Authorizer;
  /** When `tick` next has something to do. */
  wakeAt = Number.POSITIVE_INFINITY;

  constructor(
    settings: BsSettings,
    owner: number,
    memory: () => Memory,
    out: Outbox<BsEvent, BsWork>,
    hooks: CertifiedHooks,
  ) {
    this.#settings = settings;
    this.#memory = memory;
    this.#out = out;
    const { core, profile, suite, pki } = settings;
    const of = (mac: string): Subscriber => this.#memory().subscribers.get(mac) as Subscriber;
    this.#authorizer = new Authorizer({
      core,
      profile,
      suite,
      owner,
      lab: settings.lab,
      workIds: () => out.nextId(),
      ...(pki?.akLifetime !== undefined && { akLifetime: pki.akLifetime }),
      ...(pki?.timers !== undefined && { timers: pki.timers }),
      ...(pki?.certificate !== undefined && { bsCertificate: pki.certificate }),
      hooks: {
        descriptors: (mac) => this.#descriptors(of(mac)),
        authorized: (mac, _, now) => hooks.authorized(of(mac), now),
        confirmed: (mac, _, now) => hooks.confirmed(of(mac), now),
        lost: (mac, now) => hooks.lost(of(mac), now),
      },
    });
  }

  /** Where the keys of such an SS are looked up. */
  aksOf(mac: string): SubscriberAks {
    return {
      bySequence: (sequence) => this.#authorizer.ak(mac, sequence),
      newest: () => this.#authorizer.newest(mac),
    };
  }

  message(subscriber: Subscriber, message: PkmMessage, from: string, now: number): void {
    this.#take(this.#authorizer.receive(subscriber, message, from, now));
  }

  /** A digest of this SS has verified under the AK of that number. */
  used(subscriber: Subscriber, sequence: number, now: number): void {
    this.#take(this.#authorizer.used(subscriber.mac, sequence, now));
  }

  /** Ends an authorization; the SS is told if it has an address. */
  revoke(subscriber: Subscriber, tell: boolean, now: number): void {
    this.#take(this.#authorizer.revoke(subscriber.mac, tell ? subscriber.binding.address : undefined, now));
  }

  tick(now: number): void {
    this.#take(this.#authorizer.tick(now));
  }

  /** False if the work is not of an authorization. */
  complete(id: number, result: WorkResult, now: number): boolean {
    if (!this.#authorizer.owns(id)) return false;
    this.#take(this.#authorizer.complete(id, result, now));
    return true;
  }

  dispose(): void {
    this.#authorizer.dispose();
  }

  #take({ send, events, work, wakeAt }: AuthorizerStep): void {
    for (const { mac, to, bytes } of send) {
      const subscriber = this.#memory().subscribers.get(mac);
      if (subscriber === undefined) continue;
      const pdu = encodeManagement(subscriber.primaryCid, bytes, this.#settings.crc);
      this.#settings.onPdu?.(pdu, 'down');
      this.#out.send(to, pdu);
      this.#out.count('authorizationMessages');
    }
    for (const event of events) {
      this.#out.event(event);
      if (event.type === 'AUTH_DROPPED') this.#out.count(`dropped${event.code}`);
    }
    for (const asked of work) this.#out.pass(asked);
    this.wakeAt = wakeAt ?? Number.POSITIVE_INFINITY;
  }

  #descriptors(subscriber: Subscriber): SaDescriptor[] {
    const { suite, provider } = this.#settings;
    const shared = [...this.#memory().bySaid.values()].filter(
      (service) => service.sa.serviceType !== SERVICE.unicast && mayHave(subscriber, service, provider),
    );
    return [
      { said: subscriber.basicCid, saType: PRIMARY_SA, suite: suite.code },
      ...shared.map(({ sa }) => ({ said: sa.said, saType: STATIC_SA, suite: suite.code })),
    ];
  }
}
