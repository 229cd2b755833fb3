// tekcast ss: one subscriber station; one process for each MAC address.
import { Command, InvalidArgumentError } from 'commander';
import type { ServiceRequest, SsEvent } from 'tekcast';
import type { Address } from '../carrier/address.js';
import { readConfig, subscriberOf } from '../config.js';
import { EventSink } from '../events.js';
import { CliError, EXIT, type ExitCode, exitCodesHelp } from '../exit.js';
import { createLogger, type LogLevel } from '../output.js';
import { StateFile } from '../state.js';
import type { SsFiles } from '../station/certificates.js';
import { type SsRun, startSs } from '../station/ss.js';
import { addressOption, endSignal, logLevelOption, macOption, numberOption } from './shared.js';

const SERVICE_TYPES = { unicast: 0, multicast: 1, broadcast: 2 } as const;
type ServiceName = keyof typeof SERVICE_TYPES;
const isServiceName = (text: string): text is ServiceName => Object.hasOwn(SERVICE_TYPES, text);

interface Options {
  config: string;
  mac: string;
  service: number[];
  group?: number[];
  bs?: Address;
  ingress?: Address;
  egress?: Address;
  state?: string;
  firstUse?: boolean;
  certificate?: string;
  key?: string;
  bsCa?: string;
  receive?: number;
  pcap?: string;
  json?: boolean;
  logLevel: LogLevel;
}

const HELP = `
Service types: unicast (0), multicast (1), broadcast (2), or any number 0..255 to see how a base station answers it.
Several --service options are asked for one after the other, multicast once for each --group.

What is opened goes to --egress, one datagram a payload; what arrives at --ingress is sealed under the unicast TEK and sent up.
Without --receive it runs until a signal, or until every service asked for was refused, or its certificate for good.

--state keeps packet numbers and receive marks in FILE, locked while in use and bound to this MAC address and AK by an HMAC; keys
are in it only as they are on the air, under the KEK. Packet numbers are durable before they are used, receive marks once a second:
what came in the last second before a crash could be replayed to the next run. Without --state, or with an empty or missing FILE,
it seals only under TEKs newer than the first reply's newer one, since an earlier run may have used those.
--first-use overrides that: if the same TEKs were in use by an earlier run of this SS, packet numbers repeat, and whoever listens
can then read and forge those packets.

With --json, standard output holds JSON lines: READY, then what happens (KEY_REQUEST, KEY_REPLY, {"event":"KEY_REJECT","error":8},
PAYLOAD with its length ...), END with all counters at the end. DROPPED, REFUSED and NOT_SEALED are limited to 20 lines a second
for each code; the counters are complete. Logs are JSON on standard error.`;

function serviceOption(text: string, before: number[] | undefined): number[] {
  const type = isServiceName(text) ? SERVICE_TYPES[text] : /^\d{1,3}$/.test(text) ? Number(text) : 256;
  if (type > 255) throw new InvalidArgumentError('unicast, multicast, broadcast, or 0..255.');
  return [...new Set([...(before ?? []), type])];
}

function groupOption(text: string, before: number[] | undefined): number[] {
  return [...new Set([...(before ?? []), numberOption(0, 255)(text)])];
}

/** What to ask for: each service type once, multicast once for each group (and once without, if there is none). */
export function serviceRequests(services: readonly number[], groups: readonly number[] = []): ServiceRequest[] {
  return services.flatMap((service): ServiceRequest[] =>
    service === SERVICE_TYPES.multicast && groups.length > 0
      ? groups.map((groupId) => ({ service, groupId }))
      : [{ service }],
  );
}

/** Follows the answers until every service was refused for good. 0 (no information) is not: the SS asks again by itself. */
export class Refusals {
  readonly #open: Set<string>;

  constructor(requests: readonly ServiceRequest[]) {
    this.#open = new Set(requests.map(({ service, groupId }) => `${service} ${groupId}`));
  }

  /** True once nothing is left to hope for. */
  event(event: SsEvent): boolean {
    if (event.type === 'AUTH_STATE' && event.state === 'SILENT') this.#open.clear(); // its certificate was refused for good
    if (event.type === 'KEY_REJECT' && event.error !== 0) this.#open.delete(`${event.serviceType} ${event.groupId}`);
    return this.#open.size === 0;
  }
}

