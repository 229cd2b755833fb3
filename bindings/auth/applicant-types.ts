// What the SS's side of an authorization is told, and what it reports.
import type { Core } from '../core/types.js';
import type { PkmTimers, Profile, SaDescriptor, Suite } from '../pkm/index.js';
import type { AuthEvent, AuthState } from './authorization.js';
import type { AuthStep, CertificateRefusal, LiveAk, SsAuthWork } from './types.js';

/** What an Auth Reply gave. */
export interface Grant {
  readonly ak: LiveAk;
  /** Of the AK, seconds. */
  readonly lifetime: number;
  /** The SAs whose suite this SS has. */
  readonly sas: readonly SaDescriptor[];
  /** SAIDs that the reply before did not have, and those that only it had. */
  readonly added: readonly number[];
  readonly removed: readonly number[];
  /** Timers that the BS wants, where they lie in their ranges. */
  readonly timers: Partial<PkmTimers>;
}

/** How the TEK machines hear of the authorization: events 1 to 4 of each. */
export interface ApplicantHooks {
  /** Whether a Key Request with this Identifier waits for its answer. */
  pending(identifier: number): boolean;
  /** Authorized to the machines of new SAs, Stop to those of SAs that are gone, Auth Comp to those that wait. */
  authorized(grant: Grant, now: number): void;
  /** Auth Pend to the machine whose Key Request had this Identifier. */
  pend(identifier: number, now: number): void;
  /** Stop to all. */
  stop(now: number): void;
}

export interface ApplicantTimers {
  readonly authorizeWait?: number;
  readonly reauthorizeWait?: number;
  readonly authorizationGrace?: number;
  readonly authorizeRejectWait?: number;
}

/** What an SS's side of PKMv1 authorization is made of. */
export interface ApplicantOptions {
  readonly core: Core;
  readonly profile: Profile;
  readonly suite: Suite;
  /** Owner of the keys in the vault. */
  readonly owner: number;
  readonly mac: string;
  /** Primary SAID. */
  readonly basicCid: number;
  /** Address of the BS. */
  readonly bs: string;
  /** The SS's certificate and that of the CA which signed it, DER. */
  readonly certificate: Uint8Array;
  readonly caCertificate: Uint8Array;
  /** True where a CA of base stations is configured: replies that are not signed are refused. False: each is reported. */
  readonly signedReplies: boolean;
  /** The BS that must have signed. Default: any with a certificate of that CA. */
  readonly bsid?: string;
  /** Seconds. */
  readonly timers?: ApplicantTimers;
  readonly lab?: boolean;
  readonly hooks: ApplicantHooks;
  /** The SS's one counter of Identifiers, never 0. Default: one of its own, from a random start. */
  readonly identifiers?: () => number;
  readonly workIds?: () => number;
}

/** What an SS reports of its authorization. Lifetimes in seconds; AK sequence numbers 0..15. */
export type ApplicantEvent =
  | { readonly type: 'AUTH_STATE'; readonly state: AuthState; readonly event: AuthEvent }
  | { readonly type: 'AUTH_REPLY'; readonly akSequence: number; readonly lifetime: number; readonly signed: boolean }
  /** A warning: who sent this reply is not known. */
  | { readonly type: 'AUTH_REPLY_UNSIGNED'; readonly akSequence: number }
  | {
      readonly type: 'AUTH_REPLY_REFUSED';
      readonly why: CertificateRefusal | 'UNSIGNED' | 'SIGNATURE' | 'LIFETIME' | 'AK';
    }
  | { readonly type: 'AUTH_REJECT'; readonly error: number }
  /** `counted`: it raised event 7. */
  | { readonly type: 'AUTH_INVALID'; readonly error: number; readonly counted: boolean }
  | { readonly type: 'AK_EXPIRED'; readonly akSequence: number }
  /** The host could not do its part, or the vault is full. The SS asks again when its wait ends. */
  | { readonly type: 'AUTH_FAILED'; readonly code: string; readonly error: string }
  | { readonly type: 'AUTH_DROPPED'; readonly code: 'ATTRIBUTE' | 'CODE' | 'IDENTIFIER' | 'BUSY' };

export type ApplicantStep = AuthStep<ApplicantEvent, SsAuthWork>;
