// A batch that ends half way for want of stack, in the middle of the wasm: the scratch of the core is as it was before.
import { describe, expect, it } from 'vitest';
import { REGION_IO } from '../../assembly/layout.js';
import { instanceOf } from '../../bindings/core/core.js';
import { birth, testingCore } from './support.js';

const KEY = new Uint8Array(16).fill(7);
const MESSAGE = Uint8Array.from({ length: 50 }, (_, i) => i + 1);
const PACKETS = 8;

/** Runs `call` below `depth` frames. */
function below(depth: number, call: () => void): void {
  if (depth === 0) call();
  else below(depth - 1, call);
}

/** Frames of {@link below} that this stack has room for, or a few more. */
function room(): number {
  let frames = 1024;
  for (let step = frames; step >= 1; ) {
    try {
      below(frames + step, () => {});
      frames += step;
      step *= 2;
    } catch {
      step = Math.floor(step / 2);
    }
  }
  return frames;
}

/** Seals with more and more stack to spare; says how often that failed and left something in scratch, and in the arena what is neither zero nor as it was. */
function exhaust(wipe?: (at: number, length: number) => void): { scratch: number; batch: number } {
  const core = testingCore();
  const { exports, u8 } = instanceOf(core);
  const wiped = exports.wipe;
  if (wipe !== undefined) exports.wipe = wipe;
  const sa = { key: core.keys.put(KEY, birth('seal-down', 1)).key, eks: 0, cid: 1 };
  const table = core.saTable(1);
  table.set(0, sa);
  const traffic = core.traffic({ packets: PACKETS, table });
  const statics = u8.subarray(0, exports.address(REGION_IO));
  const fill = () => {
    for (let i = 0; i < PACKETS - 1; i++) traffic.addPayload(sa, MESSAGE);
    traffic.addPayloads(Uint32Array.of(0), MESSAGE, Uint16Array.of(MESSAGE.length));
  };
  fill();
  traffic.seal();
  const before = statics.slice();
  const left = { scratch: 0, batch: 0 };
  for (let depth = room() + 20, sealed = 0; sealed < 5; depth--) {
    fill();
    const filled = traffic.arena.slice();
    let failed = false;
    try {
      below(depth, () => traffic.seal());
      sealed++;
    } catch (e) {
      if (!(e instanceof RangeError)) throw e;
      failed = true;
    }
    if (Buffer.compare(statics, before) !== 0) left.scratch++;
    wiped(0, 0);
    if (failed && traffic.arena.some((b) => b !== 0) && Buffer.compare(traffic.arena, filled) !== 0) left.batch++;
    traffic.clear();
  }
  return left;
}

describe('a batch that the stack has no room for', () => {
  it('leaves neither keys in scratch nor halves of packets', () => {
    // Where the stack ends is the engine's affair: until one batch was seen that would have left something.
    let tries = 0;
    for (let left = { scratch: 0, batch: 0 }; left.scratch === 0 || left.batch === 0; left = exhaust(() => {}))
      expect(++tries).toBeLessThan(20);
    for (let i = 0; i < tries; i++) expect(exhaust()).toEqual({ scratch: 0, batch: 0 });
  });
});
