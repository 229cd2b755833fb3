// A base station as a process: its carrier, one ingress for each service and subscriber, uplink payloads on to each subscriber's egress.
//
//   ingress -> offer -> (end of the turn) seal -> every bound SS
//   carrier -> receive -> answers to the sender, uplink payloads -> egress
import {
  BaseStation,
  type BsEvent,
  type BsStep,
  type Core,
  type Counters,
  createCore,
  type KeyAge,
  type KeyLimits,
  profileByName,
  type Refusal,
  run,
  type ServiceStatus,
} from 'tekcast';
import { type Address, formatAddress } from '../carrier/address.js';
import { Capture } from '../carrier/capture.js';
import { UdpPort } from '../carrier/udp.js';
import type { Config } from '../config.js';
import { bsCertificates } from './certificates.js';
import { Ingress } from './ingress.js';

export interface BsOptions {
  /** In place of the configuration's. */
  readonly listen?: Address | undefined;
  readonly pcap?: string | undefined;
  /** Encrypted PDUs the capture keeps. Default: all. */
  readonly capturedTraffic?: number | undefined;
  /** PDUs go packed into datagrams of up to this many bytes. Default: the library's, which fits an Ethernet frame. */
  readonly burstBytes?: number | undefined;
  readonly onEvent: (event: BsEvent, now: number) => void;
  readonly onRefused: (code: Refusal, said: number, now: number) => void;
}

export interface BsRun {
  readonly listen: string;
  /** Where each service and subscriber takes payloads, by SAID. */
  readonly ingress: ReadonlyMap<number, string>;
  /** Bytes the system keeps for unread payloads: the least over the ingress sockets. */
  readonly receiveBufferBytes: number;
  services(): ServiceStatus[];
  /** Of the members of now. */
  worstKeyAge(): KeyAge;
  /** Calls the station and does what the step says; its events go to `onEvent` and come back too. */
  operate(call: (station: BaseStation, now: number) => BsStep): readonly BsEvent[];
  /** Still there after `stop`. */
  counters(): Counters;
  stop(): Promise<void>;
}

/** Slots: for each SA two TEKs in two directions and their successors; KEK and two digest keys for each AK, of which an SS has up to two and one in the making. */
function coreFor(config: Config): Promise<Core> {
  const sas = config.services.length + config.subscribers.length;
  return createCore({
    slots: Math.max(1_024, 6 * sas + 9 * config.subscribers.length + 64),
    windows: Math.max(256, 4 * config.subscribers.length + 16),
    replayWindow: windowOf(config),
  });
}

/** The replay window as the core takes it: whole 64-bit words. */
export function windowOf(config: Config): number {
  return Math.ceil(config.replayWindow / 64) * 64;
}

/**
 * What the rekey budget means, in seconds, once every SS is a member of every service it may have (docs/REKEYING.md): the most that a TEK's
 * age can be, and the time from an order to rekey everything until the last service has switched.
 */
export function plannedKeyAge(config: Config): { age: number; storm: number; members: number } {
  const { rekeysPerSecond, coalesce, deadline } = config.rekeying;
  const offered = config.services;
  const members = config.subscribers.reduce((sum, { groups, provider }) => {
    const may = offered.filter((s) =>
      s.type === 'multicast' ? groups.includes(s.groupId) : provider === config.provider,
    );
    return sum + 1 + may.length; // the one is its unicast
  }, 0);
  const wait = Math.min(deadline, config.tekLifetime / 4);
  return {
    age: config.tekLifetime,
    storm: members === 0 ? 0 : coalesce + (2 * members) / rekeysPerSecond + wait,
    members,
  };
}

function macsByCid(config: Config): Map<number, string> {
  return new Map(
    config.subscribers.flatMap((s) => [s.basicCid, s.primaryCid, s.transportCid].map((cid) => [cid, s.mac] as const)),
  );
}

/** Binds everything, then starts. Throws a CliError (exit 4) for an address or a file that cannot be used; nothing stays open then. */
export async function startBs(config: Config, options: BsOptions): Promise<BsRun> {
  const open: { close(): unknown }[] = [];
  try {
    return await start(config, options, open);
  } catch (e) {
    for (const o of open.reverse()) await o.close();
    throw e;
  }
}

