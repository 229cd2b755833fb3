// What a subscriber station makes of answers, genuine, forged and misplaced.
import { expect } from 'vitest';
import type { KeyReply, TekParameters } from '../../bindings/pkm/index.js';
import type { SsStep, SubscriberStationOptions } from '../../bindings/ss/types.js';
import { Peer } from '../support/peer.js';
import { ALERTS, bytes, NEWS, NEWS_CID, subscriber, subscriberStation, testingCore } from '../support/stations.js';
import { ruling } from './ruling.js';

const ROW = subscriber(0);

/** An SS, and a hand that answers it as its BS. */
function station(over: Partial<SubscriberStationOptions> = {}, seed = 41) {
  const ss = subscriberStation(testingCore(seed), ROW, over);
  const peer = new Peer(testingCore(seed + 1), ROW);
  const keys = [peer.tek(10, 0), peer.tek(20, 1), peer.tek(30, 2), peer.tek(40, 3)] as const;
  /** TEK-Parameters of keys i and i+1; lifetimes in seconds. */
  const pair = (i = 0, older = 4, newer = 8): [TekParameters, TekParameters] => {
    const at = (k: number, lifetime: number): TekParameters => {
      const { wrapped } = keys[k & 3] as (typeof keys)[number];
      return { tek: wrapped, lifetime, sequence: k & 3 };
    };
    return [at(i, older), at(i + 1, newer)];
  };
  const asked = (step: SsStep) => peer.answers(step).map(({ identifier, values }) => ({ identifier, ...values }));
  const request = (service: 'unicast' | 'multicast' | 'broadcast', now = 1000, groupId?: number): number => {
    const step = ss.request({ service, ...(groupId !== undefined && { groupId }) }, now);
    return asked(step)[0]?.identifier as number;
  };
  const reply = (body: Partial<KeyReply> & { identifier: number }, now = 1000): SsStep =>
    ss.receive(peer.keyReply({ said: 16, serviceType: 0, tek: pair(), ...body }), 'bs', now);
  const opens = (k: number, cid: number, now = 1000): boolean => {
    const key = keys[k & 3]?.key;
    if (key === undefined) throw new Error('no key');
    const step = ss.receive(peer.seal(key, cid, [bytes('x')])[0] as Uint8Array, 'bs', now);
    return step.events.some(({ type }) => type === 'PAYLOAD');
  };
  return { ss, peer, keys, pair, asked, request, reply, opens };
}

const types = (step: SsStep): string[] => step.events.map(({ type }) => type);

ruling('reply to 28 ≠ 0 without the echo, or whose SAID is bound to another service', 'installs nothing', () => {
  const { ss, request, reply, opens } = station();
  const identifier = request('multicast', 1000, 5);
  const group = { identifier, said: NEWS, serviceType: 1, groupId: 5 };
  const ignored = (body: object) => {
    const answer = { ...group, ...body } as Record<string, unknown>;
    for (const key of Object.keys(answer)) if (answer[key] === undefined) delete answer[key];
    const step = reply(answer as unknown as KeyReply);
    expect(types(step)).toEqual(['SERVICE_IGNORED']);
    expect(opens(0, NEWS_CID)).toBe(false);
  };
  ignored({ serviceType: undefined, groupId: undefined }); // as a BS answers that knows neither 28 nor 29
  ignored({ serviceType: 2, groupId: undefined });
  ignored({ groupId: undefined });
  ignored({ groupId: 6 });
  ignored({ said: 16 }); // the unicast SA
  ignored({ said: ALERTS });
  expect(ss.services().find(({ groupId }) => groupId === 5)).toMatchObject({ state: 'OP_WAIT' });
  expect(types(reply(group))).toEqual(['KEY_REPLY']);
  expect(opens(0, NEWS_CID)).toBe(true);
});

