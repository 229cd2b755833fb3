// The one error class. A leaf: every room may import it, it imports nothing.

/**
 * An error with a stable code, the name of what was wrong and, where there is one, the offending number.
 * Never holds a byte of a key, nor anything derived from one.
 */
export class TekcastError extends Error {
  override readonly name = 'TekcastError';
  /** Stable across releases; match on this, not on the message. */
  readonly code: string;
  /** The offending option, attribute or handle, for example `slots` or `TEK(said=0x0205 seq=2 slot=17)`. */
  readonly subject: string | undefined;
  /** The offending number: a length in bytes, a count, a PN. */
  readonly value: number | bigint | undefined;

  constructor(code: string, message: string, subject?: string, value?: number | bigint) {
    super(`${code}: ${message}`);
    this.code = code;
    this.subject = subject;
    this.value = value;
  }
}

/** True for a TekcastError of any copy of this package: the ESM and CJS builds are two modules, so `instanceof` would lie. */
export function isTekcastError(e: unknown): e is TekcastError {
  return e instanceof Error && e.name === 'TekcastError' && typeof (e as { code?: unknown }).code === 'string';
}
