// Numbers of the standard (802.16 §6.3.2.3.9, §11.9) and of the patent, and no others.

/** MAC management message types. */
export const PKM_REQ = 9;
export const PKM_RSP = 10;

/** PKM codes: byte 1 of the message. 0..2 and 31..255 are reserved. */
export const CODE = {
  saAdd: 3,
  authRequest: 4,
  authReply: 5,
  authReject: 6,
  keyRequest: 7,
  keyReply: 8,
  keyReject: 9,
  authInvalid: 10,
  tekInvalid: 11,
  authInfo: 12,
  v2RsaRequest: 13,
  v2RsaReply: 14,
  v2RsaReject: 15,
  v2RsaAcknowledgement: 16,
  v2EapStart: 17,
  v2EapTransfer: 18,
  v2AuthenticatedEapTransfer: 19,
  v2SaTekChallenge: 20,
  v2SaTekRequest: 21,
  v2SaTekResponse: 22,
  v2KeyRequest: 23,
  v2KeyReply: 24,
  v2KeyReject: 25,
  v2SaAddition: 26,
  v2TekInvalid: 27,
  v2GroupKeyUpdate: 28,
  v2EapComplete: 29,
  v2AuthenticatedEapStart: 30,
} as const;

/** Attribute types with a part in checks; all others are named in attributes.ts only. */
export const HMAC_DIGEST = 11;
export const TEK_PARAMETERS = 13;
export const SIG_BS = 38;
export const CMAC_DIGEST = 40;

/** Bytes of type, code and identifier. */
export const MESSAGE_HEADER_LENGTH = 3;
/** HMAC-SHA1. */
export const HMAC_LENGTH = 20;
/** CMAC-Digest: packet number (4) and value (8). */
export const CMAC_LENGTH = 12;
/** AK sequence numbers count mod 16, TEK sequence numbers mod 4. */
export const MAX_AK_SEQUENCE = 15;
export const MAX_TEK_SEQUENCE = 3;

/** Error codes of attribute 16; 7 and 8 are the patent's (¶77, ¶78). */
export const ERROR = {
  none: 0,
  unauthorizedSs: 1,
  unauthorizedSaid: 2,
  unsolicited: 3,
  invalidKeySequence: 4,
  authenticationFailure: 5,
  permanent: 6,
  unsupportedServiceType: 7,
  unauthorizedGroup: 8,
} as const;

export const ERROR_NAMES: Readonly<Record<number, string>> = {
  0: 'no information',
  1: 'unauthorized SS',
  2: 'unauthorized SAID',
  3: 'unsolicited',
  4: 'invalid key sequence number',
  5: 'message authentication failure',
  6: 'permanent authorization failure',
  7: 'unsupported service type',
  8: 'unauthorized multicast service group ID',
};

/** Service types of the patent (¶71). Not those of SA-Service-Type 31, where 2 is MBS. */
export const SERVICE = { unicast: 0, multicast: 1, broadcast: 2 } as const;

export const SERVICE_NAMES: Readonly<Record<number, string>> = { 0: 'unicast', 1: 'multicast', 2: 'broadcast' };

/** An error code in words. */
export function errorName(code: number): string {
  return ERROR_NAMES[code] ?? `unknown error ${code}`;
}

/** A service type in words. */
export function serviceName(serviceType: number): string {
  return SERVICE_NAMES[serviceType] ?? `unknown service type ${serviceType}`;
}
