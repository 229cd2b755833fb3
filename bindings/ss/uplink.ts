// Traffic to the BS: payloads are sealed under the newer TEK of the unicast SA; an SS seals under no other. With state, a key
// uses only PNs whose lease is durable.
import { leaseRunsLow, PN_LIMIT } from '../sa/limits.js';
import type { Outbox } from '../sa/outbox.js';
import { Sealer } from '../sa/sealer.js';
import type { Refusal } from '../sa/types.js';
import type { Memory, ServiceEntry, SsTek } from './memory.js';
import type { SsSettings } from './options.js';
import type { StateKeeper } from './state.js';
import type { SsEvent, SsWork } from './types.js';

/** What an SS seals towards its BS. */
export class Uplink {
  readonly #settings: SsSettings;
  readonly #service: ServiceEntry;
  readonly #keeper: StateKeeper;
  readonly #out: Outbox<SsEvent, SsWork>;
  readonly #sealer: Sealer<SsTek, ServiceEntry>;

  constructor(settings: SsSettings, memory: Memory, keeper: StateKeeper, out: Outbox<SsEvent, SsWork>) {
    this.#settings = settings;
    this.#service = memory.unicast;
    this.#keeper = keeper;
    this.#out = out;
    const said = settings.identity.basicCid;
    this.#sealer = new Sealer(settings, 'up', {
      current: ({ sa }, now) => sa.newer(now),
      wantLease: (_, tek) => this.wantLease(tek),
      notSealed: (_, code) => {
        out.event({ type: 'NOT_SEALED', said, code });
        out.count(`notSealed${code}`);
      },
      rekeyWanted: (_, { sequence }, why) => out.event({ type: 'REKEY_WANTED', said, sequence, why }),
      sealed: (packets) => out.count('pdusSealed', packets),
    });
  }

  offer(payload: Uint8Array, now: number): Refusal | undefined {
    const refusal = this.#sealer.offer(this.#service, payload, now);
    this.#out.count(refusal === undefined ? 'payloadsTaken' : `refused${refusal}`);
    return refusal;
  }

  flush(now: number): void {
    for (const burst of this.#sealer.seal(now)) this.#out.send(this.#settings.bs, burst);
  }

  /** True while a lease is on its way. */
  wantLease(tek: SsTek): boolean {
    const { durable, keyLimits } = this.#settings;
    if (durable === undefined || tek.seal === undefined) return false;
    if (this.#keeper.leasing(tek)) return true;
    const hard = Math.min(PN_LIMIT, (keyLimits?.hardPackets ?? PN_LIMIT) + 1);
    const next = tek.taken + 1;
    if (tek.lease >= hard || !leaseRunsLow(next, tek.lease, durable.leasePackets)) return false;
    this.#keeper.wantLease(tek, Math.min(hard, Math.max(tek.lease, next) + durable.leasePackets));
    return true;
  }

  dispose(): void {
    this.#sealer.dispose();
  }
}
