// Early rekeys: the downlink moves to the next TEK when the members have it, and nobody misses a packet meanwhile.
import { expect, test } from 'vitest';
import type { BaseStationOptions, BsEvent } from '../../bindings/bs/types.js';
import { splitBurst } from '../../bindings/pdu/index.js';
import { readKeyReply } from '../../bindings/pkm/index.js';
import { Peer } from '../support/peer.js';
import { baseStation, bytes, NEWS, subscriber, subscriberStation, testingCore, World } from '../support/stations.js';

const ROWS = [subscriber(0), subscriber(1), subscriber(2)];
const L = 1800;
const KEY_REPLY = 8;
const TEK_INVALID = 11;

function world(seed: number, over: Partial<BaseStationOptions> = {}): World {
  const core = testingCore(seed);
  const w = new World(baseStation(core, { subscribers: ROWS, tekLifetime: L, ...over }));
  for (const [i, row] of ROWS.entries()) w.join(`ss${i}`, subscriberStation(core, row, { freshness: w.wall }));
  for (const name of w.stations.keys()) w.request(name, 'multicast', 5);
  w.now += 10_000;
  return w;
}

type Of<T extends BsEvent['type']> = Extract<BsEvent, { type: T }>;
const events = <T extends BsEvent['type']>(w: World, type: T): Of<T>[] =>
  w.bsEvents.filter((event): event is Of<T> => event.type === type);
const status = (w: World, said = NEWS) => w.bs.services().find((service) => service.said === said);

/** A packet every 100 ms; the EKS under which each went. */
function stream(w: World, until: number): number[] {
  const eks: number[] = [];
  while (w.now < until) {
    w.run(w.now + 100);
    expect(w.down(NEWS, bytes(`${w.now}`))).toBeUndefined();
    eks.push(((w.sent.at(-1)?.bytes[1] ?? 0) >> 4) & 3);
  }
  return eks;
}

/** A hint that makes SS `i` ask for the group. */
const tekInvalid = (i: number): Uint8Array =>
  new Peer(testingCore(890 + i), ROWS[i] as (typeof ROWS)[number]).tekInvalid({ said: NEWS, errorCode: 0 });

/** PKM code of a management datagram; undefined for traffic. */
const codeOf = (datagram: Uint8Array): number | undefined => {
  const [pdu] = splitBurst(datagram).pdus;
  return pdu?.header.ec === false ? pdu.bytes[7] : undefined;
};

test('the downlink stays on the old TEK until every member was answered and asked no more; nobody misses a packet', () => {
  const w = world(801);
  const start = w.now;
  w.fromBs(w.bs.rekey(NEWS, w.now));
  expect(events(w, 'REKEY_BEGUN')).toMatchObject([{ said: NEWS, why: 'OPERATOR', members: 3 }]);
  w.run(w.now + 200);
  const nudges = w.sent.filter(({ bytes: sent }) => codeOf(sent) === TEK_INVALID);
  expect(nudges.map(({ to }) => to).sort()).toEqual(['ss0', 'ss1', 'ss2']);
  const hand = new Peer(testingCore(802), ROWS[0] as (typeof ROWS)[0]);
  const [nudge] = hand.answers({ send: nudges });
  expect(nudge).toMatchObject({ code: TEK_INVALID, identifier: 0, signed: true, types: [10, 12, 16, 11] });
  expect(nudge?.values).toMatchObject({ said: NEWS, errorCode: 0 });
  expect(status(w)).toMatchObject({ older: 0, newer: 2, rekeying: { distributed: 0, members: 3 } });
  const eks = stream(w, start + 3000);
  const [switched] = events(w, 'REKEY_SWITCHED');
  expect(switched).toEqual({ type: 'REKEY_SWITCHED', said: NEWS, sequence: 1, why: 'ALL', distributed: 3, members: 3 });
  const first = eks.indexOf(1);
  expect(first * 100).toBeGreaterThanOrEqual(1000); // one Operational Wait
  expect(first * 100).toBeLessThanOrEqual(1500);
  expect(eks.slice(0, first).every((sequence) => sequence === 0)).toBe(true);
  expect(eks.slice(first).every((sequence) => sequence === 1)).toBe(true);
  for (const name of w.stations.keys()) expect(w.payloads(name)).toHaveLength(eks.length);
  expect(status(w)).toMatchObject({ older: 1, newer: 2, rekeying: undefined });
  expect(events(w, 'MEMBER_LATE')).toEqual([]);
});

