// Seal: payload copied in, headers and HCS built, CCM, results there; CRC off. Against node:crypto, one cipher object a packet.
import { type Core, createCoreSync, type TrafficSa } from 'tekcast';
import { nodeCcm } from '../contenders/node-crypto.js';
import { paired, type Quartiles } from '../sizing/paired.js';
import { workload } from '../workload.js';

export interface Row {
  readonly op: 'seal';
  readonly bytes: number;
  readonly keys: number;
  readonly batch: number;
  readonly nsPerPacket: Quartiles;
  readonly nodeNsPerPacket: Quartiles;
  /** node:crypto's time over ours. */
  readonly ratio: Quartiles;
}

export const SIZES = [64, 256, 1024, 1500];

/** One row: `size` bytes, `keys` keys, `batch` packets a batch. Throws if the two do not agree on a sealed packet. */
export function seal(size: number, keys: number, batch: number, rounds: number): Row {
  const work = workload(size, keys, batch);
  const core = createCoreSync({ slots: keys, windows: 1, packets: batch, arenaBytes: batch * 2064 });
  const owner = core.newOwner();
  const sas = work.keys.map((key, i) => ({
    // With a PN limit and one benchmark a key, first PNs need not rise from run to run: the keys are test material.
    key: core.keys.put(key, { use: 'seal-down', owner, said: i & 0xffff, sequence: 0 }).key,
    eks: 0,
    cid: 0xfea0,
  }));
  const order = work.packets.map((p) => ({ sa: sas[p.key] as TrafficSa, payload: p.payload }));
  const traffic = core.traffic({ packets: batch, crc: 'none', bytes: batch * 2064 });
  const ours = () => {
    for (const p of order) traffic.addPayload(p.sa, p.payload);
    if (traffic.seal() !== batch) throw new Error('a packet was not sealed');
    return batch;
  };
  ours();
  const native = nodeCcm(work);
  const nonces = order.map((_, i) => nonceOf(traffic.arena.subarray(traffic.start(i), traffic.end(i))));
  for (const i of [0, 1, 7, batch >> 1, batch - 1])
    agree(traffic.arena.subarray(traffic.start(i), traffic.end(i)), native(i, nonces[i] as Uint8Array), size);
  let next = 0;
  const theirs = () => {
    for (let n = 0; n < 256; n++) {
      native(next, nonces[next] as Uint8Array);
      next = (next + 1) % batch;
    }
    return 256;
  };
  const [us, node] = paired(
    [
      { name: 'tekcast', run: ours },
      { name: 'node:crypto', run: theirs },
    ],
    { rounds },
  );
  (core as Core).dispose();
  if (us === undefined || node === undefined) throw new Error('nothing was measured');
  return { op: 'seal', bytes: size, keys, batch, nsPerPacket: us.ns, nodeNsPerPacket: node.ns, ratio: node.ratio };
}

/** Header bytes 0-4, four zero bytes, the PN as on the air. */
function nonceOf(pdu: Uint8Array): Uint8Array {
  const nonce = new Uint8Array(13);
  nonce.set(pdu.subarray(0, 5));
  nonce.set(pdu.subarray(6, 10), 9);
  return nonce;
}

function agree(pdu: Uint8Array, native: { ciphertext: Uint8Array; icv: Uint8Array }, size: number): void {
  const expected = Buffer.concat([native.ciphertext, native.icv]);
  if (!expected.equals(pdu.subarray(10, 10 + size + 8)))
    throw new Error(`tekcast and node:crypto disagree at ${size} bytes`);
}
