// The BS's data plane: what is refused, how payloads become datagrams, leases.
import { expect, test } from 'vitest';
import type { BsStep } from '../../bindings/bs/types.js';
import { countCalls } from '../../bindings/core/testing.js';
import { splitBurst } from '../../bindings/pdu/index.js';
import {
  ALERTS,
  baseStation,
  bytes,
  LAB_LIFETIME,
  NEWS,
  subscriber,
  subscriberStation,
  testingCore,
  World,
} from '../support/stations.js';

function world(seed: number, over: object = {}): World {
  const core = testingCore(seed);
  const rows = [subscriber(0), subscriber(1), subscriber(2, { groups: [] })];
  const w = new World(baseStation(core, { subscribers: rows, ...over }));
  for (const [i, row] of rows.entries()) w.join(`ss${i}`, subscriberStation(core, row, { freshness: w.wall }));
  return w;
}

test('refusals are counted and use no PN', () => {
  const w = world(81);
  expect(w.down(NEWS, bytes('x'))).toBe('NO_TEK');
  expect(w.down(999, bytes('x'))).toBe('UNKNOWN_SERVICE');
  w.request('ss0', 'multicast', 5);
  expect(w.down(NEWS, new Uint8Array(0))).toBe('EMPTY');
  expect(w.down(NEWS, new Uint8Array(2026))).toBe('TOO_LONG');
  expect(w.down(ALERTS, bytes('x'))).toBe('NO_TEK');
  expect(w.down(NEWS, new Uint8Array(2025))).toBeUndefined();
  expect(w.down(NEWS, bytes('next'))).toBeUndefined();
  const pns = w.sent.slice(-2).map(({ bytes: sent }) => new DataView(sent.buffer).getUint32(6, true));
  expect(pns).toEqual([1, 2]);
  expect(w.bs.counters()).toMatchObject({
    refusedNO_TEK: 2,
    refusedUNKNOWN_SERVICE: 1,
    refusedEMPTY: 1,
    refusedTOO_LONG: 1,
  });
});

test('nobody bound: refused; a binding ends after three TEK lifetimes', () => {
  const w = world(82);
  w.request('ss0', 'multicast', 5);
  w.stations.delete('ss0'); // it is gone
  const bound = w.now;
  w.now = bound + 3 * LAB_LIFETIME * 1000 - 1;
  expect(w.down(NEWS, bytes('x'))).toBeUndefined();
  w.now++;
  expect(w.down(NEWS, bytes('x'))).toBe('NOBODY_BOUND');
  expect(w.bsEvents).toContainEqual({ type: 'UNBOUND', mac: subscriber(0).mac, address: 'ss0' });
});

test('whole PDUs are packed up to burstBytes; a longer one goes alone; every bound address gets every burst, once', () => {
  const w = world(83, { burstBytes: 300 });
  for (const name of ['ss0', 'ss1', 'ss2']) w.request(name, 'unicast');
  w.request('ss0', 'multicast', 5);
  const sizes = [100, 100, 100, 600, 50, 10];
  for (const size of sizes) expect(w.bs.offer(NEWS, new Uint8Array(size).fill(size), w.now)).toBeUndefined();
  const step: BsStep = w.bs.flush(w.now);
  const to = (address: string) => step.send.filter((send) => send.to === address).map(({ bytes: sent }) => sent);
  expect(to('ss0').map((sent) => splitBurst(sent).pdus.length)).toEqual([2, 1, 1, 2]);
  expect(to('ss1')).toEqual(to('ss0'));
  expect(to('ss2')).toEqual(to('ss0')); // radio reaches all, members or not
  w.fromBs(step);
  const lengths = w.ssEvents.get('ss0')?.flatMap((event) => (event.type === 'PAYLOAD' ? [event.bytes.length] : []));
  expect(lengths).toEqual(sizes);
  expect(w.payloads('ss1')).toEqual([]);
  expect(w.station('ss1').counters()['filtered']).toBe(6);
});

test('onPdu sees each PDU once, both ways, however many receivers', () => {
  const seen: string[] = [];
  const w = world(84, { onPdu: (pdu: Uint8Array, direction: string) => seen.push(`${direction} ${pdu.length}`) });
  for (const name of ['ss0', 'ss1']) w.request(name, 'multicast', 5);
  seen.length = 0;
  w.down(NEWS, new Uint8Array(100));
  w.request('ss0', 'unicast');
  expect(seen).toEqual(['down 122', 'up 55', expect.stringMatching(/^down /)]);
});

