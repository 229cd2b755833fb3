// The report as one page that needs nothing else: the answer, four plots, every row, and the data itself as JSON in it.
import { dotChart, escapeText, lineChart, type Series } from './chart.js';
import { machineLine } from './machine.js';
import { BATCH, COMPARED_AT } from './plan.js';
import type { Row } from './row.js';
import { PAGE_CSS } from './style.js';
import type { Sizing } from './types.js';

const n = (x: number) => x.toLocaleString('en', { maximumFractionDigits: x < 100 ? 1 : 0 });
const nameOf = (payload: string) => (payload === 'IMIX' ? payload : `${n(Number(payload))} B`);
const cores = (workers: number) => (workers === 1 ? 'one worker' : `${workers} workers`);

export function htmlReport(s: Sizing): string {
  const seals = s.rows.filter(({ op, batch }) => op === 'seal' && batch === BATCH);
  const data = JSON.stringify(s).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>tekcast size: ${escapeText(s.machine.cpu)}</title>
<style>${PAGE_CSS}</style>
<h1>How many groups can this machine carry?</h1>
<p class="soft">${escapeText(machineLine(s.machine))}</p>
${cards(s)}
<ul>${s.answer.words.map((line) => `<li>${escapeText(line)}</li>`).join('\n')}</ul>
<div class="plots">
${byGroups(seals, s.answer.workers)}
${bySize(s, seals)}
${ratios(seals)}
${latency(s)}
</div>
<section>
<h2>How it was measured</h2>
<ul class="soft">${s.method.map((line) => `<li>${escapeText(line)}</li>`).join('\n')}</ul>
</section>
${everyRow(s.rows)}
<script type="application/json" id="data">${data}</script>
</html>
`;
}

function cards({ answer }: Sizing): string {
  const mixed = answer.carried.find(({ payload }) => payload === 'IMIX') ?? answer.carried[0];
  if (mixed === undefined) return '';
  const card = (figure: string, what: string) => `<div class="card"><b>${figure}</b>${escapeText(what)}</div>`;
  const of = `${n(answer.rateKbps)} kbit/s, ${nameOf(mixed.payload)}, ${n(answer.headroomPercent)} % headroom`;
  return `<div class="cards">
${card(n(mixed.groups), `groups of ${of}`)}
${card(`${n(mixed.mbps)} Mbit/s`, `sealed by ${cores(mixed.workers)}, ${n(mixed.packetsPerSecond)} packets/s`)}
${card(`${n(answer.rekey.seconds)} s`, `to rekey them all, ${n(answer.members)} members of each answered`)}
${card(`${n(answer.memoryBytesPerGroup)} bytes`, 'of the core’s memory a group, two TEKs each')}
</div>`;
}

function figure(
  title: string,
  caption: string,
  series: readonly Pick<Series, 'name' | 'bound'>[],
  svg: string,
): string {
  const legend = series.map(
    ({ name, bound }, i) => `<span class="s${i}${bound === true ? ' bound' : ''}">${escapeText(name)}</span>`,
  );
  return `<figure><h2>${escapeText(title)}</h2><figcaption>${escapeText(caption)}</figcaption>
<div class="legend">${legend.join('')}</div>
${svg}</figure>`;
}

/** Of rows that differ in workers only, the fastest. */
function fastest(seals: readonly Row[]): Row[] {
  const best = new Map<string, Row>();
  for (const row of seals) {
    const at = `${row.keys}/${row.payload}`;
    if (row.nsPerPacket < (best.get(at)?.nsPerPacket ?? Number.POSITIVE_INFINITY)) best.set(at, row);
  }
  return [...best.values()].sort((a, b) => a.keys - b.keys);
}

function byGroups(seals: readonly Row[], workers: number): string {
  const rows = fastest(seals);
  const payloads = [...new Set(rows.map(({ payload }) => payload))];
  const series = payloads.map((payload): Series => {
    const own = rows.filter((row) => row.payload === payload);
    return { name: nameOf(payload), points: own.map(({ keys, mbps }) => [keys, mbps ?? 0]) };
  });
  const ticks = [...new Set(rows.map(({ keys }) => keys))];
  const svg = lineChart(
    'Throughput by groups',
    { label: 'groups', log: true, ticks },
    { label: 'Mbit/s', log: false },
    series,
  );
  return figure(
    'Throughput by number of groups',
    `payload sealed by ${workers === 1 ? 'one worker' : `1 to ${workers} workers, whichever is fastest`}, by packet size`,
    series,
    svg,
  );
}

function bySize(s: Sizing, seals: readonly Row[]): string {
  const sized = seals.filter(({ keys, payload }) => keys === COMPARED_AT && payload !== 'IMIX');
  const one = sized.filter(({ workers }) => workers === 1);
  const { workers } = s.answer;
  const own = (rows: readonly Row[]): Series['points'] => rows.map(({ bytes, mbps }) => [bytes, mbps ?? 0]);
  const others = (id: string): Series['points'] =>
    one.flatMap(({ bytes, mbps, ratio }) =>
      ratio[id] == null || mbps === null ? [] : [[bytes, mbps / ratio[id]] as const],
    );
  const all: Series[] = [
    { name: 'tekcast, one worker', points: own(one) },
    ...(workers > 1
      ? [{ name: `tekcast, ${workers} workers`, points: own(sized.filter((r) => r.workers === workers)) }]
      : []),
    { name: 'node:crypto, one thread', points: others('node') },
    { name: 'openssl speed, one thread', points: others('openssl') },
    {
      name: `bound of one core: ${s.bound.cyclesPerByte} cycles/byte`,
      points: one.map(({ bytes }) => [bytes, s.bound.mbps]),
      bound: true,
    },
  ];
  const series = all.filter(({ points }) => points.length > 0);
  const ticks = one.map(({ bytes }) => bytes);
  const svg = lineChart(
    'Throughput by size',
    { label: 'payload bytes of a packet', log: true, ticks },
    { label: 'Mbit/s', log: false },
    series,
  );
  return figure('Throughput by packet size', `${n(COMPARED_AT)} groups`, series, svg);
}

function ratios(seals: readonly Row[]): string {
  const rows = seals.filter(({ keys, workers }) => keys === COMPARED_AT && workers === 1);
  const ids = [...new Set(rows.flatMap(({ ratio }) => Object.keys(ratio)))];
  const series = rows.map(({ payload }) => ({ name: nameOf(payload) }));
  const dots = ids.map((id) => {
    const reasons = new Set(rows.flatMap(({ notes }) => notes[id]?.replace(/: half .*/, '') ?? []));
    const values = rows.map(({ ratio }) => ratio[id] ?? null);
    return { name: id, values, ...(reasons.size > 0 && { reason: [...reasons].join('; ') }) };
  });
  const names = series.map(({ name }) => name);
  const svg = dotChart('Ratio to each contender', 'their time over ours; right of 1, tekcast is faster', names, dots);
  return figure(
    'Beside other AES-CCM',
    `${n(COMPARED_AT)} groups, one thread each; a figure too uncertain is left out`,
    series,
    svg,
  );
}

function latency({ latency: rows }: Sizing): string {
  const pick = (name: string, of: (row: Sizing['latency'][number]) => number | null): Series => ({
    name,
    points: rows.flatMap((row) => {
      const value = of(row);
      return value === null ? [] : [[row.batch, value] as const];
    }),
  });
  const series = [pick('p50', (r) => r.p50), pick('p99', (r) => r.p99), pick('p99.9', (r) => r.p999)].filter(
    ({ points }) => points.length > 0,
  );
  const ticks = rows.map(({ batch }) => batch);
  const svg = lineChart(
    'Latency of one batch',
    { label: 'packets in a batch', log: true, ticks },
    { label: 'microseconds', log: true },
    series,
  );
  const bytes = rows[0]?.bytes ?? 0;
  return figure(
    'Latency of one batch',
    `${bytes}-byte packets, from the first payload copied in to the last PDU ready; p99.9 of 1,000 batches and more`,
    series,
    svg,
  );
}

function everyRow(rows: readonly Row[]): string {
  const ids = [...new Set(rows.flatMap(({ ratio }) => Object.keys(ratio)))];
  const head = ['op', 'payload', 'groups', 'workers', 'ns/packet', 'Mbit/s', ...ids];
  const body = rows.map((row) => [
    row.op,
    nameOf(row.payload),
    n(row.keys),
    String(row.workers),
    n(row.nsPerPacket),
    row.mbps === null ? '' : n(row.mbps),
    ...ids.map((id) => (row.ratio[id] == null ? '–' : String(Number(row.ratio[id].toPrecision(3))))),
  ]);
  const notes = rows.map((row) =>
    Object.entries(row.notes)
      .map(([id, why]) => `${id}: ${why}`)
      .join('; '),
  );
  return `<details><summary>Every row</summary>
<p class="soft">Others’ columns: their time over ours. –: not measured, or too uncertain; hold the pointer on the row for the reason.</p>
<table>
<tr>${head.map((h) => `<th>${escapeText(h)}</th>`).join('')}</tr>
${body.map((line, i) => `<tr title="${escapeText(notes[i] ?? '')}">${line.map((c) => `<td>${escapeText(c)}</td>`).join('')}</tr>`).join('\n')}
</table></details>`;
}
