// What a user gets: the packed tarball, installed into an empty folder, imported, required and run; and the examples of the pages, run and compiled as they stand.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'tekcast-package-'));
const run = (command: string, args: string[]) =>
  execFileSync(command, args, { cwd: home, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const script = (name: string, text: string) => {
  writeFileSync(join(home, name), text);
  return run(process.execPath, [name]);
};

describe('the packed tarball', () => {
  beforeAll(() => {
    execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', home], {
      cwd: root,
      stdio: 'pipe',
    });
    const tarball = readdirSync(home).find((f) => f.endsWith('.tgz'));
    writeFileSync(join(home, 'package.json'), '{ "private": true }');
    run('npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefer-offline', `./${tarball}`]);
  }, 120_000);
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it('brings itself and the loader, nothing else', () => {
    const packages = readdirSync(join(home, 'node_modules'), { withFileTypes: true }).filter(
      (d) => d.isDirectory() && d.name !== '.bin',
    );
    expect(packages.map((d) => d.name).sort()).toEqual(['@assemblyscript', 'tekcast']);
    expect(readdirSync(join(home, 'node_modules/@assemblyscript'))).toEqual(['loader']);
  });

  it('imports', () => {
    const text = `import * as t from 'tekcast'; import * as l from 'tekcast/tlv'; import * as h from 'tekcast/hazmat'; import * as g from 'tekcast/testing';
      const core = await t.createCore(); console.log(core.info().selfTest.length > 0, typeof l, typeof h.ccm, typeof g);`;
    expect(script('esm.mjs', text).trim()).toBe('true object object object');
  });

  it('requires', () => {
    const text = `const t = require('tekcast'); require('tekcast/tlv'); const h = require('tekcast/hazmat'); require('tekcast/testing');
      console.log(t.createCoreSync().info().selfTest.length > 0, typeof h.ccm);`;
    expect(script('cjs.cjs', text).trim()).toBe('true object');
  });

  it.each([
    ['esm.mjs', "import { createCoreSync } from 'tekcast'; import { createPool } from 'tekcast/pool';"],
    ['cjs.cjs', "const { createCoreSync } = require('tekcast'); const { createPool } = require('tekcast/pool');"],
  ])('starts its own workers, %s', (file, imports) => {
    const text = `${imports}
      const home = createCoreSync();
      createPool({ core: home, workers: 2 }).then(async (pool) => {
        const batch = pool.traffic({ packets: 4 });
        for (const said of [1, 2, 1, 2]) {
          const key = said === 1 ? (home.a ??= home.keys.generate({ use: 'seal-down', owner: 1, said, sequence: 0 }))
            : (home.b ??= home.keys.generate({ use: 'seal-down', owner: 1, said, sequence: 0 }));
          batch.addPayload({ key, eks: 0, cid: said }, Uint8Array.of(1, 2, 3));
        }
        console.log(await batch.seal(), [0, 1, 2, 3].map((i) => batch.pn(i)).join(), pool.info().workers.map((w) => w.loans).join());
        await pool.close();
      });`;
    expect(script(`pool-${file}`, text).trim()).toBe('4 1,1,2,2 1,1');
  });

  it('recognises the errors of its other copy', () => {
    const text = `import { createCoreSync } from 'tekcast'; import { createRequire } from 'node:module';
      const cjs = createRequire(import.meta.url)('tekcast');
      try { createCoreSync({ slots: 0 }); } catch (e) { console.log(cjs.isTekcastError(e), e instanceof cjs.TekcastError, e.code); }`;
    expect(script('copies.mjs', text).trim()).toBe('true false RANGE');
  });

  it('compiles its raw core from the exported file', () => {
    const text = `import { readFileSync } from 'node:fs'; import { createCore } from 'tekcast';
      const bytes = readFileSync(new URL(import.meta.resolve('tekcast/core.wasm')));
      const core = await createCore({ module: await WebAssembly.compile(bytes) }); console.log(core.info().flavour);`;
    expect(script('raw.mjs', text).trim()).toBe('const');
  });

  it('has the command', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(run('npx', ['--no-install', 'tekcast', '--version']).trim()).toBe(version);
    expect(run('npx', ['--no-install', 'tekcast', 'decode', '0907210a01030c0201021c01011d0105'])).toMatch(
      /Key Request/,
    );
  });

  describe.each(['README.md', 'docs/POOL.md'])('the example of %s, all its parts in turn', (page) => {
    const parts = [...readFileSync(join(root, page), 'utf8').matchAll(/```js\n([\s\S]*?)```/g)];
    const example = parts.map(([, part]) => part).join('');

    it('runs', () => {
      expect(script('example.mjs', example)).toMatch(page === 'README.md' ? /hello, group 5/ : /Uint8Array\(\d+\)/);
    });

    it.each([
      ['node16', ['--lib', 'es2022', '--types', 'node', '--typeRoots', join(root, 'node_modules/@types')]],
      ['bundler', ['--lib', 'es2022,dom', '--types', '*']],
    ])('is strict TypeScript, module resolution %s', (resolution, libs) => {
      writeFileSync(join(home, 'example.mts'), example);
      const strict = ['--strict', '--noUncheckedIndexedAccess', '--noUnusedLocals', '--noEmit', '--target', 'es2022'];
      const module = ['--module', resolution === 'bundler' ? 'esnext' : resolution, '--moduleResolution', resolution];
      const tsc = join(root, 'node_modules/typescript/bin/tsc');
      expect(run(process.execPath, [tsc, ...strict, ...module, ...libs, 'example.mts'])).toBe('');
    });
  });
});
