// What a subscriber station is told, what it reports, and what it asks its host to do.
import type { ApplicantEvent, ApplicantTimers, SsAuthWork } from '../auth/index.js';
import type { Core } from '../core/types.js';
import type { EntryEvent, EntryState, NetworkEntryEvent } from '../entry/index.js';
import type { Profile } from '../pkm/table.js';
import type { Counters, Crc, DropCode, KeyLimits, OnPdu, Refusal, RekeyReason, Suite } from '../sa/types.js';
import type { Step, Work, WorkResult } from '../step.js';

/** Who the SS is: its own row of the provisioning. */
export interface SsIdentity {
  /** `00:1b:11:c9:d5:0c`; case does not matter. */
  readonly mac: string;
  /** Also the primary SAID. */
  readonly basicCid: number;
  readonly primaryCid: number;
  readonly transportCid: number;
  /** Sequence number of the pre-shared AK, 0..15. */
  readonly akSequence?: number;
}

/** A service as provisioned: by its CID the SS knows its traffic. */
export interface SsServiceRow {
  readonly type: 'multicast' | 'broadcast';
  readonly groupId?: number;
  readonly said: number;
  readonly cid: number;
}

/** Timers of the standard, in seconds. What a BS tells with an authorization (attribute 27) takes their place, where it lies in the range. */
export interface SsTimers {
  /** 1..10, default 1. */
  readonly operationalWait?: number;
  /** 1..10, default 1. */
  readonly rekeyWait?: number;
  /** 300..302,399, from 1 with `lab`; default 3,600; what applies is min(this, L′/4) less a jitter of up to a quarter. */
  readonly tekGrace?: number;
  /**
   * With neither an answer nor an opened PDU for so long (or for a lifetime/8, if that is shorter) it asks whether the BS has other keys. Default 60;
   * infinite: never. A function is asked anew each time, for a host that knows by its radio whether the BS is there.
   */
  readonly silence?: number | (() => number);
}

/** What may be asked for: by name, or a service type by number (0..255). */
export interface ServiceRequest {
  readonly service: 'unicast' | 'multicast' | 'broadcast' | number;
  /** 0..255; only with multicast. */
  readonly groupId?: number;
}

/** A TEK in the state: named by its wrapped form as it came over the air (hex), which is no secret. */
export interface TekState {
  readonly wrapped: string;
  readonly sequence: number;
  /** First PN not yet leased for sealing; null: must not seal under it. */
  readonly sealFrom: number | null;
  /** PNs below were received, or may have been. */
  readonly openFrom: number;
}

/** What outlives the process. `tag` binds it to MAC and AK: HMAC-SHA1 (hex) over the rest. No key is in it. */
export interface SsState {
  readonly version: 1;
  readonly mac: string;
  readonly akSequence: number;
  /** Last freshness value sent (decimal). */
  readonly freshness: string;
  /** A reply with an echo was seen under this AK. */
  readonly echoes: boolean;
  /** The first unicast reply was recorded: keys not listed were never used for sealing. */
  readonly sealing: boolean;
  readonly services: readonly {
    readonly serviceType: number;
    readonly groupId: number | null;
    readonly said: number;
    readonly teks: readonly TekState[];
  }[];
  readonly tag: string;
}

/** Authorization by certificate (PKMv1). What needs RSA is work: `ssHandlers` of `tekcast/pki` answers it. */
export interface SsAuthorization {
  /** The SS's certificate and that of the CA which signed it, DER. */
  readonly certificate: Uint8Array;
  readonly caCertificate: Uint8Array;
  /** True: an Auth Reply that no BS of a trusted CA has signed is refused. False: each is taken and reported (`AUTH_REPLY_UNSIGNED`). */
  readonly signedReplies: boolean;
  /** The BS that must have signed. Default: any with a certificate of that CA. */
  readonly bsid?: string;
  readonly timers?: ApplicantTimers;
}

/** What a subscriber station (SS) is made of. Errors of the constructor: see the class. */
export interface SubscriberStationOptions {
  readonly core: Core;
  readonly profile: Profile;
  readonly identity: SsIdentity;
  /** Pre-shared: 20 bytes; zeroed by the constructor unless `keepAk`. Either this or `authorization`. */
  readonly ak?: Uint8Array;
  readonly keepAk?: boolean;
  readonly authorization?: SsAuthorization;
  /**
   * Who tells of network entry. `carrier` (default): nobody, the carrier stands in for a radio, and entry begins with the first
   * request. `stack`: the embedding stack, by `enter`; it is reported by `ENTRY` and `SERVICE`, and no Key Request is sent before S80.
   */
  readonly entry?: 'carrier' | 'stack';
  /** Address of the BS, where everything is sent. */
  readonly bs: string;
  /** Default `020104`. */
  readonly suite?: Suite;
  /** Default `msb`. */
  readonly crc?: Crc;
  readonly services: readonly SsServiceRow[];
  readonly timers?: SsTimers;
  /** Allows graces from 1 s. */
  readonly lab?: boolean;
  readonly keyLimits?: KeyLimits;
  /** PNs, a multiple of 64. Default 1,024. */
  readonly replayWindow?: number;
  readonly burstBytes?: number;
  readonly queuePackets?: number;
  /** Wall-clock milliseconds for attribute 158; made strictly rising here. Without it attribute 158 is not sent. */
  readonly freshness?: () => bigint;
  /**
   * Given: PN leases and receive marks are made durable by work of kind `state`. `stored` is what was read, undefined for
   * an empty or missing file. Errors of the constructor: `STATE_FOREIGN` (another MAC or AK, or altered), `STATE_FORMAT`.
   */
  readonly state?: {
    readonly stored: SsState | undefined;
    readonly leasePackets?: number;
    readonly saveEveryMs?: number;
  };
  /** Seal under the keys of the first reply although no state says that an earlier run did not: risks a nonce used twice. */
  readonly firstUse?: boolean;
  readonly onPdu?: OnPdu;
}

