// Block 260 of the patent's Figure 10: builds and signs answers: Key Reply, Key Reject, Auth Invalid, TEK Invalid. Each goes out as one
// management PDU (EC = 0) on the SS's primary connection.
import { encodeManagement } from '../pdu/index.js';
import type { KeyRequestFields, ServiceFields, Sign } from '../pkm/index.js';
import { encodeAuthInvalid, encodeKeyReject, encodeKeyReply, encodeTekInvalid, SERVICE } from '../pkm/index.js';
import type { Outbox } from '../sa/outbox.js';
import { wireLifetime } from '../sa/schedule.js';
import type { AkInUse, BsTek, Subscriber } from './memory.js';
import type { BsSettings } from './options.js';
import type { BsEvent, BsWork, KeyRejectError } from './types.js';

export class Sender {
  readonly #settings: BsSettings;
  readonly #out: Outbox<BsEvent, BsWork>;

  constructor(settings: BsSettings, out: Outbox<BsEvent, BsWork>) {
    this.#settings = settings;
    this.#out = out;
  }

  /** The SAID is that of the service's SA; 28 and 29 say back what was asked, so that the SS knows it was understood. */
  keyReply(
    to: string,
    subscriber: Subscriber,
    ak: AkInUse,
    fields: KeyRequestFields,
    said: number,
    teks: readonly [BsTek, BsTek],
    now: number,
  ): void {
    const { core, profile } = this.#settings;
    const pairs = teks.map((tek) => {
      if (tek.seal === undefined) throw new RangeError('a TEK without its sealing slot'); // expired ones are swept before
      return { key: tek.seal, kek: ak.keys.kek };
    });
    const wrapped = core.keys.wrapMany(pairs);
    const [older, newer] = teks.map((tek, i) => {
      return { tek: wrapped[i] as Uint8Array, lifetime: wireLifetime(tek.expiresAt - now), sequence: tek.sequence };
    });
    if (older === undefined || newer === undefined) return;
    const { identifier } = fields;
    const akSequence = ak.sequence;
    const body = { identifier, akSequence, said, ...echo(fields), ...freshness(fields), tek: [older, newer] as const };
    this.#send(to, subscriber, encodeKeyReply(profile, body, this.#sign(ak)), 'keyReplies');
  }

  /** The SAID is that of the request. */
  keyReject(
    to: string,
    subscriber: Subscriber,
    ak: AkInUse,
    fields: KeyRequestFields,
    errorCode: KeyRejectError,
  ): void {
    const { identifier } = fields;
    const akSequence = ak.sequence;
    const said = fields.said.state === 'present' ? fields.said.value : 0;
    const body = { identifier, akSequence, said, ...echo(fields), ...freshness(fields), errorCode };
    this.#send(to, subscriber, encodeKeyReject(this.#settings.profile, body, this.#sign(ak)), 'keyRejects');
  }

  /** Has no digest: whoever sent what it answers proved nothing. */
  authInvalid(to: string, subscriber: Subscriber, identifier: number, errorCode: 4 | 5): void {
    this.#send(to, subscriber, encodeAuthInvalid(this.#settings.profile, { identifier, errorCode }), 'authInvalids');
  }

  /** Goes to the bound address only. Error 4: its key is unknown here; 0, no information: there are newer ones. */
  tekInvalid(to: string, subscriber: Subscriber, said: number, errorCode: 0 | 4): void {
    const ak = subscriber.aks.newest();
    if (ak === undefined) return; // it has no authorization, so no keys either
    const body = { akSequence: ak.sequence, said, errorCode };
    this.#send(to, subscriber, encodeTekInvalid(this.#settings.profile, body, this.#sign(ak)), 'tekInvalids');
  }

  #sign({ keys }: AkInUse): Sign {
    return (covered) => this.#settings.core.keys.hmac(keys.hmacDown, covered);
  }

  #send(to: string, subscriber: Subscriber, message: Uint8Array, counter: string): void {
    const pdu = encodeManagement(subscriber.primaryCid, message, this.#settings.crc);
    this.#settings.onPdu?.(pdu, 'down');
    this.#out.send(to, pdu);
    this.#out.count(counter);
  }
}

/** 28 only if well formed, 29 only if well formed and 28 = 1. */
function echo({ serviceType, groupId }: KeyRequestFields): ServiceFields {
  if (serviceType.state !== 'present') return {};
  if (serviceType.value !== SERVICE.multicast || groupId.state !== 'present') return { serviceType: serviceType.value };
  return { serviceType: serviceType.value, groupId: groupId.value };
}

function freshness({ freshness: value }: KeyRequestFields): { freshness?: bigint } {
  return value.state === 'present' ? { freshness: value.value } : {};
}
