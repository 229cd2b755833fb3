// The demo from beginning to end, as a story with a result:
//
//   start one BS and six SS processes -> each SS asks -> unicast and broadcast get a little -> group 5 gets the stream,
//   while its TEK rotates -> everything stops -> what was received is compared with what was sent
import { UdpPort } from '../carrier/udp.js';
import { CliError, EXIT, reason } from '../exit.js';
import { CAST, LEAST_REKEYS, makeConfigs, type Player, type Request, SAID, TEK_LIFETIME } from './cast.js';
import type { Progress, ToldEvent } from './messages.js';
import { StationProcess } from './process.js';
import { Sender, windowFor } from './sender.js';
import { Source } from './source.js';

/** Bytes that the unicast and the broadcast service get. */
const SMALL_BYTES = 64 * 1024;
const ANSWER_MS = 15_000;
/** How long stations may take to tell what they counted after a failure. */
const LOSSES_MS = 2_000;
/** Part of the stream kept back to flow while a rotation is awaited. */
const TRICKLE_PART = 1 / 6;

export interface DemoOptions {
  readonly bytes: number;
  readonly pcap: string;
  /** Encrypted PDUs the capture keeps; null: all. */
  readonly capturedTraffic: number | null;
}

/** A row of the result: one request of one SS. */
export interface DemoRow {
  readonly mac: string;
  readonly service: string | number;
  readonly groupId: number | null;
  readonly answer: string;
  readonly errorCode: number | null;
  readonly bytes: number;
  readonly sha256ok: boolean | null;
}

export interface DemoResult {
  readonly ok: boolean;
  readonly stations: readonly DemoRow[];
  readonly rekeys: number;
  readonly packetsPerSecond: number;
  readonly pcap: string;
}

/** What the teller hears while it happens. */
export interface Teller {
  say(line: string): void;
  answered(player: Player, request: Request, answer: Answer): void;
  progress(label: string, packets: number, total: number, rekeys: number): void;
  progressEnd(): void;
}

/** `error` undefined: a Key Reply. */
interface Answer {
  readonly error: number | undefined;
  readonly said: number | undefined;
}

interface Station {
  readonly player: Player;
  readonly process: StationProcess;
  readonly progress: Map<number, Progress>;
  answers: { request: Request; answer: Answer }[];
}

export async function runDemo(options: DemoOptions, teller: Teller): Promise<DemoResult> {
  const bs = new StationProcess('the base station');
  const stations: Station[] = CAST.map((player, i) => ({
    player,
    process: new StationProcess(`SS ${i + 1}`),
    progress: new Map(),
    answers: [],
  }));
  const processes = [bs, ...stations.map((s) => s.process)];
  const port = await UdpPort.open({ host: '127.0.0.1', port: 0 }, 'sender');
  try {
    return await Promise.race([play(options, teller, bs, stations, port), ...processes.map((p) => p.failed)]);
  } catch (e) {
    throw new CliError(EXIT.FAILED, `${reason(e)}${await losses(processes)}`);
  } finally {
    for (const p of processes) p.kill();
    await port.close();
  }
}

async function play(
  options: DemoOptions,
  teller: Teller,
  bs: StationProcess,
  stations: readonly Station[],
  port: UdpPort,
): Promise<DemoResult> {
  const configs = makeConfigs();
  const rekeys = countRekeys(bs, SAID.news);
  const ready = await bs.ask(
    { kind: 'bs', config: configs.bs, pcap: options.pcap, capturedTraffic: options.capturedTraffic },
    'ready',
  );
  const started = await Promise.all(
    stations.map(({ process, player: { mac } }) =>
      process.ask({ kind: 'ss', config: configs.ss.get(mac) ?? '', mac, bs: ready.listen }, 'ready'),
    ),
  );
  teller.say(`One base station and six subscriber stations run, eight processes with this one. BS: ${ready.listen}.`);
  for (const station of stations) {
    for (const request of station.player.requests) {
      const answer = await ask(station, request);
      station.answers.push({ request, answer });
      teller.answered(station.player, request, answer);
    }
  }

  const window = windowFor(Math.min(ready.receiveBufferBytes, ...started.map((s) => s.receiveBufferBytes)));
  const ingress = new Map(ready.ingress);
  const sha256 = new Map<number, string>();
  const feed = async (said: number, bytes: number, drive: (sender: Sender, packets: number) => Promise<void>) => {
    const source = new Source(process.execPath, bytes);
    if (source.repeats) teller.say('The executable is shorter than the stream: it is repeated from its beginning.');
    const receivers = stations.filter((s) => s.answers.some(({ request }) => request.said === said));
    const sender = new Sender(
      port,
      ingress.get(said) ?? '',
      window,
      receivers.map((s) => s.process.name),
      source,
    );
    for (const { process, progress } of receivers) {
      process.onProgress = (list) => {
        for (const p of list) progress.set(p.said, p);
        sender.report(process.name, progress.get(said)?.packets ?? 0);
      };
    }
    await drive(sender, source.packets);
    await sender.drain();
    sha256.set(said, source.finish());
  };
  const all = (sender: Sender, packets: number) => sender.run(packets);
  await feed(1, Math.min(SMALL_BYTES, options.bytes), all);
  await feed(SAID.alerts, Math.min(SMALL_BYTES, options.bytes), all);

  let packetsPerSecond = 0;
  await feed(SAID.news, options.bytes, async (sender, packets) => {
    sender.onProgress = (received) => teller.progress('group 5', received, packets, rekeys.count);
    rekeys.reset();
    packetsPerSecond = await stream(sender, packets, () => rekeys.count);
    teller.progressEnd();
  });
  const rekeyed = rekeys.count;

  const stopped = await Promise.all(stations.map(({ process }) => process.ask({ kind: 'stop' }, 'stopped')));
  await bs.ask({ kind: 'stop' }, 'stopped');
  const expected = new Map([
    [1, Math.min(SMALL_BYTES, options.bytes)],
    [SAID.alerts, Math.min(SMALL_BYTES, options.bytes)],
    [SAID.news, options.bytes],
  ]);
  const rows = stations.flatMap((station, i) => {
    const hashes = new Map(stopped[i]?.sha256);
    return station.answers.map(({ request, answer }) => rowOf(station, request, answer, hashes, sha256));
  });
  const asItMustBe = stations.every((station) =>
    station.answers.every(({ request, answer }) => {
      const bytes = request.said === undefined ? 0 : (station.progress.get(request.said)?.bytes ?? 0);
      return (
        answer.error === request.refusal && bytes === (request.said === undefined ? 0 : expected.get(request.said))
      );
    }),
  );
  return {
    ok: asItMustBe && rows.every((row) => row.sha256ok !== false) && rekeyed >= LEAST_REKEYS,
    stations: rows,
    rekeys: rekeyed,
    packetsPerSecond: Math.round(packetsPerSecond),
    pcap: options.pcap,
  };
}

