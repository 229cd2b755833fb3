// The same keys, headers and payloads for every contestant.
import { createHash } from 'node:crypto';

/** Reproducible bytes: SHA-256 in counter mode over a label. Test material, not keys of anybody. */
export function bytes(label: string, length: number): Uint8Array {
  const out = new Uint8Array(length);
  for (let at = 0, i = 0; at < length; at += 32, i++) {
    out.set(
      createHash('sha256')
        .update(`${label}/${i}`)
        .digest()
        .subarray(0, Math.min(32, length - at)),
      at,
    );
  }
  return out;
}

export interface Workload {
  readonly keys: readonly Uint8Array[];
  /** Key index, CID and payload of each packet of a batch. */
  readonly packets: readonly { readonly key: number; readonly cid: number; readonly payload: Uint8Array }[];
}

/** `packets` packets of `size` bytes over `keys` keys, visited in a scattered order so that no cache line is a neighbour of the last. */
export function workload(size: number, keys: number, packets: number): Workload {
  const pool = bytes(`payload/${size}`, size + packets);
  return {
    keys: Array.from({ length: keys }, (_, i) => bytes(`key/${i}`, 16)),
    packets: Array.from({ length: packets }, (_, i) => {
      const key = (Math.imul(i + 1, 2654435761) >>> 0) % keys;
      return { key, cid: 0xfea0, payload: pool.slice(i, i + size) };
    }),
  };
}
