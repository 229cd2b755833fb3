// What a base station answers to Key Requests, in the order of its checks.
import { expect } from 'vitest';
import type { BaseStation } from '../../bindings/bs/base-station.js';
import type { BaseStationOptions, BsStep } from '../../bindings/bs/types.js';
import { createTestingCore, type EntropySource, seededEntropy } from '../../bindings/core/testing.js';
import { concatBurst, encodeHeader } from '../../bindings/pdu/index.js';
import { type Craft, Peer, u16, u64 } from '../support/peer.js';
import { baseStation, bytes, hex, NEWS, NEWS_CID, SERVICES, subscriber, testingCore } from '../support/stations.js';
import { ruling } from './ruling.js';

const KEY_REPLY = 8;
const KEY_REJECT = 9;
const AUTH_INVALID = 10;

const roamer = subscriber(1, { provider: 'other' });
const outsider = subscriber(2, { groups: [] });

function station(over: Partial<BaseStationOptions> = {}) {
  const core = testingCore(11);
  const bs = baseStation(core, { subscribers: [subscriber(0), roamer, outsider], ...over });
  const hands = testingCore(12);
  const [peer, other, stranger] = [subscriber(0), roamer, outsider].map((row) => new Peer(hands, row)) as [
    Peer,
    Peer,
    Peer,
  ];
  const ask = (pdu: Uint8Array, now = 1000): BsStep => bs.receive(pdu, 'ss0', now);
  /** The one answer: its code and error. */
  const answer = (pdu: Uint8Array, who: Peer = peer, now = 1000): [number, unknown] => {
    const answers = who.answers(ask(pdu, now));
    expect(answers).toHaveLength(1);
    return [answers[0]?.code ?? 0, answers[0]?.values['errorCode']];
  };
  const silence = (pdu: Uint8Array, code: string): void => {
    const before = bs.counters()[`dropped${code}`] ?? 0;
    const step = ask(pdu);
    expect(step.send).toEqual([]);
    expect(step.events).toMatchObject([{ type: 'DROPPED', code }]);
    expect(bs.counters()[`dropped${code}`]).toBe(before + 1);
  };
  return { core, bs, peer, other, stranger, ask, answer, silence };
}

ruling('HCS or LEN wrong', 'the burst ends there; PDUs before it count', () => {
  const { peer, ask, bs } = station();
  const [first, second] = [peer.request(0, undefined, 1n), peer.request(1, 5, 2n, 2)] as const;
  const badHcs = second.slice();
  badHcs[5] = (badHcs[5] ?? 0) ^ 1;
  const step = ask(concatBurst([first, badHcs, peer.request(2, undefined, 3n, 3)]));
  expect(peer.answers(step).map(({ code }) => code)).toEqual([KEY_REPLY]);
  expect(step.events).toContainEqual(expect.objectContaining({ type: 'DROPPED', code: 'HCS' }));
  expect(bs.counters()['droppedHCS']).toBe(1);

  const header = encodeHeader({
    ec: false,
    type: 0,
    esf: false,
    ci: true,
    eks: 0,
    length: second.length + 9,
    cid: 336,
  });
  const tooLong = second.slice();
  tooLong.set(header);
  const cut = ask(concatBurst([peer.request(0, undefined, 4n), tooLong]));
  expect(peer.answers(cut)).toHaveLength(1);
  expect(cut.events).toContainEqual(expect.objectContaining({ type: 'DROPPED', code: 'LEN' }));
});

ruling('EC=0 on a transport or service CID', 'at the BS', () => {
  const { peer, silence } = station();
  silence(peer.craft({ attributes: peer.asks(), cid: 1040 }), 'CLEARTEXT');
  silence(peer.craft({ attributes: peer.asks(), cid: NEWS_CID }), 'CLEARTEXT');
});

