// A TEK on loan to another vault: home lends it with a range of PNs (or with its replay window), the borrower seals (or opens) and gives it
// back. What passes between them is a note, wrapped under a KEK that both hold, so that nobody between them reads a key or sets a PN:
//
//   0     16     20    24      28   29  30    31  32      40       44   46   48          56     60       64
//   | TEK | loan | next| lease |kind|use|ciph |eks| bytes | packets|said|    | first use | tail | window | top | 0 | bits ...
//
//   lend     next, lease: the PNs lent, [next, lease)     bytes: what the byte limit leaves     window: its PNs, 0 for none; then the window itself
//   return   next: first PN not used                      bytes, packets, first use, tail: what the borrower did
//
// Why no PN is used twice, whatever happens between the vaults:
//   home burns the range as it lends it (its next PN becomes the range's end), and refuses to seal or open until the loan is settled or written off;
//   only a return of the last loan of that very slot sets next back, into the range, and only once: loans are numbered, numbers never come again;
//   a borrower takes each number once (the KEK's slot keeps the highest it has seen), and a lend note is no return note.
import { Block } from '../aes/block';
import { Scratch } from '../aes/scratch';
import { Compare } from '../compare';
import { Declassify } from '../declassify';
import {
  BIRTH_BYTE_LIMIT,
  BIRTH_CIPHER,
  BIRTH_FIRST_PN,
  BIRTH_GENERATION,
  BIRTH_LEASE,
  BIRTH_SAID,
  BIRTH_SEQUENCE,
  BIRTH_SLOT,
  BIRTH_USE,
  BIRTH_WINDOW,
  COLD_FIRST_USE,
  COLD_LOAN,
  COLD_LOAN_FIRST,
  COLD_LOAN_KEK,
  COLD_LOAN_KEK_GENERATION,
  IO_BIRTH,
  IO_DATA,
  IO_OUT,
  LOAN_BORROWED,
  LOAN_LENT,
  LOAN_NONE,
  NONE,
  PDU_MAX,
  SLOT_BYTE_LIMIT,
  SLOT_BYTES,
  SLOT_CIPHER,
  SLOT_EKS,
  SLOT_KEY,
  SLOT_LEASE,
  SLOT_LOAN,
  SLOT_NEXT_PN,
  SLOT_PACKETS,
  SLOT_SAID,
  SLOT_TAIL,
  SLOT_USE,
  SLOT_WINDOW,
  USE_KEK_AESKW,
  VAULT_DONE,
  VAULT_ERASED,
  VAULT_FULL_WINDOWS,
  VAULT_INTEGRITY,
  VAULT_LENT,
  VAULT_LIVE,
  VAULT_LOWER,
  VAULT_RESUMED,
  VAULT_USE,
  WINDOW_BITMAP,
  WINDOW_LENGTH,
  WINDOW_TOP,
} from '../layout';
import { KeyWrap } from '../mode/keywrap';
import { Windows } from '../pdu/window';
import { Install } from './install';
import { io, windowMax } from './memory';
import { Slots } from './slots';

const LOAN: usize = 16;
const NEXT: usize = 20;
const LEASE: usize = 24;
const KIND: usize = 28;
const USE: usize = 29;
const CIPHER: usize = 30;
const EKS: usize = 31;
const BYTES: usize = 32;
const PACKETS: usize = 40;
const SAID: usize = 44;
const FIRST_USE: usize = 48;
const TAIL: usize = 56;
const WINDOW: usize = 60;
const HEAD: u32 = 64;
const TOP: usize = 64;
const BITMAP: usize = 72;

const KIND_LEND: u8 = 1;
const KIND_RETURN: u8 = 2;
const NO_LIMIT: u64 = u64.MAX_VALUE;
const PLAIN: usize = 32768; // of the io region: the note before it is wrapped; the wrapped one stands at IO_DATA
const WRAPPED_MAX: u32 = <u32>PLAIN - IO_DATA;

/** Loans made by this vault. */
let LOANS: u32 = 0;

