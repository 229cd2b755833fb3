// The agenda against a scan of everybody: the same nearest time, the same who are due, in the same order.
import { expect, test } from 'vitest';
import { Agenda } from '../../bindings/bs/agenda.js';
import { Random } from '../support/random.js';

test('is what a scan would find, though only times that came nearer are told', () => {
  const seed = 7;
  const random = new Random(seed);
  const items = Array.from({ length: 40 }, (_, place) => ({ place, at: Number.POSITIVE_INFINITY }));
  const agenda = new Agenda(items, ({ at }) => at);
  let taken = 0;
  for (let now = 0; now < 3000; now++) {
    for (let i = 0; i < 3; i++) {
      const item = items[random.between(0, items.length - 1)] as (typeof items)[number];
      const before = item.at;
      item.at = random.between(0, 9) === 0 ? Number.POSITIVE_INFINITY : now + random.between(0, 200);
      if (item.at < before) agenda.sooner(item);
    }
    const where = `seed ${seed}, time ${now}`;
    expect(agenda.next(), where).toBe(Math.min(...items.map(({ at }) => at)));
    const due = agenda.take(now);
    expect(due, where).toEqual(items.filter(({ at }) => at <= now));
    taken += due.length;
    for (const item of due) {
      item.at = now + random.between(1, 100);
      agenda.sooner(item);
    }
  }
  expect(taken).toBeGreaterThan(500);
});

test('nobody is on an empty one', () => {
  const agenda = new Agenda<number>([], Number);
  expect(agenda.next()).toBe(Number.POSITIVE_INFINITY);
  expect(agenda.take(1e15)).toEqual([]);
});
