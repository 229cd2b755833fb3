import { describe, expect, it } from 'vitest';
import { linearMemory } from '../../bindings/core/testing.js';
import {
  encodeAuthInfo,
  encodeAuthInvalid,
  encodeAuthReject,
  encodeAuthReply,
  encodeAuthRequest,
  patent,
  readAuthReply,
} from '../../bindings/pkm/index.js';
import { BASIC_CID, decodedMessage, MAC, Pair, SUITE } from './support.js';

const WEEK = 604_800;

/** A copy with another byte at one place. */
function changed(bytes: Uint8Array, at: number, byte: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = byte & 255;
  return copy;
}

/** Copies of every AK that the BS made, for tests to look for. */
function spyAks(pair: Pair): { bytes: number[]; array: Uint8Array }[] {
  const seen: { bytes: number[]; array: Uint8Array }[] = [];
  for (const kind of ['encrypt-ak', 'decrypt-ak'] as const) {
    const real = pair.answers[kind] as (input: unknown) => Uint8Array;
    (pair.answers as Record<string, unknown>)[kind] = (input: { ak?: Uint8Array }) => {
      const value = real(input);
      const array = input.ak ?? value;
      seen.push({ bytes: [...array], array });
      return value;
    };
  }
  return seen;
}

/** The same message with an unknown attribute at its end. */
function longer(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from([...bytes, 200, 1, 0]);
}

describe('first authorization', () => {
  it('goes Auth Info, Auth Request, Auth Reply, and both sides have the same keys', () => {
    const pair = new Pair();
    pair.start();
    expect([pair.codes(pair.upSent), pair.codes(pair.downSent)]).toEqual([[12, 4], [5]]);
    expect(pair.upSent[0]?.[2]).toBe(0);
    expect(pair.applicant.state).toBe('AUTHORIZED');
    expect(pair.talk()).toBe(true);
    const [grant] = pair.grants;
    expect(grant).toMatchObject({ lifetime: WEEK, added: [BASIC_CID, 517], removed: [], timers: {} });
    expect(pair.confirmed.map(({ sequence }) => sequence)).toEqual([grant?.ak.sequence]);
    expect(pair.ssTypes()).toContain('AUTH_REPLY_UNSIGNED');
  });

  it('zeroes the AK’s bytes wherever it handed or took them, and keeps them out of memory, events and messages', () => {
    const pair = new Pair();
    const aks = spyAks(pair);
    pair.start();
    expect(aks.length).toBe(2);
    expect(aks[0]?.bytes).toEqual(aks[1]?.bytes);
    const ak = aks[0]?.bytes ?? [];
    expect(new Set(ak).size).toBeGreaterThan(5);
    for (const { array } of aks) expect([...array]).toEqual(new Array(20).fill(0));
    const needle = ak.slice(0, 8).join();
    const holds = (bytes: Uint8Array) => {
      for (let at = bytes.indexOf(ak[0] ?? 0); at >= 0; at = bytes.indexOf(ak[0] ?? 0, at + 1)) {
        if (bytes.subarray(at, at + 8).join() === needle) return true;
      }
      return false;
    };
    expect(holds(Uint8Array.from([9, ...ak, 9]))).toBe(true);
    expect(holds(linearMemory(pair.core))).toBe(false);
    for (const message of [...pair.upSent, ...pair.downSent]) expect(holds(message)).toBe(false);
    expect(JSON.stringify([pair.ssEvents, pair.bsEvents])).not.toContain(needle);
  });

  it('repeats Auth Info and the same Auth Request after Authorize Wait', () => {
    const pair = new Pair({ ss: { timers: { authorizeWait: 4 } } });
    pair.ss(pair.applicant.start(pair.now));
    expect(pair.ssWakeAt).toBe(pair.now + 4000);
    pair.pass(3.999);
    expect(pair.upSent.length).toBe(2);
    pair.pass(0.001);
    expect(pair.codes(pair.upSent)).toEqual([12, 4, 12, 4]);
    expect(pair.upSent[3]).toEqual(pair.upSent[1]);
  });

  it('gives the same answer to the same request, and makes one AK', () => {
    const pair = new Pair();
    pair.ss(pair.applicant.start(pair.now));
    pair.up.splice(0).forEach((bytes) => {
      pair.toBs(bytes);
      pair.work();
    });
    pair.down.length = 0; // lost
    pair.pass(10);
    pair.settle();
    expect(pair.bsTypes()).toContain('AUTH_REPEATED');
    expect(pair.downSent[1]).toEqual(pair.downSent[0]);
    expect(pair.talk()).toBe(true);
  });

  it('tells the timers that the BS wants, and the SS takes those in range', () => {
    const timers = {
      authorizeWait: 20,
      reauthorizeWait: 31,
      authorizationGrace: 900,
      operationalWait: 2,
      rekeyWait: 0,
      tekGrace: 7200,
      authorizeRejectWait: 120,
    };
    const pair = new Pair({ bs: { timers } });
    pair.start();
    const { reauthorizeWait: _, rekeyWait: __, ...fit } = timers;
    expect(pair.grants[0]?.timers).toEqual(fit);
    const grace = 1000 * (WEEK - 900);
    expect(pair.ssWakeAt).toBeGreaterThanOrEqual(pair.now + grace);
    expect(pair.ssWakeAt).toBeLessThanOrEqual(pair.now + grace + 225_000);
  });
});

