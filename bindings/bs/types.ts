// What a base station is told, what it reports, and what it asks its host to do.
import type { AuthorizerEvent, BsAuthWork } from '../auth/index.js';
import type { Core } from '../core/types.js';
import type { EntryEvent, EntryState, NetworkEntryEvent } from '../entry/index.js';
import type { KeyAge } from '../group/index.js';
import type { Profile } from '../pkm/table.js';
import type { PkmTimers } from '../pkm/types.js';
import type { Counters, Crc, DropCode, KeyLimits, OnPdu, Refusal, RekeyReason, Suite } from '../sa/types.js';
import type { Step, Work, WorkResult } from '../step.js';
import type { RekeyEvent, RekeyingOptions, RekeyOptions } from './rekeying-types.js';

/** A service that the BS offers to many. Unicast needs no row: every subscriber has it. */
export interface ServiceRow {
  readonly type: 'multicast' | 'broadcast';
  /** Multicast service group ID, 0..255; only and always with `multicast`. */
  readonly groupId?: number;
  readonly said: number;
  /** Connection of its traffic. */
  readonly cid: number;
  readonly name?: string;
  /** Whoever joins cannot read what was sent before: its first Key Request makes new TEKs. Default false. */
  readonly backwardSecrecy?: boolean;
}

/** A subscriber station (SS) that the BS knows: its address, its connections and what it may have. */
export interface SubscriberRow {
  /** MAC address, `00:1b:11:c9:d5:0c`; case does not matter. */
  readonly mac: string;
  readonly provider: string;
  /** Also the primary SAID. */
  readonly basicCid: number;
  /** Management connection. */
  readonly primaryCid: number;
  /** Connection of its unicast traffic. */
  readonly transportCid: number;
  /** Pre-shared: 20 bytes; zeroed by the constructor unless `keepAk`. Absent: the SS is authorized by its certificate (`pki`). */
  readonly ak?: Uint8Array;
  /** 0..15; with `ak`. */
  readonly akSequence?: number;
  /** Multicast service group IDs it may receive. */
  readonly groups: readonly number[];
}

/** Requests that one SS may make; what does not verify is charged to its source address and to one global cap of ten times this. */
export interface RequestLimits {
  /** Default 200. */
  readonly requestsPerSecond?: number;
  /** Default 400. */
  readonly burst?: number;
}

/** Authorization by certificate (PKMv1). What needs RSA is work: `bsHandlers` of `tekcast/pki` answers it. */
export interface BsPki {
  /** The BS's own certificate, DER: Auth Replies carry it and a signature. Without it SSs cannot know who answered. */
  readonly certificate?: Uint8Array;
  /** Seconds, 86,400..6,048,000; from 8 with `lab`. Default 604,800. */
  readonly akLifetime?: number;
  /** Timers to tell the SSs (attribute 27), seconds, each within its range (docs/STATES.md). Default: none. */
  readonly timers?: PkmTimers;
}

/** What a base station is made of. `tekLifetime` is L of 802.16 §10.2; CIDs and SAIDs are 16 bits and may stand here once only. */
export interface BaseStationOptions {
  readonly core: Core;
  readonly profile: Profile;
  /** `00:00:00:00:00:05`. */
  readonly bsid: string;
  /** Broadcast goes to SSs of this provider only. */
  readonly provider: string;
  /** Default `020104`. */
  readonly suite?: Suite;
  /** Seconds, 1,800..604,800; from 4 with `lab`. Default 43,200. */
  readonly tekLifetime?: number;
  readonly lab?: boolean;
  /** Default `msb`. */
  readonly crc?: Crc;
  readonly services: readonly ServiceRow[];
  readonly subscribers: readonly SubscriberRow[];
  /** Given: subscribers without `ak` are authorized by certificate. */
  readonly pki?: BsPki;
  /**
   * Who tells of network entry. `carrier` (default): nobody, every subscriber counts as entered. `stack`: the embedding stack, by
   * `enter`; what an SS sends before its time is dropped (`ENTRY`).
   */
  readonly entry?: 'carrier' | 'stack';
  readonly limits?: RequestLimits;
  readonly keyLimits?: KeyLimits;
  readonly rekeying?: RekeyingOptions;
  /** PNs, a multiple of 64. Default 1,024. */
  readonly replayWindow?: number;
  /** `table` (default): the subscriber rows decide. `work`: after them the host is asked, by work of kind `authorize`. */
  readonly authorization?: 'table' | 'work';
  /** PNs per lease. Given: a sealing key uses only PNs whose lease the host has made durable (work of kind `lease`). Default: no leases. */
  readonly leasePackets?: number;
  /** Traffic PDUs are packed whole into datagrams of up to this many bytes; a longer PDU goes alone. Default 1,400. */
  readonly burstBytes?: number;
  /** Payloads that may wait for `flush`, all services together. Default 1,024. */
  readonly queuePackets?: number;
  readonly onPdu?: OnPdu;
  /** Do not zero the callers' AK arrays. */
  readonly keepAk?: boolean;
}

