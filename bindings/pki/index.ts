// `tekcast/pki`: certificates for authorization, over WebCrypto and @peculiar/x509 (an optional peer: `PKI_MISSING` says what to install).
//
//   const pki = await createPki();
//   const ca = await pki.makeCa({ name: 'acme' });
//   const ss = await pki.makeStation({ role: 'ss', mac, issuer: ca });
//   host: handlers of work = pki.bsHandlers({ … }) or pki.ssHandlers({ … })
import type { BsAuthWork, CertificateVerdict, ReplyVerdict, SsAuthWork } from '../auth/types.js';
import { TekcastError } from '../errors.js';
import { type CaRequest, type Issued, makeCa, makeStation, type StationRequest } from './make.js';
import { checkCertificate, type Expected } from './verify.js';
import { fromPem, loadX509, own, SIGNING, WRAPPING, type X509 } from './x509.js';

export { isTekcastError, TekcastError } from '../errors.js';
export type { CaRequest, Issued, StationRequest } from './make.js';

/** Answers to work by kind; what they throw becomes the work's error. */
type Handlers<W extends BsAuthWork | SsAuthWork> = {
  readonly [K in W['kind']]: (input: Extract<W, { kind: K }>['input']) => Promise<AnswerOf[K]>;
};
interface AnswerOf {
  'verify-certificate': CertificateVerdict;
  'encrypt-ak': Uint8Array;
  sign: Uint8Array;
  'verify-reply': ReplyVerdict;
  'decrypt-ak': Uint8Array;
}
/** Answers to all that a BS asks of its host for authorization. */
export type BsAuthHandlers = Handlers<BsAuthWork>;
/** The same for an SS. */
export type SsAuthHandlers = Handlers<SsAuthWork>;

interface Trusting {
  /** Least RSA modulus in bits. Default 2,048. */
  readonly minKeyBits?: number;
  /** Default the wall clock. */
  readonly clock?: () => Date;
}

/** Whom a BS trusts, and what it signs with. */
export interface BsHandlerOptions extends Trusting {
  /** CAs whose SSs are trusted, PEM. */
  readonly ssCas: readonly string[];
  /** The BS's own; without it `sign` fails. */
  readonly bs?: Issued;
}

/** What an SS decrypts with, and whom it trusts. */
export interface SsHandlerOptions extends Trusting {
  /** The SS's private key, PEM (PKCS #8). */
  readonly privateKey: string;
  /** CAs whose BSs are trusted, PEM; without any `verify-reply` fails. */
  readonly bsCas?: readonly string[];
}

const MIN_KEY_BITS = 2_048;

/** Certificates and RSA, done by @peculiar/x509 and WebCrypto; PEM outside, DER where stations want bytes. */
export interface Pki {
  /** A CA, signed by itself or by `issuer`. Errors: `RANGE`, `PKI_PEM`. */
  makeCa(request: CaRequest): Promise<Issued>;
  /** The certificate of a BS or an SS. Errors: `RANGE`, `MAC`, `PKI_PEM`. */
  makeStation(request: StationRequest): Promise<Issued>;
  /** The DER of a certificate in PEM: what stations are configured with. Errors: `PKI_PEM`. */
  certificateBytes(pem: string): Uint8Array;
  /** Who a certificate (PEM) names, who signed it, until when. Errors: `PKI_PEM`. */
  describe(pem: string): { subject: string; issuer: string; notBefore: Date; notAfter: Date };
  /** What a BS's host answers to `verify-certificate`, `encrypt-ak` and `sign`. Errors: `PKI_PEM`, `PKI_KEY`. */
  bsHandlers(options: BsHandlerOptions): Promise<BsAuthHandlers>;
  /** What an SS's host answers to `verify-reply` and `decrypt-ak`. Errors: `PKI_PEM`, `PKI_KEY`. */
  ssHandlers(options: SsHandlerOptions): Promise<SsAuthHandlers>;
}

/** Errors: `PKI_MISSING`. */
export async function createPki(): Promise<Pki> {
  const x509 = await loadX509();
  return {
    makeCa: (request) => makeCa(x509, request),
    makeStation: (request) => makeStation(x509, request),
    certificateBytes: (pem) => fromPem(x509, 'certificate', pem),
    describe: (pem) => {
      const { subject, issuer, notBefore, notAfter } = certificateOf(x509, pem);
      return { subject, issuer, notBefore, notAfter };
    },
    bsHandlers: (options) => bsHandlers(x509, options),
    ssHandlers: (options) => ssHandlers(x509, options),
  };
}

