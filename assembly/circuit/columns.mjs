// MixColumns over planes.
import { BITS, doubleRow } from './linear.mjs';

const xorAll = (e, planes) => planes.reduce((all, plane) => e.xor(all, plane));

/** MixColumns, and AddRoundKey where there is a key: `rotate(plane, by)` turns the columns, `key(k)` gives the key's plane k. */
export function mixColumnsBy(e, rotate, planes, key) {
  const rotated = planes.map((plane) => rotate(plane, 1));
  const mixed = planes.map((plane, k) => e.xor(plane, rotated[k]));
  return BITS.map((k) =>
    xorAll(e, [
      key ? e.xor(rotated[k], key(k)) : rotated[k],
      rotate(mixed[k], 2),
      ...doubleRow(k).map((bit) => mixed[bit]),
    ]),
  );
}
