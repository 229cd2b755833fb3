// Blocks to planes and back, and the step of CCM that touches the packet: load a block per lane, apply the key stream, feed the
// plaintext to the MAC, store. `lanes`: eight u32, the address of each lane's packet; `offset`: how far all lanes are.

import { fn, loadPlanes, storePlanes } from './emit.mjs';
import { BITS, transposition } from './linear.mjs';

const load = (lane) => `<usize>load<u32>(lanes, ${4 * lane}) + offset`;

/** Swaps blocks and planes, in place in eight variables: its own inverse. */
export function swapLanes(e, variables) {
  for (const { by, keep, pairs } of transposition) {
    const mask = e.repeat(keep);
    for (const [low, high] of pairs) {
      const [a, b] = [variables[low], variables[high]];
      const moved = e.and(e.xor(e.right(a, by), b), mask);
      e.assign(b, e.xor(b, moved));
      e.assign(a, e.xor(a, e.left(moved, by)));
    }
  }
}

const transpose = (backEnd) =>
  fn(
    backEnd,
    'transpose',
    'from: usize, to: usize',
    'Eight blocks to eight planes, or eight planes to eight blocks.',
    (e) => {
      const blocks = loadPlanes(e, 'from').map((block) => e.variable(block));
      swapLanes(e, blocks);
      storePlanes(e, 'to', 0, blocks);
    },
  );

const crypt = (backEnd) =>
  fn(
    backEnd,
    'crypt',
    'lanes: usize, offset: usize, stream: usize, mac: usize, mixed: usize, open: bool',
    'One block of eight packets, in place, with the key stream planes at `stream`; mixed = mac ^ plaintext.',
    (e) => {
      const opening = e.mask('u32(open)');
      const blocks = BITS.map((lane) => e.variable(e.load(load(lane))));
      swapLanes(e, blocks);
      blocks.forEach((block, k) => {
        const stream = e.load('stream', 16 * k);
        const plain = e.xor(block, e.and(stream, opening));
        e.store('mixed', 16 * k, e.xor(e.load('mac', 16 * k), plain));
        e.assign(block, e.xor(block, stream));
      });
      swapLanes(e, blocks);
      for (const lane of BITS) e.store(load(lane), 0, blocks[lane]);
    },
  );

export const lanes = [transpose, crypt];
