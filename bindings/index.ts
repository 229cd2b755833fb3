// The public surface of `tekcast`: Node and browsers, one small dependency.

export type {
  ApplicantEvent,
  ApplicantOptions,
  AuthorizerEvent,
  AuthorizerOptions,
  BsAuthWork,
  MachineTable,
  SsAuthWork,
} from './auth/index.js';
export {
  Applicant,
  AUTH_MACHINE,
  Authorizer,
  Fsm,
  TEK_MACHINE,
  TIMERS,
} from './auth/index.js';
export { BaseStation } from './bs/base-station.js';
export type * from './bs/types.js';
export { createCore, createCoreSync } from './core/core.js';
export type * from './core/types.js';
export type { EntryEvent, EntryState, NetworkEntryEvent } from './entry/index.js';
export {
  AFTER_AUTHENTICATION,
  BEFORE_AUTHENTICATION,
  ENTRY_MACHINE,
  NetworkEntry,
  SERVICE_MACHINE,
} from './entry/index.js';
export { isTekcastError, TekcastError } from './errors.js';
export { Host, type HostOptions, MemoryLeases, MemoryState, run } from './host/index.js';
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
export { SubscriberStation } from './ss/subscriber-station.js';
export type * from './ss/types.js';
export type { Send, Step, Work, WorkResult } from './step.js';
