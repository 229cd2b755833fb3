// Authorization by certificate end to end: both stations, real certificates, virtual time.
import { describe, expect, it } from 'vitest';
import { decodeManagement, encodeManagement, splitBurst } from '../../bindings/pdu/index.js';
import { CODE, decodeMessage, encodeAuthInvalid, encodeAuthReject, patent } from '../../bindings/pkm/index.js';
import { Air } from './air.js';
import { SS_MAC } from './certificates.js';

const STACK = ['ACCESS', 'SYNCHRONIZED', 'UPLINK_ACQUIRED', 'RANGED', 'NEGOTIATED'] as const;
const ALL = { down: true, up: true, news: true };

/** PKM codes of what was sent, in order; traffic left out. */
function codes(air: Air): string[] {
  const names = Object.entries(CODE);
  return air.sent.flatMap(({ bytes }) =>
    splitBurst(bytes).pdus.flatMap((pdu) => {
      const management = decodeManagement(pdu, 'msb');
      if (!management.ok) return [];
      const decoded = decodeMessage(patent, management.message);
      return decoded.ok ? [names.find(([, code]) => code === decoded.message.code)?.[0] ?? '?'] : [];
    }),
  );
}

/** An Auth Invalid as anybody can send it. */
const authInvalid = (identifier: number) =>
  encodeManagement(336, encodeAuthInvalid(patent, { identifier, errorCode: 1 }), 'msb');

describe('from nothing to traffic', () => {
  it('asks for no key before it is authorized, then for those that are wanted', async () => {
    const air = await Air.make();
    air.fromSs(air.ss.request({ service: 'unicast' }, air.now));
    air.fromSs(air.ss.request({ service: 'multicast', groupId: 5 }, air.now));
    expect(codes(air)).toEqual(['authInfo', 'authRequest']);
    expect(air.ss.entryState).toBe('AUTHENTICATION');
    await air.settle();
    expect(codes(air).slice(2)).toEqual(['authReply', 'keyRequest', 'keyReply', 'keyRequest', 'keyReply']);
    expect(air.ss.entryState).toBe('SERVICES');
    expect(air.talk()).toEqual(ALL);
    expect(air.types('bs', 'AK_CONFIRMED')).toHaveLength(1);
    expect(air.ssEvents).toContainEqual(expect.objectContaining({ type: 'AUTH_REPLY', signed: true }));
  });

  it('warns of a reply that nobody signed where none is demanded, and refuses it where it is', async () => {
    const lax = await Air.make({ signs: false, demands: false });
    await lax.ask('unicast');
    expect(lax.types('ss', 'AUTH_REPLY_UNSIGNED', 'KEY_REPLY')).toEqual(['AUTH_REPLY_UNSIGNED', 'KEY_REPLY']);
    const strict = await Air.make({ signs: false });
    await strict.ask('unicast');
    expect(strict.ssEvents).toContainEqual({ type: 'AUTH_REPLY_REFUSED', why: 'UNSIGNED' });
    expect(codes(strict)).not.toContain('keyRequest');
  });

  it('takes the timers that the BS tells: an unanswered Key Request is repeated after its Operational Wait', async () => {
    const timers = {
      ...{ authorizeWait: 10, reauthorizeWait: 10, authorizationGrace: 60, authorizeRejectWait: 60 },
      ...{ operationalWait: 4, rekeyWait: 3, tekGrace: 300 },
    };
    const air = await Air.make({ demands: false, bs: { pki: { akLifetime: 400, timers } } });
    let deaf = false;
    air.ether = (_, from) => from !== 'bs' || !deaf;
    await air.ask('unicast');
    deaf = true;
    const mark = air.now;
    await air.ask('multicast', 5);
    await air.run(mark + 11_000);
    const asked = air.ssEvents.flatMap((event) =>
      event.type === 'KEY_REQUEST' && event.groupId === 5 ? [event.why] : [],
    );
    expect(asked).toEqual(['FIRST', 'RETRY', 'RETRY']); // at 0, 4 and 8 s
  });

  it('is refused for good with the certificate of another SS', async () => {
    const air = await Air.make({ impostor: true });
    await air.ask('unicast');
    await air.run(900_000);
    expect(codes(air)).toEqual(['authInfo', 'authRequest', 'authReject']);
  });
});

