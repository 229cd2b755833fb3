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

const absorb = (backEnd) =>
  fn(
    backEnd,
    'absorb',
    'lanes: usize, offset: usize, stream: usize, mac: usize, open: bool',
    'Before `apply`: adds the plaintext of one block of eight packets to mac; where they are opened, that is packet ^ stream.',
    (e) => {
      const opening = e.mask('u32(open)');
      const blocks = BITS.map((lane) => e.variable(e.load(load(lane))));
      swapLanes(e, blocks);
      blocks.forEach((block, k) => {
        const plain = e.xor(block, e.and(e.load('stream', 16 * k), opening));
        e.store('mac', 16 * k, e.xor(e.load('mac', 16 * k), plain));
      });
    },
  );

const apply = (backEnd) =>
  fn(
    backEnd,
    'apply',
    'lanes: usize, offset: usize, stream: usize',
    'Adds the planes of key stream at `stream` to one block of eight packets.',
    (e) => {
      const blocks = loadPlanes(e, 'stream').map((plane) => e.variable(plane));
      swapLanes(e, blocks);
      for (const lane of BITS) e.store(load(lane), 0, e.xor(e.load(load(lane)), blocks[lane]));
    },
  );

export const lanes = [transpose, absorb, apply];
