// Every PKM message (802.16 §6.3.2.3.9), once: its code, who sends it, and its attributes in the order they are sent.
// The digest always comes last: nothing behind it is covered by it. Attribute lists of codes 13..30 follow 802.16e.

import { parts } from './attributes.js';
import { CODE, PKM_REQ, PKM_RSP } from './standard.js';
import type { MessageRow } from './table.js';

const REQ = [PKM_REQ];
const RSP = [PKM_RSP];
const BOTH = [PKM_REQ, PKM_RSP];

function row(
  code: number,
  name: string,
  types: readonly number[],
  digest: MessageRow['digest'],
  ...list: string[]
): MessageRow {
  return { code, name, types, digest, parts: parts(...list) };
}

/** Service type and group ID (patent figures 6 to 8); which types they have is the profile's affair. */
const SERVICE = ['serviceType 0..1', 'groupId 0..1'];
const RANDOMS = ['ssRandom', 'bsRandom'];

export const MESSAGES: readonly MessageRow[] = [
  row(CODE.saAdd, 'SA Add', RSP, 'hmac', 'keySequenceNumber', 'saDescriptor 1..n'),
  row(CODE.authRequest, 'Auth Request', REQ, 'none', 'ssCertificate', 'securityCapabilities', 'said'),
  row(
    CODE.authReply,
    'Auth Reply',
    RSP,
    'none',
    'authKey',
    'keyLifetime',
    'keySequenceNumber',
    'saDescriptor 1..n',
    'pkmConfiguration 0..1',
    'bsCertificate 0..1', // with the signature: this project's addition to PKMv1, whose Auth Reply has no digest
    'sigBs 0..1',
  ),
  row(CODE.authReject, 'Auth Reject', RSP, 'none', 'errorCode', 'displayString 0..1'),
  row(CODE.keyRequest, 'Key Request', REQ, 'hmac', 'keySequenceNumber', 'said', ...SERVICE, 'freshness 0..1'),
  row(
    CODE.keyReply,
    'Key Reply',
    RSP,
    'hmac',
    'keySequenceNumber',
    'said',
    ...SERVICE,
    'tekParameters 2', // the older, then the newer
    'pnSenderBits 0..1',
    'freshness 0..1',
  ),
  row(
    CODE.keyReject,
    'Key Reject',
    RSP,
    'hmac',
    'keySequenceNumber',
    'said',
    ...SERVICE,
    'errorCode',
    'displayString 0..1',
    'freshness 0..1',
  ),
  row(CODE.authInvalid, 'Auth Invalid', RSP, 'none', 'errorCode', 'displayString 0..1'),
  row(CODE.tekInvalid, 'TEK Invalid', RSP, 'hmac', 'keySequenceNumber', 'said', 'errorCode', 'displayString 0..1'),
  row(CODE.authInfo, 'Auth Info', REQ, 'none', 'caCertificate'),

  row(CODE.v2RsaRequest, 'PKMv2 RSA-Request', REQ, 'none', 'ssRandom', 'ssCertificate', 'said', 'sigSs'),
  row(
    CODE.v2RsaReply,
    'PKMv2 RSA-Reply',
    RSP,
    'none',
    ...RANDOMS,
    'prePak',
    'keyLifetime',
    'pakSequenceNumber',
    'bsCertificate',
    'sigBs',
  ),
  row(
    CODE.v2RsaReject,
    'PKMv2 RSA-Reject',
    RSP,
    'none',
    ...RANDOMS,
    'errorCode',
    'bsCertificate',
    'displayString 0..1',
    'sigBs',
  ),
  row(
    CODE.v2RsaAcknowledgement,
    'PKMv2 RSA-Acknowledgement',
    REQ,
    'none',
    'bsRandom',
    'authResultCode',
    'errorCode 0..1',
    'displayString 0..1',
    'sigSs',
  ),
  row(CODE.v2EapStart, 'PKMv2 EAP-Start', REQ, 'optional', 'keySequenceNumber 0..1'),
  row(CODE.v2EapTransfer, 'PKMv2 EAP-Transfer', BOTH, 'optional', 'keySequenceNumber 0..1', 'eapPayload'),
  row(
    CODE.v2AuthenticatedEapTransfer,
    'PKMv2 Authenticated EAP-Transfer',
    BOTH,
    'either',
    'keySequenceNumber 0..1',
    'eapPayload',
  ),
  row(
    CODE.v2SaTekChallenge,
    'PKMv2 SA-TEK-Challenge',
    RSP,
    'either',
    'bsRandom',
    'keySequenceNumber',
    'akid',
    'keyLifetime 0..1',
  ),
  row(
    CODE.v2SaTekRequest,
    'PKMv2 SA-TEK-Request',
    REQ,
    'either',
    ...RANDOMS,
    'keySequenceNumber',
    'akid',
    'securityCapabilities',
    'securityNegotiation',
    'pkmConfiguration 0..1',
  ),
  row(
    CODE.v2SaTekResponse,
    'PKMv2 SA-TEK-Response',
    RSP,
    'either',
    ...RANDOMS,
    'keySequenceNumber',
    'akid',
    'saDescriptor 0..n',
    'securityNegotiation',
  ),
  row(CODE.v2KeyRequest, 'PKMv2 Key-Request', REQ, 'either', 'keySequenceNumber', 'said', 'nonce'),
  row(
    CODE.v2KeyReply,
    'PKMv2 Key-Reply',
    RSP,
    'either',
    'keySequenceNumber',
    'said',
    'tekParameters 2',
    'gkekParameters 0..n', // older and newer, for a group SA
    'nonce',
  ),
  row(
    CODE.v2KeyReject,
    'PKMv2 Key-Reject',
    RSP,
    'either',
    'keySequenceNumber',
    'said',
    'errorCode',
    'displayString 0..1',
    'nonce',
  ),
  row(CODE.v2SaAddition, 'PKMv2 SA-Addition', RSP, 'either', 'keySequenceNumber', 'saDescriptor 1..n'),
  row(
    CODE.v2TekInvalid,
    'PKMv2 TEK-Invalid',
    RSP,
    'either',
    'keySequenceNumber',
    'said',
    'errorCode',
    'displayString 0..1',
  ),
  row(
    CODE.v2GroupKeyUpdate,
    'PKMv2 Group-Key-Update-Command',
    RSP,
    'either',
    'keySequenceNumber',
    'said',
    'keyPushModes',
    'keyPushCounter',
    'gkekParameters 0..1', // mode 0
    'tekParameters 0..1', // mode 1
  ),
  row(CODE.v2EapComplete, 'PKMv2 EAP-Complete', RSP, 'either', 'keySequenceNumber 0..1', 'eapPayload'),
  row(
    CODE.v2AuthenticatedEapStart,
    'PKMv2 Authenticated EAP-Start',
    REQ,
    'either',
    'keySequenceNumber 0..1',
    'ssRandom 0..1',
  ),
];
