// The one-shot modes over one wasm instance. Arguments go to a buffer in its arena, results are copied out, and the buffer is zeroed
// before the call returns. All checks of lengths and ranges are here; the wasm trusts them.
//
//   0     16       32      48    64                64 + PART   AAD
//   | key | chain  | nonce | tag | data            |  …        | associated data     |
import { TekcastError } from '../errors.js';
import { bytesOf } from './bytes.js';
import { platformEntropy } from './entropy.js';
import { type Instance, instantiateNow } from './instantiate.js';
import { sizesOf, whole } from './options.js';

const KEY = 0;
const CHAIN = 16;
const NONCE = 32;
const TAG = 48;
const DATA = 64;
/** Longest part of a long message in one wasm call, bytes: a multiple of 128. */
const PART = 65_536;
const AAD = DATA + PART + 64;
/** Longest associated data, bytes. */
const AAD_MAX = 131_072;
/** A message length takes L = 2 bytes when the nonce has 13 (SP 800-38C §A.1). */
const CCM_MAX = 65_535;

const BLOCK = 16;
const CCM_NONCE = 13;
const DEFAULT_TAG = 8;
const NOTHING = new Uint8Array(0);
/** RFC 3394 wraps key data of at least two 8-byte halves; the upper limit is ours. */
const WRAP_MIN = 16;
const WRAP_MAX = 65_528;

/** What CCM takes beside key, nonce and message. */
export interface CcmOptions {
  /** Associated data, 0..131,072 bytes. Default none. */
  aad?: Uint8Array;
  /** Bytes of the tag: 4, 6, 8, 10, 12, 14 or 16. Default 8, as in 802.16. */
  tagLength?: number;
}

const keyOf = (key: Uint8Array) => bytesOf('key', key, 16, 16);
const wholeBlocks = (data: Uint8Array) => bytesOf('data', data, 0, Infinity, BLOCK);
const anyBytes = (name: string, data: Uint8Array) => bytesOf(name, data, 0, Infinity);

/** Reads the options first of all: no code of the caller's runs after it. */
function ccmOptions({ aad = NOTHING, tagLength = DEFAULT_TAG }: CcmOptions): { aad: Uint8Array; tagLength: number } {
  whole('tagLength', tagLength, 4, 16);
  if (tagLength % 2 !== 0) throw new TekcastError('RANGE', 'tagLength must be even', 'tagLength', tagLength);
  return { aad: bytesOf('aad', aad, 0, AAD_MAX), tagLength };
}

export class Modes {
  readonly #instance: Instance;
  readonly #at: number;
  readonly #buffer: Uint8Array<ArrayBuffer>;

  /** On an instance of its own; `module`: a compiled core to use in place of the inlined one. */
  constructor(module?: WebAssembly.Module) {
    const sizes = sizesOf({ slots: 1, windows: 1, tombstones: 1, packets: 1, arenaBytes: AAD + AAD_MAX });
    this.#instance = instantiateNow({ ...sizes, replayWindow: 64 }, platformEntropy, module);
    this.#at = this.#instance.arena;
    this.#buffer = this.#instance.u8.subarray(this.#at, this.#at + AAD + AAD_MAX);
  }

  get flavour(): string {
    return this.#instance.flavour;
  }