/** What block 220 found in a Key Request. */
export interface Analysis {
  readonly identifier: number;
  /** As sent; undefined if absent or malformed. */
  readonly serviceType: number | undefined;
  /** As sent; undefined if absent, malformed or not of a multicast request. */
  readonly groupId: number | undefined;
  /** True if attribute 28 was absent: an ordinary request of the standard, hence unicast. */
  readonly ordinary: boolean;
  /** Attributes unknown here, lengths that were not minimal, and whether the order was another: accepted and counted. */
  readonly oddities: number;
}

/** What block 230 decided: the SAID of the SA, or the error code of the Key Reject. */
export type Discrimination =
  | { readonly accepted: true; readonly said: number }
  | { readonly accepted: false; readonly error: KeyRejectError };

/** 0 no information (generation failed), 2 unauthorized SAID, 7 unsupported service type, 8 unauthorized multicast service group ID (patent ¶77–78). */
export type KeyRejectError = 0 | 2 | 7 | 8;

/** Everything a BS reports. `mac` is the SS as configured, lower case; `said` names the service. */
export type BsEvent =
  | (NetworkEntryEvent & { readonly mac: string })
  | AuthorizerEvent
  | {
      readonly type: 'KEY_REPLY';
      readonly mac: string;
      readonly said: number;
      readonly analysis: Analysis;
      readonly discrimination: Discrimination;
      readonly older: number;
      readonly newer: number;
      readonly to: string;
    }
  | {
      readonly type: 'KEY_REJECT';
      readonly mac: string;
      readonly error: KeyRejectError;
      readonly analysis: Analysis;
      readonly discrimination: Discrimination;
      readonly to: string;
    }
  /** 4 invalid key sequence number, 5 message authentication failure. `mac`: whose connection the request came on. */
  | { readonly type: 'AUTH_INVALID'; readonly mac: string; readonly error: 4 | 5; readonly to: string }
  | { readonly type: 'TEK_INVALID'; readonly mac: string; readonly said: number; readonly why: 'EKS' | 'ICV' | 'REKEY' }
  | { readonly type: 'BOUND'; readonly mac: string; readonly address: string }
  | { readonly type: 'UNBOUND'; readonly mac: string; readonly address: string }
  | { readonly type: 'TEK_GENERATED'; readonly said: number; readonly sequence: number; readonly expiresAt: number }
  | { readonly type: 'TEK_EXPIRED'; readonly said: number; readonly sequence: number }
  /** `code`: the core's error code (`ENTROPY`, `VAULT_FULL` …). */
  | { readonly type: 'GENERATION_FAILED'; readonly said: number; readonly code: string }
  | { readonly type: 'AUTHORIZE_FAILED'; readonly mac: string; readonly error: string }
  | { readonly type: 'LEASE_FAILED'; readonly said: number; readonly error: string }
  | RekeyEvent
  | { readonly type: 'REKEY_WANTED'; readonly said: number; readonly sequence: number; readonly why: RekeyReason }
  /** An uplink payload; a copy. */
  | { readonly type: 'PAYLOAD'; readonly mac: string; readonly said: number; readonly bytes: Uint8Array }
  /** Payloads taken by `offer` that sealing then refused. */
  | { readonly type: 'NOT_SEALED'; readonly said: number; readonly code: string }
  | {
      readonly type: 'DROPPED';
      readonly code: DropCode;
      readonly from: string;
      readonly cid: number | undefined;
      readonly mac: string | undefined;
    };

/** May this SS have this service? Answer: `{ accepted: true }` or `{ accepted: false, error }`. A failure is answered with Key Reject 0. */
export interface AuthorizeWork extends Work {
  readonly kind: 'authorize';
  readonly input: {
    readonly mac: string;
    readonly provider: string;
    readonly serviceType: number;
    readonly groupId: number | undefined;
    readonly said: number;
  };
}
/** The host's verdict on an SS's request: granted, or the error code that the Key Reject carries. */
export type AuthorizeAnswer =
  | { readonly accepted: true }
  | { readonly accepted: false; readonly error: KeyRejectError };

/** Make it durable that PNs below `upTo` of this TEK may be used; answer with `{ upTo }`. Sealing waits for it. */
export interface LeaseWork extends Work {
  readonly kind: 'lease';
  readonly input: { readonly said: number; readonly sequence: number; readonly upTo: number };
}
/** PNs below `upTo` may be used now: exclusive, as the work asked or more. */
export type LeaseAnswer = { readonly upTo: number };

/** All that a BS may ask of its host. */
export type BsWork = AuthorizeWork | LeaseWork | BsAuthWork;
/** What every call of a BS hands back. */
export type BsStep = Step<BsEvent, BsWork>;

