// Byte arrays from outside: of the right kind and length, or a coded error. What an array says of itself, a subclass or a property of its own
// may have changed; what the engine knows of it decides how many bytes a copy takes, so that is what is asked. No code of the caller's runs here.
import { TekcastError } from '../errors.js';

const TYPED_ARRAY = Object.getPrototypeOf(Uint8Array.prototype);
const getter = (name: string | symbol) => Object.getOwnPropertyDescriptor(TYPED_ARRAY, name)?.get as () => unknown;
const TAG = getter(Symbol.toStringTag);
const LENGTH = getter('length') as (this: Uint8Array) => number;
const BUFFER = getter('buffer') as (this: Uint8Array) => ArrayBuffer;
const OFFSET = getter('byteOffset') as (this: Uint8Array) => number;

const NONE = new Uint8Array(0);

/** How many bytes `set` would copy of it. */
export const lengthOf = (bytes: Uint8Array): number => LENGTH.call(bytes);

/** Throws `TYPE` unless it is a Uint8Array, which may be one of another realm (a frame, a test environment), and its buffer is not detached. */
export function isBytes(name: string, value: Uint8Array): void {
  if (TAG.call(value) !== 'Uint8Array') throw new TekcastError('TYPE', `${name} is not a Uint8Array`, name);
  if (lengthOf(value) === 0) isThere(name, value);
}

/** Of a detached buffer, or a resizable one that shrank, an array has length 0 and `set` throws. */
function isThere(name: string, empty: Uint8Array): void {
  try {
    NONE.set(empty);
  } catch {
    throw new TekcastError('TYPE', `the bytes of ${name} are gone: its buffer is detached or was made smaller`, name);
  }
}

/** How many bytes a Uint8Array has: `low` to `high`, a multiple of `step`, or `TYPE` or `LENGTH`. */
export function countOf(name: string, value: Uint8Array, low: number, high: number, step = 1): number {
  isBytes(name, value);
  const length = lengthOf(value);
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
