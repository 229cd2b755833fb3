// Block 260 of the patent's Figure 10: builds and signs answers: Key Reply, Key Reject, Auth Invalid, TEK Invalid. Each goes out as one
// management PDU (EC = 0) on the SS's primary connection.
import { encodeManagement } from '../pdu/index.js';
import type { KeyReject, KeyReply, KeyRequestFields, Sign, TekParameters } from '../pkm/index.js';
import { encodeAuthInvalid, encodeKeyReject, encodeKeyReply, encodeTekInvalid, SERVICE } from '../pkm/index.js';
import type { Outbox } from '../sa/outbox.js';
import { wireLifetime } from '../sa/schedule.js';
import type { AkInUse, BsTek, Subscriber } from './memory.js';
import type { BsSettings } from './options.js';
import type { BsEvent, BsWork, KeyRejectError } from './types.js';

/** Bytes from one blob of `wrapMany` to the next. */
const WRAPPED_ROW = 24;

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
    older: BsTek,
    newer: BsTek,
    now: number,
  ): void {
    const { core, profile, suite } = this.#settings;
    if (older.seal === undefined || newer.seal === undefined) throw new RangeError('a TEK without its sealing slot'); // expired ones are swept before
    const { kek } = ak.keys;
    const wrapped = core.keys.wrapMany([older.seal, newer.seal], [kek, kek]);
    const body: KeyReply = {
      identifier: fields.identifier,
      akSequence: ak.sequence,
      said,
      tek: [
        parameters(older, wrapped.slice(0, suite.tekLength), now),
        parameters(newer, wrapped.slice(WRAPPED_ROW, WRAPPED_ROW + suite.tekLength), now),
      ],
    };
    this.#send(to, subscriber, encodeKeyReply(profile, echo(body, fields), this.#sign(ak)), 'keyReplies');
  }

  /** The SAID is that of the request. */
  keyReject(
    to: string,
    subscriber: Subscriber,
    ak: AkInUse,
    fields: KeyRequestFields,
    errorCode: KeyRejectError,
  ): void {
    const { profile } = this.#settings;
    const said = fields.said.state === 'present' ? fields.said.value : 0;
    const body: KeyReject = { identifier: fields.identifier, akSequence: ak.sequence, said, errorCode };
    this.#send(to, subscriber, encodeKeyReject(profile, echo(body, fields), this.#sign(ak)), 'keyRejects');
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

function parameters(tek: BsTek, wrapped: Uint8Array, now: number): TekParameters {
  return { tek: wrapped, lifetime: wireLifetime(tek.expiresAt - now), sequence: tek.sequence };
}

interface Echo {
  serviceType?: number;
  groupId?: number;
  freshness?: bigint;
}

/** Adds what an answer says back: 158; 28 only if well formed, 29 only if well formed and 28 = 1. */
function echo<T extends Echo>(body: T, { serviceType, groupId, freshness }: KeyRequestFields): T {
  if (freshness.state === 'present') body.freshness = freshness.value;
  if (serviceType.state !== 'present') return body;
  body.serviceType = serviceType.value;
  if (serviceType.value === SERVICE.multicast && groupId.state === 'present') body.groupId = groupId.value;
  return body;
}
