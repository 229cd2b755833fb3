// Attacks on a subscriber station with answers: forged, spliced, confused, stripped, and the right ones at the wrong time.
import { expect, test } from 'vitest';
import { decodeManagement, encodeHeader, encodeManagement, splitBurst } from '../../bindings/pdu/index.js';
import type { KeyReply } from '../../bindings/pkm/index.js';
import type { SsStep } from '../../bindings/ss/types.js';
import { type Answer, type DigestStyle, Peer } from '../support/peer.js';
import { Random } from '../support/random.js';
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
const type = (step: SsStep): string => step.events.map((event) => ('code' in event ? event.code : event.type)).join();

/** An SS with a hand as its BS. */
function pair(seed: number) {
  const ss = subscriberStation(testingCore(seed), ROW);
  const peer = new Peer(testingCore(seed + 1), ROW);
  const teks = (fill: number): KeyReply['tek'] =>
    [0, 1].map((sequence) => {
      const { wrapped } = peer.tek(fill + sequence, sequence);
      return { tek: wrapped, lifetime: 32 * (sequence + 1), sequence };
    }) as unknown as KeyReply['tek'];
  const asked = (step: SsStep): Answer => peer.answers(step).at(-1) as Answer;
  return { ss, peer, teks, asked };
}

function world(seed: number, count = 1): World {
  const rows = Array.from({ length: count }, (_, i) => subscriber(i));
  const w = new World(baseStation(testingCore(seed), { subscribers: rows, tekLifetime: 64 }));
  for (const [i, row] of rows.entries()) {
    w.join(`ss${i}`, subscriberStation(testingCore(seed + 1 + i), row, { freshness: w.wall }));
  }
  return w;
}

const lastFromBs = (w: World) => w.sent.filter(({ from }) => from === 'bs').at(-1)?.bytes as Uint8Array;

test('forged Auth Invalid, pre-shared AK: whatever its Identifier, it cancels nothing, costs no key and no request', () => {
  const { ss, peer, teks, asked } = pair(1000);
  const { identifier } = asked(ss.request({ service: 'unicast' }, 1000));
  for (let forged = 0; forged < 256; forged++) {
    const step = ss.receive(peer.authInvalid(forged, 1), 'mallory', 1100);
    expect([type(step), step.send.length]).toEqual(['AUTH_INVALID', 0]);
  }
  expect(type(ss.receive(peer.keyReply({ identifier, said: 16, serviceType: 0, tek: teks(1) }), 'bs', 1200))).toBe(
    'KEY_REPLY',
  );
  for (let forged = 0; forged < 256; forged++) {
    expect(ss.receive(peer.authInvalid(forged, 1), 'mallory', 1300).send).toEqual([]);
  }
  expect(ss.services()[0]).toMatchObject({ state: 'OPERATIONAL', older: 0, newer: 1 });
});

test('reflected uplink: an SS accepts neither its own traffic nor its own request', () => {
  const w = world(1010);
  w.request('ss0', 'unicast');
  const own = w.sent.find(({ from }) => from === 'ss0')?.bytes as Uint8Array;
  w.up('ss0', bytes('mine'));
  const pdu = w.sent.filter(({ from }) => from === 'ss0').at(-1)?.bytes as Uint8Array;
  expect(type(w.station('ss0').receive(pdu, 'mallory', w.now))).toBe('DIRECTION');
  expect(type(w.station('ss0').receive(own, 'mallory', w.now))).toBe('TYPE');
  expect(w.payloads('ss0')).toEqual([]);
});

test('group-ID swap between request and reply: on the way up the digest fails, on the way down the reply is not for it', () => {
  const w = world(1020);
  w.ether = () => false;
  w.request('ss0', 'multicast', 5);
  const [request] = splitBurst(w.sent[0]?.bytes as Uint8Array).pdus;
  const decoded = request && decodeManagement(request, 'msb');
  if (!decoded?.ok) throw new Error('no request');
  const swapped = decoded.message.map((byte, i, all) => (all[i - 2] === 29 && all[i - 1] === 1 ? 6 : byte));
  expect(swapped).not.toEqual(decoded.message);
  const answer = w.bs.receive(encodeManagement(ROW.primaryCid, swapped, 'msb'), 'mallory', w.now);
  expect(answer.events).toMatchObject([{ type: 'AUTH_INVALID', error: 5 }]);

  const { ss, peer, teks, asked } = pair(1021);
  const { identifier } = asked(ss.request({ service: 'multicast', groupId: 5 }, 1000));
  const other = peer.keyReply({ identifier, said: 518, serviceType: 1, groupId: 6, tek: teks(1) });
  expect(type(ss.receive(other, 'bs', 1000))).toBe('SERVICE_IGNORED');
  expect(ss.services().every(({ newer }) => newer === undefined)).toBe(true);
});

