// The same keys and payloads for every contestant.
import { createHash } from 'node:crypto';

/** Payload bytes of every packet, or the internet mix: of twelve packets seven of 64, four of 576 and one of 1,500 bytes. */
export type Payload = number | 'IMIX';

const IMIX = [64, 576, 64, 64, 576, 64, 1500, 64, 576, 64, 64, 576];

/** Payload lengths of `packets` packets. */
export function lengthsOf(payload: Payload, packets: number): number[] {
  return Array.from({ length: packets }, (_, i) => (payload === 'IMIX' ? (IMIX[i % IMIX.length] as number) : payload));
}

/** Mean payload bytes of a packet. */
export function meanBytes(payload: Payload): number {
  return payload === 'IMIX' ? IMIX.reduce((sum, n) => sum + n, 0) / IMIX.length : payload;
}

export function payloadName(payload: Payload): string {
  return payload === 'IMIX' ? payload : `${payload.toLocaleString('en')} B`;
}

/** Reproducible bytes: SHA-256 in counter mode over a label. Test material, not keys of anybody. */
export function bytes(label: string, length: number): Uint8Array {
  const out = new Uint8Array(length);
  for (let at = 0, i = 0; at < length; at += 32, i++) {
    const digest = createHash('sha256').update(`${label}/${i}`).digest();
    out.set(digest.subarray(0, Math.min(32, length - at)), at);
  }
  return out;
}

/** `count` payloads, each a buffer of its own. */
export function payloadsOf(payload: Payload, count: number): Uint8Array[] {
  const source = bytes('payload', 2048 + count);
  return lengthsOf(payload, count).map((length, i) => source.slice(i, i + length));
}
