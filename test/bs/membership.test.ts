// Members come and go: who left cannot read what comes, who joined cannot read what was; the rest miss nothing.
import { expect, test } from 'vitest';
import type { BaseStationOptions, BsEvent } from '../../bindings/bs/types.js';
import type { KeyHandle } from '../../bindings/core/types.js';
import { readKeyReply } from '../../bindings/pkm/index.js';
import { Peer } from '../support/peer.js';
import {
  ALERTS,
  baseStation,
  bytes,
  NEWS,
  NEWS_CID,
  SERVICES,
  subscriber,
  subscriberStation,
  testingCore,
  World,
} from '../support/stations.js';

const ROWS = [0, 1, 2, 3].map((i) => subscriber(i));
const MACS = ROWS.map(({ mac }) => mac);
const L = 1800;
const SECRECY = SERVICES.map((row) => ({ ...row, backwardSecrecy: true }));

function world(seed: number, members: number, over: Partial<BaseStationOptions> = {}): World {
  const core = testingCore(seed);
  const w = new World(baseStation(core, { subscribers: ROWS, tekLifetime: L, ...over }));
  for (const [i, row] of ROWS.entries()) w.join(`ss${i}`, subscriberStation(core, row, { freshness: w.wall }));
  for (let i = 0; i < members; i++) w.request(`ss${i}`, 'multicast', 5);
  w.run(w.now + 10_000);
  return w;
}

type Of<T extends BsEvent['type']> = Extract<BsEvent, { type: T }>;
const events = <T extends BsEvent['type']>(w: World, type: T): Of<T>[] =>
  w.bsEvents.filter((event): event is Of<T> => event.type === type);

function stream(w: World, until: number, said = NEWS): number {
  let sent = 0;
  for (; w.now < until; sent++) {
    w.run(w.now + 100);
    expect(w.down(said, bytes(`${w.now}`))).toBeUndefined();
  }
  return sent;
}

test('eviction: two new TEKs, for it had both; the rest miss nothing, it reads nothing after the switch and is refused', () => {
  const w = world(821, 4);
  const before = w.payloads('ss3').length;
  w.fromBs(w.bs.evict(MACS[3] as string, NEWS, w.now));
  const sent = stream(w, w.now + 4000);
  expect(events(w, 'REKEY_BEGUN')).toMatchObject([{ why: 'LEAVE', members: 3 }]);
  const [switched] = events(w, 'REKEY_SWITCHED');
  expect(switched).toMatchObject({ why: 'ALL', sequence: 2, distributed: 3, members: 3 });
  expect(w.bs.services().find(({ said }) => said === NEWS)).toMatchObject({ older: 2, newer: 3 });
  for (const name of ['ss0', 'ss1', 'ss2']) expect(w.payloads(name)).toHaveLength(sent);
  const reached = w.payloads('ss3').length - before;
  expect(reached).toBeGreaterThan(0); // until the switch it has the key
  expect(reached).toBeLessThanOrEqual(23); // coalescing, jitter and one wait
  const after = w.payloads('ss3').length;
  stream(w, w.now + 60_000);
  expect(w.payloads('ss3')).toHaveLength(after);
  expect(w.ssEvents.get('ss3')).toContainEqual(expect.objectContaining({ type: 'KEY_REJECT', error: 8 }));
  expect(events(w, 'KEY_REPLY').filter(({ mac, newer }) => mac === MACS[3] && newer > 1)).toEqual([]);
});

test('broadcast: an evicted SS gets Key Reject 2', () => {
  const w = world(822, 0);
  for (const name of ['ss0', 'ss1']) w.request(name, 'broadcast');
  w.fromBs(w.bs.evict(MACS[1] as string, ALERTS, w.now));
  const sent = stream(w, w.now + 4000, ALERTS);
  w.request('ss1', 'broadcast');
  stream(w, w.now + 60_000, ALERTS);
  expect(w.ssEvents.get('ss1')).toContainEqual(expect.objectContaining({ type: 'KEY_REJECT', error: 2 }));
  expect(events(w, 'REKEY_SWITCHED')).toMatchObject([{ members: 1, why: 'ALL' }]);
  expect(w.payloads('ss0')).toHaveLength(sent + 600);
});