async function start(config: Config, options: BsOptions, open: { close(): unknown }[]): Promise<BsRun> {
  const keep = <T extends { close(): unknown }>(o: T): T => {
    open.push(o);
    return o;
  };
  const carrier = keep(await UdpPort.open(options.listen ?? config.listen, 'listen'));
  const rows = [
    ...config.services.map((s) => ({ said: s.said, at: s.ingress, role: `ingress of ${s.name}` })),
    ...config.subscribers.map((s) => ({ said: s.basicCid, at: s.ingress, role: `ingress of ${s.mac}` })),
  ];
  const ports = new Map<number, UdpPort>();
  for (const { said, at, role } of rows) ports.set(said, keep(await UdpPort.open(at, role)));
  const egress = new Map(
    config.subscribers.flatMap((s) => (s.egress ? [[s.mac, formatAddress(s.egress)] as const] : [])),
  );
  const uplink = egress.size > 0 ? keep(await UdpPort.open({ ...carrier.local, port: 0 }, 'egress')) : undefined;
  const capture = options.pcap
    ? keep(
        new Capture({
          path: options.pcap,
          bsid: config.bsid,
          macs: macsByCid(config),
          ...(options.capturedTraffic === undefined ? {} : { traffic: options.capturedTraffic }),
        }),
      )
    : undefined;

  const certificates = await bsCertificates(config);
  const core = await coreFor(config);
  const profile = profileByName(config.profile);
  if (profile === undefined) throw new Error(`profile ${config.profile}`); // the configuration allows no other
  const station = new BaseStation({
    core,
    profile,
    bsid: config.bsid,
    provider: config.provider,
    suite: config.suite,
    tekLifetime: config.tekLifetime,
    lab: config.lab,
    crc: config.crc,
    services: config.services,
    subscribers: config.subscribers.map(({ ak, akSequence, ...row }) =>
      ak === undefined || akSequence === undefined ? row : { ...row, akSequence, ak: ak.reveal() },
    ),
    ...(certificates && { pki: certificates.pki }),
    limits: config.limits,
    rekeying: config.rekeying,
    ...(config.keyLimits && { keyLimits: config.keyLimits as KeyLimits }),
    replayWindow: windowOf(config),
    ...(options.burstBytes === undefined ? {} : { burstBytes: options.burstBytes }),
    ...(capture ? { onPdu: (pdu, direction) => capture.pdu(pdu, direction) } : {}),
  });
  for (const s of config.subscribers) s.ak?.wipe();

  const counts = { uplinkForwarded: 0, uplinkWithoutEgress: 0 };
  const host = run({
    engine: station,
    carrier,
    ...(certificates && { handlers: certificates.handlers }),
    onEvent(event) {
      if (event.type === 'PAYLOAD') {
        const to = egress.get(event.mac);
        if (to === undefined) counts.uplinkWithoutEgress++;
        else {
          counts.uplinkForwarded++;
          uplink?.send(to, event.bytes);
        }
      }
      options.onEvent(event, carrier.now());
    },
  });
  const ingress = new Ingress(() => host.do((engine, now) => engine.flush(now)));
  for (const [said, port] of ports) {
    ingress.attach(
      port,
      (payload, now) => station.offer(said, payload, now),
      (code, now) => options.onRefused(code, said, now),
    );
  }

  let stopped: Promise<void> | undefined;
  const stop = async () => {
    for (const port of ports.values()) await port.close();
    host.close();
    await carrier.close();
    await uplink?.close();
    capture?.close();
    station.dispose();
    core.dispose();
  };
  return {
    listen: formatAddress(carrier.local),
    ingress: new Map([...ports].map(([said, port]) => [said, formatAddress(port.local)])),
    receiveBufferBytes: Math.min(...[...ports.values(), carrier].map((p) => p.receiveBufferBytes)),
    services: () => station.services(),
    worstKeyAge: () => station.worstKeyAge(carrier.now()),
    operate(call) {
      let events: readonly BsEvent[] = [];
      host.do((engine, now) => {
        const step = call(engine, now);
        events = step.events;
        return step;
      });
      return events;
    },
    counters: () => ({ ...station.counters(), ...counts, ...carrier.counters() }),
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}
