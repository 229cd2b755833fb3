// Traffic to the SSs: payload -> offer (refused, held for a lease, or one copy into the batch) -> flush: every service's
// payloads sealed in one call -> whole PDUs packed into datagrams -> one send per datagram and bound address.
//
// Between calls: `#queue[i]` is the service of packet i of the batch, whose key was the older TEK when it was offered.
import type { Traffic } from '../core/types.js';
import { BurstPacker } from '../sa/bursts.js';
import { leaseRunsLow, PN_LIMIT, softLimit } from '../sa/limits.js';
import type { Outbox } from '../sa/outbox.js';
import { PAYLOAD_MAX, type Refusal } from '../sa/types.js';
import type { BsService, BsTek, Memory } from './memory.js';
import type { BsSettings } from './options.js';
import type { BsEvent, BsWork } from './types.js';

export class Downlink {
  readonly #settings: BsSettings;
  readonly #memory: Memory;
  readonly #out: Outbox<BsEvent, BsWork>;
  readonly #traffic: Traffic;
  readonly #leases = new Map<number, { service: BsService; tek: BsTek; upTo: number }>();
  #queue: { readonly service: BsService; readonly tek: BsTek }[] = [];
  #held = 0;

  constructor(settings: BsSettings, memory: Memory, out: Outbox<BsEvent, BsWork>) {
    this.#settings = settings;
    this.#memory = memory;
    this.#out = out;
    this.#traffic = settings.core.traffic({ packets: settings.queuePackets, crc: settings.crc });
  }

  offer(said: number, payload: Uint8Array, now: number, bound: number): Refusal | undefined {
    const refusal = this.#take(said, payload, now, bound);
    this.#out.count(refusal === undefined ? 'payloadsTaken' : `refused${refusal}`);
    return refusal;
  }

