// PKM messages: tables, decoder, encoder, typed bodies, and a tree for people. No wasm, no keys: digests are computed by the caller.

export {
  appendSigBs,
  encodeAuthInfo,
  encodeAuthReject,
  encodeAuthReply,
  encodeAuthRequest,
  readAuthInfo,
  readAuthReject,
  readAuthReply,
  readAuthRequest,
} from './auth-bodies.js';
export {
  encodeAuthInvalid,
  encodeKeyReject,
  encodeKeyReply,
  encodeKeyRequest,
  encodeTekInvalid,
  keyRequestFields,
  readAuthInvalid,
  readKeyReject,
  readKeyReply,
  readKeyRequest,
  readTekInvalid,
} from './bodies.js';
export { describe, describeBurst } from './burst-tree.js';
export { decodeMessage } from './decode.js';
export { encodeMessage } from './encode.js';
export { attributeRow, attributeRowByKey, messageRow, PROFILES, patent, profileByName, vendor } from './profiles.js';
export { CODE, ERROR, errorName, PKM_REQ, PKM_RSP, SERVICE, serviceName } from './standard.js';
export { SUITES, type Suite, suiteByName, suiteInWords } from './suites.js';
export type { AttributeRow, LengthRule, MessageRow, Need, Part, Profile, ValueFormat } from './table.js';
export { describeMessage } from './tree.js';
export type * from './types.js';
