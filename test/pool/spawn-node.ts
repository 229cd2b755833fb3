// Node runs no TypeScript in its threads: pool-worker.ts is bundled once, into build/.
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'tsup';
import type { PoolWorker } from '../../bindings/pool/types.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

export async function nodeSpawn(): Promise<() => PoolWorker> {
  const outDir = `${root}build/test-worker-${process.env['VITEST_POOL_ID'] ?? 0}`; // test files run side by side
  await build({
    config: false,
    entry: { 'pool-worker': `${root}bindings/pool/pool-worker.ts` },
    outDir,
    outExtension: () => ({ js: '.mjs' }),
    format: ['esm'],
    platform: 'neutral',
    target: 'es2022',
    tsconfig: `${root}tsconfig.build.json`,
    external: ['@assemblyscript/loader'],
    dts: false,
    silent: true,
  });
  return () => new Worker(`${outDir}/pool-worker.mjs`);
}