/** A row of `services()`: what a status page shows. */
export interface ServiceStatus {
  readonly said: number;
  readonly cid: number;
  readonly serviceType: number;
  readonly groupId: number | undefined;
  readonly mac: string | undefined;
  readonly older: number | undefined;
  readonly newer: number | undefined;
  /** Successors made so far. */
  readonly rekeys: number;
  /** While a rekey is under way: how many members have the new TEKs. After its switch: who (MAC) was not waited for, until all of them have asked. */
  readonly rekeying:
    | { readonly distributed: number; readonly members: number; readonly late: readonly string[] }
    | undefined;
  readonly held: boolean;
}

export type * from './rekeying-types.js';
export type { Counters, KeyAge };

/**
 * What the class `BaseStation` offers. `said` names a service: 517 the group's SA, a subscriber's basicCid its unicast SA.
 * Every method that returns a step may have something to send; nothing in it is applied twice.
 * Errors of the orders that name an SS or a service: `UNKNOWN_SUBSCRIBER`, `UNKNOWN_SERVICE`.
 */
export interface BaseStationMethods {
  /**
   * Takes a datagram in: one burst of whole MAC PDUs. What is not well formed is dropped, counted and reported (`DROPPED`); nothing in it throws.
   * `from` is the address that answers go to; `now` is in milliseconds, of a clock that does not go back.
   */
  receive(datagram: Uint8Array, from: string, now: number): BsStep;
  /** Does what is due by `now`: TEKs expire and follow each other, rekeys go on. To be called at the last step's `wakeAt`, or earlier. */
  tick(now: number): BsStep;
  /** The host's answer to work of an earlier step. Error: `WORK`, an id that is not pending here. */
  complete(id: number, result: WorkResult, now: number): BsStep;
  /** Queues a payload (1..2,025 bytes, copied) for the downlink of a service; undefined if taken. */
  offer(said: number, payload: Uint8Array, now: number): Refusal | undefined;
  /** Seals what was offered, all services in one batch; one send per datagram and bound SS. */
  flush(now: number): BsStep;
  /** With `entry: 'stack'`: what the embedding stack tells of an SS. Who leaves the network (`LEAVE`) leaves every group, as by `leave`. Errors: `UNKNOWN_SUBSCRIBER`, `ENTRY`. */
  enter(mac: string, event: EntryEvent, now: number): BsStep;
  /** Where an SS stands in network entry; undefined unless `entry` is `stack`. Error: `UNKNOWN_SUBSCRIBER`. */
  entryState(mac: string): EntryState | undefined;
  /** Ends an SS's authorization by certificate: its AKs, its own TEKs and its address go, and it is told. Error: `UNKNOWN_SUBSCRIBER`. */
  revoke(mac: string, now: number): BsStep;
  /**
   * Makes the next TEK, nudges the members by TEK Invalid so that they fetch it, and moves the downlink on when they have it: the older TEK goes
   * then. Wanted again meanwhile, it is one rekey. While the service is held it waits.
   */
  rekey(said: number, now: number, options?: RekeyOptions): BsStep;
  /** No rekey that an operator or a limit wants begins until `release`. Expiry, hard limits, joins and leaves go on as ever. */
  hold(said: number, now: number): BsStep;
  /** Ends `hold`: a rekey that was wanted meanwhile begins. Error: `UNKNOWN_SERVICE`. */
  release(said: number, now: number): BsStep;
  /** An SS may have a service (again). With `backwardSecrecy` it gets TEKs under which nothing was sealed before it asked. */
  join(mac: string, said: number, now: number): BsStep;
  /** An SS left by itself: two new TEKs for the rest. It may come back. Unicast: its TEKs go. */
  leave(mac: string, said: number, now: number): BsStep;
  /** As `leave`, and its requests are rejected until `join`. */
  evict(mac: string, said: number, now: number): BsStep;
  /** What the rekey budget means for the age of keys, with the members of now. */
  worstKeyAge(now: number): KeyAge;
  /** Takes a service away from an SS: its next request is rejected. The keys it has open traffic until they expire. */
  remove(mac: string, said: number, now: number): BsStep;
  /** Raises the PN lease of the key that seals this service (exclusive limit). Error: `NO_TEK`. */
  grant(said: number, upTo: number): void;
  /** The last analysis and discrimination (memory 240) of an SS's requests for a service, named as it asked for it. */
  verdict(
    mac: string,
    serviceType: number,
    groupId?: number,
  ): { readonly analysis: Analysis; readonly discrimination: Discrimination } | undefined;
  /** A row for each service, unicast ones included. TEKs are named by their sequence numbers (0..3). */
  services(): ServiceStatus[];
  /** What was counted since the start, by name. */
  counters(): Counters;
  /** Erases every key of this station. */
  dispose(): void;
}
