// Traffic that must not pass, keys that end, and what a BS tells an SS whose key is not its own.
import { expect } from 'vitest';
import type { BsStep } from '../../bindings/bs/types.js';
import { concatBurst, crc32, encodeManagement, hcs } from '../../bindings/pdu/index.js';
import { type Answer, Peer } from '../support/peer.js';
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

const TEK_INVALID = 11;
const L = LAB_LIFETIME * 1000;

/** A BS whose SS 0 is a hand with a unicast key, bound at `ss0`. */
function uplink() {
  const core = testingCore(31);
  const bs = baseStation(core, { subscribers: [subscriber(0), subscriber(1)] });
  const peer = new Peer(testingCore(32), subscriber(0));
  const [reply] = peer.answers(bs.receive(peer.request(0, undefined, 1n), 'ss0', 1000)) as [Answer];
  const [older, newer] = peer.uplinkKeys(reply);
  if (older === undefined || newer === undefined) throw new Error('two keys');
  const send = (pdus: Uint8Array[], now = 1000): BsStep => bs.receive(concatBurst(pdus), 'ss0', now);
  return { bs, peer, older, newer, send };
}

const invalids = (peer: Peer, step: BsStep): Answer[] => peer.answers(step).filter(({ code }) => code === TEK_INVALID);
const codes = (step: { events: readonly { type: string; code?: string }[] }): (string | undefined)[] =>
  step.events.filter(({ type }) => type === 'DROPPED').map(({ code }) => code);

/** Changes a PDU and makes its checksums right again. */
function forge(pdu: Uint8Array, change: (pdu: Uint8Array) => void): Uint8Array {
  const forged = pdu.slice();
  change(forged);
  forged[5] = hcs(forged);
  forged.set(crc32('msb', forged, 0, forged.length - 4), forged.length - 4);
  return forged;
}

ruling('EKS unknown on the uplink, or 8 ICV failures in a row', 'unknown EKS', () => {
  const { bs, peer, newer, send } = uplink();
  const unknown = () => peer.seal(newer, 1040, [bytes('x')], 3);
  const [invalid] = invalids(peer, send(unknown()));
  expect(invalid).toMatchObject({ to: 'ss0', identifier: 0, types: [10, 12, 16, 11], signed: true });
  expect(invalid?.values).toMatchObject({ said: 16, errorCode: 4 });
  expect(invalids(peer, send(unknown(), 1500))).toEqual([]); // at most one a second
  expect(invalids(peer, send(unknown(), 2000))).toHaveLength(1);
  const elsewhere = bs.receive(concatBurst(unknown()), 'somebody', 3100);
  expect(elsewhere.send.map(({ to }) => to)).toEqual(['ss0']); // to the bound address only
  const broken = forge(unknown()[0] as Uint8Array, () => {});
  broken[12] = (broken[12] ?? 0) ^ 1;
  expect(codes(send([broken], 9000))).toEqual(['CRC']); // what the air damaged provokes nothing
  expect(invalids(peer, send([broken], 9000))).toEqual([]);
});

ruling('EKS unknown on the uplink, or 8 ICV failures in a row', 'ICV failures', () => {
  const { peer, newer, send } = uplink();
  const bad = (count: number) =>
    peer
      .seal(
        newer,
        1040,
        Array.from({ length: count }, (_, i) => bytes(`bad ${i}`)),
      )
      .map((pdu) =>
        forge(pdu, (forged) => {
          forged[12] = (forged[12] ?? 0) ^ 1;
        }),
      );
  expect(invalids(peer, send(bad(7)))).toEqual([]);
  send(peer.seal(newer, 1040, [bytes('good')])); // not in a row any more
  expect(invalids(peer, send(bad(7)))).toEqual([]);
  const step = send(bad(1));
  expect(invalids(peer, step)).toHaveLength(1);
  expect(step.events).toContainEqual({ type: 'TEK_INVALID', mac: peer.row.mac, said: 16, why: 'ICV' });
});

ruling('PDU whose PN bit 31 is not of the receiving direction; stripped PN 0 or ≥ 0x7FFFFFFF', 'at the BS', () => {
  const { peer, newer, send } = uplink();
  const withPn = (pn: number): Uint8Array =>
    forge(peer.seal(newer, 1040, [bytes('x')])[0] as Uint8Array, (pdu) =>
      new DataView(pdu.buffer).setUint32(6, pn, true),
    );
  expect(codes(send([withPn(5)]))).toEqual(['DIRECTION']);
  expect(codes(send([withPn(0x8000_0000)]))).toEqual(['PN']);
  expect(codes(send([withPn(0xffff_ffff)]))).toEqual(['PN']);
  // Neither moved the window: the next genuine PDU opens.
  expect(send(peer.seal(newer, 1040, [bytes('y')])).events).toMatchObject([{ type: 'PAYLOAD' }]);
});

