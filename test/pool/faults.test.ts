// Workers that are none, that answer nonsense or end slowly, and a home or a pool that ends before they do.
import { describe, expect, it } from 'vitest';
import { createPool } from '../../bindings/pool/index.js';
import type { ToHome } from '../../bindings/pool/messages.js';
import { canShare } from '../../bindings/pool/port.js';
import type { PoolWorker } from '../../bindings/pool/types.js';
import { fill, homeCore, outcome, pns, rejection, type Sa, sa, sas, start } from './support.js';

describe('a pool', () => {
  it('says so when spawn gives no worker', async () => {
    const home = homeCore();
    const used = home.info().slotsUsed;
    const posts = () => {
      throw new Error('cannot be cloned');
    };
    const deaf = { postMessage: () => {}, terminate: () => {} };
    for (const worker of [undefined, 5, {}, Promise.resolve({}), deaf, { ...deaf, on: () => {}, postMessage: posts }])
      expect(await rejection(createPool({ core: home, workers: 1, spawn: () => worker as PoolWorker }))).toBe(
        'WORKER_FAILED',
      );
    expect(home.info().slotsUsed).toBe(used);
    home.dispose();
  });

  it.each([
    null,
    'started',
    { did: 'nonsense' },
    { did: 'fault' },
    { did: 'ran', run: 1, done: 1 },
    { did: 'returned' },
  ])('does not start with a worker that says %j', async (answer) => {
    const home = homeCore();
    const spawn = (): PoolWorker => {
      let tell: (message: unknown) => void = () => {};
      return {
        postMessage: () => queueMicrotask(() => tell(answer)),
        terminate: () => {},
        on: (event, listener) => {
          if (event === 'message') tell = listener;
        },
      };
    };
    expect(await rejection(createPool({ core: home, workers: 1, spawn }))).toBe('WORKER_FAILED');
    home.dispose();
  });

  it.each<unknown>([
    null,
    { did: 'started', flavour: 'const' },
    { did: 'ran', run: 2, done: 2 },
    { did: 'ran', run: 1, done: 3, part: 'as it was' },
    { did: 'ran', run: 1, done: -1, part: 'as it was' },
    { did: 'ran', run: 1, done: 2 },
    { did: 'ran', run: 1, done: 2, part: {} },
    { did: 'ran', run: 1, done: 2, part: { table: new Uint32Array(8), image: new Uint8Array(64) } },
    { did: 'returned', loans: 5 },
    { did: 'returned', loans: [{ slot: -1, generation: 0 }, null] },
  ])('counts a worker as lost that says %j', async (answer) => {
    const home = homeCore();
    const { pool, world, losses } = await start(home, { shared: false });
    const list = sas(home, 2);
    const batch = pool.traffic({ packets: 8 });
    const liar = world.at(0);
    liar.hold();
    fill(batch, list, 4);
    const out = batch.seal();
    await world.until(() => liar.toWorker.some((message) => message.do === 'run'));
    const run = liar.toWorker.find((message) => message.do === 'run');
    const said = answer as { part?: unknown } | null;
    const part = said?.part === 'as it was' ? { part: run?.part } : {};
    liar.toHome.push((said === null ? said : { ...said, ...part }) as ToHome);
    liar.speak();
    expect(await out).toBe(2);
    expect(pns(batch)).toEqual(['WORKER_LOST', 1, 'WORKER_LOST', 2]);
    expect(losses).toMatchObject([{ worker: 0, packets: 2 }]);
    expect(losses[0]?.keys).toHaveLength(1);
    await pool.close();
    home.dispose();
  });

  it('counts a worker as lost that settles a loan with something else', async () => {
    const home = homeCore();
    const { pool, world, losses } = await start(home, { workers: 1, lease: 10 });
    const one = sa(home, 0);
    const batch = pool.traffic({ packets: 8 });
    fill(batch, [one], 1);
    await batch.seal();
    world.at(0).hold();
    const back = pool.recall(one.key);
    const { slot, generation } = one.key;
    world.at(0).toHome.push({ did: 'returned', loans: [{ slot, generation } as never] });
    world.at(0).speak();
    expect(await back).toBe(false);
    expect(losses).toHaveLength(1);
    expect(home.keys.counters(one.key).nextPn).toBe(11);
    home.dispose();
  });

  it('counts a worker as lost that takes no message any more', async () => {
    const home = homeCore();
    const { pool, world, losses } = await start(home);
    const list = sas(home, 2);
    const batch = pool.traffic({ packets: 8 });
    world.at(0).postMessage = () => {
      throw new Error('cannot be cloned');
    };
    fill(batch, list, 4);
    expect(await batch.seal()).toBe(2);
    expect(pns(batch)).toEqual(['WORKER_LOST', 1, 'WORKER_LOST', 2]);
    expect(losses).toMatchObject([{ worker: 0, packets: 2 }]);
    await pool.close();
    home.dispose();
  });

  it('that is closed while workers start ends them', async () => {
    const home = homeCore();
    const used = home.info().slotsUsed;
    const { pool, world } = await start(home);
    pool.drop(0);
    const early = rejection(pool.refill()); // its predecessor's end is awaited
    await pool.close();
    expect(await early).toBe('DISPOSED');
    expect(world.workers.every((worker) => worker.dead)).toBe(true);

    const second = await start(home);
    second.pool.drop(1);
    const late = rejection(second.pool.refill());
    await second.world.until(() => second.world.workers.length === 3);
    second.world.at(2).hold();
    await second.pool.close();
    expect(await late).toBe('DISPOSED');
    expect(second.world.workers.every((worker) => worker.dead)).toBe(true);
    expect(home.info().slotsUsed).toBe(used);
    home.dispose();
  });

  it('whose home was disposed of ends all the same', async () => {
    const home = homeCore();
    const { pool, world } = await start(home);
    const list = sas(home, 2);
    const batch = pool.traffic({ packets: 8 });
    fill(batch, list, 4);
    await batch.seal();
    home.dispose();
    pool.drop(0);
    expect([pool.where((list[1] as Sa).key), pool.sweep()]).toEqual([undefined, 1]);
    await pool.close();
    expect(world.workers.every((worker) => worker.dead)).toBe(true);
  });

  it.runIf(canShare())('does not hear a worker that writes into a batch after it was lost', async () => {
    const home = homeCore();
    const { pool, world } = await start(home, { shared: true });
    const one = sa(home, 0);
    const batch = pool.traffic({ packets: 8 });
    const slow = world.at(0);
    slow.terminate = () => {};
    slow.hold();
    fill(batch, [one], 2);
    const out = batch.seal();
    pool.drop(0);
    expect(await out).toBe(0);
    expect(outcome(batch)).toEqual(['WORKER_LOST', 'WORKER_LOST']);
    while (slow.work()); // it seals what it had
    expect(outcome(batch)).toEqual(['WORKER_LOST', 'WORKER_LOST']);
    await pool.close();
    home.dispose();
  });

  it('promises the PNs of a batch once, however often it must wait or is laid out anew', async () => {
    const home = homeCore();
    const { pool, world, losses } = await start(home, { lease: 10 });
    const [a, ...others] = sas(home, 8) as [Sa, ...Sa[]];
    const last = others.at(-1) as Sa;
    const x = pool.traffic({ packets: 16 });
    fill(x, [a, ...others], 8);
    await x.seal();
    for (const worker of world.workers) worker.hold();
    const backs = others.map(({ key }) => pool.recall(key));
    fill(x, [a, a, a, a, last], 10);
    const out = x.seal(); // looks again after each note
    for (const worker of world.workers) while (worker.step()) await Promise.resolve();
    for (const worker of world.workers) worker.flow();
    expect(await Promise.all(backs)).toEqual(others.map(() => true));
    await out;
    expect(pns(x).filter((_, i) => i % 5 !== 4)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    expect(home.keys.counters(a.key).nextPn).toBe(11);
    fill(x, [a], 1); // the tenth of ten
    const y = pool.traffic({ packets: 4 });
    for (let i = 0; i < 6; i++) await pool.move(a.key, i % 2); // each time x is laid out anew
    await x.seal();
    expect(pns(x)).toEqual([10]);
    pool.drop(pool.where(a.key) as number);
    fill(y, [a], 1);
    await y.seal();
    expect(losses).toHaveLength(1);
    expect(pns(y)).toEqual([20]);
    await pool.close();
    home.dispose();
  });

  it('asks for all its TEKs in one message', async () => {
    const home = homeCore();
    const { pool, world } = await start(home, { workers: 1 });
    const list = sas(home, 20);
    const batch = pool.traffic({ packets: 20 });
    fill(batch, list, 20);
    await batch.seal();
    world.at(0).hold();
    const closed = pool.close();
    await world.until(() => world.at(0).toWorker.length > 0);
    expect(world.at(0).toWorker.map((message) => message.do)).toEqual(['recall']);
    world.at(0).flow();
    await closed;
    for (const { key } of list) expect(home.keys.counters(key)).toMatchObject({ nextPn: 2, packets: 1 });
    home.dispose();
  });

  it('erases and lends anew in one turn, in that order', async () => {
    const home = homeCore({ slots: 8 });
    const { pool } = await start(home, { workers: 1 });
    const [a, b] = sas(home, 2) as [Sa, Sa];
    const batch = pool.traffic({ packets: 8 });
    fill(batch, [a, b], 4);
    await batch.seal();
    const back = pool.recall(a.key);
    home.keys.erase(a.key);
    const c = sa(home, 7);
    expect(c.key.slot).toBe(a.key.slot);
    fill(batch, [b, c], 2);
    expect(await batch.seal()).toBe(2);
    expect(pns(batch)).toEqual([3, 1]);
    expect(await back).toBe(false);
    expect(pool.info().workers).toMatchObject([{ live: true, loans: 2 }]);
    await pool.close();
    home.dispose();
  });
});