test('reply spliced from another SS: its digest is under another AK, its connection another', () => {
  const w = world(1030, 2);
  w.request('ss1', 'multicast', 5);
  const reply = lastFromBs(w);
  w.ether = () => false;
  w.request('ss0', 'multicast', 5);
  const peer = new Peer(testingCore(1039), ROW);
  const [pending] = peer.answers({ send: [{ to: 'bs', bytes: w.sent.at(-1)?.bytes as Uint8Array }] });
  const [pdu] = splitBurst(reply).pdus;
  const decoded = pdu && decodeManagement(pdu, 'msb');
  if (!decoded?.ok) throw new Error('no reply');
  const spliced = decoded.message.map((byte, i) => (i === 2 ? (pending?.identifier ?? 0) : byte));
  const ss = w.station('ss0');
  expect(type(ss.receive(encodeManagement(ROW.primaryCid, spliced, 'msb'), 'mallory', w.now))).toBe('DIGEST');
  expect(type(ss.receive(reply, 'mallory', w.now))).toBe('CID');
  expect(ss.services().every(({ newer }) => newer === undefined)).toBe(true);
});

test('downgrade to unicast by an old BS: a reply without 28 and 29 installs nothing, neither for the group nor for unicast', () => {
  const { ss, peer, teks, asked } = pair(1040);
  const unicast = asked(ss.request({ service: 'unicast' }, 1000));
  ss.receive(peer.keyReply({ identifier: unicast.identifier, said: 16, serviceType: 0, tek: teks(1) }), 'bs', 1000);
  const { identifier } = asked(ss.request({ service: 'multicast', groupId: 5 }, 1000));
  const before = ss.snapshot().services;
  expect(type(ss.receive(peer.keyReply({ identifier, said: 16, tek: teks(50) }), 'bs', 1000))).toBe('SERVICE_IGNORED');
  expect(type(ss.receive(peer.keyReply({ identifier, said: 16, serviceType: 0, tek: teks(50) }), 'bs', 1000))).toBe(
    'SERVICE_IGNORED',
  );
  expect(ss.snapshot().services).toEqual(before);
});

test.each<DigestStyle>(['missing', 'wrong', 'twice', 'short', 'followed'])(
  'digest stripping: a Key Reply whose digest is %s installs nothing',
  (digest) => {
    const { ss, peer, asked } = pair(1050);
    const { identifier } = asked(ss.request({ service: 'unicast' }, 1000));
    const parameters = [0, 1].map((sequence) => ({
      type: 13,
      value: [8, 24, ...peer.tek(1 + sequence, sequence).wrapped, 9, 4, 0, 0, 0, 32 * (sequence + 1), 10, 1, sequence],
    }));
    const attributes = [...peer.asks({ type: 28, value: 0 }), ...parameters];
    const reply = (style: DigestStyle) => peer.craft({ type: 10, code: 8, identifier, attributes, digest: style });
    expect(type(ss.receive(reply(digest), 'mallory', 1000))).toBe('DIGEST');
    expect(ss.services()[0]).toMatchObject({ state: 'OP_WAIT', newer: undefined });
    expect(type(ss.receive(reply('right'), 'bs', 1000))).toBe('KEY_REPLY'); // so it was the digest
  },
);

