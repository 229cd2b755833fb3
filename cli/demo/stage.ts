// The processes of a demo, from start to end: they are started, asked to ask, and stopped.
import type { UdpPort } from '../carrier/udp.js';
import { CliError, EXIT } from '../exit.js';
import { CAST, makeConfigs, type Player, type Request } from './cast.js';
import type { Progress, ToldEvent } from './messages.js';
import { StationProcess } from './process.js';

const ANSWER_MS = 15_000;
/** How long stations may take to tell what they counted after a failure. */
const LOSSES_MS = 2_000;

/** What a request led to. `error` undefined: a Key Reply. */
export interface Answer {
  readonly error: number | undefined;
  readonly said: number | undefined;
}

/** A subscriber station of the demo and what is known of it. */
export class Station {
  readonly player: Player;
  readonly process: StationProcess;
  readonly answers: { readonly request: Request; readonly answer: Answer }[] = [];
  /** What it received, by SAID. */
  readonly received = new Map<number, Progress>();
  /** SHA-256 (hex) of that, by SAID, once it stopped. */
  sha256: ReadonlyMap<number, string> = new Map();
  onReceived: () => void = () => {};

  constructor(player: Player, name: string) {
    this.player = player;
    this.process = new StationProcess(name);
    this.process.onProgress = (list) => {
      for (const p of list) this.received.set(p.said, p);
      this.onReceived();
    };
  }

  /** Sends one request and waits for what is answered to it. */
  async ask(request: Request): Promise<Answer> {
    const { process } = this;
    const answer = await new Promise<Answer>((resolve, reject) => {
      const late = setTimeout(() => {
        reject(new CliError(EXIT.FAILED, `${process.name}: no answer in ${ANSWER_MS / 1000} s`));
      }, ANSWER_MS);
      process.onEvent = (event: ToldEvent) => {
        if (event.type !== 'KEY_REPLY' && event.type !== 'KEY_REJECT') return;
        if (!('serviceType' in event) || event.serviceType !== request.serviceType) return;
        clearTimeout(late);
        process.onEvent = () => {};
        const rejected = event.type === 'KEY_REJECT';
        resolve(rejected ? { error: event.error, said: undefined } : { error: undefined, said: event.said });
      };
      process.send({ kind: 'request', service: request.serviceType, groupId: request.groupId });
    });
    this.answers.push({ request, answer });
    return answer;
  }

  /** True if it was granted the service with this SAID. */
  hears(said: number): boolean {
    return this.answers.some(({ answer }) => answer.said === said);
  }

  async stop(): Promise<void> {
    const { sha256 } = await this.process.ask({ kind: 'stop' }, 'stopped');
    this.sha256 = new Map(sha256);
  }
}

export interface StageOptions {
  readonly pcap: string;
  /** Encrypted PDUs the capture keeps; null: all. */
  readonly capturedTraffic: number | null;
}

export class Stage {
  readonly bs = new StationProcess('the base station');
  readonly stations = CAST.map((player, i) => new Station(player, `SS ${i + 1}`));
  /** Where payloads for a service go in, by SAID. */
  ingress: ReadonlyMap<number, string> = new Map();
  /** Address of the BS. */
  listen = '';
  /** The least that any socket on the way keeps. */
  receiveBufferBytes = 0;
  /** From here payloads are sent. */
  readonly port: UdpPort;

  constructor(port: UdpPort) {
    this.port = port;
  }

  get processes(): readonly StationProcess[] {
    return [this.bs, ...this.stations.map((s) => s.process)];
  }

  async start({ pcap, capturedTraffic }: StageOptions): Promise<void> {
    const configs = makeConfigs();
    const ready = await this.bs.ask({ kind: 'bs', config: configs.bs, pcap, capturedTraffic }, 'ready');
    this.listen = ready.listen;
    this.ingress = new Map(ready.ingress);
    const started = await Promise.all(
      this.stations.map(({ process, player: { mac } }) =>
        process.ask({ kind: 'ss', config: configs.ss.get(mac) ?? '', mac, bs: ready.listen }, 'ready'),
      ),
    );
    this.receiveBufferBytes = Math.min(ready.receiveBufferBytes, ...started.map((s) => s.receiveBufferBytes));
  }

  async stop(): Promise<void> {
    await Promise.all(this.stations.map((s) => s.stop()));
    await this.bs.ask({ kind: 'stop' }, 'stopped');
  }

  /** What each process counted as dropped or refused, as lines: for whoever looks for the cause of a failure. */
  async losses(): Promise<string> {
    const late = new Promise<undefined>((resolve) => setTimeout(resolve, LOSSES_MS, undefined).unref());
    const lines = this.processes.map(async (p) => {
      const stopped = await Promise.race([p.ask({ kind: 'stop' }, 'stopped').catch(() => undefined), late]);
      const odd = Object.entries(stopped?.counters ?? {}).filter(([name]) =>
        /dropped|refused|notSealed|failed|send/i.test(name),
      );
      return odd.length === 0 ? '' : `\n  ${p.name}: ${odd.map(([name, n]) => `${name} ${n}`).join(', ')}`;
    });
    return (await Promise.all(lines)).join('');
  }

  kill(): void {
    for (const p of this.processes) p.kill();
  }
}
