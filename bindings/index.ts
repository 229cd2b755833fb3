// The public surface of `tekcast`: Node and browsers, one small dependency.

export type * from './bs/types.js';
export type * from './core/types.js';
export { isTekcastError, TekcastError } from './errors.js';
export type * from './host/types.js';
export {
  CRC_LENGTH,
  checkCrc,
  cidName,
  concatBurst,
  decodeHeader,
  decodeManagement,
  encodeHeader,
  encodeManagement,
  HEADER_LENGTH,
  hcs,
  MAX_PDU_LENGTH,
  splitBurst,
} from './pdu/index.js';
export type { Burst, MacHeader, ManagementResult, Pdu } from './pdu/types.js';
export {
  decodeMessage,
  describe,
  describeBurst,
  describeMessage,
  encodeMessage,
  errorName,
  patent,
  profileByName,
  serviceName,
  vendor,
} from './pkm/index.js';
export type * from './pkm/table.js';
export type * from './pkm/types.js';
export type * from './sa/types.js';
export type * from './ss/types.js';
export type { Send, Step, Work, WorkResult } from './step.js';
