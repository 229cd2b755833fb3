// UDP sockets as the carrier uses them: literal addresses in, literal addresses out, nothing looked up.
import { createSocket, type Socket } from 'node:dgram';
import { CliError, EXIT, reason } from '../exit.js';
import { type Address, formatAddress, isGroupAddress, parseAddress } from './address.js';

/** Asked for, not promised: the system's limit holds. A burst of a few thousand PDUs fits. */
const BUFFER_BYTES = 4 << 20;
/** Peers whose parsed address is kept. */
const PEERS = 65_536;

/** One bound socket. */
export class UdpPort {
  readonly #socket: Socket;
  readonly #peers = new Map<string, Address | undefined>();
  #closed = false;
  #pending = 0;
  #drained: (() => void) | undefined;
  /** Datagrams the system refused to send, by its error code. */
  readonly errors = new Map<string, number>();

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Binds. `role` names the socket in the error (exit 4). The datagram handed to `receive` is the receiver's to keep. */
  static open(at: Address, role: string, receive: (datagram: Uint8Array, from: string) => void): Promise<UdpPort> {
    const socket = createSocket({
      type: at.host.includes(':') ? 'udp6' : 'udp4',
      lookup: (host, _options, done) => done(null, host, at.host.includes(':') ? 6 : 4), // every address is literal
    });
    const port = new UdpPort(socket);
    return new Promise((resolve, reject) => {
      socket.once('error', (e) => {
        socket.close();
        reject(new CliError(EXIT.IO, `${role} ${formatAddress(at)}: ${reason(e)}`));
      });
      socket.bind(at.port, at.host, () => {
        socket.removeAllListeners('error');
        socket.on('error', (e) => port.#count(e)); // such as ECONNREFUSED reported by ICMP: the peer went away, we stay
        for (const set of [
          () => socket.setRecvBufferSize(BUFFER_BYTES),
          () => socket.setSendBufferSize(BUFFER_BYTES),
        ]) {
          try {
            set();
          } catch {
            // macOS refuses more than its limit where Linux caps: the default stays
          }
        }
        resolve(port);
      });
      socket.on('message', (datagram, { address, port: from }) => {
        receive(datagram, formatAddress({ host: address, port: from }));
      });
    });
  }

  /** Where it is bound, the port filled in. */
  get local(): Address {
    const { address, port } = this.#socket.address();
    return { host: address, port };
  }

  /** Bytes the system keeps for datagrams not yet read, its own overhead included. */
  get receiveBufferBytes(): number {
    return this.#socket.getRecvBufferSize();
  }

  /** Sends `bytes`, which must not change any more. A peer that is no address, or a multicast one, is counted and skipped. */
  send(to: string, bytes: Uint8Array): void {
    if (this.#closed) return;
    let peer = this.#peers.get(to);
    if (peer === undefined) {
      peer = parseAddress(to);
      if (peer === undefined || isGroupAddress(peer) || peer.port === 0) {
        this.#count('EDESTADDRREQ');
        return;
      }
      if (this.#peers.size >= PEERS) this.#peers.clear();
      this.#peers.set(to, peer);
    }
    this.#pending++;
    this.#socket.send(bytes, peer.port, peer.host, (e) => {
      if (e) this.#count(e);
      if (--this.#pending === 0) this.#drained?.();
    });
  }

  /** Waits for what was sent to leave, then closes. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#pending > 0) {
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
    }
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  #count(e: NodeJS.ErrnoException | string): void {
    const code = typeof e === 'string' ? e : (e.code ?? 'UNKNOWN');
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
  }
}