describe('refusals', () => {
  const rejected = (pair: Pair) => {
    pair.start();
    return pair.bsEvents.find(({ type }) => type === 'AUTH_REJECT');
  };
  it.each(['PARSE', 'CHAIN', 'KEY', 'MAC', 'ROLE'])('a certificate refused by %s is refused for good', (why) => {
    const pair = new Pair({ ss: { certificate: new TextEncoder().encode(`${why} of it`) } });
    expect(rejected(pair)).toMatchObject({ error: 6, why });
    expect(pair.applicant.state).toBe('SILENT');
    expect(pair.told).toEqual(['stop']);
    const sent = pair.upSent.length;
    pair.pass(100_000);
    expect([pair.upSent.length, pair.ssWakeAt]).toEqual([sent, undefined]);
  });
  it('an expired certificate is asked about again after Authorize Reject Wait', () => {
    const pair = new Pair({ ss: { certificate: new TextEncoder().encode('EXPIRED') } });
    expect(rejected(pair)).toMatchObject({ error: 1, why: 'EXPIRED' });
    expect(pair.applicant.state).toBe('AUTH_REJECT_WAIT');
    pair.answers['verify-certificate'] = () => ({ trusted: true, publicKey: new TextEncoder().encode(MAC) });
    pair.pass(59.999);
    expect(pair.up).toEqual([]);
    pair.pass(0.001);
    pair.settle();
    expect(pair.applicant.state).toBe('AUTHORIZED');
  });
  it('an SS that may not, another SAID, another suite', () => {
    const forbidding = { descriptors: () => [], mayAuthorize: () => false };
    expect(rejected(new Pair({ bs: { hooks: forbidding } }))).toMatchObject({ error: 1, why: 'FORBIDDEN' });
    expect(rejected(new Pair({ ss: { basicCid: 17 } }))).toMatchObject({ error: 2, why: 'SAID' });
    const other = { ...SUITE, code: Uint8Array.of(2, 1, 3) };
    expect(rejected(new Pair({ ss: { suite: other } }))).toMatchObject({ error: 6, why: 'SUITE' });
  });
  it('a host that fails at any of its parts leads to silence, and the next request is answered', () => {
    for (const kind of ['verify-certificate', 'encrypt-ak', 'sign'] as const) {
      const pair = new Pair({ bs: { bsCertificate: new TextEncoder().encode('the BS') } });
      const real = pair.answers[kind];
      pair.answers[kind] = () => {
        throw new Error('out of order');
      };
      const free = pair.core.info().slotsUsed;
      pair.start();
      expect(pair.downSent, kind).toEqual([]);
      expect(pair.bsEvents.at(-1)).toEqual({ type: 'AUTH_FAILED', mac: MAC, code: kind, error: 'out of order' });
      expect(pair.core.info().slotsUsed).toBe(free);
      (pair.answers as Record<string, unknown>)[kind] = real;
      pair.pass(10);
      pair.settle();
      expect(pair.talk(), kind).toBe(true);
    }
  });
  it('a full vault leaves nothing behind', () => {
    const pair = new Pair();
    const owner = pair.core.newOwner();
    const { keys } = pair.core;
    const fill = () => {
      try {
        for (let i = 0; ; i++)
          keys.put(
            Uint8Array.from({ length: 16 }, () => i),
            { use: 'kek-ecb', owner },
          );
      } catch (e) {
        expect((e as { code: string }).code).toBe('VAULT_FULL');
      }
    };
    fill();
    const used = pair.core.info().slotsUsed;
    pair.start();
    expect(pair.bsEvents.at(-1)).toMatchObject({ type: 'AUTH_FAILED', code: 'VAULT_FULL' });
    expect([pair.downSent.length, pair.core.info().slotsUsed]).toEqual([0, used]);
    keys.forget(owner);
    pair.pass(10);
    pair.settle();
    expect(pair.talk()).toBe(true);
  });
});

