// When a subscriber station asks again: refresh, suspicion, silence; and what it remembers over a restart.
import { expect } from 'vitest';
import type { SsEvent, SsState, SsStep } from '../../bindings/ss/types.js';
import { Peer } from '../support/peer.js';
import {
  baseStation,
  bytes,
  LAB_LIFETIME,
  NEWS,
  NEWS_CID,
  subscriber,
  subscriberStation,
  testingCore,
  World,
} from '../support/stations.js';
import { ruling } from './ruling.js';

const ROW = subscriber(0);
const L = LAB_LIFETIME * 1000;

/** An SS with the keys of a hand that plays its BS; told `older` and `newer` seconds at 1000. */
function keyed(seed: number, older: number, newer: number, service: 'unicast' | 'multicast' = 'multicast') {
  const ss = subscriberStation(testingCore(seed), ROW, { timers: { tekGrace: 3600 } });
  const peer = new Peer(testingCore(seed + 1), ROW);
  const keys = Array.from({ length: 4 }, (_, i) => peer.tek(10 * i + seed, i));
  const group = service === 'multicast';
  const requests: { at: number; identifier: number; why: string }[] = [];
  const note = (step: SsStep, at: number): SsStep => {
    for (const event of step.events) {
      if (event.type === 'KEY_REQUEST') requests.push({ at, identifier: event.identifier, why: event.why });
    }
    return step;
  };
  const reply = (now: number, first = 0, lifetimes: readonly [number, number] = [older, newer]): SsStep => {
    const at = (k: number, lifetime: number) => ({
      tek: (keys[k & 3] as (typeof keys)[number]).wrapped,
      lifetime,
      sequence: k & 3,
    });
    const identifier = requests.at(-1)?.identifier as number;
    const tek = [at(first, lifetimes[0]), at(first + 1, lifetimes[1])] as const;
    const of = group ? { said: NEWS, serviceType: 1, groupId: 5 } : { said: 16, serviceType: 0 };
    return note(ss.receive(peer.keyReply({ identifier, ...of, tek }), 'bs', now), now);
  };
  note(ss.request(group ? { service, groupId: 5 } : { service }, 1000), 1000);
  const pdu = (k: number): Uint8Array =>
    peer.seal((keys[k & 3] as (typeof keys)[number]).key, group ? NEWS_CID : 1040, [bytes('x')])[0] as Uint8Array;
  const hear = (k: number, now: number): SsStep => note(ss.receive(pdu(k), 'bs', now), now);
  return { ss, peer, requests, reply, hear, note, pdu };
}

ruling('L at the SS', 'L′ = 2 × (newer − older lifetime)', () => {
  // Told 100 s and 900 s: L' = 1,600 s whatever the BS's L is. Refresh L'/4 = 400 s before 900 s, less up to 100 s of jitter.
  const { reply, requests, hear } = keyed(51, 100, 900);
  reply(1000);
  for (let now = 10_000; now < 1_000_000 && !requests.some(({ why }) => why === 'REFRESH'); now += 5000) hear(1, now); // never silent
  const refresh = requests.find(({ why }) => why === 'REFRESH')?.at as number;
  expect(refresh).toBeGreaterThanOrEqual(1000 + 500_000);
  expect(refresh).toBeLessThanOrEqual(1000 + 600_000);
});

ruling('SS refresh', 'grace = min(configured, L′/4) less a jitter; nothing new re-arms, doubling', () => {
  const refreshes = Array.from({ length: 8 }, (_, i) => {
    const { reply, requests, ss, note } = keyed(600 + 2 * i, 4, 8);
    reply(1000);
    for (let now = 1000; now < 9000; now += 10) {
      const before = requests.length;
      note(ss.tick(now), now);
      if (requests.length > before) reply(now);
      const found = requests.find(({ why }) => why === 'REFRESH');
      if (found) return found.at - 1000;
    }
    throw new Error('no refresh');
  });
  // newer's expiry 8,000 less L'/4 = 2,000, less a jitter of 0..500 (and some steps of 10, and re-told lifetimes)
  for (const at of refreshes) expect(at).toBeGreaterThanOrEqual(5990);
  for (const at of refreshes) expect(at).toBeLessThanOrEqual(6510);
  expect(new Set(refreshes).size).toBeGreaterThan(3);
});

