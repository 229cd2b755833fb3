// Attacks on a base station, by name.
import { expect, test } from 'vitest';
import type { BaseStationOptions, BsEvent } from '../../bindings/bs/types.js';
import { encodeManagement } from '../../bindings/pdu/index.js';
import { encodeAuthRequest, patent, readKeyReply } from '../../bindings/pkm/index.js';
import { type Answer, Peer, u16, u64 } from '../support/peer.js';
import { Random } from '../support/random.js';
import { baseStation, bytes, NEWS, NEWS_CID, SERVICES, subscriber, testingCore } from '../support/stations.js';

const ROWS = [subscriber(0, { groups: [5, 6] }), subscriber(1, { groups: [5] }), subscriber(2, { groups: [6] })];
const WEATHER = 518;
const L = 1800;

/** A BS, and hands that hold the keys of its SSs. What the BS reports and sends is kept. */
function station(seed: number, over: Partial<BaseStationOptions> = {}) {
  const services = [...SERVICES, { type: 'multicast' as const, groupId: 6, said: WEATHER, cid: 65_190 }];
  const bs = baseStation(testingCore(seed), { services, subscribers: ROWS, tekLifetime: L, ...over });
  const hands = testingCore(seed + 1);
  const peers = ROWS.map((row) => new Peer(hands, row)) as [Peer, Peer, Peer];
  const events: BsEvent[] = [];
  const receive = (pdu: Uint8Array, from: string, now: number) => {
    const step = bs.receive(pdu, from, now);
    events.push(...step.events);
    return step;
  };
  const status = (said: number) => bs.services().find((service) => service.said === said);
  return { bs, peers, events, receive, status };
}

const keysOf = (answer: Answer | undefined): string[] => {
  const read = readKeyReply(answer?.message as never);
  if (!read.ok) throw new Error('not a Key Reply');
  return read.body.tek.map(({ tek, sequence }) => `${sequence} ${tek.join()}`);
};
const codes = (events: readonly BsEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'DROPPED' ? [event.code] : []));

test('key reinstallation: the same request a hundred times, from anywhere: the same keys, no PN starts again, nothing advances', () => {
  const { bs, peers, receive, status } = station(861);
  const [peer] = peers;
  const request = peer.request(1, 5, 1n);
  const first = keysOf(peer.answers(receive(request, 'ss0', 1000))[0]);
  const pns: number[] = [];
  for (let i = 0; i < 100; i++) {
    expect(keysOf(peer.answers(receive(request, i % 2 === 0 ? 'ss0' : 'mallory', 2000 + 100 * i))[0])).toEqual(first);
    bs.offer(NEWS, bytes('x'), 2000 + 100 * i);
    const [sent] = bs.flush(2000 + 100 * i).send;
    pns.push(new DataView(sent?.bytes.buffer as ArrayBuffer).getUint32(6, true));
  }
  expect(pns).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  expect(status(NEWS)).toMatchObject({ older: 0, newer: 1, rekeys: 0 });
});

test('key reinstallation: a replayed request does not say that a member has the new TEKs, nor bring the switch forward', () => {
  const { bs, peers, events, receive } = station(863);
  const old = peers.slice(0, 2).map((peer, i) => {
    const request = peer.request(1, 5, 1n, 40 + i);
    receive(request, `ss${i}`, 1000);
    return request;
  });
  events.push(...bs.rekey(NEWS, 10_000).events);
  for (let now = 10_100; now < 14_500; now += 400) {
    for (const [i, request] of old.entries()) {
      receive(request, `ss${i}`, now); // even from the members' own addresses
      receive(request, 'mallory', now);
    }
  }
  expect(events.filter(({ type }) => type === 'REKEY_SWITCHED')).toEqual([]);
  events.push(...bs.tick(15_500).events);
  expect(events).toContainEqual(expect.objectContaining({ type: 'REKEY_SWITCHED', why: 'DEADLINE', distributed: 0 }));
});

test('reflected uplink: what the BS itself sealed, sent back to it, on every connection', () => {
  const { bs, peers, events, receive } = station(865);
  receive(peers[0].request(0, undefined, 1n), 'ss0', 1000);
  receive(peers[0].request(1, 5, 2n, 2), 'ss0', 1000);
  bs.offer(16, bytes('unicast'), 1000);
  bs.offer(NEWS, bytes('group'), 1000);
  const [burst] = bs.flush(1000).send;
  receive(burst?.bytes as Uint8Array, 'ss0', 1001);
  expect(codes(events).sort()).toEqual(['CID', 'DIRECTION']); // a group's connection has no uplink; the other's PN says down
  expect(events.some(({ type }) => type === 'PAYLOAD')).toBe(false);
});

