// What the cold-path PDU codec hands out: headers, bursts, management PDUs, and the codes that say why not.

/** CRC-32 at the end of a PDU: MSB-first and big-endian (OFDMA), reflected and least byte first (802.3 style), or none (CI = 0). */
export type Crc = 'msb' | 'reflected' | 'none';

/** Generic MAC header (802.16 §6.3.2.1.1), HT = 0. */
export interface MacHeader {
  /** Encryption control: the payload is encrypted. */
  readonly ec: boolean;
  /** Six subheader bits; 0 = none. */
  readonly type: number;
  /** Extended subheader field (16e; reserved before). */
  readonly esf: boolean;
  /** CRC indicator. */
  readonly ci: boolean;
  /** Encryption key sequence, 0..3: the TEK's sequence number. Meaningful with EC = 1. */
  readonly eks: number;
  /** Whole PDU in bytes, header and CRC included: 6..2,047. */
  readonly length: number;
  /** Connection identifier, 0..65,535. */
  readonly cid: number;
}

/**
 * - `SHORT`: fewer bytes left than a header has
 * - `HCS`: header check sequence wrong
 * - `LEN`: LEN below 6 or past the end
 */
export type BurstErrorCode = 'SHORT' | 'HCS' | 'LEN';

/** One PDU of a burst; `bytes` is a view, header included. */
export interface Pdu {
  readonly offset: number;
  readonly header: MacHeader;
  readonly bytes: Uint8Array;
}

/** A bandwidth request or another header-only PDU (HT = 1, 6 bytes, HCS correct): of no use here, stepped over and counted. */
export interface HeaderOnly {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** A datagram taken apart. PDUs before the place where it broke count. */
export interface Burst {
  readonly pdus: readonly Pdu[];
  readonly headersOnly: readonly HeaderOnly[];
  /** Bytes of 0xFF padding at the end. */
  readonly padding: number;
  /** Where and why the burst ended early. */
  readonly broken: { readonly code: BurstErrorCode; readonly offset: number } | undefined;
}

/**
 * - `CI`: CRC indicator other than configured
 * - `CRC`: CRC-32 wrong, or the PDU is too short to hold one
 * - `EC`: EC = 1 on management
 * - `SUBHEADER`: subheaders present (Type bits or ESF); management fragments are not reassembled
 * - `EMPTY`: no message
 */
export type ManagementErrorCode = 'CI' | 'CRC' | 'EC' | 'SUBHEADER' | 'EMPTY';

/** The management message within a PDU (a view), or why there is none. Costs this PDU only. */
export type ManagementResult =
  | { readonly ok: true; readonly cid: number; readonly message: Uint8Array }
  | { readonly ok: false; readonly cid: number; readonly code: ManagementErrorCode };