export class Loan {
  /** Lends [next, upTo) of a sealing slot, or an opening slot; once lent, to the same borrower, more PNs. The note goes to IO_DATA, its length to IO_OUT. */
  static lend(slot: u32, generation: u32, kekSlot: u32, kekGeneration: u32, upTo: u32): u32 {
    const hot = Slots.find(slot, generation);
    const kek = Slots.find(kekSlot, kekGeneration);
    if (hot === 0 || kek === 0) return VAULT_ERASED;
    const use = load<u8>(hot, SLOT_USE);
    if (!Install.isTek(use) || load<u8>(kek, SLOT_USE) !== USE_KEK_AESKW) return VAULT_USE;
    const line = Slots.cold(slot);
    const state = load<u8>(hot, SLOT_LOAN);
    if (state === LOAN_BORROWED) return VAULT_USE;
    if (state === LOAN_LENT && !Loan.under(line, kekSlot, kekGeneration)) return VAULT_LENT;
    const next = load<u32>(hot, SLOT_NEXT_PN);
    const seals = Install.seals(use);
    if (seals && (upTo < next || upTo > max<u32>(next, load<u32>(hot, SLOT_LEASE)))) return VAULT_LOWER;
    if (!seals && state === LOAN_LENT) return VAULT_LENT;
    if (LOANS === u32.MAX_VALUE) return VAULT_LENT;

    LOANS++;
    if (state === LOAN_NONE) store<u32>(line, next, COLD_LOAN_FIRST);
    store<u32>(line, LOANS, COLD_LOAN);
    store<u32>(line, kekSlot, COLD_LOAN_KEK);
    store<u32>(line, kekGeneration, COLD_LOAN_KEK_GENERATION);
    store<u8>(hot, LOAN_LENT, SLOT_LOAN);
    if (seals) store<u32>(hot, upTo, SLOT_NEXT_PN);

    const limit = load<u64>(hot, SLOT_BYTE_LIMIT);
    const done = load<u64>(hot, SLOT_BYTES);
    const left = limit === NO_LIMIT ? NO_LIMIT : limit - min<u64>(done, limit);
    return Loan.write(hot, KIND_LEND, kek, LOANS, next, upTo, left, NaN);
  }

  /** Takes the note at IO_DATA, `length` bytes, in; the owner stands in the birth record. VAULT_LIVE: more PNs for what is here already. */
  static borrow(length: u32, kekSlot: u32, kekGeneration: u32): u32 {
    const kek = Slots.find(kekSlot, kekGeneration);
    if (kek === 0) return VAULT_ERASED;
    if (load<u8>(kek, SLOT_USE) !== USE_KEK_AESKW) return VAULT_USE;
    const code = Loan.read(kek, length) ? Loan.take(kek) : VAULT_INTEGRITY;
    Loan.wipe(length);
    return code;
  }

  private static take(kek: usize): u32 {
    const note = io + PLAIN;
    const loan = load<u32>(note, LOAN);
    const window = load<u32>(note, WINDOW);
    if (load<u8>(note, KIND) !== KIND_LEND || loan <= load<u32>(kek, SLOT_NEXT_PN)) return VAULT_INTEGRITY;
    if (window > windowMax) return VAULT_FULL_WINDOWS;
    const birth = io + IO_BIRTH;
    store<u8>(birth, load<u8>(note, USE), BIRTH_USE);
    store<u8>(birth, load<u8>(note, CIPHER), BIRTH_CIPHER);
    store<u8>(birth, load<u8>(note, EKS), BIRTH_SEQUENCE);
    store<u16>(birth, load<u16>(note, SAID), BIRTH_SAID);
    store<u32>(birth, load<u32>(note, NEXT), BIRTH_FIRST_PN);
    store<u32>(birth, load<u32>(note, LEASE), BIRTH_LEASE);
    store<u32>(birth, window, BIRTH_WINDOW);
    store<u64>(birth, load<u64>(note, BYTES), BIRTH_BYTE_LIMIT);
    const code = Install.tek(note);
    if (code > <u32>VAULT_RESUMED) return code;
    const slot = load<u32>(birth, BIRTH_SLOT);
    const hot = Slots.hot(slot);
    if (code === VAULT_LIVE) {
      // More PNs continue those that are here; a slot that was not borrowed is nobody else's to lend.
      if (
        load<u8>(hot, SLOT_LOAN) !== LOAN_BORROWED ||
        !Install.seals(load<u8>(hot, SLOT_USE)) ||
        load<u32>(hot, SLOT_LEASE) !== load<u32>(note, NEXT)
      )
        return VAULT_INTEGRITY;
      store<u32>(hot, load<u32>(note, LEASE), SLOT_LEASE);
    } else {
      // A loan counts from nothing, though the key was here before: home adds what comes back, and lends what is left of the limit.
      store<u64>(hot, 0, SLOT_BYTES);
      store<u32>(hot, 0, SLOT_PACKETS);
      if (window !== 0) Loan.window(load<u32>(hot, SLOT_WINDOW));
    }
    store<u8>(hot, LOAN_BORROWED, SLOT_LOAN);
    store<u32>(Slots.cold(slot), loan, COLD_LOAN);
    store<u32>(kek, loan, SLOT_NEXT_PN);
    return code;
  }

