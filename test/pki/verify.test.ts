import { describe, expect, it } from 'vitest';
import { isTekcastError } from '../../bindings/errors.js';
import type { BsHandlerOptions, Issued, SsHandlerOptions } from '../../bindings/pki/index.js';
import { BSID, certificates, SS_MAC } from './certificates.js';

/** What a BS that trusts the manufacturer's CA, unless told otherwise, says of an SS's certificate. */
async function verdict(
  certificate: string | Uint8Array,
  options: Partial<BsHandlerOptions> = {},
  more: { mac?: string; intermediate?: string } = {},
) {
  const { pki, manufacturer } = await certificates();
  const handlers = await pki.bsHandlers({ ssCas: [manufacturer.certificate], ...options });
  const answer = await handlers['verify-certificate']({
    mac: more.mac ?? SS_MAC,
    certificate: typeof certificate === 'string' ? pki.certificateBytes(certificate) : certificate,
    intermediates: more.intermediate === undefined ? [] : [pki.certificateBytes(more.intermediate)],
  });
  return answer.trusted ? 'trusted' : answer.why;
}

async function codeOf(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
  } catch (e) {
    return isTekcastError(e) ? e.code : String(e);
  }
  return '';
}

describe('an SS’s certificate', () => {
  it('is trusted where its CA is, whatever the case of its MAC', async () => {
    const { ss, stranger, manufacturer } = await certificates();
    expect(await verdict(ss.certificate)).toBe('trusted');
    expect(await verdict(ss.certificate, {}, { mac: SS_MAC.toUpperCase() })).toBe('trusted');
    expect(await verdict(ss.certificate, { ssCas: [stranger.certificate, manufacturer.certificate] })).toBe('trusted');
  });
  it('of another CA is not, even of one of the same name', async () => {
    const { pki, ss, operator, stranger } = await certificates();
    expect(await verdict(ss.certificate, { ssCas: [operator.certificate] })).toBe('CHAIN');
    const impostor = await pki.makeStation({ role: 'ss', mac: SS_MAC, issuer: stranger });
    expect(await verdict(impostor.certificate, { ssCas: [operator.certificate] })).toBe('CHAIN');
    expect(await verdict(impostor.certificate, { ssCas: [stranger.certificate] })).toBe('trusted');
    expect(await verdict(impostor.certificate, { ssCas: [] })).toBe('CHAIN');
  });
  it('is refused before and after its time, and after its CA’s', async () => {
    const { pki, manufacturer, ss } = await certificates();
    const old = await pki.makeStation({
      role: 'ss',
      mac: SS_MAC,
      issuer: manufacturer,
      notBefore: new Date(Date.now() - 3 * 86_400_000),
      days: 2,
    });
    expect(await verdict(old.certificate)).toBe('EXPIRED');
    const at = (days: number) => ({ clock: () => new Date(Date.now() + days * 86_400_000) });
    expect(await verdict(old.certificate, at(-2))).toBe('EXPIRED'); // its CA is younger
    expect(await verdict(ss.certificate, at(-1))).toBe('EXPIRED');
    expect(await verdict(ss.certificate, at(364))).toBe('trusted');
    expect(await verdict(ss.certificate, at(366))).toBe('EXPIRED');
  });
  it('with a key shorter than demanded is refused, and so is one of a CA with such a key', async () => {
    const { pki, manufacturer, ss } = await certificates();
    const small = await pki.makeStation({ role: 'ss', mac: SS_MAC, issuer: manufacturer, bits: 1024 });
    expect(await verdict(small.certificate)).toBe('KEY');
    expect(await verdict(small.certificate, { minKeyBits: 1024 })).toBe('trusted');
    expect(await verdict(ss.certificate, { minKeyBits: 3072 })).toBe('KEY');
    const weak = await pki.makeCa({ name: 'weak', bits: 1024 });
    const under = await pki.makeStation({ role: 'ss', mac: SS_MAC, issuer: weak });
    expect(await verdict(under.certificate, { ssCas: [weak.certificate] })).toBe('KEY');
  });
  it('of another MAC is refused', async () => {
    const { ss } = await certificates();
    expect(await verdict(ss.certificate, {}, { mac: '00:1b:11:c9:d5:0d' })).toBe('MAC');
  });
  it('must not be a base station’s or a CA’s', async () => {
    const { bs, operator, manufacturer } = await certificates();
    expect(await verdict(bs.certificate, { ssCas: [operator.certificate] }, { mac: BSID })).toBe('ROLE');
    expect(await verdict(manufacturer.certificate, {}, { mac: 'Manufacturer, Inc.' })).toBe('ROLE');
  });
  it('with any byte changed is refused, without an exception', async () => {
    const { pki, ss } = await certificates();
    const der = pki.certificateBytes(ss.certificate);
    const seen = new Set<string>();
    const change = async (at: number, by: number) => {
      const changed = der.slice();
      changed[at] = (changed[at] ?? 0) ^ by;
      const why = await verdict(changed);
      expect(why, `byte ${at} ^ ${by}`).not.toBe('trusted');
      seen.add(why);
    };
    for (let at = 0; at < der.length; at += 7) await change(at, 0x55);
    // What no signature covers: the outer header; before the signature its algorithm (15 bytes), header and unused bits (5).
    const unsigned = [0, 1, 2, 3, ...Array.from({ length: 20 }, (_, i) => der.length - 256 - 20 + i)];
    for (const at of unsigned) for (const by of [0x01, 0x04, 0x55, 0x80]) await change(at, by);
    expect(seen).toContain('CHAIN');
    const long = Uint8Array.of(0x30, 0x83, 0, ...der.subarray(2));
    const indefinite = Uint8Array.of(0x30, 0x80, ...der.subarray(4), 0, 0);
    for (const bytes of [long, indefinite, Uint8Array.of(...der, 0)]) expect(await verdict(bytes)).toBe('PARSE');
    for (const bytes of [new Uint8Array(), new Uint8Array(100), der.subarray(0, 300)])
      expect(await verdict(bytes)).toBe('PARSE');
  });
  it('may come over a CA that the SS names, if a trusted one signed that', async () => {
    const { pki, manufacturer, stranger, ss } = await certificates();
    const middle = await pki.makeCa({ name: 'middle', issuer: manufacturer });
    const under = await pki.makeStation({ role: 'ss', mac: SS_MAC, issuer: middle });
    expect(await verdict(under.certificate)).toBe('CHAIN');
    expect(await verdict(under.certificate, {}, { intermediate: middle.certificate })).toBe('trusted');
    const strange = await pki.makeStation({ role: 'ss', mac: SS_MAC, issuer: stranger });
    expect(await verdict(strange.certificate, {}, { intermediate: stranger.certificate })).toBe('CHAIN');
    // An SS is no CA, whatever it signs.
    const forged = await pki.makeStation({ role: 'ss', mac: SS_MAC, issuer: ss });
    expect(await verdict(forged.certificate, {}, { intermediate: ss.certificate })).toBe('CHAIN');
  });
});

