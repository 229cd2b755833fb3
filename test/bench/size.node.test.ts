// `tekcast size` end to end, as short as it can be. No figure is judged: only what there is, and that it hangs together.
import { MessageChannel } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { serve, size, type Thread } from '../../bench/sizing/index.js';
import { Crew } from '../../bench/sizing/parallel.js';
import { opening } from '../../bench/subjects/opening.js';
import { requests } from '../../bench/subjects/requests.js';
import { sizeCommand, sizeWorkerCommand } from '../../cli/commands/size.js';

describe('tekcast size', () => {
  it('sweeps, answers, and tells its progress', async () => {
    const steps: [number, number][] = [];
    const result = await size(
      { rate: 512, members: 3, headroom: 30, seconds: 1, quick: true, groups: [1, 1000, 2000] },
      {
        cores: 1,
        spawn: () => {
          throw new Error('one worker needs no thread');
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

  it('splits groups over workers that seal at the same time', async () => {
    const spawn = () => {
      const { port1, port2 } = new MessageChannel();
      serve(port2, 8, 16); // the worker's side, in this thread
      return port1 as unknown as Thread;
    };
    const crew = await Crew.start(2, spawn);
    const { ns, speedup } = await crew.seal(2, 16, 64, 16, 6);
    crew.end();
    expect(ns.median).toBeGreaterThan(0);
    expect(speedup.quartiles?.median).toBeGreaterThan(0);
  });

  it('hears of a worker that fails', async () => {
    const failing = {
      once: (event: string, listener: (e: Error) => void) => event === 'error' && listener(new Error('no memory')),
      off: () => {},
    };
    await expect(Crew.start(1, () => failing as unknown as Thread)).rejects.toThrow('no memory');
  });

  it('has its options in --help, and a worker that only it starts', async () => {
    const help = sizeCommand().helpInformation();
    for (const option of ['--rate', '--members', '--headroom', '--seconds', '--quick', '--json', '--html'])
      expect(help).toContain(option);
    await expect(sizeWorkerCommand().parseAsync([], { from: 'user' })).rejects.toThrow('is started by size');
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
