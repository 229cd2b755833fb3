// The real input: the first bytes of the running Node executable, cut into payloads; from its beginning again if it is shorter.
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Bytes of a payload; the last one is shorter. */
export const PAYLOAD_BYTES = 1_400;
/** What a PDU has besides: header, PN, ICV, CRC. */
export const PDU_OVERHEAD = 6 + 4 + 8 + 4;
const CHUNK_BYTES = PAYLOAD_BYTES * 1_024;

export class Source {
  readonly #file: number;
  readonly #fileBytes: number;
  readonly #hash = createHash('sha256');
  readonly bytes: number;
  #at = 0;
  #chunk: Uint8Array = new Uint8Array(0);

  /** `bytes` of `path`. */
  constructor(path: string, bytes: number) {
    this.#file = openSync(path, 'r');
    this.#fileBytes = fstatSync(this.#file).size;
    this.bytes = bytes;
  }

  get packets(): number {
    return Math.ceil(this.bytes / PAYLOAD_BYTES);
  }

  /** True if the file had to be read more than once. */
  get repeats(): boolean {
    return this.bytes > this.#fileBytes;
  }

  /** The next payload, the last one shorter; undefined at the end. */
  next(): Uint8Array | undefined {
    const left = this.bytes - this.#at;
    if (left <= 0) return undefined;
    if (this.#chunk.length === 0) {
      this.#chunk = this.#read(Math.min(CHUNK_BYTES, left));
      this.#hash.update(this.#chunk);
    }
    const payload = this.#chunk.subarray(0, PAYLOAD_BYTES);
    this.#chunk = this.#chunk.subarray(PAYLOAD_BYTES);
    this.#at += payload.length;
    return payload;
  }

  /** SHA-256 (hex) of all that was handed out; closes the file. */
  finish(): string {
    closeSync(this.#file);
    return this.#hash.digest('hex');
  }

  #read(length: number): Uint8Array {
    const out = new Uint8Array(length); // fresh: payloads of the chunk before may still be on their way
    for (let done = 0; done < length; ) {
      done += readSync(this.#file, out, done, length - done, (this.#at + done) % this.#fileBytes);
    }
    return out;
  }
}