/** Everything an SS reports. */
export type SsEvent =
  | ApplicantEvent
  | NetworkEntryEvent
  | {
      readonly type: 'KEY_REQUEST';
      readonly serviceType: number;
      readonly groupId: number | undefined;
      readonly identifier: number;
      readonly why: 'FIRST' | 'RETRY' | 'REFRESH' | 'HINT' | 'EKS' | 'ICV' | 'SILENCE';
    }
  | {
      readonly type: 'KEY_REPLY';
      readonly serviceType: number;
      readonly groupId: number | undefined;
      readonly said: number;
      readonly older: number;
      readonly newer: number;
      /** Whether the newer key was not here. */
      readonly fresh: boolean;
    }
  | {
      readonly type: 'KEY_REJECT';
      readonly serviceType: number;
      readonly groupId: number | undefined;
      readonly error: number;
    }
  | { readonly type: 'AUTH_INVALID'; readonly error: number }
  | { readonly type: 'TEK_INVALID'; readonly said: number; readonly error: number }
  /** A reply that is not for the service that was asked for: it installed nothing. */
  | {
      readonly type: 'SERVICE_IGNORED';
      readonly serviceType: number;
      readonly groupId: number | undefined;
      readonly said: number;
    }
  /** A reply whose TEK-Parameters do not fit: it installed nothing. */
  | {
      readonly type: 'REPLY_REFUSED';
      readonly serviceType: number;
      readonly groupId: number | undefined;
      readonly why: 'LIFETIME' | 'LENGTH' | 'SEQUENCE' | 'EQUAL' | 'UNWRAP' | 'VAULT';
    }
  | { readonly type: 'TEK_EXPIRED'; readonly said: number; readonly sequence: number }
  | { readonly type: 'REKEY_WANTED'; readonly said: number; readonly sequence: number; readonly why: RekeyReason }
  | { readonly type: 'STATE_FAILED'; readonly error: string }
  /** A downlink payload; a copy. */
  | {
      readonly type: 'PAYLOAD';
      readonly said: number;
      readonly serviceType: number;
      readonly groupId: number | undefined;
      readonly bytes: Uint8Array;
    }
  | { readonly type: 'NOT_SEALED'; readonly said: number; readonly code: string }
  | { readonly type: 'DROPPED'; readonly code: DropCode; readonly from: string; readonly cid: number | undefined };

/** Make this durable before what waits for it is sent; answer with undefined. Whole states: a later one replaces an earlier one. */
export interface StateWork extends Work {
  readonly kind: 'state';
  readonly input: SsState;
}

/** All that an SS may ask of its host. */
export type SsWork = StateWork | SsAuthWork;
/** What every call of an SS hands back. */
export type SsStep = Step<SsEvent, SsWork>;

/** A row of `services()`. */
export interface SsServiceStatus {
  readonly serviceType: number;
  readonly groupId: number | undefined;
  readonly said: number | undefined;
  /** State of its TEK machine. */
  readonly state: string;
  readonly older: number | undefined;
  readonly newer: number | undefined;
  /** Error code of the last Key Reject. */
  readonly error: number | undefined;
}

export type { Counters };

/** What the class `SubscriberStation` offers. */
export interface SubscriberStationMethods {
  /** Starts (or, after a Key Reject, starts again) the TEK machine of a service. */
  request(service: ServiceRequest, now: number): SsStep;
  /** What the embedding stack tells of network entry: `ACCESS` … `IP_CONNECTED`, `SYNC_LOST`, `LEAVE` (both tear down in order and wipe). */
  enter(event: EntryEvent, now: number): SsStep;
  /** Where this SS stands in network entry (the patent's Figure 4). */
  readonly entryState: EntryState;
  /** Asks for a new AK before its time; nothing with a pre-shared one. */
  reauthorize(now: number): SsStep;
  /** Stops it and erases its keys. */
  stop(service: ServiceRequest, now: number): SsStep;
  /**
   * Takes a datagram in: one burst of whole MAC PDUs. What is of other connections is passed over, what is not well formed is dropped and reported
   * (`DROPPED`); nothing in it throws. `now` is in milliseconds, of a clock that does not go back.
   */
  receive(datagram: Uint8Array, from: string, now: number): SsStep;
  /** Does what is due by `now`: requests are repeated, TEKs refreshed and ended. To be called at the last step's `wakeAt`, or earlier. */
  tick(now: number): SsStep;
  /** The host's answer to work of an earlier step. Error: `WORK`, an id that is not pending here. */
  complete(id: number, result: WorkResult, now: number): SsStep;
  /** Queues a payload (1..2,025 bytes, copied) for the uplink, under the newer TEK of the unicast SA; undefined if taken. */
  offer(payload: Uint8Array, now: number): Refusal | undefined;
  /** Seals what was offered, in one batch; one send per datagram. */
  flush(now: number): SsStep;
  /** A row for each service. TEKs are named by their sequence numbers (0..3). */
  services(): SsServiceStatus[];
  /** The whole state as it stands, for a clean end. */
  snapshot(): SsState;
  /** What was counted since the start, by name. */
  counters(): Counters;
  /** Erases every key of this station and gives its parts of the arena back. */
  dispose(): void;
}
