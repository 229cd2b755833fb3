// Checks of options that both stations make. Wrong calls throw, and say what and how much.
import { TekcastError } from '../errors.js';

/** Throws `RANGE` unless `value` is an integer in `min..max`. */
export function within(subject: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new TekcastError('RANGE', `${subject} must be ${min}..${max}`, subject, value);
  }
}

const MAC = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i;

/** `00:1b:11:c9:d5:0c` in lower case. */
export const normalMac = (mac: string): string => mac.toLowerCase();

/** The six bytes of a MAC address or BSID. Throws `MAC`. */
export function macBytes(subject: string, mac: string): Uint8Array {
  if (!MAC.test(mac)) throw new TekcastError('MAC', `${subject} must look like 00:1b:11:c9:d5:0c`, subject);
  return Uint8Array.from(mac.split(':'), (pair) => Number.parseInt(pair, 16));
}

/** Throws `DUPLICATE` naming the path of the second of two equal values. */
export function uniqueOrThrow(what: string, values: readonly (readonly [string | number, string])[]): void {
  const seen = new Map<string | number, string>();
  for (const [value, path] of values) {
    const first = seen.get(value);
    if (first !== undefined) {
      throw new TekcastError(
        'DUPLICATE',
        `${path} repeats the ${what} of ${first}`,
        path,
        typeof value === 'number' ? value : undefined,
      );
    }
    seen.set(value, path);
  }
}
