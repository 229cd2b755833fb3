// Cryptographic suites (attribute 20): three bytes, data encryption | data authentication | TEK encryption.

import { TekcastError } from '../errors.js';

/** A suite this project seals with. */
export interface Suite {
  /** Six hex digits as in a configuration. */
  readonly name: string;
  /** The three bytes on the wire. */
  readonly code: Uint8Array;
  /** Bytes of a wrapped TEK in attribute 8. */
  readonly tekLength: number;
  /** What the KEK's slot is made for. */
  readonly kekUse: 'kek-aeskw' | 'kek-ecb';
}

/** AES-CCM with AES key wrap (RFC 3394), and AES-CCM with AES-ECB. */
export const SUITES: readonly Suite[] = [
  { name: '020104', code: Uint8Array.of(2, 1, 4), tekLength: 24, kekUse: 'kek-aeskw' },
  { name: '020103', code: Uint8Array.of(2, 1, 3), tekLength: 16, kekUse: 'kek-ecb' },
];

const DATA_ENCRYPTION: Readonly<Record<number, string>> = {
  0: 'no encryption',
  1: 'DES-CBC 56',
  2: 'AES-CCM 128',
  3: 'AES-CBC 128',
  128: 'AES-CTR 128 (MBS, 8-bit ROC)',
};
const DATA_AUTHENTICATION: Readonly<Record<number, string>> = { 0: 'no authentication', 1: 'AES-CCM 128' };
const TEK_ENCRYPTION: Readonly<Record<number, string>> = {
  0: 'TEK not encrypted',
  1: 'TEK by 3DES-EDE 128',
  2: 'TEK by RSA-1024',
  3: 'TEK by AES-ECB 128',
  4: 'TEK by AES key wrap 128',
};

/** Three suite bytes in words. */
export function suiteInWords(code: Uint8Array): string {
  const [data = 0, authentication = 0, tek = 0] = code;
  const word = (names: Readonly<Record<number, string>>, byte: number) => names[byte] ?? `unknown ${byte}`;
  return [word(DATA_ENCRYPTION, data), word(DATA_AUTHENTICATION, authentication), word(TEK_ENCRYPTION, tek)].join(', ');
}

/**
 * The suite of six hex digits. Throws `SUITE_REFUSED` for suites with DES in them (56-bit keys fall to a search; 3DES around a
 * TEK helps nobody), `SUITE` for anything else that is not offered.
 */
export function suiteByName(name: string): Suite {
  const suite = SUITES.find((candidate) => candidate.name === name);
  if (suite !== undefined) return suite;
  if (!/^[0-9a-f]{6}$/i.test(name)) throw new TekcastError('SUITE', 'a suite is six hex digits', name);
  const code = Uint8Array.from([0, 2, 4], (at) => Number.parseInt(name.slice(at, at + 2), 16));
  if (code[0] === 1 || code[2] === 1) {
    throw new TekcastError('SUITE_REFUSED', `DES is refused (${suiteInWords(code)}); use ${offered()}`, name);
  }
  throw new TekcastError('SUITE', `${suiteInWords(code)} is not offered; use ${offered()}`, name);
}

function offered(): string {
  return SUITES.map((suite) => suite.name).join(' or ');
}
