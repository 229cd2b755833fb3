// The key schedule of up to four lane groups together. SubWord is an S-box of four bytes a key, and the S-box over planes works on sixteen
// positions: each group's last column takes four of them.
//
// FIPS 197 §5.2, a round key a step: key i is P(key i-1 ^ w), where w, in column 0, is RotWord, SubWord and Rcon of the last column, and P adds
// to each column all those before it. With N, which moves every column one up, P is (1 + N)⁻¹ and P⁴ is nothing at all; so with
// key i = Pⁱ(y i) a step adds w to some columns of y, and to see the key takes no, four, two and two instructions in turn:
//
//   i mod 4   w is added to columns   key
//   0         0 1 2 3                 y
//   1         0                       (1 + N)(1 + N²) y
//   2         0 1                     (1 + N²) y
//   3         0   2                   (1 + N) y
//
//   keys   | group 0: key 0 | key 1 | … key 10 | group 1: …        a round key is 8 planes, permuted and folded as `encrypt` wants it
//   work   | y of group 0 | … 1 | … 2 | … 3 | last columns of all, then SubWord of them |
import { fn } from './emit.mjs';
import { BITS, bytes, columnsUp, lastWordRotated, shiftRows, ZERO } from './linear.mjs';
import { constantBits } from './sbox.mjs';

const PLANE = 16;
const PLANES = 8 * PLANE;
const WORDS = 4 * PLANES;
const ROUND_KEYS = 11 * PLANES;

/** By i mod 4: the columns of y that w is added to, and by how many columns y is moved up, one after the other, and added to itself. */
const steps = [
  { columns: [0, 1, 2, 3], moves: [] },
  { columns: [0], moves: [2, 1] },
  { columns: [0, 1], moves: [2] },
  { columns: [0, 2], moves: [1] },
];

/** From column 3, where the words of one group after the other come to stand; those of the first group by so many turns as groups lack. */
const spread = (columns) => bytes((p, _, column) => (columns.includes(column) ? lastWordRotated[p] : ZERO));
const turned = (by) => bytes((_, row, column) => 4 * ((column - by) & 3) + row);
const turns = [3, 2, 1, 0].map(turned);

// Rows that are added to planes: of nothing, of 0x63, and of Rcon, which comes to the bytes that RotWord brings to row 0. In Rcon's rows each
// round begins one before the round before it, since Rcon doubles: 0x01 … 0x80, then 0x1b and 0x36.
const NOTHING = Array(8).fill(0n);
const ALL = BITS.map((bit) => (constantBits.includes(bit) ? 0xffffffffffffffffn : 0n));
const RCONS = [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1, 1, 0, 0, 0].map(
  (bit) => BigInt(bit) * 0xff000000ff00n,
);
const FOLD = 8 * PLANE;
const RCON_01 = (16 + 7) * PLANE;
const RCON_1B = (16 + 16) * PLANE;
const constants = () => {
  const halves = [...NOTHING, ...ALL, ...RCONS].map((word) => `0x${word.toString(16)}, 0x${word.toString(16)}`);
  return `const ROWS: usize = memory.data<u64>([\n  ${halves.join(',\n  ')},\n], 16);\n`;
};

/** Plane by plane, all groups' next round key, number i modulo 4. */
function step(e, i) {
  const { text } = e;
  const { columns, moves } = steps[i];
  text.line(`for (let plane: usize = 0; plane < ${PLANES}; plane += ${PLANE}) {`);
  const folded = e.load('fold + plane');
  const sum = e.xor(e.xor(e.load('from + plane'), e.load('rcon + plane')), folded);
  const words = e.variable(e.permuteBy(sum, turns, 'groups - 1'));
  const last = e.variable(words);
  text.line('let y = work + plane, key = keys + plane;');
  text.line(`for (const end = y + groups * ${PLANES}; y < end; y += ${PLANES}) {`);
  const next = e.xor(e.load('y'), e.permute(words, spread(columns)));
  e.store('y', 0, next);
  e.assign(words, e.permute(words, turned(1)));
  const key = moves.reduce((sum, by) => e.xor(sum, e.permute(sum, columnsUp(by))), next);
  e.store('key', 0, e.xor(i === 0 ? key : e.permute(key, shiftRows(-i & 3)), folded));
  e.assign(last, e.lastColumnBefore(key, last));
  text.line(`key += ${ROUND_KEYS};`);
  text.line('}');
  e.store('work + plane', WORDS, last);
  text.line('}');
}

const expand = (backEnd) =>
  fn(
    backEnd,
    'expand',
    'keys: usize, groups: usize, work: usize',
    'Round keys of up to four groups of eight raw keys, which lie as blocks where round key 0 of their group comes.',
    (e) => {
      const { text } = e;
      text.line('for (let group: usize = 0; group < groups; group++) {');
      text.line(`transpose(keys + group * ${ROUND_KEYS}, work + group * ${PLANES});`);
      text.line('}');
      text.line('let from = ROWS, fold = ROWS, rcon = ROWS;'); // key 0 is what it is: nothing is added
      text.line('for (let i: u32 = 0; ; i++) {');
      for (const i of steps.keys()) {
        text.line(i === 0 ? 'if ((i & 3) == 0) {' : i < 3 ? `} else if ((i & 3) == ${i}) {` : '} else {');
        step(e, i);
      }
      text.line('}');
      text.line('if (i == 10) {');
      text.line('return;');
      text.line('}');
      text.line(`from = work + ${WORDS};`);
      text.line('subBytes(from, ROWS, from);');
      text.line(`fold = ROWS + ${FOLD};`);
      text.line(`rcon = i == 0 ? ROWS + ${RCON_01} : i == 8 ? ROWS + ${RCON_1B} : rcon - ${PLANE};`);
      text.line(`keys += ${PLANES};`);
      text.line('}');
    },
  );

export const schedule = [constants, expand];