describe('reauthorization', () => {
  it('is no outage: traffic in every direction at every moment, over several AKs', async () => {
    const air = await Air.make();
    await air.ask('unicast');
    await air.ask('multicast', 5);
    const bad: string[] = [];
    await air.run(1_500_000, () => {
      const heard = air.talk();
      if (!(heard.down && heard.up && heard.news)) bad.push(`${air.now} ${JSON.stringify(heard)}`);
    });
    expect(bad).toEqual([]);
    expect(air.types('bs', 'AK_CONFIRMED').length).toBeGreaterThan(3);
    expect(air.types('ss', 'AK_EXPIRED').length).toBeGreaterThan(2);
    expect(air.types('bs', 'TEK_INVALID')).toEqual([]);
  });

  it('makes two new unicast TEKs, and leaves those of the group with their windows', async () => {
    const air = await Air.make();
    await air.ask('unicast');
    await air.ask('multicast', 5);
    air.bs.offer(517, Uint8Array.of(1), air.now);
    const step = air.bs.flush(air.now);
    air.fromBs(step);
    const generated = (said: number) =>
      air.bsEvents.filter((event) => event.type === 'TEK_GENERATED' && event.said === said).length;
    expect([generated(16), generated(517)]).toEqual([2, 2]);
    air.now += 5000;
    air.fromSs(air.ss.reauthorize(air.now));
    await air.settle();
    expect([generated(16), generated(517)]).toEqual([4, 2]);
    expect(air.ssEvents.at(-1)).toMatchObject({ type: 'KEY_REPLY', said: 16, fresh: true });
    expect(air.talk()).toEqual(ALL);
    // Under the new AK the group's TEKs come in another wrapping; they are the same, and so is what they have seen.
    await air.run(air.now + 8500);
    expect(air.ssEvents.filter(({ type }) => type === 'KEY_REPLY').at(-1)).toMatchObject({ said: 517, fresh: false });
    const again = air.ss.receive(step.send[0]?.bytes as Uint8Array, 'mallory', air.now);
    expect(again.events).toMatchObject([{ type: 'DROPPED', code: 'REPLAY' }]);
    expect(air.talk()).toEqual(ALL);
  });

  it('in the middle of a rekey of the same unicast SA: its new TEKs take the place of the round’s, which is over', async () => {
    const air = await Air.make({ bs: { rekeying: { deadline: 15 } } });
    await air.ask('unicast');
    air.now += 5000;
    let nudged = false;
    air.ether = (_, from) => from === 'ss' || nudged; // what the BS sends is lost until the new AK is there
    air.fromBs(air.bs.rekey(16, air.now));
    await air.run(air.now + 500);
    expect(air.bs.services().find(({ said }) => said === 16)?.rekeying).toEqual({
      distributed: 0,
      members: 1,
      late: [],
    });
    nudged = true;
    air.fromSs(air.ss.reauthorize(air.now));
    await air.settle();
    expect(air.bsEvents.filter(({ type }) => type === 'REKEY_SWITCHED')).toMatchObject([{ said: 16, why: 'REPLACED' }]);
    expect(air.bs.services().find(({ said }) => said === 16)?.rekeying).toBeUndefined();
    expect(air.talk()).toMatchObject({ down: true, up: true });
    // The next one is not kept waiting by what is over.
    air.fromBs(air.bs.rekey(16, air.now));
    const bad: number[] = [];
    await air.run(air.now + 10_000, () => {
      const { down, up } = air.talk();
      if (!down || !up) bad.push(air.now);
    });
    expect(bad).toEqual([]);
    expect(air.bsEvents.filter(({ type }) => type === 'REKEY_SWITCHED').at(-1)).toMatchObject({ said: 16, why: 'ALL' });
  });

  it('SAIDs that are gone from an Auth Reply: their machines stop, their TEKs are erased, the others go on', async () => {
    const air = await Air.make();
    await air.ask('unicast');
    await air.ask('multicast', 5);
    expect(air.talk()).toEqual(ALL);
    air.fromBs(air.bs.evict(SS_MAC, 517, air.now));
    air.now += 5000;
    air.fromSs(air.ss.reauthorize(air.now));
    await air.settle();
    const news = air.ss.services().find(({ groupId }) => groupId === 5);
    expect(news).toMatchObject({ state: 'START', older: undefined, newer: undefined });
    expect(air.talk()).toEqual({ down: true, up: true, news: false });
    const asked = codes(air).length;
    await air.run(air.now + 20_000);
    expect(
      codes(air)
        .slice(asked)
        .filter((code) => code === 'keyReject'),
    ).toEqual([]); // it does not ask for it again
    expect(air.talk()).toMatchObject({ down: true, up: true });
  });

  it('an authorization that is lost takes every service along: traffic ends, keys of groups too are erased', async () => {
    const air = await Air.make({ ss: { entry: 'stack' } });
    for (const event of [...STACK]) air.fromSs(air.ss.enter(event, air.now));
    await air.settle();
    for (const event of ['REGISTERED', 'IP_CONNECTED'] as const) air.fromSs(air.ss.enter(event, air.now));
    await air.ask('unicast');
    await air.ask('multicast', 5);
    expect(air.talk()).toEqual(ALL);
    air.now += 5000;
    air.ether = () => false;
    air.fromSs(air.ss.reauthorize(air.now));
    air.ether = () => true;
    const request = air.sent.at(-1)?.bytes as Uint8Array;
    const rejected = encodeAuthReject(patent, { identifier: request[8] as number, errorCode: 6 });
    const mark = air.ssEvents.length;
    air.fromSs(air.ss.receive(encodeManagement(336, rejected, 'msb'), 'bs', air.now));
    expect(air.ss.entryState).toBe('AUTHENTICATION');
    const services = air.ssEvents.slice(mark).flatMap((event) => (event.type === 'SERVICE' ? [event.state] : []));
    expect(services).toEqual(['KEYS', 'KEYS', 'WANTED', 'WANTED']); // traffic of all first, then their keys
    expect(air.ss.services().map(({ state, older }) => [state, older])).toEqual(Array(3).fill(['START', undefined]));
    expect(air.ss.offer(Uint8Array.of(1), air.now)).toBe('NO_TEK');
    expect(air.talk()).toEqual({ down: false, up: false, news: false });
    const said = codes(air).length;
    await air.run(air.now + 900_000);
    expect(
      codes(air)
        .slice(said)
        .filter((code) => code === 'keyRequest' || code === 'authRequest'),
    ).toEqual([]);
  });

  it('recovers by itself from a BS that restarted: its Auth Invalid names the pending request', async () => {
    const air = await Air.make();
    await air.ask('unicast');
    await air.ask('multicast', 5);
    air.restartBs();
    air.now += 5000;
    await air.run(air.now + 120_000);
    expect(codes(air).filter((code) => code === 'authInvalid').length).toBeGreaterThan(0);
    expect(air.talk()).toEqual(ALL);
  });

  it('a restarted SS gets a new AK and new unicast TEKs, so it may seal at once', async () => {
    const air = await Air.make();
    await air.ask('unicast');
    air.talk();
    air.restartSs();
    air.now += 61_000;
    await air.ask('unicast');
    expect(air.talk()).toMatchObject({ down: true, up: true });
  });
});

