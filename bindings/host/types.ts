// Ports between an engine's loop and the world. Universal: a UDP socket, a WebSocket and a simulator all fit.

/** Moves datagrams. `to` and `from` are opaque address strings. */
export interface Carrier {
  send(to: string, bytes: Uint8Array): void;
  /** Called once by the host; the carrier calls `listener` for every datagram. */
  onDatagram(listener: (bytes: Uint8Array, from: string) => void): void;
}

/** Monotonic milliseconds and one-shot timers. */
export interface Clock {
  now(): number;
  /** Calls `fire` once after `ms`; returns a function that cancels. */
  setTimer(ms: number, fire: () => void): () => void;
}
