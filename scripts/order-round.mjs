// Looks for a better order of a round's operations (assembly/circuit/round.mjs): changes the list at random, makes wasm of it, four rounds of two
// states in turn, and keeps what takes no more time than before, measured in turn: here, and with `--with` in another engine too. Prints the list.
//
//   node --no-liftoff --no-wasm-tier-up --no-wasm-lazy-compilation scripts/order-round.mjs [--seconds 300] [--seed 1] [--with /path/to/another/node]
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { rotateInRound } from '../assembly/circuit/linear.mjs';
import { bitOf, operations } from '../assembly/circuit/round.mjs';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    with: { type: 'string' },
    serve: { type: 'boolean', default: false },
  },
});
// (module (func (result v128) relaxed_swizzle of two constants)): the flavour that this engine would load.
const relaxed = WebAssembly.validate(
  Uint8Array.from([
    ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 44, 1, 42, 0],
    ...[0xfd, 12, ...Array(16).fill(0), 0xfd, 12, ...Array(16).fill(0), 0xfd, 0x80, 2, 11],
  ]),
);
const NUMBERS = [3, 4, 5, 6];
const [KEYS, MASKS, STATES, END] = [0, 2048, 4096, 4352];

let state = Number(values.seed);
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};
const pick = (list) => list[Math.floor(random() * list.length)];

// ---- what asc's optimizer makes of the text: a value goes to its first use, unless what it reads or sets is touched on the way

const leaf = (kind, name) => ({ kind, name, args: [] });
const given = (name) => /^[xk]\d$/.test(name);

/** The list as statements: `{ set: name, tree }`, or `{ store: name, tree }`. */
function statements(list) {
  const out = relaxed ? ['1', '2'].map((by) => ({ set: by, tree: leaf('mask', by) })) : [];
  const loaded = new Set();
  const operand = (name) => {
    if (name[0] === 'k') return leaf('key', name);
    if (name[0] === 'x' && !loaded.has(name)) {
      loaded.add(name);
      out.push({ set: name, tree: leaf('plane', name) });
    }
    return leaf('get', name);
  };
  for (const { out: name, a, op, b } of list) {
    const args = [operand(a), op === '~' ? leaf(relaxed ? 'get' : 'constant', b) : operand(b)];
    out.push({ set: name, tree: { kind: op, name, args } });
    if (name[0] === 'b') out.push({ store: name, tree: leaf('get', name) });
  }
  return out;
}

function effects(tree, found = { reads: new Set(), sets: new Set(), memory: false }) {
  if (tree.kind === 'get') found.reads.add(tree.name);
  if (tree.kind === 'tee') found.sets.add(tree.name);
  if (['plane', 'key', 'mask'].includes(tree.kind)) found.memory = true;
  for (const arg of tree.args) effects(arg, found);
  return found;
}

function nested(text) {
  for (let cycle = 0; ; cycle++) {
    const uses = new Map();
    const count = (tree) => {
      if (tree.kind === 'get') uses.set(tree.name, (uses.get(tree.name) ?? 0) + 1);
      tree.args.forEach(count);
    };
    for (const { tree } of text) count(tree);
    const waiting = new Map();
    const drop = (hinders) => {
      for (const [name, value] of waiting) if (hinders(value, name)) waiting.delete(name);
    };
    const setting = (name) => drop(({ reads, sets }) => reads.has(name) || sets.has(name));
    let changed = false;
    const visit = (tree) => {
      tree.args = tree.args.map(visit);
      if (tree.kind === 'tee') setting(tree.name);
      if (tree.kind !== 'get') return tree;
      const value = waiting.get(tree.name);
      if (value === undefined) {
        drop(({ sets }) => sets.has(tree.name));
        return tree;
      }
      waiting.delete(tree.name);
      text[value.at] = undefined;
      changed = true;
      value.sets.forEach(setting);
      for (const read of value.reads) drop(({ sets }) => sets.has(read));
      if (uses.get(tree.name) === 1) return value.tree;
      setting(tree.name);
      return { kind: 'tee', name: tree.name, args: [value.tree] };
    };
    for (const [at, line] of text.entries()) {
      line.tree = visit(line.tree);
      if (line.set === undefined) drop(({ memory }) => memory);
      else {
        setting(line.set);
        if (cycle > 0 || uses.get(line.set) === 1)
          waiting.set(line.set, { at, tree: line.tree, ...effects(line.tree) });
      }
    }
    text = text.filter((line) => line !== undefined);
    if (!changed && cycle > 0) return text;
  }
}

