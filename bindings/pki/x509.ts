// @peculiar/x509 is an optional peer of this entry alone: it is loaded when it is needed, so that importing the entry never fails.
import { TekcastError } from '../errors.js';

export type X509 = typeof import('@peculiar/x509');

/** The library, or `PKI_MISSING` with what to install. */
export async function loadX509(): Promise<X509> {
  try {
    await import('reflect-metadata'); // before @peculiar/x509, which needs it at load
    return await import('@peculiar/x509');
  } catch (cause) {
    const why = cause instanceof Error ? ` (${cause.message})` : '';
    throw new TekcastError('PKI_MISSING', `npm i @peculiar/x509 reflect-metadata${why}`, '@peculiar/x509');
  }
}

/** RSA with PKCS #1 v1.5 signatures and SHA-256: what certificates and Auth Replies are signed with. */
export const SIGNING = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const;
/** What an AK travels under (802.16 §7.5): OAEP with SHA-1, no label. */
export const WRAPPING = { name: 'RSA-OAEP', hash: 'SHA-1' } as const;

export const CERTIFICATE_TAG = 'CERTIFICATE';
export const PRIVATE_KEY_TAG = 'PRIVATE KEY';

/** PEM from DER. */
export function toPem(x509: X509, tag: string, der: BufferSource): string {
  return `${x509.PemConverter.encode(der, tag).trim()}\n`;
}

/** The first block of a PEM text. Throws `PKI_PEM` naming what it should have been; no byte of it is in the error. */
export function fromPem(x509: X509, subject: string, pem: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(x509.PemConverter.decodeFirst(pem));
  } catch {
    throw new TekcastError('PKI_PEM', `${subject} is not PEM`, subject);
  }
}

/** Bytes that WebCrypto takes: never a view of shared memory. */
export function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(bytes);
}
