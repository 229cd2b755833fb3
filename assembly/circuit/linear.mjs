// The linear layers of AES over bit planes, as data.
//
// A plane holds one bit of every byte of eight blocks: byte p of plane k carries bit k of byte p of the state, and bit j of that
// byte belongs to block (lane) j. The state is in the standard's order: byte p is row p % 4, column p / 4.
//
//   plane k:   byte 0          byte 1           …   byte 15
//              lanes 7..0      lanes 7..0           lanes 7..0
//
// So what moves bytes (ShiftRows, the rotations inside MixColumns) is a byte permutation of a plane, the same for all eight planes,
// and what mixes bits of one byte is a XOR of planes.
//
// A permutation is an array of 16 sources: out[p] = in[mask[p]]; ZERO makes the byte zero.

export const ZERO = -1;
export const BITS = [0, 1, 2, 3, 4, 5, 6, 7];
const POSITIONS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/** The permutation, or the bytes, that `of` gives for each position (row = p % 4, column = p / 4). */
export const bytes = (of) => POSITIONS.map((p) => of(p, p & 3, p >> 2));

/** First `a`, then `b`. */
export const inTurn = (a, b) => b.map((source) => a[source]);

/** ShiftRows (FIPS 197 §5.1.2), `times` times; 4 times is nothing. */
export const shiftRows = (times) => bytes((_, row, column) => 4 * ((column + row * times) & 3) + row);

/** Rotation of every column: row r of the result is row r + by. */
const rotateColumns = (by) => bytes((_, row, column) => 4 * column + ((row + by) & 3));

/**
 * Fix-slicing: ShiftRows is never done. The state of round i stays permuted by ShiftRows⁻ⁱ, so the round key is stored permuted
 * the same way and the rotations inside MixColumns are conjugated. Two ShiftRows at the very end (10 mod 4) put the bytes in place.
 */
export const rotateInRound = (by, round) => inTurn(inTurn(shiftRows(round), rotateColumns(by)), shiftRows(-round & 3));

/**
 * MixColumns (FIPS 197 §5.1.3) with m = a ^ rot1(a): out = 2m ^ rot1(a) ^ rot2(m).
 * Bit k of 2m is bit k-1 of m, and bit 7 of m folds back (0x11b) into the bits named here.
 */
export const FOLD = 0x1b;
export const foldBits = BITS.filter((bit) => (FOLD >> bit) & 1);

/** The planes of 2a that make bit k: FIPS 197 §4.2.1. */
export const doubleRow = (bit) => [...(bit > 0 ? [bit - 1] : []), ...(foldBits.includes(bit) ? [7] : [])];

/**
 * Eight blocks to eight planes and back: an 8 x 8 bit transposition in every byte position, three levels of swaps.
 * In each level `low` planes give their upper halves of 2·by bits for the lower halves of `high` ones.
 */
export const transposition = [
  {
    by: 1,
    keep: 0x55,
    pairs: [
      [0, 1],
      [2, 3],
      [4, 5],
      [6, 7],
    ],
  },
  {
    by: 2,
    keep: 0x33,
    pairs: [
      [0, 2],
      [1, 3],
      [4, 6],
      [5, 7],
    ],
  },
  {
    by: 4,
    keep: 0x0f,
    pairs: [
      [0, 4],
      [1, 5],
      [2, 6],
      [3, 7],
    ],
  },
];

// Key expansion (FIPS 197 §5.2): RotWord of the last column, for all four, and every column `by` up, zero where none comes.
export const lastWordRotated = bytes((_, row) => 12 + ((row + 1) & 3));
export const columnsUp = (by) => bytes((p, _, column) => (column < by ? ZERO : p - 4 * by));
/** For a prefix XOR of the columns in two moves: word 0 to 1 and 2 to 3, a shift in each half; then word 1 to 2 and 3. */
export const secondColumnOn = bytes((p, row) => (p < 8 ? ZERO : 4 + row));

// A counter block whose counter changes in byte 15 only (row 3, column 3). Round 1 brings that byte to column 0, which the
// permuted state keeps at row r, column r: positions 0, 5, 10, 15.
export const diagonal = [0, 5, 10, 15];
