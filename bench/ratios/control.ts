// What is done per key and per request, and the cycles of the seal path.
import { cycleCounter, PORT_BOUND } from '../sizing/clock.js';
import { paired } from '../sizing/paired.js';
import { makeRow, type RowHead } from '../sizing/row.js';
import { quartiles, ratioOf } from '../sizing/statistics.js';
import { boundTek, nodeTeks, vaultTeks } from '../subjects/keys.js';
import { requests } from '../subjects/requests.js';
import { SealingSubject } from '../subjects/sealing.js';
import type { Measurement } from './types.js';

const TEKS = 10_000;
const PORTION = 512;
const BATCH = 1024;

/** Keys and payload buffers: more than the cache of a core holds, and ever less. */
const CACHED: readonly (readonly [number, number])[] = [
  [TEKS, BATCH],
  [TEKS, 1],
  [1, 1],
];

const keyHead = (op: string, keys: number, batch: number): RowHead => ({
  op,
  bytes: 16,
  payload: 'key',
  keys,
  batch,
  workers: 1,
});

export const keys: Measurement = {
  title: 'TEKs generated, each wrapped under its own KEK; against randomBytes(16) and id-aes128-wrap',
  async *rows(context) {
    const ours = vaultTeks(TEKS);
    const [sample, theirs] = await paired([ours, nodeTeks(TEKS)], context);
    if (sample === undefined || theirs === undefined) throw new Error('nothing was measured');
    yield makeRow(
      keyHead('generate+wrap', TEKS, 1),
      sample.ns,
      { node: ratioOf(theirs.ratios) },
      { payloadless: true },
    );
    ours.dispose();
  },
};

export const bind: Measurement = {
  title: 'one TEK, bound to the fields of its request',
  async *rows(context) {
    const ours = boundTek(PORTION);
    const [sample] = await paired([ours], context);
    if (sample === undefined) throw new Error('nothing was measured');
    yield makeRow(keyHead('generate', PORTION, 1), sample.ns, {}, { payloadless: true });
    ours.dispose();
  },
};

export const pkm: Measurement = {
  title: 'Key Request to Key Reply in process: decode, digest, authorize, wrap two TEKs, encode, digest',
  async *rows(context) {
    const ours = requests(16, 256, PORTION);
    const [sample] = await paired([ours], context);
    if (sample === undefined) throw new Error('nothing was measured');
    const head: RowHead = { op: 'key-request', bytes: 0, payload: 'request', keys: 256, batch: 1, workers: 1 };
    const notes = { perSecond: Math.round(1e9 / sample.ns.median).toString() };
    yield makeRow(head, sample.ns, {}, { payloadless: true, notes });
    ours.dispose();
  },
};

export const cycles: Measurement = {
  title: `cycles per byte at 1,500 bytes, out of the cache and in it; port bound ${PORT_BOUND}; the clock calibrated in turn by dependent additions`,
  async *rows(context) {
    const subject = new SealingSubject(TEKS, BATCH);
    for (const [keys, buffers] of CACHED) {
      const [ours, clock] = await paired([subject.workload(keys, 1500, { buffers }), cycleCounter()], context);
      if (ours === undefined || clock === undefined) throw new Error('nothing was measured');
      const perByte = ours.rounds.map((ns, r) => ns / (clock.rounds[r] as number) / 1500);
      const head: RowHead = { op: 'seal', bytes: 1500, payload: '1500', keys, batch: BATCH, workers: 1 };
      yield makeRow(
        head,
        ours.ns,
        { bound: ratioOf(perByte.map((cycles) => PORT_BOUND / cycles)) },
        {
          notes: {
            buffers: buffers.toString(),
            cyclesPerByte: quartiles(perByte).median.toFixed(2),
            GHz: (1 / clock.ns.median).toFixed(2),
          },
        },
      );
    }
    subject.dispose();
  },
};