  ecbEncrypt(key: Uint8Array, data: Uint8Array): Uint8Array {
    return this.#inParts(key, undefined, wholeBlocks(data), (length) =>
      this.#wasm.hazmatEcbEncrypt(this.#at + KEY, this.#at + DATA, this.#at + DATA, length / BLOCK),
    );
  }

  ecbDecrypt(key: Uint8Array, data: Uint8Array): Uint8Array {
    return this.#inParts(key, undefined, wholeBlocks(data), (length) =>
      this.#wasm.hazmatEcbDecrypt(this.#at + KEY, this.#at + DATA, this.#at + DATA, length / BLOCK),
    );
  }

  cbcEncrypt(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
    return this.#inParts(key, bytesOf('iv', iv, BLOCK, BLOCK), wholeBlocks(data), (length) =>
      this.#wasm.hazmatCbcEncrypt(this.#at + KEY, this.#at + CHAIN, this.#at + DATA, this.#at + DATA, length / BLOCK),
    );
  }

  cbcDecrypt(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
    return this.#inParts(key, bytesOf('iv', iv, BLOCK, BLOCK), wholeBlocks(data), (length) =>
      this.#wasm.hazmatCbcDecrypt(this.#at + KEY, this.#at + CHAIN, this.#at + DATA, this.#at + DATA, length / BLOCK),
    );
  }

  ctr(key: Uint8Array, counter: Uint8Array, data: Uint8Array): Uint8Array {
    return this.#inParts(key, bytesOf('counter', counter, BLOCK, BLOCK), anyBytes('data', data), (length) =>
      this.#wasm.hazmatCtr(this.#at + KEY, this.#at + CHAIN, this.#at + DATA, this.#at + DATA, length),
    );
  }

  mbs(key: Uint8Array, roc: number, frame: number, data: Uint8Array): Uint8Array {
    const nonce = whole('roc', roc, 0, 0xff) * 2 ** 24 + whole('frame', frame, 0, 0xffffff);
    new DataView(this.#buffer.buffer, this.#at + NONCE).setUint32(0, nonce);
    this.#wasm.hazmatMbsBlock(this.#at + NONCE, this.#at + CHAIN);
    const counter = this.#buffer.slice(CHAIN, CHAIN + BLOCK);
    return this.ctr(key, counter, data);
  }

  cmac(key: Uint8Array, message: Uint8Array): Uint8Array {
    const keyBytes = keyOf(key);
    const all = anyBytes('message', message);
    return this.#wiped(all.length, () => {
      this.#buffer.set(keyBytes, KEY);
      let at = 0;
      do {
        const part = all.subarray(at, at + PART);
        this.#buffer.set(part, DATA);
        at += part.length;
        this.#wasm.hazmatCmac(this.#at + KEY, this.#at + CHAIN, this.#at + DATA, part.length, at === all.length);
      } while (at < all.length);
      return this.#buffer.slice(CHAIN, CHAIN + BLOCK);
    });
  }

  ccmSeal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, options: CcmOptions = {}): Uint8Array {
    const { aad, tagLength } = ccmOptions(options);
    const data = bytesOf('plaintext', plaintext, 0, CCM_MAX);
    return this.#ccm(key, nonce, aad, data, (...args) => {
      this.#wasm.hazmatCcmSeal(...args, this.#at + TAG, tagLength);
      const sealed = new Uint8Array(data.length + tagLength);
      sealed.set(this.#buffer.subarray(DATA, DATA + data.length));
      sealed.set(this.#buffer.subarray(TAG, TAG + tagLength), data.length);
      return sealed;
    });
  }

  ccmOpen(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, options: CcmOptions = {}): Uint8Array | undefined {
    const { aad, tagLength } = ccmOptions(options);
    const all = anyBytes('sealed', sealed);
    keyOf(key);
    const length = all.length - tagLength;
    if (length < 0 || length > CCM_MAX) return undefined;
    return this.#ccm(key, nonce, aad, all.subarray(0, length), (...args) => {
      this.#buffer.set(all.subarray(length), TAG);
      if (this.#wasm.hazmatCcmOpen(...args, this.#at + TAG, tagLength) === 0) return undefined;
      return this.#buffer.slice(DATA, DATA + length);
    });
  }

  wrap(kek: Uint8Array, keyData: Uint8Array): Uint8Array {
    const kekBytes = bytesOf('kek', kek, 16, 16);
    const data = bytesOf('keyData', keyData, WRAP_MIN, WRAP_MAX, 8);
    return this.#wiped(data.length + 8, () => {
      this.#buffer.set(kekBytes, KEY);
      this.#buffer.set(data, DATA);
      this.#wasm.hazmatWrap(this.#at + KEY, this.#at + DATA, this.#at + DATA, data.length);
      return this.#buffer.slice(DATA, DATA + data.length + 8);
    });
  }

  unwrap(kek: Uint8Array, wrapped: Uint8Array): Uint8Array | undefined {
    const kekBytes = bytesOf('kek', kek, 16, 16);
    const data = anyBytes('wrapped', wrapped);
    const length = data.length - 8;
    if (length < WRAP_MIN || length > WRAP_MAX || length % 8 !== 0) return undefined;
    return this.#wiped(data.length, () => {
      this.#buffer.set(kekBytes, KEY);
      this.#buffer.set(data, DATA);
      if (this.#wasm.hazmatUnwrap(this.#at + KEY, this.#at + DATA, this.#at + DATA, length) === 0) return undefined;
      return this.#buffer.slice(DATA, DATA + length);
    });
  }

  /** Eight at a time; addresses, KEKs, keys and results lie one after the other from DATA on. */
  wrapAll(keks: readonly Uint8Array[], keys: readonly Uint8Array[]): Uint8Array[] {
    const rows = [Array.from(keks), Array.from(keys)] as const; // if a getter among them runs, it runs here
    const outer = rows[0].map((kek, i) => bytesOf(`keks[${i}]`, kek, 16, 16));
    const inner = rows[1].map((key, i) => bytesOf(`keys[${i}]`, key, 16, 16));
    if (outer.length !== inner.length)
      throw new TekcastError('LENGTH', 'there must be as many keys as KEKs', 'keys', inner.length);
    const [tables, kekBytes, keyBytes, results] = [DATA, DATA + 128, DATA + 256, DATA + 384];
    const at = this.#at;
    return this.#wiped(results + 192 - DATA, () => {
      for (let lane = 0; lane < 8; lane++) {
        this.#instance.u32[(at + tables) / 4 + lane] = at + kekBytes + 16 * lane;
        this.#instance.u32[(at + tables) / 4 + 8 + lane] = at + keyBytes + 16 * lane;
        this.#instance.u32[(at + tables) / 4 + 16 + lane] = at + results + 24 * lane;
      }
      const wrapped: Uint8Array[] = [];
      for (let first = 0; first < outer.length; first += 8) {
        const n = Math.min(8, outer.length - first);
        for (let lane = 0; lane < n; lane++) {
          this.#buffer.set(outer[first + lane] as Uint8Array, kekBytes + 16 * lane);
          this.#buffer.set(inner[first + lane] as Uint8Array, keyBytes + 16 * lane);
        }
        this.#wasm.hazmatWrap8(at + tables, at + tables + 32, at + tables + 64);
        for (let lane = 0; lane < n; lane++)
          wrapped.push(this.#buffer.slice(results + 24 * lane, results + 24 * lane + 24));
      }
      return wrapped;
    });
  }

  get #wasm() {
    return this.#instance.exports;
  }

  /** A message of any length through the buffer in place, part by part; the chaining block stays in the buffer between parts. */
  #inParts(
    key: Uint8Array,
    chain: Uint8Array | undefined,
    data: Uint8Array,
    run: (length: number) => void,
  ): Uint8Array {
    const keyBytes = keyOf(key);
    return this.#wiped(data.length, () => {
      this.#buffer.set(keyBytes, KEY);
      if (chain !== undefined) this.#buffer.set(chain, CHAIN);
      const out = new Uint8Array(data.length);
      for (let at = 0; at < data.length; at += PART) {
        const part = data.subarray(at, at + PART);
        this.#buffer.set(part, DATA);
        run(part.length);
        out.set(this.#buffer.subarray(DATA, DATA + part.length), at);
      }
      return out;
    });
  }

  #ccm<T>(
    key: Uint8Array,
    nonce: Uint8Array,
    aad: Uint8Array,
    data: Uint8Array,
    run: (...args: [number, number, number, number, number, number, number]) => T,
  ): T {
    const keyBytes = keyOf(key);
    const nonceBytes = bytesOf('nonce', nonce, CCM_NONCE, CCM_NONCE);
    const at = this.#at;
    const call = () => {
      this.#buffer.set(keyBytes, KEY);
      this.#buffer.set(nonceBytes, NONCE);
      this.#buffer.set(aad, AAD);
      this.#buffer.set(data, DATA);
      return run(at + KEY, at + NONCE, at + AAD, aad.length, at + DATA, at + DATA, data.length);
    };
    return this.#wiped(data.length, call, aad.length);
  }

  /** `dataLength`, `aadLength`: how much of those two areas the call uses. */
  #wiped<T>(dataLength: number, run: () => T, aadLength = 0): T {
    try {
      return run();
    } finally {
      this.#buffer.fill(0, 0, DATA + Math.min(dataLength, PART));
      this.#buffer.fill(0, AAD, AAD + aadLength);
    }
  }
}
