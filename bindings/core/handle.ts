// Key handles: a name for a slot, never its bytes. Uses are words outside and numbers inside.
import {
  USE_KEK_AESKW,
  USE_KEK_ECB,
  USE_MAC,
  USE_OPEN_DOWN,
  USE_OPEN_UP,
  USE_SEAL_DOWN,
  USE_SEAL_UP,
} from '../../assembly/layout.js';
import { TekcastError } from '../errors.js';
import type { KeyHandle, KeyUse } from './types.js';

export const USE_NUMBERS: Readonly<Record<KeyUse, number>> = {
  'seal-down': USE_SEAL_DOWN,
  'seal-up': USE_SEAL_UP,
  'open-down': USE_OPEN_DOWN,
  'open-up': USE_OPEN_UP,
  'kek-aeskw': USE_KEK_AESKW,
  'kek-ecb': USE_KEK_ECB,
  mac: USE_MAC,
};

const WORDS: readonly KeyUse[] = Object.entries(USE_NUMBERS).reduce<KeyUse[]>((words, [use, number]) => {
  words[number] = use as KeyUse;
  return words;
}, []);

/** The word for a USE_*. */
export const useNumbered = (number: number): KeyUse => WORDS[number] as KeyUse;

/** True for the four uses of a TEK. */
export function isTekUse(use: KeyUse): boolean {
  return USE_NUMBERS[use] <= USE_OPEN_UP;
}

/** True for the two uses that take PNs. */
export function isSealUse(use: KeyUse): boolean {
  return use === 'seal-down' || use === 'seal-up';
}

// A handle's side: whose key, and for what.
export const SEALS = 1;
export const OPENS = 2;
const NEITHER = 0;
export const sideOf = (core: number, what: number): number => 4 * core + what;

/**
 * The getters are for everybody else: whoever has a handle may define other properties over them. In core/ what a handle names is asked of
 * its private state, which nobody can change and no other object has: a copy or an imitation of a handle is none.
 */
class Handle implements KeyHandle {
  // Begun as numbers, they stay numbers to an engine: read without asking what they are.
  /** As of {@link sideOf}. */
  readonly #side: number = 0;
  readonly #slot: number = 0;
  readonly #generation: number = 0;
  readonly #use: KeyUse;
  readonly #said: number = 0;
  readonly #sequence: number = 0;

  constructor(core: number, slot: number, generation: number, use: KeyUse, said: number, sequence: number) {
    this.#side = sideOf(core, isSealUse(use) ? SEALS : isTekUse(use) ? OPENS : NEITHER);
    this.#slot = slot;
    this.#generation = generation;
    this.#use = use;
    this.#said = said;
    this.#sequence = sequence;
  }

  get core(): number {
    return this.#side >>> 2;
  }

  get slot(): number {
    return this.#slot;
  }

  get generation(): number {
    return this.#generation;
  }

  get use(): KeyUse {
    return this.#use;
  }

  get said(): number {
    return this.#said;
  }

  get sequence(): number {
    return this.#sequence;
  }

  static is(value: unknown): value is Handle {
    return typeof value === 'object' && value !== null && #side in value;
  }

  /** 0 of what is no handle. */
  static side(value: KeyHandle): number {
    try {
      return (value as Handle).#side;
    } catch {
      return 0;
    }
  }

  /** One look at the handle of every packet: asking `is` first, then for each number, would take longer. */
  static writeOfSide(value: KeyHandle, side: number, u32: Uint32Array, at: number): boolean {
    try {
      const handle = value as Handle;
      if (handle.#side !== side) return false;
      u32[at] = handle.#slot;
      u32[at + 1] = handle.#generation;
      return true;
    } catch {
      return false;
    }
  }

  static core(key: KeyHandle): number {
    return (key as Handle).#side >>> 2;
  }

  static slot(key: KeyHandle): number {
    return (key as Handle).#slot;
  }

  static generation(key: KeyHandle): number {
    return (key as Handle).#generation;
  }

  static use(key: KeyHandle): KeyUse {
    return (key as Handle).#use;
  }

  static nameOf(key: KeyHandle): string {
    const handle = key as Handle;
    const [kind] = handle.#use.split('-');
    if (!isTekUse(handle.#use)) return `${(kind as string).toUpperCase()}(slot=${handle.#slot})`;
    const said = handle.#said.toString(16).padStart(4, '0');
    return `TEK(said=0x${said} seq=${handle.#sequence} slot=${handle.#slot})`;
  }

  toString(): string {
    return nameOf(this);
  }

  toJSON(): string {
    return nameOf(this);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return nameOf(this);
  }
}

// What a handle names, whatever properties it has got since. For handles alone: all else throws the engine's TypeError.
export const coreOf = Handle.core;
export const slotOf = Handle.slot;
export const generationOf = Handle.generation;
export const useOf = Handle.use;
/** `TEK(said=0x0205 seq=2 slot=17)`, `KEK(slot=3)`, `MAC(slot=4)`. */
export const nameOf = Handle.nameOf;

/** True for a handle that a core of this copy of the package made. */
export const isHandle = (value: unknown): value is KeyHandle => Handle.is(value);

/** Writes slot and generation at words `at` and `at + 1`; false, and nothing written, of what is no handle of that side. */
export const writeOfSide = Handle.writeOfSide;

/** True for a handle of that side. */
export const isOfSide = (value: KeyHandle, side: number): boolean => Handle.side(value) === side;

/** The error for a key that is not of that side: `TYPE` if it is no handle, `KEY_USE`, `WRONG_CORE`. */
export function notOfSide(key: KeyHandle, side: number): TekcastError {
  if (!isHandle(key)) return noHandle();
  const name = nameOf(key);
  const core = coreOf(key);
  if (isOfSide(key, sideOf(core, side & 3)))
    return new TekcastError('WRONG_CORE', 'this key lives in another core', name, core);
  return new TekcastError('KEY_USE', `${name} is ${useOf(key)}: not for this`, name);
}

/** The side that a TEK of this core seals or opens on. Throws {@link notOfSide}. */
export function tekSide(core: number, key: KeyHandle): number {
  if (!isHandle(key)) throw noHandle();
  const side = sideOf(core, isSealUse(useOf(key)) ? SEALS : OPENS);
  if (!isOfSide(key, side)) throw notOfSide(key, side);
  return side;
}

/** For what stands where a handle should. */
export function noHandle(): TekcastError {
  return new TekcastError('TYPE', 'not a key handle', 'key');
}

/** The one way to make a handle: genuine by construction, printing as {@link nameOf} says. */
export function makeHandle(
  core: number,
  slot: number,
  generation: number,
  use: KeyUse,
  said: number,
  sequence: number,
): KeyHandle {
  return new Handle(core, slot, generation, use, said, sequence);
}
