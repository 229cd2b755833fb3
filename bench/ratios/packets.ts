// Packets: sealing and opening against others, and tekcast against itself.
import { loadContenders } from '../contenders/index.js';
import { nodeCrypto, nodeCtr, nodeOpen } from '../contenders/node-crypto.js';
import { sealAgainst } from '../sizing/against.js';
import { paired } from '../sizing/paired.js';
import { makeRow, type RowHead } from '../sizing/row.js';
import { ratioOf } from '../sizing/statistics.js';
import { mbsSealing } from '../subjects/mbs.js';
import { opening } from '../subjects/opening.js';
import { SealingSubject } from '../subjects/sealing.js';
import { meanBytes, type Payload } from '../workload.js';
import type { Measurement } from './types.js';

const BATCH = 1024;
const KEYS = 10_000;
const MANY_KEYS = 65_536;
const SIZES: readonly Payload[] = [64, 256, 1024, 1500];

function head(op: string, payload: Payload, keys: number, batch: number): RowHead {
  return { op, bytes: Math.round(meanBytes(payload)), payload: String(payload), keys, batch, workers: 1 };
}

export const seal: Measurement = {
  title: 'seal AES-CCM: payloads copied in together, headers and HCS built, CRC off',
  async *rows(context) {
    const subject = new SealingSubject(KEYS, BATCH);
    for (const payload of [...SIZES, 'IMIX'] as const) {
      const workload = subject.workload(KEYS, payload);
      yield await sealAgainst(head('seal', payload, KEYS, BATCH), workload, context.field, context);
    }
    subject.dispose();
  },
};

export const native: Measurement = {
  title: 'seal AES-CCM as openssl speed does it, one key and one payload for all',
  async *rows(context) {
    const subject = new SealingSubject(1, BATCH);
    const field = await loadContenders(['node']);
    for (const payload of SIZES)
      yield await sealAgainst(
        head('seal', payload, 1, BATCH),
        subject.workload(1, payload, { buffers: 1 }),
        field,
        context,
      );
    subject.dispose();
  },
};

export const open: Measurement = {
  title:
    'open AES-CCM: PDUs copied in together, header, HCS, ICV and replay window checked; against sealing the same packets',
  async *rows(context) {
    for (const payload of SIZES) {
      const { open, seal, dispose } = opening(KEYS, payload, BATCH);
      const node = await nodeCrypto.seal(seal.jobs, BATCH);
      if (typeof node === 'string') throw new Error(node);
      const sealed = await Promise.all(seal.jobs.map((_, i) => node.sealed(i)));
      const [ours, ownSeal, theirs] = await paired([open, seal, nodeOpen(seal.jobs, sealed)], context);
      if (ours === undefined || ownSeal === undefined || theirs === undefined) throw new Error('nothing was measured');
      yield makeRow(head('open', payload, KEYS, BATCH), ours.ns, {
        seal: ratioOf(ownSeal.ratios),
        node: ratioOf(theirs.ratios),
      });
      dispose();
    }
  },
};

export const mbs: Measurement = {
  title: 'seal MBS (AES-CTR): header, HCS and ROC built, no ICV; against aes-128-ctr, one cipher object a packet',
  async *rows(context) {
    for (const payload of SIZES) {
      const ours = mbsSealing(KEYS, payload, BATCH);
      const node = nodeCtr(ours.jobs);
      ours.expected.forEach((expected, i) => {
        if (Buffer.compare(node.encrypted(i), expected) !== 0)
          throw new Error(`tekcast and node:crypto disagree (packet ${i})`);
      });
      const [sample, theirs] = await paired([ours, node], context);
      if (sample === undefined || theirs === undefined) throw new Error('nothing was measured');
      yield makeRow(head('mbs', payload, KEYS, BATCH), sample.ns, { node: ratioOf(theirs.ratios) });
      ours.dispose();
    }
  },
};

export const lone: Measurement = {
  title: 'seal one lone packet: a batch of 1',
  async *rows(context) {
    const subject = new SealingSubject(KEYS, 1024);
    const field = await loadContenders(['node']);
    for (const payload of [64, 1500]) {
      const workload = subject.lone(KEYS, payload);
      yield await sealAgainst(head('seal', payload, KEYS, 1), workload, field, { ...context, openssl: 0 });
    }
    subject.dispose();
  },
};

export const groups: Measurement = {
  title:
    '65,536 keys against 1 key; rows: the same, payloads added one by one; objects: so, with objects of core.sa in place of rows of a table',
  async *rows(context) {
    const subject = new SealingSubject(MANY_KEYS, BATCH, true);
    for (const payload of [64, 1500]) {
      const many = subject.workload(MANY_KEYS, payload);
      const [ours, oneKey] = await paired([many, subject.workload(1, payload)], context);
      const others = (['row', 'object'] as const).map((by) => subject.workload(MANY_KEYS, payload, { by }));
      const [, rows, objects] = await paired([many, ...others], context);
      if (ours === undefined) throw new Error('nothing was measured');
      const ratios = { oneKey, rows, objects };
      yield makeRow(
        head('seal', payload, MANY_KEYS, BATCH),
        ours.ns,
        Object.fromEntries(Object.entries(ratios).map(([name, sample]) => [name, ratioOf(sample?.ratios ?? [])])),
      );
    }
    subject.dispose();
  },
};
