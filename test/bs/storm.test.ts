// Storms: every group at once. The rekey budget spreads them and drops nothing.
import { expect, test } from 'vitest';
import type { BsEvent, BsStep } from '../../bindings/bs/types.js';
import { createTestingCore } from '../../bindings/core/testing.js';
import { decodeManagement, splitBurst } from '../../bindings/pdu/index.js';
import { Peer } from '../support/peer.js';
import { baseStation, subscriber, testingCore } from '../support/stations.js';

const GROUPS = 64;
const MEMBERS = 25;
const L = 1800;
const TEK_INVALID = 11;
const SAID = 2000;

/** A BS with many groups, and hands that answer every nudge with a request. */
function storm(seed: number, rekeysPerSecond: number, deaf: (i: number, group: number) => boolean = () => false) {
  const services = Array.from({ length: GROUPS }, (_, groupId) => ({
    type: 'multicast' as const,
    groupId,
    said: SAID + groupId,
    cid: 20_000 + groupId,
  }));
  const groups = services.map(({ groupId }) => groupId);
  const rows = Array.from({ length: MEMBERS }, (_, i) => subscriber(i, { groups }));
  const core = createTestingCore({ seed, slots: 1024, windows: 64, replayWindow: 256, packets: 1024 });
  const bs = baseStation(core, { services, subscribers: rows, tekLifetime: L, rekeying: { rekeysPerSecond } });
  const hands = testingCore(seed + 1);
  const peers = rows.map((row) => new Peer(hands, row));
  const byCid = new Map(rows.map(({ primaryCid }, i) => [primaryCid, i]));
  const events: (BsEvent & { at: number })[] = [];
  const nudges: { at: number; member: number; said: number }[] = [];
  let freshness = 0n;
  let identifier = 0;
  let wakeAt: number | undefined;
  const take = (step: BsStep, now: number): void => {
    wakeAt = step.wakeAt;
    for (const event of step.events) events.push({ ...event, at: now });
    for (const { bytes } of step.send) {
      const [pdu] = splitBurst(bytes).pdus;
      const management = pdu && decodeManagement(pdu, 'msb');
      if (!management?.ok || management.message[1] !== TEK_INVALID) continue;
      const member = byCid.get(management.cid) as number;
      const said = ((management.message[8] ?? 0) << 8) | (management.message[9] ?? 0);
      nudges.push({ at: now, member, said });
      if (!deaf(member, said - SAID)) ask(member, said - SAID, now);
    }
  };
  const ask = (member: number, groupId: number, now: number): void => {
    identifier = (identifier + 1) & 0xff;
    const request = (peers[member] as Peer).request(1, groupId, ++freshness, identifier);
    take(bs.receive(request, `ss${member}`, now), now);
  };
  const run = (from: number, until: number): void => {
    let now = from;
    for (let guard = 0; wakeAt !== undefined && wakeAt <= until && guard < 100_000; guard++) {
      expect(wakeAt, 'a wake-up that changes nothing comes again').toBeGreaterThanOrEqual(now);
      now = wakeAt;
      take(bs.tick(now), now);
    }
  };
  // All ask within the budget of each SS.
  let now = 1000;
  for (const groupId of groups) {
    for (let member = 0; member < MEMBERS; member++) ask(member, groupId, now);
    now += 10;
  }
  return { bs, take, run, ask, events, nudges, start: now + 5000 };
}

