// The largest storm that the patent's numbers allow: every group ID, a thousand members each. In Node only, for its length.
import { expect, test } from 'vitest';
import { STORM_SAID as SAID, storm } from '../support/storm.js';

test('256 groups of 1,000 at once, 2,000 a second: 256,000 nudges spread over 128 s, none dropped, none late', () => {
  const sizes = { groups: 256, members: 1000 };
  const { bs, take, run, events, nudges, start } = storm(851, 2000, sizes);
  expect(bs.worstKeyAge(start)).toMatchObject({ storm: 261.5, members: 256_000 });
  for (let g = 0; g < sizes.groups; g++) take(bs.rekey(SAID + g, start), start);
  run(start, start + 200_000);
  expect(nudges).toHaveLength(256_000);
  const perSecond = new Map<number, number>();
  for (const { at } of nudges) perSecond.set(Math.floor(at / 1000), (perSecond.get(Math.floor(at / 1000)) ?? 0) + 1);
  expect(Math.max(...perSecond.values())).toBeLessThanOrEqual(2100);
  const switched = events.flatMap((event) => (event.type === 'REKEY_SWITCHED' ? [event] : []));
  expect(switched).toHaveLength(256);
  expect(switched.every(({ why, distributed }) => why === 'ALL' && distributed === 1000)).toBe(true);
  expect(((switched.at(-1)?.at ?? 0) - start) / 1000).toBeLessThan(133.5);
  expect(events.filter(({ type }) => type === 'DROPPED' || type === 'MEMBER_LATE')).toEqual([]);
}, 300_000);
