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

/** The word for a USE_*. */
export function useOf(number: number): KeyUse {
  return (Object.keys(USE_NUMBERS) as KeyUse[]).find((use) => USE_NUMBERS[use] === number) as KeyUse;
}

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

class Handle implements KeyHandle {
  /** As of {@link sideOf}. No other object has it: a copy or an imitation of a handle is none. */
  readonly #side: number;
  readonly core: number;
  readonly slot: number;
  readonly generation: number;
  readonly use: KeyUse;
  readonly said: number;
  readonly sequence: number;

  constructor(core: number, slot: number, generation: number, use: KeyUse, said: number, sequence: number) {
    this.#side = sideOf(core, isSealUse(use) ? SEALS : isTekUse(use) ? OPENS : NEITHER);
    this.core = core;
    this.slot = slot;
    this.generation = generation;
    this.use = use;
    this.said = said;
    this.sequence = sequence;
    Object.freeze(this);
  }

  static is(value: unknown): value is Handle {
    return typeof value === 'object' && value !== null && #side in value;
  }

  /** 0 of what is no handle. On the way of every packet, where asking `is` first would take longer. */
  static side(value: KeyHandle): number {
    try {
      return (value as Handle).#side;
    } catch {
      return 0;
    }
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

/** True for a handle that a core of this copy of the package made. */
export const isHandle = (value: unknown): value is KeyHandle => Handle.is(value);

/** True for a handle of that side. */
export const isOfSide = (value: KeyHandle, side: number): boolean => Handle.side(value) === side;

/** The error for a key that is not of that side: `TYPE` if it is no handle, `KEY_USE`, `WRONG_CORE`. */
export function notOfSide(key: KeyHandle, side: number): TekcastError {
  if (!isHandle(key)) return noHandle();
  const name = nameOf(key);
  if (isOfSide(key, sideOf(key.core, side & 3)))
    return new TekcastError('WRONG_CORE', 'this key lives in another core', name, key.core);
  return new TekcastError('KEY_USE', `${name} is ${key.use}: not for this`, name);
}

/** For what stands where a handle should. */
export function noHandle(): TekcastError {
  return new TekcastError('TYPE', 'not a key handle', 'key');
}

/** `TEK(said=0x0205 seq=2 slot=17)`, `KEK(slot=3)`, `MAC(slot=4)`. */
export function nameOf(key: KeyHandle): string {
  if (!isTekUse(key.use)) return `${(key.use.split('-')[0] as string).toUpperCase()}(slot=${key.slot})`;
  const said = key.said.toString(16).padStart(4, '0');
  return `TEK(said=0x${said} seq=${key.sequence} slot=${key.slot})`;
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
