// Packs PDUs into datagrams: whole, in order, up to a size; a longer one goes alone.

export class BurstPacker {
  readonly #limit: number;
  #parts: Uint8Array[] = [];
  #bytes = 0;
  readonly #out: Uint8Array[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** `pdu` may be a view that becomes invalid after `finish`. */
  add(pdu: Uint8Array): void {
    if (this.#bytes > 0 && this.#bytes + pdu.length > this.#limit) this.#close();
    this.#parts.push(pdu);
    this.#bytes += pdu.length;
  }

  /** The datagrams, as copies. */
  finish(): Uint8Array[] {
    this.#close();
    return this.#out;
  }

  #close(): void {
    if (this.#bytes === 0) return;
    const burst = new Uint8Array(this.#bytes);
    let at = 0;
    for (const part of this.#parts) {
      burst.set(part, at);
      at += part.length;
    }
    this.#out.push(burst);
    this.#parts = [];
    this.#bytes = 0;
  }
}
