// What an engine hands back from every call. Engines do no I/O and never await (host/ runs them).

/** A datagram to send. `to` is the opaque address string that came in as `from`. One datagram is one burst: one or more whole MAC PDUs. */
export interface Send {
  readonly to: string;
  readonly bytes: Uint8Array;
}

/**
 * What an outside party must do before something can go on. The host does it and calls `complete(id, result, now)`.
 * A failure is completed too: `{ ok: false, error }` with a text free of secrets.
 */
export interface Work<Kind extends string = string, Input = unknown> {
  readonly id: number;
  readonly kind: Kind;
  readonly input: Input;
}

/** How work ended: with the answer that its kind asks for, or with a text free of secrets. */
export type WorkResult<T = unknown> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: string };

/** One step of an engine. `wakeAt`: call `tick` then at the latest (ms, the clock of `now`); undefined when nothing is pending. */
export interface Step<Event, W extends Work = Work> {
  readonly send: readonly Send[];
  readonly events: readonly Event[];
  readonly wakeAt: number | undefined;
  readonly work: readonly W[];
}
