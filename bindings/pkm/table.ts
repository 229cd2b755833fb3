// The shape of the tables: attributes, messages, profiles. The same rows drive decode, encode, the tree printer, the docs and the tests.

/** How a value reads. `uint`: big-endian, as many bytes as it is long (up to 4 number, 8 bigint). `compound`: TLVs again. */
export type ValueFormat = 'uint' | 'text' | 'bytes' | 'mac' | 'suite' | 'cmac' | 'compound';

/** Allowed lengths in bytes: a list, or a range. */
export type LengthRule = { readonly oneOf: readonly number[] } | { readonly min: number; readonly max: number };

/** How often an attribute stands in a message or compound: once, at most once, once or more, any number, exactly twice. */
export type Need = '1' | '0..1' | '1..n' | '0..n' | '2';

/** One place in an ordered list of attributes, by the key of its row. */
export interface Part {
  readonly key: string;
  readonly need: Need;
}

/** An attribute as data: what encodes, decodes, prints and documents it. */
export interface AttributeRow {
  readonly type: number;
  /** Unique name in code: `keySequenceNumber`. */
  readonly key: string;
  /** The standard's name: `Key-Sequence-Number`. */
  readonly name: string;
  readonly length: LengthRule;
  readonly format: ValueFormat;
  /** What follows a number in print: `s`. */
  readonly unit?: string;
  /** Values in words. */
  readonly values?: Readonly<Record<number, string>>;
  /** PKM codes in which the type has this meaning; undefined: in all that have no row of their own for the type. */
  readonly codes?: readonly number[];
  /** Of another length it is not this attribute but an unknown one. */
  readonly strict?: boolean;
  /** Compounds: rows of the inner TLVs and their order. */
  readonly nested?: { readonly rows: readonly AttributeRow[]; readonly parts: readonly Part[] };
}

/** A PKM message as data: its code and its attributes in order. */
export interface MessageRow {
  readonly code: number;
  readonly name: string;
  /** 9 PKM-REQ (SS to BS), 10 PKM-RSP (BS to SS); both for messages that go either way. */
  readonly types: readonly number[];
  /** Attributes in the order they are sent, the digest apart. */
  readonly parts: readonly Part[];
  /** Digest attribute, always last: none; HMAC-Digest 11; either of HMAC-Digest 11 and CMAC-Digest 40; either or none. */
  readonly digest: 'none' | 'hmac' | 'either' | 'optional';
}

/** A profile is a table: another profile is another table, not another code path. */
export interface Profile {
  readonly name: string;
  readonly attributes: readonly AttributeRow[];
  readonly messages: readonly MessageRow[];
}
