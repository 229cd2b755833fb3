import { expect, test } from 'vitest';
import { Random } from '../support/random.js';
import { SKEW_MAX, SkewedClock } from './clock.js';
import { Heap } from './heap.js';

test('what is due comes out in order of time, and of addition where times are equal', () => {
  const random = new Random(7);
  const heap = new Heap<[number, number]>();
  const model: [number, number][] = [];
  let now = 0;
  for (let i = 0; i < 5000; i++) {
    if (random.between(0, 2) > 0 || model.length === 0) {
      const item: [number, number] = [now + random.between(0, 40), i];
      heap.add(item[0], item);
      model.push(item);
      continue;
    }
    model.sort(([a, i], [b, j]) => a - b || i - j);
    const first = model.shift() as [number, number];
    expect(heap.nextAt).toBe(first[0]);
    expect(heap.take()).toEqual(first);
    now = first[0];
  }
  expect(heap.size).toBe(model.length);
});

test('a skewed clock is off by at most five seconds, rises, and tells when it shows a time', () => {
  for (const amplitude of [-1, -0.3, 0, 0.7, 1]) {
    const clock = new SkewedClock(amplitude, 2 * 86_400_000, 0.4);
    let last = Number.NEGATIVE_INFINITY;
    for (let time = 0; time < 5 * 86_400_000; time += 12_345_678 / 7) {
      const local = clock.local(time);
      expect(Math.abs(local - time)).toBeLessThanOrEqual(SKEW_MAX);
      expect(local).toBeGreaterThan(last);
      expect(Math.abs(clock.time(local) - time)).toBeLessThan(1);
      last = local;
    }
  }
});
