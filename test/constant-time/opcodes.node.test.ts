// The flavours that ship, opcode by opcode. Two statements together say that what valgrind shows of the scalar flavour
// (constant-time.node.test.ts) holds for them:
//
//   1. Outside the circuit (assembly/generated/) their functions are the scalar flavour's, instruction for instruction.
//   2. Within it, secrets are in v128 only: what is read into an i32 comes from constant addresses, where those of the lanes stand, no
//      opcode turns a v128 into a number, and what is called is the circuit. Conditions and addresses are numbers, so none depends on a secret.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { describe, expect, test } from 'vitest';
import { CALL, functionsOf, I32_CONST, type Instruction } from './wasm.js';

const CIRCUIT_FUNCTIONS = 12;
const I32_LOAD = 0x28;
const V128_PREFIX = 0xfd0000;

const CONDITIONS = new Map([
  [0x04, 'if'],
  [0x0d, 'br_if'],
  [0x1b, 'select'],
]);

/** All that the circuit is made of. */
const ALLOWED = new Set([
  ...[0x02, 0x03, 0x05, 0x0b, 0x0c, 0x0f, ...CONDITIONS.keys()], // block loop else end br return
  ...[0x20, 0x21, 0x22], // local.get set tee
  ...[CALL, I32_LOAD, I32_CONST, 0x42, 0xad, 0x7d], // i64.const i64.extend_i32_u i64.sub
  ...[0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f], // i32 comparisons
  ...[0x6a, 0x6b, 0x6c, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76], // i32.add sub mul and or xor shl shr_s shr_u
  // v128: load store const shuffle swizzle relaxed_swizzle, splat of i8x16 and i64x2, i8x16.replace_lane, not and andnot or xor, i64x2.shl shr_u
  ...[0x00, 0x0b, 0x0c, 0x0d, 0x0e, 0x100, 0x0f, 0x12, 0x17, 0x4d, 0x4e, 0x4f, 0x50, 0x51, 0xcb, 0xcd].map(
    (op) => V128_PREFIX + op,
  ),
]);

const isCircuit = (body: readonly Instruction[]) => body.some(({ op }) => op >= V128_PREFIX);

/** Opcodes in one line. */
const text = (body: readonly Instruction[]) => body.map(({ op }) => op.toString(16)).join(' ');

/** What in a circuit function could carry a secret into a condition or an address. */
function leaks(body: readonly Instruction[], functions: readonly Instruction[][]): string[] {
  return body.flatMap((instruction, i) => {
    if (instruction.op === CALL && !isCircuit(functions[instruction.value as number] as Instruction[]))
      return ['a call of what is not the circuit'];
    if (!ALLOWED.has(instruction.op)) return [`opcode ${instruction.op.toString(16)}`];
    if (instruction.op === I32_LOAD && body[i - 1]?.op !== I32_CONST) return ['i32.load from no constant address'];
    return [];
  });
}

const conditions = (body: readonly Instruction[]) => body.filter(({ op }) => CONDITIONS.has(op)).length;

const build = (flavour: string) =>
  functionsOf(readFileSync(fileURLToPath(new URL(`../../build/${flavour}.wasm`, import.meta.url))));

describe.each(['const', 'relaxed'])('the %s flavour', (flavour) => {
  const functions = build(flavour);
  const scalar = build('scalar');

  test('computes with vectors in the circuit alone', () => {
    expect(functions.filter(isCircuit).length).toBe(CIRCUIT_FUNCTIONS);
    expect(scalar.filter(isCircuit).length).toBe(0);
  });

  test('is, outside the circuit, the scalar flavour instruction for instruction', () => {
    expect(functions.length).toBe(scalar.length);
    for (const [i, body] of functions.entries()) {
      if (!isCircuit(body)) expect(text(body)).toBe(text(scalar[i] as Instruction[]));
    }
  });

  test('turns no vector into a number, and reads numbers from constant addresses', () => {
    for (const body of functions.filter(isCircuit)) expect(leaks(body, functions)).toEqual([]);
  });

  test('has no conditions in the circuit but those of loops, rounds and flags', () => {
    const counts = functions.filter(isCircuit).map(conditions);
    // expand: the end of the loop over blocks to transpose, of that over rounds, and twice four of those within a round, which of the four, and
    // where Rcon stands, twice. encrypt: the end of each of five loops over states, the first pass, and the last round, in such a loop and behind it.
    // counterStart, expandOne, encryptOne and decryptOne: the last round. cryptOne: that, the last block, and whether a counter follows it.
    expect(counts.sort((a, b) => a - b)).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 3, 8, 15]);
  });
});

describe('a leak is seen', () => {
  const cases: [string, string][] = [
    ['a lane as an address', 'return load<u8>(i8x16.extract_lane_u(v128.load(p), 0))'],
    ['a lane as a condition', 'return i32x4.extract_lane(v128.load(p), 0) ? 1 : 2'],
    ['whether any bit is set', 'return v128.any_true(v128.load(p)) ? 1 : 2'],
    ['the top bits', 'return i8x16.bitmask(v128.load(p))'],
    ['a number from where vectors are', 'v128.store(p, v128.not(v128.load(p))); return load<u32>(p)'],
    ['a call that could do anything', 'v128.store(p, v128.not(v128.load(p))); return other(p)'],
    ['a division', 'v128.store(p, v128.not(v128.load(p))); return <i32>p / 3'],
  ];
  test.each(cases)('%s', async (_, body) => {
    const source = {
      'leak.ts': `export function leak(p: usize): i32 { ${body}; }\nexport function other(p: usize): i32 { return p ? other(p >> 1) + 1 : 0; }`,
    };
    const { error, binary } = await asc.compileString(source, { optimizeLevel: 3, runtime: 'stub', enable: ['simd'] });
    expect(error).toBeNull();
    const functions = functionsOf(binary as Uint8Array);
    expect(functions.filter(isCircuit).flatMap((leaking) => leaks(leaking, functions)).length).toBeGreaterThan(0);
  });
});
