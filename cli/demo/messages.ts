// What the demo and its station processes tell each other over process IPC. Keys travel only here, inside `config`.
import type { StationEvent } from '../events.js';
import type { ExitCode } from '../exit.js';

/** `PAYLOAD` and `DROPPED` stay in the process: progress and counters tell of them. */
export type ToldEvent = Exclude<StationEvent, { type: 'PAYLOAD' | 'DROPPED' }>;

export type ToStation =
  | { readonly kind: 'bs'; readonly config: string; readonly pcap: string; readonly capturedTraffic: number | null }
  | { readonly kind: 'ss'; readonly config: string; readonly mac: string; readonly bs: string }
  | { readonly kind: 'request'; readonly service: number; readonly groupId: number | null }
  | { readonly kind: 'stop' };

/** Payloads of one service so far. */
export interface Progress {
  readonly said: number;
  readonly packets: number;
  readonly bytes: number;
}

export type FromStation =
  | {
      readonly kind: 'ready';
      /** BS: its carrier address, and ingress addresses by SAID. */
      readonly listen: string;
      readonly ingress: readonly (readonly [number, string])[];
      readonly receiveBufferBytes: number;
    }
  | { readonly kind: 'event'; readonly event: ToldEvent }
  | { readonly kind: 'progress'; readonly progress: readonly Progress[] }
  /** SHA-256 (hex) of everything received, by SAID; the station's counters. */
  | {
      readonly kind: 'stopped';
      readonly sha256: readonly (readonly [number, string])[];
      readonly counters: Readonly<Record<string, number>>;
    }
  | { readonly kind: 'failed'; readonly message: string; readonly exitCode: ExitCode };
