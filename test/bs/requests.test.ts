// Messages as they leave the BS, addresses, budgets, the host's say.
import { expect, test } from 'vitest';
import { TIMERS } from '../../bindings/auth/index.js';
import type { BaseStationOptions } from '../../bindings/bs/types.js';
import type { PkmTimers } from '../../bindings/pkm/index.js';
import { Peer, u64 } from '../support/peer.js';
import { baseStation, LAB_LIFETIME, NEWS, subscriber, testingCore } from '../support/stations.js';

const rows = [subscriber(0), subscriber(1)];

function station(over: Partial<BaseStationOptions> = {}, seed = 101) {
  const bs = baseStation(testingCore(seed), { subscribers: rows, ...over });
  const hands = testingCore(seed + 1);
  const [peer, other] = rows.map((row) => new Peer(hands, row)) as [Peer, Peer];
  const bound = (mac = peer.row.mac): string | undefined => {
    let address: string | undefined;
    for (const event of events) {
      if (event.type === 'BOUND' && event.mac === mac) address = event.address;
      if (event.type === 'UNBOUND' && event.mac === mac) address = undefined;
    }
    return address;
  };
  const events: ReturnType<typeof bs.tick>['events'][number][] = [];
  const receive = (pdu: Uint8Array, from: string, now: number) => {
    const step = bs.receive(pdu, from, now);
    events.push(...step.events);
    return step;
  };
  return { bs, peer, other, bound, receive, events };
}

test('attribute order of the answers; 158 is echoed before the digest', () => {
  const { peer, receive } = station();
  const reply = peer.answers(receive(peer.request(1, 5, 9n, 200), 'a', 1000))[0];
  expect(reply).toMatchObject({ code: 8, identifier: 200, types: [10, 12, 28, 29, 13, 13, 158, 11], signed: true });
  expect(reply?.values).toMatchObject({ said: NEWS, serviceType: 1, groupId: 5, keySequenceNumber: 3, freshness: 9n });
  const parameters = reply?.message.attributes
    .filter(({ type }) => type === 13)
    .map(({ children }) => children.map(({ type }) => type));
  expect(parameters).toEqual([
    [8, 9, 10],
    [8, 9, 10],
  ]);
  const reject = peer.answers(receive(peer.request(1, 6, 10n), 'a', 1000))[0];
  expect(reject).toMatchObject({ code: 9, types: [10, 12, 28, 29, 16, 158, 11], signed: true });
});

test('an address is bound by a fresh request that is answered; a replay is answered but binds nothing', () => {
  const { peer, receive, bound } = station();
  const first = peer.request(0, undefined, 100n);
  receive(first, 'home', 1000);
  expect(bound()).toBe('home');
  const replay = receive(first, 'mallory', 1001);
  expect(peer.answers(replay)[0]).toMatchObject({ code: 8, to: 'mallory' });
  expect(bound()).toBe('home');
  receive(peer.request(0, undefined, 100n, 2), 'mallory', 1002); // equal is not higher
  expect(bound()).toBe('home');
  receive(peer.request(1, 6, 101n, 3), 'moved', 1003); // a Reject is an answer too
  expect(bound()).toBe('moved');
  const silent = [
    { type: 28, value: 1 },
    { type: 28, value: 1 },
    { type: 158, value: u64(999n) },
  ];
  receive(peer.craft({ attributes: peer.asks(...silent) }), 'nowhere', 1004);
  expect(bound()).toBe('moved');
  receive(peer.request(0, undefined, 102n, 4), 'back', 1005); // 999 was not seen by that
  expect(bound()).toBe('back');
});

test('without 158: its digest must not be among the last 256', () => {
  const { peer, receive, bound } = station();
  const first = peer.request(0, undefined, undefined, 0);
  receive(first, 'home', 1000);
  receive(peer.request(0, undefined, undefined, 1), 'moved', 1001);
  receive(first, 'mallory', 1002);
  expect(bound()).toBe('moved');
  for (let i = 0; i < 256; i++) {
    const attributes = peer.asks({ type: 28, value: 0 }, { type: 222, value: i });
    receive(peer.craft({ attributes }), 'moved', 2000 + 10 * i);
  }
  receive(first, 'mallory', 9000); // the stated weakness
  expect(bound()).toBe('mallory');
});

