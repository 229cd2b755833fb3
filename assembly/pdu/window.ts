// Replay windows (after RFC 4303 §3.4.3): which PNs of a TEK were accepted already. A table apart from the slots; a slot's windows, one
// for each sender, form a chain.
//
//   PN <= top - length    below the window: refused
//   PN in it              accepted if its bit, (PN mod length) of the ring, is not set
//   PN > top              accepted; the window slides, the bits of the PNs skipped are cleared
//
// Only an authentic packet may touch a window: `accept` is called after every ICV verdict of the batch, in the order of `add`.
import {
  CIPHER_CCM,
  DESC_CIPHER,
  DESC_KEY,
  DESC_PN,
  DESC_SIZE,
  DESC_STATUS,
  NONE,
  SLOT_KEY,
  SLOT_WINDOW,
  STATUS_OK,
  WINDOW_BITMAP,
  WINDOW_LENGTH,
  WINDOW_NEXT,
  WINDOW_SENDER,
  WINDOW_TOP,
} from '../layout';
import { windowCount, windowSize, windows } from '../vault/memory';

let FRESH: u32 = 0;
let FREE: u32 = 0;
let USED: u32 = 0;

export class Windows {
  @inline static at(index: u32): usize {
    return windows + index * windowSize;
  }

  @inline static used(): u32 {
    return USED;
  }

  @inline static free(): u32 {
    return windowCount - USED;
  }

  @inline static full(): bool {
    return USED === windowCount;
  }

  /** A window of `length` PNs that has accepted none above `top`, and refuses all up to it. NONE when there is none left. */
  static allocate(length: u32, top: u32, sender: u32): u32 {
    let index: u32;
    if (FREE !== 0) {
      index = FREE - 1;
      FREE = load<u32>(Windows.at(index), WINDOW_NEXT);
    } else if (FRESH < windowCount) index = FRESH++;
    else return NONE;
    USED++;
    const w = Windows.at(index);
    store<u32>(w, top, WINDOW_TOP);
    store<u32>(w, length, WINDOW_LENGTH);
    store<u32>(w, 0, WINDOW_NEXT);
    store<u32>(w, sender, WINDOW_SENDER);
    memory.fill(w + WINDOW_BITMAP, 0xff, length / 8);
    return index;
  }

  static release(index: u32): void {
    const w = Windows.at(index);
    memory.fill(w, 0, windowSize);
    store<u32>(w, FREE, WINDOW_NEXT);
    FREE = index + 1;
    USED--;
  }

  /** Reads the words that `accept` will, as {@link Slots.fetch} reads slots. */
  static fetch(descs: usize, end: usize): void {
    for (let d = descs; d < end; d += DESC_SIZE) {
      if (load<u8>(d, DESC_STATUS) !== STATUS_OK || load<u8>(d, DESC_CIPHER) !== CIPHER_CCM) continue;
      const w = Windows.at(load<u32>(load<u32>(d, DESC_KEY) - SLOT_KEY, SLOT_WINDOW));
      load<u32>(Windows.word(w, load<u32>(d, DESC_PN) % load<u32>(w, WINDOW_LENGTH)));
    }
  }

  @inline static word(w: usize, at: u32): usize {
    return w + WINDOW_BITMAP + ((at >> 6) << 3);
  }

  /** True, and PN is marked, if it was not accepted before. */
  static accept(w: usize, pn: u32): bool {
    const top = load<u32>(w, WINDOW_TOP);
    const length = load<u32>(w, WINDOW_LENGTH);
    const at = pn % length;
    const word = Windows.word(w, at);
    const bit: u64 = 1 << (<u64>at & 63);
    if (pn > top) {
      if (pn - top > 1) Windows.clear(w + WINDOW_BITMAP, length, top, pn - top - 1);
      store<u32>(w, pn, WINDOW_TOP);
    } else if (top - pn >= length || (load<u64>(word) & bit) !== 0) return false;
    store<u64>(word, load<u64>(word) | bit);
    return true;
  }

  /** Clears the bits of the `skipped` PNs after `top`. */
  private static clear(bitmap: usize, length: u32, top: u32, skipped: u32): void {
    if (skipped >= length) {
      memory.fill(bitmap, 0, length / 8);
      return;
    }
    let at = (top + 1) % length;
    while (skipped > 0) {
      const n = min<u32>(64 - (at & 63), skipped);
      const mask: u64 = (n === 64 ? ~0 : ((<u64>1) << n) - 1) << (<u64>at & 63);
      const word = bitmap + ((at >> 6) << 3);
      store<u64>(word, load<u64>(word) & ~mask);
      skipped -= n;
      at += n;
      if (at === length) at = 0;
    }
  }
}
