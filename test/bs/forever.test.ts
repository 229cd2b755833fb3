// A base station makes keys for years: what it leaves in the vault must not add up.
import { expect, test } from 'vitest';
import { createTestingCore } from '../../bindings/core/testing.js';
import { Peer } from '../support/peer.js';
import { baseStation, LAB_LIFETIME, NEWS, subscriber, testingCore } from '../support/stations.js';

test('20,000 rekeys in a vault of 24 slots and 48 tombstones: none fails, nothing is left behind', () => {
  const core = createTestingCore({ seed: 911, slots: 24, tombstones: 48, windows: 8, replayWindow: 64 });
  const bs = baseStation(core, { replayWindow: 64, subscribers: [subscriber(0)] });
  const before = core.info();
  const peer = new Peer(testingCore(912), subscriber(0));
  let now = 1000;
  bs.receive(peer.request(1, 5, 1n), 'ss0', now);
  bs.receive(peer.request(0, undefined, 2n, 2), 'ss0', now);
  const half = LAB_LIFETIME * 500;
  for (let i = 0; i < 10_000; i++) {
    now += half;
    bs.tick(now);
    bs.tick(now + half / 4); // what only opened goes
  }
  const rekeys = (said: number) => bs.services().find((service) => service.said === said)?.rekeys;
  expect([rekeys(NEWS), rekeys(16)]).toEqual([10_000, 10_000]);
  expect(bs.counters()['generationsFailed']).toBeUndefined();
  const after = core.info();
  expect(after.slotsUsed - before.slotsUsed).toBe(6); // two of the group; two of the SS, each to seal and to open
  expect(after.tombstonesUsed).toBe(6); // theirs
  bs.dispose();
  expect(core.info()).toMatchObject({ slotsUsed: 0, tombstonesUsed: 0 });
});
