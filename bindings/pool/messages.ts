// What home and a worker say to each other. Messages arrive in the order they were sent: that is what makes a recall a drain.
//
//   home                                        worker
//   start  KEK, sizes               ------>     makes a core, installs the KEK, wipes its bytes
//                                   <------     started
//   batch  table and image, if shared -->
//   lend   notes                    ------>     borrows (again: more PNs)
//   run    rows of a batch          ------>     one wasm call
//                                   <------     ran: results in the same rows
//   recall slots                    ------>     gives back, after all runs before it
//                                   <------     returned: notes
//   forget                          ------>     erases
//                                   <------     fault: the worker is of no more use
import type { Crc } from '../core/types.js';

/** The rows (core/place.ts, ROW_*) and bytes of one worker's part of a batch; of packets added together the bytes of all workers. */
export interface Part {
  table: Uint32Array<ArrayBufferLike>;
  image: Uint8Array<ArrayBufferLike>;
  together: Uint8Array<ArrayBufferLike>;
}

/** A TEK, named by its handle at home. */
export interface Lent {
  slot: number;
  generation: number;
}

/** The note to borrow it with, or to settle its loan with. */
export interface Loan extends Lent {
  note: Uint8Array;
}

export interface Sizes {
  slots: number;
  windows: number;
  replayWindow: number;
  packets: number;
  arenaBytes: number;
}

export type ToWorker =
  | { do: 'start'; kek: Uint8Array; sizes: Sizes; module?: WebAssembly.Module | undefined }
  | { do: 'batch'; batch: number; part: Part }
  | { do: 'unbatch'; batch: number }
  | { do: 'clear' }
  | { do: 'lend'; loans: Loan[] }
  | { do: 'recall'; lent: Lent[] }
  | { do: 'forget'; slot: number }
  /** `together`: bytes of packets added together. `part`: when memory is not shared. */
  | {
      do: 'run';
      run: number;
      batch: number;
      sealing: boolean;
      packets: number;
      together: number;
      crc: Crc;
      now: number;
      part?: Part;
    };

export type ToHome =
  | { did: 'started'; flavour: string }
  | { did: 'ran'; run: number; done: number; part?: Part }
  | { did: 'returned'; loans: Loan[] }
  | { did: 'fault'; code: string; message: string };
