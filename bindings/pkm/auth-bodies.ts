// The messages of a PKMv1 authorization as plain objects: builder beside reader, as in bodies.ts. None has a digest. An Auth Reply
// may carry a signature in its place:
//
//   Auth Reply | 37 BS-Certificate | 38 SigBS over SHA-256(Auth Request) and the Auth Reply up to, not including, 38
//
// so an Auth Reply is built without it, signed, and the signature appended.

import { encodeTlvs } from '../tlv/codec.js';
import { build, optional, type Refusal, readRefusal, refusal, upTo } from './bodies.js';
import { BodyReader } from './fields.js';
import { CODE, MAX_AK_SEQUENCE, SIG_BS } from './standard.js';
import type { Profile } from './table.js';
import type {
  AttributeInput,
  AuthInfo,
  AuthReject,
  AuthReply,
  AuthRequest,
  Body,
  PkmMessage,
  PkmTimers,
  SaDescriptor,
  SignedAuthReply,
} from './types.js';

/** SAs that one Auth Reply may describe: more than an SS could use, few enough to bound the work. */
const DESCRIPTORS_MAX = 512;
/** Inside 27, in the order of their types. */
const TIMERS = [
  'authorizeWait',
  'reauthorizeWait',
  'authorizationGrace',
  'operationalWait',
  'rekeyWait',
  'tekGrace',
  'authorizeRejectWait',
] as const satisfies readonly (keyof PkmTimers)[];

/** An Auth Info: attribute 17, Identifier 0. Nobody answers it. */
export function encodeAuthInfo(profile: Profile, body: AuthInfo): Uint8Array {
  return build(profile, CODE.authInfo, 0, { caCertificate: [body.caCertificate] });
}

/** An Auth Info without blemish, or why it is none. */
export function readAuthInfo(message: PkmMessage): Body<AuthInfo> {
  const reader = new BodyReader(message, CODE.authInfo);
  return reader.done({ caCertificate: reader.one<Uint8Array>('caCertificate') ?? new Uint8Array() });
}

/** An Auth Request: attributes 18, 19 (21 (20 …)), 12. Throws `RANGE`, `LENGTH` naming the field. */
export function encodeAuthRequest(profile: Profile, body: AuthRequest): Uint8Array {
  const list = body.suites.map((suite): AttributeInput => ({ key: 'cryptographicSuite', value: suite }));
  return build(profile, CODE.authRequest, body.identifier, {
    ssCertificate: [body.certificate],
    securityCapabilities: [[{ key: 'cryptographicSuiteList', value: list }]],
    said: [body.said],
  });
}

/** An Auth Request without blemish, or why it is none. Whether its certificate is any good is not looked at here. */
export function readAuthRequest(message: PkmMessage): Body<AuthRequest> {
  const reader = new BodyReader(message, CODE.authRequest);
  const certificate = reader.one<Uint8Array>('ssCertificate') ?? new Uint8Array();
  const [list] = reader.inside('securityCapabilities', 1, 1).flatMap((c) => c.inside('cryptographicSuiteList', 1, 1));
  const suites = list?.many<Uint8Array>('cryptographicSuite') ?? [];
  return reader.done({
    identifier: message.identifier,
    certificate,
    suites,
    said: reader.number('said', 0xffff),
  });
}

/** An Auth Reply: attributes 7, 9, 10, 23 …, (27), (37). Throws `RANGE`, `LENGTH` naming the field. */
export function encodeAuthReply(profile: Profile, body: AuthReply): Uint8Array {
  const { timers } = body;
  return build(profile, CODE.authReply, body.identifier, {
    authKey: [body.authKey],
    keyLifetime: [body.lifetime],
    keySequenceNumber: [upTo(MAX_AK_SEQUENCE, 'akSequence', body.akSequence)],
    saDescriptor: body.sas.map(({ said, saType, suite }): readonly AttributeInput[] => [
      { key: 'said', value: said },
      { key: 'saType', value: saType },
      { key: 'cryptographicSuite', value: suite },
    ]),
    pkmConfiguration: timers === undefined ? [] : [TIMERS.map((key) => ({ key, value: timers[key] }))],
    bsCertificate: optional(body.bsCertificate),
  });
}

/** Appends attribute 38 to an Auth Reply. */
export function appendSigBs(reply: Uint8Array, signature: Uint8Array): Uint8Array {
  const tail = encodeTlvs([{ type: SIG_BS, value: signature }]);
  const out = new Uint8Array(reply.length + tail.length);
  out.set(reply);
  out.set(tail, reply.length);
  return out;
}

/** An Auth Reply as received. Behind a SigBS nothing may follow: it would not be signed. */
export function readAuthReply(message: PkmMessage): Body<SignedAuthReply> {
  const reader = new BodyReader(message, CODE.authReply);
  const authKey = reader.one<Uint8Array>('authKey') ?? new Uint8Array();
  const lifetime = reader.one<number>('keyLifetime') ?? 0;
  const akSequence = reader.number('keySequenceNumber', MAX_AK_SEQUENCE);
  const sas = reader.inside('saDescriptor', 1, DESCRIPTORS_MAX).map((inner): SaDescriptor => {
    const suite = inner.one<Uint8Array>('cryptographicSuite') ?? new Uint8Array();
    return { said: inner.number('said', 0xffff), saType: inner.number('saType', 0xff), suite };
  });
  const [timers] = reader.inside('pkmConfiguration', 0, 1).map((inner) => {
    const value = (key: keyof PkmTimers) => inner.one<number>(key) ?? 0;
    return Object.fromEntries(TIMERS.map((key) => [key, value(key)])) as unknown as PkmTimers;
  });
  const bsCertificate = reader.maybe<Uint8Array>('bsCertificate');
  const signature = reader.last<Uint8Array>('sigBs');
  return reader.done<SignedAuthReply>({
    identifier: message.identifier,
    authKey,
    lifetime,
    akSequence,
    sas,
    ...(timers !== undefined && { timers }),
    ...(bsCertificate !== undefined && { bsCertificate }),
    ...(signature !== undefined && { signature }),
  });
}

/** An Auth Reject: attributes 16, (6). */
export function encodeAuthReject(profile: Profile, body: AuthReject): Uint8Array {
  return build(profile, CODE.authReject, body.identifier, refusal(body satisfies Refusal));
}

/** An Auth Reject without blemish, or why it is none. It has no digest. */
export function readAuthReject(message: PkmMessage): Body<AuthReject> {
  const reader = new BodyReader(message, CODE.authReject);
  return reader.done<AuthReject>({ identifier: message.identifier, ...readRefusal(reader) });
}