test('identifier confusion: a genuine reply under the Identifier of another pending request, or of none', () => {
  const { ss, peer, teks, asked } = pair(1060);
  const unicast = asked(ss.request({ service: 'unicast' }, 1000)).identifier;
  const group = asked(ss.request({ service: 'multicast', groupId: 5 }, 1000)).identifier;
  expect(group).not.toBe(unicast);
  const forUnicast = (identifier: number) => peer.keyReply({ identifier, said: 16, serviceType: 0, tek: teks(1) });
  const forGroup = (identifier: number) =>
    peer.keyReply({ identifier, said: NEWS, serviceType: 1, groupId: 5, tek: teks(20) });
  expect(type(ss.receive(forUnicast(group), 'mallory', 1000))).toBe('SERVICE_IGNORED');
  expect(type(ss.receive(forGroup(unicast), 'mallory', 1000))).toBe('SERVICE_IGNORED');
  expect(type(ss.receive(forGroup((Math.max(group, unicast) + 7) & 0xff), 'mallory', 1000))).toBe('IDENTIFIER');
  expect(type(ss.receive(forUnicast(unicast), 'bs', 1000))).toBe('KEY_REPLY');
  expect(type(ss.receive(forGroup(group), 'bs', 1000))).toBe('KEY_REPLY');
  expect(type(ss.receive(forGroup(group), 'mallory', 1000))).toBe('IDENTIFIER');
});

test('cleartext on a service CID is no payload, whatever it holds', () => {
  const w = world(1070);
  w.request('ss0', 'multicast', 5);
  const payload = bytes('evacuate');
  for (const cid of [NEWS_CID, ROW.transportCid]) {
    const pdu = encodeManagement(cid, payload, 'msb');
    expect(type(w.station('ss0').receive(pdu, 'mallory', w.now))).toBe('CLEARTEXT');
    const none = encodeHeader({ ec: false, esf: false, type: 0, ci: false, eks: 0, length: 6 + 8, cid });
    expect(type(w.station('ss0').receive(Uint8Array.of(...none, ...payload), 'mallory', w.now))).toBe('CLEARTEXT');
  }
  expect(w.payloads('ss0')).toEqual([]);
});

test.each([1, 2, 3])(
  'replies replayed, reordered, duplicated, delayed: no PN twice, no window back, traffic goes on (seed %i)',
  (seed) => {
    const dice = new Random(seed);
    const w = world(1080 + 10 * seed);
    const late: { readonly bytes: Uint8Array; readonly at: number }[] = [];
    const seen: Uint8Array[] = [];
    w.ether = (datagram, from) => {
      const management = ((datagram[0] ?? 0) & 0x40) === 0;
      if (from !== 'bs' || !management) return true;
      seen.push(datagram);
      const fate = dice.between(0, 3);
      if (fate > 0) late.push({ bytes: datagram, at: w.now + dice.between(0, 40_000) });
      return fate < 3;
    };
    w.request('ss0', 'unicast');
    w.request('ss0', 'multicast', 5);
    const opened = new Set<string>();
    for (let i = 0; i < 600; i++) {
      w.run(w.now + 500);
      const due = late.filter(({ at }) => at <= w.now);
      for (const item of due) late.splice(late.indexOf(item), 1);
      for (const { bytes: datagram } of due.reverse()) w.fromSs('ss0', w.station('ss0').receive(datagram, 'bs', w.now));
      const old = seen[dice.between(0, Math.max(0, seen.length - 1))];
      if (old !== undefined) w.fromSs('ss0', w.station('ss0').receive(old, 'mallory', w.now));
      w.down(NEWS, bytes(`n${i}`));
      w.down(16, bytes(`d${i}`));
      w.up('ss0', bytes(`u${i}`));
    }
    for (const payload of w.payloads('ss0')) {
      expect(opened.has(payload), `${payload} twice, seed ${seed}`).toBe(false);
      opened.add(payload);
    }
    const nonces = w.sent
      .filter(({ from, bytes: sent }) => from === 'ss0' && ((sent[0] ?? 0) & 0x40) !== 0)
      .map(({ bytes: sent, at }) => ({ at, eks: ((sent[1] ?? 0) >> 4) & 3, pn: sent.slice(6, 10).join() }));
    // A sequence number comes again after two lifetimes at the earliest; within one, EKS and PN name a nonce.
    for (const [i, nonce] of nonces.entries()) {
      const again = nonces
        .slice(i + 1)
        .find((n) => n.eks === nonce.eks && n.pn === nonce.pn && n.at < nonce.at + 64_000);
      expect(again, `nonce twice, seed ${seed}`).toBeUndefined();
    }
    expect(opened.size, `seed ${seed}`).toBeGreaterThan(1000);
    expect(w.payloads('bs').length, `seed ${seed}`).toBeGreaterThan(500);
  },
);
