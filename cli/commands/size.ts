// tekcast size: how many groups can this machine carry? Sweeps, then answers in words and numbers.
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { DEFAULTS, htmlReport, size, textReport } from '../../bench/sizing/index.js';
import { CliError, EXIT, exitCodesHelp, reason } from '../exit.js';
import { toJson } from '../output.js';
import { numberOption, orErrorDocument } from './shared.js';

const HELP = `
Measures here and now: groups {1, 64, 1,000, 10,000, 65,536} × payload {64, 256, 1,024, 1,500 bytes, IMIX} × workers {1..cores},
beside node:crypto and whatever other AES-CCM is installed, then says how many groups of the rate asked for that carries, how long a
rekey of all of them takes, and what memory they need. Best on a machine that has nothing else to do. Progress goes to standard error.

With --json, standard output holds one document:
{ machine, method, rows: [{ op, bytes, payload, keys, batch, workers, nsPerPacket, mbps, ratio: { node, … }, spread, notes }],
  latency, bound, answer }
A ratio is another's time over ours; null has its reason in notes.`;

interface Options {
  rate: number;
  members: number;
  headroom: number;
  seconds?: number;
  quick?: boolean;
  json?: boolean;
  html?: string;
}

/** One line on a terminal, overwritten; elsewhere a line per tenth. */
function progressLine(): (done: number, total: number, what: string) => void {
  const { stderr } = process;
  let tenth = 0;
  return (done, total, what) => {
    const percent = `${Math.round((100 * done) / total)} %`.padStart(5);
    if (stderr.isTTY) stderr.write(done === total ? '\r\x1b[K' : `\r\x1b[K${percent}  ${what}`);
    else if (Math.floor((10 * done) / total) > tenth) {
      tenth = Math.floor((10 * done) / total);
      stderr.write(`${percent}  ${what}\n`);
    }
  };
}

async function run(options: Options): Promise<void> {
  const quick = options.quick === true;
  if (options.html !== undefined) write(options.html, '', 'a'); // can it be? Asked before all that measuring
  const seconds = options.seconds ?? (quick ? DEFAULTS.quickSeconds : DEFAULTS.seconds);
  const result = await size(
    { rate: options.rate, members: options.members, headroom: options.headroom, seconds, quick },
    {
      cores: availableParallelism(),
      progress: progressLine(),
    },
  );
  if (options.html !== undefined) write(options.html, htmlReport(result));
  process.stdout.write(options.json === true ? `${toJson(result, 2)}\n` : textReport(result));
}

function write(file: string, text: string, flag = 'w'): void {
  try {
    writeFileSync(file, text, { flag });
  } catch (e) {
    throw new CliError(EXIT.IO, `--html ${file}: ${reason(e)}`);
  }
}

export function sizeCommand(): Command {
  return new Command('size')
    .description('how many groups can this machine carry? measures, and answers')
    .option('--rate <kbit/s>', 'payload rate of one group', numberOption(1, 10_000_000), DEFAULTS.rate)
    .option('--members <n>', 'members of each group', numberOption(1, 1_000_000), DEFAULTS.members)
    .option('--headroom <percent>', 'share of the machine to keep free', numberOption(0, 99), DEFAULTS.headroom)
    .option(
      '--seconds <n>',
      `time to measure (default: ${DEFAULTS.seconds}, with --quick ${DEFAULTS.quickSeconds})`,
      numberOption(1, 86_400),
    )
    .option('--quick', 'fewer groups and workers; ends within 40 s')
    .option('--json', 'one JSON document on standard output')
    .option('--html <file>', 'also write a page with plots, complete in one file')
    .addHelpText('after', `${HELP}\n${exitCodesHelp([EXIT.OK, EXIT.FAILED, EXIT.IO, EXIT.USAGE])}`)
    .action((options: Options) => orErrorDocument(options.json, () => run(options)));
}
