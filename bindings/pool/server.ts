// A worker: a core of its own that borrows TEKs and runs batches.
//
// Between messages: record `slot` of `#loans` says of which generation at home the TEK is that was lent from that slot (0: none), and which
// slot and generation it has here; a row of a batch that names another generation gets KEY_ERASED.
import { createCore } from '../core/core.js';
import { ROW_GENERATION, ROW_SLOT, ROW_WORDS } from '../core/place.js';
import type { TrafficBatch } from '../core/traffic.js';
import type { Core, Crc, KeyHandle } from '../core/types.js';
import { TekcastError } from '../errors.js';
import type { Lent, Loan, Part, Sizes, ToWorker } from './messages.js';
import type { WorkerPort } from './port.js';

const NO_SLOT = 0xffffffff;
const AT_HOME = 0;
const SLOT = 1;
const HERE = 2;
const WORDS = 4;

/** Serves one home until an error; then it tells and does nothing more. */
export function serve(port: WorkerPort): void {
  let server: Server | undefined;
  let failed = false;
  const fail = (e: unknown) => {
    failed = true;
    server?.dispose();
    const error = e as { code?: string; message?: string };
    port.post({ did: 'fault', code: error.code ?? 'WORKER_FAILED', message: error.message ?? String(e) });
  };
  const start = async (message: Extract<ToWorker, { do: 'start' }>) => {
    try {
      server = await Server.start(port, message.kek, message.sizes, message.module);
    } finally {
      message.kek.fill(0);
    }
    port.post({ did: 'started', flavour: server.flavour });
  };
  port.listen((message) => {
    if (failed) return;
    if (message.do === 'start') {
      start(message).catch(fail);
      return;
    }
    try {
      if (server === undefined) throw new TekcastError('WORKER_FAILED', 'not started', message.do);
      server.obey(message);
    } catch (e) {
      fail(e);
    }
  });
}

class Server {
  readonly flavour: string;
  readonly #port: WorkerPort;
  readonly #core: Core;
  readonly #kek: KeyHandle;
  readonly #sizes: Sizes;
  readonly #parts = new Map<number, Part>();
  readonly #keys: (KeyHandle | undefined)[] = [];
  readonly #owners: number[] = [];
  readonly #loans: Uint32Array;
  #crc: Crc = 'msb';
  #batch: TrafficBatch | undefined;

  static async start(port: WorkerPort, kek: Uint8Array, sizes: Sizes, module?: WebAssembly.Module): Promise<Server> {
    const { slots, ...rest } = sizes;
    const core = await createCore({ slots: slots + 1, ...rest, ...(module === undefined ? {} : { module }) });
    return new Server(port, core, core.keys.put(kek, { use: 'kek-aeskw', owner: core.newOwner() }).key, sizes);
  }

  private constructor(port: WorkerPort, core: Core, kek: KeyHandle, sizes: Sizes) {
    this.flavour = core.info().flavour;
    this.#port = port;
    this.#core = core;
    this.#kek = kek;
    this.#sizes = sizes;
    this.#loans = new Uint32Array(sizes.slots * WORDS);
  }

  obey(message: Exclude<ToWorker, { do: 'start' }>): void {
    switch (message.do) {
      case 'run':
        this.#run(message);
        break;
      case 'lend':
        for (const loan of message.loans) this.#lend(loan);
        break;
      case 'recall': {
        this.#port.post({ did: 'returned', loans: message.lent.map((lent) => this.#giveBack(lent)) });
        break;
      }
      case 'forget':
        this.#lent(message.slot);
        this.#drop(message.slot);
        break;
      case 'batch':
        this.#parts.set(message.batch, message.part);
        break;
      case 'unbatch':
        this.#parts.delete(message.batch);
        break;
      case 'clear':
        this.#batch?.clear();
    }
  }

  dispose(): void {
    this.#core.dispose();
  }

  #lent(slot: number): KeyHandle {
    const key = this.#keys[slot];
    if (key === undefined) throw new TekcastError('KEY_ERASED', 'no TEK of that slot is here', 'slot', slot);
    return key;
  }

  #lend({ slot, generation, note }: Loan): void {
    const owner = this.#owners[slot] ?? this.#core.newOwner();
    const key = this.#core.keys.borrow(note, this.#kek, owner);
    if (key === undefined) throw new TekcastError('NOTE', 'the note is not whole, or came twice', 'slot', slot);
    this.#owners[slot] = owner;
    this.#keys[slot] = key;
    this.#loans[slot * WORDS + AT_HOME] = generation;
    this.#loans[slot * WORDS + SLOT] = key.slot;
    this.#loans[slot * WORDS + HERE] = key.generation;
  }

  #giveBack({ slot, generation }: Lent): Loan {
    const note = this.#core.keys.giveBack(this.#lent(slot), this.#kek);
    this.#drop(slot);
    return { slot, generation, note };
  }

  /** Erases what is left of a loan, its tombstone too: home keeps count. */
  #drop(slot: number): void {
    this.#core.keys.forget(this.#owners[slot] as number);
    delete this.#owners[slot];
    delete this.#keys[slot];
    this.#loans[slot * WORDS + AT_HOME] = 0;
  }

  #run(message: Extract<ToWorker, { do: 'run' }>): void {
    const { run, packets, together, sealing, now } = message;
    const part = message.part ?? this.#parts.get(message.batch);
    if (part === undefined) throw new TekcastError('WORKER_FAILED', 'no such batch', 'batch', message.batch);
    const { table, image } = part;
    const loans = this.#loans;
    for (let i = 0, row = 0; i < packets; i++, row += ROW_WORDS) {
      const at = (table[row + ROW_SLOT] as number) * WORDS;
      const here = loans[at + AT_HOME] === table[row + ROW_GENERATION];
      table[row + ROW_SLOT] = here ? (loans[at + SLOT] as number) : NO_SLOT;
      table[row + ROW_GENERATION] = here ? (loans[at + HERE] as number) : 0;
    }
    const batch = this.#traffic(message.crc);
    batch.load(sealing, packets, table, image, part.together.subarray(0, together));
    const done = sealing ? batch.seal(now) : batch.open(now);
    batch.store(table, image);
    if (message.part === undefined) this.#port.post({ did: 'ran', run, done });
    else this.#port.post({ did: 'ran', run, done, part }, [table.buffer, image.buffer] as ArrayBuffer[]);
  }

  /** One batch over the whole arena serves all: runs follow one another. */
  #traffic(crc: Crc): TrafficBatch {
    if (this.#batch === undefined || this.#crc !== crc) {
      this.#batch?.dispose();
      const { packets, arenaBytes } = this.#sizes;
      this.#batch = this.#core.traffic({ packets, bytes: arenaBytes, crc }) as TrafficBatch;
      this.#crc = crc;
    }
    return this.#batch;
  }
}
