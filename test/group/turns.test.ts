import { expect, test } from 'vitest';
import { type Turn, Turns } from '../../bindings/group/turns.js';

const turn = (over: Partial<Turn> = {}): Turn => ({
  why: 'OPERATOR',
  at: 0,
  two: false,
  urgent: false,
  quorum: undefined,
  deadlineMs: undefined,
  ...over,
});
const never = () => false;

test('who came first goes first, but membership before the rest', () => {
  const turns = new Turns<string>();
  turns.add('a', turn());
  turns.add('b', turn());
  turns.add('c', turn({ urgent: true, why: 'LEAVE' }));
  turns.add('d', turn({ urgent: true, why: 'LEAVE' }));
  const order = [0, 1, 2, 3, 4].map(() => turns.take(0, never)?.[0]);
  expect(order).toEqual(['c', 'd', 'a', 'b', undefined]);
});

test('one entry a service: the first time stands, two new TEKs and urgency stay', () => {
  const turns = new Turns<string>();
  turns.add('a', turn({ at: 500, two: true, urgent: true, why: 'LEAVE' }));
  turns.add('a', turn({ at: 900, why: 'PACKETS', quorum: 0.5 }));
  expect(turns.size).toBe(1);
  expect(turns.get('a')).toEqual(turn({ at: 500, two: true, urgent: true, why: 'LEAVE', quorum: 0.5 }));
  expect(turns.take(499, never)).toBeUndefined();
  expect(turns.wakeAt(never)).toBe(500);
  expect(turns.take(500, never)?.[0]).toBe('a');
});

test('one that is blocked is passed over and wakes nobody', () => {
  const turns = new Turns<string>();
  turns.add('a', turn());
  turns.add('b', turn({ at: 7 }));
  const blocked = (service: string) => service === 'a';
  expect(turns.wakeAt(blocked)).toBe(7);
  expect(turns.take(9, blocked)?.[0]).toBe('b');
  expect(turns.take(9, blocked)).toBeUndefined();
  expect(turns.take(9, never)?.[0]).toBe('a');
});
