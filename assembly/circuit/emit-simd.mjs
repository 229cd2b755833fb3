// Back end: a plane is one v128.
//
// `const`: byte permutations take their mask as a constant, which V8 11 turns into a bare pshufb. `relaxed`: masks lie in memory
// (V8 13 rebuilds constants at each use) and the relaxed swizzle needs no saturation of the mask.
import { ZERO } from './linear.mjs';

/** Off the path of a packet: there the shorter text counts, masks in memory. */
const SELDOM = new Set(['decryptOne', 'counterStart']);

const literal = (bytes) => `i8x16(${bytes.map((b) => (b << 24) >> 24).join(', ')})`;

export function simd({ relaxed }) {
  // Masks that lie in memory, one table of rows; lists that are there are not added again. ZERO becomes 0xff: out of range, which both
  // swizzles turn into zero.
  const rows = [];
  const inMemory = (...masks) => {
    const list = masks.map((mask) => mask.map((source) => (source === ZERO ? 0xff : source)).join(', '));
    let at = rows.findIndex((_, row) => list.every((mask, i) => rows[row + i] === mask));
    if (at < 0) at = rows.push(...list) - list.length;
    return `MASKS + ${16 * at}`;
  };

  const backEnd = (text, name) => {
    const fromMemory = relaxed || SELDOM.has(name);
    const swizzle = relaxed ? 'i8x16.relaxed_swizzle' : 'i8x16.swizzle';
    const make = (expression) => text.let('v128', expression);
    return {
      text,
      load: (base, at = 0) => make(`v128.load(${base}, ${at})`),
      store: (base, at, plane) => text.line(`v128.store(${base}, ${plane}, ${at});`),
      xor: (a, b) => make(`v128.xor(${a}, ${b})`),
      and: (a, b) => make(`v128.and(${a}, ${b})`),
      not: (a) => make(`v128.not(${a})`),
      constant: (bytes) => make(literal(bytes)),
      repeat: (byte) => make(`i8x16.splat(${(byte << 24) >> 24})`),
      /** All ones where the integer expression is 1, zero where it is 0. */
      mask: (bit) => make(`i64x2.splat(-(<i64>(${bit})))`),
      right: (a, by) => make(`v128.shr<u64>(${a}, ${by})`),
      left: (a, by) => make(`v128.shl<i64>(${a}, ${by})`),
      permute: (a, mask, row = undefined) =>
        make(`${swizzle}(${a}, ${row ?? (fromMemory ? `v128.load(${inMemory(mask)})` : literal(mask))})`),
      /** A mask that several permutations share, read once where masks lie in memory. */
      row: (mask) => (fromMemory ? make(`v128.load(${inMemory(mask)})`) : undefined),
      /** The last column of `a`, then the first three of `b`. */
      lastColumnBefore: (a, b) => make(`v128.shuffle<i32>(${a}, ${b}, 3, 4, 5, 6)`),
      /** Sixteen bytes for `lookup` and others, read once: a name that stays. */
      table: (bytes) => make(`v128.load(${inMemory(bytes)})`),
      /** Each byte of `index`, 0..15 or above 127, becomes its byte of the table or zero: both swizzles agree on these. */
      lookup: (table, index) => make(`${swizzle}(${table}, ${index})`),
      /** `a` with its last byte replaced by an integer below 256. */
      lastByte: (a, integer) => make(`i8x16.replace_lane(${a}, 15, <i8>(${integer}))`),
      /** The permutation that a public index (usize) chooses. */
      permuteBy: (a, choices, index) => make(`${swizzle}(${a}, v128.load(${inMemory(...choices)} + (${index} << 4)))`),
      variable(plane) {
        const name = text.fresh();
        text.line(`let ${name}: v128 = ${plane};`);
        return name;
      },
      assign: (variable, plane) => text.line(`${variable} = ${plane};`),
    };
  };
  const header = () => `const MASKS: usize = memory.data<u8>([\n  ${rows.join(',\n  ')},\n], 16);\n`;
  return { backEnd, header };
}