test('leaves within the interval are one rekey; a stream of them does not put it off', () => {
  const w = world(823, 4, { rekeying: { coalesce: 2 } });
  const start = w.now;
  for (const i of [1, 2, 3]) {
    w.fromBs(w.bs.leave(MACS[i] as string, NEWS, w.now));
    stream(w, w.now + 900);
  }
  stream(w, start + 8000);
  expect(events(w, 'REKEY_BEGUN')).toHaveLength(1);
  expect(events(w, 'REKEY_SWITCHED')).toMatchObject([{ members: 1, distributed: 1 }]);
  expect(w.bs.services().find(({ said }) => said === NEWS)).toMatchObject({ older: 2, newer: 3, rekeys: 2 });
  const [begun] = events(w, 'REKEY_BEGUN');
  expect((begun?.switchBy ?? 0) - start).toBeLessThan(2000 + 500 + 5000 + 100);
});

test('an eviction while a rekey is under way comes after it, with two TEKs the evicted one never had', () => {
  const w = world(824, 4);
  w.fromBs(w.bs.rekey(NEWS, w.now));
  w.run(w.now + 600); // it has TEK 2 too
  w.fromBs(w.bs.evict(MACS[0] as string, NEWS, w.now));
  const sent = stream(w, w.now + 6000);
  expect(events(w, 'REKEY_SWITCHED').map(({ sequence, members }) => [sequence, members])).toEqual([
    [1, 3],
    [3, 3],
  ]);
  for (const name of ['ss1', 'ss2', 'ss3']) expect(w.payloads(name)).toHaveLength(sent);
  const before = w.payloads('ss0').length;
  stream(w, w.now + 3000);
  expect(w.payloads('ss0')).toHaveLength(before);
});

test('who got the new TEKs of an eviction by a request that proves nothing, and is evicted then, reads none of the next', () => {
  const bs = baseStation(testingCore(846), { subscribers: ROWS, tekLifetime: 1800 });
  const hands = testingCore(847);
  const peers = ROWS.map((row) => new Peer(hands, row));
  const requests = peers.map((peer) => peer.request(1, 5, 1n));
  for (const [i, request] of requests.entries()) bs.receive(request, `ss${i}`, 0);
  const run = (from: number, until: number) => {
    const events: BsEvent[] = [];
    for (let now = from; now < until; now += 50) events.push(...bs.tick(now).events);
    return events.filter(({ type }) => type === 'REKEY_BEGUN');
  };
  bs.evict(ROWS[0]?.mac as string, NEWS, 10_000);
  expect(run(10_000, 11_000)).toHaveLength(1);
  const [again] = (peers[1] as Peer).answers(bs.receive(requests[1] as Uint8Array, 'ss1', 11_000)); // 158 as before: a replay
  expect(again).toMatchObject({ code: 8 });
  bs.evict(ROWS[1]?.mac as string, NEWS, 11_100);
  expect(run(11_100, 30_000)).toMatchObject([{ why: 'LEAVE', members: 2 }]);
});

test('an eviction goes through while the service is held', () => {
  const w = world(825, 2);
  w.fromBs(w.bs.hold(NEWS, w.now));
  w.fromBs(w.bs.evict(MACS[1] as string, NEWS, w.now));
  stream(w, w.now + 4000);
  expect(events(w, 'REKEY_SWITCHED')).toHaveLength(1);
});

test('who has no key of the service leaves without a rekey', () => {
  const w = world(826, 2);
  w.fromBs(w.bs.leave(MACS[3] as string, NEWS, w.now));
  stream(w, w.now + 4000);
  expect(events(w, 'REKEY_BEGUN')).toEqual([]);
});

