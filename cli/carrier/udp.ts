// UDP sockets as the carrier uses them: literal addresses in, literal addresses out, nothing looked up.
import { createSocket, type Socket } from 'node:dgram';
import type { Carrier } from 'tekcast';
import { CliError, EXIT, reason } from '../exit.js';
import { type Address, formatAddress, isGroupAddress, parseAddress } from './address.js';

/** Asked for, not promised: the system's limit holds. A burst of a few thousand PDUs fits. */
const BUFFER_BYTES = 4 << 20;
/** Peers whose parsed address is kept. */
const PEERS = 65_536;

const familyOf = ({ host }: Address) => (host.includes(':') ? 6 : 4);

/** What keeps an address from being bound, and what to do. */
const UNBOUND: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another socket has this address; take another port (0: any that is free)',
  EADDRNOTAVAIL: 'not an address of this machine',
  EACCES: 'this port needs privileges; take one above 1023',
};

function bindReason(e: NodeJS.ErrnoException): string {
  const { code = '' } = e;
  return code in UNBOUND ? `${code}: ${UNBOUND[code]}` : reason(e);
}

/** One bound socket. What `send` is given must not change any more; what the listener is given is its own. */
export class UdpPort implements Carrier {
  readonly #socket: Socket;
  readonly #peers = new Map<string, Address>();
  #local: Address;
  #closed = false;
  #pending = 0;
  #drained: (() => void) | undefined;
  readonly #errors = new Map<string, number>();

  private constructor(socket: Socket, asked: Address) {
    this.#socket = socket;
    this.#local = asked;
  }

  /** Binds. `role` names the socket in the error (exit 4). */
  static open(at: Address, role: string): Promise<UdpPort> {
    const family = familyOf(at);
    const socket = createSocket({
      type: family === 6 ? 'udp6' : 'udp4',
      lookup: (host, _options, done) => done(null, host, family), // every address is literal
    });
    const port = new UdpPort(socket, at);
    return new Promise((resolve, reject) => {
      socket.once('error', (e) => {
        socket.close();
        reject(new CliError(EXIT.IO, `${role} ${formatAddress(at)}: ${bindReason(e)}`));
      });
      socket.bind(at.port, at.host, () => {
        const { address, port: bound } = socket.address();
        port.#local = { host: address, port: bound };
        socket.removeAllListeners('error');
        socket.on('error', (e) => port.#count(e)); // such as ECONNREFUSED told by ICMP: the peer went away, we stay
        enlarge(() => socket.setRecvBufferSize(BUFFER_BYTES));
        enlarge(() => socket.setSendBufferSize(BUFFER_BYTES));
        resolve(port);
      });
    });
  }

  /** Where it is bound, the port filled in. */
  get local(): Address {
    return this.#local;
  }

  /** Bytes the system keeps for datagrams not yet read, its own overhead included. */
  get receiveBufferBytes(): number {
    return this.#socket.getRecvBufferSize();
  }

  /** A peer that is no literal address, or a multicast one, is counted and skipped. */
  send(to: string, bytes: Uint8Array): void {
    if (this.#closed) return;
    const peer = this.#peers.get(to) ?? this.#meet(to);
    if (peer === undefined) {
      this.#count('EDESTADDRREQ');
      return;
    }
    this.#pending++;
    this.#socket.send(bytes, peer.port, peer.host, (e) => {
      if (e) this.#count(e);
      if (--this.#pending === 0) this.#drained?.();
    });
  }

  onDatagram(listener: (bytes: Uint8Array, from: string) => void): void {
    this.#socket.on('message', (datagram, { address, port }) => {
      listener(datagram, formatAddress({ host: address, port }));
    });
  }

  now(): number {
    return performance.now();
  }

  setTimer(ms: number, fire: () => void): () => void {
    if (ms <= 0) {
      const turn = setImmediate(fire); // a timeout waits a millisecond at least
      return () => clearImmediate(turn);
    }
    const timer = setTimeout(fire, ms);
    return () => clearTimeout(timer);
  }

  /** Datagrams the system refused to send, by its error code: `sendECONNREFUSED`. */
  counters(): Record<string, number> {
    return Object.fromEntries([...this.#errors].map(([code, n]) => [`send${code}`, n]));
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

  #meet(to: string): Address | undefined {
    const peer = parseAddress(to);
    if (peer === undefined || isGroupAddress(peer) || peer.port === 0) return undefined;
    if (this.#peers.size >= PEERS) this.#peers.clear();
    this.#peers.set(to, peer);
    return peer;
  }

  #count(e: NodeJS.ErrnoException | string): void {
    const code = typeof e === 'string' ? e : (e.code ?? 'UNKNOWN');
    this.#errors.set(code, (this.#errors.get(code) ?? 0) + 1);
  }
}

/** Linux caps what is too much, macOS refuses it: then the default stays. */
function enlarge(set: () => void): void {
  try {
    set();
  } catch {}
}
