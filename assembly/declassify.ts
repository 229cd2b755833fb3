// Where something computed from secrets becomes public, on purpose. These do nothing and cost nothing: they mark the places for the
// reader, and for the constant-time check (test/constant-time), which compiles its own in their stead. There, every other branch, select
// or address that depends on a secret is an error.

export class Declassify {
  /** The value is public from here on. */
  @inline static value<T>(value: T): T {
    return value;
  }

  /** So are these bytes. */
  @inline static bytes(at: usize, length: usize): void {}
}
