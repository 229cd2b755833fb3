// Looking up attributes by table key: with every state spelled out (a BS has an answer for each), or all at once (a
// typed body either stands as a whole or names the first thing that is wrong).

import type { Attribute, AttributeValue, Body, BodyErrorCode, Field, PkmMessage } from './types.js';

/** How the attribute of that key occurs. One that occurs twice is `repeated`, whatever its lengths. */
export function field<T extends AttributeValue>(attributes: readonly Attribute[], key: string): Field<T> {
  let first: Attribute | undefined;
  for (const attribute of attributes) {
    if (attribute.row?.key !== key) continue;
    if (first !== undefined) return { state: 'repeated' };
    first = attribute;
  }
  if (first === undefined) return { state: 'absent' };
  if (first.status !== 'ok') return { state: 'length', length: first.bytes.length };
  return { state: 'present', value: first.value as T };
}

type Failure = Extract<Body<never>, { ok: false }>;

/** Reads a typed body. The first failure is kept; what is read after it is thrown away by `done`. */
export class BodyReader {
  readonly #attributes: readonly Attribute[];
  readonly #message: PkmMessage;
  readonly #failed: { first: Failure | undefined };

  constructor(message: PkmMessage, code: number, inside?: { attribute: Attribute; of: BodyReader }) {
    this.#message = message;
    this.#attributes = inside?.attribute.children ?? message.attributes;
    this.#failed = inside === undefined ? { first: undefined } : inside.of.#failed;
    if (message.code !== code) this.#fail('CODE', undefined);
  }

  /** A value that must occur exactly once; undefined after a failure. */
  one<T extends AttributeValue>(key: string): T | undefined {
    const found = field<T>(this.#attributes, key);
    if (found.state === 'absent') this.#fail('MISSING', this.#typeOf(key));
    return this.#value(found, key);
  }

  /** A number up to `max` that must occur exactly once; 0 after a failure. */
  number(key: string, max: number): number {
    const value = this.one<number>(key) ?? 0;
    if (value > max) this.#fail('VALUE', this.#typeOf(key));
    return value;
  }

  /** A value that may be absent. */
  maybe<T extends AttributeValue>(key: string): T | undefined {
    return this.#value(field<T>(this.#attributes, key), key);
  }

  /** Readers for the two compounds of that key; none after a failure. */
  pair(key: string): readonly BodyReader[] {
    return this.inside(key, 2, 2);
  }

  /** Readers for the compounds of that key, `min` to `max` of them; none after a failure. */
  inside(key: string, min: number, max: number): readonly BodyReader[] {
    const found = this.#attributes.filter(({ row }) => row?.key === key);
    if (found.length < min) this.#fail('MISSING', this.#typeOf(key));
    if (found.length > max) this.#fail('REPEATED', this.#typeOf(key));
    const broken = found.find(({ status }) => status !== 'ok');
    if (broken !== undefined) this.#fail(broken.status === 'length' ? 'LENGTH' : 'NESTED', broken.type);
    if (this.#failed.first !== undefined) return [];
    return found.map((attribute) => new BodyReader(this.#message, this.#message.code, { attribute, of: this }));
  }

  /** Every value of that key, at least one. */
  many<T extends AttributeValue>(key: string): readonly T[] {
    const found = this.#attributes.filter(({ row }) => row?.key === key);
    if (found.length === 0) this.#fail('MISSING', this.#typeOf(key));
    if (found.some(({ status }) => status !== 'ok')) this.#fail('LENGTH', this.#typeOf(key));
    return found.map(({ value }) => value as T);
  }

  /** An attribute that, where it occurs, must be the last of the message: what it covers, and its value. */
  last<T extends AttributeValue>(key: string): { readonly covered: Uint8Array; readonly value: T } | undefined {
    const value = this.maybe<T>(key);
    const attribute = this.#attributes.find(({ row }) => row?.key === key);
    if (value === undefined || attribute === undefined) return undefined;
    if (attribute !== this.#attributes.at(-1)) this.#fail('VALUE', attribute.type);
    return { covered: this.#message.bytes.subarray(0, attribute.offset), value };
  }

  done<T>(body: T): Body<T> {
    return this.#failed.first ?? { ok: true, body };
  }

  #value<T>(found: Field<T>, key: string): T | undefined {
    if (found.state === 'repeated') this.#fail('REPEATED', this.#typeOf(key));
    if (found.state === 'length') this.#fail('LENGTH', this.#typeOf(key));
    return found.state === 'present' ? found.value : undefined;
  }

  #typeOf(key: string): number | undefined {
    return this.#message.profile.attributes.find((row) => row.key === key)?.type;
  }

  #fail(code: BodyErrorCode, type: number | undefined): void {
    this.#failed.first ??= { ok: false, code, type };
  }
}
