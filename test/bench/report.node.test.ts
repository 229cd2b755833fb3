import { describe, expect, it } from 'vitest';
import { answerOf } from '../../bench/sizing/answer.js';
import { dotChart, escapeText, linearTicks, lineChart, logTicks, shortNumber } from '../../bench/sizing/chart.js';
import { htmlReport } from '../../bench/sizing/html.js';
import { table, textReport } from '../../bench/sizing/text.js';
import type { Sizing } from '../../bench/sizing/types.js';
import { sealRow } from './rows.js';

const rows = ['64', '1500', 'IMIX'].flatMap((payload) => [
  ...[1, 1000, 65_536].map((keys) => sealRow(payload, keys, 1e6)),
  ...[1000, 65_536].map((keys) => sealRow(payload, keys, 1.9e6, 2)),
]);
const sizing: Sizing = {
  machine: {
    cpu: 'CPU <with> "marks" & more',
    cores: 2,
    memoryGiB: 8,
    load: 0.1,
    os: 'linux x64',
    node: 'v20.0.0',
    v8: '11.3',
    openssl: '3.0.0',
    opensslBinary: null,
    tekcast: '0.1.0',
    flavour: 'const',
  },
  method: ['as <usual>'],
  rows,
  latency: [1, 64, 1024].map((batch) => ({
    bytes: 256,
    keys: 1000,
    batch,
    batches: 1000,
    p50: batch,
    p99: 2 * batch,
    p999: batch === 1 ? null : 3 * batch,
    max: 4 * batch,
  })),
  bound: { cyclesPerByte: 8.6, gigahertz: 3, mbps: 2791 },
  answer: answerOf(
    rows,
    1024,
    { rate: 512, members: 10, headroom: 30 },
    { stormNsPerGroup: 1e6, requestNs: 1e5, bytesPerGroup: 376 },
  ),
};

describe('axes', () => {
  it('have round marks that cover the data', () => {
    expect(linearTicks(967)).toEqual([0, 200, 400, 600, 800, 1000]);
    expect(linearTicks(12)).toEqual([0, 2.5, 5, 7.5, 10, 12.5]);
    expect(logTicks(0.3, 170)).toEqual([0.1, 1, 10, 100, 1000]);
    expect(logTicks(10, 10)).toEqual([10, 100]);
  });

  it('shorten large numbers', () => {
    expect([0.25, 999, 65_536, 1e5, 2.5e6].map(shortNumber)).toEqual(['0.25', '999', '65,536', '100k', '2.5M']);
  });
});

describe('plots', () => {
  it('draw every point inside the picture, and a bound without dots', () => {
    const svg = lineChart('t', { label: 'x', log: true, ticks: [1, 100] }, { label: 'y', log: false }, [
      {
        name: 'a',
        points: [
          [1, 5],
          [10, 7],
          [100, 9],
        ],
      },
      {
        name: 'limit',
        points: [
          [1, 8],
          [100, 8],
        ],
        bound: true,
      },
    ]);
    const circles = [...svg.matchAll(/<circle class="s(\d)" cx="([\d.]+)" cy="([\d.]+)"/g)];
    expect(circles.map(([, s]) => s)).toEqual(['0', '0', '0']);
    for (const [, , cx, cy] of circles) {
      expect(Number(cx)).toBeGreaterThanOrEqual(0);
      expect(Number(cx)).toBeLessThanOrEqual(640);
      expect(Number(cy)).toBeGreaterThanOrEqual(0);
      expect(Number(cy)).toBeLessThanOrEqual(340);
    }
    expect(svg.match(/<polyline/g)).toHaveLength(2);
  });

  it('leave out dots without a figure and say so', () => {
    const svg = dotChart(
      't',
      'ratio',
      ['64 B'],
      [
        { name: 'node', values: [10] },
        { name: 'sjcl', values: [null], reason: 'not <installed>' },
        { name: 'noble', values: [null] },
      ],
    );
    expect(svg.match(/<circle/g)).toHaveLength(1);
    expect(svg).toContain('>not &#60;installed&#62;<');
    expect(svg).toContain('>no figure<');
  });
});

describe('the page', () => {
  const html = htmlReport(sizing);

  it('holds the data it shows', () => {
    const json = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)?.[1] ?? '';
    expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(sizing)));
    for (const line of sizing.answer.words) expect(html).toContain(escapeText(line));
  });

  it('has four plots and a row for every measurement', () => {
    expect(html.match(/<svg /g)).toHaveLength(4);
    expect(html.match(/<tr title/g)).toHaveLength(rows.length);
    expect(html).toContain('bound of one core: 8.6 cycles/byte');
    expect(html).toContain('prefers-color-scheme: dark');
  });

  it('needs nothing from elsewhere, and takes no text for markup', () => {
    expect(html).not.toMatch(/(src|href)=|url\(|@import|https?:/);
    expect(html).not.toContain('<with>');
    expect(html).not.toContain('<usual>');
  });
});

describe('the text', () => {
  it('begins with the answer and shows throughput, ratios and reasons', () => {
    const text = textReport(sizing);
    expect(text.split('\n')[2]).toBe(`  ${sizing.answer.words[0]}`);
    expect(text).toMatch(/65,536 +2 +973 \(1,900\)/);
    expect(text).toContain('sjcl: not installed');
    expect(text).toContain('A pool of 2 workers, 1,000 keys');
    expect(text).toMatch(/1,024 +1,024 +2,048 +3,072/);
  });

  it('aligns columns', () => {
    expect(table(['a', 'bb'], [['xxx', '1']])).toEqual(['  a    bb', '  xxx   1']);
  });
});
