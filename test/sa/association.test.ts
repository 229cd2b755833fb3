import { expect, test } from 'vitest';
import type { Core } from '../../bindings/core/types.js';
import { Association, type Tek } from '../../bindings/sa/association.js';
import { testingCore } from '../support/stations.js';

const SAID = 517;

function tek(
  core: Core,
  sequence: number,
  expiresAt: number,
  openUntil: number,
  use: 'seal-down' | 'open-down' = 'seal-down',
): Tek {
  const key = core.keys.generate({ use: 'seal-down', owner: 1, said: SAID, sequence });
  const opens = use === 'open-down';
  const open = opens ? core.keys.twin(key, { use: 'open-up', owner: 1, said: SAID, sequence }).key : undefined;
  return { sequence, expiresAt, openUntil, seal: key, open, lingering: false, warned: false };
}

test('the older seals the downlink, the newer the uplink; the choice follows the clock alone', () => {
  const core = testingCore(71);
  const sa = new Association(SAID, 65_189, 1, 5);
  expect(sa.older(0)).toBeUndefined();
  expect(sa.newer(0)).toBeUndefined();
  for (const k of [0, 1]) sa.add(tek(core, k, 1000 * (k + 1), 1000 * (k + 1)), core.keys);
  expect(sa.older(999)?.sequence).toBe(0);
  expect(sa.newer(999)?.sequence).toBe(1);
  expect(sa.older(1000)?.sequence).toBe(1); // nobody swept
  expect(sa.older(2000)).toBeUndefined();
  expect(sa.newer(2000)).toBeUndefined();
});

test('sweeping erases a sealing slot at expiry and an opening slot when its grace ends', () => {
  const core = testingCore(72);
  const sa = new Association(SAID, 65_189, 0, undefined);
  const made = tek(core, 2, 1000, 1500, 'open-down');
  const { seal, open } = made;
  sa.add(made, core.keys);
  expect(sa.wakeAt()).toBe(1000);
  expect(sa.sweep(999, core.keys)).toEqual([]);
  expect(sa.sweep(1000, core.keys).map(({ sequence }) => sequence)).toEqual([2]);
  expect(seal && core.keys.isLive(seal)).toBe(false);
  expect(open && core.keys.isLive(open)).toBe(true);
  expect(sa.opening(2, 1499)).toBe(made);
  expect(sa.opening(2, 1500)).toBeUndefined();
  expect(sa.wakeAt()).toBe(1500);
  expect(sa.sweep(1500, core.keys)).toEqual([]); // said once
  expect(open && core.keys.isLive(open)).toBe(false);
  expect(core.info().slotsUsed).toBe(0);
  expect(sa.wakeAt()).toBe(Number.POSITIVE_INFINITY);
});

test('a sequence number stands once: the newcomer replaces and the old slot is wiped', () => {
  const core = testingCore(73);
  const sa = new Association(SAID, 65_189, 1, 5);
  const first = tek(core, 3, 1000, 1000);
  const { seal } = first;
  sa.add(first, core.keys);
  const second = tek(core, 3, 2000, 2000);
  sa.add(second, core.keys);
  expect(sa.teks).toEqual([second]);
  expect(seal && core.keys.isLive(seal)).toBe(false);
});
