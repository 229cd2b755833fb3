// What a process pays for its first core: compiled, instantiated, self-tested, seeded. Each in a process of its own.
import { spawnSync } from 'node:child_process';
import { cpuTime } from '../sizing/paired.js';
import { makeRow } from '../sizing/row.js';
import { quartiles } from '../sizing/statistics.js';
import type { Measurement } from './types.js';

const PROCESSES = 21;
const CREATES = ['createCore', 'createCoreSync'] as const;
const program = (create: string, before: string) =>
  `import { ${create} } from 'tekcast'; ${before} const c = process.cpuUsage(); const t = performance.now(); await ${create}(); const wall = performance.now() - t; const { user, system } = process.cpuUsage(c); console.log(JSON.stringify({ wall, cpu: (user + system) / 1000 }));`;

export const start: Measurement = {
  title: `a process's first core with its self-test, ${PROCESSES} processes each, the compiler's threads counted where CPU time is; meant: at most 12 ms`,
  async *rows({ clock }) {
    const kinds = Object.fromEntries(
      CREATES.flatMap((create) => [
        [`${create}, bare`, program(create, '')],
        [`${create}, after Web Crypto`, program(create, 'crypto.getRandomValues(new Uint8Array(1));')],
      ]),
    );
    const ns: Record<string, number[]> = {};
    for (let i = 0; i < PROCESSES; i++) {
      for (const [kind, code] of Object.entries(kinds)) {
        const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
          cwd: new URL('.', import.meta.url),
          encoding: 'utf8',
        });
        if (status !== 0) throw new Error(stderr);
        ns[kind] = [...(ns[kind] ?? []), 1e6 * JSON.parse(stdout)[clock === cpuTime ? 'cpu' : 'wall']];
      }
    }
    for (const [kind, times] of Object.entries(ns)) {
      const head = { op: 'create', bytes: 0, payload: kind, keys: 0, batch: 1, workers: 1 };
      const notes = { ms: (quartiles(times).median / 1e6).toFixed(1) };
      yield makeRow(head, quartiles(times), {}, { payloadless: true, notes });
    }
  },
};