test('a full queue refuses until it is flushed', () => {
  const w = world(85, { queuePackets: 4 });
  w.request('ss0', 'multicast', 5);
  const offers = Array.from({ length: 6 }, () => w.bs.offer(NEWS, bytes('x'), w.now));
  expect(offers).toEqual([undefined, undefined, undefined, undefined, 'QUEUE_FULL', 'QUEUE_FULL']);
  w.fromBs(w.bs.flush(w.now));
  expect(w.bs.offer(NEWS, bytes('y'), w.now)).toBeUndefined();
});

test('what was offered before a TEK ends is sealed under it', () => {
  const w = world(86);
  w.request('ss0', 'multicast', 5);
  const expiry = w.now + (LAB_LIFETIME * 1000) / 2;
  w.now = expiry - 1;
  expect(w.bs.offer(NEWS, bytes('just in time'), w.now)).toBeUndefined();
  w.now = expiry;
  w.fromBs(w.bs.tick(w.now));
  expect(w.payloads('ss0')).toEqual(['just in time']);
  expect(w.down(NEWS, bytes('next key'))).toBeUndefined();
  expect(w.payloads('ss0')).toEqual(['just in time', 'next key']);
  const eks = w.sent
    .filter(({ to, bytes: sent }) => to === 'ss0' && (sent[0] ?? 0) & 0x40)
    .map(({ bytes: sent }) => ((sent[1] ?? 0) >> 4) & 3);
  expect(eks).toEqual([0, 1]);
});

test('leases: PNs only below what was made durable; payloads wait for it in order', () => {
  const w = world(87, { leasePackets: 4 });
  w.request('ss0', 'multicast', 5);
  for (let i = 0; i < 3; i++) expect(w.bs.offer(NEWS, bytes(`p${i}`), w.now)).toBeUndefined();
  const step = w.bs.flush(w.now);
  expect(step.send).toEqual([]); // nothing is durable yet
  expect(step.work).toMatchObject([{ kind: 'lease', input: { said: NEWS, sequence: 0, upTo: 5 } }]);
  w.fromBs(w.bs.complete(step.work[0]?.id as number, { ok: true, value: { upTo: 5 } }, w.now));
  expect(w.payloads('ss0')).toEqual(['p0', 'p1', 'p2']);
  for (let i = 3; i < 20; i++) w.down(NEWS, bytes(`p${i}`)); // the world grants at once
  expect(w.payloads('ss0')).toEqual(Array.from({ length: 20 }, (_, i) => `p${i}`));
});

test('a lease that fails loses what waited for it, and says so', () => {
  const w = world(88, { leasePackets: 4 });
  w.request('ss0', 'multicast', 5);
  w.bs.offer(NEWS, bytes('x'), w.now);
  const { work } = w.bs.flush(w.now);
  const step = w.bs.complete(work[0]?.id as number, { ok: false, error: 'disk full' }, w.now);
  expect(step.events).toEqual([
    { type: 'LEASE_FAILED', said: NEWS, error: 'disk full' },
    { type: 'NOT_SEALED', said: NEWS, code: 'LEASE' },
  ]);
  expect(() => w.bs.complete(77, { ok: true, value: undefined }, w.now)).toThrow(/WORK/);
});

test('grant raises the lease of the key that seals, never lowers it', () => {
  const w = world(89, { keyLimits: { hardPackets: 2 } });
  w.request('ss0', 'multicast', 5);
  expect([1, 2, 3].map(() => w.down(NEWS, bytes('x')))).toEqual([undefined, undefined, 'LIMIT']);
  w.bs.grant(NEWS, 5);
  w.bs.grant(NEWS, 2);
  expect([1, 2, 3].map(() => w.down(NEWS, bytes('x')))).toEqual([undefined, undefined, 'LIMIT']);
  expect(() => w.bs.grant(ALERTS, 5)).toThrow(/NO_TEK/);
});

test('a flush costs as many wasm calls for one packet as for fifty under three keys', () => {
  const core = testingCore(90);
  const w = new World(baseStation(core, { subscribers: [subscriber(0)] }));
  w.join('ss0', subscriberStation(core, subscriber(0), { freshness: w.wall }));
  w.request('ss0', 'unicast');
  w.request('ss0', 'multicast', 5);
  w.request('ss0', 'broadcast');
  const calls = countCalls(core);
  const cost = (packets: number): number => {
    for (let i = 0; i < packets; i++) w.bs.offer([NEWS, ALERTS, 16][i % 3] ?? 0, bytes(`p${i}`), w.now);
    const before = calls();
    w.bs.flush(w.now);
    return calls() - before;
  };
  expect(cost(50)).toBe(cost(1));
});
