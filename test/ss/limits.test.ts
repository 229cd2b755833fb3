// Timers and limits of an SS: checked when it is made, and kept on its uplink.
import { expect, test } from 'vitest';
import type { SubscriberStationOptions } from '../../bindings/ss/types.js';
import {
  baseStation,
  bytes,
  LAB_LIFETIME,
  subscriber,
  subscriberStation,
  testingCore,
  World,
} from '../support/stations.js';

const ROW = subscriber(0);
const make = (over: Partial<SubscriberStationOptions>) => () => subscriberStation(testingCore(920), ROW, over);

test.each<[string, SubscriberStationOptions['timers']]>([
  ['operationalWait', { operationalWait: 0 }],
  ['operationalWait', { operationalWait: 11 }],
  ['rekeyWait', { rekeyWait: 11 }],
  ['rekeyWait', { rekeyWait: 1.5 }],
  ['tekGrace', { tekGrace: 299 }],
  ['tekGrace', { tekGrace: 302_400 }],
])('%s out of its range is refused: %o', (name, timers) => {
  expect(make({ timers: timers ?? {} })).toThrow(new RegExp(`RANGE.*${name}`));
});

test('the ends of the ranges are allowed, and in a laboratory a shorter grace', () => {
  expect(make({ timers: { operationalWait: 1, rekeyWait: 10, tekGrace: 300 } })).not.toThrow();
  expect(make({ timers: { operationalWait: 10, rekeyWait: 1, tekGrace: 302_399 } })).not.toThrow();
  expect(make({ lab: true, timers: { tekGrace: 1 } })).not.toThrow();
  expect(make({ lab: true, timers: { tekGrace: 0 } })).toThrow(/RANGE.*tekGrace/);
});

test('limits that are none are refused', () => {
  expect(make({ keyLimits: { hardPackets: 0 } })).toThrow(/RANGE.*keyLimits\.hardPackets/);
  expect(make({ keyLimits: { softBytes: 2n, hardBytes: 1n } })).toThrow(/RANGE.*keyLimits\.softBytes/);
});

/** An SS with such limits and its unicast keys. */
function uplink(seed: number, over: Partial<SubscriberStationOptions>): World {
  const w = new World(baseStation(testingCore(seed), { tekLifetime: 8 * LAB_LIFETIME }));
  w.join('ss0', subscriberStation(testingCore(seed + 1), ROW, { freshness: w.wall, ...over }));
  w.request('ss0', 'unicast');
  return w;
}
const wanted = (w: World) =>
  w.ssEvents.get('ss0')?.flatMap((event) => (event.type === 'REKEY_WANTED' ? [event.why] : []));

test.each([
  ['without state', {}],
  ['with state', { state: { stored: undefined, leasePackets: 2 } }],
])('uplink, packets %s: soft is reported once, hard refuses, the next TEK goes on', (_, over) => {
  const w = uplink(922, { keyLimits: { softPackets: 3, hardPackets: 5 }, ...over });
  const sent = Array.from({ length: 7 }, (_, i) => w.up('ss0', bytes(`${i}`)));
  expect(sent).toEqual([...Array(5).fill(undefined), 'LIMIT', 'LIMIT']);
  expect(w.payloads('bs')).toEqual(['0', '1', '2', '3', '4']);
  expect(wanted(w)).toEqual(['PACKETS']);
  w.fromBs(w.bs.rekey(ROW.basicCid, w.now));
  w.run(w.now + 3000);
  expect(w.up('ss0', bytes('next'))).toBeUndefined();
  expect(w.payloads('bs').at(-1)).toBe('next');
});

test('uplink, bytes: soft is reported once, hard refuses in the core', () => {
  const w = uplink(924, { keyLimits: { softBytes: 10n, hardBytes: 20n } });
  for (let i = 0; i < 4; i++) w.up('ss0', bytes('12345678'));
  expect(w.payloads('bs')).toHaveLength(2);
  expect(wanted(w)).toEqual(['BYTES']);
  expect(w.station('ss0').counters()).toMatchObject({ notSealedLIMIT: 2 });
});

test('uplink, time: soft is reported with the next payload, hard is the end of the TEK', () => {
  const w = uplink(926, { keyLimits: { softSeconds: 10 } });
  w.up('ss0', bytes('a'));
  w.run(w.now + 9000);
  w.up('ss0', bytes('b'));
  expect(wanted(w)).toEqual([]);
  w.run(w.now + 1000);
  w.up('ss0', bytes('c'));
  w.up('ss0', bytes('d'));
  expect(wanted(w)).toEqual(['TIME']);
  w.ether = () => false; // it cannot fetch successors
  w.run(w.now + 16 * LAB_LIFETIME * 1000);
  expect(w.up('ss0', bytes('e'))).toBe('NO_TEK');
});