ruling(
  'PDU whose PN bit 31 is not of the receiving direction; stripped PN 0 or ≥ 0x7FFFFFFF',
  'an SS and its own uplink reflected',
  () => {
    const core = testingCore(33);
    const w = new World(baseStation(core));
    w.join('ss0', subscriberStation(core, subscriber(0), { freshness: w.wall }));
    w.request('ss0', 'unicast');
    w.up('ss0', bytes('mine'));
    const sealed = w.sent.at(-1)?.bytes as Uint8Array;
    const step = w.station('ss0').receive(sealed, 'mallory', w.now);
    expect(codes(step)).toEqual(['DIRECTION']);
    expect(step.events.some(({ type }) => type === 'PAYLOAD')).toBe(false);
  },
);

ruling('EC=0 on a transport or service CID', 'at the SS', () => {
  const core = testingCore(34);
  const station = subscriberStation(core, subscriber(0));
  for (const cid of [1040, NEWS_CID]) {
    const step = station.receive(encodeManagement(cid, bytes('in clear'), 'msb'), 'bs', 1000);
    expect(codes(step)).toEqual(['CLEARTEXT']);
    expect(step.send).toEqual([]);
  }
  expect(station.counters()['droppedCLEARTEXT']).toBe(2);
});

ruling('times', 'TEK_k expires at t0 + (k+1)·L/2 whether or not anyone asks', () => {
  const core = testingCore(35);
  const bs = baseStation(core);
  const peer = new Peer(testingCore(36), subscriber(0));
  expect(bs.tick(500).wakeAt).toBeUndefined(); // no request, no key
  const t0 = 1250;
  const pair = () => bs.services().find(({ said }) => said === NEWS);
  const first = bs.receive(peer.request(1, 5, 1n), 'ss0', t0);
  const made = first.events.filter(({ type }) => type === 'TEK_GENERATED');
  expect(made).toMatchObject([
    { said: NEWS, sequence: 0, expiresAt: t0 + L / 2 },
    { said: NEWS, sequence: 1, expiresAt: t0 + L },
  ]);
  expect(first.wakeAt).toBe(t0 + L / 2);
  for (let k = 1; k < 12; k++) {
    const at = t0 + (k * L) / 2;
    bs.tick(at - 1);
    expect(pair()).toMatchObject({ older: (k - 1) & 3, newer: k & 3 });
    const step = bs.tick(at);
    expect(step.events.filter(({ type }) => type.startsWith('TEK_'))).toMatchObject([
      { type: 'TEK_EXPIRED', sequence: (k - 1) & 3 },
      { type: 'TEK_GENERATED', sequence: (k + 1) & 3, expiresAt: t0 + ((k + 2) * L) / 2 },
    ]);
    expect(pair()).toMatchObject({ older: k & 3, newer: (k + 1) & 3 });
  }
  // A tick that comes very late finds the pair of its own time.
  bs.tick(t0 + 100.25 * (L / 2));
  expect(pair()).toMatchObject({ older: 100 & 3, newer: 101 & 3 });
});

ruling('times', 'lifetimes in whole seconds, rounded down, at least 1', () => {
  const bs = baseStation(testingCore(37));
  const peer = new Peer(testingCore(38), subscriber(0));
  let freshness = 0n;
  const lifetimes = (now: number): unknown[] => {
    const [reply] = peer.answers(bs.receive(peer.request(1, 5, ++freshness), 'ss0', now));
    const parameters = reply?.message.attributes.filter(({ type }) => type === 13) ?? [];
    return parameters.map(({ children }) => children.find(({ type }) => type === 9)?.value);
  };
  expect(lifetimes(1000)).toEqual([4, 8]);
  expect(lifetimes(1001)).toEqual([3, 7]);
  expect(lifetimes(4999)).toEqual([1, 4]);
  expect(lifetimes(5000)).toEqual([4, 8]); // the next generation, to the millisecond
});

ruling(
  'SS and told expiry',
  'seals until it; opens until it + min(5 s, L/8) or until the sequence number is used again',
  () => {
    const core = testingCore(39);
    const hands = testingCore(40);
    const peer = new Peer(hands, subscriber(0));
    const station = subscriberStation(core, subscriber(0));
    const now = 1000;
    const [a, b] = [peer.tek(1, 0), peer.tek(2, 1)];
    const ask = peer.answers(station.request({ service: 'unicast' }, now))[0] as Answer;
    const tek = [
      { tek: a.wrapped, lifetime: 4, sequence: 0 },
      { tek: b.wrapped, lifetime: 8, sequence: 1 },
    ] as const;
    station.receive(peer.keyReply({ identifier: ask.identifier, said: 16, serviceType: 0, tek }), 'bs', now);
    const opens = (key: typeof a.key, at: number) =>
      station
        .receive(peer.seal(key, 1040, [bytes('x')])[0] as Uint8Array, 'bs', at)
        .events.some(({ type }) => type === 'PAYLOAD');
    // Told 4 s and 8 s: L' = 8 s, grace L'/8 = 1 s.
    expect(opens(a.key, now + 3999)).toBe(true);
    expect(opens(a.key, now + 4999)).toBe(true);
    expect(opens(a.key, now + 5000)).toBe(false);
    expect(station.offer(bytes('up'), now + 7999)).toBeUndefined();
    station.flush(now + 7999);
    expect(station.offer(bytes('up'), now + 8000)).toBe('NO_TEK');
    expect(opens(b.key, now + 8999)).toBe(true);
    expect(opens(b.key, now + 9000)).toBe(false);
  },
);
