// What an engine is asked to measure, and what it answers: JSON, since the engine may be another process or a page.

export interface Order {
  /** Flavours of the core by name, in base64. */
  readonly flavours: Readonly<Record<string, string>>;
  readonly sizes: readonly number[];
  readonly keys: number;
  readonly batch: number;
  readonly rounds: number;
  /** Wall ms of one flavour in a round, at least fifty steps of the clock there; and of warming. */
  readonly sliceMs: number;
  readonly warmMs: number;
}

export interface Taken {
  /** Flavour that the library loads here by itself. */
  readonly picked: string;
  readonly agent: string;
  /** Smallest step of the clock seen, ms. */
  readonly clockMs: number;
  /** Nanoseconds per packet of each round, by payload size and flavour; a flavour that does not validate here is missing. */
  readonly ns: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
}
