// Key bytes on their way from a file into the vault. Prints as *** wherever it ends up: logs, JSON, string templates.

export class Secret {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** A copy for whoever puts it into the vault and wipes it there. */
  reveal(): Uint8Array {
    return this.#bytes.slice();
  }

  /** Zeroes the bytes held here. What JSON.parse and the decoder left on the heap is out of reach. */
  wipe(): void {
    this.#bytes.fill(0);
  }

  toString(): string {
    return '***';
  }

  toJSON(): string {
    return '***';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '***';
  }
}
