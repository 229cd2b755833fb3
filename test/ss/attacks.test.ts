// Attacks on a subscriber station, by name.
import { expect, test } from 'vitest';
import type { KeyReply } from '../../bindings/pkm/index.js';
import type { SsStep, SubscriberStationOptions } from '../../bindings/ss/types.js';
import { type Answer, Peer } from '../support/peer.js';
import {
  baseStation,
  bytes,
  NEWS,
  NEWS_CID,
  subscriber,
  subscriberStation,
  testingCore,
  World,
} from '../support/stations.js';

const ROW = subscriber(0);

function world(seed: number): World {
  const core = testingCore(seed);
  const w = new World(baseStation(core, { tekLifetime: 64 }));
  w.join('ss0', subscriberStation(core, ROW, { freshness: w.wall }));
  return w;
}

/** PNs of what a station sealed, with EKS. */
const sealed = (w: World, name: string): string[] =>
  w.sent
    .filter(({ from, bytes: sent }) => from === name && ((sent[0] ?? 0) & 0x40) !== 0)
    .map(
      ({ bytes: sent }) =>
        `${((sent[1] ?? 0) >> 4) & 3}/${new DataView(sent.buffer, sent.byteOffset).getUint32(6, true) & 0x7fffffff}`,
    );

test('key reinstallation: the same Key Reply again resets no PN and no window', () => {
  const w = world(501);
  w.request('ss0', 'unicast');
  const reply = w.sent.filter(({ from }) => from === 'bs').at(-1)?.bytes as Uint8Array;
  w.up('ss0', bytes('one'));
  w.down(16, bytes('down'));
  const down = w.sent.at(-1)?.bytes as Uint8Array;
  // Replayed as it is: no request is pending.
  expect(w.station('ss0').receive(reply, 'mallory', w.now).events).toMatchObject([
    { type: 'DROPPED', code: 'IDENTIFIER' },
  ]);
  // Provoked: a replayed TEK Invalid makes the SS ask, the BS answers with the same keys.
  const peer = new Peer(testingCore(502), ROW);
  w.now += 1500;
  w.fromSs('ss0', w.station('ss0').receive(peer.tekInvalid({ said: 16, errorCode: 4 }), 'mallory', w.now));
  expect(w.ssEvents.get('ss0')?.at(-1)).toMatchObject({ type: 'KEY_REPLY', fresh: false });
  w.up('ss0', bytes('two'));
  expect(sealed(w, 'ss0')).toEqual(['1/1', '1/2']);
  expect(w.station('ss0').receive(down, 'mallory', w.now).events).toMatchObject([{ type: 'DROPPED', code: 'REPLAY' }]);
});

test('forged TEK Invalid: without a right digest nothing happens at all', () => {
  const w = world(503);
  w.request('ss0', 'unicast');
  const stranger = new Peer(testingCore(504), { ...ROW, ak: new Uint8Array(20).fill(9) });
  w.now += 5000;
  const step = w.station('ss0').receive(stranger.tekInvalid({ said: 16, errorCode: 4 }), 'mallory', w.now);
  expect(step.events.filter(({ type }) => type !== 'KEY_REQUEST')).toMatchObject([{ type: 'DROPPED', code: 'DIGEST' }]);
  expect(w.station('ss0').services()[0]).toMatchObject({ older: 0, newer: 1 });
});

/** An SS with a hand as its BS. */
function pair(over: Partial<SubscriberStationOptions> = {}, seed = 510) {
  let clock = 5000n;
  const ss = subscriberStation(testingCore(seed), ROW, { freshness: () => ++clock, ...over });
  const peer = new Peer(testingCore(seed + 1), ROW);
  const keys = [peer.tek(1, 0), peer.tek(2, 1)] as const;
  const tek = keys.map(({ wrapped }, sequence) => ({
    tek: wrapped,
    lifetime: 32 * (sequence + 1),
    sequence,
  })) as unknown as KeyReply['tek'];
  const asked = (step: SsStep): Answer => peer.answers(step).at(-1) as Answer;
  const answer = (to: Answer, freshness: bigint | undefined, now: number, identifier = to.identifier): SsStep =>
    ss.receive(
      peer.keyReply({ identifier, said: 16, serviceType: 0, tek, ...(freshness !== undefined && { freshness }) }),
      'bs',
      now,
    );
  const type = (step: SsStep): string => step.events.map((event) => ('code' in event ? event.code : event.type)).join();
  return { ss, peer, asked, answer, type };
}

