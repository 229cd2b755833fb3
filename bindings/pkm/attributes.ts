// Every PKM attribute (802.16 §11.9), once. A row says what its type is called, how long it may be, how its value reads,
// what its values mean and what stands inside it; decoder, encoder, tree printer, docs and tests all read these rows.
// Types 0..127 are PKM's, 128..255 the vendors'. 14 and 26 are reserved.

import {
  CMAC_DIGEST,
  ERROR_NAMES,
  HMAC_DIGEST,
  HMAC_LENGTH,
  SERVICE_NAMES,
  SIG_BS,
  TEK_PARAMETERS,
} from './standard.js';
import type { AttributeRow, LengthRule, Part, ValueFormat } from './table.js';

const exactly = (...oneOf: number[]): LengthRule => ({ oneOf });
/** Anything a two-byte length can announce. */
const VARIABLE: LengthRule = { min: 1, max: 0xffff };

type More = Partial<Pick<AttributeRow, 'unit' | 'values' | 'codes' | 'strict'>>;
function row(type: number, key: string, name: string, format: ValueFormat, length: LengthRule, more?: More) {
  return { type, key, name, format, length, ...more } satisfies AttributeRow;
}
function compound(type: number, key: string, name: string, rows: readonly AttributeRow[], parts: readonly Part[]) {
  const nested = { rows, parts };
  return { type, key, name, format: 'compound', length: VARIABLE, nested } satisfies AttributeRow;
}
/** `'said'` once; `'cbcIv 0..1'` as often as said. */
export function parts(...list: string[]): readonly Part[] {
  return list.map((entry) => {
    const [key = '', need = '1'] = entry.split(' ');
    return { key, need: need as Part['need'] };
  });
}

/** As long as the RSA modulus: the standard's 1,024 bits, and the 2,048 to 4,096 of today. */
const RSA_LENGTHS = exactly(128, 256, 384, 512);
const authKey = row(7, 'authKey', 'AUTH-Key', 'bytes', RSA_LENGTHS); // AK under the SS's RSA key
const tek = row(8, 'tek', 'TEK', 'bytes', exactly(8, 16, 24, 128)); // wrapped: DES forms, AES-ECB, AES key wrap, RSA
const keyLifetime = row(9, 'keyLifetime', 'Key-Lifetime', 'uint', exactly(4), { unit: 's' });
const keySequenceNumber = row(10, 'keySequenceNumber', 'Key-Sequence-Number', 'uint', exactly(1));
const said = row(12, 'said', 'SAID', 'uint', exactly(2));
const cbcIv = row(15, 'cbcIv', 'CBC-IV', 'bytes', exactly(8, 16)); // absent or ignored with AES-CCM
const cryptographicSuite = row(20, 'cryptographicSuite', 'Cryptographic-Suite', 'suite', exactly(3));
const cryptographicSuiteList = compound(
  21,
  'cryptographicSuiteList',
  'Cryptographic-Suite-List',
  [cryptographicSuite],
  parts('cryptographicSuite 1..n'),
);
const version = row(22, 'version', 'Version', 'uint', exactly(1), { values: { 1: 'PKM initial release' } });
const saType = row(24, 'saType', 'SA-Type', 'uint', exactly(1), {
  values: { 0: 'primary', 1: 'static', 2: 'dynamic' },
});
/** 2 is MBS here; the patent's 2 is broadcast. */
const saServiceType = row(31, 'saServiceType', 'SA-Service-Type', 'uint', exactly(1), {
  values: { 0: 'unicast', 1: 'group multicast', 2: 'MBS' },
});
const gkek = row(43, 'gkek', 'GKEK', 'bytes', exactly(16, 24)); // under the KEK
const associatedGkek = row(46, 'associatedGkekSequenceNumber', 'Associated-GKEK-Sequence-Number', 'uint', exactly(1));

/** Inside 25, types count from 1 again (802.16 §11.8.4). */
const negotiation: readonly AttributeRow[] = [
  row(1, 'pkmVersionSupport', 'PKM-Version-Support', 'uint', exactly(1), {
    values: { 1: 'PKMv1', 2: 'PKMv2', 3: 'PKMv1 and PKMv2' },
  }),
  row(2, 'authorizationPolicy', 'Authorization-Policy-Support', 'uint', exactly(1)),
  row(3, 'macMode', 'Message-Authentication-Code-Mode', 'uint', exactly(1)),
  row(4, 'pnWindowSize', 'PN-Window-Size', 'uint', exactly(2)),
  row(5, 'pkmFlowControl', 'PKM-Flow-Control', 'uint', exactly(1)),
  row(6, 'maxSas', 'Maximum-Supported-SAs', 'uint', exactly(1)),
];

/** Inside 27: seven timers in seconds (802.16 §11.9.19). */
const timers: readonly AttributeRow[] = [
  ['authorizeWait', 'Authorize-Wait-Timeout'],
  ['reauthorizeWait', 'Reauthorize-Wait-Timeout'],
  ['authorizationGrace', 'Authorization-Grace-Time'],
  ['operationalWait', 'Operational-Wait-Timeout'],
  ['rekeyWait', 'Rekey-Wait-Timeout'],
  ['tekGrace', 'TEK-Grace-Time'],
  ['authorizeRejectWait', 'Authorize-Reject-Wait-Timeout'],
].map(([key = '', name = ''], i) => row(i + 1, key, name, 'uint', exactly(4), { unit: 's' }));

