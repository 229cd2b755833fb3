import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { measure } from '../../bench/engines/measure.js';
import { report, text } from '../../bench/engines/report.js';
import type { Taken } from '../../bench/engines/types.js';

const taken = (picked: string, ns: Record<string, number[]>): Taken => ({
  picked,
  agent: '',
  clockMs: 0.01,
  ns: { 64: ns },
});

describe('an engine', () => {
  it('seals with every flavour that validates, and none that does not', () => {
    const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
    const order = {
      flavours: {
        const: base64(readFileSync(new URL('../../build/const.wasm', import.meta.url))),
        broken: base64(Uint8Array.of(0, 0x61, 0x73, 0x6d, 9, 0, 0, 0)),
      },
      sizes: [64, 100],
      ...{ keys: 20, batch: 16, rounds: 2, sliceMs: 0, warmMs: 0 },
    };
    const { picked, clockMs, ns } = measure(order);
    expect(['const', 'relaxed']).toContain(picked);
    expect(clockMs).toBeGreaterThan(0);
    expect(Object.keys(ns)).toEqual(['64', '100']);
    for (const flavours of Object.values(ns)) {
      expect(Object.keys(flavours)).toEqual(['const']);
      expect(flavours['const']).toHaveLength(2);
    }
  });
});

describe('the report', () => {
  const reports = report([
    {
      engine: 'Node 20',
      passes: [
        taken('const', { const: [300, 310], mem: [320, 300] }),
        taken('const', { const: [290, 300], mem: [310, 320] }),
      ],
    },
    { engine: 'Chromium 1', passes: [taken('relaxed', { const: [200, 200, 200], relaxed: [400, 400, 400] })] },
    { engine: 'Firefox 1', passes: [taken('relaxed', { const: [400, 400, 400], relaxed: [375, 375, 375] })] },
  ]);

  it('compares with the first engine, flavours as picked, over all passes', () => {
    expect(reports.map(({ sizes }) => sizes[0]?.ofBaseline)).toEqual([null, 0.75, 0.8]);
    expect(reports[0]?.sizes[0]?.ns['const']).toMatchObject({ median: 300, least: 290 });
    expect(reports[1]?.sizes[0]?.ofBaselineLeast).toBe(290 / 400);
  });

  it('names a flavour that would have been better, unless that is within the spread', () => {
    expect(reports.map(({ sizes }) => sizes[0]?.better)).toEqual([null, { flavour: 'const', ratio: 0.5 }, null]);
  });

  it('says what was meant and where it was missed', () => {
    const lines = text(reports);
    expect(lines).toContain('Chromium 1: meant to be at least 0.85 of Node 20: not met at 64 B');
    expect(lines).toContain('Firefox 1: meant to be at least 0.75 of Node 20: met');
    expect(lines).toContain('no: const takes 0.50');
  });
});
