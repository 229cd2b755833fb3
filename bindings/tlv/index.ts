// `tekcast/tlv`: the type-length-value codec alone. Pulls in no wasm.

export { isTekcastError, TekcastError } from '../errors.js';
export { decodeTlvs, encodeTlvs, tlvSize } from './codec.js';
export type { Tlv, TlvErrorCode, TlvInput, TlvResult } from './types.js';