describe('a signed reply', () => {
  const request = Uint8Array.of(9, 4, 1, 2, 3);
  const reply = Uint8Array.of(10, 5, 1, 7, 8, 9);
  async function signed(signer: Issued, options: Partial<SsHandlerOptions> = {}) {
    const { pki, operator, manufacturer, ss } = await certificates();
    const bsHandlers = await pki.bsHandlers({ ssCas: [manufacturer.certificate], bs: signer });
    const handlers = await pki.ssHandlers({ privateKey: ss.privateKey, bsCas: [operator.certificate], ...options });
    const signature = await bsHandlers.sign({ request, reply });
    const input = {
      request,
      reply,
      certificate: pki.certificateBytes(signer.certificate),
      signature,
      bsid: BSID as string | undefined,
    };
    return async (change: Partial<typeof input> = {}) => {
      const answer = await handlers['verify-reply']({ ...input, ...change });
      return answer.genuine ? 'genuine' : answer.why;
    };
  }
  it('is genuine with the request it answers, and with nothing else', async () => {
    const { bs } = await certificates();
    const check = await signed(bs);
    expect(await check()).toBe('genuine');
    expect(await check({ bsid: undefined })).toBe('genuine');
    expect(await check({ request: Uint8Array.of(9, 4, 2, 2, 3) })).toBe('SIGNATURE');
    expect(await check({ reply: Uint8Array.of(10, 5, 1, 7, 8, 8) })).toBe('SIGNATURE');
    expect(await check({ signature: new Uint8Array(256) })).toBe('SIGNATURE');
    expect(await check({ signature: new Uint8Array(3) })).toBe('SIGNATURE');
    expect(await check({ bsid: '00:00:00:00:00:06' })).toBe('MAC');
    expect(await check({ certificate: new Uint8Array(9) })).toBe('PARSE');
  });
  it('is not by an SS of the same CA, nor by a BS of another', async () => {
    const { pki, operator, stranger } = await certificates();
    const member = await pki.makeStation({ role: 'ss', mac: BSID, issuer: operator });
    expect(await (await signed(member))()).toBe('ROLE');
    const foreign = await pki.makeStation({ role: 'bs', mac: BSID, issuer: stranger });
    expect(await (await signed(foreign))()).toBe('CHAIN');
    const { bs } = await certificates();
    expect(await (await signed(bs, { bsCas: [] }))()).toBe('CHAIN');
  });
});

