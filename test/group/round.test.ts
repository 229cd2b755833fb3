import { expect, test } from 'vitest';
import { Round } from '../../bindings/group/round.js';
import { Random } from '../support/random.js';

const SEED = 7001;
const SETTLE = 1250;

function round(members: string[], quorum = 1): Round<string> {
  const source = new Random(SEED);
  return new Round(members, { quorum, settleMs: SETTLE, random: () => source.u32() / 2 ** 32 });
}

const LETTERS = [...'abcdefghij'];

test('nobody to wait for: done at once', () => {
  expect(round([]).verdict(0, 5000)).toBe('ALL');
});

test('every member is nudged once a pass, in an order of its own; the missing again, at a slowing pace', () => {
  const r = round(LETTERS);
  const pass = (now: number) => {
    const nudged: string[] = [];
    for (let next = r.next(now); next !== undefined; next = r.next(now)) nudged.push(next);
    return nudged;
  };
  const first = pass(0);
  expect([...first].sort()).toEqual(LETTERS);
  expect(first, `seed ${SEED}`).not.toEqual(LETTERS);
  for (const member of LETTERS.slice(2)) r.answered(member, 1, 100);
  let at = r.nextPassAt;
  const pauses: number[] = [];
  for (let i = 0, before = 0; i < 8; i++) {
    pauses.push(at - before);
    before = at;
    r.again();
    expect(pass(at).sort()).toEqual(['a', 'b']);
    at = r.nextPassAt;
  }
  expect(pauses).toEqual([2, 4, 8, 16, 32, 60, 60, 60].map((n) => n * SETTLE));
});

test('settled: answered, and the Identifier not repeated for one wait', () => {
  const r = round(['a', 'b']);
  expect(r.answered('a', 9, 100)).toBe(100 + SETTLE);
  expect(r.settlesAt()).toBe(100 + SETTLE);
  expect(r.verdict(100 + SETTLE - 1, 1e9)).toBeUndefined();
  expect(r.distributed).toBe(0);
  r.answered('b', 4, 200);
  r.answered('a', 9, 1100); // repeated: its answer was lost
  r.verdict(100 + SETTLE, 1e9);
  expect(r.distributed).toBe(0);
  r.verdict(200 + SETTLE, 1e9);
  expect(r.distributed).toBe(1);
  expect(r.verdict(1100 + SETTLE - 1, 1e9)).toBeUndefined();
  expect(r.verdict(1100 + SETTLE, 1e9)).toBe('ALL');
  expect(r.late()).toEqual([]);
});

test('a new Identifier is another exchange: the first was not repeated', () => {
  const r = round(['a']);
  r.answered('a', 9, 0);
  expect(r.answered('a', 10, 900)).toBeUndefined();
  expect(r.verdict(SETTLE, 1e9)).toBe('ALL');
});

test('an Identifier from before the round acknowledges nothing: its answer may be one from before', () => {
  const source = new Random(SEED);
  const random = () => source.u32() / 2 ** 32;
  const r = new Round(['a', 'b'], { quorum: 1, settleMs: SETTLE, random, before: (m) => (m === 'a' ? 9 : undefined) });
  expect(r.answered('a', 9, 0)).toBeUndefined();
  expect(r.answered('b', 9, 0)).toBe(SETTLE);
  expect([r.unanswered, r.next(0), r.next(0)]).toEqual([1, 'a', undefined]); // it is nudged all the same
  expect(r.answered('a', 10, 100)).toBe(100 + SETTLE);
  expect(r.verdict(100 + SETTLE, 1e9)).toBe('ALL');
});

test('who is no member, or has settled, changes nothing', () => {
  const r = round(['a', 'b']);
  expect(r.answered('z', 1, 0)).toBeUndefined();
  r.answered('a', 1, 0);
  r.verdict(SETTLE, 1e9);
  expect(r.answered('a', 1, SETTLE)).toBeUndefined();
  expect([r.distributed, r.total, r.unanswered]).toEqual([1, 2, 1]);
});

test('a quorum is enough, and the deadline ends it; who is missing is named', () => {
  const r = round(LETTERS, 0.7);
  for (const member of LETTERS.slice(0, 6)) r.answered(member, 1, 0);
  expect(r.verdict(SETTLE, 5000)).toBeUndefined();
  r.answered('g', 1, 2000);
  expect(r.verdict(2000 + SETTLE, 5000)).toBe('QUORUM');
  expect(r.late().map(({ member, answered }) => `${member} ${answered}`)).toEqual(['h false', 'i false', 'j false']);
  const late = round(['a', 'b']);
  late.answered('a', 1, 4999);
  expect(late.verdict(5000, 5000)).toBe('DEADLINE');
  expect(late.late()).toEqual([
    { member: 'a', answered: true },
    { member: 'b', answered: false },
  ]);
});

test('nobody waits for a member that left', () => {
  const r = round(['a', 'b', 'c']);
  r.answered('a', 1, 0);
  r.answered('b', 1, 0);
  r.leave('c');
  r.leave('z');
  expect(r.verdict(SETTLE, 1e9)).toBe('ALL');
  r.leave('a');
  expect([r.distributed, r.total, r.unanswered]).toEqual([1, 1, 0]);
});
