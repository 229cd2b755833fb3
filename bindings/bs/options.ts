// What a base station was told, checked once and completed with defaults. The engine trusts what stands here.
import { TIMERS, type TimerName, timer } from '../auth/index.js';
import { TekcastError } from '../errors.js';
import type { Suite } from '../pkm/index.js';
import { suiteByName } from '../pkm/index.js';
import { macBytes, normalMac, uniqueOrThrow, within } from '../sa/checks.js';
import { newDice } from '../sa/dice.js';
import { checkLimits } from '../sa/limits.js';
import type { KeyLimits, OnPdu } from '../sa/types.js';
import type { BaseStationOptions, SubscriberRow } from './types.js';

/** Own tuning. */
const BURST_BYTES = 1400;
const QUEUE_PACKETS = 512;
const REPLAY_WINDOW = 1024;
const REQUESTS_PER_SECOND = 200;
const REQUEST_BURST = 400;

type Defaulted =
  | 'core'
  | 'profile'
  | 'provider'
  | 'tekLifetime'
  | 'crc'
  | 'services'
  | 'subscribers'
  | 'replayWindow'
  | 'authorization'
  | 'burstBytes'
  | 'queuePackets'
  | 'keepAk';

export interface BsSettings extends Required<Pick<BaseStationOptions, Defaulted>> {
  /** Six bytes. */
  readonly bsid: Uint8Array;
  readonly suite: Suite;
  readonly requestsPerSecond: number;
  readonly requestBurst: number;
  readonly keyLimits: KeyLimits | undefined;
  readonly leasePackets: number | undefined;
  readonly onPdu: OnPdu | undefined;
  readonly rekeying: {
    readonly perSecond: number;
    readonly quorum: number;
    readonly deadlineMs: number;
    readonly coalesceMs: number;
    readonly operationalWaitMs: number;
    readonly automatic: boolean;
    /** 0 ≤ x < 1, of the vault's own generator. */
    readonly random: () => number;
  };
  readonly pki: BaseStationOptions['pki'];
  readonly lab: boolean;
  readonly entry: 'carrier' | 'stack';
}

/** Throws `RANGE`, `DUPLICATE`, `MAC`, `SUITE`, `SUITE_REFUSED` with the path of what is wrong. */
export function settle(options: BaseStationOptions): BsSettings {
  const tekLifetime = timer('tekLifetime', options.tekLifetime, options.lab);
  for (const [name, seconds] of Object.entries(options.pki?.timers ?? {}))
    timer(name as TimerName, seconds, options.lab);
  const limits = options.limits ?? {};
  const settings: BsSettings = {
    core: options.core,
    profile: options.profile,
    provider: options.provider,
    bsid: macBytes('bsid', options.bsid),
    suite: suiteByName(options.suite ?? '020104'),
    tekLifetime,
    crc: options.crc ?? 'msb',
    services: options.services,
    subscribers: options.subscribers.map((row, i) =>
      checkSubscriber(row, `subscribers[${i}]`, options.pki !== undefined),
    ),
    requestsPerSecond: limits.requestsPerSecond ?? REQUESTS_PER_SECOND,
    requestBurst: limits.burst ?? REQUEST_BURST,
    keyLimits: options.keyLimits,
    replayWindow: options.replayWindow ?? REPLAY_WINDOW,
    authorization: options.authorization ?? 'table',
    leasePackets: options.leasePackets,
    burstBytes: options.burstBytes ?? BURST_BYTES,
    queuePackets: options.queuePackets ?? QUEUE_PACKETS,
    onPdu: options.onPdu,
    rekeying: settleRekeying(options),
    pki: options.pki,
    lab: options.lab === true,
    entry: options.entry ?? 'carrier',
    keepAk: options.keepAk === true,
  };
  within('limits.requestsPerSecond', settings.requestsPerSecond, 1, 1_000_000);
  within('limits.burst', settings.requestBurst, 1, 1_000_000);
  if (settings.leasePackets !== undefined) within('leasePackets', settings.leasePackets, 1, 0x7fff_fffe);
  checkLimits(settings.keyLimits);
  checkServices(settings);
  checkNumbers(settings);
  return settings;
}

