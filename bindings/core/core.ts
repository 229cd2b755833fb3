// A core from outside: its keys, its batches, what it tells of itself. Instances stay behind it; only core/ may reach them.
import { DESC_SIZE, USED_SLOTS, USED_TOMBSTONES, USED_WINDOWS, VAULT_RESEED } from '../../assembly/layout.js';
import { TekcastError } from '../errors.js';
import { Arena } from './arena.js';
import { type EntropySource, FRESH, platformEntropy } from './entropy.js';
import { type Instance, instantiateLater, instantiateNow } from './instantiate.js';
import { VaultKeys } from './keys.js';
import { sizesOf, whole } from './options.js';
import { PackedSa } from './packed.js';
import { selfTest } from './selftest.js';
import { SaRows, tableOf } from './table.js';
import { TrafficBatch } from './traffic.js';
import type { Core, CoreInfo, CoreOptions, Crc, Keys, SaTable, Traffic, TrafficSa } from './types.js';
import { VERSION } from './version.js';

/** Most random bytes in one wasm call. */
const RANDOM = 4096;

const instances = new WeakMap<Core, Instance>();

/** The instance behind a core: for core/ alone. */
export function instanceOf(core: Core): Instance {
  const instance = instances.get(core);
  if (instance === undefined) throw new TekcastError('WRONG_CORE', 'not a core of this package', 'core');
  return instance;
}

/**
 * Makes a core: compiles the wasm (`relaxed` where the engine validates it, else `const`), takes all memory, seeds the vault from the
 * platform and checks one known answer per primitive. Errors: `RANGE`, `MEMORY`, `NO_SIMD`, `ENTROPY`, `SELF_TEST`, `TYPE` (`module`).
 */
export async function createCore(options: CoreOptions = {}): Promise<Core> {
  return finish(await instantiateLater(sizesOf(options), platformEntropy, options.module));
}

/** As {@link createCore}, without awaiting. */
export function createCoreSync(options: CoreOptions = {}): Core {
  return createCoreWith(options, platformEntropy);
}

/** As {@link createCoreSync}, with entropy from elsewhere: for `tekcast/testing` alone. */
export function createCoreWith(options: CoreOptions, entropy: EntropySource): Core {
  return finish(instantiateNow(sizesOf(options), entropy, options.module));
}

function finish(instance: Instance): Core {
  const tested = selfTest(instance);
  instance.takeEntropy(48);
  instance.exports.vaultSeed();
  return new WasmCore(instance, tested);
}

class WasmCore implements Core {
  readonly id: number;
  readonly keys: Keys;
  readonly #instance: Instance;
  readonly #tested: readonly string[];
  readonly #descriptors: Arena;
  readonly #arena: Arena;
  #owners = 0;

  constructor(instance: Instance, tested: readonly string[]) {
    this.id = instance.id;
    this.keys = new VaultKeys(instance);
    this.#instance = instance;
    this.#tested = tested;
    this.#descriptors = new Arena(0, instance.sizes.packets);
    this.#arena = new Arena(instance.arena, instance.sizes.arenaBytes + 16 * instance.sizes.packets);
    instances.set(this, instance);
  }

  traffic(options: { packets: number; bytes?: number; crc?: Crc; table?: SaTable }): Traffic {
    const { sizes, descriptors } = this.#live();
    const packets = whole('packets', options.packets, 1, sizes.packets);
    const bytes = whole('bytes', options.bytes ?? packets * 2048, 64, 2 ** 31) + 16 * packets;
    const crc = options.crc ?? 'msb';
    if (crc !== 'msb' && crc !== 'reflected' && crc !== 'none')
      throw new TekcastError('RANGE', 'crc is msb, reflected or none', 'crc');
    const table = tableOf(this.id, options.table);
    const length = Math.ceil(bytes / 16) * 16;
    const index = this.#descriptors.take(packets);
    if (index === undefined)
      throw new TekcastError('ARENA_FULL', 'not that many packet descriptors left', 'packets', packets);
    const arena = this.#arena.take(length);
    if (arena === undefined) {
      this.#descriptors.give(index, packets);
      throw new TekcastError('ARENA_FULL', 'the arena has not that many bytes left', 'bytes', bytes);
    }
    const release = () => {
      this.#descriptors.give(index, packets);
      this.#arena.give(arena, length);
    };
    const place = { descriptors: descriptors + index * DESC_SIZE, packets, arena, bytes: length, release };
    return new TrafficBatch(this.#instance, place, crc, table);
  }

  sa(sa: TrafficSa): TrafficSa {
    this.#live();
    return new PackedSa(this.id, sa);
  }

  saTable(rows: number): SaTable {
    this.#live();
    return new SaRows(this.id, rows);
  }

  newOwner(): number {
    this.#live();
    if (this.#owners === 0xffffffff) throw new TekcastError('RANGE', 'no owner number is left', 'owner', this.#owners);
    return ++this.#owners;
  }

  random(length: number): Uint8Array {
    const instance = this.#live();
    const bytes = new Uint8Array(whole('length', length, 0, 2 ** 20));
    for (let at = 0; at < length; ) {
      const n = Math.min(RANDOM, length - at);
      instance.takeFresh();
      if (instance.exports.vaultRandom(FRESH, n) === VAULT_RESEED) {
        instance.reseed();
        continue;
      }
      bytes.set(instance.data.subarray(FRESH, FRESH + n), at);
      instance.data.fill(0, FRESH, FRESH + n);
      at += n;
    }
    return bytes;
  }

  reseed(): void {
    this.#live().reseed();
  }

  info(): CoreInfo {
    const { exports, flavour, sizes, u8, reseeds } = this.#live();
    return {
      version: VERSION,
      flavour,
      slots: sizes.slots,
      slotsUsed: exports.used(USED_SLOTS),
      windows: sizes.windows,
      windowsUsed: exports.used(USED_WINDOWS),
      replayWindow: sizes.replayWindow,
      tombstones: sizes.tombstones,
      tombstonesUsed: exports.used(USED_TOMBSTONES),
      memoryBytes: u8.length,
      selfTest: this.#tested,
      reseeds,
    };
  }

  dispose(): void {
    if (!this.#instance.disposed) this.#instance.dispose();
  }

  #live(): Instance {
    this.#instance.alive();
    return this.#instance;
  }
}
