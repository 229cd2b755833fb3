// One day of a run as an SVG that needs nothing else: above, the lives of the TEKs of a few groups, so that overlaps and rekeys out of turn show;
// in the middle, the age of the key that seals in those groups; below, Key Replies per second. Colours follow the reader's light or dark.
import type { Recording, TekLife } from './types.js';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const WIDTH = 1000;
const LEFT = 80;
const RIGHT = 20;
const GROUPS = 6;
const ROW = 34;
const BAR = 12;
/** Replies are shown as the most in one second of each two minutes. */
const BIN = 120;

const STYLE = `
  svg { background: #fff; color: #222; font: 13px system-ui, sans-serif; }
  text { fill: currentColor; paint-order: stroke; stroke: #fff; stroke-width: 4px; } .quiet { fill: #666; }
  .axis { stroke: #bbb; stroke-width: 1; } .mark { stroke-width: 1.5; stroke-dasharray: 3 3; opacity: 0.6; }
  .s0 { fill: #4477aa; } .s1 { fill: #228833; } .s2 { fill: #cc6677; } .s3 { fill: #aa7700; }
  .l0 { stroke: #4477aa; } .l1 { stroke: #228833; } .l2 { stroke: #cc6677; } .l3 { stroke: #aa7700; } .l4 { stroke: #aa3377; } .l5 { stroke: #117777; }
  .here { stroke-width: 2; } .age { fill: none; stroke-width: 1.5; } .bars { fill: #4477aa; }
  .evict { stroke: #cc3311; fill: #cc3311; } .restart { stroke: #7733bb; fill: #7733bb; } .rekey { stroke: #888; fill: #888; }
  @media (prefers-color-scheme: dark) {
    svg { background: #14171c; color: #e6e6e6; } text { stroke: #14171c; } .quiet { fill: #aaa; } .axis { stroke: #4a4f58; }
    .s0, .bars { fill: #77aadd; } .s1 { fill: #66bb77; } .s2 { fill: #ee8899; } .s3 { fill: #ddaa44; }
    .l0 { stroke: #77aadd; } .l1 { stroke: #66bb77; } .l2 { stroke: #ee8899; } .l3 { stroke: #ddaa44; } .l4 { stroke: #dd77aa; } .l5 { stroke: #55bbbb; }
    .evict { stroke: #ff7755; fill: #ff7755; } .restart { stroke: #bb88ff; fill: #bb88ff; } .rekey { stroke: #aaa; fill: #aaa; }
  }`;

export function plotDay(recording: Recording, seed: number): string {
  const from = eventfulDay(recording);
  const to = from + Math.min(DAY, recording.days * DAY);
  const x = (at: number): number => round(LEFT + ((at - from) / (to - from)) * (WIDTH - LEFT - RIGHT));
  const lives = recording.lives.filter(({ bornAt, endedAt }) => endedAt > from && bornAt < to);
  const groups = busiest(recording, lives, from, to);
  const parts: string[] = [];
  const barsTop = 96;
  const agesTop = barsTop + groups.length * ROW + 64;
  const repliesTop = agesTop + 150 + 64;
  const height = repliesTop + 150 + 50;
  const clip = (at: number): number => Math.min(to, Math.max(from, at));
  const day = Math.floor(from / DAY) + 1;

  parts.push(text(LEFT, 28, `Day ${day} of a simulated network, seed ${seed}`, 'font-size="18" font-weight="600"'));
  parts.push(legend(LEFT, 52));

  // Behind everything else; in the row of a group its own evictions stand out.
  const marks = recording.marks.filter(({ at, what }) => at >= from && at < to && what !== 'rekey');
  for (const { at, what } of marks) {
    parts.push(
      `<line class="mark ${what}" x1="${x(at)}" x2="${x(at)}" y1="${barsTop - 4}" y2="${repliesTop + 150}"><title>${what}</title></line>`,
    );
  }
  parts.push(
    text(
      LEFT,
      barsTop - 12,
      'TEKs of each group, coloured by sequence number: two live at a time',
      'font-weight="600"',
    ),
  );
  groups.forEach((group, row) => {
    const top = barsTop + row * ROW;
    parts.push(text(LEFT - 10, top + 17, `group ${group}`, 'text-anchor="end"'));
    parts.push(`<line class="age l${row}" x1="${LEFT - 62}" x2="${LEFT - 10}" y1="${top + 22}" y2="${top + 22}"/>`);
    for (const { sequence, bornAt, endedAt } of lives.filter((life) => life.group === group)) {
      const [left, right] = [x(clip(bornAt)), x(clip(endedAt))];
      const y = top + (sequence % 2) * (BAR + 2);
      parts.push(
        `<rect class="s${sequence}" x="${left}" y="${y}" width="${round(Math.max(1, right - left))}" height="${BAR}" rx="2"><title>TEK ${sequence}, ${hours(endedAt - bornAt)}</title></rect>`,
      );
    }
    for (const { at } of marks.filter((mark) => mark.group === group)) {
      const [left, bottom] = [x(at), top + 2 * BAR + 2];
      parts.push(
        `<path class="here evict" d="M${left} ${bottom}L${left} ${top}L${left - 5} ${top - 6}H${left + 5}L${left} ${top}"><title>eviction from group ${group}</title></path>`,
      );
    }
  });

  parts.push(
    text(
      LEFT,
      agesTop - 12,
      'Age of the key that seals (from when it was made; colours as under the names of the groups)',
      'font-weight="600"',
    ),
  );
  const oldest = recording.lifetime / HOUR;
  const yAge = (age: number): number => round(agesTop + 150 - (age / HOUR / oldest) * 150);
  for (const age of [0, oldest / 2, oldest]) parts.push(grid(yAge(age * HOUR), `${round(age)} h`));
  groups.forEach((group, i) => {
    const steps = ages(
      lives.filter((life) => life.group === group),
      from,
      to,
    );
    const path = steps.map(([a, b, bornAt]) => `M${x(a)} ${yAge(a - bornAt)}L${x(b)} ${yAge(b - bornAt)}`).join('');
    parts.push(`<path class="age l${i}" d="${path}"><title>group ${group}</title></path>`);
  });

  const bins = peaks(recording.replies, from, to);
  const most = 2 * Math.ceil(Math.max(4, ...bins) / 2);
  parts.push(
    text(
      LEFT,
      repliesTop - 12,
      'Key Replies per second, all services: most in one second of each two minutes',
      'font-weight="600"',
    ),
  );
  for (const share of [0, 0.5, 1]) parts.push(grid(round(repliesTop + 150 - share * 150), `${round(share * most)}`));
  const width = (WIDTH - LEFT - RIGHT) / bins.length;
  bins.forEach((count, i) => {
    if (count === 0) return;
    const tall = (count / most) * 150;
    parts.push(
      `<rect class="bars" x="${round(LEFT + i * width)}" y="${round(repliesTop + 150 - tall)}" width="${round(width)}" height="${round(tall)}"/>`,
    );
  });

  for (let hour = 0; hour <= 24; hour += 3) {
    const at = from + ((to - from) * hour) / 24;
    parts.push(text(x(at), repliesTop + 172, hours(at - from), 'text-anchor="middle" class="quiet"'));
  }
  parts.push(text(WIDTH / 2, repliesTop + 192, 'time of the day', 'text-anchor="middle" class="quiet"'));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img"><title>TEKs, key ages and Key Replies of one day</title><style>${STYLE}</style>${parts.join('\n')}</svg>\n`;
}

