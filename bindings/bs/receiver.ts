// Block 210 of the patent's Figure 10: receives. datagram -> PDUs -> Key Request messages of known management connections,
// and traffic PDUs of known transport connections. What is neither is dropped here with a code.
import { decodeManagement, type Pdu, splitBurst } from '../pdu/index.js';
import type { Crc, DropCode, OnPdu } from '../sa/types.js';
import type { Memory, Subscriber } from './memory.js';

export type Received =
  | { readonly kind: 'message'; readonly subscriber: Subscriber; readonly message: Uint8Array }
  | { readonly kind: 'traffic'; readonly subscriber: Subscriber; readonly pdu: Pdu }
  | { readonly kind: 'dropped'; readonly code: DropCode; readonly cid?: number; readonly subscriber?: Subscriber };

/** Every PDU of a burst, sorted; where the burst breaks, a last entry says why. */
export function receiveBurst(datagram: Uint8Array, memory: Memory, crc: Crc, onPdu: OnPdu | undefined): Received[] {
  const burst = splitBurst(datagram);
  const received = burst.pdus.map((pdu) => {
    onPdu?.(pdu.bytes, 'up');
    return sort(pdu, memory, crc);
  });
  for (const { bytes } of burst.headersOnly) onPdu?.(bytes, 'up');
  if (burst.broken !== undefined) received.push({ kind: 'dropped', code: burst.broken.code });
  return received;
}

function sort(pdu: Pdu, memory: Memory, crc: Crc): Received {
  const { cid, ec } = pdu.header;
  const transport = memory.byTransportCid.get(cid);
  if (transport !== undefined || memory.serviceCids.has(cid)) {
    const of = transport === undefined ? {} : { subscriber: transport };
    if (!ec) return { kind: 'dropped', code: 'CLEARTEXT', cid, ...of };
    if (transport === undefined) return { kind: 'dropped', code: 'CID', cid }; // services are downlink only
    return { kind: 'traffic', subscriber: transport, pdu };
  }
  const management = decodeManagement(pdu, crc);
  if (!management.ok) return { kind: 'dropped', code: management.code === 'EC' ? 'ENCRYPTED' : management.code, cid };
  const subscriber = memory.byPrimaryCid.get(cid);
  if (subscriber === undefined) return { kind: 'dropped', code: 'CID', cid };
  return { kind: 'message', subscriber, message: management.message };
}
