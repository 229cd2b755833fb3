// tekcast sealing in the MBS form (suite 80 00 xx): payload copied in, header and HCS built, AES-CTR from ROC and frame number, no ICV.
import { createCoreSync } from 'tekcast';
import type { Job } from '../contenders/types.js';
import { keyOrder } from '../order.js';
import type { Contestant } from '../sizing/paired.js';
import { bytes, type Payload, payloadsOf } from '../workload.js';
import { CID, joined, PLACE } from './sealing.js';

const HEADER_AND_ROC = 7;

export interface MbsSealing extends Contestant {
  /** `nonce` is the counter block, 16 bytes. */
  readonly jobs: readonly Job[];
  /** Ciphertext of each job of the first batch. */
  readonly expected: readonly Uint8Array[];
  dispose(): void;
}

export function mbsSealing(keys: number, payload: Payload, batch: number): MbsSealing {
  const core = createCoreSync({
    slots: keys,
    tombstones: keys,
    windows: 1,
    packets: batch,
    arenaBytes: Math.max(4096, batch * PLACE),
  });
  const table = core.saTable(keys);
  const traffic = core.traffic({ packets: batch, bytes: batch * PLACE, crc: 'none', table });
  const owner = core.newOwner();
  const raw = Array.from({ length: keys }, (_, i) => bytes(`key/${i}`, 16));
  for (const [i, key] of raw.entries()) {
    const birth = { use: 'seal-down', owner, said: i & 0xffff, sequence: 0, cipher: 'mbs' } as const;
    table.set(i, { key: core.keys.put(key, birth).key, eks: 0, cid: CID });
  }
  const order = Uint32Array.from(keyOrder(keys, batch));
  const payloads = payloadsOf(payload, batch);
  const together = joined(payloads);
  let next = 0;
  const run = () => {
    traffic.addPayloads(order.subarray(next, next + batch), together.bytes, together.lengths);
    if (traffic.seal() !== batch) throw new Error('a packet was not sealed');
    next = next + batch === order.length ? 0 : next + batch;
    return batch;
  };
  run();
  const expected: Uint8Array[] = [];
  const jobs = payloads.map((payload, i): Job => {
    expected.push(traffic.arena.slice(traffic.start(i) + HEADER_AND_ROC, traffic.end(i)));
    return { key: raw[order[i] as number] as Uint8Array, nonce: counterBlock(traffic.pn(i)), payload };
  });
  return { name: 'tekcast', run, jobs, expected, dispose: () => core.dispose() };
}

/** ROC (8 bits) and frame number (24), four times over (802.16 §7.5.1.3). */
function counterBlock(counter: number): Uint8Array {
  const block = new Uint8Array(16);
  const view = new DataView(block.buffer);
  for (let at = 0; at < 16; at += 4) view.setUint32(at, counter);
  return block;
}