describe('signed replies', () => {
  const signing = () =>
    new Pair({ ss: { signedReplies: true }, bs: { bsCertificate: new TextEncoder().encode('the BS') } });
  const authorized = (pair: Pair) => pair.applicant.state === 'AUTHORIZED';
  /** Lets the SS have something else than the reply that the BS sent. */
  const tampered = (change: (reply: Uint8Array) => Uint8Array) => {
    const pair = signing();
    pair.ss(pair.applicant.start(pair.now));
    for (const bytes of pair.up.splice(0)) {
      pair.toBs(bytes);
      pair.work();
    }
    const [reply] = pair.down.splice(0);
    if (reply === undefined) throw new Error('no reply');
    pair.toSs(change(reply));
    pair.work();
    return { pair, reply };
  };
  it('are accepted, without a warning', () => {
    const pair = signing();
    pair.start();
    expect([authorized(pair), pair.talk()]).toEqual([true, true]);
    expect(pair.ssTypes()).not.toContain('AUTH_REPLY_UNSIGNED');
    expect(pair.ssEvents).toContainEqual(expect.objectContaining({ type: 'AUTH_REPLY', signed: true }));
  });
  it('are demanded where a CA of base stations is configured', () => {
    const pair = new Pair({ ss: { signedReplies: true } });
    pair.start();
    expect(authorized(pair)).toBe(false);
    expect(pair.ssEvents.at(-1)).toEqual({ type: 'AUTH_REPLY_REFUSED', why: 'UNSIGNED' });
  });
  it('are refused when a byte is changed or the signature taken off, and the genuine one still counts', () => {
    const body = (reply: Uint8Array) => {
      const read = readAuthReply(decodedMessage(reply));
      if (!read.ok) throw new Error(read.code);
      return read.body;
    };
    for (const [why, change] of [
      ['SIGNATURE', (r: Uint8Array) => changed(r, 10, (r[10] ?? 0) ^ 1)],
      ['SIGNATURE', (r: Uint8Array) => changed(r, r.length - 1, (r.at(-1) ?? 0) ^ 1)],
      ['UNSIGNED', (r: Uint8Array) => body(r).signature?.covered.slice() ?? r],
    ] as const) {
      const { pair, reply } = tampered(change);
      expect(authorized(pair)).toBe(false);
      expect(pair.ssEvents.at(-1)).toEqual({ type: 'AUTH_REPLY_REFUSED', why });
      pair.toSs(reply);
      pair.work();
      expect(pair.talk()).toBe(true);
    }
  });
  it('spliced from another request are refused: the signature covers the request', () => {
    const { pair, reply } = tampered((r) => r);
    expect(authorized(pair)).toBe(true);
    pair.pass(20);
    pair.ss(pair.applicant.reauthorize(pair.now));
    const identifier = pair.up[0]?.[2] ?? 0;
    pair.up.length = 0;
    pair.toSs(changed(reply, 2, identifier));
    pair.work();
    expect(pair.ssEvents.at(-1)).toEqual({ type: 'AUTH_REPLY_REFUSED', why: 'SIGNATURE' });
  });
  it('to another request with the same Identifier are refused too', () => {
    const pair = signing();
    pair.ss(pair.applicant.start(pair.now));
    const request = pair.up.at(-1) as Uint8Array;
    pair.up.length = 0;
    pair.toBs(longer(request));
    pair.work();
    expect(pair.codes(pair.down)).toEqual([5]);
    pair.toSs(pair.down.pop() as Uint8Array);
    pair.work();
    expect(pair.ssEvents.at(-1)).toEqual({ type: 'AUTH_REPLY_REFUSED', why: 'SIGNATURE' });
  });
  it('come through while forged ones are being verified, a few at a time', () => {
    const pair = signing();
    pair.ss(pair.applicant.start(pair.now));
    for (const bytes of pair.up.splice(0)) {
      pair.toBs(bytes);
      pair.work();
    }
    const [reply] = pair.down.splice(0);
    if (reply === undefined) throw new Error('no reply');
    for (let i = 0; i < 3; i++) pair.toSs(changed(reply, 10 + i, (reply[10 + i] ?? 0) ^ 1));
    pair.toSs(reply);
    pair.toSs(changed(reply, 20, (reply[20] ?? 0) ^ 1));
    expect(pair.ssWork.length).toBe(4);
    expect(pair.ssEvents.at(-1)).toEqual({ type: 'AUTH_DROPPED', code: 'BUSY' });
    pair.work();
    expect([authorized(pair), pair.talk()]).toEqual([true, true]);
  });
});

