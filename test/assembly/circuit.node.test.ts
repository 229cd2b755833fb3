// The circuit's data against the standard's definitions, and the text made from it.
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { emit, generate } from '../../assembly/circuit/generate.mjs';
import { BITS, doubleRow, rotateInRound, shiftRows, transposition, ZERO } from '../../assembly/circuit/linear.mjs';
import { linear as afterwards, bitOf, gates, type Operation, operations } from '../../assembly/circuit/round.mjs';
import { CONSTANT, constantBits } from '../../assembly/circuit/sbox.mjs';
import {
  codeToOrigin,
  doubled,
  encode,
  first,
  fourfold,
  fromCode,
  inverses,
  last,
  restored,
  shares,
  substituted,
  times,
  toCode,
  toOrigin,
  twofold,
} from '../../assembly/circuit/tower.mjs';
import { Random } from '../support/random.js';
import { oracle } from './oracle.js';

const random = new Random(197);

/** The gate list, run on all 256 bytes at once: bit x of a wire is its value for input x. */
function circuit(): number[] {
  const wires = new Map<string, bigint>();
  for (const k of BITS) {
    let wire = 0n;
    for (let x = 0; x < 256; x++) wire |= BigInt((x >> k) & 1) << BigInt(x);
    wires.set(`x${7 - k}`, wire);
  }
  const wire = (name: string) => {
    const value = wires.get(name);
    if (value === undefined) throw new Error(`${name} is used before it is set`);
    return value;
  };
  for (const { out, a, op, b } of gates) wires.set(out, op === '^' ? wire(a) ^ wire(b) : wire(a) & wire(b));
  return Array.from({ length: 256 }, (_, x) =>
    BITS.reduce((byte, k) => byte | (Number((wire(`s${7 - k}`) >> BigInt(x)) & 1n) << k), 0),
  );
}

const linear = (rows: readonly (readonly number[])[], x: number) =>
  rows.reduce((y, row, k) => y | (row.reduce((bit, from) => bit ^ ((x >> from) & 1), 0) << k), 0);

/** SubBytes without its constant: 1/x by its definition, then the affine map (FIPS 197 §5.1.1). */
function subBytes(x: number): number {
  const product = (a: number, b: number) => {
    let sum = 0;
    for (let i = 7; i >= 0; i--) sum = (sum << 1) ^ (sum & 0x80 ? 0x11b : 0) ^ ((b >> i) & 1 ? a : 0);
    return sum;
  };
  const inverse = x === 0 ? 0 : Array.from({ length: 256 }, (_, y) => y).find((y) => product(x, y) === 1);
  if (inverse === undefined) throw new Error(`${x} has no inverse`);
  return [0, 1, 2, 3, 4].reduce((y, n) => y ^ (((inverse << n) | (inverse >> (8 - n))) & 0xff), 0);
}

describe('S-box', () => {
  const table = circuit();

  test('113 gates, 32 of them AND', () => {
    expect(gates.length).toBe(113);
    expect(new Set(gates.map((gate) => gate.out)).size).toBe(113);
    expect(gates.filter((gate) => gate.op === '&').length).toBe(32);
  });

  test('is that of FIPS 197, without its constant', () => {
    for (let x = 0; x < 256; x++) expect(table[x]).toBe(subBytes(x));
    expect(constantBits.reduce((all, bit) => all | (1 << bit), 0)).toBe(CONSTANT);
  });
});

