// AES-128 over planes: states of eight planes each, one behind the other in memory. All of them go through a round before any goes through the next:
// the gates of one state wait for each other, and those of another use the time.
//
// `keys`: 11 round keys of 8 planes, 128 bytes each: key i permuted by ShiftRows⁻ⁱ, 0x63 folded into keys 1..10.

import { mixColumnsBy } from './columns.mjs';
import { fn, loadPlanes, storePlanes } from './emit.mjs';
import { BITS, rotateInRound, shiftRows } from './linear.mjs';
import { gates } from './sbox.mjs';

/** Bytes of a state, and of a round key. */
const PLANES = 128;

/** SubBytes without its constant. Planes are least significant bit first, the circuit's wires most significant first. */
function subBytes(e, planes) {
  const wires = new Map(BITS.map((k) => [`x${7 - k}`, planes[k]]));
  for (const { out, a, op, b } of gates)
    wires.set(out, op === '^' ? e.xor(wires.get(a), wires.get(b)) : e.and(wires.get(a), wires.get(b)));
  return BITS.map((k) => wires.get(`s${7 - k}`));
}

/** The same in the permuted state of round `round`. */
const mixColumns = (e, round, planes, key) => {
  const rows = [1, 2].map((by) => e.row?.(rotateInRound(by, round)));
  return mixColumnsBy(e, (plane, by) => e.permute(plane, rotateInRound(by, round), rows[by - 1]), planes, key);
};

/** A text of the S-box that is called, for what is not done in every round: its 113 gates are some 600 bytes of wasm. */
const substitute = (backEnd) =>
  fn(
    backEnd,
    'subBytes',
    'from: usize, keys: usize, to: usize',
    'AddRoundKey, then SubBytes without its constant.',
    (e) => {
      const keyed = loadPlanes(e, 'from').map((plane, k) => e.xor(plane, e.load('keys', 16 * k)));
      storePlanes(e, 'to', 0, subBytes(e, keyed));
    },
  );

const encrypt = (backEnd) =>
  fn(
    backEnd,
    'encrypt',
    'keys: usize, stride: usize, begin: usize, middle: usize, end: usize',
    'States from `begin` to `end`, in place, each under the keys `stride` behind the one before: blocks, and from `middle` on states after round 2.',
    (e) => {
      const { text } = e;
      const load = () => loadPlanes(e, 'state');
      const key = (at) => (k) => e.load('key', at * PLANES + 16 * k);
      const store = (planes) => storePlanes(e, 'state', 0, planes);
      const each = (until, write) => {
        text.line(`for (let state = begin, key = keys; state < ${until}; state += ${PLANES}, key += stride) {`);
        write();
        text.line('}');
      };
      const round = (i, at) => each('until', () => store(mixColumns(e, i, subBytes(e, load()), key(at))));
      each('middle', () => store(load().map((plane, k) => e.xor(plane, key(0)(k)))));
      // Conjugations repeat every four rounds, so one text does for them all: 1, 2 | 3, 4, 5, 6 | 7, 8, 9, 10. The first pass has
      // only the second half, and the last ends before its MixColumns.
      text.line('let until = middle, left = 3;');
      text.line('while (true) {');
      text.line('if (left < 3) {');
      round(3, 3);
      round(4, 4);
      text.line(`keys += ${4 * PLANES};`);
      text.line('}');
      round(5, 1);
      text.line('left--;');
      each('until', () => {
        const substituted = subBytes(e, load());
        text.line('if (left == 0) {');
        store(substituted.map((plane, k) => e.permute(e.xor(plane, key(2)(k)), shiftRows(10 % 4))));
        text.line('} else {');
        store(mixColumns(e, 6, substituted, key(2)));
        text.line('}');
      });
      text.line('if (left == 0) {');
      text.line('return;');
      text.line('}');
      text.line('until = end;');
      text.line('}');
    },
  );

export const cipher = [substitute, encrypt];
