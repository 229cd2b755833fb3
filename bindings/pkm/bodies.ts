// The messages this project sends, as plain objects: builder beside reader. Order, optionality and types of the
// attributes come from the message's row, so the two cannot disagree with the decoder.

import { TekcastError } from '../errors.js';
import { encodeMessage } from './encode.js';
import { BodyReader, field } from './fields.js';
import { messageRow } from './profiles.js';
import { CODE, MAX_AK_SEQUENCE, MAX_TEK_SEQUENCE, SERVICE } from './standard.js';
import type { Profile } from './table.js';
import type {
  AttributeInput,
  AttributeValue,
  AuthInvalid,
  Body,
  KeyReject,
  KeyReply,
  KeyRequest,
  KeyRequestFields,
  PkmMessage,
  ServiceFields,
  Sign,
  TekInvalid,
  TekParameters,
} from './types.js';

/** A Key Request: attributes 10, 12, 28, 29, (158), 11. Throws `RANGE` naming the field. */
export function encodeKeyRequest(profile: Profile, body: KeyRequest, sign: Sign): Uint8Array {
  return build(profile, CODE.keyRequest, body.identifier, service(keyed(body), body), sign);
}

/** What the checks of a BS need: every field with its state. Undefined for another message. */
export function keyRequestFields(message: PkmMessage): KeyRequestFields | undefined {
  if (message.code !== CODE.keyRequest) return undefined;
  const { attributes, identifier } = message;
  return {
    identifier,
    akSequence: field<number>(attributes, 'keySequenceNumber'),
    said: field<number>(attributes, 'said'),
    serviceType: field<number>(attributes, 'serviceType'),
    groupId: field<number>(attributes, 'groupId'),
    freshness: field<bigint>(attributes, 'freshness'),
  };
}

/** A Key Request without blemish, or why it is none. A group ID beside another service type than multicast is ignored. */
export function readKeyRequest(message: PkmMessage): Body<KeyRequest> {
  const reader = new BodyReader(message, CODE.keyRequest);
  return reader.done({ identifier: message.identifier, ...readKeyed(reader), ...readService(reader) });
}

/** A Key Reply: attributes 10, 12, 28, 29, 13 (older), 13 (newer), (159), (158), 11. Throws `RANGE`, `LENGTH` naming the field. */
export function encodeKeyReply(profile: Profile, body: KeyReply, sign: Sign): Uint8Array {
  const values = service(keyed(body), body);
  values['tekParameters'] = [tekParameters(body.tek[0]), tekParameters(body.tek[1])];
  values['pnSenderBits'] = optional(body.pnSenderBits);
  return build(profile, CODE.keyReply, body.identifier, values, sign);
}

function tekParameters({ tek, lifetime, sequence }: TekParameters): readonly AttributeInput[] {
  return [
    { key: 'tek', value: tek },
    { key: 'keyLifetime', value: lifetime },
    { key: 'keySequenceNumber', value: upTo(MAX_TEK_SEQUENCE, 'sequence', sequence) },
  ];
}

/** Two TEK-Parameters, the older first, as received: whether lifetimes, lengths and sequences suit is the installer's judgement. */
export function readKeyReply(message: PkmMessage): Body<KeyReply> {
  const reader = new BodyReader(message, CODE.keyReply);
  const [older, newer] = reader.pair('tekParameters').map((inner): TekParameters => {
    const tek = inner.one<Uint8Array>('tek') ?? new Uint8Array();
    const lifetime = inner.one<number>('keyLifetime') ?? 0;
    return { tek, lifetime, sequence: inner.number('keySequenceNumber', MAX_TEK_SEQUENCE) };
  });
  const fields = { identifier: message.identifier, ...readKeyed(reader), ...readService(reader) };
  const pnSenderBits = reader.maybe<number>('pnSenderBits');
  const none: TekParameters = { tek: new Uint8Array(), lifetime: 0, sequence: 0 };
  return reader.done<KeyReply>({
    ...fields,
    tek: [older ?? none, newer ?? none],
    ...(pnSenderBits !== undefined && { pnSenderBits }),
  });
}

/** A Key Reject: attributes 10, 12, 28, 29, 16, (6), (158), 11. Throws `RANGE`, `LENGTH` naming the field. */
export function encodeKeyReject(profile: Profile, body: KeyReject, sign: Sign): Uint8Array {
  const values = Object.assign(service(keyed(body), body), refusal(body));
  return build(profile, CODE.keyReject, body.identifier, values, sign);
}

