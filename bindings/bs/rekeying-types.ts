// Rekeying at a base station (docs/REKEYING.md): what it is told and what it reports.
import type { RekeyReason } from '../sa/types.js';

/** How TEKs are replaced before their time (docs/REKEYING.md). */
export interface RekeyingOptions {
  /** Members rekeyed in a second, all services together. 1..1,000,000, default 2,000. */
  readonly rekeysPerSecond?: number;
  /** Share of a service's members, 0..1, that must have the new TEKs before the downlink switches. Default 1. */
  readonly quorum?: number;
  /** Seconds after the last nudge at which it switches anyhow, 0..3,600; at most a quarter of the TEK lifetime. Default 5. */
  readonly deadline?: number;
  /** Seconds over which joins and leaves share one rekey, 0..60. Default 0.5. */
  readonly coalesce?: number;
  /** The SSs' Operational Wait in seconds, 1..10: one that does not repeat its request for so long has its answer. Default: what `pki.timers` tells them, or 1. */
  readonly operationalWait?: number;
  /** Rekey when a soft limit is passed. Default true. */
  readonly automatic?: boolean;
}

/** For one `rekey`. */
export interface RekeyOptions {
  /** Only say what would happen (`REKEY_PLANNED`); nothing is changed. */
  readonly dryRun?: boolean;
  /** In place of the station's own. */
  readonly quorum?: number;
  /** Milliseconds, in place of the station's own. */
  readonly deadlineMs?: number;
}

/** Why a service is rekeyed: an operator wanted it, an SS came or went, or a limit of its key came near. */
export type RekeyWhy = 'OPERATOR' | 'JOIN' | 'LEAVE' | RekeyReason;
/** All members have the new TEKs; enough; time is up; the TEK before expired; it could seal no more; a new AK brought other TEKs. */
export type SwitchWhy = 'ALL' | 'QUORUM' | 'DEADLINE' | 'EXPIRY' | 'LIMIT' | 'REPLACED';

/** What is reported of rekeys. Times in milliseconds, of the clock of `now`. */
export type RekeyEvent =
  /** TEKs were made; the downlink switches at `switchBy` (ms) at the latest. */
  | {
      readonly type: 'REKEY_BEGUN';
      readonly said: number;
      readonly why: RekeyWhy;
      readonly members: number;
      readonly switchBy: number;
    }
  /** The downlink is sealed under TEK `sequence` now, which `distributed` of so many members have so far as is known. */
  | {
      readonly type: 'REKEY_SWITCHED';
      readonly said: number;
      readonly sequence: number;
      readonly why: SwitchWhy;
      readonly distributed: number;
      readonly members: number;
    }
  /** A member was not waited for. `answered`: it was sent the new TEKs, but lately or again and again. */
  | { readonly type: 'MEMBER_LATE'; readonly said: number; readonly mac: string; readonly answered: boolean }
  /** An operator's wish comes to nothing: nobody has keys of the service (`NO_TEK`), or a rekey of it has begun (`UNDER_WAY`). */
  | { readonly type: 'REKEY_REFUSED'; readonly said: number; readonly code: 'NO_TEK' | 'UNDER_WAY' }
  /** Wanted, but the service is held. */
  | { readonly type: 'REKEY_HELD'; readonly said: number; readonly why: RekeyWhy }
  /** Answer to a dry run: members, and seconds until the switch. */
  | {
      readonly type: 'REKEY_PLANNED';
      readonly said: number;
      readonly members: number;
      readonly earliest: number;
      readonly latest: number;
      readonly held: boolean;
    };