describe('the AK', () => {
  it('comes back from under the SS’s key, of every length of key that an AUTH-Key has room for', async () => {
    const { pki, manufacturer } = await certificates();
    const ak = Uint8Array.from({ length: 20 }, (_, i) => i * 11);
    for (const bits of [1024, 2048, 3072]) {
      const ss = await pki.makeStation({ role: 'ss', mac: SS_MAC, issuer: manufacturer, bits });
      const bsHandlers = await pki.bsHandlers({ ssCas: [manufacturer.certificate], minKeyBits: 1024 });
      const handlers = await pki.ssHandlers({ privateKey: ss.privateKey });
      const certificate = pki.certificateBytes(ss.certificate);
      const trust = await bsHandlers['verify-certificate']({ mac: SS_MAC, certificate, intermediates: [] });
      if (!trust.trusted) throw new Error(trust.why);
      const authKey = await bsHandlers['encrypt-ak']({ publicKey: trust.publicKey, ak });
      expect(authKey.length).toBe(bits / 8);
      expect(await handlers['decrypt-ak']({ authKey })).toEqual(ak);
      authKey[5] = (authKey[5] ?? 0) ^ 1;
      await expect(handlers['decrypt-ak']({ authKey })).rejects.toThrow();
    }
  });
});

describe('wrong calls', () => {
  it('are refused by code, without a byte of a key', async () => {
    const { pki, ss, manufacturer } = await certificates();
    const station = { role: 'ss', mac: SS_MAC, issuer: manufacturer } as const;
    expect(await codeOf(() => pki.makeStation({ ...station, mac: 'here' }))).toBe('MAC');
    expect(await codeOf(() => pki.makeStation({ ...station, bits: 512 }))).toBe('RANGE');
    expect(await codeOf(() => pki.makeStation({ ...station, days: 0 }))).toBe('RANGE');
    expect(await codeOf(() => pki.makeStation({ ...station, issuer: { certificate: 'x', privateKey: 'y' } }))).toBe(
      'PKI_PEM',
    );
    expect(await codeOf(() => pki.makeCa({ name: '' }))).toBe('RANGE');
    expect(await codeOf(() => pki.ssHandlers({ privateKey: 'nonsense' }))).toBe('PKI_PEM');
    expect(await codeOf(() => pki.ssHandlers({ privateKey: ss.certificate }))).toBe('PKI_KEY');
    expect(await codeOf(async () => pki.describe(ss.privateKey))).toBe('PKI_PEM');
    const handlers = await pki.bsHandlers({ ssCas: [manufacturer.certificate] });
    const empty = new Uint8Array();
    expect(await codeOf(() => handlers.sign({ request: empty, reply: empty }))).toBe('PKI_KEY');
  });
  it('certificates say who they are', async () => {
    const { pki, ss, bs } = await certificates();
    expect(pki.describe(ss.certificate)).toMatchObject({
      subject: 'CN=00:1B:11:C9:D5:0C, OU=SS',
      issuer: 'CN=Manufacturer\\, Inc.',
    });
    expect(pki.describe(bs.certificate)).toMatchObject({
      subject: 'CN=00:00:00:00:00:05, OU=BS',
      issuer: 'CN=operator',
    });
    expect(ss.certificate).toMatch(/^-----BEGIN CERTIFICATE-----\n[\s\S]+\n-----END CERTIFICATE-----\n$/);
    expect(ss.privateKey).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
  });
});
