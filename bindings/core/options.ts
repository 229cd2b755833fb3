// The core's sizes: defaults and limits. All memory is taken at once, so every size is checked before.
import { TekcastError } from '../errors.js';
import type { CoreOptions } from './types.js';

export type Sizes = Required<Omit<CoreOptions, 'module'>>;

/** A whole number from `low` to `high`, or `RANGE`. */
export function whole(name: string, value: number, low: number, high: number): number {
  if (!Number.isInteger(value) || value < low || value > high)
    throw new TekcastError('RANGE', `${name} is not a whole number from ${low} to ${high}`, name, value);
  return value;
}

/** A whole multiple of 64, or `RANGE`. */
export function multipleOf64(name: string, value: number, high: number): number {
  whole(name, value, 64, high);
  if (value % 64 !== 0) throw new TekcastError('RANGE', `${name} is not a multiple of 64`, name, value);
  return value;
}

export function sizesOf(options: CoreOptions): Sizes {
  const slots = whole('slots', options.slots ?? 4096, 1, 2 ** 20);
  return {
    slots,
    windows: whole('windows', options.windows ?? 1024, 1, 2 ** 20),
    replayWindow: multipleOf64('replayWindow', options.replayWindow ?? 1024, 65536),
    tombstones: whole('tombstones', options.tombstones ?? 4 * slots, 1, 2 ** 22),
    packets: whole('packets', options.packets ?? 4096, 1, 2 ** 20),
    arenaBytes: whole('arenaBytes', options.arenaBytes ?? 4 << 20, 4096, 2 ** 30),
  };
}
