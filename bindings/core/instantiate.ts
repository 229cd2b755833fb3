// The wasm boundary: picks a flavour, compiles it once, takes all memory, and hands out views that stay valid because memory never grows.
// The one file that knows @assemblyscript/loader.
import { instantiateSync } from '@assemblyscript/loader';
import {
  FRESH_POOL,
  IO_DATA,
  IO_OUT,
  IO_SIZE,
  LAYOUT_VERSION,
  REGION_ARENA,
  REGION_BULK,
  REGION_COLD,
  REGION_DESCRIPTORS,
  REGION_FRESH,
  REGION_IO,
  REGION_SLOTS,
} from '../../assembly/layout.js';
import type { instantiate as raw } from '../../build/const.js';
import { TekcastError } from '../errors.js';
import { constWasm, relaxedWasm } from '../generated/core-wasm.js';
import { type EntropySource, FreshBytes, platformEntropy, takeEntropy, wake } from './entropy.js';
import { fromKernel } from './kernel.js';
import type { Sizes } from './options.js';

/** What the wasm exports, as asc's own bindings say. */
export type Exports = Awaited<ReturnType<typeof raw>>;

const FLAVOURS = ['scalar', 'const', 'relaxed', 'debug'] as const;
export type Flavour = (typeof FLAVOURS)[number];

let instances = 0;

/** One wasm instance and views of its memory. `exports` is a plain object, so that tests can count calls. */
export class Instance {
  readonly id: number;
  readonly exports: Exports;
  readonly flavour: Flavour;
  readonly sizes: Sizes;
  readonly u8: Uint8Array<ArrayBuffer>;
  readonly u16: Uint16Array<ArrayBuffer>;
  readonly u32: Uint32Array<ArrayBuffer>;
  readonly u64: BigUint64Array<ArrayBuffer>;
  readonly f64: Float64Array<ArrayBuffer>;
  /** Addresses of regions, layout.ts. */
  readonly io: number;
  readonly slots: number;
  readonly cold: number;
  readonly descriptors: number;
  readonly arena: number;
  readonly bulk: number;
  /** Bytes of single calls: answers (64) and data. */
  readonly out: Uint8Array<ArrayBuffer>;
  readonly data: Uint8Array<ArrayBuffer>;
  readonly entropy: EntropySource;
  readonly #fresh: FreshBytes;
  reseeds = 0;
  /** Rises with every call that may have erased a key: while it stands still, what was live is. Starts at 1. */
  erasures = 1;
  disposed = false;

  constructor(wasm: Exports, sizes: Sizes, entropy: EntropySource) {
    const layout = (wasm as Partial<Exports> | undefined)?.layout?.value;
    if (layout !== LAYOUT_VERSION)
      throw new TekcastError(
        'TYPE',
        `not a core of layout ${LAYOUT_VERSION}, as these bindings want it`,
        'module',
        layout,
      );
    this.id = ++instances;
    this.exports = { ...wasm };
    this.sizes = sizes;
    this.entropy = entropy;
    this.flavour = FLAVOURS[wasm.flavour()] ?? 'debug';
    const arenaBytes = sizes.arenaBytes + 16 * sizes.packets; // a PDU starts at 6 mod 16: at most 16 bytes are lost to it
    if (!wasm.init(sizes.slots, sizes.windows, sizes.replayWindow, sizes.tombstones, sizes.packets, arenaBytes))
      throw new TekcastError('MEMORY', 'the engine does not give that much memory', 'slots', sizes.slots);
    const buffer = wasm.memory.buffer as ArrayBuffer;
    this.u8 = new Uint8Array(buffer);
    this.u16 = new Uint16Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.u64 = new BigUint64Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.io = wasm.address(REGION_IO);
    this.slots = wasm.address(REGION_SLOTS);
    this.cold = wasm.address(REGION_COLD);
    this.descriptors = wasm.address(REGION_DESCRIPTORS);
    this.arena = wasm.address(REGION_ARENA);
    this.bulk = wasm.address(REGION_BULK);
    this.out = this.u8.subarray(this.io + IO_OUT, this.io + IO_DATA);
    const fresh = wasm.address(REGION_FRESH);
    this.data = this.u8.subarray(this.io + IO_DATA, this.io + IO_SIZE);
    this.#fresh = new FreshBytes(this.u8.subarray(fresh, fresh + FRESH_POOL), entropy);
  }