/** The attributes of the published standard. 28 and 29 mean this only where PKMv2 carries them: the patent took the same numbers. */
export const STANDARD_ATTRIBUTES: readonly AttributeRow[] = [
  row(6, 'displayString', 'Display-String', 'text', { min: 0, max: 128 }),
  authKey,
  tek,
  keyLifetime,
  keySequenceNumber,
  row(HMAC_DIGEST, 'hmacDigest', 'HMAC-Digest', 'bytes', exactly(HMAC_LENGTH)),
  said,
  compound(
    TEK_PARAMETERS,
    'tekParameters',
    'TEK-Parameters',
    [tek, keyLifetime, keySequenceNumber, cbcIv, associatedGkek],
    parts('tek', 'keyLifetime', 'keySequenceNumber', 'cbcIv 0..1', 'associatedGkekSequenceNumber 0..1'),
  ),
  cbcIv,
  row(16, 'errorCode', 'Error-Code', 'uint', exactly(1), { values: ERROR_NAMES }),
  row(17, 'caCertificate', 'CA-Certificate', 'bytes', VARIABLE),
  row(18, 'ssCertificate', 'SS-Certificate', 'bytes', VARIABLE),
  compound(
    19,
    'securityCapabilities',
    'Security-Capabilities',
    [cryptographicSuiteList, version],
    parts('cryptographicSuiteList', 'version 0..1'),
  ),
  cryptographicSuite,
  cryptographicSuiteList,
  version,
  compound(
    23,
    'saDescriptor',
    'SA-Descriptor',
    [said, saType, cryptographicSuite, saServiceType],
    parts('said', 'saType', 'cryptographicSuite', 'saServiceType 0..1'),
  ),
  saType,
  compound(
    25,
    'securityNegotiation',
    'Security-Negotiation-Parameters',
    negotiation,
    parts(...negotiation.map(({ key }) => `${key} 0..1`)),
  ),
  compound(27, 'pkmConfiguration', 'PKM-Configuration-Settings', timers, parts(...timers.map(({ key }) => key))),
  row(28, 'eapPayload', 'EAP-Payload', 'bytes', VARIABLE, { codes: [18, 19, 29] }),
  row(29, 'nonce', 'Nonce', 'bytes', exactly(4, 8), { codes: [23, 24, 25] }),
  row(30, 'authResultCode', 'Auth-Result-Code', 'uint', exactly(1), { values: { 0: 'success', 1: 'reject' } }),
  saServiceType,
  row(32, 'frameNumber', 'Frame-Number', 'uint', exactly(3)),
  row(33, 'ssRandom', 'SS_RANDOM', 'bytes', exactly(8)),
  row(34, 'bsRandom', 'BS_RANDOM', 'bytes', exactly(8)),
  row(35, 'prePak', 'Pre-PAK', 'bytes', exactly(128)), // under the SS's RSA key
  row(36, 'pakSequenceNumber', 'PAK/AK-Sequence-Number', 'uint', exactly(1)),
  row(37, 'bsCertificate', 'BS-Certificate', 'bytes', VARIABLE),
  row(SIG_BS, 'sigBs', 'SigBS', 'bytes', RSA_LENGTHS),
  row(39, 'msMacAddress', 'MS-MAC-Address', 'mac', exactly(6)),
  row(CMAC_DIGEST, 'cmacDigest', 'CMAC-Digest', 'cmac', exactly(12)),
  row(41, 'keyPushModes', 'Key-Push-Modes', 'uint', exactly(1), { values: { 0: 'GKEK update', 1: 'GTEK update' } }),
  row(42, 'keyPushCounter', 'Key-Push-Counter', 'uint', exactly(2)),
  gkek,
  row(44, 'sigSs', 'SigSS', 'bytes', exactly(128)),
  row(45, 'akid', 'AKID', 'bytes', exactly(8)),
  associatedGkek,
  compound(
    47,
    'gkekParameters',
    'GKEK-Parameters',
    [gkek, keyLifetime, keySequenceNumber],
    parts('gkek', 'keyLifetime', 'keySequenceNumber'),
  ),
];

/** Codes of PKMv1 in which the patent's fields travel. */
const KEY_CODES = [7, 8, 9];

/** The patent's two fields (¶71, ¶73) under given types. They are known by code and type whatever their length: a wrong length has an answer of its own. */
export function serviceAttributes(serviceType: number, groupId: number): readonly AttributeRow[] {
  return [
    row(serviceType, 'serviceType', 'Service-Type', 'uint', exactly(1), { codes: KEY_CODES, values: SERVICE_NAMES }),
    row(groupId, 'groupId', 'Multicast-Service-Group-ID', 'uint', exactly(1), { codes: KEY_CODES }),
  ];
}

/** This project's own, under vendor types; of another length they are unknown attributes. */
export const EXTENSION_ATTRIBUTES: readonly AttributeRow[] = [
  row(158, 'freshness', 'Freshness', 'uint', exactly(8), { codes: KEY_CODES, strict: true }),
  row(159, 'pnSenderBits', 'PN-Sender-Bits', 'uint', exactly(1), { codes: [8], strict: true }),
];
