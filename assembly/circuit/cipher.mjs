// AES-128 over planes. The state, eight planes, lives in locals through all rounds;
// passing it through memory between rounds costs about a tenth.
//
// `keys`: 11 round keys of 8 planes, 128 bytes each: key i permuted by ShiftRows⁻ⁱ, 0x63 folded into keys 1..10.

import { mixColumnsBy } from './columns.mjs';
import { spreadPlanes } from './counter.mjs';
import { assignPlanes, fn, loadPlanes, storePlanes } from './emit.mjs';
import { BITS, rotateInRound, shiftRows } from './linear.mjs';
import { gates } from './sbox.mjs';

const ROUND_KEY = 128;
/** SubBytes without its constant. Planes are least significant bit first, the circuit's wires most significant first. */
function subBytes(e, planes) {
  const wires = new Map(BITS.map((k) => [`x${7 - k}`, planes[k]]));
  for (const { out, a, op, b } of gates)
    wires.set(out, op === '^' ? e.xor(wires.get(a), wires.get(b)) : e.and(wires.get(a), wires.get(b)));
  return BITS.map((k) => wires.get(`s${7 - k}`));
}

/** The same in the permuted state of round `round`. */
const mixColumns = (e, round, planes, key) =>
  mixColumnsBy(e, (plane, by) => e.permute(plane, rotateInRound(by, round)), planes, key);

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
    'keys: usize, from: usize, to: usize, which: usize, rest: usize',
    'Eight blocks under eight keys; where `rest` is not 0, `from` are those of which `spread` makes the state after round 2.',
    (e) => {
      const { text } = e;
      // Conjugations repeat every four rounds, so one text does for them all: 1, 2 | 3, 4, 5, 6 | 7, 8, 9, 10. The first pass has
      // only the second half, and the last ends before its MixColumns.
      const key = (at) => (k) => e.load('keys', at * ROUND_KEY + 16 * k);
      const round = (i, planes, roundKey) => mixColumns(e, i, subBytes(e, planes), roundKey);
      const state = BITS.map(() => e.variable(e.repeat(0)));
      text.line('let left = 2;');
      text.line('if (rest == 0) {');
      text.line('left = 3;');
      assignPlanes(
        e,
        state,
        loadPlanes(e, 'from').map((plane, k) => e.xor(plane, key(0)(k))),
      );
      text.line('} else {');
      assignPlanes(e, state, spreadPlanes(e));
      text.line('}');
      text.line('while (true) {');
      text.line('if (left < 3) {');
      assignPlanes(e, state, round(4, round(3, state, key(3)), key(4)));
      text.line(`keys += ${4 * ROUND_KEY};`);
      text.line('}');
      const substituted = subBytes(e, round(5, state, key(1)));
      text.line('if (--left == 0) {');
      const ends = substituted.map((plane, k) => e.permute(e.xor(plane, key(2)(k)), shiftRows(10 % 4)));
      storePlanes(e, 'to', 0, ends);
      text.line('return;');
      text.line('}');
      assignPlanes(e, state, mixColumns(e, 6, substituted, key(2)));
      text.line('}');
    },
  );

export const cipher = [substitute, encrypt];
