// npm run bench: ratios taken side by side in this process, printed as they come. Nothing here passes or fails.
import { parseArgs } from 'node:util';
import { loadContenders } from './contenders/index.js';
import { goalOf } from './goals.js';
import { bind, cycles, keys, pkm } from './ratios/control.js';
import { groups, lone, mbs, native, open, seal } from './ratios/packets.js';
import { pool } from './ratios/pool.js';
import { start } from './ratios/start.js';
import type { Context, Measurement } from './ratios/types.js';
import { machine, machineLine } from './sizing/machine.js';
import { cpuTime, wallTime } from './sizing/paired.js';
import type { Row } from './sizing/row.js';
import { TOO_WIDE } from './sizing/statistics.js';
import { runSuites, SUITES } from './suites/index.js';

const MEASUREMENTS: Record<string, Measurement> = {
  seal,
  native,
  open,
  mbs,
  lone,
  groups,
  pool,
  keys,
  bind,
  pkm,
  cycles,
  start,
};
const NAMES = Object.keys(MEASUREMENTS);

const HELP = `npm run bench [-- <options>]

Ratios of others' time to tekcast's: above 1, tekcast is faster. 1,024 packets a batch over 10,000 keys unless the row says
otherwise; payloads are copied in, headers and HCS built, CRC off. Every contender's output is compared with ours before the clock
starts; then all are timed in turn, round after round. Figures are medians, with quartiles behind them.

  --only <names>   of ${NAMES.join(', ')} (with --suites: of ${SUITES.join(', ')})
  --quick          fewer rounds
  --cpu            count CPU time of this process, not wall time: for a machine that has other work to do
  --json           one JSON document on standard output; progress goes to standard error
  --suites         benny suites instead: operations per second, and percentiles of one batch; JSON and CSV in bench/results/
  --help

TEKCAST_OPPONENT names the folder of a frozen engine to compare with, if it is not where bench/contenders/opponent.ts says.
On Node 20, NODE_OPTIONS=--experimental-wasm-relaxed-simd measures the flavour that newer engines load.`;

function fail(text: string): never {
  console.error(`${text}\n\n${HELP}`);
  process.exit(64);
}

function argsOf() {
  try {
    return parseArgs({
      options: {
        only: { type: 'string' },
        quick: { type: 'boolean', default: false },
        cpu: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        suites: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (e) {
    return fail((e as Error).message);
  }
}

const args = argsOf();
if (args.help) {
  console.log(HELP);
  process.exit(0);
}
const known = args.suites ? SUITES : NAMES;
const names = args.only?.split(',') ?? known;
const unknown = names.filter((name) => !known.includes(name));
if (unknown.length > 0) fail(`not known: ${unknown.join(', ')}`);
if (args.suites) {
  await runSuites(names, args.quick);
  process.exit(0);
}

const say = args.json ? console.error : console.log;
const here = machine();
const major = Number.parseInt(process.versions.node, 10);
say(`${machineLine(here)}\n`);
const field = await loadContenders();
const clock = args.cpu ? cpuTime : wallTime;
const context: Context = args.quick
  ? { field, rounds: 15, sliceMs: 10, warmMs: 150, openssl: 3, clock }
  : { field, rounds: 41, sliceMs: 12, warmMs: 1000, openssl: 5, clock };

const rows: Row[] = [];
for (const name of names) {
  const { title, rows: measure } = MEASUREMENTS[name] as Measurement;
  say(title);
  for await (const row of measure(context)) {
    rows.push(row);
    say(linesOf(row).join('\n'));
  }
  say('');
}
const method = `${context.rounds} rounds of at least ${context.sliceMs} ms ${args.cpu ? 'CPU' : 'wall'} time each in turn, after ${context.warmMs} ms of warming; median and quartiles; a ratio whose quartiles lie more than ${TOO_WIDE * 100} % apart is null`;
say(`${method}.`);
if (args.json) console.log(JSON.stringify({ machine: here, method, rows }, null, 2));

function linesOf(row: Row): string[] {
  const [low, high] = row.spread['nsPerPacket'] as readonly [number, number];
  const what = `${row.op} ${row.payload}, ${row.keys.toLocaleString('en')} keys, batch ${row.batch.toLocaleString('en')}`;
  const speed = row.mbps === null ? '' : `  ${Math.round(row.mbps).toLocaleString('en')} Mbit/s`;
  const extra = Object.entries(row.notes).filter(([name]) => !(name in row.ratio));
  return [
    `  ${what.padEnd(42)} ${row.nsPerPacket} ns (${low}..${high})${speed}${extra.map(([k, v]) => `  ${k} ${v}`).join('')}`,
    ...Object.entries(row.ratio).map(([name, value]) => {
      const spread = row.spread[name];
      const goal = goalOf(row, name, major);
      const meant = goal === undefined ? '' : `  meant: at least ${Number(goal.toFixed(2))}`;
      if (value === null) return `    ${name.padEnd(10)} –      ${row.notes[name]}${meant}`;
      return `    ${name.padEnd(10)} ${value.toPrecision(3).padEnd(6)} (${spread?.[0].toPrecision(3)}..${spread?.[1].toPrecision(3)})${meant}`;
    }),
  ];
}