function settleRekeying({ rekeying = {}, core, pki }: BaseStationOptions): BsSettings['rekeying'] {
  const { rekeysPerSecond = 2000, quorum = 1, deadline = 5, coalesce = 0.5 } = rekeying;
  const { min, max, standard } = TIMERS.operationalWait;
  const operationalWait = rekeying.operationalWait ?? pki?.timers?.operationalWait ?? standard;
  within('rekeying.rekeysPerSecond', rekeysPerSecond, 1, 1_000_000);
  for (const [name, value, max] of [
    ['quorum', quorum, 1],
    ['deadline', deadline, 3600],
    ['coalesce', coalesce, 60],
  ] as const) {
    if (!(value >= 0 && value <= max))
      throw new TekcastError('RANGE', `rekeying.${name} must be 0..${max}`, `rekeying.${name}`, value);
  }
  within('rekeying.operationalWait', operationalWait, min, max);
  return {
    perSecond: rekeysPerSecond,
    quorum,
    deadlineMs: deadline * 1000,
    coalesceMs: coalesce * 1000,
    operationalWaitMs: operationalWait * 1000,
    automatic: rekeying.automatic ?? true,
    random: newDice(core),
  };
}

function checkSubscriber(row: SubscriberRow, path: string, pki: boolean): SubscriberRow {
  macBytes(`${path}.mac`, row.mac);
  if (row.ak !== undefined) within(`${path}.akSequence`, row.akSequence ?? -1, 0, 15);
  else if (!pki) throw new TekcastError('AK', 'without an AK it takes certificates: pki', `${path}.ak`);
  for (const field of ['basicCid', 'primaryCid', 'transportCid'] as const)
    within(`${path}.${field}`, row[field], 1, 0xffff);
  for (const group of row.groups) within(`${path}.groups`, group, 0, 255);
  return { ...row, mac: normalMac(row.mac) };
}

function checkServices({ services }: BsSettings): void {
  services.forEach((row, i) => {
    const path = `services[${i}]`;
    within(`${path}.said`, row.said, 0, 0xffff);
    within(`${path}.cid`, row.cid, 1, 0xffff);
    if (row.type === 'multicast') within(`${path}.groupId`, row.groupId ?? -1, 0, 255);
    else if (row.groupId !== undefined)
      throw new TekcastError('RANGE', 'only multicast has a groupId', `${path}.groupId`, row.groupId);
  });
  if (services.filter((row) => row.type === 'broadcast').length > 1) {
    throw new TekcastError('DUPLICATE', 'one broadcast service is all there can be', 'services');
  }
}

function checkNumbers({ services, subscribers }: BsSettings): void {
  uniqueOrThrow(
    'mac',
    subscribers.map((row, i) => [row.mac, `subscribers[${i}].mac`]),
  );
  uniqueOrThrow(
    'groupId',
    services.flatMap((row, i) => (row.groupId === undefined ? [] : [[row.groupId, `services[${i}].groupId`]])),
  );
  uniqueOrThrow('said', [
    ...services.map((row, i): [number, string] => [row.said, `services[${i}].said`]),
    ...subscribers.map((row, i): [number, string] => [row.basicCid, `subscribers[${i}].basicCid`]),
  ]);
  uniqueOrThrow('cid', [
    ...services.map((row, i): [number, string] => [row.cid, `services[${i}].cid`]),
    ...subscribers.flatMap((row, i): [number, string][] => [
      [row.basicCid, `subscribers[${i}].basicCid`],
      [row.primaryCid, `subscribers[${i}].primaryCid`],
      [row.transportCid, `subscribers[${i}].transportCid`],
    ]),
  ]);
}