describe('reauthorization', () => {
  it('happens in the grace time; two AKs live; the old one goes when it expires', () => {
    const pair = new Pair();
    pair.start();
    pair.talk();
    const first = pair.applicant.newest;
    const t0 = pair.now;
    expect(pair.ssWakeAt).toBeGreaterThanOrEqual(t0 + 1000 * (WEEK - 600));
    expect(pair.ssWakeAt).toBeLessThanOrEqual(t0 + 1000 * (WEEK - 450));
    pair.pass(((pair.ssWakeAt ?? 0) - t0) / 1000);
    expect(pair.applicant.state).toBe('REAUTH_WAIT');
    expect(pair.codes(pair.up)).toEqual([4]);
    pair.settle();
    const second = pair.applicant.newest;
    expect(second?.sequence).toBe(((first?.sequence ?? 0) + 1) & 15);
    expect(pair.talk()).toBe(true);
    for (const ak of [first, second]) {
      expect(pair.applicant.ak(ak?.sequence ?? -1)).toBe(ak);
      expect(pair.authorizer.ak(MAC, ak?.sequence ?? -1)).toBeDefined();
    }
    expect(pair.grants[1]).toMatchObject({ added: [], removed: [] });
    const used = pair.core.info().slotsUsed;
    pair.pass(600);
    expect(pair.applicant.ak(first?.sequence ?? -1)).toBeUndefined();
    expect(pair.authorizer.ak(MAC, first?.sequence ?? -1)).toBeUndefined();
    expect(pair.core.info().slotsUsed).toBe(used - 6);
    expect(pair.talk()).toBe(true);
    expect(pair.told).toEqual([]);
  });

  it('is repeated every Reauthorize Wait; without an answer the last AK expires and is gone', () => {
    const pair = new Pair();
    pair.start();
    pair.pass(WEEK - 400);
    const before = pair.upSent.length;
    pair.pass(10);
    pair.pass(10);
    expect(pair.codes(pair.upSent.slice(before))).toEqual([4, 4]);
    expect(pair.upSent.at(-1)).toEqual(pair.upSent.at(-2));
    pair.pass(400);
    expect([pair.applicant.newest, pair.authorizer.newest(MAC)]).toEqual([undefined, undefined]);
    expect(pair.told).toEqual(['lost']);
    expect(pair.core.info().slotsUsed).toBe(0);
  });

  it('a rejected one stops the TEK machines', () => {
    const pair = new Pair();
    pair.start();
    pair.answers['verify-certificate'] = () => ({ trusted: false, why: 'EXPIRED' });
    pair.pass(20);
    pair.ss(pair.applicant.reauthorize(pair.now));
    pair.settle();
    expect([pair.applicant.state, pair.told]).toEqual(['AUTH_REJECT_WAIT', ['stop']]);
  });

  it('the BS signs unasked under the old AK until the SS has used the new one', () => {
    const pair = new Pair();
    pair.start();
    const [first] = pair.grants;
    expect(pair.authorizer.newest(MAC)?.sequence).toBe(first?.ak.sequence);
    pair.talk();
    pair.pass(20);
    pair.ss(pair.applicant.reauthorize(pair.now));
    pair.settle();
    expect(pair.authorizer.newest(MAC)?.sequence).toBe(first?.ak.sequence);
    pair.talk();
    expect(pair.authorizer.newest(MAC)?.sequence).toBe(pair.grants[1]?.ak.sequence);
    expect(pair.confirmed.length).toBe(2);
  });

  it('names SAs that came and went', () => {
    let saids = [BASIC_CID, 517];
    const descriptors = () => saids.map((said) => ({ said, saType: 1, suite: SUITE.code }));
    const pair = new Pair({ bs: { hooks: { descriptors } } });
    pair.start();
    saids = [BASIC_CID, 518];
    pair.pass(20);
    pair.ss(pair.applicant.reauthorize(pair.now));
    pair.settle();
    expect(pair.grants.map(({ added, removed }) => [added, removed])).toEqual([
      [[BASIC_CID, 517], []],
      [[518], [517]],
    ]);
  });

  it('counts AK sequence numbers mod 16 past a live one, forty times over', () => {
    const pair = new Pair();
    pair.start();
    for (let i = 0; i < 40; i++) {
      expect(pair.talk()).toBe(true);
      const before = pair.applicant.newest?.sequence ?? 0;
      pair.pass(20);
      pair.ss(pair.applicant.reauthorize(pair.now));
      pair.settle();
      expect(pair.applicant.newest?.sequence).toBe((before + 1) & 15);
      expect(pair.core.info().slotsUsed).toBe(12);
    }
  });
});