describe('attacks', () => {
  it('forged Auth Invalid: another Identifier does nothing, 0 costs one reauthorization, keys stay', async () => {
    const air = await Air.make();
    await air.ask('unicast');
    await air.ask('multicast', 5);
    air.now += 20_000;
    await air.run(air.now);
    const before = codes(air).length;
    for (let identifier = 1; identifier < 256; identifier++) {
      air.fromSs(air.ss.receive(authInvalid(identifier), 'mallory', air.now));
    }
    expect(codes(air).length).toBe(before);
    for (let i = 0; i < 20; i++) air.fromSs(air.ss.receive(authInvalid(0), 'mallory', air.now));
    expect(codes(air).slice(before)).toEqual(['authRequest']);
    expect(air.talk()).toEqual(ALL);
    await air.settle();
    expect(air.talk()).toEqual(ALL);
  });

  it('replayed Auth Request and Auth Reply: neither takes an AK away that is in use', async () => {
    const air = await Air.make();
    await air.ask('unicast');
    await air.ask('multicast', 5);
    const [info, request] = air.sent.filter(({ from }) => from === 'ss');
    const reply = air.sent.find(({ from }) => from === 'bs');
    for (let i = 0; i < 10; i++) {
      air.now += 70_000 / 10;
      await air.run(air.now);
      for (const sent of [info, request]) air.fromBs(air.bs.receive(sent?.bytes as Uint8Array, 'mallory', air.now));
      air.fromSs(air.ss.receive(reply?.bytes as Uint8Array, 'bs', air.now));
      await air.settle();
      expect(air.talk()).toEqual(ALL);
    }
  });

  it('a flood of Auth Requests from one address is charged to it: others are served, few certificates are verified', async () => {
    const air = await Air.make({ other: true });
    await air.ask('unicast');
    const request = air.sent.filter(({ from }) => from === 'ss')[1]?.bytes as Uint8Array;
    air.now += 61_000;
    let work = 0;
    const [pdu] = splitBurst(request).pdus;
    const decoded = pdu && decodeManagement(pdu, 'msb');
    if (!decoded?.ok) throw new Error('no message');
    for (let i = 0; i < 2000; i++) {
      const forged = decoded.message.slice();
      forged[2] = i & 0xff; // another Identifier: never the request that was just answered
      work += air.bs.receive(encodeManagement(336, forged, 'msb'), 'mallory', air.now).work.length;
    }
    expect(work).toBe(1);
    expect(air.bs.counters()['droppedRATE']).toBeGreaterThan(1000);
    expect(air.talk()).toMatchObject({ down: true, up: true });
  });
});