test('unicast: its TEKs go, nobody else is touched; who left may come back, who was evicted may not before it joins', () => {
  const w = world(827, 0);
  w.request('ss0', 'unicast');
  w.fromBs(w.bs.leave(MACS[0] as string, 16, w.now));
  expect(w.bs.services().find(({ said }) => said === 16)).toMatchObject({ older: undefined });
  const hand = new Peer(testingCore(828), ROWS[0] as (typeof ROWS)[0]);
  const ask = (i: number) =>
    hand.answers(w.bs.receive(hand.request(0, undefined, 10n ** 15n + BigInt(i), i), 'ss0', w.now))[0];
  expect(ask(1)).toMatchObject({ code: 8 });
  w.bs.evict(MACS[0] as string, 16, w.now);
  expect(ask(2)).toMatchObject({ code: 9, values: { errorCode: 7 } });
  w.bs.join(MACS[0] as string, 16, w.now);
  expect(ask(3)).toMatchObject({ code: 8 });
});

test('backward secrecy: a joiner gets only TEKs under which nothing was sealed; joiners together are one rekey', () => {
  const w = world(829, 2, { services: SECRECY });
  stream(w, w.now + 2000);
  const recorded = w.sent.filter(({ to, bytes: pdu }) => to === 'ss0' && ((pdu[0] ?? 0) & 0x40) !== 0);
  expect(recorded).toHaveLength(20);
  const hand = new Peer(testingCore(830), ROWS[2] as (typeof ROWS)[0]);
  const step = w.bs.receive(hand.request(1, 5, 10n ** 15n), 'ss2', w.now);
  w.request('ss3', 'multicast', 5);
  w.fromBs(step);
  const [reply] = hand.answers(step);
  // Every key of its reply, tried on every PDU it had recorded.
  const read = readKeyReply(reply?.message as never);
  if (!read.ok) throw new Error('no reply');
  const keys = read.body.tek.map(({ tek, sequence }, i) => {
    const birth = { use: 'open-down', owner: hand.owner, said: NEWS + i, sequence } as const;
    return hand.core.keys.unwrap(tek, hand.keys.kek, birth)?.key as KeyHandle;
  });
  const batch = hand.core.traffic({ packets: 64 });
  for (const key of keys)
    for (const { bytes: pdu } of recorded) batch.addPdu({ key, eks: ((pdu[1] ?? 0) >> 4) & 3, cid: NEWS_CID }, pdu);
  expect(batch.open()).toBe(0);
  const before = [0, 1, 3].map((i) => w.payloads(`ss${i}`).length);
  const sent = stream(w, w.now + 4000);
  expect([0, 1].map((i) => w.payloads(`ss${i}`).length - (before[i] ?? 0))).toEqual([sent, sent]);
  expect(events(w, 'REKEY_BEGUN')).toMatchObject([{ why: 'JOIN', members: 2 }]);
  expect(events(w, 'REKEY_SWITCHED')).toMatchObject([{ why: 'ALL', distributed: 2 }]);
  const joined = w.payloads('ss3').length - (before[2] ?? 0);
  expect(joined).toBeGreaterThan(15); // from the switch on
  expect(joined).toBeLessThan(sent);
});

test('backward secrecy: members who ask again are no joiners, nor is anybody while nothing was sealed', () => {
  const w = world(831, 2, { services: SECRECY });
  const hand = new Peer(testingCore(832), ROWS[0] as (typeof ROWS)[0]);
  w.request('ss2', 'multicast', 5); // nothing was sealed yet
  stream(w, w.now + 500);
  for (let i = 0; i < 3; i++) w.fromBs(w.bs.receive(hand.request(1, 5, 10n ** 15n + BigInt(i), i), 'ss0', w.now));
  expect(events(w, 'REKEY_BEGUN')).toEqual([]);
});

test('without the option a join disturbs nobody', () => {
  const w = world(833, 2);
  stream(w, w.now + 500);
  w.request('ss2', 'multicast', 5);
  stream(w, w.now + 3000);
  expect(events(w, 'REKEY_BEGUN')).toEqual([]);
  expect(w.payloads('ss2')).toHaveLength(30);
});