ruling('SS refresh', 'a reply with nothing new', () => {
  const { reply, requests, ss, note } = keyed(53, 2000, 4000);
  reply(1000);
  const due = 1000 + 3_000_000; // 4,000 s less L'/4 at the earliest; L' = 4,000 s
  const asked: number[] = [];
  for (let now = due; now < due + 700_000; now += 500) {
    const before = requests.length;
    note(ss.tick(now), now);
    if (requests.length === before) continue;
    if (requests.at(-1)?.why === 'REFRESH') asked.push(now);
    reply(now, 0, [1, Math.floor((1000 + 4_000_000 - now) / 1000)]); // a BS that could not make a successor
  }
  const gaps = asked.slice(1).map((at, i) => at - (asked[i] as number));
  expect(gaps.length).toBeGreaterThan(7);
  for (const [i, gap] of gaps.entries()) expect(gap).toBe(Math.min(60_000, 1000 * 2 ** i));
});

ruling(
  'SS sees unknown EKS, 8 ICV failures in a row under one EKS, or 60 s (or lifetime/8, if shorter) with neither answer nor opened PDU',
  'unknown EKS: at most one per Operational Wait, doubling, remembered, reset',
  () => {
    const { reply, requests, hear, ss, note } = keyed(54, 21_600, 43_200);
    reply(1000);
    hear(3, 1200); // within the wait of the first request
    expect(requests).toHaveLength(1);
    note(ss.tick(2000), 2000); // its end
    expect(requests.at(-1)).toMatchObject({ at: 2000, why: 'EKS' });
    // Nobody answers: it repeats at 1, 2, 4 … s; PDUs of the unknown key change nothing.
    for (let now = 2001; now < 200_000; now += 50) {
      hear(3, now);
      note(ss.tick(now), now);
    }
    const gaps = requests.slice(2).map(({ at }, i) => at - (requests[i + 1]?.at as number));
    for (const [i, gap] of gaps.entries()) {
      expect(gap).toBeGreaterThanOrEqual(Math.min(60_000, 1000 * 2 ** i));
      expect(gap).toBeLessThanOrEqual(Math.min(60_000, 1000 * 2 ** i) + 50);
    }
    expect(gaps.length).toBeGreaterThanOrEqual(7);
    // Keys are kept, and a PDU that opens resets the wait.
    const before = requests.length;
    expect(hear(1, 200_000).events[0]).toMatchObject({ type: 'PAYLOAD' });
    note(ss.tick(200_000), 200_000);
    note(ss.tick(201_000), 201_000);
    expect(requests.length).toBeGreaterThan(before);
    expect(ss.services().find(({ groupId }) => groupId === 5)).toMatchObject({ older: 0, newer: 1 });
  },
);

ruling(
  'SS sees unknown EKS, 8 ICV failures in a row under one EKS, or 60 s (or lifetime/8, if shorter) with neither answer nor opened PDU',
  'ICV failures and silence',
  () => {
    const { reply, requests, ss, note, pdu, peer } = keyed(55, 21_600, 43_200);
    reply(1000);
    const other = peer.tek(200, 0); // what a restarted BS seals with under the same EKS
    const bad = () => peer.seal(other.key, NEWS_CID, [bytes('x')], 0)[0] as Uint8Array;
    for (let i = 0; i < 7; i++) note(ss.receive(bad(), 'bs', 5000), 5000);
    note(ss.receive(pdu(0), 'bs', 5000), 5000); // the row is broken
    for (let i = 0; i < 7; i++) note(ss.receive(bad(), 'bs', 5000), 5000);
    expect(requests).toHaveLength(1);
    note(ss.receive(bad(), 'bs', 5000), 5000);
    expect(requests.at(-1)).toMatchObject({ at: 5000, why: 'ICV' });
    reply(5000); // an answer with nothing new
    for (let now = 5000; now < 65_000; now += 1000) note(ss.tick(now), now);
    expect(requests).toHaveLength(2);
    note(ss.tick(65_000), 65_000);
    expect(requests.at(-1)).toMatchObject({ at: 65_000, why: 'SILENCE' });

    const short = keyed(56, 80, 160); // L' = 160 s: L'/8 = 20 s
    short.reply(1000);
    short.hear(0, 10_000);
    short.note(short.ss.tick(29_999), 29_999);
    expect(short.requests).toHaveLength(1);
    short.note(short.ss.tick(30_000), 30_000);
    expect(short.requests.at(-1)).toMatchObject({ at: 30_000, why: 'SILENCE' });
  },
);

ruling(
  'SS sees unknown EKS, 8 ICV failures in a row under one EKS, or 60 s (or lifetime/8, if shorter) with neither answer nor opened PDU',
  'a restarted BS is found',
  () => {
    const core = testingCore(57);
    const w = new World(baseStation(core));
    w.join('ss0', subscriberStation(core, ROW, { freshness: w.wall }));
    w.request('ss0', 'multicast', 5);
    w.down(NEWS, bytes('one'));
    w.run(w.now + 500);
    w.bs.dispose();
    w.replaceBs(baseStation(core)); // fresh keys, nobody bound
    expect(w.down(NEWS, bytes('lost'))).toBe('NO_TEK');
    w.run(w.now + 3000);
    expect(w.down(NEWS, bytes('two'))).toBeUndefined();
    expect(w.payloads('ss0')).toEqual(['one', 'two']);
  },
);

