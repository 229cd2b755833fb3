import { expect, test } from 'vitest';
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

function world(seed: number): World {
  const core = testingCore(seed);
  const rows = [subscriber(0), subscriber(1), subscriber(2, { groups: [], provider: 'other' })];
  const made = new World(baseStation(core, { subscribers: rows }));
  for (const [i, row] of rows.entries()) made.join(`ss${i}`, subscriberStation(core, row, { freshness: made.wall }));
  return made;
}

test('a Key Request is answered and traffic flows: unicast both ways, a group, broadcast', () => {
  const w = world(1);
  w.request('ss0', 'unicast');
  w.request('ss0', 'multicast', 5);
  w.request('ss1', 'multicast', 5);
  w.request('ss1', 'broadcast');
  expect(w.ssEvents.get('ss0')?.map(({ type }) => type)).toEqual([
    'KEY_REQUEST',
    'KEY_REPLY',
    'KEY_REQUEST',
    'KEY_REPLY',
  ]);
  expect(w.down(16, bytes('to you'))).toBeUndefined();
  expect(w.down(NEWS, bytes('to the group'))).toBeUndefined();
  expect(w.down(ALERTS, bytes('to all'))).toBeUndefined();
  expect(w.up('ss0', bytes('and back'))).toBeUndefined();
  expect(w.payloads('ss0')).toEqual(['to you', 'to the group']);
  expect(w.payloads('ss1')).toEqual(['to the group', 'to all']);
  expect(w.payloads('bs')).toEqual(['and back']);
});

test('refusals: a group without right, an unknown service type, broadcast of another provider', () => {
  const w = world(2);
  w.request('ss2', 'multicast', 5);
  w.request('ss2', 9);
  w.request('ss2', 'broadcast');
  const errors = w.ssEvents.get('ss2')?.flatMap((event) => (event.type === 'KEY_REJECT' ? [event.error] : []));
  expect(errors).toEqual([8, 7, 2]);
});

test('a refused request makes no key', () => {
  const w = world(3);
  w.request('ss2', 'multicast', 5);
  expect(w.bs.services().every(({ older }) => older === undefined)).toBe(true);
  expect(w.bsEvents.some(({ type }) => type === 'TEK_GENERATED')).toBe(false);
});
