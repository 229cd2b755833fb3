// Network entry as the BS sees it: what comes before its time is dropped, and the way out takes keys and address along.
import { expect, test } from 'vitest';
import { AFTER_AUTHENTICATION, BEFORE_AUTHENTICATION } from '../../bindings/entry/index.js';
import { Peer } from '../support/peer.js';
import { baseStation, bytes, subscriber, subscriberStation, testingCore, text, World } from '../support/stations.js';

const ROW = subscriber(0);

function world(seed: number): World {
  const w = new World(baseStation(testingCore(seed), { entry: 'stack', tekLifetime: 64 }));
  w.join('ss0', subscriberStation(testingCore(seed + 1), ROW, { freshness: w.wall }));
  return w;
}

const enter = (w: World, ...events: readonly Parameters<World['bs']['enter']>[1][]) => {
  for (const event of events) w.fromBs(w.bs.enter(ROW.mac, event, w.now));
};

test('a Key Request before S80 is dropped and costs no digest; after it, it is answered', () => {
  const w = world(950);
  w.request('ss0', 'unicast');
  expect(w.bsEvents).toMatchObject([{ type: 'DROPPED', code: 'ENTRY', mac: ROW.mac, cid: ROW.primaryCid }]);
  enter(w, ...BEFORE_AUTHENTICATION);
  w.run(w.now + 1500);
  expect(w.bs.counters()['droppedENTRY']).toBe(2);
  enter(w, ...AFTER_AUTHENTICATION);
  expect(w.bs.entryState(ROW.mac)).toBe('SERVICES');
  w.run(w.now + 1500);
  expect([w.up('ss0', bytes('up')), w.down(16, bytes('down'))]).toEqual([undefined, undefined]);
  expect([w.payloads('bs'), w.payloads('ss0')]).toEqual([['up'], ['down']]);
});

test('the services of many wait for S80 too: before it a group is neither made nor given', () => {
  const w = world(980);
  enter(w, ...BEFORE_AUTHENTICATION);
  w.request('ss0', 'multicast', 5);
  w.request('ss0', 'broadcast');
  w.run(w.now + 1500);
  expect(w.bsEvents.filter(({ type }) => type === 'TEK_GENERATED' || type === 'KEY_REPLY')).toEqual([]);
  expect(w.bs.counters()['droppedENTRY']).toBe(4);
  expect([w.down(517, bytes('news')), w.down(768, bytes('alert'))]).toEqual(['NO_TEK', 'NO_TEK']);
  enter(w, ...AFTER_AUTHENTICATION);
  w.run(w.now + 1500);
  expect([w.down(517, bytes('news')), w.down(768, bytes('alert'))]).toEqual([undefined, undefined]);
  expect(w.payloads('ss0')).toEqual(['news', 'alert']);
});

test('leaving closes traffic, then erases its keys and lets its address go; entry again makes new keys', () => {
  const w = world(960);
  enter(w, ...BEFORE_AUTHENTICATION, ...AFTER_AUTHENTICATION);
  w.request('ss0', 'unicast');
  const mark = w.bsEvents.length;
  enter(w, 'LEAVE');
  expect(w.bsEvents.slice(mark).map((event) => ('state' in event ? event.state : event.type))).toEqual([
    'UNBOUND',
    'OUTSIDE',
    'KEYS',
    'WANTED',
  ]);
  expect(w.down(16, bytes('nobody'))).toBe('NO_TEK');
  w.up('ss0', bytes('too late'));
  expect(w.payloads('bs')).toEqual([]);
  expect(w.bs.services().find(({ said }) => said === 16)).toMatchObject({ older: undefined, newer: undefined });
  enter(w, ...BEFORE_AUTHENTICATION, ...AFTER_AUTHENTICATION);
  w.run(w.now + 70_000);
  expect(w.down(16, bytes('again'))).toBeUndefined();
  expect(w.payloads('ss0')).toEqual(['again']);
});

test('with a pre-shared AK too, who leaves the network leaves its groups: the rest get two new TEKs, it reads none of them', () => {
  const rows = [ROW, subscriber(1)];
  const w = new World(baseStation(testingCore(985), { entry: 'stack', tekLifetime: 64, subscribers: rows }));
  rows.forEach((row, i) => {
    w.join(`ss${i}`, subscriberStation(testingCore(986 + i), row, { freshness: w.wall }));
    for (const event of [...BEFORE_AUTHENTICATION, ...AFTER_AUTHENTICATION])
      w.fromBs(w.bs.enter(row.mac, event, w.now));
    w.request(`ss${i}`, 'multicast', 5);
  });
  w.run(w.now + 3000);
  enter(w, 'LEAVE');
  w.run(w.now + 6000);
  expect(w.bsEvents.filter(({ type }) => type.startsWith('REKEY'))).toMatchObject([
    { type: 'REKEY_BEGUN', said: 517, why: 'LEAVE', members: 1 },
    { type: 'REKEY_SWITCHED', said: 517, why: 'ALL', sequence: 2 },
  ]);
  w.bs.offer(517, bytes('after'), w.now);
  const [{ bytes: burst } = { bytes: new Uint8Array() }] = w.bs.flush(w.now).send;
  const payloads = (i: number) =>
    w
      .station(`ss${i}`)
      .receive(burst, 'bs', w.now)
      .events.flatMap((event) => (event.type === 'PAYLOAD' ? [text(event.bytes)] : []));
  expect([payloads(0), payloads(1)]).toEqual([[], ['after']]);
});

test('an answer of the host that comes when the SS has left binds no address and makes no key', () => {
  const bs = baseStation(testingCore(990), { entry: 'stack', authorization: 'work' });
  const peer = new Peer(testingCore(991), ROW);
  for (const event of [...BEFORE_AUTHENTICATION, ...AFTER_AUTHENTICATION]) bs.enter(ROW.mac, event, 0);
  const [work] = bs.receive(peer.request(0, undefined, 1n), 'ss0', 0).work;
  bs.enter(ROW.mac, 'LEAVE', 10);
  const step = bs.complete(work?.id as number, { ok: true, value: { accepted: true } }, 20);
  expect([step.send, step.events]).toEqual([[], []]);
});

test('without a stack nobody has to enter, and `enter` says so', () => {
  const bs = baseStation(testingCore(970));
  expect(() => bs.enter(ROW.mac, 'ACCESS', 0)).toThrow(/ENTRY/);
  expect(bs.entryState(ROW.mac)).toBeUndefined();
});
