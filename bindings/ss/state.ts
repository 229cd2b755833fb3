// What an SS must remember beyond its process, and when it must be durable:
//
//   PN leases           before a PN of them is used; so a run that ends anywhere never uses a PN twice
//   receive marks       now and then: PDUs accepted since the last time could be accepted again by the next run
//   freshness, echoes   with whatever else is written
//
// The state is whole each time and written by work of kind `state`, one at a time. HMAC-SHA1 under HMAC_KEY_U binds it to MAC and
// AK; its text begins with a zero byte, which no PKM message does, so neither can stand for the other.
import type { Keys } from '../core/types.js';
import { TekcastError } from '../errors.js';
import type { Outbox } from '../sa/outbox.js';
import type { WorkResult } from '../step.js';
import type { AkInUse, Aks } from './aks.js';
import type { Freshness } from './generator.js';
import type { Installer } from './installer.js';
import { type Memory, rememberPast, type SsTek } from './memory.js';
import type { SsSettings } from './options.js';
import type { SsEvent, SsState, SsWork } from './types.js';

type Unsigned = Omit<SsState, 'tag'>;

/** Makes and reads the state that lets an SS go on after a restart. */
export class StateKeeper {
  readonly #settings: SsSettings;
  readonly #memory: Memory;
  readonly #aks: Aks;
  readonly #installer: Installer;
  readonly #freshness: Freshness;
  readonly #out: Outbox<SsEvent, SsWork>;
  /** A reply with an echo was seen under this AK. */
  echoes = false;
  readonly #wanted = new Map<SsTek, number>();
  #pending: { readonly id: number; readonly leases: readonly (readonly [SsTek, number])[] } | undefined;
  #urgent = false;
  #dirty = false;
  #savedAt = Number.NEGATIVE_INFINITY;

  constructor(
    settings: SsSettings,
    memory: Memory,
    aks: Aks,
    installer: Installer,
    freshness: Freshness,
    out: Outbox<SsEvent, SsWork>,
  ) {
    this.#settings = settings;
    this.#memory = memory;
    this.#aks = aks;
    this.#installer = installer;
    this.#freshness = freshness;
    this.#out = out;
  }