ruling(
  'TLV broken; 10 or 12 missing, repeated or of wrong length; other code; EC=1 on management; other CID; PKM-RSP from an SS',
  'silence, an event, a counter',
  () => {
    const { peer, silence } = station();
    const [ten, twelve] = peer.asks() as [{ type: number; value: number }, { type: number; value: number[] }];
    const craft = (craft: Partial<Craft>) => peer.craft({ attributes: peer.asks(), ...craft });
    silence(craft({ tail: [7] }), 'TLV');
    silence(craft({ tail: [7, 9, 1] }), 'TLV');
    silence(craft({ attributes: [twelve] }), 'ATTRIBUTE');
    silence(craft({ attributes: [ten] }), 'ATTRIBUTE');
    silence(craft({ attributes: [ten, ten, twelve] }), 'ATTRIBUTE');
    silence(craft({ attributes: [ten, twelve, twelve] }), 'ATTRIBUTE');
    silence(craft({ attributes: [{ type: 10, value: [0, 3] }, twelve] }), 'ATTRIBUTE');
    silence(craft({ attributes: [ten, { type: 12, value: 16 }] }), 'ATTRIBUTE');
    silence(craft({ code: 4 }), 'CODE');
    silence(craft({ code: 77 }), 'CODE');
    silence(craft({ cid: 4000 }), 'CID');
    silence(craft({ cid: 16 }), 'CID'); // the basic connection
    silence(craft({ type: 10, code: 8 }), 'TYPE');
    silence(craft({ type: 10 }), 'TYPE');
    const encrypted = craft({});
    encrypted[0] = 0x40;
    encrypted.set(
      encodeHeader({ ec: true, type: 0, esf: false, ci: false, eks: 0, length: encrypted.length, cid: 336 }),
    );
    silence(encrypted, 'CI');
    silence(new Peer(peer.core, peer.row, 'none').craft({ attributes: peer.asks() }), 'CI');
    const { bs: plain } = station({ crc: 'none' });
    const step = plain.receive(encrypted, 'ss0', 1000);
    expect(step.send).toEqual([]);
    expect(step.events).toMatchObject([{ type: 'DROPPED', code: 'ENCRYPTED' }]);
  },
);

ruling('AK sequence unknown (4 bits, not folded), whatever the digest', 'Auth Invalid 4', () => {
  const { peer, answer } = station();
  for (const digest of ['right', 'wrong', 'missing'] as const) {
    for (const sequence of [4, 19, 0xf3]) {
      const attributes = [
        { type: 10, value: sequence },
        { type: 12, value: u16(16) },
      ];
      expect(answer(peer.craft({ attributes, digest }))).toEqual([AUTH_INVALID, 4]);
    }
  }
});

ruling('digest wrong, missing, twice, of wrong length, or followed by anything', 'Auth Invalid 5', () => {
  const { peer, answer, ask } = station();
  for (const digest of ['wrong', 'missing', 'twice', 'short', 'followed'] as const) {
    expect(answer(peer.craft({ attributes: peer.asks(), digest }))).toEqual([AUTH_INVALID, 5]);
  }
  const [invalid] = peer.answers(ask(peer.craft({ attributes: peer.asks(), digest: 'wrong', identifier: 77 })));
  expect(invalid).toMatchObject({ identifier: 77, types: [16] });
});

ruling('another attribute but 13 repeated', 'silence', () => {
  const { peer, silence, answer } = station();
  const twice = (type: number, value: number | number[]) =>
    peer.craft({ attributes: peer.asks({ type, value }, { type, value }) });
  silence(twice(28, 1), 'ATTRIBUTE');
  silence(twice(29, 5), 'ATTRIBUTE');
  silence(twice(158, u64(9n)), 'ATTRIBUTE');
  silence(twice(6, [65]), 'ATTRIBUTE');
  expect(answer(twice(13, [10, 1, 0]))[0]).toBe(KEY_REPLY);
  silence(twice(200, 1), 'ATTRIBUTE');
});

ruling('SAID other than the own primary', 'Key Reject 2', () => {
  const { peer, answer } = station();
  const said = (value: number) =>
    peer.craft({
      attributes: [
        { type: 10, value: 3 },
        { type: 12, value: u16(value) },
      ],
    });
  expect(answer(said(17))).toEqual([KEY_REJECT, 2]);
  expect(answer(said(NEWS))).toEqual([KEY_REJECT, 2]);
});

ruling(
  'service type above 2, or broadcast/unicast not offered, or attribute 28 of wrong length',
  'Key Reject 7',
  () => {
    const { peer, answer, bs } = station({ services: [SERVICES[0]] });
    expect(answer(peer.request(3))).toEqual([KEY_REJECT, 7]);
    expect(answer(peer.request(255))).toEqual([KEY_REJECT, 7]);
    expect(answer(peer.request(2))).toEqual([KEY_REJECT, 7]);
    expect(answer(peer.craft({ attributes: peer.asks({ type: 28, value: [0, 1] }) }))).toEqual([KEY_REJECT, 7]);
    bs.remove(peer.row.mac, 16, 1000);
    expect(answer(peer.request(0))).toEqual([KEY_REJECT, 7]);
    expect(answer(peer.request(1, 5))[0]).toBe(KEY_REPLY);
  },
);

ruling('group not configured or not allowed, 29 missing or of wrong length', 'Key Reject 8', () => {
  const { peer, stranger, answer, bs } = station();
  expect(answer(peer.request(1, 6))).toEqual([KEY_REJECT, 8]);
  expect(answer(stranger.request(1, 5), stranger)).toEqual([KEY_REJECT, 8]);
  expect(answer(peer.request(1))).toEqual([KEY_REJECT, 8]);
  expect(answer(peer.craft({ attributes: peer.asks({ type: 28, value: 1 }, { type: 29, value: [0, 5] }) }))).toEqual([
    KEY_REJECT,
    8,
  ]);
  expect(answer(peer.request(1, 5))[0]).toBe(KEY_REPLY);
  bs.remove(peer.row.mac, NEWS, 1000);
  expect(answer(peer.request(1, 5))).toEqual([KEY_REJECT, 8]);
});

