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

export function profileByName(name: string): Profile | undefined {
  return PROFILES.find((profile) => profile.name === name);
}

/** The row of a message, or undefined for a reserved code. */
export function messageRow(profile: Profile, code: number): MessageRow | undefined {
  return indexOf(profile).messages.get(code);
}

/** What a type means in a PKM code: a row made for that code goes before one for all codes (28 is EAP-Payload in one, service type in another). */
export function attributeRow(profile: Profile, code: number, type: number): AttributeRow | undefined {
  return choose(indexOf(profile).attributes.get(type), code);
}

/** The row a key names in a PKM code. */
export function attributeRowByKey(profile: Profile, code: number, key: string): AttributeRow | undefined {
  return choose(indexOf(profile).keys.get(key), code);
}

function choose(rows: readonly AttributeRow[] | undefined, code: number): AttributeRow | undefined {
  return rows?.find((row) => row.codes?.includes(code)) ?? rows?.find((row) => row.codes === undefined);
}

interface Index {
  readonly attributes: ReadonlyMap<number, readonly AttributeRow[]>;
  readonly keys: ReadonlyMap<string, readonly AttributeRow[]>;
  readonly messages: ReadonlyMap<number, MessageRow>;
}

const indexes = new WeakMap<Profile, Index>();

function indexOf(profile: Profile): Index {
  const known = indexes.get(profile);
  if (known !== undefined) return known;
  const index: Index = {
    attributes: grouped(profile.attributes, (row) => row.type),
    keys: grouped(profile.attributes, (row) => row.key),
    messages: new Map(profile.messages.map((row) => [row.code, row])),
  };
  indexes.set(profile, index);
  return index;
}

function grouped<K>(rows: readonly AttributeRow[], by: (row: AttributeRow) => K): Map<K, AttributeRow[]> {
  const groups = new Map<K, AttributeRow[]>();
  for (const row of rows) {
    const group = groups.get(by(row));
    if (group === undefined) groups.set(by(row), [row]);
    else group.push(row);
  }
  return groups;
}