  /** Puts `length` bytes of entropy at the start of the data area. */
  takeEntropy(length: number): void {
    takeEntropy(this.entropy, this.data.subarray(0, length));
  }

  /** Puts 32 platform bytes, used for nothing else, at the start of the data area: what comes with each use of the vault's DRBG. */
  takeFresh(): void {
    this.#fresh.take(this.data);
  }

  reseed(): void {
    this.takeEntropy(32);
    this.exports.vaultReseed();
    this.reseeds++;
  }

  alive(): void {
    if (this.disposed) throw new TekcastError('DISPOSED', 'this core was disposed', 'core', this.id);
  }

  dispose(): void {
    this.disposed = true;
    this.erasures++;
    this.u8.fill(0);
  }
}

let compiled: WebAssembly.Module | undefined;

/**
 * Whether the engine knows an instruction of two vectors, 0xfd and these bytes: asked with the smallest module that has it, () => v128, so that
 * no flavour is validated twice, nor decoded where the answer is no.
 */
function knows(...opcode: number[]): boolean {
  return WebAssembly.validate(
    Uint8Array.of(
      ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // magic, version
      ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b], // one type: () => v128
      ...[0x03, 0x02, 0x01, 0x00], // one function of it
      ...[0x0a, 13 + opcode.length, 0x01, 11 + opcode.length, 0x00], // its body
      ...[0x41, 0x01, 0xfd, 0x0f, 0x41, 0x02, 0xfd, 0x0f], // splat 1, splat 2
      ...[0xfd, ...opcode, 0x0b],
    ),
  );
}

/** The flavour for this engine. */
function inlined(): Uint8Array<ArrayBuffer> {
  if (knows(0x80, 0x02)) return decode(relaxedWasm); // i8x16.relaxed_swizzle
  if (knows(0x0e)) return decode(constWasm); // i8x16.swizzle
  throw new TekcastError('NO_SIMD', 'this engine does not know WebAssembly SIMD', 'WebAssembly');
}

/** Node's own decoder where there is one: the loop, run once and so never optimised, is a fifth of the time that a core takes to make. */
function decode(base64: string): Uint8Array<ArrayBuffer> {
  const { Buffer } = globalThis as { Buffer?: { from(text: string, as: 'base64'): Uint8Array<ArrayBuffer> } };
  if (Buffer !== undefined) return Buffer.from(base64, 'base64');
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** A core from the inlined bytes or `module`, its memory taken, seeded with `entropy`; compiles at once, on this thread. Throws `NO_SIMD`. */
export function instantiateNow(sizes: Sizes, entropy: EntropySource, module?: WebAssembly.Module): Instance {
  const source = module ?? compiled ?? new WebAssembly.Module(inlined());
  if (module === undefined) compiled = source;
  let exports: unknown;
  try {
    exports = instantiateSync(source).instance.exports;
  } catch (cause) {
    throw refused(cause, module);
  }
  return new Instance(exports as Exports, sizes, entropy);
}

/**
 * The same, compiled off this thread where the engine does so: browsers want it so on their main thread, and Node's Web Crypto is loaded meanwhile.
 * Where the kernel's random bytes spare it that, another thread would only take longer: 1.5 of 12 ms.
 */
export async function instantiateLater(
  sizes: Sizes,
  entropy: EntropySource,
  module?: WebAssembly.Module,
): Promise<Instance> {
  if (entropy === platformEntropy && fromKernel(new Uint8Array(0))) return instantiateNow(sizes, entropy, module);
  const compiling = module ?? compiled ?? WebAssembly.compile(inlined());
  wake(entropy);
  const source = await compiling;
  if (module === undefined) compiled = source;
  let exports: unknown;
  try {
    // Not with the loader: it looks at globalThis.Response, for which Node loads its HTTP client, 20 ms.
    exports = (await WebAssembly.instantiate(source, {})).exports;
  } catch (cause) {
    throw refused(cause, module);
  }
  return new Instance(exports as Exports, sizes, entropy);
}

/** The error for what the engine does not instantiate: for want of memory, or because it is no core and wants what a core does not. */
function refused(cause: unknown, module: WebAssembly.Module | undefined): unknown {
  if (cause instanceof RangeError)
    return new TekcastError('MEMORY', 'the engine has no memory for another core', 'module');
  return module === undefined ? cause : new TekcastError('TYPE', 'not a core of this package', 'module');
}