ruling("broadcast asked by another provider's SS", 'Key Reject 2', () => {
  const { peer, other, answer } = station();
  expect(answer(other.request(2), other)).toEqual([KEY_REJECT, 2]);
  expect(answer(peer.request(2))[0]).toBe(KEY_REPLY);
});

ruling('a group names an SS of another provider', 'groups alone decides', () => {
  const { other, answer } = station();
  expect(answer(other.request(1, 5), other)[0]).toBe(KEY_REPLY);
});

ruling('a TEK cannot be generated (entropy, vault, store)', 'Key Reject 0, nothing half made', () => {
  let broken = false;
  const source = seededEntropy(3);
  const entropy: EntropySource = (out) => {
    if (broken) throw new Error('no entropy');
    source(out);
  };
  const core = createTestingCore({
    entropy,
    slots: 64,
    windows: 8,
    replayWindow: 64,
    packets: 512,
    arenaBytes: 2 << 20,
  });
  const bs = baseStation(core, { replayWindow: 64 });
  const peer = new Peer(testingCore(12), subscriber(0));
  const used = core.info().slotsUsed;
  broken = true;
  const failed = bs.receive(peer.request(1, 5, 1n), 'ss0', 1000);
  expect(peer.answers(failed)).toMatchObject([
    { code: KEY_REJECT, values: { errorCode: 0, said: 16, serviceType: 1, groupId: 5 } },
  ]);
  expect(failed.events).toContainEqual({ type: 'GENERATION_FAILED', said: NEWS, code: 'ENTROPY' });
  expect(core.info().slotsUsed).toBe(used);
  broken = false;
  expect(peer.answers(bs.receive(peer.request(1, 5, 2n, 2), 'ss0', 1500))).toMatchObject([{ code: KEY_REPLY }]);
});

ruling('a TEK cannot be generated (entropy, vault, store)', 'a full vault: the first TEK is not left behind', () => {
  const core = createTestingCore({
    seed: 5,
    slots: 4,
    windows: 8,
    replayWindow: 64,
    packets: 512,
    arenaBytes: 2 << 20,
  });
  const bs = baseStation(core, { replayWindow: 64 }); // KEK and two HMAC keys: one slot is left
  const peer = new Peer(testingCore(12), subscriber(0));
  const step = bs.receive(peer.request(1, 5, 1n), 'ss0', 1000);
  expect(peer.answers(step)).toMatchObject([{ code: KEY_REJECT, values: { errorCode: 0 } }]);
  expect(step.events).toContainEqual({ type: 'GENERATION_FAILED', said: NEWS, code: 'VAULT_FULL' });
  expect(core.info().slotsUsed).toBe(3);
  expect(bs.services().every(({ older }) => older === undefined)).toBe(true);
});

ruling('no 28', 'unicast, answered without 28 and 29', () => {
  const { peer, ask } = station();
  const [reply] = peer.answers(ask(peer.request()));
  expect(reply).toMatchObject({ code: KEY_REPLY, values: { said: 16 }, types: [10, 12, 13, 13, 11], signed: true });
});

ruling('29 with unicast or broadcast', 'ignored, not echoed', () => {
  const { peer, ask } = station();
  for (const serviceType of [0, 2]) {
    const [reply] = peer.answers(ask(peer.request(serviceType, 5)));
    expect(reply).toMatchObject({ code: KEY_REPLY, values: { serviceType }, types: [10, 12, 28, 13, 13, 11] });
  }
  const [plain] = peer.answers(ask(peer.craft({ attributes: peer.asks({ type: 29, value: [1, 2, 3] }) })));
  expect(plain).toMatchObject({ code: KEY_REPLY, types: [10, 12, 13, 13, 11] });
});

