// A datagram is one burst: whole MAC PDUs, one behind the other. Walked from the front:
//
//   0xFF                     padding up to the end
//   HT = 1, HCS right        a header without payload (bandwidth request): six bytes, stepped over
//   HT = 0, HCS, LEN right   a PDU of LEN bytes
//   anything else            the burst ends there; what came before counts
//
// A wrong HCS leaves nothing to find the next header by, hence the end. HT = 1 headers carry the same HCS, so they can
// be stepped over safely; the carrier has no uplink grants, so what they ask for is of no use here.

import { hcs } from './check.js';
import { decodeHeader, HEADER_LENGTH, HT } from './header.js';
import type { Burst, BurstErrorCode, HeaderOnly, Pdu } from './types.js';

/** A byte at a PDU boundary that says: nothing but padding from here. */
export const PADDING = 0xff;

/** Takes a burst apart. Never throws; PDUs are views. One step per PDU. */
export function splitBurst(datagram: Uint8Array): Burst {
  const pdus: Pdu[] = [];
  const headersOnly: HeaderOnly[] = [];
  const end = (code: BurstErrorCode, offset: number): Burst => ({
    pdus,
    headersOnly,
    padding: 0,
    broken: { code, offset },
  });
  let at = 0;
  while (at < datagram.length) {
    const first = datagram[at] ?? 0;
    if (first === PADDING) return { pdus, headersOnly, padding: datagram.length - at, broken: undefined };
    if (at + HEADER_LENGTH > datagram.length) return end('SHORT', at);
    if (hcs(datagram, at) !== datagram[at + 5]) return end('HCS', at);
    if (first & HT) {
      headersOnly.push({ offset: at, bytes: datagram.subarray(at, at + HEADER_LENGTH) });
      at += HEADER_LENGTH;
      continue;
    }
    const header = decodeHeader(datagram, at);
    if (header.length < HEADER_LENGTH || header.length > datagram.length - at) return end('LEN', at);
    pdus.push({ offset: at, header, bytes: datagram.subarray(at, at + header.length) });
    at += header.length;
  }
  return { pdus, headersOnly, padding: 0, broken: undefined };
}

/** Puts PDUs into one burst. */
export function concatBurst(pdus: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(pdus.reduce((sum, pdu) => sum + pdu.length, 0));
  let at = 0;
  for (const pdu of pdus) {
    out.set(pdu, at);
    at += pdu.length;
  }
  return out;
}