/** A Key Reject without blemish (error 0, 2; patent ¶77–78: 7, 8), or why it is none. */
export function readKeyReject(message: PkmMessage): Body<KeyReject> {
  const reader = new BodyReader(message, CODE.keyReject);
  const fields = { identifier: message.identifier, ...readKeyed(reader), ...readService(reader) };
  return reader.done<KeyReject>({ ...fields, ...readRefusal(reader) });
}

/** An Auth Invalid: attributes 16, (6), no digest. Echoes the Identifier of what it answers. */
export function encodeAuthInvalid(profile: Profile, body: AuthInvalid): Uint8Array {
  return build(profile, CODE.authInvalid, body.identifier, refusal(body));
}

/** An Auth Invalid, or why it is none. It has no digest: a hint, no more. */
export function readAuthInvalid(message: PkmMessage): Body<AuthInvalid> {
  const reader = new BodyReader(message, CODE.authInvalid);
  return reader.done<AuthInvalid>({ identifier: message.identifier, ...readRefusal(reader) });
}

/** A TEK Invalid: attributes 10, 12 (SAID of the SA meant), 16, (6), 11. Identifier 0: nobody asked for it. */
export function encodeTekInvalid(profile: Profile, body: TekInvalid, sign: Sign): Uint8Array {
  return build(profile, CODE.tekInvalid, 0, { ...keyed(body), ...refusal(body) }, sign);
}

/** A TEK Invalid without blemish, or why it is none. It can be replayed: a hint, no more. */
export function readTekInvalid(message: PkmMessage): Body<TekInvalid> {
  const reader = new BodyReader(message, CODE.tekInvalid);
  return reader.done<TekInvalid>({ ...readKeyed(reader), ...readRefusal(reader) });
}

/** Values by key of the message's row; several for an attribute that comes more than once. */
export type Values = Record<string, readonly (AttributeValue | readonly AttributeInput[])[]>;
const NONE: readonly never[] = [];

/** A message of `code` from values by table key, in the order of the message's row. Throws `RANGE`, `LENGTH` naming the attribute. */
export function build(
  profile: Profile,
  code: number,
  identifier: number,
  values: Readonly<Values>,
  sign?: Sign,
): Uint8Array {
  const parts = messageRow(profile, code)?.parts ?? NONE;
  const attributes: AttributeInput[] = [];
  for (const { key } of parts) for (const value of values[key] ?? NONE) attributes.push({ key, value });
  return encodeMessage(profile, { code, identifier, attributes }, sign);
}

/** No value, or one. */
export function optional(value: AttributeValue | undefined): readonly AttributeValue[] {
  return value === undefined ? NONE : [value];
}

/** `value` if it is a whole number of 0..`max`; else throws `RANGE` with the field's name. */
export function upTo(max: number, name: string, value: number): number {
  if (value > max) throw new TekcastError('RANGE', `${name} must be 0..${max}`, name, value);
  return value;
}

interface Keyed {
  readonly akSequence: number;
  readonly said: number;
  readonly freshness?: bigint;
}

function keyed({ akSequence, said, freshness }: Keyed): Values {
  return {
    keySequenceNumber: [upTo(MAX_AK_SEQUENCE, 'akSequence', akSequence)],
    said: [said],
    freshness: optional(freshness),
  };
}

function readKeyed(reader: BodyReader): Keyed {
  const freshness = reader.maybe<bigint>('freshness');
  return {
    akSequence: reader.number('keySequenceNumber', MAX_AK_SEQUENCE),
    said: reader.number('said', 0xffff),
    ...(freshness !== undefined && { freshness }),
  };
}

/** The group ID is "available only when multicast" (patent ¶69). */
function service(values: Values, { serviceType, groupId }: ServiceFields): Values {
  if (groupId !== undefined && serviceType !== SERVICE.multicast) {
    throw new TekcastError('RANGE', 'a group ID goes with service type 1 only', 'groupId', groupId);
  }
  values['serviceType'] = optional(serviceType);
  values['groupId'] = optional(groupId);
  return values;
}

function readService(reader: BodyReader): ServiceFields {
  const serviceType = reader.maybe<number>('serviceType');
  if (serviceType === undefined) return {};
  const groupId = serviceType === SERVICE.multicast ? reader.maybe<number>('groupId') : undefined;
  return { serviceType, ...(groupId !== undefined && { groupId }) };
}

export interface Refusal {
  readonly errorCode: number;
  readonly displayString?: string;
}

/** Attributes 16 and (6), which all refusals share. */
export function refusal({ errorCode, displayString }: Refusal): Values {
  return { errorCode: [errorCode], displayString: optional(displayString) };
}

/** Attributes 16 and (6) as received. */
export function readRefusal(reader: BodyReader): Refusal {
  const displayString = reader.maybe<string>('displayString');
  return { errorCode: reader.number('errorCode', 0xff), ...(displayString && { displayString }) };
}