ruling('Reject', 'SAID of the request; 28 and 29 only where they make sense', () => {
  const { peer, ask } = station();
  const reject = (...more: Parameters<Peer['asks']>) =>
    peer.answers(ask(peer.craft({ attributes: peer.asks(...more) })))[0];
  expect(reject({ type: 28, value: 9 })).toMatchObject({
    values: { said: 16, serviceType: 9 },
    types: [10, 12, 28, 16, 11],
    signed: true,
  });
  expect(reject({ type: 28, value: [1, 1] })?.types).toEqual([10, 12, 16, 11]);
  expect(reject({ type: 28, value: 1 }, { type: 29, value: 6 })?.types).toEqual([10, 12, 28, 29, 16, 11]);
  expect(reject({ type: 28, value: 1 }, { type: 29, value: [6, 6] })?.types).toEqual([10, 12, 28, 16, 11]);
  expect(reject({ type: 28, value: 9 }, { type: 29, value: 6 })?.types).toEqual([10, 12, 28, 16, 11]);
  expect(reject({ type: 28, value: 9 }, { type: 158, value: u64(77n) })).toMatchObject({
    types: [10, 12, 28, 16, 158, 11],
    values: { freshness: 77n },
  });
  const foreign = [
    { type: 10, value: 3 },
    { type: 12, value: u16(999) },
    { type: 28, value: 0 },
  ];
  expect(peer.answers(ask(peer.craft({ attributes: foreign })))[0]?.values['said']).toBe(999);
});

ruling('unknown attributes; non-minimal lengths; other order (digest last)', 'accepted and counted', () => {
  const { peer, answer, bs } = station();
  expect(answer(peer.craft({ attributes: peer.asks({ type: 222, value: [1, 2] }) }))[0]).toBe(KEY_REPLY);
  expect(bs.counters()['oddities']).toBe(1);
  expect(answer(peer.craft({ attributes: peer.asks({ type: 28, value: 0, long: true }) }))[0]).toBe(KEY_REPLY);
  expect(bs.counters()['oddities']).toBe(2);
  expect(answer(peer.craft({ attributes: peer.asks({ type: 28, value: 0 }).reverse() }))[0]).toBe(KEY_REPLY);
  expect(bs.counters()['oddities']).toBe(3);
  expect(answer(peer.craft({ attributes: peer.asks({ type: 158, value: [1, 2, 3] }) }))[0]).toBe(KEY_REPLY); // 158 of another length
  expect(bs.counters()['oddities']).toBe(4);
});

ruling('same request again', 'same keys, nothing advances', () => {
  const { peer, ask, core, bs } = station();
  const request = peer.request(1, 5, 1n);
  const [first] = peer.answers(ask(request, 1000));
  const used = core.info().slotsUsed;
  const again = ask(request, 1000);
  const [second] = peer.answers(again);
  expect(hex(second?.message.bytes ?? bytes(''))).toBe(hex(first?.message.bytes ?? bytes('-')));
  expect(core.info().slotsUsed).toBe(used);
  expect(again.events.map(({ type }) => type)).toEqual(['KEY_REPLY']);
  expect(bs.counters()['teksGenerated']).toBe(2);
});

ruling('two requests in one burst', 'two answers', () => {
  const { peer, ask } = station();
  const answers = peer.answers(ask(concatBurst([peer.request(0, undefined, 1n, 8), peer.request(1, 6, 2n, 9)])));
  expect(answers.map(({ code, identifier }) => [code, identifier])).toEqual([
    [KEY_REPLY, 8],
    [KEY_REJECT, 9],
  ]);
});

ruling('memory 240', 'keeps the last analysis and discrimination per SS and service, shown in events', () => {
  const { peer, other, ask, bs } = station();
  const step = ask(peer.request(1, 5, 1n, 4));
  const analysis = { identifier: 4, serviceType: 1, groupId: 5, ordinary: false, oddities: 0 };
  const verdict = { analysis, discrimination: { accepted: true, said: NEWS } };
  expect(step.events.at(-1)).toMatchObject({ type: 'KEY_REPLY', ...verdict });
  expect(bs.verdict(peer.row.mac.toUpperCase(), 1, 5)).toEqual(verdict);
  const rejected = ask(other.request(2, undefined, 1n, 5));
  const discrimination = { accepted: false, error: 2 };
  expect(rejected.events.at(-1)).toMatchObject({ type: 'KEY_REJECT', discrimination });
  expect(bs.verdict(other.row.mac, 2)).toMatchObject({ discrimination });
  expect(bs.verdict(peer.row.mac, 1, 5)).toEqual(verdict);
  bs.remove(peer.row.mac, NEWS, 1000);
  ask(peer.request(1, 5, 2n, 6));
  expect(bs.verdict(peer.row.mac, 1, 5)).toMatchObject({
    analysis: { identifier: 6 },
    discrimination: { accepted: false, error: 8 },
  });
});

ruling('BS without durable state', 'fresh TEKs at every start', () => {
  const core = testingCore(21);
  const peer = new Peer(testingCore(12), subscriber(0));
  const wrapped = [1, 2].map(() => {
    const bs: BaseStation = baseStation(core);
    const [reply] = peer.answers(bs.receive(peer.request(1, 5, 1n), 'ss0', 1000));
    bs.dispose();
    return hex(reply?.message.bytes ?? bytes(''));
  });
  expect(wrapped[0]).not.toBe(wrapped[1]);
  expect(core.info().slotsUsed).toBe(0);
});
