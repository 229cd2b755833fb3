// Ports between an engine's loop and the world. Universal: a UDP socket, a WebSocket and a simulator all fit.
import type { Step, Work, WorkResult } from '../step.js';

/** Moves datagrams and knows the time. `to` and `from` are opaque address strings. */
export interface Carrier {
  /** Sends one datagram. What cannot be sent is lost, as on the air. */
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
  /** A datagram came from that address. */
  receive(datagram: Uint8Array, from: string, now: number): Step<Event, W>;
  /** `wakeAt` of the last step is reached. */
  tick(now: number): Step<Event, W>;
  /** Work of an earlier step is done, or failed. Error: `WORK`. */
  complete(id: number, result: WorkResult, now: number): Step<Event, W>;
  /** Seals and sends the payloads that were offered. */
  flush(now: number): Step<Event, W>;
}

/** Either station. */
export type AnyEngine = Engine<unknown, Work>;
/** The steps of an engine of that type. */
export type StepOf<E extends AnyEngine> = ReturnType<E['tick']>;
/** Its events. */
export type EventOf<E extends AnyEngine> = StepOf<E>['events'][number];
/** Its work. */
export type WorkOf<E extends AnyEngine> = StepOf<E>['work'][number];

/** Answers work by kind. What it returns or resolves to becomes `{ ok: true, value }`, what it throws `{ ok: false, error }`. */
export type WorkHandlers<W extends Work> = {
  readonly [K in W['kind']]?: (input: Extract<W, { kind: K }>['input']) => unknown;
};