test('what replies tell stays true: the same expiry before and after the switch, which is that of the re-based schedule', () => {
  const w = world(803);
  const hand = new Peer(testingCore(804), ROWS[0] as (typeof ROWS)[0]);
  w.fromBs(w.bs.rekey(NEWS, w.now));
  w.run(w.now + 100);
  const [{ switchBy } = { switchBy: 0 }] = events(w, 'REKEY_BEGUN');
  const told = () => {
    const asked = hand.request(1, 5, BigInt(w.now) + 10n ** 15n, 77);
    const step = w.bs.receive(asked, 'ss0', w.now);
    w.bsEvents.push(...step.events);
    const read = readKeyReply(hand.answers(step).at(-1)?.message as never);
    if (!read.ok) throw new Error('no reply');
    return read.body.tek.map(({ sequence, lifetime }) => `${sequence} until ${Math.floor(w.now / 1000) + lifetime}`);
  };
  w.now = 12_000; // before the switch
  const before = told();
  const half = L / 2;
  expect(before).toEqual(
    [1, 2].map((sequence, i) => `${sequence} until ${Math.floor(switchBy / 1000) + half * (i + 1)}`),
  );
  w.run(30_000);
  expect(events(w, 'REKEY_SWITCHED')).toHaveLength(1);
  expect(told()).toEqual(before);
  w.bsEvents.length = 0;
  w.run(switchBy + half * 1000 - 1);
  expect(events(w, 'TEK_EXPIRED')).toEqual([]);
  w.run(switchBy + half * 1000);
  expect(events(w, 'TEK_EXPIRED')).toMatchObject([{ sequence: 1 }]);
  expect(events(w, 'TEK_GENERATED')).toMatchObject([{ sequence: 3, expiresAt: switchBy + 1.5 * L * 1000 }]);
});

test('one member does not answer: the deadline, its name, everybody else unharmed; it is nudged on until it has the keys', () => {
  const w = world(805);
  const start = w.now;
  let deaf = true;
  w.ether = (datagram, from, to) => !deaf || from !== 'bs' || to !== 'ss2' || codeOf(datagram) === undefined;
  w.fromBs(w.bs.rekey(NEWS, w.now));
  const eks = stream(w, start + 8000);
  const switchedAt = start + 100 * (eks.indexOf(1) + 1);
  expect(switchedAt - start).toBeGreaterThan(5000);
  expect(switchedAt - start).toBeLessThan(5500);
  expect(events(w, 'REKEY_SWITCHED')).toMatchObject([{ why: 'DEADLINE', distributed: 2, members: 3 }]);
  expect(events(w, 'MEMBER_LATE')).toEqual([{ type: 'MEMBER_LATE', said: NEWS, mac: ROWS[2]?.mac, answered: false }]);
  expect(w.bs.counters()).toMatchObject({
    membersLate: 1,
    [`membersLate ${subscriber(2).mac}`]: 1,
    rekeysBegun: 1,
    rekeysSwitched: 1,
  });
  expect(status(w)?.rekeying).toEqual({ distributed: 2, members: 3, late: [ROWS[2]?.mac] });
  for (const name of w.stations.keys()) expect(w.payloads(name)).toHaveLength(eks.length); // it had the target since before
  deaf = false;
  stream(w, start + 20_000);
  expect(
    w
      .station('ss2')
      .services()
      .find(({ groupId }) => groupId === 5),
  ).toMatchObject({ newer: 2 });
  const sent = w.sent.length;
  stream(w, w.now + 300_000);
  expect(w.sent.slice(sent).filter(({ bytes: bs }) => codeOf(bs) === TEK_INVALID)).toEqual([]); // and then no more
  expect(status(w)?.rekeying).toBeUndefined();
});

test('a lost reply is repeated, and the wait begins again', () => {
  const w = world(806);
  let lose = 1;
  w.ether = (datagram, from, to) => !(from === 'bs' && to === 'ss1' && codeOf(datagram) === KEY_REPLY && lose-- > 0);
  const start = w.now;
  w.fromBs(w.bs.rekey(NEWS, w.now));
  const eks = stream(w, start + 5000);
  expect(eks.indexOf(1) * 100).toBeGreaterThanOrEqual(2200); // a retry after one second, and one wait more
  expect(events(w, 'REKEY_SWITCHED')).toMatchObject([{ why: 'ALL', distributed: 3 }]);
  for (const name of w.stations.keys()) expect(w.payloads(name)).toHaveLength(eks.length);
});