ruling('installing a reply', 'all or nothing', () => {
  const { ss, keys, pair, request, reply, opens } = station();
  const identifier = request('unicast');
  const [older, newer] = pair();
  const refused = (tek: [TekParameters, TekParameters], why: string) => {
    const step = reply({ identifier, tek });
    expect(step.events).toEqual([{ type: 'REPLY_REFUSED', serviceType: 0, groupId: undefined, why }]);
    expect(opens(0, 1040) || opens(1, 1040)).toBe(false);
    expect(ss.offer(bytes('x'), 1000)).toBe('NO_TEK');
  };
  refused([{ ...older, lifetime: 0 }, newer], 'LIFETIME');
  refused([older, { ...newer, lifetime: 0 }], 'LIFETIME');
  refused([older, { ...newer, lifetime: older.lifetime }], 'LIFETIME');
  refused([older, { ...newer, tek: newer.tek.subarray(0, 16) }], 'LENGTH');
  refused([{ ...older, tek: older.tek.subarray(0, 8) }, newer], 'LENGTH');
  refused([older, { ...newer, sequence: 2 }], 'SEQUENCE');
  refused([older, { ...newer, sequence: 0 }], 'SEQUENCE');
  refused([older, { ...newer, tek: older.tek }], 'EQUAL');
  refused([older, { ...newer, tek: newer.tek.map((byte) => byte ^ 1) }], 'UNWRAP');
  expect(types(reply({ identifier }))).toEqual(['KEY_REPLY']);
  expect(opens(0, 1040) && opens(1, 1040)).toBe(true);
  expect(keys).toHaveLength(4);
});

ruling('installing a reply', 'a refused one leaves the keys that are there', () => {
  const { request, reply, pair, opens, ss } = station();
  reply({ identifier: request('unicast') });
  const again = ss.tick(2000); // silence of L'/8: it asks again
  const identifier = again.events.flatMap((event) =>
    event.type === 'KEY_REQUEST' ? [event.identifier] : [],
  )[0] as number;
  const [older, newer] = pair(1);
  expect(types(reply({ identifier, tek: [older, { ...newer, sequence: 0 }] }, 3000))).toContain('REPLY_REFUSED');
  expect(opens(0, 1040, 3000) && opens(1, 1040, 3000)).toBe(true);
  expect(opens(2, 1040, 3000)).toBe(false);
});

ruling('installing a reply', 'the same sequence with other bytes replaces the key', () => {
  const { ss, peer, request, reply, opens, keys } = station();
  reply({ identifier: request('unicast') });
  expect(opens(0, 1040)).toBe(true);
  const [a, b] = [peer.tek(90, 0), peer.tek(91, 1)];
  const step = ss.tick(2000); // silence of L'/8
  const identifier = step.events.flatMap((event) =>
    event.type === 'KEY_REQUEST' ? [event.identifier] : [],
  )[0] as number;
  const tek = [
    { tek: a.wrapped, lifetime: 4, sequence: 0 },
    { tek: b.wrapped, lifetime: 8, sequence: 1 },
  ] as const;
  expect(reply({ identifier, tek }, 2000).events).toMatchObject([{ type: 'KEY_REPLY', fresh: true }]);
  expect(opens(0, 1040, 2000)).toBe(false);
  const sealed = peer.seal(a.key, 1040, [bytes('new')])[0] as Uint8Array;
  expect(types(ss.receive(sealed, 'bs', 2000))).toEqual(['PAYLOAD']);
  expect(keys).toHaveLength(4);
});

ruling('TEK FSM', 'one per service and group, one Identifier counter over all', () => {
  const { ss, request, reply } = station({
    services: [
      { type: 'multicast', groupId: 5, said: NEWS, cid: NEWS_CID },
      { type: 'multicast', groupId: 6, said: 518, cid: 65190 },
      { type: 'broadcast', said: ALERTS, cid: 65200 },
    ],
  });
  const identifiers = [
    request('unicast'),
    request('multicast', 1000, 5),
    request('multicast', 1000, 6),
    request('broadcast'),
  ];
  const [first = 0] = identifiers;
  expect(identifiers).toEqual([0, 1, 2, 3].map((i) => (first + i) & 0xff));
  reply({ identifier: identifiers[2] as number, said: 518, serviceType: 1, groupId: 6 });
  const states = ss.services().map(({ serviceType, groupId, state }) => [serviceType, groupId, state]);
  expect(states).toEqual([
    [0, undefined, 'OP_WAIT'],
    [1, 5, 'OP_WAIT'],
    [1, 6, 'OPERATIONAL'],
    [2, undefined, 'OP_WAIT'],
  ]);
  expect(ss.request({ service: 'broadcast' }, 1000).send).toEqual([]); // it runs already
});

ruling('TEK FSM', 'the first Identifier is random', () => {
  const firsts = new Set(Array.from({ length: 12 }, (_, i) => station({}, 400 + 2 * i).request('unicast')));
  expect(firsts.size).toBeGreaterThan(6);
});

