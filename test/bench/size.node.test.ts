// `tekcast size` end to end, as short as it can be. No figure is judged: only what there is, and that it hangs together.
import { describe, expect, it } from 'vitest';
import { size } from '../../bench/sizing/index.js';
import { pooledRow } from '../../bench/sizing/pooled.js';
import { opening } from '../../bench/subjects/opening.js';
import { fromCosts, PooledSubject } from '../../bench/subjects/pooled.js';
import { requests } from '../../bench/subjects/requests.js';
import { SealingSubject } from '../../bench/subjects/sealing.js';
import { sizeCommand } from '../../cli/commands/size.js';
import { nodeSpawn } from '../pool/spawn-node.js';

describe('tekcast size', () => {
  it('sweeps, answers, and tells its progress', async () => {
    const steps: [number, number][] = [];
    const result = await size(
      { rate: 512, members: 3, headroom: 30, seconds: 1, quick: true, groups: [1, 1000, 2000] },
      {
        cores: 1,
        spawn: () => {
          throw new Error('one worker needs no pool');
        },
        progress: (done, total) => steps.push([done, total]),
      },
    );
    expect(Object.keys(result)).toEqual(['machine', 'method', 'rows', 'latency', 'bound', 'answer']);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result); // no undefined, no NaN
    const [total] = steps.map(([, t]) => t);
    expect(steps.map(([done]) => done)).toEqual(Array.from({ length: (total ?? 0) + 1 }, (_, i) => i));

    const seals = result.rows.filter(({ op }) => op === 'seal');
    expect(seals.map(({ payload, keys }) => `${payload}/${keys}`)).toEqual(
      ['64', '256', '1024', '1500', 'IMIX'].flatMap((p) => [1, 1000, 2000].map((g) => `${p}/${g}`)),
    );
    for (const row of result.rows) {
      expect(row).toMatchObject({ batch: 1024, workers: 1 });
      expect(row.nsPerPacket).toBeGreaterThan(0);
      for (const [id, value] of Object.entries(row.ratio)) expect(value !== null || id in row.notes, id).toBe(true);
    }
    for (const { ratio } of seals)
      expect(Object.keys(ratio)).toEqual(expect.arrayContaining(['node', 'opponent', 'openssl', 'sjcl']));
    expect(result.latency.map(({ batch }) => batch)).toEqual([1, 8, 64, 256, 1024]);
    expect(result.answer.carried).toHaveLength(5);
    expect(result.answer.rekey.requestsPerSecond).toBeGreaterThan(0);
    expect(result.answer.memoryBytesPerGroup).toBeGreaterThan(2 * 16);
  });

  it('seals through a pool beside one worker and none, all its packets, and counts what both sides take', async () => {
    const spawn = await nodeSpawn();
    const start = (workers: number) => PooledSubject.start({ workers, keys: 16, batch: 8, spawn });
    const rivals = { many: await start(2), one: await start(1), alone: new SealingSubject(16, 8) };
    const head = { op: 'seal', bytes: 64, payload: '64', keys: 16, batch: 8, workers: 2 };
    const row = await pooledRow(head, 64, rivals, 1);
    expect(row).toMatchObject(head);
    expect(row.nsPerPacket).toBeGreaterThan(0);
    expect(Object.keys(row.ratio)).toEqual(['oneWorker', 'alone']);
    for (const [id, value] of Object.entries(row.ratio)) expect(value !== null || id in row.notes, id).toBe(true);
    if (process.platform === 'linux')
      expect(Object.keys(row.notes)).toEqual(expect.arrayContaining(['others', 'homeCpu', 'fromCpu']));
    await rivals.many.dispose();
    await rivals.one.dispose();
    rivals.alone.dispose();
  });

  it('tells from CPU times what free cores would make of them', () => {
    const one = { home: 100, workers: 400 };
    expect(fromCosts(2, one, { home: 100, workers: 400 })).toBe(1.6); // 800 of two cores over 500 a packet
    expect(fromCosts(2, one, { home: 0, workers: 300 })).toBe(2);
  });

  it('has its options in --help', () => {
    const help = sizeCommand().helpInformation();
    for (const option of ['--rate', '--members', '--headroom', '--seconds', '--quick', '--json', '--html'])
      expect(help).toContain(option);
  });
});

describe('what is measured', () => {
  it('opens every PDU it prepared, batch after batch', () => {
    const { open, seal, dispose } = opening(5, 64, 4);
    for (let i = 0; i < 5; i++) {
      open.prepare?.();
      expect(open.run()).toBe(8); // five keys take two batches of four
      expect(seal.run()).toBe(4); // sealing in between disturbs nothing
    }
    dispose();
  });

  it('answers every Key Request, before and after rekeys', () => {
    const station = requests(3, 2, 7);
    for (let i = 0; i < 3; i++) {
      station.prepare?.();
      expect(station.run()).toBe(7);
      station.storm.prepare?.();
      expect(station.storm.run()).toBe(1);
    }
    station.dispose();
  });
});
