// What a run is told and what it tells.

/** Rules that a run checks. */
export type Rule =
  /** A member that was given the sealing key cannot open with it. */
  | 'GRACE'
  /** A member has gone without the sealing key for longer than recovery may take. */
  | 'OUTAGE'
  /** Somebody who is no member holds, or opened something under, a key that seals. */
  | 'SECRECY'
  /** A (TEK, nonce) pair was used twice. */
  | 'NONCE'
  /** A packet number fell. */
  | 'PN'
  /** A PDU was accepted twice by one station. */
  | 'REPLAY'
  /** A rekey began while the service was held, none after its release, or a dry run did more than tell. */
  | 'HOLD'
  /** A stored mark fell. */
  | 'MARK'
  /** The two TEKs of an SA are not consecutive, or live longer or shorter than they must. */
  | 'SCHEDULE'
  /** The station reported what must not happen in a healthy run. */
  | 'FAULT';

/** What can be broken, to see that the simulator notices. */
export const BREAKS = ['grace', 'nonce', 'evict', 'window', 'schedule', 'state', 'hold'] as const;
export type Break = (typeof BREAKS)[number];

export interface SimulatorOptions {
  readonly seed: number;
  /** Virtual days. */
  readonly days: number;
  readonly stations: number;
  readonly groups: number;
  /** TEK lifetime in seconds. Default 43,200. */
  readonly lifetime?: number;
  /** Share of datagrams that get lost. Default 0.2. */
  readonly loss?: number;
  readonly broken?: Break;
  readonly onProgress?: (day: number, events: number) => void;
  /** Stop after this many violations. Default 20. */
  readonly violationsMax?: number;
}

export interface Violation {
  readonly seed: number;
  /** Virtual seconds since the beginning. */
  readonly time: number;
  readonly station: string;
  readonly rule: Rule;
  readonly detail: string;
}

/** What `--json` prints. */
export interface Summary {
  readonly ok: boolean;
  readonly seed: number;
  readonly virtualDays: number;
  /** Calls of engines: datagrams received, timers, commands. */
  readonly events: number;
  /** TEKs made after the first two of an SA. */
  readonly rekeys: number;
  readonly evictions: number;
  /** Traffic PDUs sealed. */
  readonly pdus: number;
  readonly violations: readonly Violation[];
  readonly wallSeconds: number;
}

/** Life of one TEK of a group, for the plot. Virtual ms. */
export interface TekLife {
  readonly group: number;
  readonly sequence: number;
  readonly bornAt: number;
  endedAt: number;
}

/** What befell the network, and which group if it was one. Virtual ms. */
export interface Mark {
  readonly at: number;
  readonly what: 'evict' | 'rekey' | 'restart';
  readonly group: number | undefined;
}

export interface Recording {
  readonly lives: readonly TekLife[];
  /** Key Replies per virtual second. */
  readonly replies: Uint16Array;
  readonly marks: readonly Mark[];
  readonly lifetime: number;
  readonly days: number;
}

export interface Outcome {
  readonly summary: Summary;
  readonly recording: Recording;
  /** What happened how often, by name. */
  readonly counts: Readonly<Record<string, number>>;
}
