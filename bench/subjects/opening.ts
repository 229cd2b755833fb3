// tekcast opening: PDU copied in, header and HCS checked, CCM, replay window, payload ready in the arena; CRC off. A PDU is accepted
// once, so a sealing core makes fresh ones before; that is not timed. It makes as many batches ahead as sealing's payloads would
// take of a cache, so that what it leaves behind there is not counted against opening batch by batch.
import { createCoreSync } from 'tekcast';
import { keyOrder } from '../order.js';
import type { Contestant } from '../sizing/paired.js';
import { bytes, lengthsOf, type Payload } from '../workload.js';
import { CID, type Joined, joined, PLACE, SealingSubject, type Workload } from './sealing.js';

/** Bytes of PDUs made ahead. */
const AHEAD = 1_500_000;
/** Header, PN and ICV. */
const OVERHEAD = 18;

export interface Opening {
  readonly open: Contestant;
  /** Seals the same packets, of as many buffers as there are PDUs. */
  readonly seal: Workload;
  dispose(): void;
}

export function opening(keys: number, payload: Payload, batch: number): Opening {
  const sealing = new SealingSubject(keys, batch);
  const feed = sealing.workload(keys, payload);
  const core = createCoreSync({
    slots: keys,
    tombstones: keys,
    windows: keys,
    packets: batch,
    arenaBytes: Math.max(4096, batch * PLACE),
  });
  const table = core.saTable(keys);
  const traffic = core.traffic({ packets: batch, bytes: batch * PLACE, crc: 'none', table });
  const owner = core.newOwner();
  for (let i = 0; i < keys; i++) {
    const birth = { use: 'open-down', owner, said: i & 0xffff, sequence: i & 3 } as const;
    table.set(i, { key: core.keys.put(bytes(`key/${i}`, 16), birth).key, eks: i & 3, cid: CID });
  }
  const order = Uint32Array.from(keyOrder(keys, batch));
  const batchBytes = lengthsOf(payload, batch).reduce((sum, length) => sum + length + OVERHEAD, 0);
  const batches = Math.min(order.length / batch, Math.max(1, Math.floor(AHEAD / batchBytes)));
  const air: Joined[] = [];
  let at = 0;
  let next = 0;
  const open: Contestant = {
    name: 'tekcast open',
    prepare() {
      at = next;
      for (let b = 0; b < batches; b++) {
        feed.run();
        const { traffic } = sealing;
        air[b] = joined(
          Array.from({ length: batch }, (_, i) => traffic.arena.subarray(traffic.start(i), traffic.end(i))),
        );
      }
      next = (at + batches * batch) % order.length;
    },
    run() {
      for (let b = 0; b < batches; b++) {
        const from = (at + b * batch) % order.length; // whole batches
        const { bytes, lengths } = air[b] as Joined;
        traffic.addPdus(order.subarray(from, from + batch), bytes, lengths);
        if (traffic.open() !== batch) throw new Error('a packet was not opened');
      }
      return batches * batch;
    },
  };
  return {
    open,
    seal: { ...sealing.workload(keys, payload, { buffers: batches * batch }), name: 'tekcast seal' },
    dispose() {
      sealing.dispose();
      core.dispose();
    },
  };
}
