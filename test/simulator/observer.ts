// An eye that sees what no station may: the bytes of TEKs in a core's linear memory. It names each by a number, the same number wherever the same
// bytes are, and learns which station was given which, which key sealed what, and under which PN.
import { SLOT_KEY } from '../../assembly/layout.js';
import { instanceOf } from '../../bindings/core/core.js';
import { slotAddress } from '../../bindings/core/testing.js';
import type { Core, Installed, KeyHandle, Keys, Traffic, TrafficSa } from '../../bindings/core/types.js';

/** A TEK by its bytes. Two keys are the same TEK if and only if they have the same number. */
export type TekId = number;

export interface Sealed {
  readonly tek: TekId;
  readonly said: number;
  readonly sequence: number;
  readonly up: boolean;
  readonly pn: number;
}

export interface Watcher {
  /** The BS made a TEK. */
  born?(tek: TekId, key: KeyHandle): void;
  /** The SS whose engine is being called installed a TEK. */
  given?(tek: TekId, key: KeyHandle): void;
  /** A PDU was sealed; its key still lives. */
  sealed?(pdu: Sealed, key: KeyHandle): void;
}

/** Numbers for key bytes, over all cores of a run. */
export class TekNames {
  /** By the first word of a key: numbers of the keys that begin with it. */
  readonly #ids = new Map<number, TekId[]>();
  /** Four words of each key, one key after the other. */
  #words = new Uint32Array(4 * 1024);
  #keys = 0;

  of(core: Core, key: KeyHandle): TekId {
    const words = instanceOf(core).u32;
    const at = (slotAddress(core, key) + SLOT_KEY) >>> 2;
    const first = words[at] as number;
    const alike = this.#ids.get(first);
    if (alike === undefined) this.#ids.set(first, [this.#keys]);
    else {
      for (const tek of alike) if (this.#same(words, at, tek)) return tek;
      alike.push(this.#keys);
    }
    if (4 * this.#keys === this.#words.length) {
      const more = new Uint32Array(2 * this.#words.length);
      more.set(this.#words);
      this.#words = more;
    }
    this.#words.set(words.subarray(at, at + 4), 4 * this.#keys);
    return this.#keys++;
  }

  /** Whether the bytes in that slot are this TEK's. */
  is(core: Core, key: KeyHandle, tek: TekId): boolean {
    return this.#same(instanceOf(core).u32, (slotAddress(core, key) + SLOT_KEY) >>> 2, tek);
  }

  #same(words: Uint32Array, at: number, tek: TekId): boolean {
    const own = this.#words;
    const from = 4 * tek;
    return (
      words[at] === own[from] &&
      words[at + 1] === own[from + 1] &&
      words[at + 2] === own[from + 2] &&
      words[at + 3] === own[from + 3]
    );
  }
}

/** Watches a core from now on: its methods keep doing what they did. */
export function observe(core: Core, names: TekNames, watcher: Watcher): void {
  const keys = core.keys as { -readonly [K in keyof Keys]: Keys[K] };
  const generate = keys.generate.bind(keys);
  const unwrap = keys.unwrap.bind(keys);
  const traffic = core.traffic.bind(core);
  if (watcher.born !== undefined) {
    keys.generate = (birth) => {
      const key = generate(birth);
      watcher.born?.(names.of(core, key), key);
      return key;
    };
  }
  if (watcher.given !== undefined) {
    keys.unwrap = (blob, kek, birth): Installed | undefined => {
      const installed = unwrap(blob, kek, birth);
      if (installed !== undefined) watcher.given?.(names.of(core, installed.key), installed.key);
      return installed;
    };
  }
  (core as { traffic: Core['traffic'] }).traffic = (options) => watchSeals(core, traffic(options), names, watcher);
}

/** Of an SA of a station's, which names none by number. */
export function keyOf(sa: TrafficSa | number): KeyHandle {
  if (typeof sa === 'number') throw new Error('a station has no table of SAs');
  return sa.key;
}

function watchSeals(core: Core, batch: Traffic, names: TekNames, watcher: Watcher): Traffic {
  const added: KeyHandle[] = [];
  const add = batch.addPayload.bind(batch);
  const seal = batch.seal.bind(batch);
  batch.addPayload = (sa, payload) => {
    const index = add(sa, payload);
    added[index] = keyOf(sa);
    return index;
  };
  batch.seal = (now) => {
    const sealed = seal(now);
    for (let i = 0; i < batch.length; i++) {
      const key = added[i] as KeyHandle;
      if (batch.code(i) !== '') continue;
      const { said, sequence, use } = key;
      watcher.sealed?.({ tek: names.of(core, key), said, sequence, up: use === 'seal-up', pn: batch.pn(i) }, key);
    }
    added.length = 0;
    return sealed;
  };
  return batch;
}