// ---- wasm: run(keys, begin, end, times)

const leb = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...leb(n >>> 7)]);
const sized = (bytes) => [...leb(bytes.length), ...bytes];
const simd = (opcode, ...immediate) => [0xfd, ...leb(opcode), ...immediate];
const load = (address, offset) => [0x20, address, ...simd(0, 4, ...leb(offset))];

function compile(list) {
  const locals = new Map();
  const local = (name) => {
    if (!locals.has(name)) locals.set(name, 5 + locals.size);
    return leb(locals.get(name));
  };
  const text = nested(statements(list));
  const write = (tree, number) => {
    const args = tree.args.flatMap((arg) => write(arg, number));
    switch (tree.kind) {
      case 'get':
        return [0x20, ...local(tree.name)];
      case 'tee':
        return [...args, 0x22, ...local(tree.name)];
      case 'plane':
        return load(4, 16 * bitOf(tree.name));
      case 'key':
        return load(0, KEYS + 128 * number + 16 * bitOf(tree.name));
      case 'mask':
        return load(0, MASKS + 32 * number + 16 * (tree.name - 1));
      case 'constant':
        return simd(12, ...rotateInRound(Number(tree.name), number));
      case '~':
        return [...args, ...simd(relaxed ? 0x100 : 14)];
      default:
        return [...args, ...simd(tree.kind === '^' ? 0x51 : 0x4e)];
    }
  };
  const body = [0x03, 0x40];
  for (const number of NUMBERS) {
    body.push(0x20, 1, 0x21, 4, 0x03, 0x40);
    for (const { set, store, tree } of text)
      if (set !== undefined) body.push(...write(tree, number), 0x21, ...local(set));
      else body.push(0x20, 4, ...write(tree, number), ...simd(11, 4, ...leb(16 * bitOf(store))));
    body.push(0x20, 4, 0x41, 0x80, 0x01, 0x6a, 0x22, 4, 0x20, 2, 0x49, 0x0d, 0, 0x0b);
  }
  body.push(0x20, 3, 0x41, 1, 0x6b, 0x22, 3, 0x0d, 0, 0x0b, 0x0b);
  const code = sized([2, 1, 0x7f, ...leb(locals.size), 0x7b, ...body]);
  const section = (id, ...bytes) => [id, ...sized(bytes)];
  const wasm = Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 1, 0x60, 4, 0x7f, 0x7f, 0x7f, 0x7f, 0),
    ...section(3, 1, 0),
    ...section(5, 1, 0, 1),
    ...section(7, 2, 1, 0x72, 0, 0, 1, 0x6d, 2, 0),
    ...section(10, 1, ...code),
  ]);
  const { r: run, m: memory } = new WebAssembly.Instance(new WebAssembly.Module(wasm)).exports;
  const bytes = new Uint8Array(memory.buffer);
  for (const number of NUMBERS)
    for (const by of [1, 2]) bytes.set(rotateInRound(by, number), MASKS + 32 * number + 16 * (by - 1));
  return (times) => run(0, STATES, END, times);
}

// ---- time: ns a round of one state, the median over depths of the stack of the best of three

const TIMES = 250;
const DEPTHS = 10;
const deeper = (calls, run) => (calls === 0 ? run() : deeper(calls - 1, run));

function measure(run) {
  const each = Array.from({ length: DEPTHS }, (_, depth) => {
    let best = Infinity;
    for (let i = 0; i < 3; i++) {
      const start = performance.now();
      deeper(3 * depth, () => run(TIMES));
      best = Math.min(best, performance.now() - start);
    }
    return best;
  });
  return (each.sort((a, b) => a - b)[DEPTHS / 2] * 1e6) / (TIMES * NUMBERS.length * 2);
}

/** How much time one takes of the other's, in turn. */
function against(run, other, turns) {
  let [sum, others] = [0, 0];
  for (let i = 0; i < turns; i++) {
    sum += measure(run);
    others += measure(other);
  }
  return sum / others;
}

// ---- changes that leave what is computed as it is