  /** Takes up what an earlier run left. Throws `STATE_FORMAT`, `STATE_FOREIGN`. */
  load(stored: SsState): void {
    const { identity, core } = this.#settings;
    checkState(stored);
    const text = canonical(stored);
    const foreign = stored.mac !== identity.mac || stored.akSequence !== this.#ak.sequence;
    if (foreign || !core.keys.verifyHmac(this.#ak.keys.hmacUp, text, unhex(stored.tag))) {
      throw new TekcastError('STATE_FOREIGN', 'the state is of another MAC or AK, or was altered', 'state');
    }
    this.#freshness.last = BigInt(stored.freshness);
    this.echoes = stored.echoes;
    this.#installer.sealing ||= stored.sealing;
    for (const { serviceType, groupId, teks } of stored.services) {
      const entry = this.#memory.entry(serviceType, groupId ?? undefined);
      for (const tek of teks) rememberPast(entry, tek);
    }
  }

  /** Something worth writing happened; `urgent`: write it now. */
  touch(urgent: boolean): void {
    this.#dirty = true;
    this.#urgent ||= urgent;
  }

  /** Asks for PNs up to `upTo` (exclusive) to be made durable; true while that is under way. */
  wantLease(tek: SsTek, upTo: number): void {
    this.#wanted.set(tek, upTo);
    this.touch(true);
  }

  leasing(tek: SsTek): boolean {
    return this.#wanted.has(tek) || this.#pending?.leases.some(([leased]) => leased === tek) === true;
  }

  /** Emits work if there is something to write and nothing is being written. */
  emit(now: number): void {
    const { durable } = this.#settings;
    if (durable === undefined || this.#pending !== undefined || !this.#dirty) return;
    if (!this.#urgent && now < this.#savedAt + durable.saveEveryMs) return;
    const leases = [...this.#wanted];
    for (const [tek, upTo] of leases) tek.mark = Math.max(tek.mark, upTo);
    const id = this.#out.work('state', this.#compose());
    this.#wanted.clear();
    this.#pending = { id, leases };
    this.#dirty = false;
    this.#urgent = false;
    this.#savedAt = now;
  }

  /** Answer to work `state`; false if the id is unknown. */
  completed(id: number, result: WorkResult): boolean {
    const pending = this.#pending;
    if (pending?.id !== id) return false;
    this.#pending = undefined;
    if (!result.ok) {
      this.#out.event({ type: 'STATE_FAILED', error: result.error });
      for (const [tek, upTo] of pending.leases) if (!this.#wanted.has(tek)) this.#wanted.set(tek, upTo);
      this.#dirty = true; // again after `saveEveryMs`
      return true;
    }
    for (const [tek, upTo] of pending.leases) {
      if (tek.seal === undefined) continue;
      this.#keys.lease(tek.seal, upTo);
      tek.lease = upTo;
    }
    return true;
  }

  wakeAt(): number {
    const { durable } = this.#settings;
    if (durable === undefined || !this.#dirty || this.#pending !== undefined) return Number.POSITIVE_INFINITY;
    return this.#savedAt + durable.saveEveryMs;
  }

  /** The state as it stands. Leases count as used: what was stored once never falls. */
  snapshot(): SsState {
    return this.#compose();
  }

  /** A state is bound to an AK that outlives the process: a pre-shared one. */
  get #ak(): AkInUse {
    const ak = this.#settings.authorization === undefined ? this.#aks.newest() : undefined;
    if (ak === undefined) throw new TekcastError('AK', 'there is no state without a pre-shared AK', 'state');
    return ak;
  }

  get #keys(): Keys {
    return this.#settings.core.keys;
  }

  #compose(): SsState {
    const { mac } = this.#settings.identity;
    const akSequence = this.#ak.sequence;
    const services: SsState['services'][number][] = [];
    for (const entry of this.#memory.entries) {
      for (const tek of entry.sa.teks) rememberPast(entry, this.#installer.stateOf(tek));
      const { serviceType, groupId } = entry.sa;
      const { said = 0, past: teks } = entry;
      if (teks.length > 0) services.push({ serviceType, groupId: groupId ?? null, said, teks });
    }
    const unsigned: Unsigned = {
      version: 1,
      mac,
      akSequence,
      freshness: this.#freshness.last.toString(),
      echoes: this.echoes,
      sealing: this.#installer.sealing,
      services,
    };
    const tag = this.#keys.hmac(this.#ak.keys.hmacUp, canonical(unsigned));
    return { ...unsigned, tag: Array.from(tag, (byte) => byte.toString(16).padStart(2, '0')).join('') };
  }
}

/** The bytes that the tag covers: members in this order, nothing else. */
function canonical({ version, mac, akSequence, freshness, echoes, sealing, services }: Unsigned): Uint8Array {
  const rows = services.map(({ serviceType, groupId, said, teks }) => [
    serviceType,
    groupId,
    said,
    teks.map(({ wrapped, sequence, sealFrom, openFrom }) => [wrapped, sequence, sealFrom, openFrom]),
  ]);
  const text = JSON.stringify([version, mac, akSequence, freshness, echoes, sealing, rows]);
  return new TextEncoder().encode(`\0tekcast state ${text}`);
}

/** Throws `STATE_FORMAT` unless it has the shape of a state. */
function checkState(state: Unsigned): void {
  const bad = (what: string) => new TekcastError('STATE_FORMAT', `the state has no good ${what}`, what);
  if (typeof state !== 'object' || state === null || state.version !== 1) throw bad('version');
  if (!Array.isArray(state.services)) throw bad('services');
  if (!/^\d{1,20}$/.test(String(state.freshness))) throw bad('freshness');
  const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
  for (const row of state.services) {
    if (!isObject(row) || !Array.isArray(row.teks)) throw bad('services');
    for (const tek of row.teks) {
      if (!isObject(tek)) throw bad('teks');
      const { wrapped, sealFrom, openFrom } = tek;
      if (!/^[0-9a-f]{32,48}$/.test(wrapped) || !isPn(openFrom) || !(sealFrom === null || isPn(sealFrom)))
        throw bad('teks');
    }
  }
}

function isPn(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0x7fff_ffff;
}

function unhex(text: unknown): Uint8Array {
  const pairs = typeof text === 'string' && /^([0-9a-f]{2})+$/.test(text) ? (text.match(/../g) ?? []) : [];
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
}
