// The clock of the core that runs us, found by a chain of additions: each needs the one before, so each takes one cycle.
// The chain is a loop of eight in a wasm module of its own, where no engine can fold it.
import type { Contestant } from './paired.js';

/** Cycles that eight packets' AES must take per byte of CCM: what three vector ports allow a bit-sliced AES, twice a block. */
export const PORT_BOUND = 8.6;

const ADDS = 8;

//  (func (export "adds") (param $n i32) (result i64) (local $a i64) (local $b i64)
//    (local.set $b (i64.const 1))
//    (loop  a += b; b += a; (four times)  (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
//    (local.get $a))
function addsModule(): Uint8Array<ArrayBuffer> {
  const add = (to: number, by: number) => [0x20, to, 0x20, by, 0x7c, 0x21, to];
  const chain = Array.from({ length: ADDS / 2 }, () => [...add(1, 2), ...add(2, 1)]).flat();
  const loop = [0x03, 0x40, ...chain, 0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b];
  const body = [1, 2, 0x7e, 0x42, 1, 0x21, 2, ...loop, 0x20, 1, 0x0b];
  const section = (id: number, bytes: number[]) => [id, bytes.length, ...bytes];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 1, 0x7f, 1, 0x7e]), // one type: i32 -> i64
    ...section(3, [1, 0]), // one function of it
    ...section(7, [1, 4, ...Buffer.from('adds'), 0, 0]),
    ...section(10, [1, body.length, ...body]),
  ]);
}

/** Counts cycles as if they were packets: nanoseconds per packet are nanoseconds per cycle. */
export function cycleCounter(): Contestant {
  const { adds } = new WebAssembly.Instance(new WebAssembly.Module(addsModule())).exports;
  const turns = 20_000;
  return {
    name: 'clock',
    run() {
      (adds as (turns: number) => bigint)(turns);
      return turns * ADDS;
    },
  };
}
