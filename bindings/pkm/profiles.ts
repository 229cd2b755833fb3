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

/** What types and keys mean in a PKM code. */
export interface AttributeRows {
  readonly byType: ReadonlyMap<number, AttributeRow>;
  readonly byKey: ReadonlyMap<string, AttributeRow>;
}

/** A row made for that code goes before one for all codes (28 is EAP-Payload in one, service type in another). */
export function attributeRows(profile: Profile, code: number): AttributeRows {
  const { codes } = indexOf(profile);
  let rows = codes.get(code);
  if (rows === undefined) {
    const own = profile.attributes.filter((row) => row.codes?.includes(code));
    const common = profile.attributes.filter((row) => row.codes === undefined);
    // Of two with one name the last in a map stands, and in a table the first.
    const ordered = [...own, ...common].reverse();
    rows = {
      byType: new Map(ordered.map((row) => [row.type, row])),
      byKey: new Map(ordered.map((row) => [row.key, row])),
    };
    codes.set(code, rows);
  }
  return rows;
}

/** What a type means in a PKM code. */
export function attributeRow(profile: Profile, code: number, type: number): AttributeRow | undefined {
  return attributeRows(profile, code).byType.get(type);
}

/** The row a key names in a PKM code. */
export function attributeRowByKey(profile: Profile, code: number, key: string): AttributeRow | undefined {
  return attributeRows(profile, code).byKey.get(key);
}

interface Index {
  /** Filled as codes are met. */
  readonly codes: Map<number, AttributeRows>;
  readonly messages: ReadonlyMap<number, MessageRow>;
}

const indexes = new WeakMap<Profile, Index>();

function indexOf(profile: Profile): Index {
  const known = indexes.get(profile);
  if (known !== undefined) return known;
  const index: Index = {
    codes: new Map(),
    messages: new Map(profile.messages.map((row) => [row.code, row])),
  };
  indexes.set(profile, index);
  return index;
}
