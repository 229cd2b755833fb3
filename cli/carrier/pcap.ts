// Capture files, the classic pcap form (both byte orders and both time resolutions are read, one is written):
//
//   magic(4) version(2+2) zone(4) accuracy(4) snaplen(4) linktype(4), then per record: seconds(4) fraction(4) stored(4) length(4) bytes
import { closeSync, openSync, writeSync } from 'node:fs';
import { CliError, EXIT, reason } from '../exit.js';

const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const MAGIC_NANOSECONDS = 0xa1b23c4d;
const MAGIC_PCAPNG = 0x0a0d0d0a; // the same in both byte orders
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const SNAPLEN = 65_535;
export const LINKTYPE_ETHERNET = 1;

/** Bytes gathered before a write, and how long they may wait for one: ours. */
const BUFFER_BYTES = 256 * 1024;
const FLUSH_MS = 250;

export interface PcapRecord {
  /** Seconds since 1970. */
  readonly time: number;
  /** Offset of the record's bytes in the file. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export type PcapResult =
  | {
      readonly ok: true;
      readonly linktype: number;
      readonly records: readonly PcapRecord[];
      readonly truncated: boolean;
    }
  /** `PCAPNG`: the other form; `SHORT`: ends within the file header; `NONE`: no capture. */
  | { readonly ok: false; readonly code: 'PCAPNG' | 'SHORT' | 'NONE' };

function byteOrder(bytes: Uint8Array): { littleEndian: boolean; perSecond: number } | undefined {
  if (bytes.length < 4) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const littleEndian of [true, false]) {
    const magic = view.getUint32(0, littleEndian);
    if (magic === MAGIC_MICROSECONDS) return { littleEndian, perSecond: 1e6 };
    if (magic === MAGIC_NANOSECONDS) return { littleEndian, perSecond: 1e9 };
  }
  return undefined;
}

/** Reads a capture. `ok: false` if the bytes are none; never throws. Records are views. */
export function readPcap(bytes: Uint8Array): PcapResult {
  const order = byteOrder(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (order === undefined)
    return { ok: false, code: bytes.length >= 4 && view.getUint32(0) === MAGIC_PCAPNG ? 'PCAPNG' : 'NONE' };
  if (bytes.length < FILE_HEADER) return { ok: false, code: 'SHORT' };
  const u32 = (at: number) => view.getUint32(at, order.littleEndian);
  const records: PcapRecord[] = [];
  let at = FILE_HEADER;
  while (at + RECORD_HEADER <= bytes.length) {
    const offset = at + RECORD_HEADER;
    const stored = u32(at + 8);
    if (stored > bytes.length - offset) break;
    records.push({
      time: u32(at) + u32(at + 4) / order.perSecond,
      offset,
      bytes: bytes.subarray(offset, offset + stored),
    });
    at = offset + stored;
  }
  return { ok: true, linktype: u32(20) & 0xffff, records, truncated: at !== bytes.length };
}

/** Writes a capture, gathered into large writes. A reader that follows the file sees whole records. */
export class PcapWriter {
  readonly path: string;
  #file: number | undefined;
  readonly #buffer = new Uint8Array(BUFFER_BYTES + RECORD_HEADER + SNAPLEN);
  readonly #view = new DataView(this.#buffer.buffer);
  #used = 0;
  #timer: NodeJS.Timeout | undefined;
  #records = 0;
  readonly #onExit = () => this.close();

  /** Creates the file anew. Throws a CliError (exit 4). */
  constructor(path: string) {
    this.path = path;
    try {
      this.#file = openSync(path, 'w', 0o600);
    } catch (e) {
      throw new CliError(EXIT.IO, `capture ${path}: ${reason(e)}`);
    }
    this.#view.setUint32(0, MAGIC_MICROSECONDS, true);
    this.#view.setUint16(4, 2, true);
    this.#view.setUint16(6, 4, true);
    this.#view.setUint32(16, SNAPLEN, true);
    this.#view.setUint32(20, LINKTYPE_ETHERNET, true);
    this.#used = FILE_HEADER;
    this.flush();
    process.on('exit', this.#onExit);
  }

  get records(): number {
    return this.#records;
  }

  /** `time`: milliseconds since 1970. */
  write(time: number, frame: Uint8Array): void {
    if (this.#file === undefined) return;
    const stored = Math.min(frame.length, SNAPLEN);
    this.#view.setUint32(this.#used, Math.floor(time / 1000), true);
    this.#view.setUint32(this.#used + 4, Math.floor((time % 1000) * 1000), true);
    this.#view.setUint32(this.#used + 8, stored, true);
    this.#view.setUint32(this.#used + 12, frame.length, true);
    this.#buffer.set(frame.subarray(0, stored), this.#used + RECORD_HEADER);
    this.#used += RECORD_HEADER + stored;
    this.#records++;
    if (this.#used >= BUFFER_BYTES) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS).unref();
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#file === undefined) return;
    for (let at = 0; at < this.#used; ) at += writeSync(this.#file, this.#buffer, at, this.#used - at);
    this.#used = 0;
  }

  close(): void {
    this.flush();
    process.off('exit', this.#onExit);
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}
