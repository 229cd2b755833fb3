// Traffic to the SSs: what was offered is sealed under the older TEK of its service and sent to every bound address, member or
// not, as radio reaches all. With leases, a key uses only PNs that the host has made durable.
import { leaseRunsLow, PN_LIMIT } from '../sa/limits.js';
import type { Outbox } from '../sa/outbox.js';
import { Sealer } from '../sa/sealer.js';
import type { Refusal, RekeyReason } from '../sa/types.js';
import type { BsService, BsTek, Memory } from './memory.js';
import type { BsSettings } from './options.js';
import type { BsEvent, BsWork } from './types.js';

export class Downlink {
  readonly #settings: BsSettings;
  readonly #memory: Memory;
  readonly #out: Outbox<BsEvent, BsWork>;
  readonly #wanted: (service: BsService, why: RekeyReason) => void;
  /** Services whose key refused at its hard limit on bytes. */
  readonly exhausted = new Set<BsService>();
  readonly #sealer: Sealer<BsTek, BsService>;
  readonly #leases = new Map<number, { readonly service: BsService; readonly tek: BsTek; readonly upTo: number }>();

  /** `wanted`: a soft limit was passed. */
  constructor(
    settings: BsSettings,
    memory: Memory,
    out: Outbox<BsEvent, BsWork>,
    wanted: (service: BsService, why: RekeyReason) => void,
  ) {
    this.#wanted = wanted;
    this.#settings = settings;
    this.#memory = memory;
    this.#out = out;
    this.#sealer = new Sealer(settings, 'down', {
      current: ({ sa }, now) => sa.older(now),
      wantLease: (service, tek) => this.#wantLease(service, tek),
      notSealed: (service, code) => {
        out.event({ type: 'NOT_SEALED', said: service.sa.said, code });
        out.count(`notSealed${code}`);
        if (code === 'LIMIT') this.exhausted.add(service);
      },
      rekeyWanted: (service, tek, why) => this.#want(service, tek, why),
      sealed: (packets) => out.count('pdusSealed', packets),
    });
  }

  #want(service: BsService, { sequence }: BsTek, why: RekeyReason): void {
    this.#out.event({ type: 'REKEY_WANTED', said: service.sa.said, sequence, why });
    this.#wanted(service, why);
  }

  offer(said: number, payload: Uint8Array, now: number, nobodyBound: boolean): Refusal | undefined {
    const refusal = this.#refusal(said, payload, now, nobodyBound);
    this.#out.count(refusal === undefined ? 'payloadsTaken' : `refused${refusal}`);
    return refusal;
  }

  /** Seals what is queued and sends it to `addresses`. */
  flush(now: number, addresses: readonly string[]): void {
    for (const burst of this.#sealer.seal(now)) this.#out.sendAll(addresses, burst);
  }

  /** Asks for leases where a TEK has just been made or taken over, so that traffic need not wait. */
  renewLeases(now: number): void {
    if (this.#settings.leasePackets === undefined) return;
    for (const service of this.#memory.bySaid.values()) {
      const tek = service.sa.older(now);
      if (tek !== undefined) this.#wantLease(service, tek);
    }
  }

  /** Answer to work `lease`; `upTo` undefined: it failed. False if the id is not of this kind. */
  leased(id: number, upTo: number | undefined, error: string): boolean {
    const asked = this.#leases.get(id);
    if (asked === undefined) return false;
    this.#leases.delete(id);
    const { service, tek } = asked;
    tek.leasing = false;
    if (upTo !== undefined) this.#raise(tek, Math.min(upTo, asked.upTo));
    else {
      this.#out.event({ type: 'LEASE_FAILED', said: service.sa.said, error });
      this.#sealer.dropHeld(service, 'LEASE');
    }
    return true;
  }

  /** Raises the lease of the key that seals a service; false if there is none. */
  grant(service: BsService, upTo: number): boolean {
    const tek = service.sa.teks.find(({ lingering }) => !lingering);
    if (tek !== undefined) this.#raise(tek, upTo);
    return tek !== undefined;
  }

  dispose(): void {
    this.#sealer.dispose();
  }

  #refusal(said: number, payload: Uint8Array, now: number, nobodyBound: boolean): Refusal | undefined {
    const service = this.#memory.bySaid.get(said);
    if (service === undefined) return 'UNKNOWN_SERVICE';
    if (nobodyBound && service.sa.older(now) !== undefined) return 'NOBODY_BOUND';
    return this.#sealer.offer(service, payload, now);
  }

  #wantLease(service: BsService, tek: BsTek): boolean {
    const size = this.#settings.leasePackets;
    if (size === undefined || tek.leasing) return tek.leasing;
    const hard = Math.min(PN_LIMIT, (this.#settings.keyLimits?.hardPackets ?? PN_LIMIT) + 1);
    const next = tek.taken + 1;
    if (!leaseRunsLow(next, tek.lease, size)) return false;
    if (tek.lease >= hard) {
      if (!tek.warned) this.#want(service, tek, 'LEASE'); // the last lease is half used
      tek.warned = true;
      return false;
    }
    const upTo = Math.min(hard, Math.max(tek.lease, next) + size);
    const id = this.#out.work('lease', { said: service.sa.said, sequence: tek.sequence, upTo });
    this.#leases.set(id, { service, tek, upTo });
    tek.leasing = true;
    return true;
  }

  /** A TEK that was erased meanwhile needs no lease. */
  #raise(tek: BsTek, upTo: number): void {
    if (tek.seal === undefined || upTo <= tek.lease) return;
    this.#settings.core.keys.lease(tek.seal, upTo);
    tek.lease = upTo;
  }
}
