// Homes with many TEKs, pools of workers in this process, and what a batch gave, as plain values.
import { onTestFinished } from 'vitest';
import { createTestingCore, type TestingCoreOptions } from '../../bindings/core/testing.js';
import type { Core, Crc, KeyHandle, TekUse } from '../../bindings/core/types.js';
import { createPool } from '../../bindings/pool/index.js';
import type { PoolLoss, PoolOptions, PoolTraffic } from '../../bindings/pool/types.js';
import { tohex } from '../support/hex.js';
import type { Random } from '../support/random.js';
import { World } from './fake.js';

export interface Sa {
  key: KeyHandle;
  eks: number;
  cid: number;
}

export function homeCore(options: TestingCoreOptions = {}): Core {
  return createTestingCore({
    seed: 5,
    slots: 64,
    windows: 64,
    packets: 512,
    arenaBytes: 1 << 20,
    replayWindow: 256,
    ...options,
  });
}

/** TEK number `i` of every core, for one use; CID tells them apart. */
export function sa(core: Core, i: number, use: TekUse = 'seal-down', more: object = {}): Sa {
  const bytes = new Uint8Array(16).fill(i + 1);
  const { key } = core.keys.put(bytes, { use, owner: 1, said: 0x100 + i, sequence: i & 3, ...more });
  return { key, eks: i & 3, cid: 0x200 + i };
}

export function sas(core: Core, n: number, use: TekUse = 'seal-down'): Sa[] {
  return Array.from({ length: n }, (_, i) => sa(core, i, use));
}

/** A pool of workers in this process, and what it says of those it lost; its home ends with the test. */
export async function start(core: Core, options: Partial<PoolOptions> = {}) {
  const world = new World();
  const losses: PoolLoss[] = [];
  const pool = await createPool({
    core,
    workers: 2,
    spawn: world.spawn,
    packets: 512,
    arenaBytes: 1 << 19,
    onLost: (loss) => losses.push(loss),
    ...options,
  });
  onTestFinished(() => core.dispose());
  return { world, pool, losses };
}

/** Adds `n` payloads of one byte, in turn for each SA. */
export function fill(batch: PoolTraffic, list: readonly Sa[], n: number): void {
  for (let i = 0; i < n; i++) batch.addPayload(list[i % list.length] as Sa, Uint8Array.of(i));
}

export function payloads(random: Random, n: number, most = 300): Uint8Array[] {
  return Array.from({ length: n }, () => random.bytes(random.between(1, most)));
}

/** Each packet's PDU or payload as hex, or its code. */
export function outcome(batch: Pick<PoolTraffic, 'results'>): string[] {
  return Array.from(batch.results(), (r) => (r.code === '' ? tohex(r.bytes) : r.code));
}

export function pns(batch: PoolTraffic): (number | string)[] {
  return Array.from({ length: batch.length }, (_, i) => batch.code(i) || batch.pn(i));
}

export const CRCS: readonly Crc[] = ['msb', 'reflected', 'none'];

/** The code of the error that a promise rejects with, or '' when it resolves. */
export async function rejection(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (e) {
    return (e as { code?: string }).code || String(e);
  }
  return '';
}
