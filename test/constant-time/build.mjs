// The core as C, to be run under valgrind:
//
//   assembly/ --asc, scalar--> core.wasm --wasm2c--> core.c --gcc, with driver.c--> build/constant-time/driver
//
// One source differs from the core's own: Declassify, which here calls out. In the C, every condition of a branch or select is wrapped
// in PUBLIC(), so that valgrind is asked about it whatever gcc makes of it; addresses it looks at by itself.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));
const out = join(root, 'build/constant-time');
const RUNTIME = '/usr/share/wabt/wasm2c'; // of Debian's package wabt
const MEMCHECK = '/usr/include/valgrind/memcheck.h';
const LIBC = '/usr/include/stdlib.h'; // a compiler can be there without it
const DECLASSIFY = 'assembly/declassify.ts';

/** What of wasm2c, gcc and valgrind is not installed. */
export function missing() {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const programs = ['wasm2c', 'gcc', 'valgrind'].filter((name) => !folders.some((f) => existsSync(join(f, name))));
  const files = [`${RUNTIME}/wasm-rt-impl.c`, MEMCHECK, LIBC].filter((file) => !existsSync(file));
  return [...programs, ...files];
}

/** Builds the driver if anything that it is made of changed; answers where it is. */
export async function build() {
  const driver = join(out, 'driver');
  const stamp = join(out, 'stamp');
  const inputs = createHash('sha256').update(readFileSync(join(root, 'build/scalar.stamp')));
  const files = readdirSync(here, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const file of files.map((entry) => join(entry.parentPath, entry.name)).sort()) inputs.update(readFileSync(file));
  const key = inputs.digest('hex');
  if (existsSync(driver) && existsSync(stamp) && readFileSync(stamp, 'utf8') === key) return driver;

  mkdirSync(out, { recursive: true });
  await compile('core', ['--config', 'asconfig.json', '--target', 'scalar', '--debug']);
  await compile('control', [
    'test/constant-time/assembly/control.ts',
    ...['--config', 'none.json', '--runtime', 'stub', '--optimizeLevel', '3', '--disable', 'simd', '--debug'],
  ]);
  toC('core');
  toC('control');
  writeFileSync(join(out, 'layout.h'), layout(readFileSync(join(root, 'assembly/layout.ts'), 'utf8')));
  const sources = [join(here, 'driver.c'), join(out, 'core.c'), join(out, 'control.c'), `${RUNTIME}/wasm-rt-impl.c`];
  const flags = ['-O1', '-g', '-w', '-DWASM_RT_MEMCHECK_SIGNAL_HANDLER=0', `-I${out}`, `-I${here}`, `-I${RUNTIME}`];
  execFileSync('gcc', [...flags, '-o', driver, ...sources, '-lm']);
  writeFileSync(stamp, key);
  return driver;
}

async function compile(name, options) {
  const { default: asc } = await import('assemblyscript/asc');
  const read = (file, folder) => readFile(resolve(folder, file), 'utf8').catch(() => null);
  const { error, stderr } = await asc.main(
    [...options, '--baseDir', root, '--outFile', `build/constant-time/${name}.wasm`],
    { readFile: (file, folder) => (file === DECLASSIFY ? read('assembly/declassify.ts', here) : read(file, folder)) },
  );
  if (error) throw new Error(`asc: ${error.message}\n${stderr.toString()}`);
}

function toC(name) {
  const file = join(out, `${name}.c`);
  execFileSync('wasm2c', [join(out, `${name}.wasm`), '-n', name, '-o', file]);
  const text = readFileSync(file, 'utf8');
  const begin = text.indexOf('FUNC_PROLOGUE;'); // before it stands the runtime, which is nobody's secret
  const code = text
    .slice(begin)
    .replace(/\bif \((\w+)\) \{/g, 'if (PUBLIC($1)) {')
    .replace(/ = (\w+) \? (\w+) : (\w+);/g, ' = PUBLIC($1) ? $2 : $3;')
    .replace(/\bswitch \((\w+)\) \{/g, 'switch (PUBLIC($1)) {');
  const strays = code.split('\n').filter((line) => /\?|\bif\b|\bswitch\b/.test(line) && !line.includes('PUBLIC('));
  if (strays.length > 0) throw new Error(`wasm2c writes conditions that are not known here: ${strays[0]}`);
  writeFileSync(file, `#include "public.h"\n${text.slice(0, begin)}${code}`);
}

/** layout.ts in C. */
function layout(source) {
  return [...source.matchAll(/^export const (\w+) = ([^;]+);/gm)]
    .map(([, name, n]) => `#define ${name} ${n}\n`)
    .join('');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await build());
