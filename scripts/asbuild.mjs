// Compiles the wasm targets named (default: all that ship or are tested) when any input changed.
// asc's own API runs in this process: no second node start per target.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const self = fileURLToPath(import.meta.url);
const { version } = createRequire(import.meta.url)('assemblyscript/package.json');
const SHIPPED = ['const', 'relaxed'];
export const TARGETS = [...SHIPPED, 'scalar', 'debug'];

const walk = (dir) =>
  readdirSync(dir, { withFileTypes: true }).flatMap((e) =>
    e.isDirectory() ? walk(join(dir, e.name)) : [join(dir, e.name)],
  );

/** Serialised: vitest runs an inherited globalSetup once per project, at the same time. */
let queue = Promise.resolve();
export function asbuild(targets = TARGETS) {
  const next = queue.then(() => build(targets));
  queue = next.catch(() => {});
  return next;
}

async function build(targets) {
  const { generate } = await import('../assembly/circuit/generate.mjs');
  await generate(); // before the hash: it writes assembly/generated/, and only what changed
  const hash = createHash('sha256').update(version);
  for (const f of [join(root, 'asconfig.json'), self, ...walk(join(root, 'assembly')).sort()])
    hash.update(f.slice(root.length)).update(readFileSync(f));
  const key = hash.digest('hex');
  mkdirSync(join(root, 'build'), { recursive: true });
  for (const target of targets) {
    const stamp = join(root, 'build', `${target}.stamp`);
    if (existsSync(join(root, 'build', `${target}.wasm`)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === key)
      continue;
    const start = performance.now();
    const { default: asc } = await import('assemblyscript/asc');
    const { error, stderr } = await asc.main(['--config', 'asconfig.json', '--target', target, '--baseDir', root]);
    if (error) throw new Error(`asc ${target}: ${error.message}\n${stderr.toString()}`);
    writeFileSync(stamp, key);
    process.stderr.write(`asc ${target}: ${(performance.now() - start).toFixed(0)} ms\n`);
  }
  inline();
}

/** The shipped flavours as base64 in one module, so that `import` just works. */
function inline() {
  const files = SHIPPED.map((t) => [t, join(root, 'build', `${t}.wasm`)]);
  if (!files.every(([, f]) => existsSync(f))) return;
  const text = [
    '// Generated from build/*.wasm. Not committed.',
    ...files.map(([t, f]) => `export const ${t}Wasm: string =\n  '${readFileSync(f).toString('base64')}';`),
    '',
  ].join('\n');
  const out = join(root, 'bindings/generated/core-wasm.ts');
  mkdirSync(join(root, 'bindings/generated'), { recursive: true });
  if (!existsSync(out) || readFileSync(out, 'utf8') !== text) writeFileSync(out, text);
}

if (process.argv[1] === self) await asbuild(process.argv.length > 2 ? process.argv.slice(2) : undefined);
