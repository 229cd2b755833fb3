import { describe, expect, it } from 'vitest';
import { encodeAuthReply, patent, readAuthReply } from '../../bindings/pkm/index.js';
import type { WorkResult } from '../../bindings/step.js';
import { decodedMessage, Pair } from '../auth/support.js';
import { BSID, certificates, SS_MAC } from './certificates.js';

/** Both sides with real certificates; replies signed, and demanded so. */
async function real() {
  const { pki, manufacturer, operator, ss, bs } = await certificates();
  const bsHandlers = await pki.bsHandlers({ ssCas: [manufacturer.certificate], bs });
  const ssHandlers = await pki.ssHandlers({ privateKey: ss.privateKey, bsCas: [operator.certificate] });
  const handlers = { ...bsHandlers, ...ssHandlers } as unknown as Record<string, (input: unknown) => Promise<unknown>>;
  const pair = new Pair({
    bs: { bsCertificate: pki.certificateBytes(bs.certificate) },
    ss: {
      certificate: pki.certificateBytes(ss.certificate),
      caCertificate: pki.certificateBytes(manufacturer.certificate),
      signedReplies: true,
      bsid: BSID,
    },
  });
  const answer = async ({ kind, input }: { kind: string; input: unknown }): Promise<WorkResult> => {
    try {
      return { ok: true, value: await handlers[kind]?.(input) };
    } catch (e) {
      return { ok: false, error: String(e) };
    }
  };
  const work = async () => {
    while (pair.bsWork.length + pair.ssWork.length > 0) {
      for (const w of pair.bsWork.splice(0)) pair.bs(pair.authorizer.complete(w.id, await answer(w), pair.now));
      for (const w of pair.ssWork.splice(0)) pair.ss(pair.applicant.complete(w.id, await answer(w), pair.now));
    }
  };
  /** What the SS sent is answered; the answers are left in `pair.down`. */
  const toBs = async () => {
    for (const bytes of pair.up.splice(0)) pair.toBs(bytes);
    await work();
  };
  const toSs = async (messages: readonly Uint8Array[] = pair.down.splice(0)) => {
    for (const bytes of messages) pair.toSs(bytes);
    await work();
  };
  return { pair, toBs, toSs };
}

describe('authorization with real certificates', () => {
  it('ends with the same keys on both sides, again after a reauthorization, in messages that fit into one PDU', async () => {
    const { pair, toBs, toSs } = await real();
    pair.ss(pair.applicant.start(pair.now));
    await toBs();
    await toSs();
    expect(pair.applicant.state).toBe('AUTHORIZED');
    expect(pair.talk()).toBe(true);
    pair.pass(20);
    pair.ss(pair.applicant.reauthorize(pair.now));
    await toBs();
    await toSs();
    expect(pair.grants.length).toBe(2);
    expect(pair.talk()).toBe(true);
    for (const message of [...pair.upSent, ...pair.downSent]) expect(message.length).toBeLessThan(2037);
  });

  it('refuses a reply that was changed, stripped of its signature, or signed for another request; takes the genuine one', async () => {
    const { pair, toBs, toSs } = await real();
    pair.ss(pair.applicant.start(pair.now));
    await toBs();
    const [reply] = pair.down.splice(0);
    if (reply === undefined) throw new Error('no reply');
    const refused = async (message: Uint8Array) => {
      await toSs([message]);
      expect(pair.applicant.state).toBe('AUTH_WAIT');
      return pair.ssEvents.at(-1);
    };
    const changed = reply.slice();
    changed[40] = (changed[40] ?? 0) ^ 1;
    expect(await refused(changed)).toEqual({ type: 'AUTH_REPLY_REFUSED', why: 'SIGNATURE' });
    const read = readAuthReply(decodedMessage(reply));
    if (!read.ok) throw new Error(read.code);
    const { signature: _, ...unsigned } = read.body;
    expect(await refused(encodeAuthReply(patent, unsigned))).toEqual({ type: 'AUTH_REPLY_REFUSED', why: 'UNSIGNED' });

    const other = await real();
    other.pair.ss(other.pair.applicant.start(0));
    other.pair.up[1] = other.pair.up[1]?.slice() as Uint8Array;
    const request = other.pair.up[1];
    if (request === undefined) throw new Error('no request');
    request[2] = (request[2] ?? 0) ^ 0x55;
    await other.toBs();
    const spliced = other.pair.down[0]?.slice() as Uint8Array;
    spliced[2] = reply[2] ?? 0;
    expect(await refused(spliced)).toEqual({ type: 'AUTH_REPLY_REFUSED', why: 'SIGNATURE' });

    await toSs([reply]);
    expect(pair.talk()).toBe(true);
  });

  it('refuses the SS whose certificate names another MAC', async () => {
    const { pki, manufacturer } = await certificates();
    const thief = await pki.makeStation({ role: 'ss', mac: '00:1b:11:c9:d5:0d', issuer: manufacturer });
    const { pair, toBs, toSs } = await real();
    const impostor = new Pair({ ss: { certificate: pki.certificateBytes(thief.certificate) } });
    impostor.ss(impostor.applicant.start(0));
    pair.up.push(...impostor.up);
    await toBs();
    expect(pair.bsEvents.at(-1)).toMatchObject({ type: 'AUTH_REJECT', mac: SS_MAC, error: 6, why: 'MAC' });
    impostor.toSs(pair.down[0] as Uint8Array);
    expect(impostor.applicant.state).toBe('SILENT');
    await toSs([]);
  });
});
