// Byte arrays from outside: of the right kind and length, or a coded error. What an array says of itself, a subclass or a property of its own
// may have changed; what the engine knows of it decides how many bytes a copy takes, so that is what is asked. No code of the caller's runs here.
import { TekcastError } from '../errors.js';

const TYPED_ARRAY = Object.getPrototypeOf(Uint8Array.prototype);
const getter = (name: string | symbol) => Object.getOwnPropertyDescriptor(TYPED_ARRAY, name)?.get as () => unknown;
const TAG = getter(Symbol.toStringTag);
const LENGTH = getter('length') as (this: Uint8Array | Uint16Array | Uint32Array) => number;
const BUFFER = getter('buffer') as (this: Uint8Array) => ArrayBuffer;
const OFFSET = getter('byteOffset') as (this: Uint8Array) => number;

const NONE = new Uint8Array(0);

/**
 * How many bytes `set` would copy of it. Throws `TYPE` unless it is a Uint8Array, which may be one of another realm (a frame, a test
 * environment), and its buffer is not detached.
 */
export function lengthOf(name: string, value: Uint8Array): number {
  // Not `instanceof`: that asks the array's prototype, which may be a Proxy.
  if (TAG.call(value) === 'Uint8Array') {
    const length = LENGTH.call(value);
    if (length > 0) return length;
  }
  return lengthOfOther(name, value);
}

/** Of a detached buffer, or a resizable one that shrank, an array has length 0, as an empty one, and `set` throws. */
function lengthOfOther(name: string, value: Uint8Array): number {
  if (TAG.call(value) !== 'Uint8Array') throw new TekcastError('TYPE', `${name} is not a Uint8Array`, name);
  const length = LENGTH.call(value);
  try {
    if (length === 0) NONE.set(value);
  } catch {
    throw new TekcastError('TYPE', `the bytes of ${name} are gone: its buffer is detached or was made smaller`, name);
  }
  return length;
}

/** How many words an array has. Throws `TYPE` unless it is of that kind, of any realm; one whose buffer is detached has none. */
export function wordsOf(name: string, value: Uint16Array | Uint32Array, kind: 'Uint16Array' | 'Uint32Array'): number {
  if (TAG.call(value) !== kind) throw new TekcastError('TYPE', `${name} is not a ${kind}`, name);
  return LENGTH.call(value);
}

/** Where in its buffer a Uint8Array begins. */
export const offsetOf = (value: Uint8Array): number => OFFSET.call(value);

/** How many bytes a Uint8Array has: `low` to `high`, a multiple of `step`, or `TYPE` or `LENGTH`. */
export function countOf(name: string, value: Uint8Array, low: number, high: number, step = 1): number {
  const length = lengthOf(name, value);
  if (length < low || length > high || length % step !== 0) {
    const many =
      low === high ? `${low} bytes` : high === Infinity ? `at least ${low} bytes` : `${low} to ${high} bytes`;
    const multiple = step === 1 ? '' : ` and a multiple of ${step}`;
    throw new TekcastError('LENGTH', `${name} must have ${many}${multiple}`, name, length);
  }
  return length;
}

/** The bytes themselves, checked as {@link countOf} does, as an array of our own making: its `length` and `subarray` are what they seem. */
export function bytesOf(name: string, value: Uint8Array, low: number, high: number, step = 1): Uint8Array {
  const length = countOf(name, value, low, high, step);
  return new Uint8Array(BUFFER.call(value), OFFSET.call(value), length);
}