test('a binding ends after three TEK lifetimes', () => {
  const { bs, peer, receive } = station();
  receive(peer.request(0, undefined, 1n), 'home', 1000);
  const end = 1000 + 3 * LAB_LIFETIME * 1000;
  for (let now = 1000; now < end; now = bs.tick(now).wakeAt ?? end)
    expect(bs.tick(now).events.some(({ type }) => type === 'UNBOUND')).toBe(false);
  expect(bs.tick(end).events).toContainEqual({ type: 'UNBOUND', mac: peer.row.mac, address: 'home' });
});

test('budget: verified requests are charged to their SS', () => {
  const { bs, peer, other, receive } = station({ limits: { requestsPerSecond: 10, burst: 4 } });
  const ask = (i: number, now: number) =>
    peer.answers(receive(peer.request(0, undefined, BigInt(i), i), 'a', now)).length;
  expect([1, 2, 3, 4, 5, 6].map((i) => ask(i, 1000))).toEqual([1, 1, 1, 1, 0, 0]);
  expect(bs.counters()['droppedRATE']).toBe(2);
  expect(other.answers(receive(other.request(0, undefined, 1n), 'b', 1000))).toHaveLength(1);
  expect(ask(7, 1100)).toBe(1); // one more each 100 ms
  expect(ask(8, 1100)).toBe(0);
});

test('budget: what does not verify is charged to its source and a global cap, never to the SS it names', () => {
  const { peer, receive } = station({ limits: { requestsPerSecond: 10, burst: 4 } });
  const bad = (from: string, now = 1000) =>
    peer.answers(receive(peer.craft({ attributes: peer.asks(), digest: 'wrong' }), from, now)).length;
  expect([1, 2, 3, 4, 5].map(() => bad('m'))).toEqual([1, 1, 1, 1, 0]);
  let answered = 4;
  for (let i = 0; i < 200; i++) answered += bad(`m${i}`);
  expect(answered).toBe(40); // ten times the burst
  expect(peer.answers(receive(peer.request(0, undefined, 1n), 'home', 1000))).toHaveLength(1);
  // Garbage under the address of the bound SS does not keep its requests out either.
  for (let i = 0; i < 20; i++) bad('home', 1000);
  expect(peer.answers(receive(peer.request(0, undefined, 2n), 'home', 1000))).toHaveLength(1);
});

test('authorization by work: the answer waits for the host; no key before it says yes', () => {
  const { bs, peer, receive } = station({ authorization: 'work' });
  const step = receive(peer.request(1, 5, 1n), 'a', 1000);
  expect(step.send).toEqual([]);
  expect(step.work).toMatchObject([
    { kind: 'authorize', input: { mac: peer.row.mac, provider: 'acme', serviceType: 1, groupId: 5, said: NEWS } },
  ]);
  expect(bs.services().every(({ older }) => older === undefined)).toBe(true);
  const no = bs.complete(step.work[0]?.id as number, { ok: true, value: { accepted: false, error: 8 } }, 1001);
  expect(peer.answers(no)).toMatchObject([{ code: 9, to: 'a', values: { errorCode: 8 } }]);
  expect(bs.services().every(({ older }) => older === undefined)).toBe(true);
  const again = receive(peer.request(1, 5, 2n), 'b', 1002);
  const yes = bs.complete(again.work[0]?.id as number, { ok: true, value: { accepted: true } }, 1003);
  expect(peer.answers(yes)).toMatchObject([{ code: 8, to: 'b' }]);
  expect(yes.events).toContainEqual({ type: 'BOUND', mac: peer.row.mac, address: 'b' });
  const third = receive(peer.request(1, 5, 3n), 'b', 1004);
  const failed = bs.complete(third.work[0]?.id as number, { ok: false, error: 'no route' }, 1005);
  expect(failed.events[0]).toEqual({ type: 'AUTHORIZE_FAILED', mac: peer.row.mac, error: 'no route' });
  expect(peer.answers(failed)).toMatchObject([{ code: 9, values: { errorCode: 0 } }]);
});

