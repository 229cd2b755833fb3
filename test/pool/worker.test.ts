// Real workers: threads in Node, Web Workers in a browser.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPool } from '../../bindings/pool/index.js';
import { canShare } from '../../bindings/pool/port.js';
import type { PoolLoss, PoolWorker } from '../../bindings/pool/types.js';
import { Random } from '../support/random.js';
import { realSpawn } from './spawn.js';
import { homeCore, outcome, payloads, pns, rejection, type Sa, sas } from './support.js';

let spawn: () => PoolWorker;
beforeAll(async () => {
  spawn = await realSpawn();
});

describe.each([false, ...(canShare() ? [true] : [])])('real workers, shared memory %s', (shared) => {
  const home = homeCore();
  const one = homeCore({ seed: 6 });
  const workers: PoolWorker[] = [];
  const losses: PoolLoss[] = [];
  let lost: () => void = () => {};
  const make = () =>
    createPool({
      core: home,
      workers: 2,
      shared,
      lease: 1000,
      packets: 256,
      arenaBytes: 1 << 19,
      spawn: () => {
        const worker = spawn();
        workers.push(worker);
        return worker;
      },
      onLost: (loss) => {
        losses.push(loss);
        lost();
      },
    });
  let pool: Awaited<ReturnType<typeof make>>;
  const [there, here, opening] = [sas(home, 12), sas(one, 12), sas(one, 12, 'open-down')];
  const random = new Random(41);

  beforeAll(async () => {
    pool = await make();
  });
  afterAll(async () => {
    await pool.close();
    home.dispose();
    one.dispose();
  });

  it('seal what one core opens, byte for byte as it seals', async () => {
    expect(pool.info().workers.map((w) => w.flavour)).toEqual([home.info().flavour, home.info().flavour]);
    const [a, b] = [pool.traffic({ packets: 128 }), pool.traffic({ packets: 128 })];
    const single = one.traffic({ packets: 128, bytes: 1 << 18 });
    const wanted: string[][] = [];
    const got: string[][] = [];
    const all: Uint8Array[] = [];
    const runs: Promise<void>[] = [];
    for (const batch of [a, b, a, b]) {
      await batch.idle();
      const list = payloads(random, 128, 1500);
      for (const [i, payload] of list.entries()) {
        batch.addPayload(there[i % 12] as Sa, payload);
        single.addPayload(here[i % 12] as Sa, payload);
      }
      single.seal();
      wanted.push(outcome(single));
      const slot = got.push([]) - 1;
      runs.push(
        batch.seal().then((done) => {
          expect(done).toBe(128);
          got[slot] = outcome(batch);
          for (const r of batch.results()) all.push(r.bytes?.slice() as Uint8Array);
        }),
      );
    }
    await Promise.all(runs);
    expect(got).toEqual(wanted);
    const opener = one.traffic({ packets: 64, bytes: 1 << 17 });
    for (const pdu of all.slice(0, 64)) opener.addPdu(opening[pdu[4] as number] as Sa, pdu);
    expect(opener.open()).toBe(64);
    opener.dispose();
    single.dispose();
  });

  it('are named and replaced when they end in the middle of a batch', async () => {
    const batch = pool.traffic({ packets: 24 });
    const list = there.map((s) => pool.where(s.key) as number);
    const before = there.map((s) => home.keys.counters(s.key).nextPn); // burnt up to here
    for (let i = 0; i < 24; i++) batch.addPayload(there[i % 12] as Sa, Uint8Array.of(i));
    const out = batch.seal();
    pool.drop(0);
    expect(await out).toBe(12);
    expect(pns(batch).map((pn) => pn === 'WORKER_LOST')).toEqual([...list, ...list].map((w) => w === 0));
    expect(losses.at(-1)).toMatchObject({ worker: 0, reason: 'DROPPED', packets: 12 });
    const gone = list.indexOf(0);
    batch.addPayload(there[gone] as Sa, Uint8Array.of(1));
    await batch.seal();
    expect(pns(batch)).toEqual([before[gone]]);
    expect(await pool.refill()).toBe(2);
    expect(await pool.move((there[gone] as Sa).key, 0)).toBe(true);
    batch.addPayload(there[gone] as Sa, Uint8Array.of(1));
    await batch.seal();
    expect(pns(batch)).toEqual([(before[gone] as number) + 1]);
  });

  it.runIf(typeof Worker !== 'function')('are missed when they end by themselves', async () => {
    const gone = new Promise<void>((resolve) => {
      lost = resolve;
    });
    const index = 1;
    const batch = pool.traffic({ packets: 12 });
    await (workers[1] as PoolWorker).terminate();
    await gone;
    expect(losses.at(-1)).toMatchObject({ worker: index, reason: 'EXIT', packets: 0 });
    expect(pool.info().workers.map((w) => w.live)).toEqual([true, false]);
    for (const s of there) batch.addPayload(s, Uint8Array.of(1));
    expect(await batch.seal()).toBe(12);
    expect(new Set(there.map((s) => pool.where(s.key)))).toEqual(new Set([0]));
  });

  it('that cannot make a core fail the pool', async () => {
    const options = { core: home, workers: 1, spawn, packets: 2 ** 20, arenaBytes: 2 ** 30 };
    const module = await WebAssembly.compile(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)); // an empty one
    expect(await rejection(createPool({ ...options, module }))).toBe('WORKER_FAILED');
  });
});
