// Profiles: which types carry the patent's fields. Another profile is another table, not another code path.

import { EXTENSION_ATTRIBUTES, STANDARD_ATTRIBUTES, serviceAttributes } from './attributes.js';
import { MESSAGES } from './messages.js';
import type { AttributeRow, MessageRow, Profile } from './table.js';

/** The patent's own numbers: 28 service type, 29 group ID, in PKMv1 codes 7, 8 and 9. The default. */
export const patent: Profile = {
  name: 'patent',
  attributes: [...STANDARD_ATTRIBUTES, ...serviceAttributes(28, 29), ...EXTENSION_ATTRIBUTES],
  messages: MESSAGES,
};

/** The same fields under vendor types 156 and 157, out of the way of EAP-Payload and Nonce. */
export const vendor: Profile = {
  name: 'vendor',
  attributes: [...STANDARD_ATTRIBUTES, ...serviceAttributes(156, 157), ...EXTENSION_ATTRIBUTES],
  messages: MESSAGES,
};

export const PROFILES: readonly Profile[] = [patent, vendor];

/** The profile of that name (`patent`, `vendor`), or undefined. */
export function profileByName(name: string): Profile | undefined {
  return PROFILES.find((profile) => profile.name === name);
}

/** The row of a message, or undefined for a reserved code. */
export function messageRow(profile: Profile, code: number): MessageRow | undefined {
  return layoutOf(profile, code).row;
}

/** What a type means in a PKM code: a row made for that code goes before one for all codes (28 is EAP-Payload in one, service type in another). */
export function attributeRow(profile: Profile, code: number, type: number): AttributeRow | undefined {
  return layoutOf(profile, code).types.get(type);
}

/** The row a key names in a PKM code. */
export function attributeRowByKey(profile: Profile, code: number, key: string): AttributeRow | undefined {
  return layoutOf(profile, code).keys.get(key);
}

/** All that the tables say of one PKM code. */
export interface Layout {
  /** Undefined for a reserved code. */
  readonly row: MessageRow | undefined;
  readonly types: ReadonlyMap<number, AttributeRow>;
  readonly keys: ReadonlyMap<string, AttributeRow>;
}

/** By code; under `undefined` what holds for every code that no row names. */
type Layouts = ReadonlyMap<number | undefined, Layout>;

const layouts = new WeakMap<Profile, Layouts>();
/** The profile asked for last: a station has one. */
let last: { readonly profile: Profile; readonly layouts: Layouts } | undefined;

/** The attributes of a PKM code in a profile, looked up once. */
export function layoutOf(profile: Profile, code: number): Layout {
  if (last?.profile !== profile) {
    const known = layouts.get(profile) ?? layoutsOf(profile);
    layouts.set(profile, known);
    last = { profile, layouts: known };
  }
  return last.layouts.get(code) ?? (last.layouts.get(undefined) as Layout);
}

function layoutsOf({ attributes, messages }: Profile): Layouts {
  const codes = [undefined, ...messages.map(({ code }) => code), ...attributes.flatMap((row) => row.codes ?? [])];
  return new Map(
    [...new Set(codes)].map((code) => {
      const own = attributes.filter((row) => code !== undefined && row.codes?.includes(code));
      const rows = [...own, ...attributes.filter((row) => row.codes === undefined)];
      const row = messages.find((message) => message.code === code);
      return [code, { row, types: firstBy(rows, ({ type }) => type), keys: firstBy(rows, ({ key }) => key) }];
    }),
  );
}

function firstBy<K>(rows: readonly AttributeRow[], by: (row: AttributeRow) => K): Map<K, AttributeRow> {
  return new Map([...rows].reverse().map((row) => [by(row), row]));
}
