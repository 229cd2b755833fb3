// Replay windows (after RFC 4303 §3.4.3): which PNs of a TEK were accepted already. A table apart from the slots; a slot's windows, one
// for each sender, form a chain.
//
//   PN <= top - length    below the window: refused
//   PN in it              accepted if its bit is not set
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
  WINDOW_RING,
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
    Windows.refuse(w);
    return index;
  }

  static release(index: u32): void {
    const w = Windows.at(index);
    memory.fill(w, 0, windowSize);
    store<u32>(w, FREE, WINDOW_NEXT);
    FREE = index + 1;
    USED--;
  }

  /** All PNs up to the top count as accepted. */
  static refuse(w: usize): void {
    memory.fill(w + WINDOW_BITMAP, 0xff, Windows.bytes(w));
  }

  /** Bytes of its bits. */
  @inline static bytes(w: usize): u32 {
    return 8 + load<u32>(w, WINDOW_LENGTH) / 8;
  }

  /** Reads what `accept` will of PNs in order, as {@link Slots.fetch} reads slots. */
  static fetch(descs: usize, end: usize): void {
    for (let d = descs; d < end; d += DESC_SIZE) {
      if (load<u8>(d, DESC_STATUS) !== STATUS_OK || load<u8>(d, DESC_CIPHER) !== CIPHER_CCM) continue;
      load<u32>(Windows.at(load<u32>(load<u32>(d, DESC_KEY) - SLOT_KEY, SLOT_WINDOW)), WINDOW_TOP);
    }
  }

  /** True, and PN is marked, if it was not accepted before. */
  static accept(w: usize, pn: u32): bool {
    const top = load<u32>(w, WINDOW_TOP);
    const length = load<u32>(w, WINDOW_LENGTH);
    const bit: u64 = 1 << (<u64>pn & 63);
    if (pn <= top) {
      if (top - pn >= length) return false;
      const word = pn >> 6 === top >> 6 ? w + WINDOW_BITMAP : Windows.word(w, pn >> 6);
      if ((load<u64>(word) & bit) !== 0) return false;
      store<u64>(word, load<u64>(word) | bit);
      return true;
    }
    // Bits above the top say nothing yet.
    let block = load<u64>(w, WINDOW_BITMAP) & (<u64>-1 >> (63 - (<u64>top & 63)));
    if (pn >> 6 !== top >> 6) {
      Windows.turn(w, block, top >> 6, pn >> 6);
      block = 0;
    }
    store<u64>(w, block | bit, WINDOW_BITMAP);
    store<u32>(w, pn, WINDOW_TOP);
    return true;
  }

  /** Number `old` goes into the ring as the top leaves it for `to`; of the blocks between nothing was accepted. */
  private static turn(w: usize, block: u64, old: u32, to: u32): void {
    const words = load<u32>(w, WINDOW_LENGTH) >> 6;
    store<u64>(Windows.word(w, old), block);
    for (let b = to - min<u32>(words, to - old - 1); b < to; b++) store<u64>(Windows.word(w, b), 0);
  }

  @inline private static word(w: usize, block: u32): usize {
    return w + WINDOW_RING + ((<usize>(block % (load<u32>(w, WINDOW_LENGTH) >> 6))) << 3);
  }
}
