// `npm run sim`: runs the simulator, prints what came of it, draws a day of it. Progress goes to standard error.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { plotDay } from './plot.js';
import { Simulator } from './simulator.js';
import { BREAKS, type Break } from './types.js';

const HELP = `usage: npm run sim -- [options]

A base station and its subscriber stations in virtual time, with losses, skewed clocks, joins, leaves, evictions, reauthorizations
and restarts; checks that members can always decrypt and others cannot, and that no nonce comes twice.

  --seed N        of every choice and key (default: by the clock; printed, and replays the run)
  --days N        virtual days (default 30; fractions too)
  --stations N    subscriber stations, 2..4000 (default 1000)
  --groups N      multicast groups, 1..256 (default 64)
  --loss N        share of datagrams lost, 0..0.9 (default 0.2)
  --break RULE    breaks a rule, to see that it is noticed: ${BREAKS.join(', ')}
  --plot FILE     an SVG of key ages, overlaps and replies per second over the most eventful day
  --json          prints one JSON document: { ok, seed, virtualDays, events, rekeys, evictions, pdus, violations, wallSeconds }
  --help

Exit code: 0 if every rule held, 1 if not, 2 for a wrong call.
`;

function fail(text: string): never {
  process.stderr.write(`${text}\n\n${HELP}`);
  process.exit(2);
}

function options() {
  try {
    return parseArgs({
      options: {
        seed: { type: 'string' },
        days: { type: 'string', default: '30' },
        stations: { type: 'string', default: '1000' },
        groups: { type: 'string', default: '64' },
        loss: { type: 'string', default: '0.2' },
        break: { type: 'string' },
        plot: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return fail((error as Error).message);
  }
}

function number(name: string, text: string, low: number, high: number, whole = true): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= low && value <= high) || (whole && !Number.isInteger(value)))
    fail(`--${name} must be ${low}..${high}, not ${text}`);
  return value;
}

const given = options();
if (given.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
if (given.break !== undefined && !(BREAKS as readonly string[]).includes(given.break))
  fail(`--break must be one of ${BREAKS.join(', ')}`);

/** What a replay needs beside seed and days: whatever is not the default. */
const others = (['stations', 'groups', 'loss', 'break'] as const)
  .filter((name) => process.argv.some((word) => word === `--${name}` || word.startsWith(`--${name}=`)))
  .map((name) => ` --${name} ${given[name]}`)
  .join('');
const seed = number('seed', given.seed ?? String(Date.now() % 2 ** 32), 0, 2 ** 32 - 1);
const days = number('days', given.days, 0.01, 366, false);
process.stderr.write(`seed ${seed}\n`);
const { summary, recording, counts } = new Simulator({
  seed,
  days,
  stations: number('stations', given.stations, 2, 4000),
  groups: number('groups', given.groups, 1, 256),
  loss: number('loss', given.loss, 0, 0.9, false),
  ...(given.break !== undefined && { broken: given.break as Break }),
  onProgress: (day, events) => process.stderr.write(`\rday ${day} of ${days}, ${events} events `),
}).run();
process.stderr.write('\n');

if (given.plot !== undefined) writeFileSync(given.plot, plotDay(recording, seed));
if (given.json) process.stdout.write(`${JSON.stringify(summary)}\n`);
else {
  const { ok, virtualDays, events, rekeys, evictions, pdus, violations, wallSeconds } = summary;
  process.stdout.write(
    `${ok ? 'every rule held' : `${violations.length} violations`} in ${virtualDays} virtual days: ${events} events, ` +
      `${rekeys} rekeys, ${evictions} evictions, ${pdus} PDUs, ${counts['bs restarts'] ?? 0} restarts of the base station, ` +
      `${counts['bs AUTH_REPLY'] ?? 0} authorizations, in ${wallSeconds} s\n`,
  );
  for (const { time, station, rule, detail } of violations)
    process.stdout.write(
      `${rule} at ${time} s, ${station}: ${detail} (replay: --seed ${seed} --days ${days}${others})\n`,
    );
}
process.exitCode = summary.ok ? 0 : 1;