/** SS runs in one core each, against one BS; `stored` is what an earlier run left. */
function restartable(seed: number) {
  const w = new World(baseStation(testingCore(seed)));
  let run = 0;
  let stored: SsState | undefined;
  const start = (over: object = {}): void => {
    const station = subscriberStation(testingCore(seed + ++run), ROW, { freshness: w.wall, firstUse: false, ...over });
    w.join('ss0', station);
    w.request('ss0', 'unicast');
  };
  const save = (): void => {
    stored = w.station('ss0').snapshot();
  };
  const startWithState = (): void => start({ state: { stored, leasePackets: 16 } });
  const pns = (): string[] =>
    w.sent
      .filter(({ from, bytes: sent }) => from === 'ss0' && (sent[0] ?? 0) & 0x40)
      .map(({ bytes: sent }) => {
        const view = new DataView(sent.buffer, sent.byteOffset);
        return `${(sent[1] ?? 0) & 0x30} ${view.getUint32(6, true) & 0x7fffffff}`;
      });
  return { w, start, startWithState, save, pns, stored: () => stored };
}

ruling('SS `--state`', 'without it, sealing waits for keys newer than those of the first reply', () => {
  const { w, start } = restartable(61);
  start();
  expect(w.up('ss0', bytes('x'))).toBe('FIRST_USE');
  const until = w.now + 2 * L;
  let first: number | undefined;
  while (w.now < until && first === undefined) {
    w.run(w.now + 50);
    if (w.up('ss0', bytes('x')) === undefined) first = w.now;
  }
  const newer = w.ssEvents
    .get('ss0')
    ?.filter((event): event is Extract<SsEvent, { type: 'KEY_REPLY' }> => event.type === 'KEY_REPLY')
    .at(-1);
  expect(first).toBeLessThanOrEqual(1000 + L);
  expect(newer).toMatchObject({ newer: 2 });
  expect(w.payloads('bs')).toEqual(['x']);
});

ruling('SS `--state`', '--first-use overrides', () => {
  const { w, start } = restartable(62);
  start({ firstUse: true });
  expect(w.up('ss0', bytes('x'))).toBeUndefined();
});

ruling('SS `--state`', 'with it, PNs go on above the lease, and what was received is not received again', () => {
  const { w, start, startWithState, save, pns, stored } = restartable(63);
  startWithState(); // a missing file: first use applies
  expect(w.up('ss0', bytes('x'))).toBe('FIRST_USE');
  w.run(w.now + L); // keys newer than the first reply's are in
  for (let i = 0; i < 20; i++) expect(w.up('ss0', bytes(`a${i}`))).toBeUndefined();
  w.down(16, bytes('down'));
  const replayed = w.sent.filter(({ from }) => from === 'bs').at(-1)?.bytes as Uint8Array;
  save();
  const before = pns();
  expect(stored()?.services[0]?.teks.at(-1)?.sealFrom).toBeGreaterThan(20);

  startWithState();
  for (let i = 0; i < 20; i++) expect(w.up('ss0', bytes(`b${i}`))).toBeUndefined();
  const all = pns();
  expect(before).toHaveLength(20);
  expect(all).toHaveLength(40);
  expect(new Set(all).size).toBe(40);
  const step = w.station('ss0').receive(replayed, 'mallory', w.now);
  expect(step.events).toMatchObject([{ type: 'DROPPED', code: 'REPLAY' }]);

  start(); // and a run that lost its state seals nothing under the keys of its first reply
  expect(w.up('ss0', bytes('x'))).toBe('FIRST_USE');
});

ruling('SS `--state`', 'bound to MAC and AK; altered, it is refused', () => {
  const { w, startWithState, save, stored } = restartable(64);
  startWithState();
  save();
  const state = stored() as SsState;
  const open =
    (over: object, row = ROW) =>
    () =>
      subscriberStation(testingCore(99), row, { state: { stored: { ...state, ...over } } });
  expect(open({})).not.toThrow();
  expect(open({}, subscriber(1))).toThrow(/STATE_FOREIGN/);
  expect(open({}, { ...ROW, ak: ROW.ak.map((byte) => byte ^ 1) })).toThrow(/STATE_FOREIGN/);
  expect(open({ freshness: '5' })).toThrow(/STATE_FOREIGN/);
  expect(open({ tag: undefined })).toThrow(/STATE_FOREIGN/);
  expect(open({ services: 7 })).toThrow(/STATE_FORMAT/);
  expect(open({ version: 2 })).toThrow(/STATE_FORMAT/);
  expect(w.bsEvents.length).toBeGreaterThan(0);
});
