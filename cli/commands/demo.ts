// tekcast demo: the main job on real sockets, told to whoever watches.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { Command } from 'commander';
import { errorName } from 'tekcast';
import { TEK_LIFETIME } from '../demo/cast.js';
import { ProgressBar } from '../demo/progress.js';
import type { DemoResult, DemoRow } from '../demo/result.js';
import { runDemo, type Teller } from '../demo/run.js';
import { PAYLOAD_BYTES } from '../demo/source.js';
import { type Cell, tableLines } from '../demo/table.js';
import { EXIT, exitCodesHelp } from '../exit.js';
import { paints, toJson } from '../output.js';
import { numberOption } from './shared.js';

const DEFAULT_BYTES = 64 * 1024 * 1024;
/** Encrypted PDUs in the capture when no file was named. */
const CAPTURED_TRAFFIC = 2_000;

const HELP = `
One base station and six subscriber stations run as processes of their own on 127.0.0.1, on ports the system chooses, with keys
made for this run and kept in memory. Group 5 gets the first 64 MiB of the running Node executable (repeated from its beginning if
it is shorter). A TEK lives ${TEK_LIFETIME} seconds here, so that it rotates at least twice under way; on a fast machine the stream slows
down to wait for that, and packets per second leave that time out.

Without --pcap the capture goes to a new file in the system's folder for temporary files and holds all management PDUs and the
first ${CAPTURED_TRAFFIC.toLocaleString('en')} encrypted ones; with --pcap it holds everything.

With --json, standard output holds one document:
{ ok, stations: [{ mac, service, groupId, answer, errorCode, bytes, sha256ok }], rekeys, packetsPerSecond, pcap }
with one row for each request answered; progress goes to standard error. By npm: npm start -s -- --json, since npm itself
prints on standard output unless -s silences it.`;

interface Options {
  bytes: number;
  pcap?: string;
  json?: boolean;
}

const paint = paints(process.stdout);

/** What was asked for, in words. */
function asked(row: { service: string | number; groupId: number | null }): string {
  if (typeof row.service === 'number') return `service type ${row.service}`;
  return row.groupId === null ? row.service : `${row.service}, group ${row.groupId}`;
}

class StoryTeller implements Teller {
  readonly #json: boolean;
  #bar: ProgressBar | undefined;
  #begin = 0;

  constructor(json: boolean) {
    this.#json = json;
  }

  say(line: string): void {
    if (!this.#json) process.stdout.write(`${line}\n`);
  }

  answered: Teller['answered'] = (player, request, { error, said }) => {
    const name = `${player.mac} (${player.part})`;
    const result =
      error === undefined
        ? paint.green(`Key Reply, SAID ${said}`)
        : paint.red(`Key Reject ${error}: ${errorName(error)}`);
    this.say(`  ${name.padEnd(40)} asks for ${asked(request).padEnd(18)} → ${result}`);
  };

  progress: Teller['progress'] = (packets, total, rekeys) => {
    if (this.#bar === undefined) {
      this.say(`\nThe stream goes to group 5: to every station that is bound, and only two of them have its key.`);
      this.#bar = new ProgressBar('group 5', total);
      this.#begin = performance.now();
    }
    const mib = (packets * PAYLOAD_BYTES) / 2 ** 20;
    const seconds = Math.max(0.001, (performance.now() - this.#begin) / 1000);
    this.#bar.update(packets, `${mib.toFixed(1)} MiB  ${(mib / seconds).toFixed(1)} MiB/s  TEK rotated ${rekeys}×`);
  };

  progressEnd(): void {
    this.#bar?.clear();
  }

  end(result: DemoResult): void {
    if (this.#json) {
      process.stdout.write(`${toJson(result, 2)}\n`);
      return;
    }
    const columns = [
      { title: 'SS' },
      { title: 'asked for' },
      { title: 'answer' },
      { title: 'bytes received', right: true },
      { title: 'SHA-256' },
    ];
    this.say(`\n${tableLines(columns, result.stations.map(cellsOf), paint.dim).join('\n')}\n`);
    const speed = result.packetsPerSecond.toLocaleString('en');
    this.say(
      `${paint.bold(speed)} packets per second to each of two members; the TEK rotated ${paint.bold(String(result.rekeys))} times under way.`,
    );
    this.say(
      result.ok
        ? paint.green('Everyone got what it was entitled to, to the last byte, and nothing else.')
        : paint.red('Not everything is as it must be: see the table.'),
    );
    const pcap = relative('.', result.pcap).length < result.pcap.length ? relative('.', result.pcap) : result.pcap;
    const next = [
      [`npm run -s tekcast -- decode ${pcap} | less`, 'every captured PDU as a tree'],
      [`tshark --disable-protocol eap -r ${pcap}`, "the same by Wireshark's dissector"],
      ['npm run -s tekcast -- bs --help', 'a base station of your own'],
      ['npm run -s tekcast -- demo --json', 'this result for a program'],
    ] as const;
    const width = Math.max(...next.map(([command]) => command.length));
    this.say(`\n${paint.bold('What next')}`);
    for (const [command, what] of next) this.say(`  ${command.padEnd(width)}   ${paint.dim(what)}`);
  }
}

function cellsOf(row: DemoRow): Cell[] {
  const sha = row.sha256ok === null ? '' : row.sha256ok ? 'equal' : 'NOT equal';
  return [
    { text: row.mac },
    { text: asked(row) },
    {
      text: row.errorCode === null ? row.answer : `${row.answer} ${row.errorCode}`,
      ...(row.errorCode === null ? {} : { paint: paint.red }),
    },
    { text: row.bytes === 0 ? '' : row.bytes.toLocaleString('en') },
    { text: sha, paint: row.sha256ok === false ? paint.red : paint.green },
  ];
}

async function run(options: Options): Promise<void> {
  const teller = new StoryTeller(options.json === true);
  teller.say(
    `${paint.bold('tekcast')}: service-specific traffic encryption keys over PKM (IEEE 802.16), on loopback\n`,
  );
  const pcap = options.pcap ?? join(mkdtempSync(join(tmpdir(), 'tekcast-')), 'demo.pcap');
  const { result, failure } = await runDemo(
    { bytes: options.bytes, pcap, capturedTraffic: options.pcap === undefined ? CAPTURED_TRAFFIC : null },
    teller,
  );
  if (failure === undefined || options.json) teller.end(result);
  if (failure !== undefined) throw failure;
  if (!result.ok) process.exitCode = EXIT.FAILED;
}

export function demoCommand(): Command {
  return new Command('demo')
    .description('one base station, six subscriber stations, one stream: the whole way once')
    .option('--bytes <n>', 'length of the stream to group 5', numberOption(1, 2 ** 40), DEFAULT_BYTES)
    .option(
      '--pcap <file>',
      "capture everything the base station sends and receives (large: the stream's length and more)",
    )
    .option('--json', 'one JSON document on standard output')
    .addHelpText(
      'after',
      `${HELP}\n${exitCodesHelp([EXIT.OK, EXIT.FAILED, EXIT.IO, EXIT.USAGE], {
        [EXIT.OK]: 'everything is as it must be',
        [EXIT.FAILED]: 'something is not: an answer, a byte, or fewer than two rotations',
      })}`,
    )
    .action(run);
}
