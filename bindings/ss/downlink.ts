// Traffic from the BS: the encrypted PDUs of a burst -> the key by EKS -> opened in one batch -> payloads of the services that were asked for.
import type { Traffic } from '../core/types.js';
import { checkCrc, type Pdu } from '../pdu/index.js';
import type { Outbox } from '../sa/outbox.js';
import type { DropCode } from '../sa/types.js';
import type { ServiceEntry, SsTek } from './memory.js';
import type { SsSettings } from './options.js';
import type { SsEvent, SsWork } from './types.js';

/** ICV failures in a row under one EKS that mean: the BS has another key. */
const ICV_FAILURES = 8;
/** Own tuning: PDUs opened in one call. */
const BATCH = 64;

/** What opening tells the controller. */
export interface DownlinkHooks {
  opened(entry: ServiceEntry, now: number): void;
  suspicion(entry: ServiceEntry, why: 'EKS' | 'ICV', now: number): void;
}

/** Opens what the BS sends: all encrypted PDUs of a burst in one batch, payloads and drops as events. */
export class Downlink {
  readonly #settings: SsSettings;
  readonly #out: Outbox<SsEvent, SsWork>;
  readonly #hooks: DownlinkHooks;
  readonly #traffic: Traffic;
  #batch: { readonly entry: ServiceEntry; readonly tek: SsTek; readonly from: string; readonly cid: number }[] = [];

  constructor(settings: SsSettings, out: Outbox<SsEvent, SsWork>, hooks: DownlinkHooks) {
    this.#settings = settings;
    this.#out = out;
    this.#hooks = hooks;
    this.#traffic = settings.core.traffic({ packets: BATCH, crc: settings.crc });
  }

  /** Adds a PDU with EC = 1 of an own service; `finish` opens it. */
  add(entry: ServiceEntry, pdu: Pdu, from: string, now: number): void {
    const { eks, cid } = pdu.header;
    if (entry.sa.teks.length === 0) {
      this.#out.count('filtered'); // not asked for, refused, or not answered yet
      return;
    }
    const tek = entry.sa.opening(eks, now);
    if (tek?.open === undefined) {
      const code = checkCrc(pdu, this.#settings.crc);
      this.#drop(code === '' ? 'EKS' : code, from, cid);
      if (code === '') this.#hooks.suspicion(entry, 'EKS', now);
      return;
    }
    if (this.#batch.length === BATCH) this.finish(now);
    this.#traffic.addPdu({ key: tek.open, eks, cid }, pdu.bytes);
    this.#batch.push({ entry, tek, from, cid });
  }

  /** Opens what was added. */
  finish(now: number): void {
    if (this.#batch.length === 0) return;
    const batch = this.#batch;
    const traffic = this.#traffic;
    this.#batch = [];
    traffic.open(now);
    for (const [i, { entry, tek, from, cid }] of batch.entries()) {
      const code = traffic.code(i);
      if (code !== '') {
        this.#drop(code as DropCode, from, cid);
        if (code === 'ICV' && ++tek.icvFailures === ICV_FAILURES) {
          tek.icvFailures = 0;
          this.#hooks.suspicion(entry, 'ICV', now);
        }
        continue;
      }
      if (traffic.pn(i) < tek.openFrom) {
        this.#drop('REPLAY', from, cid); // received before this process began: no sign of the BS
        continue;
      }
      tek.icvFailures = 0;
      this.#hooks.opened(entry, now);
      const { said = 0, sa } = entry;
      const bytes = traffic.arena.slice(traffic.start(i), traffic.end(i));
      this.#out.count('pdusOpened');
      this.#out.event({ type: 'PAYLOAD', said, serviceType: sa.serviceType, groupId: sa.groupId, bytes });
    }
  }

  dispose(): void {
    this.#traffic.dispose();
  }

  #drop(code: DropCode, from: string, cid: number): void {
    this.#out.count(`dropped${code}`);
    this.#out.event({ type: 'DROPPED', code, from, cid });
  }
}
