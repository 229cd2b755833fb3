// What an unauthorized SS receives contains no 8-byte run of any TEK; nor do datagrams at all, events, counters, states and printed handles.
import { expect, test } from 'vitest';
import { LeakWatch, liveTeks } from '../support/monitor.js';
import {
  ALERTS,
  baseStation,
  bytes,
  NEWS,
  subscriber,
  subscriberStation,
  testingCore,
  unhex,
  World,
} from '../support/stations.js';

function printable(value: unknown): string {
  return JSON.stringify(value, (_, item) =>
    typeof item === 'bigint' ? String(item) : item instanceof Uint8Array ? [...item] : item,
  );
}

for (const suite of ['020104', '020103'] as const) {
  test(`suite ${suite}: no run of a TEK leaves the core`, () => {
    const core = testingCore(suite === '020104' ? 301 : 302);
    const rows = [subscriber(0), subscriber(1), subscriber(2, { groups: [], provider: 'other' })];
    const w = new World(baseStation(core, { subscribers: rows, suite }));
    const leaks = new LeakWatch();
    for (const [i, row] of rows.entries()) {
      const state = { stored: undefined, leasePackets: 64 };
      w.join(`ss${i}`, subscriberStation(core, row, { suite, freshness: w.wall, state, firstUse: true }));
    }
    for (const name of ['ss0', 'ss1']) {
      w.request(name, 'unicast');
      w.request(name, 'multicast', 5);
      w.request(name, 'broadcast');
    }
    w.request('ss2', 'unicast');
    w.request('ss2', 'multicast', 5);
    w.request('ss2', 'broadcast');
    for (let i = 0; i < 200; i++) {
      for (const { key } of liveTeks(core)) leaks.learn(key);
      for (const said of [NEWS, ALERTS, 16, 17]) w.down(said, bytes(`payload ${i}`));
      w.up('ss0', bytes(`up ${i}`));
      w.run(w.now + 173);
    }
    expect(leaks.secrets).toBeGreaterThan(40); // TEKs of many generations
    const unauthorized = w.sent.filter(({ to }) => to === 'ss2');
    expect(unauthorized.length).toBeGreaterThan(500);
    expect(w.payloads('ss2')).toEqual([]);
    for (const { bytes: sent, to } of w.sent) expect(leaks.find(sent), `to ${to}`).toBe(-1);

    const printed = [w.bsEvents, ...w.ssEvents.values(), w.bs.services(), w.bs.counters()].map(printable);
    const states = [...w.stations.values()].map((ss) => ss.snapshot());
    const hexes = printable([states, printed]).match(/[0-9a-f]{16,}/gi) ?? [];
    for (const text of hexes) expect(leaks.find(unhex(text))).toBe(-1);
    for (const text of printed)
      for (const list of text.match(/(\d{1,3},){7,}\d{1,3}/g) ?? []) {
        expect(leaks.find(Uint8Array.from(list.split(',').map(Number)))).toBe(-1);
      }
  });
}

test('the watch finds what it is there for', () => {
  const leaks = new LeakWatch();
  const key = Uint8Array.from({ length: 16 }, (_, i) => i * 7);
  leaks.learn(key);
  expect(leaks.find(Uint8Array.from([1, 2, 3, ...key.subarray(5, 13), 9]))).toBe(3);
  expect(leaks.find(Uint8Array.from([1, 2, 3, ...key.subarray(5, 12), 9]))).toBe(-1);
});