  /** Erases a borrowed slot; the return note goes to IO_DATA, its length to IO_OUT. */
  static giveBack(slot: u32, generation: u32, kekSlot: u32, kekGeneration: u32): u32 {
    const hot = Slots.find(slot, generation);
    const kek = Slots.find(kekSlot, kekGeneration);
    if (hot === 0 || kek === 0) return VAULT_ERASED;
    if (load<u8>(hot, SLOT_LOAN) !== LOAN_BORROWED || load<u8>(kek, SLOT_USE) !== USE_KEK_AESKW) return VAULT_USE;
    const line = Slots.cold(slot);
    const next = load<u32>(hot, SLOT_NEXT_PN);
    const lease = load<u32>(hot, SLOT_LEASE);
    const bytes = load<u64>(hot, SLOT_BYTES);
    const code = Loan.write(
      hot,
      KIND_RETURN,
      kek,
      load<u32>(line, COLD_LOAN),
      next,
      lease,
      bytes,
      load<f64>(line, COLD_FIRST_USE),
    );
    Install.erase(slot);
    return code;
  }

  /** Ends a loan by the return note at IO_DATA. VAULT_INTEGRITY, and nothing moved: it is not the return of this slot's last loan. */
  static settle(slot: u32, generation: u32, kekSlot: u32, kekGeneration: u32, length: u32): u32 {
    const hot = Slots.find(slot, generation);
    const kek = Slots.find(kekSlot, kekGeneration);
    if (hot === 0 || kek === 0) return VAULT_ERASED;
    if (load<u8>(hot, SLOT_LOAN) !== LOAN_LENT || load<u8>(kek, SLOT_USE) !== USE_KEK_AESKW) return VAULT_USE;
    const code: u32 =
      Loan.read(kek, length) && Loan.returns(hot, slot, kekSlot, kekGeneration) ? VAULT_DONE : VAULT_INTEGRITY;
    if (code === VAULT_DONE) Loan.home(hot, slot);
    Loan.wipe(length);
    return code;
  }

  private static returns(hot: usize, slot: u32, kekSlot: u32, kekGeneration: u32): bool {
    const note = io + PLAIN;
    const line = Slots.cold(slot);
    const next = load<u32>(note, NEXT);
    const end = load<u32>(hot, SLOT_NEXT_PN);
    return (
      load<u8>(note, KIND) === KIND_RETURN &&
      Loan.under(line, kekSlot, kekGeneration) &&
      load<u32>(line, COLD_LOAN) === load<u32>(note, LOAN) &&
      load<u8>(note, USE) === load<u8>(hot, SLOT_USE) &&
      Compare.equal(note, hot + SLOT_KEY, 16) &&
      (!Install.seals(load<u8>(hot, SLOT_USE)) || (next >= load<u32>(line, COLD_LOAN_FIRST) && next <= end))
    );
  }

  /** Whether the loan was made under that KEK; another may be in its slot by now. */
  private static under(line: usize, kekSlot: u32, kekGeneration: u32): bool {
    return load<u32>(line, COLD_LOAN_KEK) === kekSlot && load<u32>(line, COLD_LOAN_KEK_GENERATION) === kekGeneration;
  }

  private static home(hot: usize, slot: u32): void {
    const note = io + PLAIN;
    const line = Slots.cold(slot);
    if (Install.seals(load<u8>(hot, SLOT_USE))) store<u32>(hot, load<u32>(note, NEXT), SLOT_NEXT_PN);
    else if (load<u32>(note, WINDOW) !== 0) Loan.window(load<u32>(hot, SLOT_WINDOW));
    store<u64>(hot, load<u64>(hot, SLOT_BYTES) + load<u64>(note, BYTES), SLOT_BYTES);
    store<u32>(hot, load<u32>(hot, SLOT_PACKETS) + load<u32>(note, PACKETS), SLOT_PACKETS);
    const began = load<f64>(note, FIRST_USE);
    if (began === began) {
      const first = load<f64>(line, COLD_FIRST_USE);
      const last = began + <f64>load<u32>(note, TAIL);
      if (first !== first) store<f64>(line, began, COLD_FIRST_USE);
      const since = max<f64>(last - load<f64>(line, COLD_FIRST_USE), 0);
      store<u32>(hot, max<u32>(load<u32>(hot, SLOT_TAIL), <u32>min<f64>(since, 4294967295)), SLOT_TAIL);
    }
    Loan.end(hot, line);
  }

