// Memory 240 of the patent's Figure 10: the results of analysis and discrimination, the last per SS and service; and beside
// them what the other blocks look up: subscribers, their keys and addresses, services and their SAs.
import type { AkKeys } from '../kdf/pkmv1.js';
import { keysFromAk } from '../kdf/pkmv1.js';
import { SERVICE } from '../pkm/index.js';
import { Association } from '../sa/association.js';
import type { KeySchedule } from '../sa/schedule.js';
import type { SealingTek } from '../sa/sealer.js';
import { Binding } from './binding.js';
import type { Bucket, Reserve } from './budget.js';
import type { BsSettings } from './options.js';
import type { Analysis, Discrimination, ServiceRow } from './types.js';

/** An AK that counts. */
export interface AkInUse {
  readonly keys: AkKeys;
  /** 0..15. */
  readonly sequence: number;
}

/** The AKs of an SS: one that was pre-shared, or what its authorizations have left of two. */
export interface SubscriberAks {
  bySequence(sequence: number): AkInUse | undefined;
  /** What the BS signs with unasked. */
  newest(): AkInUse | undefined;
}

/** A TEK of the BS. */
export interface BsTek extends SealingTek {
  /** TEK_k: expires at t0 + (k+1)·L/2. */
  readonly k: number;
  /** When it began to seal the downlink, if a rekey made it so. */
  sealsFrom?: number;
  /** Uplink packets and payload bytes opened under it (unicast), and whether a soft limit on them was reported. */
  opened: number;
  openedBytes: number;
  warnedUp: boolean;
  /** Work that raises the lease is under way. */
  leasing: boolean;
}

/** A service and its security association. */
export interface BsService {
  readonly sa: Association<BsTek>;
  readonly name: string | undefined;
  /** Who joins must not read what was sealed before. */
  readonly backwardSecrecy: boolean;
  /** The SS whose unicast service it is. */
  readonly owner: Subscriber | undefined;
  /** Undefined until the first accepted request (patent ¶94). */
  schedule: KeySchedule | undefined;
  /** Smallest k that may still be used: raised by forced rekeys. */
  floor: number;
  rekeys: number;
  /** When a successor that could not be made is tried again. */
  retryAt: number;
  /** Payloads that wait for a lease. */
  held: Uint8Array[];
}

export interface Subscriber {
  readonly mac: string;
  readonly provider: string;
  readonly basicCid: number;
  readonly primaryCid: number;
  readonly transportCid: number;
  readonly groups: ReadonlySet<number>;
  /** Its AK is configured; otherwise a certificate has to get it one. */
  readonly preShared: boolean;
  readonly aks: SubscriberAks;
  readonly unicast: BsService;
  readonly binding: Binding;
  budget: Bucket | undefined;
  /** For what comes on its connection from sources that used up theirs. */
  reserve: Reserve | undefined;
  /** SAIDs taken away from it. */
  readonly removed: Set<number>;
  /** What was found and decided last, by service (`verdictKey`). */
  readonly verdicts: Map<number, Verdict>;
  /** Requests that wait for `authorize`. */
  waiting: number;
  /** How often its keys and address were let go: what was asked before comes to nothing. */
  forgotten: number;
  /** ICV failures in a row on its uplink. */
  icvFailures: number;
  tekInvalidAt: number;
}

export interface Verdict {
  readonly analysis: Analysis;
  readonly discrimination: Discrimination;
}

export class Memory {
  readonly subscribers = new Map<string, Subscriber>();
  readonly byPrimaryCid = new Map<number, Subscriber>();
  readonly byTransportCid = new Map<number, Subscriber>();
  /** CIDs of the multicast and broadcast services. */
  readonly serviceCids = new Set<number>();
  readonly bySaid = new Map<number, BsService>();
  readonly byGroup = new Map<number, BsService>();
  readonly broadcast: BsService | undefined;

  /** `aksOf`: for SSs without a configured AK. */
  constructor(settings: BsSettings, owner: number, aksOf: (mac: string) => SubscriberAks) {
    for (const row of settings.services) {
      const serviceType = row.type === 'multicast' ? SERVICE.multicast : SERVICE.broadcast;
      const service = newService(new Association(row.said, row.cid, serviceType, row.groupId), undefined, row);
      this.bySaid.set(row.said, service);
      this.serviceCids.add(row.cid);
      if (row.groupId !== undefined) this.byGroup.set(row.groupId, service);
      else this.broadcast = service;
    }
    for (const row of settings.subscribers) {
      const subscriber: Mutable<Subscriber> = {
        mac: row.mac,
        provider: row.provider,
        basicCid: row.basicCid,
        primaryCid: row.primaryCid,
        transportCid: row.transportCid,
        groups: new Set(row.groups),
        preShared: row.ak !== undefined,
        aks: row.ak === undefined ? aksOf(row.mac) : preShared(settings, owner, row.ak, row.akSequence ?? 0),
        unicast: undefined as never,
        binding: new Binding(),
        budget: undefined,
        reserve: undefined,
        removed: new Set(),
        verdicts: new Map(),
        waiting: 0,
        forgotten: 0,
        icvFailures: 0,
        tekInvalidAt: Number.NEGATIVE_INFINITY,
      };
      const sa = new Association<BsTek>(row.basicCid, row.transportCid, SERVICE.unicast, undefined);
      subscriber.unicast = newService(sa, subscriber);
      this.subscribers.set(row.mac, subscriber);
      this.byPrimaryCid.set(row.primaryCid, subscriber);
      this.byTransportCid.set(row.transportCid, subscriber);
      this.bySaid.set(row.basicCid, subscriber.unicast);
    }
  }

  store(subscriber: Subscriber, verdict: Verdict): void {
    subscriber.verdicts.set(verdictKey(verdict.analysis.serviceType, verdict.analysis.groupId), verdict);
  }

  /** The last analysis and discrimination of this SS's requests for a service. */
  verdict(subscriber: Subscriber, serviceType: number | undefined, groupId: number | undefined): Verdict | undefined {
    return subscriber.verdicts.get(verdictKey(serviceType, groupId));
  }
}

function preShared(settings: BsSettings, owner: number, ak: Uint8Array, sequence: number): SubscriberAks {
  const keys = keysFromAk(settings.core, ak, { owner, kek: settings.suite.kekUse, keep: settings.keepAk });
  const only: AkInUse = { keys, sequence };
  return { bySequence: (asked) => (asked === sequence ? only : undefined), newest: () => only };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Both are bytes, or not there. */
function verdictKey(serviceType = -1, groupId = -1): number {
  return serviceType * 1024 + groupId;
}

function newService(sa: Association<BsTek>, owner: Subscriber | undefined, row?: ServiceRow): BsService {
  return {
    sa,
    name: row?.name,
    owner,
    backwardSecrecy: row?.backwardSecrecy === true,
    schedule: undefined,
    floor: 0,
    rekeys: 0,
    retryAt: Number.POSITIVE_INFINITY,
    held: [],
  };
}