function rowOf(
  station: Station,
  request: Request,
  answer: Answer,
  hashes: Map<number, string>,
  sent: Map<number, string>,
): DemoRow {
  const { said } = request;
  const opened = answer.error === undefined && said !== undefined;
  return {
    mac: station.player.mac,
    service: request.service,
    groupId: request.groupId,
    answer: answer.error === undefined ? 'Key Reply' : 'Key Reject',
    errorCode: answer.error ?? null,
    bytes: opened ? (station.progress.get(said)?.bytes ?? 0) : 0,
    sha256ok: opened ? hashes.get(said) !== undefined && hashes.get(said) === sent.get(said) : null,
  };
}

/** What each process counted as dropped or refused, for whoever looks for the cause. */
async function losses(processes: readonly StationProcess[]): Promise<string> {
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, LOSSES_MS, undefined));
  const lines = processes.map(async (p) => {
    const stopped = await Promise.race([p.ask({ kind: 'stop' }, 'stopped').catch(() => undefined), late]);
    const odd = Object.entries(stopped?.counters ?? {}).filter(([name]) =>
      /dropped|refused|notSealed|failed/i.test(name),
    );
    return odd.length === 0 ? '' : `\n  ${p.name}: ${odd.map(([name, n]) => `${name} ${n}`).join(', ')}`;
  });
  return (await Promise.all(lines)).join('');
}

/** Sends one request and waits for what is answered to it. */
async function ask(station: Station, request: Request): Promise<Answer> {
  const { process } = station;
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      reject(new CliError(EXIT.FAILED, `${process.name}: no answer in ${ANSWER_MS / 1000} s`));
    }, ANSWER_MS);
    process.onEvent = (event: ToldEvent) => {
      if (event.type !== 'KEY_REPLY' && event.type !== 'KEY_REJECT') return;
      if (!('serviceType' in event) || event.serviceType !== request.serviceType) return;
      clearTimeout(late);
      process.onEvent = () => {};
      resolve(
        event.type === 'KEY_REPLY' ? { error: undefined, said: event.said } : { error: event.error, said: undefined },
      );
    };
    process.send({ kind: 'request', service: request.serviceType, groupId: request.groupId });
  });
}

/** Counts how often the TEK that the downlink of a service uses moves on. */
function countRekeys(bs: StationProcess, said: number): { readonly count: number; reset(): void } {
  let count = 0;
  bs.onEvent = (event) => {
    if (event.type === 'TEK_EXPIRED' && event.said === said) count++;
  };
  return {
    get count() {
      return count;
    },
    reset() {
      count = 0;
    },
  };
}

/**
 * Streams in parts; between them the TEK has to rotate. On a fast machine a part is over before that: then the stream trickles
 * until it has. Returns packets per second at full speed, the trickle left out.
 */
async function stream(sender: Sender, packets: number, rekeys: () => number): Promise<number> {
  const part = Math.floor(packets / (LEAST_REKEYS + 1));
  const trickle = Math.floor(part * TRICKLE_PART);
  let fastPackets = 0;
  let fastMs = 0;
  for (let i = 1; i <= LEAST_REKEYS + 1; i++) {
    const last = i > LEAST_REKEYS;
    const from = sender.sent;
    const begin = performance.now();
    await sender.run(last ? packets : i * part - trickle);
    await sender.drain();
    fastPackets += sender.sent - from;
    fastMs += performance.now() - begin;
    if (last) break;
    const latest = performance.now() + 2_000 * TEK_LIFETIME;
    await sender.trickle(i * part, Math.ceil(trickle / 100), () => {
      if (performance.now() > latest)
        throw new CliError(EXIT.FAILED, `the TEK of group 5 did not rotate in ${2 * TEK_LIFETIME} s`);
      return rekeys() >= i;
    });
  }
  return fastMs === 0 ? 0 : (fastPackets / fastMs) * 1_000;
}
