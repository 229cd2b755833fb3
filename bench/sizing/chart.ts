// Plots as SVG text: lines over two axes, and dots in rows over one. Colours, font and grid come from the page's style sheet
// (classes s0, s1 … and custom properties), so that one drawing serves light and dark.

export interface Axis {
  readonly label: string;
  readonly log: boolean;
  /** Values to mark; by default chosen. */
  readonly ticks?: readonly number[];
}

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** A limit rather than a measurement: dashed, without dots. */
  readonly bound?: boolean;
}

const WIDTH = 640;
const HEIGHT = 340;
const BOX = { left: 64, right: 32, top: 12, bottom: 48 };

export function escapeText(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** Above a hundred thousand 100k, millions 1M: for the marks of an axis. */
export function shortNumber(x: number): string {
  if (x >= 1e6) return `${Number((x / 1e6).toPrecision(3))}M`;
  if (x >= 1e5) return `${Number((x / 1e3).toPrecision(3))}k`;
  return x >= 1000 ? x.toLocaleString('en') : String(Number(x.toPrecision(3)));
}

/** Round marks from 0 to `max`, about five. */
export function linearTicks(max: number): number[] {
  const raw = max / 5;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 2.5, 5, 10].find((m) => m * power >= raw) ?? 10) * power;
  return Array.from({ length: Math.ceil(max / step) + 1 }, (_, i) => Number((i * step).toPrecision(6)));
}

/** Powers of ten from the one at or below `min` to the one at or above `max`. */
export function logTicks(min: number, max: number): number[] {
  const first = Math.floor(Math.log10(min) + 1e-9);
  const last = Math.max(first + 1, Math.ceil(Math.log10(max) - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i));
}

interface Scale {
  readonly ticks: readonly number[];
  /** Share 0..1 of the axis. */
  at(value: number): number;
}

function scaleOf(axis: Axis, values: readonly number[]): Scale {
  const [min, max] = [Math.min(...values), Math.max(...values)];
  const ticks = axis.ticks ?? (axis.log ? logTicks(min, max) : linearTicks(max));
  const f = axis.log ? Math.log : (x: number) => x;
  const low = f(Math.min(ticks[0] as number, axis.ticks === undefined ? Number.POSITIVE_INFINITY : min));
  const high = f(Math.max(ticks.at(-1) as number, axis.ticks === undefined ? 0 : max));
  return { ticks, at: (value) => (high === low ? 0.5 : (f(value) - low) / (high - low)) };
}

const n1 = (x: number) => x.toFixed(1);

function frame(title: string, height: number, inside: readonly string[]): string {
  return [
    `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeText(title)}">`,
    ...inside,
    '</svg>',
  ].join('\n');
}

/** One line a series; the first gets class s0. */
export function lineChart(title: string, x: Axis, y: Axis, series: readonly Series[]): string {
  const points = series.flatMap((s) => s.points);
  const xs = scaleOf(
    x,
    points.map(([px]) => px),
  );
  const ys = scaleOf(
    y,
    points.map(([, py]) => py),
  );
  const right = WIDTH - BOX.right;
  const bottom = HEIGHT - BOX.bottom;
  const toX = (v: number) => BOX.left + xs.at(v) * (right - BOX.left);
  const toY = (v: number) => bottom - ys.at(v) * (bottom - BOX.top);
  const place = ([px, py]: readonly [number, number]) => `${n1(toX(px))},${n1(toY(py))}`;
  return frame(title, HEIGHT, [
    ...ys.ticks.map(
      (t) =>
        `<path class="grid" d="M${BOX.left} ${n1(toY(t))}H${right}"/><text x="${BOX.left - 8}" y="${n1(toY(t) + 4)}" text-anchor="end">${shortNumber(t)}</text>`,
    ),
    ...xs.ticks.map(
      (t) =>
        `<path class="grid" d="M${n1(toX(t))} ${BOX.top}V${bottom}"/><text x="${n1(toX(t))}" y="${bottom + 18}" text-anchor="middle">${shortNumber(t)}</text>`,
    ),
    `<text class="label" x="${(BOX.left + right) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${escapeText(x.label)}</text>`,
    `<text class="label" transform="translate(14 ${(BOX.top + bottom) / 2}) rotate(-90)" text-anchor="middle">${escapeText(y.label)}</text>`,
    ...series.map(({ name, points, bound }, i) => {
      const line = `<polyline class="s${i}${bound === true ? ' bound' : ''}" points="${points.map(place).join(' ')}"/>`;
      const dots = points.map(([px, py]) => {
        const [cx, cy] = place([px, py]).split(',');
        return `<circle class="s${i}" cx="${cx}" cy="${cy}" r="4"><title>${escapeText(`${name}: ${shortNumber(px)}, ${shortNumber(py)}`)}</title></circle>`;
      });
      return bound === true ? line : [line, ...dots].join('\n');
    }),
  ]);
}

export interface DotRow {
  readonly name: string;
  /** By series, in the order of their names; null: none. */
  readonly values: readonly (number | null)[];
  /** Why there is not one value. */
  readonly reason?: string;
}

const ROW = 40;
const NAME_WIDTH = 110;

/** Rows of dots over a logarithmic axis with a mark at 1. */
export function dotChart(title: string, label: string, names: readonly string[], rows: readonly DotRow[]): string {
  const values = rows.flatMap((r) => r.values).filter((v): v is number => v !== null);
  const xs = scaleOf({ label, log: true }, [1, ...values]);
  const bottom = BOX.top + rows.length * ROW;
  const right = WIDTH - BOX.right;
  const toX = (v: number) => NAME_WIDTH + xs.at(v) * (right - NAME_WIDTH);
  return frame(title, bottom + BOX.bottom, [
    ...xs.ticks.map(
      (t) =>
        `<path class="grid${t === 1 ? ' one' : ''}" d="M${n1(toX(t))} ${BOX.top}V${bottom}"/><text x="${n1(toX(t))}" y="${bottom + 18}" text-anchor="middle">${shortNumber(t)}</text>`,
    ),
    `<text class="label" x="${(NAME_WIDTH + right) / 2}" y="${bottom + BOX.bottom - 8}" text-anchor="middle">${escapeText(label)}</text>`,
    ...rows.map(({ name, values, reason = 'no figure' }, r) => {
      const y = BOX.top + (r + 0.5) * ROW;
      const dots = values.map((v, i) => {
        if (v === null) return '';
        const tip = `${name}, ${names[i]}: ${shortNumber(v)}`;
        return `<circle class="s${i}" cx="${n1(toX(v))}" cy="${y}" r="6"><title>${escapeText(tip)}</title></circle>`;
      });
      const none = values.every((v) => v === null)
        ? `<text x="${NAME_WIDTH + 8}" y="${y + 4}">${escapeText(reason)}</text>`
        : '';
      return `<path class="grid" d="M${NAME_WIDTH} ${y}H${right}"/><text x="${NAME_WIDTH - 8}" y="${y + 4}" text-anchor="end">${escapeText(name)}</text>${dots.join('')}${none}`;
    }),
  ]);
}
