// Traffic from the SSs: the encrypted PDUs of a burst -> the key by EKS -> opened in one batch -> payloads. What the SS
// should know that its key is not this one's is told by TEK Invalid, at most once a second and to its bound address.
import type { Traffic, TrafficCode } from '../core/types.js';
import { checkCrc, type Pdu } from '../pdu/index.js';
import { ERROR } from '../pkm/index.js';
import { softLimit } from '../sa/limits.js';
import type { Outbox } from '../sa/outbox.js';
import type { DropCode, RekeyReason } from '../sa/types.js';
import type { BsService, BsTek, Subscriber } from './memory.js';
import type { BsSettings } from './options.js';
import type { Sender } from './sender.js';
import type { BsEvent, BsWork } from './types.js';

/** ICV failures in a row that mean: the SS has another key. */
const ICV_FAILURES = 8;
const TEK_INVALID_EVERY_MS = 1000;
/** Own tuning: PDUs opened in one call. */
const BATCH = 256;

export class Uplink {
  readonly #settings: BsSettings;
  readonly #out: Outbox<BsEvent, BsWork>;
  readonly #sender: Sender;
  readonly #wanted: (service: BsService, why: RekeyReason) => void;
  readonly #traffic: Traffic;
  #batch: { readonly subscriber: Subscriber; readonly from: string; readonly cid: number; readonly tek: BsTek }[] = [];

  /** `wanted`: a soft limit was passed. */
  constructor(
    settings: BsSettings,
    out: Outbox<BsEvent, BsWork>,
    sender: Sender,
    wanted: (service: BsService, why: RekeyReason) => void,
  ) {
    this.#wanted = wanted;
    this.#settings = settings;
    this.#out = out;
    this.#sender = sender;
    this.#traffic = settings.core.traffic({ packets: BATCH, crc: settings.crc });
  }

  /** Adds a PDU with EC = 1 of a transport connection; `finish` opens it. */
  add(subscriber: Subscriber, pdu: Pdu, from: string, now: number): void {
    const { sa } = subscriber.unicast;
    const { eks, cid } = pdu.header;
    const tek = sa.opening(eks, now);
    if (tek?.open === undefined) {
      const code = checkCrc(pdu, this.#settings.crc);
      this.#drop(code === '' ? 'EKS' : code, subscriber, from, cid);
      if (code === '') this.tekInvalid(subscriber, sa.said, 'EKS', now);
      return;
    }
    if (this.#batch.length === BATCH) this.finish(now);
    this.#traffic.addPdu({ key: tek.open, eks, cid }, pdu.bytes);
    this.#batch.push({ subscriber, from, cid, tek });
  }

  /** Opens what was added. */
  finish(now: number): void {
    if (this.#batch.length === 0) return;
    const batch = this.#batch;
    this.#batch = [];
    this.#traffic.open(now);
    for (const [i, { subscriber, from, cid, tek }] of batch.entries()) {
      const code = this.#traffic.code(i);
      if (code !== '') {
        this.#refused(code, subscriber, from, cid, now);
        continue;
      }
      subscriber.icvFailures = 0;
      const bytes = this.#traffic.arena.slice(this.#traffic.start(i), this.#traffic.end(i));
      this.#out.count('pdusOpened');
      this.#used(subscriber, tek, bytes.length);
      this.#out.event({ type: 'PAYLOAD', mac: subscriber.mac, said: subscriber.basicCid, bytes });
    }
  }

  /** Tells an SS that its key of an SA is not the BS's: a hint, it drops nothing. */
  tekInvalid(subscriber: Subscriber, said: number, why: 'EKS' | 'ICV' | 'REKEY', now: number): void {
    const { address } = subscriber.binding;
    if (address === undefined) return;
    if (why !== 'REKEY') {
      // What provokes it can be forged, hence the limit; a rekey cannot.
      if (now < subscriber.tekInvalidAt + TEK_INVALID_EVERY_MS) return;
      subscriber.tekInvalidAt = now;
    }
    const error = why === 'REKEY' ? ERROR.none : ERROR.invalidKeySequence;
    this.#sender.tekInvalid(address, subscriber, said, error);
    this.#out.event({ type: 'TEK_INVALID', mac: subscriber.mac, said, why });
  }

  dispose(): void {
    this.#traffic.dispose();
  }

  /** The SS seals by its own limits; these are the BS's, for the same key. */
  #used({ unicast }: Subscriber, tek: BsTek, bytes: number): void {
    tek.opened++;
    tek.openedBytes += bytes;
    const why = tek.warnedUp ? undefined : softLimit(tek.opened, tek.openedBytes, this.#settings.keyLimits);
    if (why === undefined) return;
    tek.warnedUp = true;
    this.#out.event({ type: 'REKEY_WANTED', said: unicast.sa.said, sequence: tek.sequence, why });
    this.#wanted(unicast, why);
  }

  #refused(code: Exclude<TrafficCode, ''>, subscriber: Subscriber, from: string, cid: number, now: number): void {
    this.#drop(code as DropCode, subscriber, from, cid);
    if (code !== 'ICV' || ++subscriber.icvFailures < ICV_FAILURES) return;
    subscriber.icvFailures = 0;
    this.tekInvalid(subscriber, subscriber.basicCid, 'ICV', now);
  }

  #drop(code: DropCode, subscriber: Subscriber, from: string, cid: number): void {
    this.#out.count(`dropped${code}`);
    this.#out.event({ type: 'DROPPED', code, from, cid, mac: subscriber.mac });
  }
}
