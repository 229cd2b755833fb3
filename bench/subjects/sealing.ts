// tekcast sealing: payload copied in, header and HCS built, CCM, PDU ready in the arena; CRC off. One core and its keys serve many
// workloads, so that a sweep does not fill a vault for each.
import { type Core, createCoreSync, type SaTable, type Traffic, type TrafficSa } from 'tekcast';
import type { Job, Sealing } from '../contenders/types.js';
import { keyOrder } from '../order.js';
import type { Contestant } from '../sizing/paired.js';
import { bytes, type Payload, payloadsOf } from '../workload.js';

/** A multicast transport connection. */
export const CID = 0xfea0;
const HEADER = 6;
const PN = 4;
/** Arena bytes of a packet of any length: PDU and alignment. */
export const PLACE = 2064;
/** Jobs compared before anything is timed, spread over all of them. */
const COMPARED = 16;

export interface Workload extends Contestant {
  /** The same packets for others: keys, nonces as they were on the air, payloads. */
  readonly jobs: readonly Job[];
  /** Ciphertext and ICV of some of them, by job. */
  readonly expected: ReadonlyMap<number, Uint8Array>;
}

/** Adds the batch that begins at key `next` and payload `at`. */
type Adding = (
  order: readonly number[],
  payloads: readonly Uint8Array[],
  batch: number,
) => (next: number, at: number) => void;

export interface WorkloadOptions {
  /** Packets a batch. Default: the subject's. */
  readonly batch?: number;
  /** So many payloads in turn, whole batches of them, or one for all. Default: a batch. */
  readonly buffers?: number;
  /** All of a batch with one `addPayloads`, as if they had come from a ring; or one by one, SAs named by row or by object. */
  readonly by?: 'together' | 'row' | 'object';
}

export class SealingSubject {
  readonly core: Core;
  readonly traffic: Traffic;
  readonly #batch: number;
  readonly #keys: readonly Uint8Array[];
  readonly #table: SaTable;
  readonly #sas: readonly TrafficSa[];

  /** `packed`: with an object of `core.sa` beside each key, too, as a program has it. */
  constructor(keys: number, batch: number, packed = false) {
    this.core = createCoreSync({
      slots: keys,
      tombstones: keys,
      windows: 1,
      packets: batch,
      arenaBytes: Math.max(4096, batch * PLACE),
    });
    this.#batch = batch;
    this.#table = this.core.saTable(keys);
    this.traffic = this.core.traffic({ packets: batch, bytes: batch * PLACE, crc: 'none', table: this.#table });
    this.#keys = keysOf(keys);
    const owner = this.core.newOwner();
    this.#sas = this.#keys.flatMap((bytes, i) => {
      const { key } = this.core.keys.put(bytes, { use: 'seal-down', owner, said: i & 0xffff, sequence: i & 3 });
      const sa = { key, eks: i & 3, cid: CID };
      this.#table.set(i, sa);
      return packed ? [this.core.sa(sa)] : [];
    });
  }

  /** Seals batches over the first `keys` keys; every batch goes on with the keys where the last one stopped. */
  workload(keys: number, payload: Payload, options: WorkloadOptions = {}): Workload {
    const { batch = this.#batch, buffers = batch, by = 'together' } = options;
    const order = keyOrder(keys, batch);
    const distinct = payloadsOf(payload, buffers);
    const payloads = buffers < batch ? Array<Uint8Array>(batch).fill(distinct[0] as Uint8Array) : distinct;
    const add = { together: this.#together, row: this.#byRow, object: this.#byObject }[by](order, payloads, batch);
    const traffic = this.traffic;
    let next = 0;
    let at = 0;
    const run = () => {
      add(next, at);
      if (traffic.seal() !== batch) throw new Error('a packet was not sealed');
      next = next + batch === order.length ? 0 : next + batch;
      at = at + batch === payloads.length ? 0 : at + batch;
      return batch;
    };
    const jobs: Job[] = [];
    const expected = new Map<number, Uint8Array>();
    const step = Math.max(1, Math.floor(order.length / COMPARED));
    do {
      run();
      for (let i = 0; i < batch; i++) {
        const n = jobs.length;
        const pdu = traffic.arena.subarray(traffic.start(i), traffic.end(i));
        const { job, sealed } = jobOf(
          this.#keys[order[n] as number] as Uint8Array,
          pdu,
          payloads[n % payloads.length] as Uint8Array,
        );
        jobs.push(job);
        if (n % step === 0 || n === order.length - 1) expected.set(n, sealed.slice());
      }
    } while (next !== 0);
    return { name: 'tekcast', run, jobs, expected };
  }

  readonly #together: Adding = (order, payloads, batch) => {
    const rows = Uint32Array.from(order);
    const runs = Array.from({ length: payloads.length / batch }, (_, run) =>
      joined(payloads.slice(run * batch, (run + 1) * batch)),
    );
    return (next, at) => {
      const { bytes, lengths } = runs[at / batch] as Joined;
      this.traffic.addPayloads(rows.subarray(next, next + batch), bytes, lengths);
    };
  };

  readonly #byRow: Adding = (order, payloads, batch) => {
    const rows = Uint32Array.from(order);
    return (next, at) => {
      for (let i = 0; i < batch; i++) this.traffic.addPayload(rows[next + i] as number, payloads[at + i] as Uint8Array);
    };
  };

  readonly #byObject: Adding = (order, payloads, batch) => {
    const sas = order.map((key) => this.#sas[key] as TrafficSa);
    return (next, at) => {
      for (let i = 0; i < batch; i++)
        this.traffic.addPayload(sas[next + i] as TrafficSa, payloads[at + i] as Uint8Array);
    };
  };

  /** One PDU at a time, each a batch of its own. */
  lone(keys: number, payload: Payload): Workload {
    const one = this.workload(keys, payload, { batch: 1, by: 'row' });
    const run = () => {
      for (let n = 0; n < 64; n++) one.run();
      return 64;
    };
    return { ...one, run };
  }

  dispose(): void {
    this.core.dispose();
  }
}

/** Packets one behind the other. */
export interface Joined {
  readonly bytes: Uint8Array;
  readonly lengths: Uint16Array;
}

export function joined(packets: readonly Uint8Array[]): Joined {
  return { bytes: Buffer.concat(packets).subarray(), lengths: Uint16Array.from(packets, ({ length }) => length) };
}

export function keysOf(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => bytes(`key/${i}`, 16));
}

/** What others have to seal to get a PDU of ours, and what of it is to be the same: ciphertext and ICV, a view. */
export function jobOf(key: Uint8Array, pdu: Uint8Array, payload: Uint8Array): { job: Job; sealed: Uint8Array } {
  return { job: { key, nonce: nonceOf(pdu), payload }, sealed: pdu.subarray(HEADER + PN) };
}

/** Header bytes 0 to 4, four zero bytes, the PN as on the air (802.16 §7.5.1.2.3). */
export function nonceOf(pdu: Uint8Array): Uint8Array {
  const nonce = new Uint8Array(13);
  nonce.set(pdu.subarray(0, 5));
  nonce.set(pdu.subarray(HEADER, HEADER + PN), 9);
  return nonce;
}

/** Where a contender's output differs from ours, in words; undefined if it agrees on all compared. */
export async function disagreement(contender: Sealing, { expected }: Workload): Promise<string | undefined> {
  for (const [job, ours] of expected) {
    const theirs = await contender.sealed(job);
    if (Buffer.compare(theirs, ours) !== 0) return `its output differs from ours (packet ${job})`;
  }
  return undefined;
}
