// MAC PDUs, the cold path: headers, bursts, management PDUs. Traffic PDUs are sealed and opened in the core.

export { concatBurst, PADDING, splitBurst } from './burst.js';
export { crc32, hcs } from './check.js';
export { BASIC_CID_MAX, CID, cidName } from './cid.js';
export { CRC_LENGTH, decodeHeader, encodeHeader, HEADER_LENGTH, HT, MAX_PDU_LENGTH } from './header.js';
export { checkCrc, decodeManagement, encodeManagement, maxManagementLength } from './management.js';
export type {
  Burst,
  BurstErrorCode,
  Crc,
  HeaderOnly,
  MacHeader,
  ManagementErrorCode,
  ManagementResult,
  Pdu,
} from './types.js';