describe('attacks', () => {
  it('replayed Auth Request: never pushes out an AK that was used', () => {
    const pair = new Pair();
    pair.start();
    const old = pair.upSent[1] as Uint8Array;
    expect(pair.talk()).toBe(true);
    pair.pass(70);
    for (let i = 0; i < 10; i++) {
      pair.toBs(old, `attacker ${i}`);
      pair.work();
      pair.pass(70);
    }
    expect(pair.bsTypes().filter((type) => type === 'AUTH_REPLY').length).toBe(11);
    expect(pair.talk()).toBe(true);
    expect(pair.core.info().slotsUsed).toBeLessThanOrEqual(9);
    expect(pair.confirmed.length).toBe(1);
  });
  it('replayed Auth Request: makes at most one AK in two seconds, and its own source waits', () => {
    const pair = new Pair();
    pair.start();
    const request = pair.upSent[1] as Uint8Array;
    for (let i = 0; i < 20; i++) {
      pair.toBs(changed(request, 2, 100 + i), i < 10 ? 'one' : `many ${i}`);
      pair.work();
    }
    expect(pair.bsTypes().filter((type) => type === 'AUTH_REPLY').length).toBe(1);
    expect(pair.bsTypes().filter((type) => type === 'AUTH_DROPPED').length).toBe(20);
  });
  it('flood of Auth Requests: work in progress is bounded', () => {
    const pair = new Pair();
    pair.start();
    const request = pair.upSent[1] as Uint8Array;
    pair.pass(5);
    for (let i = 0; i < 200; i++) pair.toBs(changed(request, 2, i), `source ${i}`);
    expect(pair.bsWork.length).toBe(64);
    expect(pair.bsEvents.at(-1)).toMatchObject({ type: 'AUTH_DROPPED', code: 'BUSY' });
  });
  it('forged Auth Invalid: counts only for a pending Identifier or 0, once per Reauthorize Wait; drops no AK', () => {
    const pair = new Pair();
    pair.start();
    const invalid = (identifier: number) => pair.toSs(encodeAuthInvalid(patent, { identifier, errorCode: 5 }));
    pair.pass(60);
    const ak = pair.applicant.newest;
    invalid(9);
    expect([pair.applicant.state, pair.up.length, pair.told]).toEqual(['AUTHORIZED', 0, []]);
    pair.pending.add(9);
    invalid(9);
    expect([pair.applicant.state, pair.codes(pair.up), pair.told]).toEqual(['REAUTH_WAIT', [4], ['pend 9']]);
    expect(pair.applicant.newest).toBe(ak);
    pair.settle();
    expect(pair.applicant.state).toBe('AUTHORIZED');
    for (let i = 0; i < 50; i++) invalid(i % 2 === 0 ? 9 : 0);
    expect([pair.applicant.state, pair.up.length]).toEqual(['AUTHORIZED', 0]);
    pair.pass(10);
    invalid(0);
    expect([pair.applicant.state, pair.codes(pair.up), pair.told]).toEqual(['REAUTH_WAIT', [4], ['pend 9']]);
  });
  it('forged Auth Reply or Auth Reject with another Identifier: nothing', () => {
    const pair = new Pair();
    pair.ss(pair.applicant.start(pair.now));
    const wrong = ((pair.upSent[1]?.[2] ?? 0) + 1) & 255;
    const sas = [{ said: BASIC_CID, saType: 0, suite: SUITE.code }];
    const reply = { authKey: new Uint8Array(128), lifetime: WEEK, akSequence: 1, sas };
    pair.toSs(encodeAuthReply(patent, { ...reply, identifier: wrong }));
    pair.toSs(encodeAuthReject(patent, { identifier: wrong, errorCode: 6 }));
    expect(pair.ssTypes().filter((type) => type === 'AUTH_DROPPED').length).toBe(2);
    expect([pair.applicant.state, pair.ssWork.length]).toEqual(['AUTH_WAIT', 0]);
  });
  it('an Auth Reply without a lifetime, or that decrypts to something else than an AK', () => {
    const pair = new Pair();
    pair.ss(pair.applicant.start(pair.now));
    const identifier = pair.upSent[1]?.[2] ?? 0;
    const sas = [{ said: BASIC_CID, saType: 0, suite: SUITE.code }];
    const reply = { identifier, authKey: new Uint8Array(128), akSequence: 1, sas };
    pair.toSs(encodeAuthReply(patent, { ...reply, lifetime: 0 }));
    expect(pair.ssEvents.at(-1)).toEqual({ type: 'AUTH_REPLY_REFUSED', why: 'LIFETIME' });
    pair.answers['decrypt-ak'] = () => new Uint8Array(32);
    pair.toSs(encodeAuthReply(patent, { ...reply, lifetime: 90 }));
    pair.work();
    expect(pair.ssEvents.at(-1)).toEqual({ type: 'AUTH_REPLY_REFUSED', why: 'AK' });
    expect(pair.core.info().slotsUsed).toBe(0);
  });
  it('messages of other kinds', () => {
    const pair = new Pair();
    pair.start();
    pair.toSs(pair.upSent[1] as Uint8Array);
    pair.toBs(pair.downSent[0] as Uint8Array);
    expect(pair.ssEvents.at(-1)).toEqual({ type: 'AUTH_DROPPED', code: 'CODE' });
    expect(pair.bsEvents.at(-1)).toMatchObject({ type: 'AUTH_DROPPED', code: 'CODE' });
  });
});