test('64 groups of 25 at once, 100 a second: spread over 16 s, in turn, none dropped, none late', () => {
  const { bs, take, run, events, nudges, start } = storm(851, 100);
  const age = bs.worstKeyAge(start);
  expect(age).toEqual({ storm: 0.5 + 16 + 5, age: L, groups: 64, members: 1600, perSecond: 100, demand: 1600 / 900 });
  for (let g = 0; g < GROUPS; g++) take(bs.rekey(SAID + g, start), start);
  run(start, start + 30_000);
  expect(nudges).toHaveLength(GROUPS * MEMBERS); // once each
  const perSecond = new Map<number, number>();
  for (const { at } of nudges) perSecond.set(Math.floor(at / 1000), (perSecond.get(Math.floor(at / 1000)) ?? 0) + 1);
  expect(Math.max(...perSecond.values())).toBeLessThanOrEqual(103);
  const last = nudges.at(-1)?.at ?? 0;
  expect((last - start) / 1000).toBeGreaterThan(15);
  expect((last - start) / 1000).toBeLessThan(16 + 64 * 0.13); // jitter of a turn: at most an eighth of a second
  const switched = events.filter(({ type }) => type === 'REKEY_SWITCHED');
  expect(switched).toHaveLength(GROUPS);
  expect(
    switched.every((event) => event.type === 'REKEY_SWITCHED' && event.why === 'ALL' && event.distributed === MEMBERS),
  ).toBe(true);
  expect((switched.at(-1)?.at ?? 0) - start).toBeLessThan(age.storm * 1000 + 8000);
  expect(events.filter(({ type }) => type === 'DROPPED' || type === 'MEMBER_LATE')).toEqual([]);
  // In turn: a group's nudges stand together, its members in an order of their own.
  const order = nudges.map(({ said }) => said);
  expect(order.filter((said, i) => i === 0 || said !== order[i - 1])).toHaveLength(GROUPS);
  const orders = new Set(
    Array.from({ length: GROUPS }, (_, g) =>
      nudges
        .filter(({ said }) => said === SAID + g)
        .map(({ member }) => member)
        .join(),
    ),
  );
  expect(orders.size, 'seed 851').toBeGreaterThan(GROUPS / 2);
});

test('a storm in which members are deaf: their groups switch at the deadline, the others are not later for it', () => {
  const { bs, take, run, events, start } = storm(853, 400, (member, group) => member === 7 && group % 2 === 0);
  for (let g = 0; g < GROUPS; g++) take(bs.rekey(SAID + g, start), start);
  run(start, start + 25_000);
  const switched = events.filter((event) => event.type === 'REKEY_SWITCHED');
  const why = (g: number) => switched.find((event) => event.type === 'REKEY_SWITCHED' && event.said === SAID + g);
  for (let g = 0; g < GROUPS; g++) {
    expect(why(g), `group ${g}`).toMatchObject(
      g % 2 === 0 ? { why: 'DEADLINE', distributed: MEMBERS - 1 } : { why: 'ALL', distributed: MEMBERS },
    );
  }
  const late = events.filter((event) => event.type === 'MEMBER_LATE');
  expect(late).toHaveLength(GROUPS / 2);
  expect(new Set(late.map((event) => (event.type === 'MEMBER_LATE' ? event.mac : '')))).toEqual(
    new Set([subscriber(7).mac]),
  );
  const begun = (g: number) => events.find((event) => event.type === 'REKEY_BEGUN' && event.said === SAID + g)?.at ?? 0;
  for (let g = 1; g < GROUPS; g += 2) expect((why(g)?.at ?? 0) - begun(g), `group ${g}`).toBeLessThan(2500);
});

test('an eviction in the middle of a storm does not wait for the end of it', () => {
  const { bs, take, run, events, start } = storm(855, 100);
  for (let g = 0; g < GROUPS - 1; g++) take(bs.rekey(SAID + g, start), start);
  run(start, start + 3000);
  take(bs.evict(subscriber(0).mac, SAID + GROUPS - 1, start + 3000), start + 3000);
  run(start + 3000, start + 6500);
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'REKEY_SWITCHED', said: SAID + GROUPS - 1, why: 'ALL' }),
  );
});

test('scheduled rotation at the same t0 needs no nudge, and stays within its times', () => {
  const { run, events, nudges, start } = storm(857, 100);
  run(start, 1000 + (L / 2) * 1000 + 2000);
  expect(nudges).toEqual([]);
  const expired = events.filter(({ type }) => type === 'TEK_EXPIRED');
  expect(expired).toHaveLength(GROUPS);
  expect(new Set(expired.map(({ at }) => at - (L / 2) * 1000))).toEqual(
    new Set(Array.from({ length: GROUPS }, (_, g) => 1000 + 10 * g)),
  );
});
