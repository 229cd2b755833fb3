// Rows as a sweep would have measured them.
import type { Row } from '../../bench/sizing/row.js';

export function sealRow(payload: string, keys: number, packetsPerSecond: number, workers = 1): Row {
  const bytes = payload === 'IMIX' ? 354 : Number(payload);
  const nsPerPacket = 1e9 / packetsPerSecond;
  return {
    op: 'seal',
    bytes,
    payload,
    keys,
    batch: 1024,
    workers,
    nsPerPacket,
    mbps: (bytes * 8000) / nsPerPacket,
    ratio: { node: 2.5, sjcl: null },
    spread: { nsPerPacket: [nsPerPacket, nsPerPacket], node: [2.4, 2.6] },
    notes: { sjcl: 'not installed' },
  };
}
