// Which parts of a fixed range are given out: first fit, neighbours joined when given back. Few, long-lived users: the batches.

interface Span {
  start: number;
  end: number;
}

export class Arena {
  /** Free spans in order of address. */
  #free: Span[];

  constructor(start: number, length: number) {
    this.#free = [{ start, end: start + length }];
  }

  /** Start of `length` free units, or undefined. */
  take(length: number): number | undefined {
    const index = this.#free.findIndex((s) => s.end - s.start >= length);
    const span = this.#free[index];
    if (span === undefined) return undefined;
    const start = span.start;
    span.start += length;
    if (span.start === span.end) this.#free.splice(index, 1);
    return start;
  }

  give(start: number, length: number): void {
    const spans = [...this.#free, { start, end: start + length }].sort((a, b) => a.start - b.start);
    this.#free = [];
    for (const span of spans) {
      const last = this.#free.at(-1);
      if (last?.end === span.start) last.end = span.end;
      else this.#free.push(span);
    }
  }
}
