import { expect, test } from 'vitest';
import { hardLimits, leaseRunsLow, PN_LIMIT, softLimit } from '../../bindings/sa/limits.js';
import {
  ALERTS,
  baseStation,
  bytes,
  NEWS,
  subscriber,
  subscriberStation,
  testingCore,
  World,
} from '../support/stations.js';

test('hard limits go into the slot: PNs below a lease, bytes below a limit', () => {
  expect(hardLimits(undefined)).toEqual({ lease: PN_LIMIT });
  expect(hardLimits({ hardPackets: 10, hardBytes: 99n })).toEqual({ lease: 11, byteLimit: 99n });
  expect(hardLimits({ hardPackets: 2 ** 40 })).toEqual({ lease: PN_LIMIT });
});

test('soft limits', () => {
  expect(softLimit(2 ** 30 - 1, 0, undefined)).toBeUndefined();
  expect(softLimit(2 ** 30, 0, undefined)).toBe('PACKETS');
  expect(softLimit(9, 99, { softBytes: 100n })).toBeUndefined();
  expect(softLimit(9, 100, { softBytes: 100n })).toBe('BYTES');
});

test('a lease is renewed when half of it is used', () => {
  expect(leaseRunsLow(1, 1, 100)).toBe(true);
  expect(leaseRunsLow(50, 101, 100)).toBe(false);
  expect(leaseRunsLow(51, 101, 100)).toBe(true);
});

test('soft limit: one event; hard limit: sealing refuses; a rekey helps and nobody misses a packet', () => {
  const core = testingCore(74);
  const w = new World(
    baseStation(core, { keyLimits: { softPackets: 5, hardPackets: 8 }, rekeying: { automatic: false } }),
  );
  w.join('ss0', subscriberStation(core, subscriber(0), { freshness: w.wall }));
  w.request('ss0', 'multicast', 5);
  const refusals = Array.from({ length: 10 }, (_, i) => w.down(NEWS, bytes(`a${i}`)));
  expect(refusals).toEqual([...Array(8).fill(undefined), 'LIMIT', 'LIMIT']);
  expect(w.bsEvents.filter(({ type }) => type === 'REKEY_WANTED')).toEqual([
    { type: 'REKEY_WANTED', said: NEWS, sequence: 0, why: 'PACKETS' },
  ]);
  w.fromBs(w.bs.rekey(NEWS, w.now));
  expect(w.down(NEWS, bytes('after'))).toBeUndefined();
  expect(w.payloads('ss0')).toEqual(['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'after']);
});

test('bytes: the core refuses, the payload is reported as not sealed', () => {
  const core = testingCore(75);
  const w = new World(
    baseStation(core, { keyLimits: { softBytes: 10n, hardBytes: 20n }, rekeying: { automatic: false } }),
  );
  w.join('ss0', subscriberStation(core, subscriber(0), { freshness: w.wall }));
  w.request('ss0', 'broadcast');
  for (let i = 0; i < 4; i++) expect(w.down(ALERTS, bytes('12345678'))).toBeUndefined();
  expect(w.payloads('ss0')).toHaveLength(2);
  expect(w.bsEvents.filter(({ type }) => type === 'NOT_SEALED')).toEqual(
    Array(2).fill({ type: 'NOT_SEALED', said: ALERTS, code: 'LIMIT' }),
  );
  expect(w.bsEvents).toContainEqual({ type: 'REKEY_WANTED', said: ALERTS, sequence: 0, why: 'BYTES' });
});