describe('the end', () => {
  it('stop erases the AKs and lets work in progress come to nothing', () => {
    const pair = new Pair();
    pair.start();
    pair.pass(20);
    pair.ss(pair.applicant.reauthorize(pair.now));
    for (const bytes of pair.up.splice(0)) pair.toBs(bytes);
    for (const work of pair.bsWork.splice(0)) pair.bs(pair.authorizer.complete(work.id, pair.answer(work), pair.now));
    for (const work of pair.bsWork.splice(0)) pair.bs(pair.authorizer.complete(work.id, pair.answer(work), pair.now));
    for (const bytes of pair.down.splice(0)) pair.toSs(bytes);
    expect(pair.ssWork.length).toBe(1);
    const aks = spyAks(pair);
    pair.ss(pair.applicant.stop(pair.now));
    expect([pair.applicant.state, pair.applicant.newest, pair.ssWakeAt]).toEqual(['START', undefined, undefined]);
    pair.work();
    expect([pair.applicant.state, pair.grants.length]).toEqual(['START', 1]);
    expect(aks.map(({ array }) => array.every((byte) => byte === 0))).toEqual([true]);
    pair.ss(pair.applicant.start(pair.now));
    pair.pass(10);
    pair.settle();
    expect(pair.talk()).toBe(true);
  });
  it('revoke erases the AKs of an SS, tells it, and lets work in progress come to nothing', () => {
    const pair = new Pair();
    pair.start();
    pair.pass(20);
    pair.ss(pair.applicant.reauthorize(pair.now));
    for (const bytes of pair.up.splice(0)) pair.toBs(bytes);
    pair.bs(pair.authorizer.revoke(MAC, 'ss', pair.now));
    expect([pair.authorizer.newest(MAC), pair.told]).toEqual([undefined, ['lost']]);
    expect([...(pair.down[0] ?? [])]).toEqual([10, 10, 0, 16, 1, 1]);
    pair.work();
    expect(pair.authorizer.newest(MAC)).toBeUndefined();
  });
  it('an id that is not pending is a wrong call', () => {
    const pair = new Pair();
    for (const side of [pair.applicant, pair.authorizer]) {
      expect(side.owns(5)).toBe(false);
      expect(() => side.complete(5, { ok: true, value: 0 }, 0)).toThrow('WORK');
    }
  });
  it('numbers of work can come from the station', () => {
    const pair = new Pair({ bs: { workIds: () => 4711 } });
    pair.ss(pair.applicant.start(pair.now));
    for (const bytes of pair.up.splice(0)) pair.toBs(bytes);
    expect(pair.bsWork.map(({ id }) => id)).toEqual([4711]);
    expect(pair.authorizer.owns(4711)).toBe(true);
  });
});