/** Where an operation may stand: behind what it uses, before what uses it. */
function bounds(list, { out, a, b }) {
  const last = list.findLastIndex((other) => other.out === a || other.out === b);
  const first = list.findIndex((other) => other.a === out || other.b === out);
  return [last + 1, first < 0 ? list.length : first];
}

function moved(list, operation, near) {
  const at = list.indexOf(operation);
  list.splice(at, 1);
  const [low, high] = bounds(list, operation);
  const aim = near ? at + Math.floor((random() - 0.5) * 12) : low + Math.floor(random() * (high - low + 1));
  list.splice(Math.max(low, Math.min(high, aim)), 0, operation);
}

/** `x = p ^ q; z = x ^ y` becomes `x = p ^ y; z = x ^ q`, where nothing else uses x. */
function associated(list, z) {
  const [inner, y] = random() < 0.5 ? [z.a, z.b] : [z.b, z.a];
  const x = list.find(({ out }) => out === inner);
  if (z.op !== '^' || x?.op !== '^' || x.out === y) return;
  if (list.filter(({ a, b }) => a === inner || b === inner).length !== 1) return;
  const [p, q] = random() < 0.5 ? [x.a, x.b] : [x.b, x.a];
  Object.assign(x, { a: p, b: y });
  Object.assign(z, { a: x.out, b: q });
  if (!given(y)) moved(list, x, true);
}

function changed(list) {
  const copy = list.map((operation) => ({ ...operation }));
  for (let n = 1 + Math.floor(random() * random() * 8); n > 0; n--) {
    const operation = pick(copy);
    const kind = random();
    if (kind < 0.4) moved(copy, operation, random() < 0.5);
    else if (kind < 0.6) associated(copy, operation);
    else if (operation.op !== '~') Object.assign(operation, { a: operation.b, b: operation.a });
  }
  return copy;
}

// ---- engines: this one, and others that run this file and answer line by line

class Here {
  #begun = compile(operations);
  #run = this.#begun;
  #tried = this.#begun;

  /** How much of the time of what is kept this list takes. */
  try(list, turns) {
    this.#tried = compile(list);
    return against(this.#tried, this.#run, turns);
  }

  keep() {
    this.#run = this.#tried;
    return 0;
  }

  /** And of the time at the start. */
  total(turns) {
    return against(this.#run, this.#begun, turns);
  }
}

class There {
  #process;
  #answers;

  constructor(node) {
    this.#process = spawn(node, [...process.execArgv, import.meta.filename, '--serve'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#answers = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  async #ask(...call) {
    this.#process.stdin.write(`${JSON.stringify(call)}\n`);
    const { value } = await this.#answers.next();
    if (value === undefined) throw new Error('the other engine is gone');
    return Number(value);
  }

  try = (list, turns) => this.#ask('try', list, turns);
  keep = () => this.#ask('keep');
  total = (turns) => this.#ask('total', turns);
  end = () => this.#process.stdin.end();
}

const here = new Here();

async function serve() {
  for await (const line of createInterface({ input: process.stdin })) {
    const [what, ...args] = JSON.parse(line);
    console.log(here[what](...args));
  }
}

async function search() {
  const there = values.with === undefined ? [] : [new There(values.with)];
  const engines = [...there, here]; // asked first, the other works meanwhile
  const all = async (ask) => {
    const answers = await Promise.all(engines.map(ask));
    return answers.reduce((sum, answer) => sum + answer) / engines.length;
  };
  const report = async (turns) => (await Promise.all(engines.map((e) => e.total(turns)))).map((t) => t.toFixed(3));
  let list = operations;
  const [start, length] = [performance.now(), 1000 * Number(values.seconds)];
  for (let now = start, told = start; now < start + length; now = performance.now()) {
    const patience = 0.004 * (1 - (now - start) / length);
    const next = changed(list);
    if ((await all((e) => e.try(next, 1))) >= 1 + patience * random()) continue;
    if ((await all((e) => e.try(next, 4))) >= 0.999 + patience * random()) continue;
    list = next;
    await all((e) => e.keep());
    if (now - told < 30_000) continue;
    told = now;
    console.error(`${((now - start) / 1000).toFixed(0)} s: ${await report(6)} of the time at the start`);
  }
  console.error(`${await report(20)} of the time at the start`);
  console.log(list.map(({ out, a, op, b }) => `${out} = ${a} ${op} ${b}`).join('; '));
  for (const { end } of there) end();
}

await (values.serve ? serve() : search());