test('group ID swap between request and reply: another group put into a signed request proves nothing', () => {
  const { peers, events, receive, status } = station(867);
  const [, , peer] = peers; // may have 6, not 5
  const pdu = peer.request(1, 6, 1n);
  const at = pdu.findIndex((byte, i) => byte === 29 && pdu[i + 1] === 1 && pdu[i + 2] === 6);
  const swapped = pdu.slice();
  swapped[at + 2] = 5;
  // With its CRC made right and the digest kept, as an attacker would.
  const digest = pdu.slice(-26, -4);
  const remade = peer.craft({
    attributes: peer.asks({ type: 28, value: 1 }, { type: 29, value: 5 }, { type: 158, value: u64(1n) }),
    digest: 'missing',
    tail: [...digest],
  });
  expect(peer.answers(receive(swapped, 'mallory', 1000))).toEqual([]); // CRC
  expect(peer.answers(receive(remade, 'mallory', 1000))).toMatchObject([{ code: 10, values: { errorCode: 5 } }]);
  expect(codes(events)).toEqual(['CRC']);
  expect(status(NEWS)?.older).toBeUndefined();
  // Asked for honestly it is refused, and the answer echoes what was asked, so no reply can be passed off as another group's.
  const [refused] = peer.answers(receive(peer.request(1, 5, 2n), 'ss2', 1000));
  expect(refused).toMatchObject({ code: 9, values: { errorCode: 8, groupId: 5 } });
  const [reply] = peer.answers(receive(peer.request(1, 6, 3n), 'ss2', 1000));
  expect(reply).toMatchObject({ code: 8, values: { said: WEATHER, groupId: 6 }, signed: true });
});

test('digest stripping: no digest, an empty one, one of another SS, one of the downlink key: never a key', () => {
  const { peers, receive, status } = station(869);
  const [peer, other] = peers;
  const attributes = peer.asks({ type: 28, value: 1 }, { type: 29, value: 5 });
  const covered = Uint8Array.from([9, 7, 1, 10, 1, 3, 12, 2, ...u16(16), 28, 1, 1, 29, 1, 5]);
  const tails = [
    [],
    [11, 0],
    [11, 20, ...other.core.keys.hmac(other.keys.hmacUp, covered)],
    [11, 20, ...peer.core.keys.hmac(peer.keys.hmacDown, covered)],
    [11, 0, 11, 20, ...peer.core.keys.hmac(peer.keys.hmacUp, covered)],
  ];
  for (const tail of tails) {
    const answers = peer.answers(receive(peer.craft({ attributes, digest: 'missing', tail }), 'mallory', 1000));
    expect(answers, `tail of ${tail.length}`).toMatchObject([{ code: 10, values: { errorCode: 5 }, signed: false }]);
  }
  expect(status(NEWS)?.older).toBeUndefined();
  const right = [11, 20, ...peer.core.keys.hmac(peer.keys.hmacUp, covered)];
  const good = peer.craft({ attributes, digest: 'missing', tail: right });
  expect(peer.answers(receive(good, 'ss0', 1000))).toMatchObject([{ code: 8 }]); // the same with the right one
});

test('identifier confusion: an answer carries the Identifier of its own request; those of others are no acknowledgement', () => {
  const { bs, peers, events, receive } = station(871);
  const [peer, other] = peers;
  receive(peer.request(1, 5, 1n, 6), 'ss0', 1000);
  receive(other.request(1, 5, 1n, 6), 'ss1', 1000);
  const burst = Uint8Array.from([...peer.request(1, 5, 2n, 7), ...peer.request(0, undefined, 3n, 8)]);
  const both = peer.answers(receive(burst, 'ss0', 1500));
  expect(both.map(({ identifier, values }) => [identifier, values['said']])).toEqual([
    [7, NEWS],
    [8, 16],
  ]);
  events.push(...bs.rekey(NEWS, 10_000).events);
  receive(peer.request(1, 5, 10n, 9), 'ss0', 10_200); // both with the same Identifier
  for (let i = 0; i < 4; i++) receive(peer.request(0, undefined, BigInt(20 + i), 9), 'ss0', 10_300 + 300 * i); // another service
  events.push(...bs.tick(11_600).events);
  expect(bs.services().find(({ said }) => said === NEWS)?.rekeying).toEqual({ distributed: 1, members: 2, late: [] });
  receive(other.request(1, 5, 10n, 9), 'ss1', 12_000);
  events.push(...bs.tick(13_300).events);
  expect(events).toContainEqual(expect.objectContaining({ type: 'REKEY_SWITCHED', why: 'ALL', distributed: 2 }));
});

