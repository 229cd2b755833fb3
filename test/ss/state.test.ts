// Leases and marks of an SS with state: when they are written, and what waits for it.
import { expect, test } from 'vitest';
import { baseStation, bytes, subscriber, subscriberStation, testingCore, World } from '../support/stations.js';

const ROW = subscriber(0);

function keyed(seed: number) {
  const w = new World(baseStation(testingCore(seed)));
  const state = { stored: undefined, leasePackets: 4, saveEveryMs: 500 };
  const ss = subscriberStation(testingCore(seed + 1), ROW, { freshness: w.wall, state, firstUse: true });
  const request = ss.request({ service: 'unicast' }, w.now);
  const reply = w.bs.receive(request.send[0]?.bytes as Uint8Array, 'ss0', w.now).send[0]?.bytes as Uint8Array;
  return { w, ss, step: ss.receive(reply, 'bs', w.now) };
}

test('a lease is durable before its first PN is used; payloads wait', () => {
  const { w, ss, step } = keyed(601);
  expect(step.work).toHaveLength(1);
  const [work] = step.work;
  if (work?.kind !== 'state') throw new Error('no state');
  expect(work?.input.services[0]?.teks.map(({ sealFrom }) => sealFrom)).toEqual([1, 5]);
  expect(ss.offer(bytes('a'), w.now)).toBeUndefined();
  expect(ss.flush(w.now).send).toEqual([]);
  const done = ss.complete(work?.id as number, { ok: true, value: undefined }, w.now);
  expect(done.send).toHaveLength(1);
});

test('a write that fails is tried again; meanwhile nothing is sent', () => {
  const { w, ss, step } = keyed(602);
  ss.offer(bytes('a'), w.now);
  const failed = ss.complete(step.work[0]?.id as number, { ok: false, error: 'disk full' }, w.now);
  expect(failed.events).toEqual([{ type: 'STATE_FAILED', error: 'disk full' }]);
  expect([...failed.send, ...failed.work]).toEqual([]);
  expect(failed.wakeAt).toBeLessThanOrEqual(w.now + 500);
  const again = ss.tick(w.now + 500);
  expect(again.work).toHaveLength(1);
  expect(ss.complete(again.work[0]?.id as number, { ok: true, value: undefined }, w.now + 500).send).toHaveLength(1);
});

test('receive marks are written now and then, one write at a time', () => {
  const { w, ss, step } = keyed(603);
  ss.complete(step.work[0]?.id as number, { ok: true, value: undefined }, w.now);
  const writes: number[] = [];
  let open: number | undefined;
  for (let now = w.now; now < w.now + 1900; now += 10) {
    w.bs.offer(16, bytes('x'), now);
    for (const { bytes: sent } of w.bs.flush(now).send) {
      const { work } = ss.receive(sent, 'bs', now);
      expect(work.length === 0 || open === undefined).toBe(true);
      for (const { id } of work) {
        writes.push(now);
        open = id;
      }
    }
    if (open !== undefined && now % 50 === 0) {
      ss.complete(open, { ok: true, value: undefined }, now);
      open = undefined;
    }
  }
  expect(writes.length).toBeGreaterThanOrEqual(3);
  expect(writes.length).toBeLessThanOrEqual(4);
  expect(ss.snapshot().services[0]?.teks[0]?.openFrom).toBeGreaterThan(150);
});

test('the state is JSON and survives it', () => {
  const { ss } = keyed(604);
  const state = ss.snapshot();
  const stored = JSON.parse(JSON.stringify(state)) as typeof state;
  expect(stored).toEqual(state);
  expect(() => subscriberStation(testingCore(605), ROW, { state: { stored } })).not.toThrow();
});