describe('a round', () => {
  const plane = () => Array.from(random.bytes(16));
  const xor = (a: readonly number[], b: readonly number[]) => a.map((byte, p) => byte ^ (b[p] as number));
  const turned = (a: readonly number[], by: number, round: number) =>
    rotateInRound(by, round).map((from) => a[from] as number);

  test('of 164 operations makes each wire once, from wires that are there', () => {
    expect(operations.length).toBe(164);
    expect(new Set([...gates, ...afterwards])).toEqual(new Set(operations));
    const there = new Set([...BITS.flatMap((i) => [`x${i}`, `k${i}`]), '1', '2']);
    for (const { out, a, b } of operations) {
      expect(there).toContain(a);
      expect(there).toContain(b);
      expect(there).not.toContain(out);
      there.add(out);
    }
  });

  test('is SubBytes, MixColumns and AddRoundKey of FIPS 197 in the permuted states of all four rounds', () => {
    for (const round of [3, 4, 5, 6]) {
      const [state, key] = [BITS.map(plane), BITS.map(plane)];
      const run = (list: readonly Operation[]) => {
        const wires = new Map<string, number[] | undefined>(
          BITS.flatMap((i) => [[`x${i}`, state[7 - i]] as const, [`k${i}`, key[7 - i]] as const]),
        );
        const wire = (name: string) => wires.get(name) as number[];
        for (const { out, a, op, b } of list)
          wires.set(
            out,
            op === '~'
              ? turned(wire(a), Number(b), round)
              : op === '^'
                ? xor(wire(a), wire(b))
                : wire(a).map((byte, p) => byte & (wire(b)[p] as number)),
          );
        return (letter: string) => BITS.map((k) => wires.get(`${letter}${7 - k}`) as number[]);
      };
      const s = run(gates)('s');
      const rotated = s.map((each) => turned(each, 1, round));
      const mixed = s.map((each, k) => xor(each, rotated[k] as number[]));
      const expected = BITS.map((k) =>
        [
          ...doubleRow(k).map((bit) => mixed[bit] as number[]),
          rotated[k] as number[],
          turned(mixed[k] as number[], 2, round),
        ].reduce(xor, key[k] as number[]),
      );
      expect(run(operations)('b')).toEqual(expected);
    }
    expect(bitOf('b0')).toBe(7);
  });
});

describe('S-box by look-ups of nibbles', () => {
  /** Both swizzles say the same of 0..15 and of 128..255, and of nothing else. */
  const lookup = (table: readonly number[], index: number) => {
    if (index > 15 && index < 128) throw new Error(`index ${index}`);
    return index < 16 ? (table[index] as number) : 0;
  };
  const sum = ({ first, second }: typeof last, a: number, b: number) => lookup(first, a) ^ lookup(second, b);
  const nibbles = (x: number) => [x & 15, x >> 4] as const;
  const inverted = (code: number) => {
    const [k, i] = nibbles(code);
    const share = lookup(shares, k);
    const u = lookup(inverses, i) ^ share;
    const v = lookup(inverses, i ^ k) ^ share;
    return [lookup(inverses, u) ^ i ^ k, lookup(inverses, v) ^ i] as const;
  };

  test('is that of FIPS 197, without its constant, for all 256 bytes; no index is out of range', () => {
    for (let x = 0; x < 256; x++) {
      expect(sum(toCode, ...nibbles(x))).toBe(encode(x));
      expect(sum(fromCode, ...nibbles(encode(x)))).toBe(x);
      expect(sum(last, ...inverted(encode(x)))).toBe(subBytes(x));
      expect(sum(substituted, ...inverted(encode(x)))).toBe(encode(subBytes(x)));
      expect(sum(doubled, ...inverted(encode(x)))).toBe(encode(times(2, subBytes(x))));
    }
  });

  test('back again, in a code of its own', () => {
    const origin = (x: number) => sum(toOrigin, ...nibbles(x));
    for (let x = 0; x < 256; x++) {
      const y = subBytes(x);
      expect(sum(codeToOrigin, ...nibbles(encode(x)))).toBe(origin(x));
      expect(sum(first, ...inverted(origin(y)))).toBe(x);
      expect(sum(restored, ...inverted(origin(y)))).toBe(origin(x));
      expect(sum(twofold, ...nibbles(origin(x)))).toBe(origin(times(2, x)));
      expect(sum(fourfold, ...nibbles(origin(x)))).toBe(origin(times(4, x)));
    }
  });

  test('codes add like bytes, and every byte has one', () => {
    expect(new Set(Array.from({ length: 256 }, (_, x) => encode(x))).size).toBe(256);
    for (let x = 0; x < 256; x++) for (let y = 0; y < 256; y++) expect(encode(x ^ y)).toBe(encode(x) ^ encode(y));
  });
});

