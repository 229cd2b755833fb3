// The report for a terminal: the answer first, then what it rests on.
import { machineLine } from './machine.js';
import { BATCH, COMPARED_AT } from './plan.js';
import type { Row } from './row.js';
import type { Sizing } from './types.js';

const n = (x: number) => x.toLocaleString('en', { maximumFractionDigits: 0 });
const short = (x: number) => (x < 100 ? String(Number(x.toPrecision(3))) : n(x));

/** Lines of a table, its first column to the left, the others to the right. */
export function table(head: readonly string[], body: readonly (readonly string[])[]): string[] {
  const widths = head.map((h, i) => Math.max(h.length, ...body.map((line) => (line[i] ?? '').length)));
  const pad = (cell: string, i: number) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0));
  return [head, ...body].map((line) => `  ${line.map(pad).join('  ')}`.trimEnd());
}

export function textReport(s: Sizing): string {
  const seals = s.rows.filter(({ op, batch }) => op === 'seal' && batch === BATCH);
  const compared = seals.filter(({ keys, workers }) => keys === COMPARED_AT && workers === 1);
  return [
    'How many groups can this machine carry?',
    '',
    ...s.answer.words.map((line) => `  ${line}`),
    '',
    'Sealing, Mbit/s of payload (packets/s in thousands)',
    ...throughput(seals),
    '',
    `Others' time over ours, ${n(COMPARED_AT)} keys, one worker`,
    ...ratios(compared),
    ...reasons(compared),
    '',
    ...pool(seals.filter(({ keys, workers }) => keys === COMPARED_AT && workers > 1 && workers === s.answer.workers)),
    `One batch of ${s.latency[0]?.bytes}-byte packets, microseconds from the first payload copied in to the last PDU ready`,
    ...table(
      ['batch', 'p50', 'p99', 'p99.9'],
      s.latency.map(({ batch, p50, p99, p999 }) => [
        n(batch),
        short(p50),
        short(p99),
        p999 === null ? '–' : short(p999),
      ]),
    ),
    '',
    `${machineLine(s.machine)}; clock ${s.bound.gigahertz.toFixed(2)} GHz, bound ${s.bound.cyclesPerByte} cycles/byte = ${n(s.bound.mbps)} Mbit/s a core`,
    ...s.method,
    '',
  ].join('\n');
}

function throughput(rows: readonly Row[]): string[] {
  const payloads = [...new Set(rows.map(({ payload }) => payload))];
  const places = [...new Set(rows.map(({ workers, keys }) => `${workers}/${keys}`))].map((at) =>
    at.split('/').map(Number),
  );
  const head = ['groups', 'workers', ...payloads.map(sizeOf)];
  const body = places.map(([workers, keys]) => [
    n(keys ?? 0),
    String(workers),
    ...payloads.map((p) => {
      const row = rows.find((r) => r.payload === p && r.keys === keys && r.workers === workers);
      return row === undefined ? '' : `${n(row.mbps ?? 0)} (${n(1e6 / row.nsPerPacket)})`;
    }),
  ]);
  return table(head, body);
}

function ratios(rows: readonly Row[]): string[] {
  const ids = [...new Set(rows.flatMap(({ ratio }) => Object.keys(ratio)))];
  return table(
    ['', ...rows.map(({ payload }) => sizeOf(payload))],
    ids.map((id) => [id, ...rows.map(({ ratio }) => (ratio[id] == null ? '–' : short(ratio[id])))]),
  );
}

/** What several workers bring and cost. */
function pool(rows: readonly Row[]): string[] {
  const [first] = rows;
  if (first === undefined) return [];
  const lines = ['oneWorker', 'alone', 'homeCpu', 'workersCpu', 'fromCpu'].map((id) => [
    id,
    ...rows.map(({ ratio, notes }) =>
      ratio[id] == null ? (id in ratio ? '–' : (notes[id] ?? '–')) : short(ratio[id]),
    ),
  ]);
  return [
    `A pool of ${first.workers} workers, ${n(first.keys)} keys, and what it costs`,
    ...table(['', ...rows.map(({ payload }) => sizeOf(payload))], lines),
    '',
  ];
}

/** Why figures are missing: each reason once, with the sizes it is for. */
function reasons(rows: readonly Row[]): string[] {
  const sizes = new Map<string, string[]>();
  for (const { notes, ratio, payload } of rows) {
    for (const [id, why] of Object.entries(notes).filter(([id]) => ratio[id] === null)) {
      const reason = `${id}: ${why.replace(/: half .*/, '')}`;
      sizes.set(reason, [...(sizes.get(reason) ?? []), sizeOf(payload)]);
    }
  }
  return [...sizes].map(([reason, of]) => `    ${reason}${of.length < rows.length ? ` (${of.join(', ')})` : ''}`);
}

function sizeOf(payload: string): string {
  return payload === 'IMIX' ? payload : `${n(Number(payload))} B`;
}