test('reply spliced from another SS: an answer sent back as a request, or on another connection, is nothing', () => {
  const { peers, events, receive } = station(873);
  const [peer, other] = peers;
  const [reply] = receive(peer.request(1, 5, 1n), 'ss0', 1000).send;
  receive(reply?.bytes as Uint8Array, 'ss1', 1001);
  expect(codes(events)).toEqual(['TYPE']);
  const spliced = peer.craft({
    attributes: peer.asks({ type: 28, value: 1 }, { type: 29, value: 5 }),
    cid: other.row.primaryCid,
  });
  const [answer] = other.answers(receive(spliced, 'ss1', 1002));
  expect(answer).toMatchObject({ code: 10, values: { errorCode: 5 } });
});

test('cleartext on a service CID, and on a transport CID: dropped, counted, answered with nothing', () => {
  const { bs, peers, events, receive } = station(875);
  receive(peers[0].request(0, undefined, 1n), 'ss0', 1000);
  events.length = 0;
  for (const cid of [NEWS_CID, 65_190, 1040]) {
    const step = receive(peers[0].craft({ attributes: peers[0].asks(), cid }), 'ss0', 1001);
    expect(step.send).toEqual([]);
  }
  expect(codes(events)).toEqual(['CLEARTEXT', 'CLEARTEXT', 'CLEARTEXT']);
  expect(bs.counters()['droppedCLEARTEXT']).toBe(3);
});

test('flood of signed requests: one SS uses up its own budget, not the others’, and a rekey goes on meanwhile', () => {
  const { bs, peers, events, receive } = station(877, { rekeying: { rekeysPerSecond: 10 } });
  const [evil, good, third] = peers;
  for (const [i, peer] of [evil, good].entries()) receive(peer.request(1, 5, 1n), `ss${i}`, 1000);
  receive(third.request(1, 6, 1n), 'ss2', 1000);
  events.push(...bs.rekey(NEWS, 10_000).events);
  let freshness = 2n;
  let answered = 0;
  let asked = false;
  for (let now = 10_000; now < 13_000; now++) {
    const step = receive(evil.request(1, 5, ++freshness, Number(freshness & 0xffn)), 'ss0', now); // a thousand a second
    answered += evil.answers(step).filter(({ code }) => code === 8).length;
    if (!asked && good.answers(step).some(({ code }) => code === 11)) {
      asked = true;
      expect(good.answers(receive(good.request(1, 5, 5n, 3), 'ss1', now))).toMatchObject([{ code: 8 }]);
    }
  }
  expect(answered).toBeLessThanOrEqual(400 + 3 * 200 + 1);
  expect(asked).toBe(true);
  expect(third.answers(receive(third.request(1, 6, 9n, 4), 'ss2', 13_000))).toMatchObject([{ code: 8 }]);
  expect(events).toContainEqual(expect.objectContaining({ type: 'REKEY_SWITCHED', said: NEWS, why: 'ALL' }));
});

test('flood of forgeries: 50,000 from as many sources cost a bounded number of answers, and keep no SS out', () => {
  const { bs, peers, receive } = station(879);
  const [peer, other] = peers;
  receive(peer.request(1, 5, 1n), 'ss0', 1000);
  const forged = peer.craft({ attributes: peer.asks(), digest: 'wrong' });
  let answers = 0;
  for (let i = 0; i < 50_000; i++) answers += receive(forged, `m${i % 9000}`, 1000 + i / 50).send.length;
  expect(answers).toBeLessThanOrEqual(10 * (400 + 200) + 1); // ten budgets, over one second
  expect(peer.answers(receive(peer.request(1, 5, 2n, 2), 'ss0', 2000))).toMatchObject([{ code: 8 }]);
  expect(other.answers(receive(other.request(1, 5, 1n, 2), 'new', 2000))).toMatchObject([{ code: 8 }]);
  expect(bs.counters()['droppedRATE']).toBeGreaterThan(43_000);
});

