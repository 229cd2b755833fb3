// The demo from beginning to end, as a story with a result:
//
//   start one BS and six SS processes -> each SS asks -> unicast and broadcast get a little -> group 5 gets the stream,
//   while its TEK rotates -> everything stops -> what was received is compared with what was sent
import { UdpPort } from '../carrier/udp.js';
import { CliError, EXIT, reason } from '../exit.js';
import { LEAST_REKEYS, type Player, type Request, SAID, TEK_LIFETIME } from './cast.js';
import type { StationProcess } from './process.js';
import { type DemoResult, type Fed, isAsItMustBe, rowsOf } from './result.js';
import { Sender, windowFor } from './sender.js';
import { Source } from './source.js';
import { type Answer, Stage, type StageOptions } from './stage.js';

/** Bytes that the unicast and the broadcast service get. */
const SMALL_BYTES = 64 * 1024;
/** Part of the stream kept back to flow while a rotation is awaited. */
const TRICKLE_PART = 1 / 6;

export interface DemoOptions extends StageOptions {
  /** Of the stream to group 5. */
  readonly bytes: number;
}

/** What the teller hears while it happens. */
export interface Teller {
  say(line: string): void;
  answered(player: Player, request: Request, answer: Answer): void;
  /** Packets of the stream that every member has. */
  progress(packets: number, total: number, rekeys: number): void;
  progressEnd(): void;
}

/** `failure`: what cut it short; the result is as far as it came then. */
export interface DemoEnd {
  readonly result: DemoResult;
  readonly failure?: CliError;
}

export async function runDemo(options: DemoOptions, teller: Teller): Promise<DemoEnd> {
  const port = await UdpPort.open({ host: '127.0.0.1', port: 0 }, 'sender');
  const stage = new Stage(port);
  try {
    return { result: await Promise.race([play(options, teller, stage), ...stage.processes.map((p) => p.failed)]) };
  } catch (e) {
    const exitCode = e instanceof CliError ? e.exitCode : EXIT.FAILED;
    const failure = new CliError(exitCode, `${reason(e)}${await stage.losses()}`);
    const stations = rowsOf(stage.stations, new Map());
    return { result: { ok: false, stations, rekeys: 0, packetsPerSecond: 0, pcap: options.pcap }, failure };
  } finally {
    stage.kill();
    await port.close();
  }
}

async function play(options: DemoOptions, teller: Teller, stage: Stage): Promise<DemoResult> {
  const rekeys = countRekeys(stage.bs, SAID.news);
  await stage.start(options);
  teller.say(`One base station and six subscriber stations run, eight processes with this one. BS: ${stage.listen}.`);
  for (const station of stage.stations) {
    for (const request of station.player.requests) teller.answered(station.player, request, await station.ask(request));
  }

  const fed = new Map<number, Fed>();
  const small = Math.min(SMALL_BYTES, options.bytes);
  for (const said of [SAID.unicast, SAID.alerts]) {
    fed.set(
      said,
      await feed(stage, said, new Source(process.execPath, small), (sender, packets) => sender.run(packets)),
    );
  }
  const source = new Source(process.execPath, options.bytes);
  if (source.repeats) teller.say('The executable is shorter than the stream: it is repeated from its beginning.');
  let packetsPerSecond = 0;
  const drive = async (sender: Sender, packets: number) => {
    sender.onProgress = (received) => teller.progress(received, packets, rekeys.count);
    rekeys.reset();
    packetsPerSecond = await stream(sender, packets, () => rekeys.count);
    teller.progressEnd();
  };
  fed.set(SAID.news, await feed(stage, SAID.news, source, drive));
  const rekeyed = rekeys.count;

  await stage.stop();
  return {
    ok: isAsItMustBe(stage.stations, fed) && rekeyed >= LEAST_REKEYS,
    stations: rowsOf(stage.stations, fed),
    rekeys: rekeyed,
    packetsPerSecond: Math.round(packetsPerSecond),
    pcap: options.pcap,
  };
}

/** Feeds a source to the ingress of a service, until everyone who was granted the service has all of it. */
async function feed(
  stage: Stage,
  said: number,
  source: Source,
  drive: (sender: Sender, packets: number) => Promise<void>,
): Promise<Fed> {
  const receivers = stage.stations.filter((s) => s.hears(said));
  if (receivers.length === 0) throw new CliError(EXIT.FAILED, `nobody was granted the service with SAID ${said}`);
  const names = receivers.map((s) => s.process.name);
  const sender = new Sender(
    stage.port,
    stage.ingress.get(said) ?? '',
    windowFor(stage.receiveBufferBytes),
    names,
    source,
  );
  for (const station of receivers) {
    station.onReceived = () => sender.report(station.process.name, station.received.get(said)?.packets ?? 0);
  }
  await drive(sender, source.packets);
  await sender.drain();
  for (const station of receivers) station.onReceived = () => {};
  return { bytes: source.bytes, sha256: source.finish() };
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
      if (performance.now() <= latest) return rekeys() >= i;
      throw new CliError(EXIT.FAILED, `the TEK of group 5 did not rotate in ${2 * TEK_LIFETIME} s`);
    });
  }
  return fastMs === 0 ? 0 : (fastPackets / fastMs) * 1_000;
}
