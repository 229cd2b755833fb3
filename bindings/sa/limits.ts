// Soft and hard limits of a sealing key. At a soft limit the station reports `REKEY_WANTED`; at a hard one the core refuses
// (`LEASE`, `LIMIT`), because limit and lease went into the slot when it was made.
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

/** Which soft limit a sealing key is past, if any; after so many packets and payload bytes. */
export function softLimit(packets: number, bytes: number, limits: KeyLimits | undefined): RekeyReason | undefined {
  if (packets >= Math.min(limits?.softPackets ?? SOFT_PACKETS_DEFAULT, PN_LIMIT - 1)) return 'PACKETS';
  if (limits?.softBytes !== undefined && bytes >= Number(limits.softBytes)) return 'BYTES';
  return undefined;
}

/** True when a lease of `size` PNs that ends at `lease` should be renewed. */
export const leaseRunsLow = (nextPn: number, lease: number, size: number): boolean =>
  lease - nextPn <= size * LEASE_RENEWAL;