test('spoofed flood from a member’s own address: it is answered as ever, and so is it before it is bound', () => {
  const { peers, receive } = station(881);
  const [peer, other] = peers;
  const forged = peer.craft({ attributes: peer.asks(), digest: 'wrong' });
  const flood = (pdu: Uint8Array, from: number, until: number) => {
    for (let now = from; now < until; now += 0.25) receive(pdu, 'ss0', now); // 4,000 a second
  };
  // Bound: whatever comes from there before.
  expect(peer.answers(receive(peer.request(1, 5, 1n), 'ss0', 1000))).toMatchObject([{ code: 8 }]);
  flood(forged, 1000, 3000);
  expect(peer.answers(receive(peer.request(1, 5, 2n, 2), 'ss0', 3000))).toMatchObject([{ code: 8 }]);
  // Another SS at the same address (it moved, or the BS has just started): the flood names somebody else.
  for (let i = 0; i < 5; i++) {
    flood(forged, 3000 + 100 * i, 3100 + 100 * i);
    const request = other.request(1, 5, BigInt(i + 1), 10 + i);
    expect(other.answers(receive(request, 'ss0', 3100 + 100 * i)), `request ${i}`).toMatchObject([{ code: 8 }]);
  }
});

test('spoofed flood that names an SS which is not bound yet: bounded work, and it gets in all the same, later', () => {
  const { bs, peers, events, receive } = station(883);
  const [peer] = peers;
  const random = new Random(883);
  const forged = peer.craft({ attributes: peer.asks(), digest: 'wrong' });
  const SECONDS = 120;
  let tries = 0;
  let inAt: number | undefined;
  for (let second = 0; second < SECONDS && inAt === undefined; second++) {
    const askAt = random.between(0, 999); // it asks once a second, among 1,000 forgeries
    for (let i = 0; i < 1000; i++) {
      const now = 1000 + 1000 * second + i;
      receive(forged, 'ss0', now);
      if (i !== askAt) continue;
      tries++;
      const between = now + random.between(1, 999) / 1000;
      const step = receive(peer.request(1, 5, BigInt(tries), tries), 'ss0', between);
      if (peer.answers(step).some(({ code }) => code === 8)) inAt = between;
    }
  }
  expect(inAt, 'seed 883').toBeDefined();
  const seconds = ((inAt ?? 0) - 1000) / 1000 + 1;
  const looked = events.filter(({ type }) => type === 'AUTH_INVALID').length;
  expect(looked).toBeLessThanOrEqual(400 + 200 * seconds); // answers: the budget of the source
  expect(bs.counters()['droppedRATE']).toBeGreaterThan((1000 - 200) * (seconds - 1) - 400);
  // Bound: from now on each is answered.
  for (let i = 0; i < 100; i++) {
    const now = (inAt ?? 0) + 1 + 10 * i;
    for (let j = 0; j < 20; j++) receive(forged, 'ss0', now + j / 4);
    const request = peer.request(1, 5, BigInt(1000 + i), i);
    expect(peer.answers(receive(request, 'ss0', now + 6)), `request ${i}`).toMatchObject([{ code: 8 }]);
  }
});

test('flood of forgeries at its cap keeps no certificate out: an Auth Request has the reserve of its SS', () => {
  const { ak: _, akSequence: __, ...certified } = subscriber(3);
  const { bs, peers, receive } = station(885, { subscribers: [...ROWS, certified], pki: {} });
  const [peer] = peers;
  const forged = peer.craft({ attributes: peer.asks(), digest: 'wrong' });
  for (let i = 0; i < 20_000; i++) receive(forged, `m${i}`, 1000 + i / 100);
  expect(bs.counters()['droppedRATE']).toBeGreaterThan(15_000);
  const suites = [Uint8Array.of(2, 1, 4)];
  const body = { identifier: 7, certificate: bytes('certificate'), suites, said: certified.basicCid };
  const message = encodeAuthRequest(patent, body);
  const { work } = receive(encodeManagement(certified.primaryCid, message, 'msb'), 'ss3', 1200);
  expect(work).toMatchObject([{ kind: 'verify-certificate', input: { mac: certified.mac } }]);
});
