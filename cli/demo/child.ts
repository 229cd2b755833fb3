// One station of the demo as a process of its own: the same stations as `tekcast bs` and `tekcast ss`, led over IPC. Instead of
// forwarding payloads it hashes them and reports progress.
import { createHash, type Hash } from 'node:crypto';
import { Command } from 'commander';
import { parseAddress } from '../carrier/address.js';
import { parseConfig, subscriberOf } from '../config.js';
import type { StationEvent } from '../events.js';
import { CliError, EXIT, reason } from '../exit.js';
import { type BsRun, startBs } from '../station/bs.js';
import { type SsRun, startSs } from '../station/ss.js';
import type { FromStation, ToldEvent, ToStation } from './messages.js';
import { PAYLOAD_BYTES, PDU_OVERHEAD } from './source.js';

/** Eight PDUs of the stream in a datagram: as many as the core opens at once. Loopback carries up to 64 KiB. */
const BURST_BYTES = 8 * (PAYLOAD_BYTES + PDU_OVERHEAD);
/** Progress is told after so many packets, or so many milliseconds. */
const REPORT_PACKETS = 16;
const REPORT_MS = 1;

interface Received {
  packets: number;
  bytes: number;
  readonly hash: Hash;
}

class DemoStation {
  #run: BsRun | SsRun | undefined;
  readonly #received = new Map<number, Received>();
  #unreported = 0;
  #timer: NodeJS.Timeout | undefined;

  async take(message: ToStation): Promise<void> {
    switch (message.kind) {
      case 'bs': {
        const run = await startBs(parseConfig(message.config), {
          pcap: message.pcap,
          capturedTraffic: message.capturedTraffic ?? undefined,
          burstBytes: BURST_BYTES,
          onEvent: (event) => this.#event(event),
          onRefused: () => {}, // counted; the counters come back at the end
        });
        this.#run = run;
        tell({
          kind: 'ready',
          listen: run.listen,
          ingress: [...run.ingress],
          receiveBufferBytes: run.receiveBufferBytes,
        });
        return;
      }
      case 'ss': {
        const config = parseConfig(message.config);
        const run = await startSs(config, subscriberOf(config, message.mac), {
          bs: parseAddress(message.bs),
          onEvent: (event) => this.#event(event),
          onRefused: () => {},
        });
        this.#run = run;
        tell({ kind: 'ready', listen: run.local, ingress: [], receiveBufferBytes: run.receiveBufferBytes });
        return;
      }
      case 'request': {
        const { service, groupId } = message;
        if (this.#run && 'request' in this.#run)
          this.#run.request(groupId === null ? { service } : { service, groupId });
        return;
      }
      case 'stop': {
        await this.#run?.stop();
        this.#report();
        tell({
          kind: 'stopped',
          sha256: [...this.#received].map(([said, { hash }]) => [said, hash.digest('hex')] as const),
          counters: this.#run?.counters() ?? {},
        });
        process.disconnect?.();
        return;
      }
    }
  }

  #event(event: StationEvent): void {
    if (event.type === 'PAYLOAD') this.#payload(event.said, event.bytes);
    else if (event.type !== 'DROPPED') tell({ kind: 'event', event: event satisfies ToldEvent });
  }

  #payload(said: number, bytes: Uint8Array): void {
    let received = this.#received.get(said);
    if (received === undefined) {
      received = { packets: 0, bytes: 0, hash: createHash('sha256') };
      this.#received.set(said, received);
    }
    received.packets++;
    received.bytes += bytes.length;
    received.hash.update(bytes);
    if (++this.#unreported >= REPORT_PACKETS) this.#report();
    else this.#timer ??= setTimeout(() => this.#report(), REPORT_MS);
  }

  #report(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#unreported = 0;
    const progress = [...this.#received].map(([said, { packets, bytes }]) => ({ said, packets, bytes }));
    if (progress.length > 0) tell({ kind: 'progress', progress });
  }
}

function tell(message: FromStation): void {
  if (process.connected) process.send?.(message);
}

async function run(): Promise<void> {
  if (!process.connected) throw new CliError(EXIT.USAGE, 'demo-station is started by demo');
  const station = new DemoStation();
  // The demo ends its stations; a Ctrl-C at the terminal reaches the whole group and must not cut them off first.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
  await new Promise<void>((resolve) => {
    process.on('message', (message) => {
      station.take(message as ToStation).catch((e: unknown) => {
        const exitCode = e instanceof CliError ? e.exitCode : EXIT.FAILED;
        tell({ kind: 'failed', message: reason(e), exitCode });
        process.exitCode = exitCode;
        process.disconnect?.();
      });
    });
    process.on('disconnect', resolve);
  });
  process.exit(); // whatever is still open belongs to a demo that is gone
}

export function demoStationCommand(): Command {
  return new Command('demo-station').description('one station of the demo, led over IPC').action(run);
}
