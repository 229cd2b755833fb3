// Compiled in place of assembly/declassify.ts: what becomes public is told to the driver (driver.c), and by it to valgrind.

declare function value(value: u64): u64;
declare function bytes(at: usize, length: usize): void;

export class Declassify {
  @inline static value<T>(v: T): T {
    return <T>value(<u64>v);
  }

  @inline static bytes(at: usize, length: usize): void {
    bytes(at, length);
  }
}