describe('linear layers', () => {
  const permuted = (block: readonly number[], mask: readonly number[]) =>
    mask.map((from) => (from === ZERO ? 0 : (block[from] as number)));
  const block = Array.from({ length: 16 }, (_, p) => p);

  test('ShiftRows moves row r left by r (FIPS 197 figure 8), and four times is nothing', () => {
    expect(permuted(block, shiftRows(1))).toEqual([0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11]);
    expect(shiftRows(4)).toEqual(block);
  });

  test.each([1, 2, 3, 4, 5])('round %i: a rotation of the state permuted by ShiftRows⁻ⁱ', (round) => {
    const rows = shiftRows(round);
    for (const by of [1, 2]) {
      const standard = permuted(permuted(block, rows), rotateInRound(by, 0));
      const sliced = permuted(permuted(block, rotateInRound(by, round)), rows);
      expect(sliced).toEqual(standard);
    }
  });

  test('doubling is multiplication by x modulo 0x11b', () => {
    for (let x = 0; x < 256; x++)
      expect(linear(BITS.map(doubleRow), x)).toBe(((x << 1) ^ (x & 0x80 ? 0x11b : 0)) & 0xff);
  });

  test('the transposition turns rows into columns', () => {
    const bytes = Array.from(random.bytes(8));
    const swapped = [...bytes];
    for (const { by, keep, pairs } of transposition)
      for (const [low, high] of pairs) {
        const moved = (((swapped[low] as number) >> by) ^ (swapped[high] as number)) & keep;
        swapped[high] = (swapped[high] as number) ^ moved;
        swapped[low] = (swapped[low] as number) ^ (moved << by);
      }
    const column = (k: number) => bytes.reduce((all, byte, lane) => all | (((byte >> k) & 1) << lane), 0);
    expect(swapped).toEqual(BITS.map(column));
  });
});

describe('generated text', () => {
  test.each(['const', 'relaxed', 'scalar'] as const)('%s is the same each time', (flavour) => {
    expect(emit(flavour)).toBe(emit(flavour));
  });

  test('scalar knows no SIMD; const has no relaxed operation', () => {
    expect(emit('scalar')).not.toMatch(/v128|i8x16|i64x2/);
    expect(emit('const')).not.toContain('relaxed_');
    expect(emit('relaxed')).toContain('i8x16.relaxed_swizzle');
  });

  test('has no branch or address that depends on data: every condition is a round or a flag', () => {
    for (const flavour of ['const', 'relaxed', 'scalar'] as const)
      for (const [, condition] of emit(flavour).matchAll(/(?:\bif|\bwhile|\bfor) \((.*)\) \{/g))
        expect([
          'let state = begin, key = keys; state < middle; state += 128, key += stride',
          'let state = begin, key = keys; state < until; state += 128, key += stride',
          'true',
          'left < 3',
          'left == 0',
          'let group: usize = 0; group < groups; group++',
          'let plane: usize = 0; plane < 128; plane += 16',
          'const end = y + groups * 128; y < end; y += 128',
          'let i: u32 = 0; ; i++',
          '(i & 3) == 0',
          '(i & 3) == 1',
          '(i & 3) == 2',
          'i == 10',
          'let i: usize = 0; ; i++',
          'i == 1',
          'round == keys + 160',
          'round == keys',
          'block < end',
        ]).toContain(condition);
  });

  test('is not written again when nothing changed', async () => {
    await generate();
    const file = fileURLToPath(new URL('../../assembly/generated/const.ts', import.meta.url));
    const before = statSync(file).mtimeMs;
    await generate();
    expect(statSync(file).mtimeMs).toBe(before);
    expect(readFileSync(file, 'utf8')).toBe(emit('const'));
  });
});

test('the oracle of CMAC is right itself: RFC 4493 §4, examples 1 and 2', () => {
  const key = Buffer.from('2b7e151628aed2a6abf7158809cf4f3c', 'hex');
  expect(oracle.cmac(key, new Uint8Array(0)).toString('hex')).toBe('bb1d6929e95937287fa37d129b756746');
  const block = Buffer.from('6bc1bee22e409f96e93d7e117393172a', 'hex');
  expect(oracle.cmac(key, block).toString('hex')).toBe('070a16b46b4d4144f79bdd9dd04a287c');
});
