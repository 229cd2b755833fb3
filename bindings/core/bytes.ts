// Byte arrays from outside: of the right kind and length, or a coded error.
import { TekcastError } from '../errors.js';

/** A Uint8Array of `low` to `high` bytes, a multiple of `step`, or `TYPE` or `LENGTH`. */
export function bytesOf(name: string, value: Uint8Array, low: number, high: number, step = 1): Uint8Array {
  isBytes(name, value);
  if (value.length < low || value.length > high || value.length % step !== 0) {
    const many =
      low === high ? `${low} bytes` : high === Infinity ? `at least ${low} bytes` : `${low} to ${high} bytes`;
    const multiple = step === 1 ? '' : ` and a multiple of ${step}`;
    throw new TekcastError('LENGTH', `${name} must have ${many}${multiple}`, name, value.length);
  }
  return value;
}

const TYPED_ARRAY = Object.getPrototypeOf(Uint8Array.prototype);
const LENGTH = Object.getOwnPropertyDescriptor(TYPED_ARRAY, 'length')?.get as (this: Uint8Array) => number;

/** How many bytes `set` would copy of it, whatever a subclass says. */
export const lengthOf = (bytes: Uint8Array): number => LENGTH.call(bytes);

/** Throws `TYPE` unless it is a Uint8Array, which may be one of another realm (a frame, a test environment). */
export function isBytes(name: string, value: Uint8Array): void {
  if (value instanceof Uint8Array) return;
  if (!ArrayBuffer.isView(value) || (value as Uint8Array)[Symbol.toStringTag] !== 'Uint8Array')
    throw new TekcastError('TYPE', `${name} is not a Uint8Array`, name);
}
