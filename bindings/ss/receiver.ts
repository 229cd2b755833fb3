// Block 130 of the patent's Figure 10: receives. datagram -> PDUs -> messages on the own primary connection, and traffic PDUs of
// the own services. Radio reaches all: what is for others is passed over by its CID and only counted.
import { decodeManagement, type Pdu, splitBurst } from '../pdu/index.js';
import type { DropCode } from '../sa/types.js';
import type { Memory, ServiceEntry } from './memory.js';
import type { SsSettings } from './options.js';

export type Received =
  | { readonly kind: 'message'; readonly message: Uint8Array }
  | { readonly kind: 'traffic'; readonly entry: ServiceEntry; readonly pdu: Pdu }
  | { readonly kind: 'filtered' }
  | { readonly kind: 'dropped'; readonly code: DropCode; readonly cid?: number };

/** Every PDU of a burst, sorted; where the burst breaks, a last entry says why. */
export function receiveBurst(datagram: Uint8Array, memory: Memory, settings: SsSettings): Received[] {
  const burst = splitBurst(datagram);
  const received = burst.pdus.map((pdu) => {
    settings.onPdu?.(pdu.bytes, 'down');
    return sort(pdu, memory, settings);
  });
  for (const { bytes } of burst.headersOnly) settings.onPdu?.(bytes, 'down');
  if (burst.broken !== undefined) received.push({ kind: 'dropped', code: burst.broken.code });
  return received;
}

function sort(pdu: Pdu, memory: Memory, { identity, crc }: SsSettings): Received {
  const { cid, ec } = pdu.header;
  const entry = memory.byCid(cid);
  if (entry !== undefined) return ec ? { kind: 'traffic', entry, pdu } : { kind: 'dropped', code: 'CLEARTEXT', cid };
  if (ec && cid !== identity.primaryCid) return { kind: 'filtered' };
  const management = decodeManagement(pdu, crc);
  if (!management.ok) return { kind: 'dropped', code: management.code === 'EC' ? 'ENCRYPTED' : management.code, cid };
  if (cid !== identity.primaryCid) return { kind: 'dropped', code: 'CID', cid };
  return { kind: 'message', message: management.message };
}
