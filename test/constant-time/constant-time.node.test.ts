// No condition and no address in the core depends on a secret, but where its source says so (assembly/declassify.ts). driver.c tells what
// is secret and what is run; this starts it under valgrind.
import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { build, missing } from './build.mjs';

const absent = missing();
const MINUTES = 60_000;

describe.skipIf(absent.length > 0)(
  `the core under valgrind${absent.length > 0 ? `: needs ${absent.join(', ')}` : ''}`,
  () => {
    let failed: string[];
    let errors: Record<string, number>;
    let report: string;
    let status: number | null;

    beforeAll(async () => {
      const options = ['-q', '--error-limit=no', '--num-callers=8'];
      const run = spawnSync('valgrind', [...options, await build()], { encoding: 'utf8', maxBuffer: 1 << 28 });
      const lines = run.stdout.trim().split('\n');
      failed = lines.filter((line) => line.startsWith('failed: '));
      errors = Object.fromEntries(
        lines.flatMap((line) => [...line.matchAll(/^(.+): (\d+)$/g)]).map(([, name, count]) => [name, Number(count)]),
      );
      [report, status] = [run.stderr, run.status];
    }, 5 * MINUTES);

    test('every scenario goes the way it should', () => {
      expect(failed).toEqual([]);
      expect(status, report).toBe(0);
    });

    test('deliberate leaks are flagged: by address, branch, select, number of rounds', () => {
      const controls = Object.entries(errors).filter(([name]) => name.startsWith('control: '));
      expect(controls.length).toBe(4);
      for (const [name, count] of controls) expect(count, name).toBeGreaterThan(0);
    });

    test('nothing else is', () => {
      const others = Object.entries(errors).filter(([name]) => !name.startsWith('control: '));
      expect(others.length).toBeGreaterThan(20);
      const leaky = others.filter(([, count]) => count > 0).map(([name, count]) => `${name}: ${count}`);
      expect(leaky, report).toEqual([]);
    });
  },
);