test('authorization by work: late answers bind in the order of arrival; too many wait for nobody', () => {
  const { bs, peer, receive, bound, events } = station({ authorization: 'work' });
  const [early, late] = [receive(peer.request(1, 5, 1n), 'old', 1000), receive(peer.request(1, 5, 2n), 'new', 1001)];
  for (const { work } of [late, early])
    events.push(...bs.complete(work[0]?.id as number, { ok: true, value: { accepted: true } }, 1002).events);
  expect(bound()).toBe('new');
  for (let i = 0; i < 16; i++) receive(peer.request(1, 5, BigInt(10 + i)), 'new', 1003);
  expect(receive(peer.request(1, 5, 99n), 'new', 1003).events).toMatchObject([{ type: 'DROPPED', code: 'BUSY' }]);
});

test('a request for a service that is refused by the table does not reach the host', () => {
  const { peer, receive } = station({ authorization: 'work' });
  const step = receive(peer.request(1, 6, 1n), 'a', 1000);
  expect(step.work).toEqual([]);
  expect(peer.answers(step)).toMatchObject([{ code: 9 }]);
});

test('options: what is wrong is said with its path and number', () => {
  const core = testingCore(150);
  const make = (over: Partial<BaseStationOptions>) => () => baseStation(core, over);
  expect(make({ tekLifetime: 3 })).toThrow(/RANGE.*tekLifetime/);
  expect(make({ tekLifetime: 8, lab: false })).toThrow(/RANGE.*tekLifetime/);
  expect(make({ suite: '010101' as never })).toThrow(/SUITE_REFUSED/);
  expect(make({ bsid: '00:00' })).toThrow(/MAC/);
  expect(make({ subscribers: [subscriber(0), subscriber(0)] })).toThrow(/DUPLICATE.*subscribers\[1\]\.mac/);
  expect(make({ subscribers: [subscriber(0), subscriber(1, { mac: subscriber(0).mac.toUpperCase() })] })).toThrow(
    /DUPLICATE.*mac/,
  );
  expect(make({ subscribers: [subscriber(0), subscriber(1, { primaryCid: 16 })] })).toThrow(/DUPLICATE/);
  expect(make({ subscribers: [subscriber(0, { ak: new Uint8Array(19) })] })).toThrow(/LENGTH/);
  expect(make({ services: [{ type: 'broadcast', groupId: 1, said: 1, cid: 9000 }] })).toThrow(/groupId/);
  expect(make({ services: [0, 1].map((i) => ({ type: 'broadcast' as const, said: 900 + i, cid: 9000 + i })) })).toThrow(
    /DUPLICATE/,
  );
});

test('options: timers and limits are checked, with their path and number', () => {
  const make = (over: Partial<BaseStationOptions>) => () => baseStation(testingCore(152), over);
  const timers = Object.fromEntries(
    Object.entries(TIMERS).flatMap(([name, { side, standard }]) => (side === 'SS' ? [[name, standard]] : [])),
  ) as unknown as PkmTimers;
  expect(make({ pki: { timers } })).not.toThrow();
  for (const [name, value] of [
    ['rekeyWait', 0],
    ['reauthorizeWait', 31],
    ['tekGrace', 1.5],
  ] as const)
    expect(make({ pki: { timers: { ...timers, [name]: value } } })).toThrow(new RegExp(`RANGE.*${name}`));
  expect(make({ pki: { timers: { ...timers, tekGrace: 299 } } })).not.toThrow(); // lab
  expect(make({ lab: false, tekLifetime: 1800, pki: { timers: { ...timers, tekGrace: 299 } } })).toThrow(/tekGrace/);
  for (const [name, keyLimits] of Object.entries({
    softSeconds: { softSeconds: 0 },
    softPackets: { softPackets: 9, hardPackets: 8 },
    hardPackets: { hardPackets: 0 },
    softBytes: { softBytes: 9n, hardBytes: 8n },
    hardBytes: { hardBytes: 0n },
  }))
    expect(make({ keyLimits }), name).toThrow(new RegExp(`RANGE.*keyLimits\\.${name}`));
});

test('the AK is wiped where it came from, unless it is to be kept', () => {
  const row = subscriber(0);
  baseStation(testingCore(151), { subscribers: [row], keepAk: false });
  expect(row.ak.every((byte) => byte === 0)).toBe(true);
});