test('a slow Key Reply from before the rekey, taken for the repeated request: the BS sees no acknowledgement in that, and nudges', () => {
  const w = world(818);
  const late: Uint8Array[] = [];
  let lose = true;
  w.ether = (datagram, from, to) => {
    if (!lose || from !== 'bs' || to !== 'ss1' || codeOf(datagram) !== KEY_REPLY) return true;
    late.push(datagram.slice());
    return false;
  };
  w.fromSs('ss1', w.station('ss1').receive(tekInvalid(1), 'bs', w.now)); // it asks, and the answer is slow
  w.run(w.now + 500);
  const start = w.now;
  w.fromBs(w.bs.evict(ROWS[2]?.mac as string, NEWS, w.now));
  w.run(start + 1500); // the round has begun, and the same request has come again, whose answer is lost
  expect(late.length).toBeGreaterThanOrEqual(2);
  lose = false;
  w.fromSs('ss1', w.station('ss1').receive(late[0] as Uint8Array, 'bs', w.now));
  w.run(start + 20_000);
  expect(events(w, 'REKEY_SWITCHED')).toMatchObject([{ sequence: 2, distributed: 2, members: 2 }]);
  const keys = w
    .station('ss1')
    .services()
    .find(({ groupId }) => groupId === 5);
  expect(keys).toMatchObject({ older: 2, newer: 3 });
});

test('a quorum does, and names who was not waited for', () => {
  const w = world(807);
  w.ether = (datagram, from, to) => from !== 'bs' || to !== 'ss0' || codeOf(datagram) === undefined;
  const start = w.now;
  w.fromBs(w.bs.rekey(NEWS, w.now, { quorum: 0.6 }));
  expect(stream(w, start + 3000).indexOf(1) * 100).toBeLessThan(1600);
  expect(events(w, 'REKEY_SWITCHED')).toMatchObject([{ why: 'QUORUM', distributed: 2, members: 3 }]);
  expect(events(w, 'MEMBER_LATE')).toMatchObject([{ mac: ROWS[0]?.mac }]);
});

test('hold: no early rekey, the schedule goes on; release: what was wanted happens', () => {
  const w = world(808);
  w.fromBs(w.bs.hold(NEWS, w.now));
  w.fromBs(w.bs.rekey(NEWS, w.now));
  expect(events(w, 'REKEY_HELD')).toEqual([{ type: 'REKEY_HELD', said: NEWS, why: 'OPERATOR' }]);
  w.run(w.now + 60_000);
  expect(events(w, 'REKEY_BEGUN')).toEqual([]);
  expect(status(w)).toMatchObject({ older: 0, held: true });
  w.run(1000 + (L * 1000) / 2); // the hard limit on time
  expect(events(w, 'TEK_EXPIRED')).toMatchObject([{ sequence: 0 }]);
  w.run(w.now + 10_000);
  w.fromBs(w.bs.release(NEWS, w.now));
  expect(events(w, 'REKEY_BEGUN')).toHaveLength(1);
  w.run(w.now + 6000);
  expect(status(w)).toMatchObject({ older: 2, newer: 3, held: false });
});

test('a dry run says what would happen and changes nothing', () => {
  const w = world(809, { rekeying: { rekeysPerSecond: 2 } });
  const before = [w.bs.services(), w.bs.counters(), w.sent.length];
  const step = w.bs.rekey(NEWS, w.now, { dryRun: true });
  expect(step.send).toEqual([]);
  expect(step.events).toEqual([
    { type: 'REKEY_PLANNED', said: NEWS, members: 3, earliest: 2.75, latest: 8, held: false },
  ]);
  expect([w.bs.services(), w.bs.counters(), w.sent.length]).toEqual(before);
});

