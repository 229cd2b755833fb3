// tekcast bs: a base station until a signal ends it.
import { Command } from 'commander';
import type { Address } from '../carrier/address.js';
import { readConfig } from '../config.js';
import { EventSink } from '../events.js';
import { CliError, EXIT, exitCodesHelp } from '../exit.js';
import { createLogger, type LogLevel, printLine } from '../output.js';
import { plannedKeyAge, startBs } from '../station/bs.js';
import { answerText, CONTROL_HELP, type ControlAnswer, control, readLines } from '../station/control.js';
import { addressOption, endSignal, logLevelOption } from './shared.js';

interface Options {
  config: string;
  listen?: Address;
  pcap?: string;
  control?: boolean;
  json?: boolean;
  logLevel: LogLevel;
}

const HELP = `
Each datagram at an ingress is one payload for that service (1..2,025 bytes). It is sealed and goes to every subscriber station
that is bound, one by one; nothing is sent to an IP multicast address. Uplink payloads go to the subscriber's egress.

With --json, standard output holds JSON lines: READY once everything is bound, then what happens (BOUND, KEY_REPLY, KEY_REJECT,
AUTH_INVALID, TEK_GENERATED, TEK_EXPIRED, REKEY_BEGUN, REKEY_SWITCHED, MEMBER_LATE, REKEY_HELD, REKEY_PLANNED, PAYLOAD, DROPPED,
REFUSED ...), END with all counters at the end. DROPPED, REFUSED, NOT_SEALED and AUTH_INVALID are limited to 20 lines a second for
each code; the counters are complete. Logs are JSON on standard error.
READY tells worstKeyAge, in seconds, once every station has every service it may have: age is the most a key's age can be, storm the
time from an order to rekey everything until the last switch; "rekeying" in the configuration sets the budget (rekeysPerSecond,
quorum, deadline, coalesce, operationalWait, automatic), "backwardSecrecy": true in a service rekeys for whoever joins.
The replay window is rounded up to a multiple of 64.`;

async function run(options: Options): Promise<void> {
  if (options.control && options.config === '-') {
    throw new CliError(EXIT.USAGE, '--control reads standard input, and so does --config -: name a file');
  }
  const log = createLogger('tekcast bs', options.logLevel);
  const sink = new EventSink(log, options.json === true);
  const config = await readConfig(options.config);
  if (config.pki !== undefined && config.pki.certificateFile === undefined) {
    log.warn('without pki.certificateFile nobody can tell whether Auth Replies are from this base station');
  }
  const signal = endSignal(); // from here there is something to end
  const bs = await startBs(config, {
    listen: options.listen,
    pcap: options.pcap,
    onEvent: (event, now) => sink.event(event, now),
    onRefused: (code, said, now) => sink.refused(code, { said }, now),
  });
  sink.line('READY', {
    role: 'bs',
    bsid: config.bsid,
    listen: bs.listen,
    services: config.services.map(({ ingress: _, ...s }) => ({ ...s, ingress: bs.ingress.get(s.said) })),
    subscribers: config.subscribers.map(({ mac, basicCid }) => ({ mac, ingress: bs.ingress.get(basicCid) })),
    pcap: options.pcap ?? null,
    worstKeyAge: plannedKeyAge(config),
  });
  const answer = (a: ControlAnswer) => {
    if (options.json) printLine({ event: 'CONTROL', ...a });
    else process.stdout.write(`${answerText(a)}\n`);
  };
  const stopReading = options.control
    ? readLines(process.stdin, (line) =>
        answer(line === undefined ? { ok: false, code: 'USAGE', message: 'line too long' } : control(bs, line)),
      )
    : undefined;
  const why = await signal;
  stopReading?.();
  const services = bs.services();
  await bs.stop();
  sink.line('END', { signal: why, services, counters: bs.counters() });
}

export function bsCommand(): Command {
  return new Command('bs')
    .description('run a base station: generate service-specific TEKs, distribute them, encrypt what arrives')
    .requiredOption('--config <file>', 'configuration; - reads standard input')
    .option('--listen <address>', "carrier address in place of the configuration's; port 0 takes any", addressOption)
    .option('--pcap <file>', 'capture every PDU, once however many receivers (M2M encapsulation, linktype 1)')
    .option('--control', 'take commands from standard input: rekey, hold, release, evict, leave, join, status')
    .option('--json', 'JSON lines on standard output')
    .option('--log-level <level>', 'of the log on standard error', logLevelOption, 'info')
    .addHelpText(
      'after',
      `${HELP}\n${CONTROL_HELP}\n${exitCodesHelp([EXIT.OK, EXIT.FAILED, EXIT.CONFIG, EXIT.IO, EXIT.USAGE])}`,
    )
    .action(run);
}
