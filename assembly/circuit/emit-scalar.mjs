// Back end without SIMD: a plane is a pair of u64, bytes 0..7 and 8..15. Slow; made for analysis (it shares all control flow).
import { ZERO } from './linear.mjs';

const hex = (word) => `0x${BigInt.asUintN(64, word).toString(16)}`;
const word = (bytes) => bytes.reduceRight((all, byte) => (all << 8n) | BigInt(byte & 0xff), 0n);
const ALL = (1n << 64n) - 1n;

/**
 * The look-up of eight bytes, 0..15 or above 127 each, without an address: four levels of choices by the bits of the index, from the
 * table's bytes to the one that is meant.
 */
function selected(text, table, index) {
  const each = (byte) => hex(word(Array(8).fill(byte)));
  const bit = (n) => text.let('u64', `((${index} >> ${n}) & ${each(1)}) * 255`);
  let left = table.map(each);
  for (const n of [0, 1, 2, 3]) {
    const mask = bit(n);
    left = left.flatMap((zero, i) =>
      i & 1 ? [] : [text.let('u64', `${zero} ^ (${mask} & (${zero} ^ ${left[i + 1]}))`)],
    );
  }
  return `${left[0]} & ~${bit(7)}`;
}

export function scalar() {
  const backEnd = (text) => {
    const pair = (lo, hi) => ({ lo: text.let('u64', lo), hi: text.let('u64', hi) });
    const both = (a, of) => pair(of(a.lo), of(a.hi));
    const two = (a, b, op) => pair(`${a.lo} ${op} ${b.lo}`, `${a.hi} ${op} ${b.hi}`);

    // Half of a permuted plane: bytes that come from the same half by the same distance move together.
    const half = (a, sources) => {
      const moves = new Map();
      sources.forEach((source, to) => {
        if (source === ZERO) return;
        const key = `${source >> 3} ${to - (source & 7)}`;
        moves.set(key, (moves.get(key) ?? 0n) | (0xffn << BigInt(8 * to)));
      });
      const terms = [...moves].map(([key, mask]) => {
        const [from, by] = key.split(' ').map(Number);
        const moved =
          by === 0 ? (from ? a.hi : a.lo) : `${from ? a.hi : a.lo} ${by > 0 ? '<<' : '>>'} ${8 * Math.abs(by)}`;
        return mask === ALL ? moved : `(${moved} & ${hex(mask)})`;
      });
      return terms.join(' | ') || '0';
    };
    const permuted = (a, mask) => ({ lo: half(a, mask.slice(0, 8)), hi: half(a, mask.slice(8)) });

    return {
      text,
      load: (base, at = 0) => pair(`load<u64>(${base}, ${at})`, `load<u64>(${base}, ${at + 8})`),
      store(base, at, plane) {
        text.line(`store<u64>(${base}, ${plane.lo}, ${at});`);
        text.line(`store<u64>(${base}, ${plane.hi}, ${at + 8});`);
      },
      xor: (a, b) => two(a, b, '^'),
      and: (a, b) => two(a, b, '&'),
      not: (a) => both(a, (x) => `~${x}`),
      constant: (bytes) => pair(hex(word(bytes.slice(0, 8))), hex(word(bytes.slice(8)))),
      repeat: (byte) => pair(hex(word(Array(8).fill(byte))), hex(word(Array(8).fill(byte)))),
      mask: (bit) => pair(`-(<i64>(${bit}))`, `-(<i64>(${bit}))`),
      right: (a, by) => both(a, (x) => `${x} >> ${by}`),
      left: (a, by) => both(a, (x) => `${x} << ${by}`),
      permute(a, mask) {
        const { lo, hi } = permuted(a, mask);
        return pair(lo, hi);
      },
      lastColumnBefore: (a, b) => pair(`${a.hi} >> 32 | ${b.lo} << 32`, `${b.lo} >> 32 | ${b.hi} << 32`),
      table: (bytes) => ({ ...pair(hex(word(bytes.slice(0, 8))), hex(word(bytes.slice(8)))), bytes }),
      lookup: (table, index) => both(index, (x) => selected(text, table.bytes, x)),
      lastByte: (a, integer) => pair(a.lo, `(${a.hi} & ${hex(ALL >> 8n)}) | (<u64>(${integer}) << 56)`),
      permuteBy(a, choices, index) {
        const each = choices.map((mask) => permuted(a, mask));
        const choose = (part) =>
          each.reduceRight(
            (rest, choice, i) => (rest === '' ? choice[part] : `${index} == ${i} ? ${choice[part]} : ${rest}`),
            '',
          );
        return pair(choose('lo'), choose('hi'));
      },
      variable(plane) {
        const [lo, hi] = [text.fresh(), text.fresh()];
        text.line(`let ${lo}: u64 = ${plane.lo}, ${hi}: u64 = ${plane.hi};`);
        return { lo, hi };
      },
      assign(variable, plane) {
        text.line(`${variable.lo} = ${plane.lo};`);
        text.line(`${variable.hi} = ${plane.hi};`);
      },
    };
  };
  return { backEnd, header: () => '' };
}
