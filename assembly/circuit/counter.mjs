// Sharing the first two rounds of CTR. The lanes of a group count upwards together, and as long as no lane's byte 15 passes 255 no
// other byte changes. Round 1 spreads it over four bytes, round 2 over all sixteen; MixColumns is linear, so what the others give is
// computed once:
//
//   round 1   S(byte 15) of 16 counters at once                           TABLE
//             each of 4 counters': to the four bytes of its column, ^ COLUMN
//   round 2   S of these sixteen bytes at once                            FOUR
//             each counter's four: to the whole state, ^ REST             the state after round 2
//
// aes/counter.ts calls the steps, `subBytes` and `spread`. Work area `shared`, planes:
//
//   0      128      256    384     512    640
//   | EDGE | COLUMN | REST | TABLE | FOUR |
//
//   EDGE    byte 15 of round key 0, in all positions
//   COLUMN  what the fifteen other bytes give byte 15's column after round 1, four times over
//   REST    what the twelve bytes out of that column give the state after round 2
import { mixColumnsBy } from './columns.mjs';
import { fn, loadPlanes, storePlanes } from './emit.mjs';
import { bytes, diagonal, doubleRow, rotateInRound, ZERO } from './linear.mjs';

const [EDGE, COLUMN, REST] = [0, 128, 256];
const LAST = 15;

/** Leaves the bytes where they are, zero where `where` is not true. */
const keep = (where) => bytes((p) => (where(p) ? p : ZERO));

const counterStart = (backEnd) =>
  fn(
    backEnd,
    'counterStart',
    'keys: usize, base: usize, none: usize, shared: usize',
    'EDGE, COLUMN and REST; `base`: planes of a counter block whose byte 15 is zero; `none`: planes of zeros.',
    (e) => {
      const { text } = e;
      const edge = loadPlanes(e, 'keys').map((plane) => e.permute(plane, Array(16).fill(LAST)));
      storePlanes(e, 'shared', EDGE, edge);
      text.line(`subBytes(base, keys, shared + ${REST});`);
      text.line('for (let i: usize = 0; ; i++) {');
      text.line('keys += 128;');
      const constant = [keep((p) => p !== LAST), keep((p) => !diagonal.includes(p))];
      const state = mixColumnsBy(
        e,
        (plane, by) => e.permuteBy(plane, [rotateInRound(by, 1), rotateInRound(by, 2)], 'i'),
        loadPlanes(e, 'shared', REST).map((plane) => e.permuteBy(plane, constant, 'i')),
        (k) => e.load('keys', 16 * k),
      );
      storePlanes(e, 'shared', REST, state);
      text.line('if (i == 1) {');
      text.line('return;');
      text.line('}');
      const column = bytes((_, row) => diagonal[row]);
      storePlanes(
        e,
        'shared',
        COLUMN,
        state.map((plane) => e.permute(plane, column)),
      );
      text.line(`subBytes(shared + ${REST}, none, shared + ${REST});`);
      text.line('}');
    },
  );

/** Which of the bytes at `from` MixColumns of round `round` brings to position `p`, and how many rows below `p` it is. */
function brought(round, p, from) {
  const below = rotateInRound(1, round);
  let [at, rows] = [p, 0];
  for (; !from.includes(at); rows++) at = below[at];
  return { at, rows };
}

/**
 * What `spread` moves where. Choices 0..3, round 1: TABLE's counters 4i to 4i + 3; byte 4c + r of the result is row r of the column of
 * counter 4i + c. Choices 4..7, round 2: counter i's four bytes of that, to the whole state. `takes`: from how many rows below.
 */
const moves = (takes) => {
  const fours = [0, 1, 2, 3];
  const first = fours.map((i) =>
    bytes((_, row, column) => (takes(brought(1, diagonal[row], [LAST]).rows) ? 4 * i + column : ZERO)),
  );
  const second = fours.map((i) =>
    bytes((p) => {
      const { at, rows } = brought(2, p, diagonal);
      return takes(rows) ? 4 * i + diagonal.indexOf(at) : ZERO;
    }),
  );
  return [...first, ...second];
};

// MixColumns multiplies what comes from 0, 1, 2, 3 rows below by 2, 3, 1, 1 (FIPS 197 §5.1.3).
const once = moves((rows) => rows !== 0);
const twice = moves((rows) => rows <= 1);

function spreadPlanes(e) {
  const planes = loadPlanes(e, 'from');
  const doubled = planes.map((plane) => e.permuteBy(plane, twice, 'which'));
  return planes.map((plane, k) =>
    [e.permuteBy(plane, once, 'which'), ...doubleRow(k).map((bit) => doubled[bit])].reduce(
      e.xor,
      e.load('rest', 16 * k),
    ),
  );
}

const spread = (backEnd) =>
  fn(
    backEnd,
    'spread',
    'from: usize, which: usize, rest: usize, to: usize',
    'MixColumns of the bytes that choice `which` takes, added to `rest`.',
    (e) => storePlanes(e, 'to', 0, spreadPlanes(e)),
  );

export const counter = [counterStart, spread];
