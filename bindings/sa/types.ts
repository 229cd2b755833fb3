// Words that both stations share: suites, limits of a key, refusals of a payload, codes, counters.

/** Cryptographic suites that are built: AES-CCM traffic; the TEK under AES key wrap (`020104`) or AES-ECB (`020103`). */
export type Suite = '020104' | '020103';

/** CRC-32 of a PDU: MSB-first (OFDMA), reflected (802.3 style) or none. */
export type { Crc } from '../core/types.js';

/** Largest payload of one PDU in bytes: 2,047 − 6 header − 4 PN − 8 ICV − 4 CRC. */
export const PAYLOAD_MAX = 2025;

/**
 * When a sealing key asks to be replaced (soft) and when it refuses (hard). The hard limits on packets are the PN's own
 * (0x7FFFFFFE) or less; the hard limit on time is the TEK's expiry.
 */
export interface KeyLimits {
  /**
   * Seconds of sealing under one TEK after which `REKEY_WANTED` is reported: by a BS when they are over, by an SS with the next payload it seals.
   * Default none; from half a TEK lifetime on it says nothing at a BS.
   */
  readonly softSeconds?: number;
  /** Packets sealed under one TEK after which `REKEY_WANTED` is reported. Default 2^30. */
  readonly softPackets?: number;
  /** Packets after which sealing refuses (`LIMIT`). Default: the PN's limit. */
  readonly hardPackets?: number;
  /** Payload bytes after which `REKEY_WANTED` is reported. Default none. */
  readonly softBytes?: bigint;
  /** Payload bytes after which sealing refuses (`LIMIT`). Default none. */
  readonly hardBytes?: bigint;
}

/** Why a TEK should be replaced before its time. */
export type RekeyReason = 'PACKETS' | 'BYTES' | 'LEASE' | 'TIME';

/**
 * Why a payload was not taken; nothing of it is sent and no PN is used.
 * - `EMPTY`, `TOO_LONG`: 0 bytes; above 2,025
 * - `NO_TEK`: no key exists (none was requested yet, or it expired)
 * - `NOBODY_BOUND`: no receiver's address is known (BS)
 * - `UNKNOWN_SERVICE`: no such SAID here
 * - `FIRST_USE`: an SS without state must not seal under keys that an earlier run may have used
 * - `LEASE`, `LIMIT`: the PN lease or a hard limit is used up
 * - `QUEUE_FULL`: flush first
 */
export type Refusal =
  | 'EMPTY'
  | 'TOO_LONG'
  | 'NO_TEK'
  | 'NOBODY_BOUND'
  | 'UNKNOWN_SERVICE'
  | 'FIRST_USE'
  | 'LEASE'
  | 'LIMIT'
  | 'QUEUE_FULL';

/** Plain numbers by name, for a metrics page: codes of dropped PDUs, refusals, messages in and out. What counts for one SS has its MAC after a space: `membersLate 00:1b:…`. */
export type Counters = Readonly<Record<string, number>>;

/** Sees every PDU once, however many receivers: `down` BS to SS, `up` SS to BS. The bytes are valid during the call only. */
export type OnPdu = (pdu: Uint8Array, direction: 'down' | 'up') => void;

/**
 * Why something received was dropped without an answer. Beside the codes of single PDUs (core/types.ts):
 * - `SHORT`, `HCS`, `LEN`: the burst ended there
 * - `CLEARTEXT`: EC = 0 on a transport or service connection
 * - `ENCRYPTED`: EC = 1 on management
 * - `SUBHEADER`: fragments or packing
 * - `CI`, `CRC`, `CID`: indicator other than configured, checksum wrong, connection unknown here
 * - `TLV`, `TYPE`, `CODE`: not a message of this profile, or none that this station takes
 * - `ATTRIBUTE`: an attribute missing, repeated or of wrong length where that means silence
 * - `DIGEST`: a response whose digest is wrong (SS)
 * - `IDENTIFIER`, `ECHO`: a response that answers no pending request; one without, or with another, freshness echo (SS)
 * - `ENTRY`: the SS has not come so far in network entry (BS)
 * - `RATE`: more requests than the budget
 * - `BUSY`: too many requests of this SS wait for `authorize`
 * - `EKS`, `ICV`, `REPLAY`, `DIRECTION`, `PN`: traffic PDUs; `EKS` also where there are no keys at all
 */
export type DropCode =
  | 'ENTRY'
  | 'SHORT'
  | 'HCS'
  | 'LEN'
  | 'CLEARTEXT'
  | 'ENCRYPTED'
  | 'SUBHEADER'
  | 'EMPTY'
  | 'CI'
  | 'CRC'
  | 'CID'
  | 'HEADER'
  | 'TLV'
  | 'TYPE'
  | 'CODE'
  | 'ATTRIBUTE'
  | 'DIGEST'
  | 'IDENTIFIER'
  | 'ECHO'
  | 'RATE'
  | 'BUSY'
  | 'EKS'
  | 'ICV'
  | 'REPLAY'
  | 'DIRECTION'
  | 'PN';
