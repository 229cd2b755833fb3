/**
 * One-shot AES-128 modes over raw keys, for tools, tests and other protocols.
 *
 * Hazmat: you pass the key and you pass the nonce. A (key, nonce) pair that is used twice gives both messages away; ECB, CBC and CTR
 * authenticate nothing. For 802.16 traffic use the vault (`createCore`), where nobody passes a nonce.
 *
 * Keys are 16 bytes. All arguments and results are `Uint8Array`; results are fresh arrays. Every call runs in a private core and
 * zeroes there what it was given; the caller's arrays stay as they are. Errors: `LENGTH`, `RANGE`, `TYPE`, `NO_SIMD`.
 */
import { type CcmOptions, Modes } from './modes.js';

export type { CcmOptions };

let modes: Modes | undefined;

function core(): Modes {
  modes ??= new Modes();
  return modes;
}

/** ECB (SP 800-38A §6.1). Data: a multiple of 16 bytes, of any length. */
export const ecb = {
  encrypt: (key: Uint8Array, data: Uint8Array): Uint8Array => core().ecbEncrypt(key, data),
  decrypt: (key: Uint8Array, data: Uint8Array): Uint8Array => core().ecbDecrypt(key, data),
};

/** CBC (SP 800-38A §6.2), no padding. `iv`: 16 bytes, unpredictable. Data: a multiple of 16 bytes, of any length. */
export const cbc = {
  encrypt: (key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array => core().cbcEncrypt(key, iv, data),
  decrypt: (key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array => core().cbcDecrypt(key, iv, data),
};

/**
 * CTR (SP 800-38A §6.5): encrypts or decrypts data of any length. `counter`: the first counter block, 16 bytes, counted up as one
 * big-endian number of 128 bits.
 */
export function ctr(key: Uint8Array, counter: Uint8Array, data: Uint8Array): Uint8Array {
  return core().ctr(key, counter, data);
}

/**
 * The 802.16 MBS form of CTR (suite 80 00 xx): the first counter block is `roc` (rollover counter, 0..255) and `frame` (PHY frame
 * number, 0..2^24-1), 32 bits, four times over. Encrypts or decrypts; the ROC byte in front of the payload is not added.
 */
export function mbs(key: Uint8Array, roc: number, frame: number, data: Uint8Array): Uint8Array {
  return core().mbs(key, roc, frame, data);
}

/** CMAC (SP 800-38B, RFC 4493) of a message of any length: 16 bytes. */
export function cmac(key: Uint8Array, message: Uint8Array): Uint8Array {
  return core().cmac(key, message);
}

/** CCM (SP 800-38C, RFC 3610) with a nonce of 13 bytes, hence L = 2 and at most 65,535 bytes of plaintext. */
export const ccm = {
  /** Ciphertext, then the tag. */
  seal: (key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, options?: CcmOptions): Uint8Array =>
    core().ccmSeal(key, nonce, plaintext, options),
  /** The plaintext of ciphertext and tag, or undefined if the tag is wrong. */
  open: (key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, options?: CcmOptions): Uint8Array | undefined =>
    core().ccmOpen(key, nonce, sealed, options),
};

/** AES key wrap (RFC 3394) under a KEK of 16 bytes. Key data: 16..65,528 bytes, a multiple of 8. */
export const keywrap = {
  /** Eight bytes more than `keyData`. */
  wrap: (kek: Uint8Array, keyData: Uint8Array): Uint8Array => core().wrap(kek, keyData),
  /** The key data, or undefined if the length or the integrity value is wrong. */
  unwrap: (kek: Uint8Array, wrapped: Uint8Array): Uint8Array | undefined => core().unwrap(kek, wrapped),
  /** Many 16-byte keys, `keys[i]` under `keks[i]`: 24 bytes each, about six times faster than one by one. */
  wrapAll: (keks: readonly Uint8Array[], keys: readonly Uint8Array[]): Uint8Array[] => core().wrapAll(keks, keys),
};
