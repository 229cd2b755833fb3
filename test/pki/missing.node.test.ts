import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.doUnmock('@peculiar/x509');
  vi.resetModules();
});

it('says what to install where the library is missing, and only when it is needed', async () => {
  vi.doMock('@peculiar/x509', () => {
    throw new Error('not installed');
  });
  const { createPki } = await import('../../bindings/pki/index.js');
  const error = await createPki().catch((e: unknown) => e);
  expect(error).toMatchObject({ name: 'TekcastError', code: 'PKI_MISSING' });
  expect(String(error)).toContain('PKI_MISSING: npm i @peculiar/x509 reflect-metadata');
});

it('from the built command, installed where the library is not: exit code 1, what to install, and nothing is written', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tekcast-missing-'));
  try {
    const root = fileURLToPath(new URL('../../', import.meta.url));
    const modules = join(folder, 'node_modules');
    for (const name of ['package.json', 'dist'])
      cpSync(join(root, name), join(modules, 'tekcast', name), { recursive: true });
    const loader = join('node_modules', '@assemblyscript', 'loader');
    cpSync(join(root, loader), join(folder, loader), { recursive: true });
    const command = (...args: string[]) =>
      spawnSync(process.execPath, [join(modules, 'tekcast', 'dist', 'cli.js'), ...args], {
        cwd: folder,
        encoding: 'utf8',
      });
    expect(command('--version').status).toBe(0); // the rest of it works
    const { status, stdout, stderr } = command('pki', 'ca', '--out', 'ca', '--json');
    expect(status).toBe(1);
    expect(stderr).toContain('PKI_MISSING');
    expect(stderr).toContain('npm i @peculiar/x509 reflect-metadata');
    expect(stderr).not.toContain('    at '); // no stack
    expect(stdout).toBe('');
    expect(existsSync(join(folder, 'ca'))).toBe(false);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
