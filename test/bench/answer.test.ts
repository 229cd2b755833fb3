import { describe, expect, it } from 'vitest';
import { answerOf, carried, limitWords } from '../../bench/sizing/answer.js';
import { sealRow } from './rows.js';

const question = { rate: 512, members: 10, headroom: 30 };
const costs = { stormNsPerGroup: 2e6, requestNs: 50_000, bytesPerGroup: 376 };

describe('groups carried', () => {
  it('divides what is left beside the headroom by the packets of one group', () => {
    // 512 kbit/s at 64 bytes are 1,000 packets/s; 70 % of a million are 700 groups.
    const rows = [1, 1000, 65_536].map((keys) => sealRow('64', keys, 1e6));
    expect(carried(rows, question)).toEqual({
      payload: '64',
      bytes: 64,
      workers: 1,
      packetsPerSecond: 1e6,
      mbps: 512,
      groups: 700,
      beyond: null,
    });
    expect(carried(rows, { ...question, headroom: 0 }).groups).toBe(1000);
    expect(carried(rows, { ...question, rate: 1024 }).groups).toBe(350);
  });

  it('counts on the speed measured with as many keys', () => {
    const rows = [sealRow('64', 100, 1e6), sealRow('64', 10_000, 0.5e6)];
    const { groups, packetsPerSecond } = carried(rows, question);
    // Between 100 and 10,000 keys the speed falls along the logarithm: N · 1,000 = 0.7 · (1e6 − 0.25e6 · log10(N / 100)).
    expect(groups * 1000).toBeLessThanOrEqual(0.7 * packetsPerSecond);
    const rateAt = (keys: number) => 1e6 - 0.25e6 * Math.log10(keys / 100);
    expect((groups + 1) * 1000).toBeGreaterThan(0.7 * rateAt(groups + 1));
    expect(packetsPerSecond).toBe(Math.round(rateAt(groups)));
  });

  it('never counts on more keys being faster', () => {
    const rows = [sealRow('64', 1000, 2e6), sealRow('64', 1, 1e6)];
    expect(carried(rows, question).groups).toBe(700);
  });

  it('says when the answer is beyond what was measured, and knows none', () => {
    const rows = [sealRow('64', 1, 1e6), sealRow('64', 65_536, 1e6)];
    expect(carried(rows, { ...question, rate: 1 })).toMatchObject({ groups: 358_400, beyond: 65_536 });
    expect(carried(rows, { ...question, rate: 1_000_000 })).toMatchObject({ groups: 0 });
    expect(() => carried([], question)).toThrow(RangeError);
  });
});

describe('the answer', () => {
  const rows = [
    ...[1, 1000, 65_536].map((keys) => sealRow('64', keys, 1e6)),
    ...[1000, 65_536].map((keys) => sealRow('64', keys, 2e6, 2)),
    ...[1, 1000, 65_536].map((keys) => sealRow('IMIX', keys, 0.5e6)),
    { ...sealRow('64', 1000, 9e9), op: 'open' },
    { ...sealRow('64', 1000, 1), batch: 1 },
  ];
  const answer = answerOf(rows, 1024, question, costs);

  it('is for as many workers as carry most, from sealing whole batches', () => {
    expect(answer.workers).toBe(2);
    expect(answer.carried.map(({ payload, groups }) => [payload, groups])).toEqual([
      ['64', 1400],
      ['IMIX', Math.floor((0.7 * 0.5e6 * 8 * 354) / 512_000)],
    ]);
  });

  it('leaves workers out that bring nothing', () => {
    const slower = [sealRow('64', 1000, 1e6), sealRow('64', 1000, 0.9e6, 2)];
    const { workers, carried: all, words } = answerOf(slower, 1024, question, costs);
    expect([workers, all[0]?.workers, all[0]?.groups]).toEqual([2, 1, 700]);
    expect(words[0]).toContain('one core seals 1,000,000 packets/s');
    expect(words.join()).not.toContain('in every worker');
  });

  it('tells how long a rekey of all takes, and what memory', () => {
    const groups = answer.carried[1]?.groups ?? 0;
    expect(answer.rekey).toEqual({
      groups,
      seconds: Number((groups * 0.002).toPrecision(3)),
      requestsPerSecond: 20_000,
    });
    expect(answer.memoryBytesPerGroup).toBe(376);
  });

  it('says it in words', () => {
    const text = answer.words.join('\n');
    expect(text).toContain(
      '1,400 groups of 512 kbit/s at 64-byte packets with 30 % headroom: a pool of 2 workers seals 2,000,000 packets/s',
    );
    expect(text).toContain('all 10 members of each answered');
    expect(text).toContain('256 multicast groups a base station');
  });

  it('promises nothing to no group', () => {
    const none = answerOf(rows, 1024, { ...question, rate: 10_000_000 }, costs);
    expect(none.carried.map(({ groups }) => groups)).toEqual(none.carried.map(() => 0));
    expect(none.words[0]).toMatch(/^Not one group of 10,000,000 kbit\/s/);
    expect(none.words.join('\n')).not.toMatch(/\b0 (groups|s|MiB)\b|One is enough/);
  });

  it('says what lies beyond 256 groups', () => {
    expect(limitWords(256)).toContain('One is enough');
    expect(limitWords(257)).toContain('257 groups are 2 base stations');
  });
});
