// Ports between an engine's loop and the world. Universal: a UDP socket, a WebSocket and a simulator all fit.
import type { Step, Work, WorkResult } from '../step.js';

/** Moves datagrams and knows the time. `to` and `from` are opaque address strings. */
export interface Carrier {
  send(to: string, bytes: Uint8Array): void;
  /** Called once by the host; the carrier calls `listener` for every datagram. */
  onDatagram(listener: (bytes: Uint8Array, from: string) => void): void;
  /** Monotonic milliseconds. */
  now(): number;
  /** Calls `fire` once after `ms`; returns a function that cancels. */
  setTimer(ms: number, fire: () => void): () => void;
}

/** What both stations are to their host. */
export interface Engine<Event, W extends Work> {
  receive(datagram: Uint8Array, from: string, now: number): Step<Event, W>;
  tick(now: number): Step<Event, W>;
  complete(id: number, result: WorkResult, now: number): Step<Event, W>;
  flush(now: number): Step<Event, W>;
}

/** Either station. */
export type AnyEngine = Engine<unknown, Work>;
export type StepOf<E extends AnyEngine> = ReturnType<E['tick']>;
export type EventOf<E extends AnyEngine> = StepOf<E>['events'][number];
export type WorkOf<E extends AnyEngine> = StepOf<E>['work'][number];

/** Answers work by kind. What it returns or resolves to becomes `{ ok: true, value }`, what it throws `{ ok: false, error }`. */
export type WorkHandlers<W extends Work> = {
  readonly [K in W['kind']]?: (input: Extract<W, { kind: K }>['input']) => unknown;
};
