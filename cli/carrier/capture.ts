// What one station sends and receives, as a capture file. The Ethernet addresses are BSID and MAC address of the SS whose CID it is.
import { encodeM2m } from './m2m.js';
import { PcapWriter } from './pcap.js';

const BROADCAST = new Uint8Array(6).fill(0xff);
const UNKNOWN = new Uint8Array(6);
const EC = 0x40;

export interface CaptureOptions {
  readonly path: string;
  readonly bsid: string;
  /** MAC address by CID. */
  readonly macs: ReadonlyMap<number, string>;
  /** Encrypted PDUs after which only management PDUs are kept. Default: all are kept. */
  readonly traffic?: number;
}

const macBytes = (mac: string) => Uint8Array.from(mac.split(':'), (byte) => Number.parseInt(byte, 16));

export class Capture {
  readonly #file: PcapWriter;
  readonly #bsid: Uint8Array;
  readonly #macs: ReadonlyMap<number, Uint8Array>;
  readonly #sequence = { down: 0, up: 0 };
  #trafficLeft: number;

  constructor({ path, bsid, macs, traffic = Number.POSITIVE_INFINITY }: CaptureOptions) {
    this.#file = new PcapWriter(path);
    this.#bsid = macBytes(bsid);
    this.#macs = new Map([...macs].map(([cid, mac]) => [cid, macBytes(mac)]));
    this.#trafficLeft = traffic;
  }

  get path(): string {
    return this.#file.path;
  }

  get records(): number {
    return this.#file.records;
  }

  /** One PDU, once however many receivers. */
  pdu(bytes: Uint8Array, direction: 'down' | 'up'): void {
    if ((bytes[0] ?? 0) & EC && this.#trafficLeft-- <= 0) return;
    const cid = ((bytes[3] ?? 0) << 8) | (bytes[4] ?? 0);
    const station = this.#macs.get(cid);
    this.#sequence[direction] = (this.#sequence[direction] + 1) & 0xffff;
    const [to, from] = direction === 'down' ? [station ?? BROADCAST, this.#bsid] : [this.#bsid, station ?? UNKNOWN];
    this.#file.write(Date.now(), encodeM2m(to, from, this.#sequence[direction], bytes));
  }

  close(): void {
    this.#file.close();
  }
}
