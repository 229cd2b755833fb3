// Puts the two TEKs of a Key Reply into memory 150: all or nothing. A TEK that is here already stays as it is, with its PN and
// its replay window; its wrapped form tells, because the same TEK under the same KEK always looks the same. A TEK of the same
// sequence number but other bytes replaces the one that was there.
//
// First use. An SS without state cannot know whether an earlier run sealed under the keys of its first unicast reply, whose PNs would
// start again at 1. So it seals under none of them, only under keys that come later, unless told otherwise.
import type { Installed, KeyHandle } from '../core/types.js';
import { isTekcastError } from '../errors.js';
import type { KeyReply, TekParameters } from '../pkm/index.js';
import { eraseTek } from '../sa/association.js';
import { hardLimits } from '../sa/limits.js';
import { openingGrace } from '../sa/schedule.js';
import type { AkInUse } from './aks.js';
import type { Memory, ServiceEntry, SsTek } from './memory.js';
import { rememberPast } from './memory.js';
import type { SsSettings } from './options.js';
import type { SsEvent, TekState } from './types.js';

type Refused = Extract<SsEvent, { type: 'REPLY_REFUSED' }>['why'];
export type Outcome =
  | { readonly ok: true; readonly fresh: boolean; readonly lifetime: number; readonly newer: SsTek }
  | { readonly ok: false; readonly why: Refused };

class UnwrapFailed extends Error {}
class Renumbered extends Error {}

/** Puts the TEKs of a verified Key Reply into the vault, all of a reply or none. */
export class Installer {
  readonly #settings: SsSettings;
  readonly #memory: Memory;
  readonly #owner: number;
  /** The keys of the first unicast reply are known or were excluded: what comes now was never used. */
  sealing: boolean;

  constructor(settings: SsSettings, memory: Memory, owner: number, sealing: boolean) {
    this.#settings = settings;
    this.#memory = memory;
    this.#owner = owner;
    this.sealing = sealing;
  }

  /** `ak`: under which the reply verified. */
  install(entry: ServiceEntry, reply: KeyReply, { keys: { kek } }: AkInUse, now: number): Outcome {
    const [older, newer] = reply.tek;
    const forms = [hex(older.tek), hex(newer.tek)] as const;
    const why = this.#check(entry, reply.tek, forms);
    if (why !== undefined) return { ok: false, why };
    const lifetime = 2000 * (newer.lifetime - older.lifetime);
    const block = entry === this.#memory.unicast && !this.sealing;
    const made: SsTek[] = [];
    let pair: SsTek[];
    try {
      pair = reply.tek.map((parameters, i) => {
        const wrapped = forms[i] as string;
        const here = entry.sa.bySequence(parameters.sequence);
        if (here?.wrapped === wrapped) return here;
        const tek = this.#open(entry, parameters, wrapped, kek, reply.said, block);
        if (entry.sa.teks.includes(tek)) return tek;
        made.push(tek);
        if (entry === this.#memory.unicast && !tek.blocked)
          this.#seal(tek, reply.said, this.#known(entry, tek.wrapped));
        return tek;
      });
      for (const tek of pair) {
        // One that had expired here, but lives for the BS: its sealing slot is gone, the vault resumes it.
        if (entry === this.#memory.unicast && !tek.blocked && tek.seal === undefined) {
          this.#seal(tek, reply.said, this.#known(entry, tek.wrapped));
        }
      }
    } catch (error) {
      for (const tek of made) eraseTek(tek, this.#keys);
      if (error instanceof UnwrapFailed) return { ok: false, why: 'UNWRAP' };
      if (error instanceof Renumbered) return { ok: false, why: 'SEQUENCE' };
      if (isTekcastError(error)) return { ok: false, why: 'VAULT' };
      throw error;
    }
    this.#commit(entry, reply, pair, now, lifetime);
    if (entry === this.#memory.unicast) this.sealing = true;
    const latest = pair[1] as SsTek;
    return { ok: true, fresh: made.includes(latest), lifetime, newer: latest };
  }

  /** Everything that can be said against a reply before a key is touched. */
  #check(
    entry: ServiceEntry,
    [older, newer]: KeyReply['tek'],
    wrapped: readonly [string, string],
  ): Refused | undefined {
    if (older.lifetime <= 0 || newer.lifetime <= older.lifetime) return 'LIFETIME';
    const { tekLength } = this.#settings.suite;
    if (older.tek.length !== tekLength || newer.tek.length !== tekLength) return 'LENGTH';
    if (newer.sequence !== ((older.sequence + 1) & 3)) return 'SEQUENCE';
    if (wrapped[0] === wrapped[1]) return 'EQUAL';
    const renumbered = (form: string, { sequence }: TekParameters) =>
      entry.sa.teks.some((here) => here.wrapped === form && here.sequence !== sequence);
    return renumbered(wrapped[0], older) || renumbered(wrapped[1], newer) ? 'SEQUENCE' : undefined;
  }

  #commit(entry: ServiceEntry, reply: KeyReply, pair: readonly SsTek[], now: number, lifetime: number): void {
    for (const [i, tek] of pair.entries()) {
      tek.expiresAt = now + 1000 * (reply.tek[i]?.lifetime ?? 0);
      tek.openUntil = tek.expiresAt + openingGrace(lifetime);
      tek.lingering = false;
      if (entry.sa.teks.includes(tek)) entry.sa.promote(tek);
      else {
        const before = entry.sa.bySequence(tek.sequence);
        if (before !== undefined) rememberPast(entry, this.stateOf(before));
        entry.sa.add(tek, this.#keys);
      }
      rememberPast(entry, this.stateOf(tek));
    }
    this.#memory.bind(entry, reply.said);
    entry.error = undefined;
  }

  /** What the state says of a TEK. Leases count as used. */
  stateOf(tek: SsTek): TekState {
    const seen = tek.open === undefined ? 0 : this.#keys.counters(tek.open).nextPn;
    return {
      wrapped: tek.wrapped,
      sequence: tek.sequence,
      sealFrom: tek.blocked ? null : Math.max(tek.lease, tek.mark),
      openFrom: Math.max(tek.openFrom, seen),
    };
  }

  get #keys() {
    return this.#settings.core.keys;
  }

  #known(entry: ServiceEntry, wrapped: string): TekState | undefined {
    return entry.past.find((tek) => tek.wrapped === wrapped);
  }

