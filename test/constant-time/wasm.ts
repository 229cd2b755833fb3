// The functions of a WebAssembly module as lists of opcodes: as much of the binary format (core specification §5) as that takes.

export interface Instruction {
  /** One byte; behind the prefixes fc and fd: 0xfc00 and 0xfd0000 plus the number that follows. */
  readonly op: number;
  /** Of i32.const; of call: which function. */
  readonly value?: number;
}

export const CALL = 0x10;
export const I32_CONST = 0x41;
const CODE_SECTION = 10;

/** Immediates by opcode: how many LEB128 numbers follow. Opcodes not named have none. */
const NUMBERS = new Map<number, number>([
  ...[0x02, 0x03, 0x04, 0x0c, 0x0d, 0x10].map((op): [number, number] => [op, 1]), // block loop if br br_if call
  [0x11, 2], // call_indirect
  ...[0x20, 0x21, 0x22, 0x23, 0x24].map((op): [number, number] => [op, 1]), // local, global
  ...range(0x28, 0x3e).map((op): [number, number] => [op, 2]), // load, store: align, offset
  ...[0x3f, 0x40, 0x41, 0x42].map((op): [number, number] => [op, 1]), // memory.size, memory.grow, i32.const, i64.const
  [0xfc0a, 2], // memory.copy
  [0xfc0b, 1], // memory.fill
  ...range(0xfd0000, 0xfd000b).map((op): [number, number] => [op, 2]), // v128 load, store
  ...range(0xfd005c, 0xfd005d).map((op): [number, number] => [op, 2]), // v128.load32_zero, v128.load64_zero
]);
/** The same, in bytes. */
const BYTES = new Map<number, number>([
  [0x43, 4],
  [0x44, 8], // f32.const, f64.const
  [0xfd000c, 16],
  [0xfd000d, 16], // v128.const, i8x16.shuffle
  ...range(0xfd0015, 0xfd0022).map((op): [number, number] => [op, 1]), // extract_lane, replace_lane
]);
const PREFIXES = new Map([
  [0xfc, 0xfc00],
  [0xfd, 0xfd0000],
]);
/** What has immediates of another form, and does not occur: br_table, typed select, load_lane and store_lane. */
const REFUSED = new Set([0x0e, 0x1c, ...range(0xfd0054, 0xfd005b)]);

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

export function functionsOf(module: Uint8Array): Instruction[][] {
  let at = 8; // behind magic number and version
  const number = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = module[at++] as number;
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  };
  const instruction = (): Instruction => {
    const first = module[at++] as number;
    const prefix = PREFIXES.get(first);
    const op = prefix === undefined ? first : prefix + number();
    if (REFUSED.has(op)) throw new Error(`opcode ${op.toString(16)} is not read here`);
    let value = 0;
    for (let n = NUMBERS.get(op) ?? 0; n > 0; n--) value = number();
    at += BYTES.get(op) ?? 0;
    return op === I32_CONST || op === CALL ? { op, value } : { op };
  };

  const functions: Instruction[][] = [];
  while (at < module.length) {
    const section = module[at++] as number;
    const size = number();
    if (section !== CODE_SECTION) {
      at += size;
      continue;
    }
    for (let count = number(); count > 0; count--) {
      const length = number();
      const end = at + length;
      for (let groups = number(); groups > 0; groups--) {
        number(); // how many locals
        at++; // of which type
      }
      const body: Instruction[] = [];
      while (at < end) body.push(instruction());
      if (at !== end) throw new Error(`function ${functions.length}: read past its end`);
      functions.push(body);
    }
  }
  return functions;
}
