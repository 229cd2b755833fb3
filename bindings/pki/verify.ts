// Is a certificate to be trusted, and whose is it? From the leaf up, each certificate must be within its time and signed by the next,
// which must be a CA, until one is signed by a trusted CA. What the peer sent beside its own certificate is only a way there.
import type { CertificateRefusal } from '../auth/types.js';
import { isFramed } from './der.js';
import { own, type X509 } from './x509.js';

export interface TrustOptions {
  /** Trusted CAs, DER. */
  readonly anchors: readonly Uint8Array[];
  /** Least RSA modulus in bits, of the leaf and every CA. */
  readonly minKeyBits: number;
  readonly now: Date;
}

export interface Expected {
  readonly role: 'bs' | 'ss';
  /** MAC address or BSID of the subject; undefined: any. */
  readonly mac: string | undefined;
}

export type Checked =
  | { readonly ok: true; readonly publicKey: Uint8Array<ArrayBuffer> }
  | { readonly ok: false; readonly why: CertificateRefusal };

type Certificate = InstanceType<X509['X509Certificate']>;
type Verdict = CertificateRefusal | undefined;

/** CAs between leaf and anchor. */
const DEPTH_MAX = 4;

/** Checks a certificate (DER) in the order of {@link CertificateRefusal}; the answer says the first that failed. Never throws on what it is given. */
export async function checkCertificate(
  x509: X509,
  der: Uint8Array,
  intermediates: readonly Uint8Array[],
  trust: TrustOptions,
  expected: Expected,
): Promise<Checked> {
  const leaf = parse(x509, der);
  if (leaf === undefined) return { ok: false, why: 'PARSE' };
  const anchors = trust.anchors.flatMap((bytes) => parse(x509, bytes) ?? []);
  const others = intermediates.flatMap((bytes) => parse(x509, bytes) ?? []);
  const why =
    (await climb(x509, leaf, anchors, others, trust)) ??
    (bitsOf(leaf) >= trust.minKeyBits ? undefined : 'KEY') ??
    (expected.mac === undefined || namesOnly(leaf, expected.mac) ? undefined : 'MAC') ??
    (hasRole(x509, leaf, expected.role) ? undefined : 'ROLE');
  return why === undefined ? { ok: true, publicKey: new Uint8Array(leaf.publicKey.rawData) } : { ok: false, why };
}

/** From a certificate to an anchor. The best failure wins: a path that only lacks time says `EXPIRED`. */
async function climb(
  x509: X509,
  from: Certificate,
  anchors: readonly Certificate[],
  others: readonly Certificate[],
  trust: TrustOptions,
  depth = 0,
): Promise<Verdict> {
  let verdict: Verdict = 'CHAIN';
  const candidates = [...anchors.map((ca) => ({ ca, last: true })), ...others.map((ca) => ({ ca, last: false }))];
  for (const { ca, last } of candidates) {
    if (from.issuer !== ca.subject || !isCa(x509, ca, depth) || !(await signed(from, ca))) continue;
    let found: Verdict;
    if (!inTime(from, trust.now) || !inTime(ca, trust.now)) found = 'EXPIRED';
    else if (bitsOf(ca) < trust.minKeyBits) found = 'KEY';
    else if (last) return undefined;
    else if (depth < DEPTH_MAX) found = await climb(x509, ca, anchors, others, trust, depth + 1);
    else found = 'CHAIN';
    if (found === undefined) return undefined;
    if (verdict === 'CHAIN') verdict = found;
  }
  return verdict;
}

function parse(x509: X509, der: Uint8Array): Certificate | undefined {
  if (!isFramed(der)) return undefined;
  try {
    const certificate = new x509.X509Certificate(own(der));
    void certificate.subject; // parsed lazily: now, or where nobody expects it to fail
    void certificate.issuer;
    void certificate.notBefore;
    void certificate.extensions;
    void certificate.publicKey.algorithm;
    void certificate.signatureAlgorithm;
    return certificate;
  } catch {
    return undefined;
  }
}

/** A CA by its own word (RFC 5280 §4.2.1.9, §4.2.1.3) with room for `below` CAs under it. */
function isCa(x509: X509, ca: Certificate, below: number): boolean {
  const constraints = ca.getExtension(x509.BasicConstraintsExtension);
  const usage = ca.getExtension(x509.KeyUsagesExtension);
  if (constraints === null || !constraints.ca) return false;
  if (constraints.pathLength !== undefined && constraints.pathLength < below) return false;
  return usage === null || (usage.usages & x509.KeyUsageFlags.keyCertSign) !== 0;
}

/** Signed by that CA with something better than SHA-1. */
async function signed(certificate: Certificate, ca: Certificate): Promise<boolean> {
  const { hash } = certificate.signatureAlgorithm as { hash?: { name?: string } };
  if (hash?.name === undefined || /sha-?1$/i.test(hash.name)) return false;
  try {
    return await certificate.verify({ publicKey: ca.publicKey, signatureOnly: true }, globalThis.crypto);
  } catch {
    return false;
  }
}

function inTime({ notBefore, notAfter }: Certificate, now: Date): boolean {
  return notBefore <= now && now <= notAfter;
}

/** RSA modulus in bits; 0 for another kind of key. */
function bitsOf(certificate: Certificate): number {
  const { name, modulusLength } = certificate.publicKey.algorithm as RsaKeyAlgorithm;
  return /^RSA/.test(name) && typeof modulusLength === 'number' ? modulusLength : 0;
}

/** One common name, and it is this MAC address. */
function namesOnly(certificate: Certificate, mac: string): boolean {
  const names = certificate.subjectName.getField('CN');
  return names.length === 1 && names[0]?.toLowerCase() === mac.toLowerCase();
}

/**
 * A BS must say that it is one, or any SS of the same CA could sign Auth Replies. Manufacturers' certificates of SSs often say nothing;
 * one that says otherwise is refused.
 */
function hasRole(x509: X509, certificate: Certificate, role: 'bs' | 'ss'): boolean {
  const { ExtendedKeyUsage, KeyUsageFlags } = x509;
  const usage = certificate.getExtension(x509.KeyUsagesExtension);
  const purpose = certificate.getExtension(x509.ExtendedKeyUsageExtension);
  const constraints = certificate.getExtension(x509.BasicConstraintsExtension);
  if (constraints?.ca === true) return false;
  const may = (flag: number) => usage === null || (usage.usages & flag) !== 0;
  const meant = (id: string) => purpose?.usages.some((given) => String(given) === id);
  if (role === 'bs') return may(KeyUsageFlags.digitalSignature) && meant(ExtendedKeyUsage.serverAuth) === true;
  return may(KeyUsageFlags.keyEncipherment) && meant(ExtendedKeyUsage.clientAuth) !== false;
}