/** Beginning of the day with most marks; of several the first. Never the very first day, unless it is the only one: everybody enters then. */
function eventfulDay({ marks, days }: Recording): number {
  let best = days >= 2 ? 1 : 0;
  const weight = (day: number): number =>
    marks.reduce((sum, { at, what }) => sum + (Math.floor(at / DAY) === day ? (what === 'restart' ? 10 : 1) : 0), 0);
  for (let day = best; day + 1 <= days; day++) if (weight(day) > weight(best)) best = day;
  return best * DAY;
}

/** The groups with most TEKs that day: those with evictions show what the others do too. */
function busiest({ lifetime }: Recording, lives: readonly TekLife[], from: number, to: number): number[] {
  const born = new Map<number, number>();
  for (const { group, bornAt } of lives)
    born.set(group, (born.get(group) ?? 0) + (bornAt >= from && bornAt < to ? 1 : 0));
  const regular = Math.ceil((to - from) / (lifetime / 2));
  return [...born]
    .sort(([a, n], [b, m]) => Math.abs(m - regular) - Math.abs(n - regular) || a - b)
    .slice(0, GROUPS)
    .map(([group]) => group)
    .sort((a, b) => a - b);
}

/** From when to when which birth was that of the sealing TEK: the one made first of those that live. */
function ages(lives: readonly TekLife[], from: number, to: number): [number, number, number][] {
  const steps: [number, number, number][] = [];
  let at = from;
  for (const { bornAt, endedAt } of lives) {
    const start = Math.max(at, bornAt, from);
    const end = Math.min(endedAt, to);
    if (end <= start) continue;
    steps.push([start, end, bornAt]);
    at = end;
  }
  return steps;
}

function peaks(replies: Uint16Array, from: number, to: number): number[] {
  const bins: number[] = [];
  for (let second = Math.floor(from / 1000); second < to / 1000; second += BIN)
    bins.push(Math.max(0, ...replies.subarray(second, Math.min(second + BIN, Math.ceil(to / 1000)))));
  return bins;
}

function legend(left: number, y: number): string {
  const marks = [
    ['evict', 'eviction (arrow: from this group)'],
    ['restart', 'restart of the base station'],
  ] as const;
  const sequences = [0, 1, 2, 3].map(
    (n) =>
      `<rect class="s${n}" x="${left + n * 70}" y="${y - 10}" width="12" height="12" rx="2"/>${text(left + n * 70 + 18, y, `TEK ${n}`)}`,
  );
  const lines = marks.map(([name, label], i) => {
    const x = left + 310 + i * 250;
    return `<line class="mark ${name}" x1="${x}" x2="${x + 22}" y1="${y - 4}" y2="${y - 4}"/>${text(x + 28, y, label)}`;
  });
  return [...sequences, ...lines].join('');
}

function grid(y: number, label: string): string {
  return `<line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}"/>${text(LEFT - 10, y + 4, label, 'text-anchor="end" class="quiet"')}`;
}

function text(x: number, y: number, value: string, more = ''): string {
  return `<text x="${x}" y="${y}" ${more}>${value}</text>`;
}

function hours(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
}

const round = (value: number): number => Math.round(value * 10) / 10;
