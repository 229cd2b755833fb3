// What several tests of this folder use.
import { isTekcastError } from '../../bindings/errors.js';
import { decodeMessage, type PkmMessage, type Profile } from '../../bindings/pkm/index.js';
import { unhex } from '../support/hex.js';

/** Decodes a message that must decode. */
export function decoded(profile: Profile, bytes: Uint8Array): PkmMessage {
  const result = decodeMessage(profile, bytes);
  if (!result.ok) throw new Error(`${result.code} at ${result.offset}`);
  return result.message;
}

/** The same from hex. */
export function message(profile: Profile, text: string): PkmMessage {
  return decoded(profile, unhex(text));
}

/** A stand-in for HMAC-SHA1: 20 bytes that depend on every covered byte. The real one is the core's and has tests there. */
export function mix(covered: Uint8Array): Uint8Array {
  const out = new Uint8Array(20);
  covered.forEach((byte, i) => {
    out[i % 20] = ((out[i % 20] ?? 0) * 31 + byte + i) & 0xff;
  });
  return out;
}

/** The TekcastError code a call throws, or 'no error'. */
export function thrown(run: () => unknown): { code: string; subject?: string | undefined } {
  try {
    run();
  } catch (e) {
    if (isTekcastError(e)) return { code: e.code, subject: e.subject };
    throw e;
  }
  return { code: 'no error' };
}
