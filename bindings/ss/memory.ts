// Memory 150 of the patent's Figure 10: per service the TEKs of a Key Reply, or the error code of a Key Reject (patent ¶87).
import { SERVICE } from '../pkm/index.js';
import { Association } from '../sa/association.js';
import type { Sealable, SealingTek } from '../sa/sealer.js';
import type { SsSettings } from './options.js';
import type { TekState } from './types.js';

/** A TEK of the SS. */
export interface SsTek extends SealingTek {
  /** Its wrapped form (hex): the same TEK under the same KEK always looks the same. Another AK, another form. */
  wrapped: string;
  /** PNs below were received before this process began. */
  readonly openFrom: number;
  /** The highest lease ever handed out to be stored, answered or not: what was stored once never falls. */
  mark: number;
  /** An earlier run may have sealed under it. */
  readonly blocked: boolean;
  /** ICV failures in a row. */
  icvFailures: number;
}

export interface ServiceEntry extends Sealable<SsTek> {
  readonly sa: Association<SsTek>;
  /** Undefined until a reply told it, except where provisioned. */
  said: number | undefined;
  /** Error code of the last Key Reject. */
  error: number | undefined;
  /** What is known of TEKs that were here, the oldest first; outlives them. */
  past: TekState[];
}

/** TEKs remembered per service after they are gone. */
const PAST_MAX = 16;

/** Block 150 of the patent: what an SS knows of each of its services. */
export class Memory {
  readonly unicast: ServiceEntry;
  readonly #entries = new Map<string, ServiceEntry>();
  readonly #byCid = new Map<number, ServiceEntry>();
  /** Which service a SAID belongs to, as provisioned or as told. */
  readonly #bySaid = new Map<number, ServiceEntry>();

  constructor({ identity, services }: SsSettings) {
    this.unicast = this.#enter(SERVICE.unicast, undefined, identity.basicCid, identity.transportCid);
    for (const row of services) {
      this.#enter(row.type === 'multicast' ? SERVICE.multicast : SERVICE.broadcast, row.groupId, row.said, row.cid);
    }
  }

  /** The entry of a service; one that is not provisioned gets an entry without SAID and CID. */
  entry(serviceType: number, groupId: number | undefined): ServiceEntry {
    return this.#entries.get(name(serviceType, groupId)) ?? this.#enter(serviceType, groupId, undefined, undefined);
  }

  byCid(cid: number): ServiceEntry | undefined {
    return this.#byCid.get(cid);
  }

  bySaid(said: number): ServiceEntry | undefined {
    return this.#bySaid.get(said);
  }

  get entries(): Iterable<ServiceEntry> {
    return this.#entries.values();
  }

  /** Notes the SAID a reply told. */
  bind(entry: ServiceEntry, said: number): void {
    if (entry.said !== undefined && entry.said !== said && this.#bySaid.get(entry.said) === entry)
      this.#bySaid.delete(entry.said);
    entry.said = said;
    this.#bySaid.set(said, entry);
  }

  #enter(
    serviceType: number,
    groupId: number | undefined,
    said: number | undefined,
    cid: number | undefined,
  ): ServiceEntry {
    const sa = new Association<SsTek>(said ?? 0, cid ?? 0, serviceType, groupId);
    const entry: ServiceEntry = { sa, said, error: undefined, past: [], held: [] };
    this.#entries.set(name(serviceType, groupId), entry);
    if (cid !== undefined) this.#byCid.set(cid, entry);
    if (said !== undefined) this.#bySaid.set(said, entry);
    return entry;
  }
}

/** Remembers a TEK before it goes; the latest word on it counts. */
export function rememberPast(entry: ServiceEntry, tek: TekState): void {
  let at = entry.past.length - 1;
  while (at >= 0 && entry.past[at]?.wrapped !== tek.wrapped) at--;
  const before = entry.past[at];
  if (before !== undefined && before.sealFrom === tek.sealFrom && before.openFrom === tek.openFrom) return;
  const past = entry.past.slice(); // never changed in place: states that were handed out have the one before
  if (before !== undefined) past[at] = tek;
  else if (past.push(tek) > PAST_MAX) past.shift();
  entry.past = past;
}

/** A service by name: what network entry calls it. */
export const entryName = ({ sa }: ServiceEntry): string => name(sa.serviceType, sa.groupId);

function name(serviceType: number, groupId: number | undefined): string {
  return `${serviceType} ${groupId}`;
}
