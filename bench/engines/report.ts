// What the figures of all engines say: which flavour each picks, whether that is its best, and how it stands beside Node 20.
import { type Quartiles, quartiles } from '../sizing/statistics.js';
import { table } from '../sizing/text.js';
import type { Taken } from './types.js';

/** What an engine's time may be at most, as Node 20's over it. */
const GOALS: readonly [RegExp, number][] = [
  [/^Chromium/, 0.85],
  [/^Firefox/, 0.75],
];

export interface EngineReport {
  readonly engine: string;
  readonly picked: string;
  readonly clockMs: number;
  readonly sizes: readonly SizeReport[];
}

export interface SizeReport {
  readonly bytes: number;
  /** By flavour, nanoseconds per packet over all rounds, and the fastest round. */
  readonly ns: Readonly<Record<string, Quartiles & { readonly least: number }>>;
  /** A flavour other than the one picked that was faster in three rounds of four, and its time over that of the one picked. */
  readonly better: { readonly flavour: string; readonly ratio: number } | null;
  /** The baseline's time over this engine's, each with the flavour it picks; the same of their fastest rounds. */
  readonly ofBaseline: number | null;
  readonly ofBaselineLeast: number | null;
}

/** All passes of one engine, the baseline's first. */
export function report(
  runs: readonly { readonly engine: string; readonly passes: readonly Taken[] }[],
): EngineReport[] {
  const reports: EngineReport[] = [];
  for (const { engine, passes } of runs) {
    const [first] = passes;
    if (first === undefined) continue;
    const { picked } = first;
    const sizes = Object.keys(first.ns).map((bytes): SizeReport => {
      const rounds = (flavour: string) => passes.flatMap((pass) => pass.ns[bytes]?.[flavour] ?? []);
      const own = rounds(picked);
      const names = Object.keys(first.ns[bytes] ?? {});
      const faster = names
        .filter((flavour) => flavour !== picked)
        .map((flavour) => ({ flavour, q: quartiles(rounds(flavour).map((ns, r) => ns / (own[r] as number))) }))
        .filter(({ q }) => q.q3 < 1)
        .sort((a, b) => a.q.median - b.q.median)[0];
      const ns = Object.fromEntries(
        names.map((flavour) => [flavour, { ...quartiles(rounds(flavour)), least: Math.min(...rounds(flavour)) }]),
      );
      const base = reports[0]?.sizes.find((size) => size.bytes === Number(bytes));
      const baseNs = base?.ns[reports[0]?.picked ?? ''];
      const ours = ns[picked];
      return {
        bytes: Number(bytes),
        ns,
        better: faster === undefined ? null : { flavour: faster.flavour, ratio: faster.q.median },
        ofBaseline: baseNs === undefined || ours === undefined ? null : baseNs.median / ours.median,
        ofBaselineLeast: baseNs === undefined || ours === undefined ? null : baseNs.least / ours.least,
      };
    });
    reports.push({ engine, picked, clockMs: first.clockMs, sizes });
  }
  return reports;
}

const whole = (ns: number) => ns.toLocaleString('en', { maximumFractionDigits: 0 });

export function text(reports: readonly EngineReport[]): string {
  const flavours = [...new Set(reports.flatMap(({ sizes }) => sizes.flatMap(({ ns }) => Object.keys(ns))))];
  const body = reports.flatMap(({ engine, picked, sizes }) =>
    sizes.map(({ bytes, ns, better, ofBaseline, ofBaselineLeast }, i) => [
      i === 0 ? engine : '',
      `${whole(bytes)} B`,
      ...flavours.map((flavour) => {
        const q = ns[flavour];
        if (q === undefined) return '–';
        return `${flavour === picked ? '*' : ''}${whole(q.median)} (${whole(q.least)}, ${whole(q.q1)}..${whole(q.q3)})`;
      }),
      better === null ? 'yes' : `no: ${better.flavour} takes ${better.ratio.toFixed(2)}`,
      ofBaseline === null ? '' : `${ofBaseline.toFixed(2)} (${(ofBaselineLeast ?? Number.NaN).toFixed(2)})`,
    ]),
  );
  const base = reports[0]?.engine ?? '';
  return [
    ...table(['engine', 'payload', ...flavours, 'picks the best', `${base} / this`], body),
    '',
    '  ns per packet: median (fastest round, quartiles); * the flavour that the library picks; the last column: medians (fastest rounds)',
    ...reports.flatMap(({ engine, sizes }) => {
      const goal = GOALS.find(([name]) => name.test(engine))?.[1];
      if (goal === undefined) return [];
      const below = sizes.filter(({ ofBaseline }) => ofBaseline !== null && ofBaseline < goal);
      const where = below.map(({ bytes }) => `${whole(bytes)} B`).join(', ');
      return [`  ${engine}: meant to be at least ${goal} of ${base}: ${where === '' ? 'met' : `not met at ${where}`}`];
    }),
  ].join('\n');
}
