// Soft and hard limits of a sealing key. At a soft limit the station reports `REKEY_WANTED`; at a hard one the core refuses
// (`LEASE`, `LIMIT`), because limit and lease went into the slot when it was made.
import { TekcastError } from '../errors.js';
import type { KeyLimits, RekeyReason } from './types.js';

/** First PN that is never used (802.16 §7.5.1.2.4). */
export const PN_LIMIT = 0x7fff_ffff;
const SOFT_PACKETS_DEFAULT = 2 ** 30;
/** A lease is renewed when this share of it is used up. */
const LEASE_RENEWAL = 0.5;

/** The limits with which a sealing slot is made; `lease` is exclusive, PNs start at 1. */
export function hardLimits(limits: KeyLimits | undefined): { lease: number; byteLimit?: bigint } {
  const lease = Math.min(PN_LIMIT, (limits?.hardPackets ?? PN_LIMIT) + 1);
  return limits?.hardBytes === undefined ? { lease } : { lease, byteLimit: limits.hardBytes };
}

/** Throws `RANGE` naming a limit that is none: not a whole number above 0, or a soft limit above its hard one. */
export function checkLimits(limits: KeyLimits | undefined): void {
  if (limits === undefined) return;
  const { softSeconds = 1, softPackets = 1, hardPackets = PN_LIMIT, softBytes = 1n, hardBytes = softBytes } = limits;
  const refuse = (name: keyof KeyLimits, must: string) => {
    const value = limits[name];
    const number = typeof value === 'number' ? value : undefined;
    throw new TekcastError('RANGE', `keyLimits.${name} must be ${must}`, `keyLimits.${name}`, number);
  };
  const count = (value: number) => Number.isInteger(value) && value >= 1;
  if (!(softSeconds > 0)) refuse('softSeconds', 'above 0');
  if (!count(hardPackets)) refuse('hardPackets', 'a whole number from 1');
  if (!count(softPackets) || softPackets > hardPackets) refuse('softPackets', `a whole number 1..${hardPackets}`);
  if (typeof hardBytes !== 'bigint' || hardBytes < 1n) refuse('hardBytes', 'a bigint from 1');
  if (typeof softBytes !== 'bigint' || softBytes < 1n || softBytes > hardBytes)
    refuse('softBytes', `a bigint 1..${hardBytes}`);
}

/** Which soft limit a sealing key is past, if any; after so many packets and payload bytes, and seconds of sealing. */
export function softLimit(
  packets: number,
  bytes: number,
  limits: KeyLimits | undefined,
  seconds = 0,
): RekeyReason | undefined {
  if (packets >= Math.min(limits?.softPackets ?? SOFT_PACKETS_DEFAULT, PN_LIMIT - 1)) return 'PACKETS';
  if (limits?.softBytes !== undefined && bytes >= Number(limits.softBytes)) return 'BYTES';
  if (limits?.softSeconds !== undefined && seconds >= limits.softSeconds) return 'TIME';
  return undefined;
}

/** True when a lease of `size` PNs that ends at `lease` should be renewed. */
export const leaseRunsLow = (nextPn: number, lease: number, size: number): boolean =>
  lease - nextPn <= size * LEASE_RENEWAL;
