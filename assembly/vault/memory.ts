// The regions of linear memory (drawn in layout.ts): taken once, before anything else, and never grown, so that views of it stay valid.
import { BatchOrder } from '../batch/order';
import {
  BULK_MAX,
  BULK_SIZE,
  COLD_SIZE,
  DESC_SIZE,
  FRESH_POOL,
  IO_SIZE,
  REGION_ARENA,
  REGION_BULK,
  REGION_COLD,
  REGION_DESCRIPTORS,
  REGION_FRESH,
  REGION_IO,
  REGION_SLOTS,
  REGION_WINDOWS,
  SLOT_SIZE,
  TOMB_SIZE,
  WINDOW_ALIGN,
  WINDOW_RING,
} from '../layout';

export let io: usize = 0;
export let fresh: usize = 0;
export let bulk: usize = 0;
export let slots: usize = 0;
export let cold: usize = 0;
export let tombstones: usize = 0;
export let fingerprintHeads: usize = 0;
export let ownerRows: usize = 0;
export let ownerSlots: usize = 0;
export let windows: usize = 0;
export let descriptors: usize = 0;
export let arena: usize = 0;

export let slotCount: u32 = 0;
export let tombstoneCount: u32 = 0;
export let windowCount: u32 = 0;
export let windowSize: u32 = 0; // bytes of one window, rounded up
export let windowMax: u32 = 0; // PNs of the longest
export let fingerprintMask: u32 = 0;
export let ownerMask: u32 = 0;

const PAGE: u64 = 65536;
let END: u64 = 0;

export class Memory {
  /** False when the engine has not that much memory to give. */
  static take(nSlots: u32, nWindows: u32, replayWindow: u32, nTombstones: u32, packets: u32, arenaBytes: u32): bool {
    slotCount = nSlots;
    tombstoneCount = nTombstones;
    windowCount = nWindows;
    windowMax = replayWindow;
    windowSize = (WINDOW_RING + replayWindow / 8 + WINDOW_ALIGN - 1) & ~(WINDOW_ALIGN - 1);
    fingerprintMask = Memory.buckets(nTombstones) - 1;
    ownerMask = Memory.buckets(nSlots) - 1;

    END = __heap_base;
    io = Memory.region(IO_SIZE, 1);
    fresh = Memory.region(FRESH_POOL, 1);
    bulk = Memory.region(BULK_SIZE + 16, BULK_MAX);
    slots = Memory.region(SLOT_SIZE, nSlots);
    cold = Memory.region(COLD_SIZE, nSlots);
    tombstones = Memory.region(TOMB_SIZE, nTombstones);
    fingerprintHeads = Memory.region(4, fingerprintMask + 1);
    ownerRows = Memory.region(4, ownerMask + 1);
    ownerSlots = Memory.region(4, ownerMask + 1);
    windows = Memory.region(windowSize, nWindows);
    const order = Memory.region(<u32>BatchOrder.bytes(packets), 1);
    descriptors = Memory.region(DESC_SIZE, packets);
    arena = Memory.region(arenaBytes, 1);
    END += 16; // a packet's last block is read and written whole

    const pages = (END + PAGE - 1) / PAGE;
    if (pages > 32767) return false; // addresses stay positive as i32
    const more = <i32>pages - memory.size();
    if (more > 0 && memory.grow(more) < 0) return false;
    BatchOrder.init(order, packets);
    return true;
  }

  /** Where JavaScript finds a region. */
  static address(region: u32): usize {
    if (region === REGION_IO) return io;
    if (region === REGION_SLOTS) return slots;
    if (region === REGION_COLD) return cold;
    if (region === REGION_WINDOWS) return windows;
    if (region === REGION_DESCRIPTORS) return descriptors;
    if (region === REGION_ARENA) return arena;
    if (region === REGION_FRESH) return fresh;
    if (region === REGION_BULK) return bulk;
    return 0;
  }

  private static region(size: u32, count: u32): usize {
    const start = (END + 63) & ~63;
    END = start + <u64>size * <u64>count;
    return <usize>start;
  }

  /** The power of two at or above n. */
  private static buckets(n: u32): u32 {
    return n <= 1 ? 1 : 1 << (32 - clz<u32>(n - 1));
  }
}