  /** A TEK in a slot of its own; or the one that is here, if only the AK it came under is another. */
  #open(
    entry: ServiceEntry,
    { tek, sequence }: TekParameters,
    wrapped: string,
    kek: KeyHandle,
    said: number,
    block: boolean,
  ): SsTek {
    const { replayWindow } = this.#settings;
    const birth = { use: 'open-down', owner: this.#owner, said, sequence, replayWindow } as const;
    const installed: Installed | undefined = this.#keys.unwrap(tek, kek, birth);
    if (installed === undefined) throw new UnwrapFailed();
    const { slot, generation } = installed.key;
    const here = entry.sa.teks.find(({ open }) => open?.slot === slot && open.generation === generation);
    if (here !== undefined) {
      if (here.sequence !== sequence) throw new Renumbered();
      here.wrapped = wrapped;
      return here;
    }
    const past = this.#known(entry, wrapped);
    return {
      sequence,
      expiresAt: 0,
      openUntil: 0,
      seal: undefined,
      open: installed.key,
      lingering: false,
      warned: false,
      taken: 0,
      bytes: 0,
      lease: past?.sealFrom ?? 1,
      mark: past?.sealFrom ?? 1,
      wrapped,
      openFrom: past?.openFrom ?? 0,
      blocked: past === undefined ? block : past.sealFrom === null,
      icvFailures: 0,
    };
  }

  /** The sealing slot of a unicast TEK. With durable leases it begins where they end, and may use nothing yet. */
  #seal(tek: SsTek, said: number, past: TekState | undefined): void {
    const { durable, keyLimits } = this.#settings;
    const hard = hardLimits(keyLimits);
    const firstPn = durable === undefined ? 1 : (past?.sealFrom ?? 1);
    const lease = durable === undefined ? hard.lease : firstPn;
    const birth = {
      use: 'seal-up',
      owner: this.#owner,
      said,
      sequence: tek.sequence,
      ...hard,
      firstPn,
      lease,
    } as const;
    tek.seal = this.#keys.twin(tek.open as KeyHandle, birth).key;
    tek.lease = lease;
    tek.taken = this.#keys.counters(tek.seal).nextPn - 1;
  }
}

const DIGITS = new TextEncoder().encode('0123456789abcdef');

function hex(bytes: Uint8Array): string {
  const text: number[] = [];
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    text.push(DIGITS[byte >> 4] as number, DIGITS[byte & 15] as number);
  }
  return String.fromCharCode(...text); // in one piece: it is compared often
}
