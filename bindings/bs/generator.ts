// Block 250 of the patent's Figure 10: generates TEKs, and only for a request that was accepted (patent ¶94). An SA gets TEK_0
// and TEK_1 at once; a successor follows whenever the older expires, whether or not anyone asks (sa/schedule.ts).
//
// All field values of the request go into the generation (patent ¶63) as the DRBG's additional input:
//
//   BSID (6) | SAID (2) | sequence (1) | service type (1) | group (1, 0 if none) | the request's bytes, if there was one
//
// Every TEK is its own owner in the vault. A station that makes keys never installs one, so it needs none of the tombstones that keep an erased
// key's PN for those who do; with the owner they go, and a BS may rekey for ever in a vault of few slots.
import type { Keys } from '../core/types.js';
import { isTekcastError } from '../errors.js';
import { SERVICE } from '../pkm/index.js';
import { eraseTek } from '../sa/association.js';
import { hardLimits } from '../sa/limits.js';
import { KeySchedule, openingGrace, sequenceOf } from '../sa/schedule.js';
import type { BsService, BsTek } from './memory.js';
import type { BsSettings } from './options.js';

export type Generated =
  | { readonly ok: true; readonly made: readonly BsTek[] }
  | { readonly ok: false; readonly code: string };

export class Generator {
  readonly #settings: BsSettings;

  constructor(settings: BsSettings) {
    this.#settings = settings;
  }

  /** Sees to it that a service has the two TEKs of `now`; nothing half made is left after a failure. */
  ensure(service: BsService, now: number, request?: Uint8Array): Generated {
    const schedule = service.schedule ?? new KeySchedule(now, this.#settings.tekLifetime);
    const first = Math.max(service.floor, schedule.older(now));
    const made: BsTek[] = [];
    try {
      for (const k of [first, first + 1]) {
        if (service.sa.teks.some((tek) => tek.k === k)) continue;
        made.push(this.#generate(service, schedule, k, request));
      }
    } catch (error) {
      if (!isTekcastError(error)) throw error;
      for (const tek of made) eraseTek(tek, this.#keys);
      return { ok: false, code: error.code };
    }
    service.schedule = schedule;
    for (const tek of made) service.sa.add(tek, this.#keys);
    return { ok: true, made };
  }

  get #keys(): Keys {
    return this.#settings.core.keys;
  }

  #generate(service: BsService, schedule: KeySchedule, k: number, request: Uint8Array | undefined): BsTek {
    const { said, serviceType, groupId } = service.sa;
    const { keyLimits, leasePackets, replayWindow } = this.#settings;
    const owner = this.#settings.core.newOwner();
    const birth = { owner, said, sequence: sequenceOf(k) };
    const hard = hardLimits(keyLimits);
    const lease = leasePackets === undefined ? hard.lease : 1;
    const context = contextOf(this.#settings.bsid, said, birth.sequence, serviceType, groupId, request);
    const seal = this.#keys.generate({ ...birth, ...hard, use: 'seal-down', lease, context });
    const expiresAt = schedule.expiry(k);
    const tek: BsTek = {
      k,
      sequence: birth.sequence,
      expiresAt,
      openUntil: expiresAt + openingGrace(2 * schedule.half),
      owner,
      seal,
      open: undefined,
      lingering: false,
      warned: false,
      taken: 0,
      opened: 0,
      openedBytes: 0,
      warnedUp: false,
      bytes: 0,
      lease,
      leasing: false,
    };
    if (serviceType !== SERVICE.unicast) return tek;
    try {
      tek.open = this.#keys.twin(seal, { ...birth, use: 'open-up', replayWindow }).key;
    } catch (error) {
      eraseTek(tek, this.#keys);
      throw error;
    }
    return tek;
  }
}

/** The additional input that binds a generation to what it is for. */
export function contextOf(
  bsid: Uint8Array,
  said: number,
  sequence: number,
  serviceType: number,
  groupId: number | undefined,
  request: Uint8Array = new Uint8Array(),
): Uint8Array {
  const fixed = [...bsid, said >> 8, said & 0xff, sequence, serviceType, groupId ?? 0];
  const context = new Uint8Array(fixed.length + request.length);
  context.set(fixed);
  context.set(request, fixed.length);
  return context;
}
