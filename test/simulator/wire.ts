// What an eavesdropper reads of a datagram without a key: headers, and the lifetimes of a Key Reply.

const EC = 0x40;
const HEADER = 6;
const KEY_REPLY = 8;
const TEK_PARAMETERS = 13;
const LIFETIME = 9;

export const isTraffic = (datagram: Uint8Array): boolean => ((datagram[0] ?? 0) & EC) !== 0;
export const cidOf = (datagram: Uint8Array): number => ((datagram[3] ?? 0) << 8) | (datagram[4] ?? 0);

/** Lifetimes (s) of the TEK-Parameters of a Key Reply, in order; undefined for another message. The BS sends one PDU a datagram. */
export function toldLifetimes(datagram: Uint8Array): number[] | undefined {
  // header | Type 10 | Code | Identifier | attributes
  if (isTraffic(datagram) || datagram[HEADER + 1] !== KEY_REPLY) return undefined;
  const length = (((datagram[1] ?? 0) & 7) << 8) | (datagram[2] ?? 0);
  const told: number[] = [];
  for (const outer of attributes(datagram, HEADER + 3, Math.min(length, datagram.length))) {
    if (outer.type !== TEK_PARAMETERS) continue;
    for (const inner of attributes(datagram, outer.start, outer.end)) {
      if (inner.type !== LIFETIME) continue;
      let value = 0;
      for (let i = inner.start; i < inner.end; i++) value = value * 256 + (datagram[i] ?? 0);
      told.push(value);
    }
  }
  return told;
}

/** Attributes with lengths of one byte or of the long form, up to where they stop making sense (a CRC follows the last). */
function attributes(bytes: Uint8Array, from: number, to: number): { type: number; start: number; end: number }[] {
  const found: { type: number; start: number; end: number }[] = [];
  for (let at = from; at + 2 <= to; ) {
    const type = bytes[at] ?? 0;
    let length = bytes[at + 1] ?? 0;
    let start = at + 2;
    if (length > 127) {
      const more = length & 0x7f;
      length = 0;
      for (let i = 0; i < more; i++) length = length * 256 + (bytes[start + i] ?? 0);
      start += more;
    }
    if (start + length > to) break;
    found.push({ type, start, end: start + length });
    at = start + length;
  }
  return found;
}
