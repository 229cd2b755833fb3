// What the type-length-value codec hands out and takes. 802.16 length rule: see codec.ts.

/** One decoded TLV. `value` is a view of the decoded bytes, not a copy. */
export interface Tlv {
  /** 0..255. */
  readonly type: number;
  readonly value: Uint8Array;
  /** Where the type byte stands in the bytes given to `decodeTlvs`. */
  readonly offset: number;
  /** Bytes before the value: type, length (2..6). */
  readonly headerLength: number;
  /** False if the same length has a shorter encoding. Accepted, but worth counting. */
  readonly minimal: boolean;
}

/** What can be encoded: 1 byte or more of value. */
export interface TlvInput {
  readonly type: number;
  readonly value: Uint8Array;
}

/**
 * - `TLV_TRUNCATED`: the bytes end within a type, a length or a value
 * - `TLV_LENGTH`: a length of more than four bytes (0x85 and above)
 */
export type TlvErrorCode = 'TLV_TRUNCATED' | 'TLV_LENGTH';

/** All TLVs of a byte range, or where and why it broke (with the whole TLVs before that place). */
export type TlvResult =
  | { readonly ok: true; readonly items: readonly Tlv[] }
  | { readonly ok: false; readonly code: TlvErrorCode; readonly offset: number; readonly items: readonly Tlv[] };