ruling('Auth Invalid at the SS', 'a hint: reported, nothing else', () => {
  const { ss, peer, request, reply, opens } = station();
  const identifier = request('unicast');
  for (let i = 0; i < 20; i++) {
    const step = ss.receive(peer.authInvalid(identifier, 5), 'mallory', 1000 + i);
    expect(step.events).toEqual([{ type: 'AUTH_INVALID', error: 5 }]);
    expect(step.send).toEqual([]); // the pending request has its own timer
  }
  expect(types(reply({ identifier }, 1050))).toEqual(['KEY_REPLY']); // still pending
  const step = ss.receive(peer.authInvalid(identifier, 4), 'mallory', 1100);
  expect(step.send).toEqual([]);
  expect(opens(0, 1040, 1100)).toBe(true);
  expect(ss.services()[0]).toMatchObject({ state: 'OPERATIONAL' });
});

ruling('TEK Invalid at the SS (verified)', 'never drops a key; at most one request per Operational Wait', () => {
  const { ss, peer, request, reply, asked, opens } = station();
  reply({ identifier: request('unicast') });
  const invalid = peer.tekInvalid({ said: 16, errorCode: 4 });
  expect(asked(ss.receive(invalid, 'mallory', 1500))).toEqual([]); // within the wait: remembered
  let requests = 0;
  for (let now = 1501; now < 5000; now += 7) {
    requests += asked(ss.receive(invalid, 'mallory', now)).length;
    expect(ss.services()[0]).toMatchObject({ older: 0, newer: 1 });
  }
  expect(requests).toBeGreaterThan(0);
  expect(requests).toBeLessThanOrEqual(3); // 2000, then a doubled wait
  expect(opens(0, 1040, 4900)).toBe(true);
  expect(ss.offer(bytes('still'), 4900)).toBeUndefined();
  const forged = peer.craft({
    type: 10,
    code: 11,
    identifier: 0,
    attributes: peer.asks({ type: 16, value: 4 }),
    digest: 'wrong',
  });
  expect(ss.receive(forged, 'mallory', 4950).events).toMatchObject([{ type: 'DROPPED', code: 'DIGEST' }]);
});

ruling(
  'a TEK cannot be generated (entropy, vault, store)',
  'the SS asks again after 60 s; after 2, 7, 8 only when told to',
  () => {
    const { ss, peer, request, asked } = station();
    const identifier = request('multicast', 1000, 5);
    const said = 16;
    const rejected = ss.receive(
      peer.keyReject({ identifier, said, serviceType: 1, groupId: 5, errorCode: 0 }),
      'bs',
      1000,
    );
    expect(rejected.events).toEqual([{ type: 'KEY_REJECT', serviceType: 1, groupId: 5, error: 0 }]);
    expect(rejected.wakeAt).toBe(61_000);
    expect(ss.tick(60_999).send).toEqual([]);
    const [again] = asked(ss.tick(61_000));
    expect(again).toMatchObject({ serviceType: 1, groupId: 5 });
    for (const errorCode of [2, 7, 8]) {
      const { ss: other, peer: bs, request: ask, asked: asks } = station();
      const reject = bs.keyReject({
        identifier: ask('multicast', 1000, 5),
        said,
        serviceType: 1,
        groupId: 5,
        errorCode,
      });
      expect(other.receive(reject, 'bs', 1000).wakeAt).toBeUndefined();
      expect(other.services()).toContainEqual(
        expect.objectContaining({ groupId: 5, error: errorCode, state: 'START' }),
      );
      expect(other.tick(10_000_000).send).toEqual([]);
      expect(asks(other.request({ service: 'multicast', groupId: 5 }, 10_000_000))).toHaveLength(1);
    }
  },
);

ruling('a TEK cannot be generated (entropy, vault, store)', 'Key Reject 0 on a refresh: the SS keeps its keys', () => {
  const { ss, peer, request, reply, asked, opens } = station();
  reply({ identifier: request('unicast') });
  const [again] = asked(ss.tick(2000));
  const reject = peer.keyReject({ identifier: again?.identifier as number, said: 16, serviceType: 0, errorCode: 0 });
  const step = ss.receive(reject, 'bs', 2100);
  expect(types(step)).toEqual(['KEY_REJECT']);
  expect(opens(0, 1040, 2200) && opens(1, 1040, 2200)).toBe(true);
  expect(ss.tick(8000).send).toEqual([]);
});