function certificatesOf({ certificate, key, bsCa, state }: Options): SsFiles | undefined {
  if (certificate === undefined && key === undefined && bsCa === undefined) return undefined;
  if (certificate === undefined || key === undefined) {
    throw new CliError(EXIT.USAGE, '--certificate and --key go together, --bs-ca with them');
  }
  if (state !== undefined) {
    throw new CliError(
      EXIT.USAGE,
      '--state goes with a pre-shared AK: an authorization brings new keys at every start',
    );
  }
  return { certificate, key, bsCa };
}

async function run(options: Options): Promise<void> {
  if (options.group !== undefined && !options.service.includes(SERVICE_TYPES.multicast))
    throw new CliError(EXIT.USAGE, '--group goes with --service multicast');
  const log = createLogger('tekcast ss', options.logLevel);
  const sink = new EventSink(log, options.json === true);
  const certificates = certificatesOf(options);
  const config = await readConfig(options.config);
  const signal = endSignal(); // from here there is something to end
  const row = subscriberOf(config, options.mac);
  const requests = serviceRequests(options.service, options.group);
  const refusals = new Refusals(requests);
  if (certificates !== undefined && certificates.bsCa === undefined) {
    log.warn('without --bs-ca anybody may answer as the base station: its replies are not verified');
  }
  const wanted = options.receive ?? Number.POSITIVE_INFINITY;
  let received = 0;
  let end = (_why: string, _code: ExitCode) => {};
  const ended = new Promise<{ why: string; code: ExitCode }>((resolve) => {
    end = (why, code) => resolve({ why, code });
  });
  signal.then((why) => end(why, EXIT.OK));

  const state = options.state === undefined ? undefined : new StateFile(options.state);
  let ss: SsRun | undefined;
  try {
    ss = await startSs(config, row, {
      ...options,
      certificates,
      state,
      accepts: () => received < wanted,
      onEvent(event, now) {
        if (event.type === 'PAYLOAD') received++;
        sink.event(event, now);
        if (refusals.event(event)) end('REFUSED', EXIT.REFUSED);
        if (received >= wanted) end('RECEIVED', EXIT.OK);
      },
      onRefused: (code, now) => sink.refused(code, {}, now),
    });
    sink.line('READY', { role: 'ss', mac: row.mac, local: ss.local, bs: ss.bs, ingress: ss.ingress ?? null });
    for (const request of requests) ss.request(request);
    const { why, code } = await ended;
    try {
      await ss.stop();
    } finally {
      sink.line('END', { why, received, counters: ss.counters() });
    }
    process.exitCode = code;
  } finally {
    state?.close();
  }
}

export function ssCommand(): Command {
  return new Command('ss')
    .description('run a subscriber station: ask for services, forward what it opens')
    .requiredOption('--config <file>', "the base station's configuration; - reads standard input")
    .requiredOption('--mac <mac>', 'which subscriber this is', macOption)
    .requiredOption('--service <type>', 'unicast, multicast, broadcast or 0..255; repeatable', serviceOption)
    .option('--group <id>', 'multicast service group ID; repeatable', groupOption)
    .option('--bs <address>', "base station, in place of the configuration's listen", addressOption)
    .option('--ingress <address>', 'payloads for the uplink arrive here', addressOption)
    .option('--egress <address>', 'opened payloads go here', addressOption)
    .option('--state <file>', 'packet numbers and receive marks that outlive the process')
    .option('--first-use', 'seal under the first TEKs without a state: see below')
    .option('--certificate <file>', 'PEM: authorize by this certificate in place of a pre-shared AK')
    .option('--key <file>', 'its private key, PEM (PKCS #8)')
    .option('--bs-ca <file>', 'CA of the base stations, PEM: answers that none of them signed are refused')
    .option('--receive <n>', 'end after so many payloads', numberOption(1, Number.MAX_SAFE_INTEGER))
    .option('--pcap <file>', 'capture every PDU this station sends and receives (M2M encapsulation, linktype 1)')
    .option('--json', 'JSON lines on standard output')
    .option('--log-level <level>', 'of the log on standard error', logLevelOption, 'info')
    .addHelpText(
      'after',
      `${HELP}\n${exitCodesHelp([EXIT.OK, EXIT.FAILED, EXIT.REFUSED, EXIT.CONFIG, EXIT.IO, EXIT.STATE, EXIT.USAGE])}`,
    )
    .action(run);
}
