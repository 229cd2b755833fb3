// Storms: every group at once. The rekey budget spreads them and drops nothing.
import { expect, test } from 'vitest';
import { STORM_LIFETIME as L, STORM_SAID as SAID, storm, stormRow } from '../support/storm.js';

const SIZES = { groups: 64, members: 25 };
const { groups: GROUPS, members: MEMBERS } = SIZES;

test('64 groups of 25 at once, 100 a second: spread over 16 s, in turn, none dropped, none late', () => {
  const { bs, take, run, events, nudges, start } = storm(851, 100, SIZES);
  const age = bs.worstKeyAge(start);
  expect(age).toEqual({ storm: 0.5 + 32 + 5, age: L, groups: 64, members: 1600, perSecond: 100, demand: 1600 / 900 });
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
  expect((switched.at(-1)?.at ?? 0) - start).toBeLessThan(20_000);
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

/** Runs while members of the last group ask without end, each time anew; nobody nudged them. */
function runAmid(world: ReturnType<typeof storm>, from: number, until: number, perSecond: number, members: number) {
  const gap = 1000 / perSecond;
  for (let i = 0; from + i * gap < until; i++) {
    world.ask(i % members, GROUPS - 1, from + i * gap);
    world.run(from + i * gap, from + (i + 1) * gap);
  }
}

test('a storm while members ask without end: slower, but nobody is late, and the worst key age is one', () => {
  const world = storm(859, 100, SIZES);
  const { bs, take, events, nudges, start } = world;
  const { storm: worst } = bs.worstKeyAge(start);
  for (let g = 0; g < GROUPS - 1; g++) take(bs.rekey(SAID + g, start), start);
  runAmid(world, start, start + 60_000, 200, MEMBERS);
  const switched = events.filter((event) => event.type === 'REKEY_SWITCHED');
  expect(new Set(switched.map((event) => event.type === 'REKEY_SWITCHED' && event.why))).toEqual(new Set(['ALL']));
  expect(switched).toHaveLength(GROUPS - 1);
  expect(nudges).toHaveLength((GROUPS - 1) * MEMBERS);
  const took = ((switched.at(-1)?.at ?? 0) - start) / 1000;
  expect(took).toBeGreaterThan(25); // half of the budget went elsewhere
  expect(took).toBeLessThan(worst);
});

test('an eviction while members of others ask without end: the switch waits for all of the rest, who are nudged at half the pace', () => {
  const sizes = { groups: GROUPS, members: 200 };
  const world = storm(861, 20, sizes);
  const { bs, take, events, start } = world;
  take(bs.evict(stormRow(0, []).mac, SAID, start), start);
  runAmid(world, start, start + 40_000, 40, 200);
  expect(events.filter(({ type }) => type === 'REKEY_SWITCHED' || type === 'MEMBER_LATE')).toMatchObject([
    { type: 'REKEY_SWITCHED', said: SAID, why: 'ALL', distributed: 199, members: 199 },
  ]);
});

test('the deadline counts from the last nudge, though the switch may come as late as a slow pass would end', () => {
  const { bs, take, run, events, nudges, start } = storm(863, 100, SIZES, (member) => member === 3);
  take(bs.rekey(SAID, start), start);
  run(start, start + 10_000);
  const lastNudge = nudges[MEMBERS - 1]?.at ?? 0;
  const switched = events.find(({ type }) => type === 'REKEY_SWITCHED');
  expect(switched).toMatchObject({ why: 'DEADLINE', distributed: MEMBERS - 1 });
  expect((switched?.at ?? 0) - lastNudge).toBeGreaterThanOrEqual(5000);
  expect((switched?.at ?? 0) - lastNudge).toBeLessThan(5050);
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
