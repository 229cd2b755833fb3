// Makes a CA and certificates of stations, for trying authorization out. Everything goes out as PEM text: certificates, and private
// keys as PKCS #8. What tells a BS from an SS is in the certificate, so that one CA can serve both:
//
//   role | subject                  | key usage         | extended key usage
//   CA   | CN = name                | keyCertSign       | –
//   BS   | CN = BSID, OU = BS       | digitalSignature  | serverAuth
//   SS   | CN = MAC address, OU = SS | keyEncipherment  | clientAuth
import { TekcastError } from '../errors.js';
import { CERTIFICATE_TAG, fromPem, PRIVATE_KEY_TAG, SIGNING, toPem, type X509 } from './x509.js';

/** Certificate and private key, PEM. */
export interface Issued {
  readonly certificate: string;
  readonly privateKey: string;
}

/** A CA to be made. */
export interface CaRequest {
  /** Common name. */
  readonly name: string;
  /** Days it is valid from now on. Default 3,650. */
  readonly days?: number;
  /** RSA modulus: 2,048 (default), 3,072 or 4,096 bits. */
  readonly bits?: number;
  /** Signed by another CA; default by itself. */
  readonly issuer?: Issued;
}

/** A BS's or an SS's certificate to be made. */
export interface StationRequest {
  readonly role: 'bs' | 'ss';
  /** MAC address or BSID: `00:1b:11:c9:d5:0c`. */
  readonly mac: string;
  readonly issuer: Issued;
  /** Default 365. */
  readonly days?: number;
  /** Default 2,048. Shorter than 2,048 is for tests of what refuses it. */
  readonly bits?: number;
  /** Default now, less a minute for clocks that differ. */
  readonly notBefore?: Date;
}

const DAY = 86_400_000;
const SKEW = 60_000;
const BITS = 2_048;
/** AUTH-Key and SigBS have room for these. */
const BITS_ALLOWED = [1_024, 2_048, 3_072, 4_096];

/** Errors: `RANGE` (bits, days), `PKI_PEM`. */
export async function makeCa(x509: X509, request: CaRequest): Promise<Issued> {
  const keys = await newKeys(request.bits);
  const subject = `CN=${escaped(request.name)}`;
  const { BasicConstraintsExtension, KeyUsagesExtension, KeyUsageFlags } = x509;
  const usage = new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true);
  const extensions = [new BasicConstraintsExtension(true, undefined, true), usage];
  const life = lifeOf(new Date(Date.now() - SKEW), request.days ?? 3_650);
  const issuer = request.issuer && (await openIssuer(x509, request.issuer));
  return issue(x509, { subject, keys, extensions, ...life, issuer: issuer ?? { name: subject, key: keys.privateKey } });
}

/** Errors: `RANGE` (bits, days), `MAC`, `PKI_PEM`. */
export async function makeStation(x509: X509, request: StationRequest): Promise<Issued> {
  const { role, mac } = request;
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(mac)) {
    throw new TekcastError('MAC', 'mac must look like 00:1b:11:c9:d5:0c', 'mac');
  }
  const keys = await newKeys(request.bits);
  const { BasicConstraintsExtension, ExtendedKeyUsage, ExtendedKeyUsageExtension } = x509;
  const { KeyUsagesExtension, KeyUsageFlags } = x509;
  const usage = role === 'bs' ? KeyUsageFlags.digitalSignature : KeyUsageFlags.keyEncipherment;
  const purpose = role === 'bs' ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth;
  return issue(x509, {
    subject: `CN=${mac.toUpperCase()}, OU=${role.toUpperCase()}`,
    keys,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(usage, true),
      new ExtendedKeyUsageExtension([purpose]),
    ],
    ...lifeOf(request.notBefore ?? new Date(Date.now() - SKEW), request.days ?? 365),
    issuer: await openIssuer(x509, request.issuer),
  });
}

interface Issuing {
  readonly subject: string;
  readonly keys: CryptoKeyPair;
  readonly extensions: InstanceType<X509['Extension']>[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly issuer: { readonly name: string; readonly key: CryptoKey };
}

async function issue(x509: X509, { subject, keys, issuer, ...rest }: Issuing): Promise<Issued> {
  const certificate = await x509.X509CertificateGenerator.create(
    {
      ...rest,
      subject,
      issuer: issuer.name,
      publicKey: keys.publicKey,
      signingKey: issuer.key,
      signingAlgorithm: SIGNING,
    },
    globalThis.crypto,
  );
  const pkcs8 = new Uint8Array(await globalThis.crypto.subtle.exportKey('pkcs8', keys.privateKey));
  try {
    return {
      certificate: toPem(x509, CERTIFICATE_TAG, certificate.rawData),
      privateKey: toPem(x509, PRIVATE_KEY_TAG, pkcs8),
    };
  } finally {
    pkcs8.fill(0);
  }
}

async function openIssuer(x509: X509, issuer: Issued): Promise<Issuing['issuer']> {
  const certificate = new x509.X509Certificate(fromPem(x509, 'issuer.certificate', issuer.certificate));
  const pkcs8 = fromPem(x509, 'issuer.privateKey', issuer.privateKey);
  try {
    const key = await globalThis.crypto.subtle.importKey('pkcs8', pkcs8, SIGNING, false, ['sign']);
    return { name: certificate.subject, key };
  } finally {
    pkcs8.fill(0);
  }
}

async function newKeys(bits = BITS): Promise<CryptoKeyPair> {
  if (!BITS_ALLOWED.includes(bits)) {
    throw new TekcastError('RANGE', `bits must be one of ${BITS_ALLOWED.join(', ')}`, 'bits', bits);
  }
  const algorithm = { ...SIGNING, modulusLength: bits, publicExponent: Uint8Array.of(1, 0, 1) };
  return globalThis.crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

function lifeOf(notBefore: Date, days: number): { notBefore: Date; notAfter: Date } {
  if (!(days > 0 && days <= 36_500)) throw new TekcastError('RANGE', 'days must be above 0, to 36,500', 'days', days);
  return { notBefore, notAfter: new Date(notBefore.getTime() + days * DAY) };
}

/** RFC 4514: what would end or split a name is escaped. */
function escaped(name: string): string {
  if (name.length === 0) throw new TekcastError('RANGE', 'a CA has a name', 'name', 0);
  return name.replace(/[,+"\\<>;=#]/g, (character) => `\\${character}`);
}