  /** Seals what is queued and sends it to `addresses`. */
  flush(now: number, addresses: readonly string[]): void {
    this.#release(now);
    if (this.#queue.length === 0) return;
    const { onPdu, burstBytes } = this.#settings;
    const queue = this.#queue;
    this.#queue = [];
    this.#traffic.seal(now);
    const packer = new BurstPacker(burstBytes);
    const touched = new Set<BsService>();
    for (const [i, { service }] of queue.entries()) {
      touched.add(service);
      const code = this.#traffic.code(i);
      if (code !== '') {
        this.#refused(service, code);
        continue;
      }
      const pdu = this.#traffic.arena.subarray(this.#traffic.start(i), this.#traffic.end(i));
      onPdu?.(pdu, 'down');
      packer.add(pdu);
      this.#out.count('pdusSealed');
    }
    for (const burst of packer.finish()) for (const address of addresses) this.#out.send(address, burst);
    for (const service of touched) this.#afterSealing(service, now);
  }

  /** Asks for a lease for the TEK that seals now, if it has none left or little. */
  wantLease(service: BsService, now: number): void {
    const size = this.#settings.leasePackets;
    const tek = service.sa.older(now);
    if (size === undefined || tek === undefined || tek.leasing !== undefined) return;
    const hard = Math.min(PN_LIMIT, (this.#settings.keyLimits?.hardPackets ?? PN_LIMIT) + 1);
    if (tek.lease >= hard || !leaseRunsLow(tek.taken + 1, tek.lease, size)) return;
    const upTo = Math.min(hard, Math.max(tek.lease, tek.taken + 1) + size);
    tek.leasing = this.#out.work('lease', { said: service.sa.said, sequence: tek.sequence, upTo });
    this.#leases.set(tek.leasing, { service, tek, upTo });
  }

  /** Answer to work `lease`; false if the id is not of this kind. */
  leased(id: number, upTo: number | undefined, error: string, now: number, addresses: readonly string[]): boolean {
    const asked = this.#leases.get(id);
    if (asked === undefined) return false;
    this.#leases.delete(id);
    const { service, tek } = asked;
    tek.leasing = undefined;
    if (upTo === undefined) {
      this.#out.event({ type: 'LEASE_FAILED', said: service.sa.said, error });
      this.#drop(service, 'LEASE');
      return true;
    }
    // What is not of this TEK any more is of no use, but does no harm.
    if (tek.seal !== undefined) this.#raise(tek, Math.min(upTo, asked.upTo));
    this.flush(now, addresses);
    return true;
  }

  /** Raises the lease of the key that seals a service; false if there is none. */
  grant(service: BsService, upTo: number): boolean {
    const tek = service.sa.teks.find(({ lingering }) => !lingering);
    if (tek === undefined) return false;
    this.#raise(tek, upTo);
    return true;
  }

  /** Asks for leases where a TEK has just taken over, so that traffic need not wait. */
  renewLeases(now: number): void {
    if (this.#settings.leasePackets === undefined) return;
    for (const service of this.#memory.bySaid.values()) this.wantLease(service, now);
  }

  dispose(): void {
    this.#traffic.dispose();
  }

  #take(said: number, payload: Uint8Array, now: number, bound: number): Refusal | undefined {
    const service = this.#memory.bySaid.get(said);
    if (service === undefined) return 'UNKNOWN_SERVICE';
    if (payload.length === 0) return 'EMPTY';
    if (payload.length > PAYLOAD_MAX) return 'TOO_LONG';
    const tek = service.sa.older(now);
    if (tek?.seal === undefined) return 'NO_TEK';
    if (bound === 0) return 'NOBODY_BOUND';
    if (this.#queue.length + this.#held >= this.#settings.queuePackets) return 'QUEUE_FULL';
    if (service.held.length > 0 || tek.taken + 1 >= tek.lease) {
      this.wantLease(service, now);
      if (tek.leasing === undefined) return tek.taken + 1 >= PN_LIMIT ? 'LEASE' : 'LIMIT';
      service.held.push(payload.slice());
      this.#held++;
      return undefined;
    }
    this.#add(service, tek, payload);
    return undefined;
  }

  #add(service: BsService, tek: BsTek, payload: Uint8Array): void {
    if (tek.seal === undefined) {
      this.#refused(service, 'KEY_ERASED');
      return;
    }
    this.#traffic.addPayload({ key: tek.seal, eks: tek.sequence, cid: service.sa.cid }, payload);
    this.#queue.push({ service, tek });
    tek.taken++;
  }

  /** Queues held payloads as far as leases reach. */
  #release(now: number): void {
    if (this.#held === 0) return;
    for (const service of this.#memory.bySaid.values()) {
      while (service.held.length > 0) {
        const tek = service.sa.older(now);
        if (tek === undefined) {
          this.#drop(service, 'NO_TEK');
          break;
        }
        if (tek.taken + 1 >= tek.lease) {
          this.wantLease(service, now);
          if (tek.leasing === undefined) this.#drop(service, 'LIMIT');
          break;
        }
        this.#held--;
        this.#add(service, tek, service.held.shift() as Uint8Array);
      }
    }
  }

  #drop(service: BsService, code: string): void {
    this.#held -= service.held.length;
    for (let i = 0; i < service.held.length; i++) this.#refused(service, code);
    service.held = [];
  }

  #refused(service: BsService, code: string): void {
    this.#out.event({ type: 'NOT_SEALED', said: service.sa.said, code });
    this.#out.count(`notSealed${code}`);
  }

  #raise(tek: BsTek, upTo: number): void {
    if (tek.seal === undefined || upTo <= tek.lease) return;
    this.#settings.core.keys.lease(tek.seal, upTo);
    tek.lease = upTo;
  }

  #afterSealing(service: BsService, now: number): void {
    for (const tek of service.sa.teks) {
      if (tek.seal === undefined || tek.taken === 0) continue;
      const counters = this.#settings.core.keys.counters(tek.seal);
      tek.taken = counters.nextPn - 1; // a packet that was refused took no PN
      const why = tek.warned ? undefined : softLimit(counters, this.#settings.keyLimits);
      if (why === undefined) continue;
      tek.warned = true;
      this.#out.event({ type: 'REKEY_WANTED', said: service.sa.said, sequence: tek.sequence, why });
    }
    this.wantLease(service, now);
  }
}
