// Every contender that is installed must produce what CCM is: a benchmark of something else would say nothing.
import { ccm } from 'tekcast/hazmat';
import { describe, expect, it } from 'vitest';
import { loadContenders } from '../../bench/contenders/index.js';
import { nodeOpen } from '../../bench/contenders/node-crypto.js';
import { parseSpeed } from '../../bench/contenders/openssl.js';
import { loadOpponent } from '../../bench/contenders/opponent.js';
import type { Job } from '../../bench/contenders/types.js';
import { keyOrder } from '../../bench/order.js';
import { cycleCounter } from '../../bench/sizing/clock.js';
import { disagreement, SealingSubject } from '../../bench/subjects/sealing.js';
import { bytes, lengthsOf, meanBytes } from '../../bench/workload.js';

const LENGTHS = [1, 15, 16, 17, 64, 255, 576, 1500];
const keys = [bytes('a', 16), bytes('b', 16), bytes('c', 16)];
const jobs = LENGTHS.map(
  (length, i): Job => ({
    key: keys[i % 3] as Uint8Array,
    nonce: bytes(`nonce ${i}`, 13),
    payload: bytes('text', length),
  }),
);
const hex = (b: Uint8Array) => Buffer.from(b).toString('hex');

describe('contenders', async () => {
  const { present, absent } = await loadContenders();

  it('are the ones in package.json, and whatever is missing is named', () => {
    expect(present.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['node', 'webcrypto', 'sjcl', 'asmcrypto', 'noble']),
    );
    expect(Object.values(absent).every((why) => why === 'not installed')).toBe(true);
  });

  it.each(present.map((contender) => ({ id: contender.id, contender })))('$id seals AES-CCM', async ({ contender }) => {
    const sealing = await contender.seal(jobs, jobs.length);
    if (typeof sealing === 'string') throw new Error(sealing);
    for (const [i, { key, nonce, payload }] of jobs.entries())
      expect(hex(await sealing.sealed(i)), `length ${payload.length}`).toBe(hex(ccm.seal(key, nonce, payload)));
    sealing.prepare?.();
    expect(await sealing.run()).toBeGreaterThan(0);
  });

  it('are found out when their output differs', async () => {
    const subject = new SealingSubject(3, 4);
    const workload = subject.workload(3, 20);
    const node = await present[0]?.seal(workload.jobs, 4);
    if (node === undefined || typeof node === 'string') throw new Error('node:crypto seals');
    expect(await disagreement(node, workload)).toBeUndefined();
    const wrong = { ...node, sealed: (job: number) => (job === 0 ? new Uint8Array(28) : node.sealed(job)) };
    expect(await disagreement(wrong, workload)).toBe('its output differs from ours (packet 0)');
    subject.dispose();
  });

  it('open only what is genuine', () => {
    const sealed = jobs.map(({ key, nonce, payload }) => ccm.seal(key, nonce, payload));
    expect(nodeOpen(jobs, sealed).run()).toBeGreaterThan(0);
    (sealed[0] as Uint8Array)[0] = ((sealed[0] as Uint8Array)[0] as number) ^ 1;
    expect(() => nodeOpen(jobs, sealed).run()).toThrow();
  });

  it('include a frozen engine only where there is one', async () => {
    const before = process.env['TEKCAST_OPPONENT'];
    process.env['TEKCAST_OPPONENT'] = 'no-such-folder';
    expect(await loadOpponent()).toBe('not installed');
    if (before === undefined) delete process.env['TEKCAST_OPPONENT'];
    else process.env['TEKCAST_OPPONENT'] = before;
  });
});

describe('openssl speed', () => {
  it('is read from its machine-readable line', () => {
    const text = '+DT:AES-128-CCM:1:64\n+R:2848370:AES-128-CCM:1.000000\n+H:64\n+F:22:AES-128-CCM:182295680.00\n';
    expect(parseSpeed(text)).toBe(182295680);
    expect(parseSpeed('unknown cipher')).toBeUndefined();
  });
});

describe('workload', () => {
  it.each([1, 2, 7, 1000, 10_000])('visits each of %d keys once before one comes again', (count) => {
    const order = keyOrder(count, 64);
    expect(order.length % 64).toBe(0);
    expect(new Set(order.slice(0, count)).size).toBe(count);
    if (count > 7)
      expect(order.slice(1, count).some((key, i) => Math.abs(key - (order[i] as number)) === 1)).toBe(false);
  });

  it('mixes lengths as the internet does', () => {
    expect(meanBytes('IMIX')).toBeCloseTo((7 * 64 + 4 * 576 + 1500) / 12);
    const lengths = lengthsOf('IMIX', 12);
    expect([64, 576, 1500].map((l) => lengths.filter((x) => x === l).length)).toEqual([7, 4, 1]);
  });
});

describe('the clock', () => {
  it('is a chain of additions that a wasm engine takes', () => {
    expect(cycleCounter().run()).toBe(160_000);
  });
});
