// Storms: every group at once. The rekey budget spreads them and drops nothing.
import { expect, test } from 'vitest';
import { STORM_LIFETIME as L, STORM_SAID as SAID, storm, stormRow } from '../support/storm.js';

const SIZES = { groups: 64, members: 25 };
const { groups: GROUPS, members: MEMBERS } = SIZES;

test('64 groups of 25 at once, 100 a second: spread over 16 s, in turn, none dropped, none late', () => {
  const { bs, take, run, events, nudges, start } = storm(851, 100, SIZES);
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
  const { bs, take, run, events, start } = storm(853, 400, SIZES, (member, group) => member === 7 && group % 2 === 0);
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
    new Set([stormRow(7, []).mac]),
  );
  const begun = (g: number) => events.find((event) => event.type === 'REKEY_BEGUN' && event.said === SAID + g)?.at ?? 0;
  for (let g = 1; g < GROUPS; g += 2) expect((why(g)?.at ?? 0) - begun(g), `group ${g}`).toBeLessThan(2500);
});

test('an eviction in the middle of a storm does not wait for the end of it', () => {
  const { bs, take, run, events, start } = storm(855, 100, SIZES);
  for (let g = 0; g < GROUPS - 1; g++) take(bs.rekey(SAID + g, start), start);
  run(start, start + 3000);
  take(bs.evict(stormRow(0, []).mac, SAID + GROUPS - 1, start + 3000), start + 3000);
  run(start + 3000, start + 6500);
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'REKEY_SWITCHED', said: SAID + GROUPS - 1, why: 'ALL' }),
  );
});

test('scheduled rotation at the same t0 needs no nudge, and stays within its times', () => {
  const { run, events, nudges, start } = storm(857, 100, SIZES);
  run(start, 1000 + (L / 2) * 1000 + 2000);
  expect(nudges).toEqual([]);
  const expired = events.filter(({ type }) => type === 'TEK_EXPIRED');
  expect(expired).toHaveLength(GROUPS);
  expect(new Set(expired.map(({ at }) => at - (L / 2) * 1000))).toEqual(
    new Set(Array.from({ length: GROUPS }, (_, g) => 1000 + 10 * g)),
  );
});
