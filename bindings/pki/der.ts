// What a certificate has around the part that is signed: changed there, it would be another certificate with the same signature. So there is
// one way to write it, that of DER:
//
//   SEQUENCE { SEQUENCE { [0] version, serial, algorithm ... }, algorithm, BIT STRING signature }        RFC 5280 §4.1
//              \___________________ signed __________________/
const SEQUENCE = 0x30;
const BIT_STRING = 0x03;
const VERSION = 0xa0;

/** Most bytes of a length: no certificate has 16 MiB. */
const LENGTH_MAX = 3;

interface Element {
  readonly tag: number;
  readonly start: number;
  /** First byte behind tag and length. */
  readonly body: number;
  readonly end: number;
}

/** The element at `start`, within `end`; undefined if it is cut short or its length is not in as few bytes as it may be (X.690 §10.1). */
function element(der: Uint8Array, start: number, end: number): Element | undefined {
  const tag = der[start];
  let length = der[start + 1];
  if (tag === undefined || length === undefined) return undefined;
  let body = start + 2;
  if (length >= 0x80) {
    const bytes = length & 0x7f;
    if (bytes === 0 || bytes > LENGTH_MAX) return undefined;
    length = 0;
    for (let i = 0; i < bytes; i++) length = length * 256 + (der[body++] ?? 0);
    if (length < Math.max(0x80, 256 ** (bytes - 1))) return undefined;
  }
  return body + length <= end ? { tag, start, body, end: body + length } : undefined;
}

/**
 * Whether all that is not signed is as it must be: nothing behind the certificate, no unused bits in the signature, and outside the same
 * algorithm as inside, byte for byte (RFC 5280 §4.1.1.2).
 */
export function isFramed(der: Uint8Array): boolean {
  const whole = element(der, 0, der.length);
  if (whole?.tag !== SEQUENCE || whole.end !== der.length) return false;
  const signed = element(der, whole.body, whole.end);
  if (signed?.tag !== SEQUENCE) return false;
  const outer = element(der, signed.end, whole.end);
  const signature = outer && element(der, outer.end, whole.end);
  if (signature?.tag !== BIT_STRING || signature.end !== whole.end || der[signature.body] !== 0) return false;
  const first = element(der, signed.body, signed.end);
  const serial = first?.tag === VERSION ? element(der, first.end, signed.end) : first;
  const inner = serial && element(der, serial.end, signed.end);
  if (outer === undefined || inner === undefined) return false;
  const same = (byte: number, i: number) => byte === der[inner.start + i];
  return outer.end - outer.start === inner.end - inner.start && der.subarray(outer.start, outer.end).every(same);
}