test('nobody has keys, or nobody is there: no round, or one that is over at once', () => {
  const bs = baseStation(testingCore(810), { subscribers: ROWS, tekLifetime: L });
  expect(bs.rekey(NEWS, 1000).events).toEqual([{ type: 'REKEY_REFUSED', said: NEWS, code: 'NO_TEK' }]);
  const hand = new Peer(testingCore(811), subscriber(0));
  bs.receive(hand.request(1, 5, 1n), 'ss0', 1000);
  const gone = 1000 + 3 * L * 1000; // its binding ends
  bs.tick(gone);
  const step = bs.rekey(NEWS, gone + 1);
  expect(step.send).toEqual([]);
  expect(step.events).toMatchObject([
    { type: 'TEK_GENERATED' },
    { type: 'REKEY_BEGUN', members: 0 },
    { type: 'TEK_EXPIRED' },
    { type: 'REKEY_SWITCHED', why: 'ALL', members: 0 },
  ]);
});

for (const [what, keyLimits] of [
  ['PACKETS', { softPackets: 20, hardPackets: 60 }],
  ['BYTES', { softBytes: 400n, hardBytes: 1000n }],
  ['TIME', { softSeconds: 7 }],
] as const) {
  test(`soft limit ${what}: rekeyed before the hard one, again and again, without an outage`, () => {
    const w = world(812, { keyLimits });
    stream(w, w.now + 60_000);
    expect(events(w, 'REKEY_WANTED').length).toBeGreaterThan(5);
    expect(new Set(events(w, 'REKEY_BEGUN').map(({ why }) => why))).toEqual(new Set([what]));
    expect(events(w, 'REKEY_SWITCHED').length).toBeGreaterThan(5);
    expect(events(w, 'NOT_SEALED')).toEqual([]);
    for (const name of w.stations.keys()) expect(w.payloads(name)).toHaveLength(600);
  });
}

test('a hard limit during a round: the switch is now, for the members have had the next TEK since before', () => {
  const w = world(813, { keyLimits: { softPackets: 5, hardPackets: 8 } });
  for (let i = 0; i < 12; i++) expect(w.down(NEWS, bytes('x'))).toBeUndefined();
  expect(events(w, 'REKEY_SWITCHED')).toMatchObject([{ why: 'LIMIT', sequence: 1 }]);
  for (const name of w.stations.keys()) expect(w.payloads(name)).toHaveLength(12);
});

test('the TEK expires before the switch: that is the switch, and no TEK outlives its schedule', () => {
  const w = world(814);
  const end = 1000 + (L * 1000) / 2;
  w.run(end - 400);
  w.fromBs(w.bs.rekey(NEWS, w.now));
  expect(events(w, 'REKEY_BEGUN').at(-1)).toMatchObject({ switchBy: end });
  stream(w, end + 3000);
  expect(events(w, 'REKEY_SWITCHED')).toMatchObject([{ why: 'EXPIRY' }]);
  for (const name of w.stations.keys()) expect(w.payloads(name)).toHaveLength(34);
});

test('keys that cannot be made: nothing changes, it is tried again', () => {
  const core = testingCore(815);
  const w = new World(baseStation(core, { subscribers: ROWS, tekLifetime: L }));
  w.join('ss0', subscriberStation(testingCore(816), subscriber(0), { freshness: w.wall }));
  w.request('ss0', 'multicast', 5);
  const owner = core.newOwner();
  while (core.info().slotsUsed < core.info().slots)
    core.keys.generate({ use: 'seal-down', owner, said: 1, sequence: 0 });
  w.fromBs(w.bs.rekey(NEWS, w.now));
  expect(events(w, 'GENERATION_FAILED')).toMatchObject([{ code: 'VAULT_FULL' }]);
  expect(events(w, 'REKEY_BEGUN')).toEqual([]);
  expect(status(w)).toMatchObject({ older: 0, newer: 1 });
  core.keys.forget(owner);
  stream(w, w.now + 4000);
  expect(status(w)).toMatchObject({ older: 1, newer: 2 });
  expect(w.payloads('ss0')).toHaveLength(40);
});

test('soft limit on the uplink: the BS counts too, and the SS goes on without a gap', () => {
  const w = world(817, { keyLimits: { softPackets: 20 } });
  w.request('ss0', 'unicast');
  for (let i = 0; i < 300; i++) {
    w.run(w.now + 100);
    expect(w.up('ss0', bytes(`${i}`))).toBeUndefined();
  }
  expect(events(w, 'REKEY_SWITCHED').filter(({ said, why }) => said === 16 && why === 'ALL').length).toBeGreaterThan(5);
  expect(w.payloads('bs')).toHaveLength(300);
});