test('replayed reply: another 158 is always refused, none once the BS was seen to echo; any sent under this Identifier will do', () => {
  const { ss, asked, answer, type } = pair();
  const first = asked(ss.request({ service: 'unicast' }, 1000));
  const sent = first.values['freshness'] as bigint;
  expect(type(answer(first, sent - 1n, 1000))).toBe('ECHO');
  expect(type(answer(first, sent + 1n, 1000))).toBe('ECHO');
  expect(type(answer(first, sent, 1000, (first.identifier + 1) & 0xff))).toBe('IDENTIFIER');
  const retry = asked(ss.tick(2000));
  expect(retry.identifier).toBe(first.identifier); // a retry keeps the Identifier and takes a new 158
  expect(retry.values['freshness']).toBeGreaterThan(sent as unknown as number);
  expect(type(answer(first, sent, 2000))).toBe('KEY_REPLY');
  const second = asked(ss.tick(2000 + 64_000 / 8));
  expect(type(answer(second, undefined, 10_000))).toBe('ECHO');
  const reject = new Peer(testingCore(599), ROW).keyReject({ identifier: second.identifier, said: 16, errorCode: 2 });
  expect(type(ss.receive(reject, 'mallory', 10_000))).toBe('ECHO');
  expect(type(answer(second, second.values['freshness'] as bigint, 10_000))).toBe('KEY_REPLY');
});

test('a BS that does not echo is served until one did', () => {
  const { ss, asked, answer, type } = pair();
  expect(type(answer(asked(ss.request({ service: 'unicast' }, 1000)), undefined, 1000))).toBe('KEY_REPLY');
});

test('the state keeps that the BS echoes', () => {
  const first = pair({ state: { stored: undefined } }, 520);
  const asked = first.asked(first.ss.request({ service: 'unicast' }, 1000));
  first.answer(asked, asked.values['freshness'] as bigint, 1000);
  const next = pair({ state: { stored: first.ss.snapshot() } }, 530);
  const again = next.asked(next.ss.request({ service: 'unicast' }, 1000));
  expect(next.type(next.answer(again, undefined, 1000))).toBe('ECHO');
});

test('158 rises strictly even when the clock stands or falls', () => {
  const { ss, asked } = pair({ freshness: () => 7n });
  const values = [asked(ss.request({ service: 'unicast' }, 1000)), asked(ss.tick(2000)), asked(ss.tick(3000))];
  expect(values.map(({ values: { freshness } }) => freshness)).toEqual([7n, 8n, 9n]);
});

test('reflection, replay, bit flips, other EKS, other CID: nothing opens, nothing moves', () => {
  const w = world(540);
  w.request('ss0', 'unicast');
  w.request('ss0', 'multicast', 5);
  w.down(NEWS, bytes('genuine'));
  const pdu = w.sent.at(-1)?.bytes as Uint8Array;
  const ss = w.station('ss0');
  const opened = (datagram: Uint8Array) =>
    ss.receive(datagram, 'mallory', w.now).events.some(({ type }) => type === 'PAYLOAD');
  expect(opened(pdu)).toBe(false);
  for (let bit = 0; bit < pdu.length * 8; bit++) {
    const changed = pdu.slice();
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(opened(changed)).toBe(false);
  }
  for (let cut = 0; cut < pdu.length; cut++) expect(opened(pdu.subarray(0, cut))).toBe(false);
  w.down(NEWS, bytes('next'));
  expect(w.payloads('ss0')).toEqual(['genuine', 'next']);
});

test('garbage of every kind never throws', () => {
  const w = world(541);
  w.request('ss0', 'multicast', 5);
  const pdu = w.sent.at(-1)?.bytes as Uint8Array;
  let state = 7;
  const byte = () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state >>> 24;
  };
  for (let i = 0; i < 3000; i++) {
    const junk = i % 2 ? Uint8Array.from({ length: byte() }, byte) : pdu.map((value) => (byte() < 8 ? byte() : value));
    w.bs.receive(junk, 'mallory', w.now);
    w.station('ss0').receive(junk, 'mallory', w.now);
  }
  w.down(NEWS, bytes('still here'));
  expect(w.payloads('ss0')).toEqual(['still here']);
});

test('traffic of services that were not asked for is passed over', () => {
  const core = testingCore(542);
  const rows = [subscriber(0), subscriber(1)];
  const w = new World(baseStation(core, { subscribers: rows }));
  for (const [i, row] of rows.entries()) w.join(`ss${i}`, subscriberStation(core, row, { freshness: w.wall }));
  w.request('ss0', 'multicast', 5);
  w.request('ss1', 'unicast');
  w.down(NEWS, bytes('x'));
  expect(w.station('ss1').counters()['filtered']).toBe(1);
  expect(w.ssEvents.get('ss1')?.some(({ type }) => type === 'DROPPED')).toBe(false);
  const cid = w.sent.at(-1)?.bytes.subarray(3, 5);
  expect(((cid?.[0] ?? 0) << 8) | (cid?.[1] ?? 0)).toBe(NEWS_CID);
});
