// tekcast opening: PDU copied in, header and HCS checked, CCM, replay window, payload ready in the arena; CRC off. A PDU is accepted
// once, so before every batch a sealing core makes fresh ones; that is not timed.
import { createCoreSync, type TrafficSa } from 'tekcast';
import type { Contestant } from '../sizing/paired.js';
import { bytes, keyOrder, type Payload } from '../workload.js';
import { CID, PLACE, SealingSubject, type Workload } from './sealing.js';

export interface Opening {
  readonly open: Contestant;
  /** Seals the same packets. */
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
  const traffic = core.traffic({ packets: batch, bytes: batch * PLACE, crc: 'none' });
  const owner = core.newOwner();
  const sas = Array.from({ length: keys }, (_, i): TrafficSa => {
    const birth = { use: 'open-down', owner, said: i & 0xffff, sequence: i & 3 } as const;
    return { key: core.keys.put(bytes(`key/${i}`, 16), birth).key, eks: i & 3, cid: CID };
  });
  const order = keyOrder(keys, batch).map((key) => sas[key] as TrafficSa);
  const air = new Uint8Array(batch * PLACE);
  const pdus: Uint8Array[] = [];
  let at = 0;
  let next = 0;
  const open: Contestant = {
    name: 'tekcast open',
    prepare() {
      feed.run();
      at = next;
      next = at + batch === order.length ? 0 : at + batch;
      const { arena } = sealing.traffic;
      for (let i = 0; i < batch; i++) {
        const pdu = arena.subarray(sealing.traffic.start(i), sealing.traffic.end(i));
        air.set(pdu, i * PLACE);
        pdus[i] = air.subarray(i * PLACE, i * PLACE + pdu.length);
      }
    },
    run() {
      for (let i = 0; i < batch; i++) traffic.addPdu(order[at + i] as TrafficSa, pdus[i] as Uint8Array);
      if (traffic.open() !== batch) throw new Error('a packet was not opened');
      return batch;
    },
  };
  return {
    open,
    seal: { ...sealing.workload(keys, payload), name: 'tekcast seal' },
    dispose() {
      sealing.dispose();
      core.dispose();
    },
  };
}
