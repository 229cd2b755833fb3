// A subscriber station as a process: asks for services, forwards what it opened (one datagram a payload), feeds its uplink.
//
//   carrier -> receive -> payloads -> egress
//   ingress -> offer -> (end of the turn) seal -> the BS
import {
  type Core,
  type Counters,
  createCore,
  isTekcastError,
  type KeyLimits,
  profileByName,
  type Refusal,
  run,
  type ServiceRequest,
  type SsEvent,
  SubscriberStation,
} from 'tekcast';
import { type Address, formatAddress } from '../carrier/address.js';
import { Capture } from '../carrier/capture.js';
import { UdpPort } from '../carrier/udp.js';
import type { Config, Subscriber } from '../config.js';
import { CliError, EXIT } from '../exit.js';
import type { StateFile } from '../state.js';
import { windowOf } from './bs.js';
import { type SsFiles, ssCertificates } from './certificates.js';
import { Ingress } from './ingress.js';

export interface SsOptions {
  /** In place of the configuration's `listen`. */
  readonly bs?: Address | undefined;
  readonly ingress?: Address | undefined;
  readonly egress?: Address | undefined;
  /** In place of the row's AK. */
  readonly certificates?: SsFiles | undefined;
  readonly state?: StateFile | undefined;
  readonly firstUse?: boolean | undefined;
  readonly pcap?: string | undefined;
  /** Asked before each payload is forwarded. Default: always. */
  readonly accepts?: () => boolean;
  readonly onEvent: (event: SsEvent, now: number) => void;
  readonly onRefused: (code: Refusal, now: number) => void;
}

export interface SsRun {
  /** Its address on the carrier. */
  readonly local: string;
  readonly bs: string;
  readonly ingress: string | undefined;
  readonly receiveBufferBytes: number;
  request(service: ServiceRequest): void;
  /** Still there after `stop`. */
  counters(): Counters;
  stop(): Promise<void>;
}

/** As many keys as one SS can hold: three services at a time are usual, 258 possible. */
function coreFor(config: Config): Promise<Core> {
  return createCore({ slots: 4_096, windows: 1_024, replayWindow: windowOf(config) });
}

/** Same family as the peer; on loopback nothing else can reach it. */
function anyPortFor(peer: Address): Address {
  if (peer.host.includes(':')) return { host: peer.host === '::1' ? '::1' : '::', port: 0 };
  return { host: peer.host.startsWith('127.') ? '127.0.0.1' : '0.0.0.0', port: 0 };
}

/** Binds; asks for nothing by itself. Throws a CliError (exit 4 or 5); nothing stays open then. */
export async function startSs(config: Config, row: Subscriber, options: SsOptions): Promise<SsRun> {
  const open: { close(): unknown }[] = [];
  try {
    return await start(config, row, options, open);
  } catch (e) {
    for (const o of open.reverse()) await o.close();
    if (isTekcastError(e) && e.code.startsWith('STATE_'))
      throw new CliError(EXIT.STATE, `state ${options.state?.path}: ${e.message}`);
    throw e;
  }
}

async function start(
  config: Config,
  row: Subscriber,
  options: SsOptions,
  open: { close(): unknown }[],
): Promise<SsRun> {
  const keep = <T extends { close(): unknown }>(o: T): T => {
    open.push(o);
    return o;
  };
  const bs = options.bs ?? config.listen;
  const carrier = keep(await UdpPort.open(anyPortFor(bs), 'carrier'));
  const uplink = options.ingress ? keep(await UdpPort.open(options.ingress, 'ingress')) : undefined;
  const out = options.egress ? keep(await UdpPort.open(anyPortFor(options.egress), 'egress')) : undefined;
  const to = options.egress ? formatAddress(options.egress) : '';
  const cids = [row.basicCid, row.primaryCid, row.transportCid];
  const capture = options.pcap
    ? keep(new Capture({ path: options.pcap, bsid: config.bsid, macs: new Map(cids.map((cid) => [cid, row.mac])) }))
    : undefined;

  const certificates = options.certificates && (await ssCertificates(config, options.certificates));
  const { ak, akSequence, ...identity } = row;
  if (certificates === undefined && (ak === undefined || akSequence === undefined)) {
    throw new CliError(EXIT.CONFIG, `subscriber ${row.mac} has no ak: it needs --certificate and --key`);
  }
  const keys =
    certificates !== undefined || ak === undefined || akSequence === undefined
      ? { identity, ...(certificates && { authorization: certificates.authorization }) }
      : { identity: { ...identity, akSequence }, ak: ak.reveal() };
  const core = await coreFor(config);
  const profile = profileByName(config.profile);
  if (profile === undefined) throw new Error(`profile ${config.profile}`); // the configuration allows no other
  const { state } = options;
  const station = new SubscriberStation({
    core,
    profile,
    ...keys,
    bs: formatAddress(bs),
    suite: config.suite,
    crc: config.crc,
    services: config.services,
    timers: { operationalWait: config.rekeying.operationalWait },
    lab: config.lab,
    ...(config.keyLimits && { keyLimits: config.keyLimits as KeyLimits }),
    replayWindow: windowOf(config),
    freshness: () => BigInt(Date.now()),
    ...(state ? { state: { stored: state.stored } } : {}),
    ...(options.firstUse ? { firstUse: true } : {}),
    ...(capture ? { onPdu: (pdu, direction) => capture.pdu(pdu, direction) } : {}),
  });
  for (const s of config.subscribers) s.ak?.wipe();

  const host = run({
    engine: station,
    carrier,
    handlers: { state: (input) => state?.write(input), ...certificates?.handlers },
    onEvent(event) {
      if (event.type === 'PAYLOAD') {
        if (options.accepts?.() === false) return; // as many as were asked for have been forwarded
        out?.send(to, event.bytes);
      }
      options.onEvent(event, carrier.now());
    },
  });
  const ingress = new Ingress(() => host.do((engine, now) => engine.flush(now)));
  if (uplink) ingress.attach(uplink, (payload, now) => station.offer(payload, now), options.onRefused);

  let stopped: Promise<void> | undefined;
  const stop = async () => {
    await uplink?.close();
    host.close();
    await carrier.close();
    await out?.close();
    capture?.close();
    try {
      if (state) await state.write(station.snapshot());
    } finally {
      station.dispose();
      core.dispose();
    }
  };
  return {
    local: formatAddress(carrier.local),
    bs: formatAddress(bs),
    ingress: uplink && formatAddress(uplink.local),
    receiveBufferBytes: carrier.receiveBufferBytes,
    request: (service) => host.do((engine, now) => engine.request(service, now)),
    counters: () => ({ ...station.counters(), ...carrier.counters() }),
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}
