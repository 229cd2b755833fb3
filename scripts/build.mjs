// npm run build: wasm, then both bundles; silent on standard output, and nothing at all when nothing changed.
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as tsup } from 'tsup';
import { asbuild } from './asbuild.mjs';
import { thirdParty } from './third-party.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

const walk = (dir) =>
  readdirSync(dir, { withFileTypes: true }).flatMap((e) =>
    e.isDirectory() ? walk(join(dir, e.name)) : [join(dir, e.name)],
  );

await asbuild();

const hash = createHash('sha256');
const inputs = [
  ...walk('bindings'),
  ...walk('cli'),
  ...walk('bench'),
  ...walk('scripts'),
  'tsup.config.ts',
  'tsconfig.json',
  'tsconfig.build.json',
  'package.json',
  'package-lock.json',
];
for (const f of inputs.sort()) hash.update(f).update(readFileSync(f));
const key = hash.digest('hex');
const stamp = join('build', 'dist.stamp');

if (!(existsSync('dist/cli.js') && existsSync(stamp) && readFileSync(stamp, 'utf8') === key)) {
  const start = performance.now();
  rmSync('dist', { recursive: true, force: true });
  mkdirSync('dist');
  await tsup({ silent: true });
  thirdParty('dist/metafile-esm.json', 'dist/THIRD-PARTY.txt');
  chmodSync('dist/cli.js', 0o755);
  writeFileSync(stamp, key);
  process.stderr.write(`built dist/ in ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
}
