// Real workers of this platform, running pool-worker.ts as it stands in the tree.
import type { PoolWorker } from '../../bindings/pool/types.js';

export async function realSpawn(): Promise<() => PoolWorker> {
  if (typeof Worker === 'function')
    return () =>
      new Worker(new URL('../../bindings/pool/pool-worker.ts', import.meta.url), { type: 'module' }) as PoolWorker;
  return (await import('./spawn-node.js')).nodeSpawn();
}
