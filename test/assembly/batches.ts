// Raw batches on one instance of one flavour: descriptors as the core makes them, without header, PN and window.
import {
  DESC_BODY,
  DESC_BODY_LENGTH,
  DESC_CIPHER,
  DESC_KEY,
  DESC_NONCE,
  DESC_SIZE,
  DESC_STATUS,
} from '../../assembly/layout.js';
import { platformEntropy } from '../../bindings/core/entropy.js';
import { type Instance, instantiateNow } from '../../bindings/core/instantiate.js';
import { sizesOf } from '../../bindings/core/options.js';

export interface Packet {
  readonly key: number;
  readonly nonce: Uint8Array;
  readonly body: Uint8Array;
  readonly cipher?: number;
  readonly status?: number;
}

/** Before a body there is room for a header, behind it for an ICV and a CRC: what must not be touched is filled with this. */
const UNTOUCHED = 0xee;

export class Batches {
  readonly instance: Instance;
  readonly #keys: number;
  readonly #first: number;
  #bodies: number[] = [];
  #lengths: number[] = [];

  constructor(module: WebAssembly.Module, packets: number, keys: readonly Uint8Array[]) {
    const arenaBytes = 16 * keys.length + 2112 * packets;
    this.instance = instantiateNow(
      sizesOf({ slots: 1, windows: 1, tombstones: 1, packets, arenaBytes }),
      platformEntropy,
      module,
    );
    this.#keys = this.instance.arena;
    this.#first = (this.#keys + 16 * keys.length + 63) & ~63;
    for (const [i, key] of keys.entries()) this.instance.u8.set(key, this.#keys + 16 * i);
  }

  /** Where key `index` lies. */
  keyAt(index: number): number {
    return this.#keys + 16 * index;
  }

  set(packets: readonly Packet[]): void {
    const { u8, descriptors } = this.instance;
    let body = this.#first + 16;
    this.#bodies = [];
    this.#lengths = [];
    for (const [i, packet] of packets.entries()) {
      const at = descriptors + i * DESC_SIZE;
      const view = new DataView(u8.buffer, at, DESC_SIZE);
      u8.fill(0, at, at + DESC_SIZE);
      u8.set(packet.nonce, at + DESC_NONCE);
      view.setUint8(DESC_STATUS, packet.status ?? 0);
      view.setUint8(DESC_CIPHER, packet.cipher ?? 0);
      view.setUint32(DESC_KEY, this.keyAt(packet.key), true);
      view.setUint32(DESC_BODY, body, true);
      view.setUint32(DESC_BODY_LENGTH, packet.body.length, true);
      u8.fill(UNTOUCHED, body - 10, body + packet.body.length + 24);
      u8.set(packet.body, body);
      this.#bodies.push(body);
      this.#lengths.push(packet.body.length);
      body = (body + packet.body.length + 8 + 4 + 10 + 15) & ~15;
    }
  }

  run(what: 'hazmatBatchSeal' | 'hazmatBatchOpen' | 'hazmatBatchCtr'): void {
    this.instance.exports[what](this.instance.descriptors, this.#bodies.length);
  }

  status(index: number): number {
    return this.instance.u8[this.instance.descriptors + index * DESC_SIZE + DESC_STATUS] as number;
  }

  /** The body and `more` bytes behind it, as a view. */
  body(index: number, more = 0): Uint8Array {
    const at = this.#bodies[index] as number;
    return this.instance.u8.subarray(at, at + (this.#lengths[index] as number) + more);
  }

  /** Nothing was written before the body or later than `more` bytes behind it. */
  framed(index: number, more: number): boolean {
    const { u8 } = this.instance;
    const at = this.#bodies[index] as number;
    const end = at + (this.#lengths[index] as number) + more;
    return [...u8.subarray(at - 10, at), ...u8.subarray(end, end + 4)].every((b) => b === UNTOUCHED);
  }
}