async function bsHandlers(x509: X509, options: BsHandlerOptions): Promise<BsAuthHandlers> {
  const check = checker(x509, 'ssCas', options.ssCas, options);
  const { bs } = options;
  const key = bs && (await privateKey(x509, 'bs.privateKey', bs.privateKey, SIGNING, 'sign'));
  return {
    'verify-certificate': async ({ mac, certificate, intermediates }) => {
      const checked = await check(certificate, intermediates, { role: 'ss', mac });
      return checked.ok ? { trusted: true, publicKey: checked.publicKey } : { trusted: false, why: checked.why };
    },
    'encrypt-ak': async ({ publicKey, ak }) => {
      const { subtle } = globalThis.crypto;
      const under = await subtle.importKey('spki', own(publicKey), WRAPPING, false, ['encrypt']);
      const copy = own(ak);
      try {
        return new Uint8Array(await subtle.encrypt(WRAPPING, under, copy));
      } finally {
        copy.fill(0);
      }
    },
    sign: async ({ request, reply }) => {
      if (key === undefined) throw new TekcastError('PKI_KEY', 'this BS has no key to sign with', 'bs');
      return new Uint8Array(await globalThis.crypto.subtle.sign(SIGNING, key, await covered(request, reply)));
    },
  };
}

async function ssHandlers(x509: X509, options: SsHandlerOptions): Promise<SsAuthHandlers> {
  const check = checker(x509, 'bsCas', options.bsCas ?? [], options);
  const key = await privateKey(x509, 'privateKey', options.privateKey, WRAPPING, 'decrypt');
  return {
    'verify-reply': async ({ request, reply, certificate, signature, bsid }) => {
      const checked = await check(certificate, [], { role: 'bs', mac: bsid });
      if (!checked.ok) return { genuine: false, why: checked.why };
      const { subtle } = globalThis.crypto;
      const by = await subtle.importKey('spki', checked.publicKey, SIGNING, false, ['verify']);
      const genuine = await subtle.verify(SIGNING, by, own(signature), await covered(request, reply));
      return genuine ? { genuine } : { genuine, why: 'SIGNATURE' };
    },
    'decrypt-ak': async ({ authKey }) =>
      new Uint8Array(await globalThis.crypto.subtle.decrypt(WRAPPING, key, own(authKey))),
  };
}

/** What a SigBS is over: SHA-256(Auth Request) ‖ the reply before it. */
async function covered(request: Uint8Array, reply: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const digest = new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', own(request)));
  const out = new Uint8Array(digest.length + reply.length);
  out.set(digest);
  out.set(reply, digest.length);
  return out;
}

function checker(x509: X509, subject: string, cas: readonly string[], { minKeyBits, clock }: Trusting) {
  const anchors = cas.map((pem, i) => fromPem(x509, `${subject}[${i}]`, pem));
  return (certificate: Uint8Array, intermediates: readonly Uint8Array[], expected: Expected) => {
    const now = clock?.() ?? new Date();
    const trust = { anchors, minKeyBits: minKeyBits ?? MIN_KEY_BITS, now };
    return checkCertificate(x509, certificate, intermediates, trust, expected);
  };
}

async function privateKey(
  x509: X509,
  subject: string,
  pem: string,
  algorithm: typeof SIGNING | typeof WRAPPING,
  usage: 'sign' | 'decrypt',
): Promise<CryptoKey> {
  const pkcs8 = fromPem(x509, subject, pem);
  try {
    return await globalThis.crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, [usage]);
  } catch {
    throw new TekcastError('PKI_KEY', `${subject} is not an RSA private key (PKCS #8)`, subject);
  } finally {
    pkcs8.fill(0);
  }
}

function certificateOf(x509: X509, pem: string) {
  const der = fromPem(x509, 'certificate', pem);
  try {
    return new x509.X509Certificate(der);
  } catch {
    throw new TekcastError('PKI_PEM', 'this is not a certificate', 'certificate');
  }
}
