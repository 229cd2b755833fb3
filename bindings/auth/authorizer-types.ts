// What the BS's side of an authorization is told, and what it reports.
import type { Core } from '../core/types.js';
import type { PkmTimers, Profile, SaDescriptor, Suite } from '../pkm/index.js';
import type { AuthStep, BsAuthWork, CertificateRefusal, LiveAk } from './types.js';

export interface AuthSubscriber {
  /** As configured, lower case. */
  readonly mac: string;
  /** Also the primary SAID. */
  readonly basicCid: number;
}

export interface AuthorizerHooks {
  /** The SAs of an SS, the primary first. */
  descriptors(mac: string): readonly SaDescriptor[];
  /** May this SS be authorized now? Default: yes. No is answered with Auth Reject 1. */
  mayAuthorize?(mac: string): boolean;
  /** An Auth Reply goes out: requests under this AK count. */
  authorized?(mac: string, ak: LiveAk, now: number): void;
  /** A request under this AK has verified for the first time: time for new unicast TEKs. */
  confirmed?(mac: string, ak: LiveAk, now: number): void;
  /** The last AK of this SS is gone. */
  lost?(mac: string, now: number): void;
}

/** What a BS's side of PKMv1 authorization is made of. */
export interface AuthorizerOptions {
  readonly core: Core;
  readonly profile: Profile;
  readonly suite: Suite;
  /** Owner of the keys in the vault. */
  readonly owner: number;
  readonly hooks: AuthorizerHooks;
  /** Seconds, 86,400..6,048,000; from 8 with `lab`. Default 604,800. */
  readonly akLifetime?: number;
  readonly lab?: boolean;
  /** Timers to tell the SSs (attribute 27). Default: none. */
  readonly timers?: PkmTimers;
  /** DER. Given: replies carry it and a signature. */
  readonly bsCertificate?: Uint8Array;
  readonly workIds?: () => number;
}

/** What a BS reports of authorizations. Lifetimes in seconds; AK sequence numbers 0..15. */
export type AuthorizerEvent =
  | { readonly type: 'AUTH_INFO'; readonly mac: string }
  | {
      readonly type: 'AUTH_REPLY';
      readonly mac: string;
      readonly akSequence: number;
      readonly lifetime: number;
      readonly signed: boolean;
      readonly to: string;
    }
  /** `why`: what the certificate failed by, or `SAID`, `SUITE`, `FORBIDDEN`. */
  | {
      readonly type: 'AUTH_REJECT';
      readonly mac: string;
      readonly error: number;
      readonly why: RejectReason;
      readonly to: string;
    }
  /** The request that was answered a moment ago came again; so did the answer. */
  | { readonly type: 'AUTH_REPEATED'; readonly mac: string; readonly to: string }
  /** The host could not do its part; nothing was sent. `code`: of the core, or the kind of the work. */
  | { readonly type: 'AUTH_FAILED'; readonly mac: string; readonly code: string; readonly error: string }
  | { readonly type: 'AK_CONFIRMED'; readonly mac: string; readonly akSequence: number }
  | { readonly type: 'AK_EXPIRED'; readonly mac: string; readonly akSequence: number }
  | {
      readonly type: 'AUTH_DROPPED';
      readonly mac: string;
      readonly code: 'ATTRIBUTE' | 'CODE' | 'RATE' | 'BUSY';
      readonly from: string;
    };

export type RejectReason = CertificateRefusal | 'SAID' | 'SUITE' | 'FORBIDDEN';

export type AuthorizerStep = AuthStep<AuthorizerEvent, BsAuthWork>;
