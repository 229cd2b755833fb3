// Payloads on their way out, the same at both stations: offer (refused, held for a lease, or one copy into the batch) ->
// seal: one call for all services -> whole PDUs packed into datagrams.
//
// Between calls: packet i of the batch is of service `#services[i]` and under `#teks[i]`, the key that was current when it was
// offered; `held` of a service are payloads that wait for a lease, younger than all of its payloads in the batch. Packets and bytes of
// a key are counted here, so that a flush costs one wasm call however many keys it has.
import type { Core, Crc, Traffic } from '../core/types.js';
import type { Association, Tek } from './association.js';
import { BurstPacker } from './bursts.js';
import { PN_LIMIT, softLimit } from './limits.js';
import { type KeyLimits, type OnPdu, PAYLOAD_MAX, type Refusal, type RekeyReason } from './types.js';

/** A TEK that seals. */
export interface SealingTek extends Tek {
  /** PNs used by sealed and queued packets. */
  taken: number;
  /** First PN it may not use yet. */
  lease: number;
  /** Payload bytes sealed. */
  bytes: number;
  /** When it first sealed (ms). */
  firstAt?: number;
}

export interface Sealable<T extends SealingTek> {
  readonly sa: Association<T>;
  held: Uint8Array[];
}

/** What differs between the stations. */
export interface SealerHooks<T extends SealingTek, S extends Sealable<T>> {
  /** The TEK that seals a service now: the older downlink, the newer uplink. */
  current(service: S, now: number): T | undefined;
  /** Asks for a lease if that is how PNs come; true while one is under way. */
  wantLease(service: S, tek: T, now: number): boolean;
  notSealed(service: S, code: string): void;
  rekeyWanted(service: S, tek: T, why: RekeyReason): void;
  sealed(packets: number): void;
}

export interface SealerOptions {
  readonly core: Core;
  readonly crc: Crc;
  readonly queuePackets: number;
  readonly burstBytes: number;
  readonly keyLimits: KeyLimits | undefined;
  readonly onPdu: OnPdu | undefined;
}

/** Header 6, PN 4, ICV 8. */
const SEALED_OVERHEAD = 18;
const CRC_LENGTH = 4;

/** Offers payloads, seals all that wait in one wasm call, packs PDUs into datagrams; for either station. Lengths in bytes, times in ms. */
export class Sealer<T extends SealingTek, S extends Sealable<T>> {
  readonly #options: SealerOptions;
  readonly #direction: 'down' | 'up';
  readonly #hooks: SealerHooks<T, S>;
  readonly #traffic: Traffic;
  readonly #waiting = new Set<S>();
  #services: S[] = [];
  #teks: T[] = [];
  #held = 0;
  /** Bytes of a PDU beside its payload. */
  readonly #overhead: number;

  constructor(options: SealerOptions, direction: 'down' | 'up', hooks: SealerHooks<T, S>) {
    this.#options = options;
    this.#direction = direction;
    this.#hooks = hooks;
    this.#overhead = options.crc === 'none' ? SEALED_OVERHEAD : SEALED_OVERHEAD + CRC_LENGTH;
    this.#traffic = options.core.traffic({ packets: options.queuePackets, crc: options.crc });
  }

  /** Copies a payload; undefined if taken. */
  offer(service: S, payload: Uint8Array, now: number): Refusal | undefined {
    if (payload.length === 0) return 'EMPTY';
    if (payload.length > PAYLOAD_MAX) return 'TOO_LONG';
    const tek = this.#hooks.current(service, now);
    if (tek === undefined) return 'NO_TEK';
    if (tek.seal === undefined) return 'FIRST_USE';
    if (this.#services.length + this.#held >= this.#options.queuePackets) return 'QUEUE_FULL';
    if (service.held.length > 0) this.#release(now);
    if (service.held.length === 0 && tek.taken + 1 < tek.lease) {
      this.#add(service, tek, payload);
      return undefined;
    }
    if (!this.#hooks.wantLease(service, tek, now)) return tek.taken + 1 >= PN_LIMIT ? 'LEASE' : 'LIMIT';
    service.held.push(payload.slice());
    this.#waiting.add(service);
    this.#held++;
    return undefined;
  }

  /** Seals what is queued, and what was held as far as leases reach. Returns datagrams, as copies. */
  seal(now: number): Uint8Array[] {
    this.#release(now);
    const services = this.#services;
    const teks = this.#teks;
    if (services.length === 0) return [];
    this.#services = [];
    this.#teks = [];
    const packer = new BurstPacker(this.#options.burstBytes);
    const traffic = this.#traffic;
    this.#hooks.sealed(traffic.seal(now));
    for (const [i, service] of services.entries()) {
      const tek = teks[i] as T;
      const code = traffic.code(i);
      if (code !== '') {
        tek.taken--; // a packet that is refused takes no PN
        this.#hooks.notSealed(service, code);
        continue;
      }
      const pdu = traffic.arena.subarray(traffic.start(i), traffic.end(i));
      tek.bytes += pdu.length - this.#overhead;
      this.#options.onPdu?.(pdu, this.#direction);
      packer.add(pdu);
      tek.firstAt ??= now;
      if (!tek.warned) this.#warn(service, tek, now);
    }
    for (const service of new Set(services)) {
      const tek = this.#hooks.current(service, now);
      if (tek !== undefined) this.#hooks.wantLease(service, tek, now); // the next one, in good time
    }
    return packer.finish();
  }

  /** Gives up the payloads that wait for a lease. */
  dropHeld(service: S, code: string): void {
    this.#held -= service.held.length;
    for (let i = 0; i < service.held.length; i++) this.#hooks.notSealed(service, code);
    service.held = [];
    this.#waiting.delete(service);
  }

  dispose(): void {
    this.#traffic.dispose();
  }

  #add(service: S, tek: T, payload: Uint8Array): void {
    if (tek.seal === undefined) return;
    this.#traffic.addPayload({ key: tek.seal, eks: tek.sequence, cid: service.sa.cid }, payload);
    this.#services.push(service);
    this.#teks.push(tek);
    tek.taken++;
  }

  #release(now: number): void {
    for (const service of this.#waiting) {
      for (let payload = service.held[0]; payload !== undefined; payload = service.held[0]) {
        const tek = this.#hooks.current(service, now);
        if (tek?.seal === undefined) {
          this.dropHeld(service, 'NO_TEK');
          break;
        }
        if (tek.taken + 1 >= tek.lease) {
          if (!this.#hooks.wantLease(service, tek, now)) this.dropHeld(service, 'LIMIT');
          break;
        }
        service.held.shift();
        this.#held--;
        this.#add(service, tek, payload);
      }
      if (service.held.length === 0) this.#waiting.delete(service);
    }
  }

  #warn(service: S, tek: T, now: number): void {
    const seconds = (now - (tek.firstAt ?? now)) / 1000;
    const why = softLimit(tek.taken, tek.bytes, this.#options.keyLimits, seconds);
    if (why === undefined) return;
    tek.warned = true;
    this.#hooks.rekeyWanted(service, tek, why);
  }
}
