// The encapsulation Wireshark's WiMAX dissector reads (packet-m2m): MAC PDUs in an Ethernet frame.
//
//   dst(6) | src(6) | 08 F0 | sequence(2, big-endian) | TLV count(2, big-endian) | TLVs
//
// TLV: type(1), 802.16 length, value. One TLV is enough: 9, a burst of whole MAC PDUs. What follows the counted TLVs is
// Ethernet padding. TLVs 3 (burst number), 4 (fragment type) and 5 (fragment number) stand before the 9 they describe.
import { decodeTlvs, encodeTlvs, type Tlv } from 'tekcast/tlv';

export const ETHERTYPE_M2M = 0x08f0;
const HEADER_LENGTH = 18;

export const M2M_TLV = { burstNumber: 3, fragmentType: 4, fragmentNumber: 5, burst: 9 } as const;

/** Names of the TLVs, for people. */
export const M2M_NAMES: Readonly<Record<number, string>> = {
  1: 'Protocol version',
  2: 'Frame number',
  3: 'Burst number',
  4: 'Fragment type',
  5: 'Fragment number',
  7: 'CDMA code',
  8: 'FCH',
  9: 'PDU burst',
  10: 'Fast feedback',
  11: 'CRC16 status',
  12: 'Burst power',
  13: 'Burst CINR',
  14: 'Preamble',
  15: 'HARQ ACK',
  16: 'PHY attributes',
};

export interface M2mFrame {
  /** Six bytes each. */
  readonly destination: Uint8Array;
  readonly source: Uint8Array;
  /** 0..65,535, by sender. */
  readonly sequence: number;
  readonly tlvs: readonly Tlv[];
}

export type M2mResult =
  | { readonly ok: true; readonly frame: M2mFrame }
  /** `NOT_M2M`: another Ethernet type, or too short; `TLV`: fewer whole TLVs than counted. */
  | { readonly ok: false; readonly code: 'NOT_M2M' | 'TLV'; readonly offset: number };

/** `destination` and `source`: six bytes. `burst`: one or more whole MAC PDUs. */
export function encodeM2m(
  destination: Uint8Array,
  source: Uint8Array,
  sequence: number,
  burst: Uint8Array,
): Uint8Array {
  const tlv = encodeTlvs([{ type: M2M_TLV.burst, value: burst }]);
  const out = new Uint8Array(HEADER_LENGTH + tlv.length);
  const view = new DataView(out.buffer);
  out.set(destination);
  out.set(source, 6);
  view.setUint16(12, ETHERTYPE_M2M);
  view.setUint16(14, sequence);
  view.setUint16(16, 1);
  out.set(tlv, HEADER_LENGTH);
  return out;
}

/** Never throws; values are views. */
export function decodeM2m(bytes: Uint8Array): M2mResult {
  if (bytes.length < HEADER_LENGTH) return { ok: false, code: 'NOT_M2M', offset: 0 };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint16(12) !== ETHERTYPE_M2M) return { ok: false, code: 'NOT_M2M', offset: 12 };
  const count = view.getUint16(16);
  const result = decodeTlvs(bytes, HEADER_LENGTH);
  if (result.items.length < count) return { ok: false, code: 'TLV', offset: result.ok ? bytes.length : result.offset };
  const frame = {
    destination: bytes.subarray(0, 6),
    source: bytes.subarray(6, 12),
    sequence: view.getUint16(14),
    tlvs: result.items.slice(0, count),
  };
  return { ok: true, frame };
}