describe('network entry by the embedding stack', () => {
  it('S60 begins with NEGOTIATED; no Key Request before S80, no traffic before its TEK', async () => {
    const air = await Air.make({ ss: { entry: 'stack' } });
    await air.ask('unicast');
    await air.ask('multicast', 5);
    expect(air.sent).toEqual([]);
    for (const event of STACK) {
      expect(air.sent).toEqual([]);
      air.fromSs(air.ss.enter(event, air.now));
    }
    await air.settle();
    expect(codes(air)).toEqual(['authInfo', 'authRequest', 'authReply']);
    air.fromSs(air.ss.enter('REGISTERED', air.now));
    expect(codes(air)).toHaveLength(3);
    expect(air.ss.offer(Uint8Array.of(1), air.now)).toBe('NO_TEK');
    air.fromSs(air.ss.enter('IP_CONNECTED', air.now));
    await air.settle();
    expect(codes(air).slice(3)).toEqual(['keyRequest', 'keyReply', 'keyRequest', 'keyReply']);
    expect(air.talk()).toEqual(ALL);
  });

  it.each(['SYNC_LOST', 'LEAVE'] as const)(
    '%s closes traffic, then keys, then the AK, and forgets all; then it comes again',
    async (out) => {
      const air = await Air.make({ ss: { entry: 'stack' } });
      for (const event of STACK) air.fromSs(air.ss.enter(event, air.now));
      await air.settle();
      for (const event of ['REGISTERED', 'IP_CONNECTED'] as const) air.fromSs(air.ss.enter(event, air.now));
      await air.ask('unicast');
      await air.ask('multicast', 5);
      expect(air.talk()).toEqual(ALL);
      const mark = air.ssEvents.length;
      air.now += 3000;
      air.fromSs(air.ss.enter(out, air.now));
      const services = air.ssEvents.slice(mark).flatMap((event) => (event.type === 'SERVICE' ? [event.state] : []));
      expect(services).toEqual(['KEYS', 'KEYS', 'WANTED', 'WANTED']);
      expect(air.ss.services().map(({ state, older }) => [state, older])).toEqual([
        ['START', undefined],
        ['START', undefined],
        ['START', undefined],
      ]);
      expect(air.ss.offer(Uint8Array.of(1), air.now)).toBe('NO_TEK');
      expect(air.talk()).toEqual({ down: false, up: false, news: false });
      const from = out === 'LEAVE' ? 0 : 1;
      for (const event of STACK.slice(from)) air.fromSs(air.ss.enter(event, air.now));
      await air.settle();
      for (const event of ['REGISTERED', 'IP_CONNECTED'] as const) air.fromSs(air.ss.enter(event, air.now));
      await air.settle();
      expect(air.talk()).toEqual(ALL);
    },
  );

  it('at the BS: no Auth Request before S60, no Key Request before S80, and the way out takes AK, keys and address along', async () => {
    const air = await Air.make({ bs: { entry: 'stack' } });
    const enter = async (...events: Parameters<Air['bs']['enter']>[1][]) => {
      for (const event of events) air.fromBs(air.bs.enter(SS_MAC, event, air.now));
      await air.settle();
    };
    const drops = () => air.bsEvents.flatMap((event) => (event.type === 'DROPPED' ? [event.code] : []));
    await air.ask('unicast');
    expect(drops()).toEqual(['ENTRY', 'ENTRY']); // Auth Info, Auth Request
    await enter(...STACK);
    expect(air.bs.entryState(SS_MAC)).toBe('AUTHENTICATION');
    await air.run(air.now + 11_000); // Authorize Wait
    expect(air.types('ss', 'AUTH_REPLY')).toHaveLength(1);
    expect(air.bs.entryState(SS_MAC)).toBe('REGISTRATION');
    expect(drops().slice(2)).toEqual(['ENTRY', 'ENTRY']); // Key Requests: it is not registered
    await enter('REGISTERED', 'IP_CONNECTED');
    await air.ask('multicast', 5);
    await air.run(air.now + 2000);
    expect(air.bs.entryState(SS_MAC)).toBe('SERVICES');
    expect(air.talk()).toEqual(ALL);
    const mark = air.bsEvents.length;
    await enter('LEAVE');
    expect(air.bs.services().find(({ said }) => said === 16)).toMatchObject({ older: undefined, newer: undefined });
    expect(air.talk()).toEqual({ down: false, up: false, news: false });
    expect(air.bsEvents.slice(mark).map((event) => event.type)).toContain('UNBOUND');
    await enter(...STACK);
    await air.run(air.now + 700_000);
    expect(air.bs.entryState(SS_MAC)).toBe('REGISTRATION'); // authorized anew: the AK of before counts no more
    await enter('REGISTERED', 'IP_CONNECTED');
    await air.run(air.now + 130_000);
    expect(air.talk()).toEqual(ALL);
  });
});