  /**
   * Ends a loan whose borrower is lost. Sealing: every PN lent is burnt, and of a byte limit what that many packets may have taken.
   * Opening: nothing up to `top`, the highest PN known to be accepted, is accepted again.
   */
  static writeOff(slot: u32, generation: u32, top: u32): u32 {
    const hot = Slots.find(slot, generation);
    if (hot === 0) return VAULT_ERASED;
    if (load<u8>(hot, SLOT_LOAN) !== LOAN_LENT) return VAULT_USE;
    const line = Slots.cold(slot);
    const window = load<u32>(hot, SLOT_WINDOW);
    if (Install.seals(load<u8>(hot, SLOT_USE))) {
      const limit = load<u64>(hot, SLOT_BYTE_LIMIT);
      const burnt = <u64>(load<u32>(hot, SLOT_NEXT_PN) - load<u32>(line, COLD_LOAN_FIRST)) * PDU_MAX;
      if (limit !== NO_LIMIT) store<u64>(hot, min<u64>(limit, load<u64>(hot, SLOT_BYTES) + burnt), SLOT_BYTES);
    } else if (window !== NONE) {
      const w = Windows.at(window);
      store<u32>(w, max<u32>(load<u32>(w, WINDOW_TOP), top), WINDOW_TOP);
      Windows.refuse(w);
    }
    Loan.end(hot, line);
    return VAULT_DONE;
  }

  private static end(hot: usize, line: usize): void {
    store<u8>(hot, LOAN_NONE, SLOT_LOAN);
    store<u32>(line, 0, COLD_LOAN);
    store<u32>(line, 0, COLD_LOAN_FIRST);
    store<u32>(line, 0, COLD_LOAN_KEK);
    store<u32>(line, 0, COLD_LOAN_KEK_GENERATION);
  }

  /** The slot's note, wrapped, to IO_DATA. */
  private static write(
    hot: usize,
    kind: u8,
    kek: usize,
    loan: u32,
    next: u32,
    lease: u32,
    bytes: u64,
    first: f64,
  ): u32 {
    const note = io + PLAIN;
    Block.copy(note, hot + SLOT_KEY);
    store<u32>(note, loan, LOAN);
    store<u32>(note, next, NEXT);
    store<u32>(note, lease, LEASE);
    store<u8>(note, kind, KIND);
    store<u8>(note, load<u8>(hot, SLOT_USE), USE);
    store<u8>(note, load<u8>(hot, SLOT_CIPHER), CIPHER);
    store<u8>(note, load<u8>(hot, SLOT_EKS), EKS);
    store<u64>(note, bytes, BYTES);
    store<u64>(note, load<u32>(hot, SLOT_PACKETS), PACKETS);
    store<u16>(note, load<u16>(hot, SLOT_SAID), SAID);
    store<f64>(note, first, FIRST_USE);
    store<u32>(note, load<u32>(hot, SLOT_TAIL), TAIL);
    const index = load<u32>(hot, SLOT_WINDOW);
    let length = HEAD;
    store<u32>(note, 0, WINDOW);
    if (index !== NONE) {
      const w = Windows.at(index);
      const pns = load<u32>(w, WINDOW_LENGTH);
      store<u32>(note, pns, WINDOW);
      store<u64>(note, load<u32>(w, WINDOW_TOP), TOP);
      memory.copy(note + BITMAP, w + WINDOW_BITMAP, Windows.bytes(w));
      length = <u32>BITMAP + Windows.bytes(w);
    }
    KeyWrap.wrap(kek + SLOT_KEY, note, io + IO_DATA, length);
    store<u32>(io, length + 8, IO_OUT);
    memory.fill(note, 0, length);
    Scratch.wipe();
    return VAULT_DONE;
  }

  /** Unwraps the note at IO_DATA; false if it is not whole. */
  private static read(kek: usize, length: u32): bool {
    const plain = length - 8;
    if (length < HEAD + 8 || (length & 7) !== 0 || length > WRAPPED_MAX) return false;
    if (!KeyWrap.unwrap(kek + SLOT_KEY, io + IO_DATA, io + PLAIN, plain)) return false;
    Declassify.bytes(io + PLAIN + LOAN, plain - LOAN); // public: all but the TEK are numbers that stand in headers and counters
    const window = load<u32>(io + PLAIN, WINDOW);
    return plain === (window === 0 ? HEAD : <u32>BITMAP + 8 + window / 8);
  }

  /** The note's window into the table. */
  private static window(index: u32): void {
    const w = Windows.at(index);
    store<u32>(w, load<u32>(io + PLAIN, TOP), WINDOW_TOP);
    memory.copy(w + WINDOW_BITMAP, io + PLAIN + BITMAP, Windows.bytes(w));
  }

  /** After a note of `length` wrapped bytes was read; what is too long to be one was not unwrapped. */
  private static wipe(length: u32): void {
    const n = min<u32>(length, WRAPPED_MAX);
    memory.fill(io + PLAIN, 0, n);
    memory.fill(io + IO_DATA, 0, n);
    Scratch.wipe();
  }
}
