// AES-128 over planes: states of eight planes each, one behind the other in memory. All of them go through a round before any goes through the next:
// the gates of one state wait for each other, and those of another use the time.
//
// `keys`: 11 round keys of 8 planes, 128 bytes each: key i permuted by ShiftRows⁻ⁱ, 0x63 folded into keys 1..10.

import { fn, loadPlanes, storePlanes } from './emit.mjs';
import { BITS, rotateInRound, shiftRows } from './linear.mjs';
import { bitOf, gates, linear, operations, wires, write } from './round.mjs';

/** Bytes of a state, and of a round key. */
const PLANES = 128;

/** A text of the S-box that is called, for what is not done in every round: its 113 gates are some 600 bytes of wasm. */
const substitute = (backEnd) =>
  fn(
    backEnd,
    'subBytes',
    'from: usize, keys: usize, to: usize',
    'AddRoundKey, then SubBytes without its constant.',
    (e) => {
      const keyed = loadPlanes(e, 'from').map((plane, k) => e.xor(plane, e.load('keys', 16 * k)));
      const planes = new Map(wires('x', (k) => keyed[k]));
      write(e, gates, planes);
      storePlanes(
        e,
        'to',
        0,
        wires('s', (k) => k).map(([s]) => planes.get(s)),
      );
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
      const each = (until, write) => {
        text.line(`for (let state = begin, key = keys; state < ${until}; state += ${PLANES}, key += stride) {`);
        write();
        text.line('}');
      };
      const state = (k) => e.load('state', 16 * k);
      const key = (at, k) => e.load('key', at * PLANES + 16 * k);
      const store = (k, plane) => e.store('state', 16 * k, plane);
      const begin = (at) => new Map([...wires('x', (k) => () => state(k)), ...wires('k', (k) => () => key(at, k))]);
      /** In the permuted state of round `number`. */
      const go = (number, list, planes) => {
        const rows = [1, 2].map((by) => e.row?.(rotateInRound(by, number)));
        const turn = (plane, by) => e.permute(plane, rotateInRound(by, number), rows[by - 1]);
        write(e, list, planes, turn, (name, plane) => name[0] === 'b' && store(bitOf(name), plane));
      };
      const round = (number, at) => each('until', () => go(number, operations, begin(at)));
      each('middle', () => {
        for (const k of BITS) store(k, e.xor(state(k), key(0, k)));
      });
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
        const planes = begin(2);
        write(e, gates, planes);
        text.line('if (left == 0) {');
        for (const [s, k] of wires('s', (k) => k))
          store(k, e.permute(e.xor(planes.get(s), key(2, k)), shiftRows(10 % 4)));
        text.line('} else {');
        go(6, linear, planes);
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