it('describes the primary SA alone where more do not fit into one PDU', () => {
  const descriptors = () => Array.from({ length: 200 }, (_, i) => ({ said: i + 1, saType: 1, suite: SUITE.code }));
  const pair = new Pair({ bs: { hooks: { descriptors } } });
  pair.start();
  expect(pair.grants[0]?.sas.length).toBe(1);
  expect(pair.downSent[0]?.length).toBeLessThan(2037);
});

it('keeps the CA certificate of an Auth Info for the chain, unless it is too long', () => {
  const pair = new Pair({ ss: { caCertificate: new Uint8Array(1200).fill(7) } });
  let seen: readonly Uint8Array[] = [];
  pair.answers['verify-certificate'] = ({ intermediates }) => {
    seen = intermediates;
    return { trusted: false, why: 'CHAIN' };
  };
  pair.start();
  expect(seen).toEqual([new Uint8Array(1200).fill(7)]);
});

it('forged Auth Infos take no CA certificate away: not right before a request, nor by the hundred before a reauthorization', () => {
  const ca = new Uint8Array(600).fill(7);
  const pair = new Pair({ ss: { caCertificate: ca } });
  const trusting = pair.answers['verify-certificate'];
  pair.answers['verify-certificate'] = (input) =>
    input.intermediates.some((bytes) => `${bytes}` === `${ca}`) ? trusting(input) : { trusted: false, why: 'CHAIN' };
  const forge = (n: number) =>
    pair.toBs(encodeAuthInfo(patent, { caCertificate: new Uint8Array(600).map((_, i) => (i * n) & 0xff) }));
  pair.ss(pair.applicant.start(pair.now));
  const [info, request] = pair.up.splice(0);
  pair.toBs(info as Uint8Array);
  for (let n = 1; n <= 3; n++) forge(n);
  pair.toBs(request as Uint8Array);
  pair.work();
  expect(pair.codes(pair.down)).toEqual([5]);
  for (const message of pair.down.splice(0)) pair.toSs(message);
  pair.work();
  expect(pair.applicant.state).toBe('AUTHORIZED');
  for (let n = 1; n <= 200; n++) forge(n);
  pair.pass(20);
  pair.ss(pair.applicant.reauthorize(pair.now));
  for (const message of pair.up.splice(0)) pair.toBs(message);
  pair.work();
  expect(pair.codes(pair.down)).toEqual([5]);
});

it('takes an Auth Request whose suites include its own', () => {
  const pair = new Pair();
  const certificate = new TextEncoder().encode(`certificate of ${MAC}`);
  const suites = [Uint8Array.of(1, 0, 1), SUITE.code];
  pair.toBs(encodeAuthRequest(patent, { identifier: 3, certificate, suites, said: BASIC_CID }));
  pair.work();
  expect(pair.codes(pair.down)).toEqual([5]);
});
