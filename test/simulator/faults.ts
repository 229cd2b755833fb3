// Rules broken on purpose, around the engines, to see that a run notices:
//
//   grace     an SS wipes the older TEK as soon as it has the newer
//   nonce     a sealing key of the BS goes back by one PN, sometimes
//   evict     an evicted SS is refused from then on, but nobody is rekeyed (happenings.ts)
//   window    an SS forgets its replay windows
//   schedule  the BS's clock runs fast by a thousandth
//   hold      the BS does not hear that a service is to be held (happenings.ts)
//   state     an SS's disk says that it stored what it did not (simulator.ts)
import {
  REGION_WINDOWS,
  SLOT_KEY,
  SLOT_NEXT_PN,
  SLOT_WINDOW,
  WINDOW_ALIGN,
  WINDOW_LENGTH,
  WINDOW_NEXT,
  WINDOW_RING,
} from '../../assembly/layout.js';
import { instanceOf } from '../../bindings/core/core.js';
import { linearMemory, slotAddress } from '../../bindings/core/testing.js';
import type { Core, KeyHandle, Keys } from '../../bindings/core/types.js';
import type { Random } from '../support/random.js';
import { keyOf } from './observer.js';
import type { Break } from './types.js';

const RATE = 1.001;

/** The BS's clock at a time. */
export function clockOf(time: number, start: number, broken: Break | undefined): number {
  return broken === 'schedule' ? start + (time - start) * RATE : time;
}

/** When the BS's clock shows this. */
export function timeOf(clock: number, start: number, broken: Break | undefined): number {
  return broken === 'schedule' ? start + (clock - start) / RATE : clock;
}

/** Builds the fault into a core of the BS or of SSs, if it belongs there. */
export function breakCore(core: Core, side: 'bs' | 'ss', broken: Break | undefined, random: Random): void {
  if (side === 'ss' && broken === 'grace') wipeOlder(core);
  if (side === 'ss' && broken === 'window') forgetWindows(core);
  if (side === 'bs' && broken === 'nonce') rewind(core, random);
}

function wipeOlder(core: Core): void {
  const keys = core.keys as { -readonly [K in keyof Keys]: Keys[K] };
  const unwrap = keys.unwrap.bind(keys);
  const last = new Map<string, KeyHandle>();
  keys.unwrap = (blob, kek, birth) => {
    const installed = unwrap(blob, kek, birth);
    if (installed?.outcome !== 'new') return installed;
    const name = `${birth.owner} ${birth.said}`;
    const older = last.get(name);
    last.set(name, installed.key);
    if (older !== undefined && keys.isLive(older)) {
      const at = slotAddress(core, older) + SLOT_KEY;
      linearMemory(core).fill(0, at, at + 16);
    }
    return installed;
  };
}

function rewind(core: Core, random: Random): void {
  const traffic = core.traffic.bind(core);
  (core as { traffic: Core['traffic'] }).traffic = (options) => {
    const batch = traffic(options);
    const add = batch.addPayload.bind(batch);
    batch.addPayload = (sa, payload) => {
      const word = (slotAddress(core, keyOf(sa)) + SLOT_NEXT_PN) >> 2;
      const words = new Uint32Array(linearMemory(core).buffer);
      const next = words[word] ?? 0;
      if (next > 1 && random.between(1, 10) === 1) words[word] = next - 1;
      return add(sa, payload);
    };
    return batch;
  };
}

function forgetWindows(core: Core): void {
  const windows = instanceOf(core).exports.address(REGION_WINDOWS);
  const size = (WINDOW_RING + core.info().replayWindow / 8 + WINDOW_ALIGN - 1) & -WINDOW_ALIGN;
  const traffic = core.traffic.bind(core);
  (core as { traffic: Core['traffic'] }).traffic = (options) => {
    const batch = traffic(options);
    const add = batch.addPdu.bind(batch);
    batch.addPdu = (sa, pdu, frame) => {
      const words = new Uint32Array(linearMemory(core).buffer);
      const at = windows + (words[(slotAddress(core, keyOf(sa)) + SLOT_WINDOW) >> 2] ?? 0) * size;
      for (let i = 0; i < size; i += 4) {
        if (i !== WINDOW_LENGTH && i !== WINDOW_NEXT) words[(at + i) >> 2] = 0;
      }
      return add(sa, pdu, frame);
    };
    return batch;
  };
}
