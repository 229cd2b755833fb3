import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SsState } from 'tekcast';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { EXIT } from '../../cli/exit.js';
import { StateFile } from '../../cli/state.js';

const folder = mkdtempSync(join(tmpdir(), 'tekcast-test-'));
const path = join(folder, 'ss.state');
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  rmSync(path, { force: true });
  rmSync(`${path}.lock`, { force: true });
});

const state = (freshness: string): SsState => ({
  version: 1,
  mac: '00:1b:11:c9:d5:0c',
  akSequence: 3,
  freshness,
  echoes: true,
  sealing: true,
  services: [],
  tag: '00'.repeat(20),
});

function exitCodeOf(open: () => unknown): number | undefined {
  try {
    open();
  } catch (e) {
    return (e as { exitCode?: number }).exitCode;
  }
  return undefined;
}

test('missing and empty files hold nothing', () => {
  const missing = new StateFile(path);
  expect(missing.stored).toBeUndefined();
  missing.close();
  writeFileSync(path, '\n');
  const empty = new StateFile(path);
  expect(empty.stored).toBeUndefined();
  empty.close();
});

test('what was written is read by the next, the last write wins, nothing else stays', async () => {
  const file = new StateFile(path);
  await Promise.all(['1', '2', '3'].map((f) => file.write(state(f))));
  file.close();
  expect(new StateFile(path).stored).toEqual(state('3'));
  expect(existsSync(`${path}.new`)).toBe(false);
  expect(statSync(path).mode & 0o077).toBe(0);
});

test('a failed write is told, and a later one still succeeds', async () => {
  const file = new StateFile(path);
  const circular: { self?: unknown } = {};
  circular.self = circular;
  await expect(file.write(circular as unknown as SsState)).rejects.toThrow();
  await file.write(state('9'));
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(state('9'));
  file.close();
});

test('is held by one at a time', () => {
  const first = new StateFile(path);
  expect(exitCodeOf(() => new StateFile(path))).toBe(EXIT.STATE);
  expect(exitCodeOf(() => new StateFile(path))).toBe(EXIT.STATE);
  expect(readFileSync(`${path}.lock`, 'utf8')).toMatch(new RegExp(`^${process.pid} \\d*\n$`));
  first.close();
  const second = new StateFile(path);
  second.close();
  expect(existsSync(`${path}.lock`)).toBe(false);
});

test.each([
  ['a process that is gone', '2147483646 1\n'],
  ['another process that had this pid', `${process.pid} 1\n`],
  ['nonsense', 'x\n'],
  ['nothing', ''],
])('the lock of %s is taken over', (_, holder) => {
  writeFileSync(`${path}.lock`, holder);
  const file = new StateFile(path);
  expect(readFileSync(`${path}.lock`, 'utf8')).toMatch(new RegExp(`^${process.pid} `));
  file.close();
});

test('damage is refused, the lock given back', () => {
  writeFileSync(path, '{"version":1,');
  expect(exitCodeOf(() => new StateFile(path))).toBe(EXIT.STATE);
  expect(existsSync(`${path}.lock`)).toBe(false);
});

test('a folder that is not there is an input and output error', () => {
  expect(exitCodeOf(() => new StateFile(join(folder, 'none', 'x')))).toBe(EXIT.IO);
});

test('one file is locked by all of its names', () => {
  const link = join(folder, 'link.state');
  writeFileSync(path, '');
  symlinkSync(path, link);
  const file = new StateFile(path);
  expect(exitCodeOf(() => new StateFile(link))).toBe(EXIT.STATE);
  file.close();
  const other = new StateFile(link);
  expect(exitCodeOf(() => new StateFile(path))).toBe(EXIT.STATE);
  other.close();
});

test('a state that cannot be written is an error of the file, by name', async () => {
  const inside = join(folder, 'gone', 'ss.state');
  mkdirSync(join(folder, 'gone'));
  const file = new StateFile(inside);
  rmSync(join(folder, 'gone'), { recursive: true });
  await expect(file.write(state('1'))).rejects.toMatchObject({
    exitCode: EXIT.IO,
    message: expect.stringContaining(inside),
  });
  file.close();
});

test('a lock is removed by one process at a time; the guard of one that died is named', () => {
  const guard = `${path}.lock.removal`;
  writeFileSync(`${path}.lock`, '999999999 1\n');
  writeFileSync(guard, '999999999 1\n');
  expect(() => new StateFile(path)).toThrow(`${guard}: remove that file`);
  rmSync(guard);
  new StateFile(path).close();
  expect(readdirSync(folder).filter((name) => name.includes('lock'))).toEqual([]);
});
