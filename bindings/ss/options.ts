// What a subscriber station was told, checked once and completed with defaults. The engine trusts what stands here.
import { timer } from '../auth/index.js';
import { TekcastError } from '../errors.js';
import { type Suite, suiteByName } from '../pkm/index.js';
import { macBytes, normalMac, uniqueOrThrow, within } from '../sa/checks.js';
import { checkLimits } from '../sa/limits.js';
import type { KeyLimits, OnPdu } from '../sa/types.js';
import type { SsAuthorization, SsIdentity, SubscriberStationOptions } from './types.js';

/** Own tuning. */
const BURST_BYTES = 1400;
const QUEUE_PACKETS = 64;
const REPLAY_WINDOW = 1024;
const LEASE_PACKETS = 65_536;
const SAVE_EVERY_MS = 1000;
const SILENCE_S = 60;

type Defaulted =
  | 'core'
  | 'profile'
  | 'bs'
  | 'crc'
  | 'services'
  | 'replayWindow'
  | 'burstBytes'
  | 'queuePackets'
  | 'firstUse';

export interface SsSettings extends Required<Pick<SubscriberStationOptions, Defaulted>> {
  readonly identity: SsIdentity;
  readonly suite: Suite;
  /** Seconds. */
  readonly timers: { readonly operationalWait: number; readonly rekeyWait: number; readonly tekGrace: number };
  readonly silenceMs: () => number;
  readonly lab: boolean;
  readonly keyLimits: KeyLimits | undefined;
  readonly freshness: (() => bigint) | undefined;
  readonly onPdu: OnPdu | undefined;
  readonly authorization: SsAuthorization | undefined;
  readonly entry: 'carrier' | 'stack';
  readonly durable: { readonly leasePackets: number; readonly saveEveryMs: number } | undefined;
}

/** Throws `RANGE`, `DUPLICATE`, `MAC`, `SUITE`, `SUITE_REFUSED` with the path of what is wrong. */
export function settle(options: SubscriberStationOptions): SsSettings {
  const { identity, timers = {}, state, services } = options;
  macBytes('identity.mac', identity.mac);
  if ((options.ak === undefined) === (options.authorization === undefined)) {
    throw new TekcastError('AK', 'either a pre-shared AK or authorization by certificate', 'ak');
  }
  if (options.ak !== undefined) within('identity.akSequence', identity.akSequence ?? -1, 0, 15);
  else if (state !== undefined) throw new TekcastError('AK', 'a state is bound to a pre-shared AK', 'state');
  for (const field of ['basicCid', 'primaryCid', 'transportCid'] as const) {
    within(`identity.${field}`, identity[field], 1, 0xffff);
  }
  for (const [i, row] of services.entries()) {
    within(`services[${i}].said`, row.said, 0, 0xffff);
    within(`services[${i}].cid`, row.cid, 1, 0xffff);
    if (row.type === 'multicast') within(`services[${i}].groupId`, row.groupId ?? -1, 0, 255);
    else if (row.groupId !== undefined)
      throw new TekcastError('RANGE', 'only multicast has a groupId', `services[${i}].groupId`, row.groupId);
  }
  checkLimits(options.keyLimits);
  const own = [identity.basicCid, identity.primaryCid, identity.transportCid].map((cid): [number, string] => [
    cid,
    'identity',
  ]);
  uniqueOrThrow('cid', [...own, ...services.map((row, i): [number, string] => [row.cid, `services[${i}].cid`])]);
  return {
    core: options.core,
    profile: options.profile,
    identity: { ...identity, mac: normalMac(identity.mac) },
    bs: options.bs,
    suite: suiteByName(options.suite ?? '020104'),
    crc: options.crc ?? 'msb',
    services,
    timers: {
      operationalWait: timer('operationalWait', timers.operationalWait),
      rekeyWait: timer('rekeyWait', timers.rekeyWait),
      tekGrace: timer('tekGrace', timers.tekGrace, options.lab),
    },
    silenceMs: silenceOf(timers.silence),
    lab: options.lab === true,
    keyLimits: options.keyLimits,
    replayWindow: options.replayWindow ?? REPLAY_WINDOW,
    burstBytes: options.burstBytes ?? BURST_BYTES,
    queuePackets: options.queuePackets ?? QUEUE_PACKETS,
    freshness: options.freshness,
    onPdu: options.onPdu,
    // After an authorization the BS makes new unicast TEKs: no earlier run can have sealed under them.
    firstUse: options.firstUse ?? options.authorization !== undefined,
    authorization: options.authorization,
    entry: options.entry ?? 'carrier',
    durable: state && {
      leasePackets: state.leasePackets ?? LEASE_PACKETS,
      saveEveryMs: state.saveEveryMs ?? SAVE_EVERY_MS,
    },
  };
}

function silenceOf(silence: number | (() => number) = SILENCE_S): () => number {
  if (typeof silence === 'function') return () => 1000 * silence();
  if (!(silence >= 1)) throw new TekcastError('RANGE', 'seconds, at least 1', 'timers.silence', silence);
  return () => 1000 * silence;
}
