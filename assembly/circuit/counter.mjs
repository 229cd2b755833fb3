// Sharing the first two rounds of CTR. All lanes of a group count 0, 1, 2 … in the last two bytes of their counter blocks, and a
// PDU has fewer than 256 blocks, so only byte 15 ever changes. Round 1 spreads it over four bytes, round 2 over all sixteen:
//
//   round 1   S(byte 15) for 16 counters at once: one S-box for 16 blocks
//   round 2   S of the four bytes it reached, for 4 counters at once; the other twelve once per group
//
// Work area `shared`, planes of 128 bytes: EDGE byte 15 of the whitened block in all positions; COLUMN what the constant bytes
// give the four after round 1, four times over; REST S-box output of the other twelve in round 2; TABLE S(byte 15) of 16 counters;
// then four READY states after round 2, of counters i, i+1, i+2, i+3.
import { mixColumns, subBytes } from './cipher.mjs';
import { assignPlanes, fn, loadPlanes, storePlanes } from './emit.mjs';
import { bytes, diagonal, doubleRow, ZERO } from './linear.mjs';

const [EDGE, COLUMN, REST, TABLE, READY] = [0, 128, 256, 384, 512];
const LAST = 15;

const set = (e, where) => e.constant(bytes((p, row) => (where(p, row) ? 0xff : 0)));

const counterStart = (backEnd) =>
  fn(
    backEnd,
    'counterStart',
    'keys: usize, base: usize, shared: usize',
    'What does not depend on the counter; `base`: planes of counter block 0.',
    (e) => {
      const { text } = e;
      const whitened = loadPlanes(e, 'base').map((plane, k) => e.xor(plane, e.load('keys', 16 * k)));
      const edge = whitened.map((plane) => e.permute(plane, Array(16).fill(LAST)));
      storePlanes(e, 'shared', EDGE, edge);
      const state = whitened.map((plane) => e.variable(plane));
      const kept = e.variable(set(e, (p) => p !== LAST));
      text.line('for (let round = 1; ; round++) {');
      const constant = subBytes(e, state).map((plane) => e.and(plane, kept));
      text.line('if (round == 2) {');
      storePlanes(e, 'shared', REST, constant);
      text.line('return;');
      text.line('}');
      assignPlanes(
        e,
        state,
        mixColumns(e, 1, constant, (k) => e.load('keys', 128 + 16 * k)),
      );
      const column = state.map((plane) =>
        e.permute(
          plane,
          bytes((_, row) => diagonal[row]),
        ),
      );
      storePlanes(e, 'shared', COLUMN, column);
      e.assign(
        kept,
        set(e, (p) => !diagonal.includes(p)),
      );
      text.line('}');
    },
  );

const counterTable = (backEnd) =>
  fn(
    backEnd,
    'counterTable',
    'shared: usize, counter: usize',
    'TABLE for 16 counters from `counter`, a multiple of 16.',
    (e) => {
      const last = loadPlanes(e, 'shared', EDGE).map((plane, k) =>
        e.xor(plane, k < 4 ? set(e, (p) => (p >> k) & 1) : e.mask(`counter >> ${k} & 1`)),
      );
      storePlanes(e, 'shared', TABLE, subBytes(e, last));
    },
  );

const counterBlocks = (backEnd) =>
  fn(
    backEnd,
    'counterBlocks',
    'keys: usize, shared: usize, counter: usize',
    'READY for four counters from `counter`, a multiple of 4.',
    (e) => {
      // Byte 4c + r: row r of what counter + c gives the column.
      const spread = [0, 1, 2, 3].map((quarter) => bytes((_, __, column) => 4 * quarter + column));
      const edge = loadPlanes(e, 'shared', TABLE).map((plane) => e.permuteBy(plane, spread, '(counter >> 2 & 3)'));
      // Row 3 enters MixColumns with the factors 1, 1, 3, 2.
      const once = set(e, (_, row) => row <= 2);
      const twice = set(e, (_, row) => row >= 2);
      const column = loadPlanes(e, 'shared', COLUMN).map((plane, k) => {
        const doubled = doubleRow(k)
          .map((bit) => edge[bit])
          .reduce((all, bit) => e.xor(all, bit));
        return e.xor(e.xor(plane, e.and(edge[k], once)), e.and(doubled, twice));
      });
      const second = subBytes(e, column);
      for (const i of [0, 1, 2, 3]) {
        const toDiagonal = bytes((p, row) => (diagonal.includes(p) ? 4 * i + row : ZERO));
        const state = second.map((plane, k) => e.xor(e.load('shared', REST + 16 * k), e.permute(plane, toDiagonal)));
        const ready = mixColumns(e, 2, state, (k) => e.load('keys', 256 + 16 * k));
        storePlanes(e, 'shared', READY + 128 * i, ready);
      }
    },
  );

export const counter = [counterStart, counterTable, counterBlocks];
