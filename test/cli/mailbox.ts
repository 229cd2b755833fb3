// Where payloads arrive, for tests.
import { formatAddress } from '../../cli/carrier/address.js';
import { UdpPort } from '../../cli/carrier/udp.js';

/** Payloads that arrive somewhere, one by one. */
export class Mailbox {
  readonly port: UdpPort;
  readonly address: string;
  readonly #got: string[] = [];
  #wake: () => void = () => {};

  private constructor(port: UdpPort) {
    this.port = port;
    this.address = formatAddress(port.local);
    port.onDatagram((bytes) => {
      this.#got.push(Buffer.from(bytes).toString('latin1'));
      this.#wake();
    });
  }

  static async open(): Promise<Mailbox> {
    return new Mailbox(await UdpPort.open({ host: '127.0.0.1', port: 0 }, 'test'));
  }

  async next(): Promise<string> {
    while (this.#got.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#got.shift() ?? '';
  }

  /** What has come and was not taken. */
  get rest(): readonly string[] {
    return this.#got;
  }
}
