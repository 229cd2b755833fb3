// Keys in the vault, as JavaScript sees them: arguments are checked here and the call made; whether a slot may do it, the core decides.
import {
  BIRTH_OWNER,
  BIRTH_SLOT,
  COLD_FIRST_USE,
  COLD_SIZE,
  IO_BIRTH,
  IO_OUT,
  PN_LIMIT,
  SLOT_BYTES,
  SLOT_EKS,
  SLOT_GENERATION,
  SLOT_LEASE,
  SLOT_PACKETS,
  SLOT_SIZE,
  SLOT_STATE,
  SLOT_TAIL,
  STATE_LIVE,
  VAULT_DONE,
  VAULT_ERASED,
  VAULT_FULL_SLOTS,
  VAULT_FULL_TOMBSTONES,
  VAULT_FULL_WINDOWS,
  VAULT_IN_USE,
  VAULT_INTEGRITY,
  VAULT_LENT,
  VAULT_LIVE,
  VAULT_LOWER,
  VAULT_NEW,
  VAULT_RESEED,
  VAULT_RESUMED,
  VAULT_USE,
} from '../../assembly/layout.js';
import { TekcastError } from '../errors.js';
import { birthAt, readBirth, writeOtherBirth, writeTekBirth } from './birth.js';
import { readBirths, readWrapped, rowsOf, WRAPPED, writeBirths, writePair } from './bulk.js';
import { countOf } from './bytes.js';
import { FRESH } from './entropy.js';
import {
  coreOf,
  generationOf,
  isHandle,
  isSealUse,
  isTekUse,
  makeHandle,
  nameOf,
  noHandle,
  slotOf,
  useOf,
} from './handle.js';
import type { Instance } from './instantiate.js';
import { whole } from './options.js';
import type { Installed, KekUse, KeyCounters, KeyHandle, Keys, KeyUse, TekBirth } from './types.js';

const TEK = 16;
const AK = 20;
const DIGEST = 20;
const NOTHING = new Uint8Array(0);

export class VaultKeys implements Keys {
  readonly #core: Instance;

  constructor(core: Instance) {
    this.#core = core;
  }

  generate(birth: TekBirth & { context?: Uint8Array }): KeyHandle {
    const core = this.#core;
    const { context = NOTHING } = birth;
    writeTekBirth(core, birth);
    const extra = FRESH + this.#fits('context', context, FRESH);
    let code: number;
    do {
      core.takeFresh();
      core.data.set(context, FRESH);
      code = core.exports.vaultGenerate(extra);
      if (code === VAULT_RESEED) core.reseed();
    } while (code === VAULT_RESEED);
    return this.#installed(code).key;
  }

  generateMany(births: readonly TekBirth[], context: Uint8Array = NOTHING): KeyHandle[] {
    const core = this.#core;
    core.alive();
    const n = writeBirths(core, births);
    const extra = FRESH + this.#fits('context', context, FRESH);
    if (n === 0) return [];
    let code: number;
    do {
      core.takeFresh();
      core.data.set(context, FRESH);
      code = core.exports.vaultGenerateMany(extra, n);
      if (code === VAULT_RESEED) core.reseed();
    } while (code === VAULT_RESEED);
    if (code !== VAULT_NEW) throw refusal(code, undefined);
    return readBirths(core, n);
  }

  twin(key: KeyHandle, birth: TekBirth): Installed {
    const core = this.#core;
    this.#mine(key);
    writeTekBirth(core, birth);
    return this.#installed(core.exports.vaultTwin(slotOf(key), generationOf(key)), key);
  }

  fromAk(
    ak: Uint8Array,
    { owner, kek, keep = false }: { owner: number; kek: KekUse; keep?: boolean },
  ): { kek: KeyHandle; hmacUp: KeyHandle; hmacDown: KeyHandle } {
    const core = this.#core;
    core.alive();
    countOf('ak', ak, AK, AK);
    if (kek !== 'kek-aeskw' && kek !== 'kek-ecb')
      throw new TekcastError('KEY_USE', `not a KEK's use: ${String(kek)}`, 'kek');
    writeOtherBirth(core, kek, owner);
    core.data.set(ak);
    const code = core.exports.vaultFromAk();
    if (code !== VAULT_NEW) throw refusal(code, 'ak');
    if (keep !== true) ak.fill(0);
    const word = (core.io + IO_OUT) >>> 2;
    const handle = (pair: number, use: KeyUse) =>
      makeHandle(core.id, core.u32[word + 2 * pair] as number, core.u32[word + 2 * pair + 1] as number, use, 0, 0);
    return { kek: handle(0, kek), hmacUp: handle(1, 'mac'), hmacDown: handle(2, 'mac') };
  }

  put(bytes: Uint8Array, birth: TekBirth | { use: KekUse | 'mac'; owner: number }): Installed {
    const core = this.#core;
    if ('said' in birth) {
      writeTekBirth(core, birth);
      countOf('bytes', bytes, TEK, TEK);
      core.data.set(bytes);
      return this.#installed(core.exports.vaultPut());
    }
    const { use, owner } = birth;
    writeOtherBirth(core, use, owner);
    const length = use === 'mac' ? DIGEST : TEK;
    countOf('bytes', bytes, length, length);
    core.data.set(bytes);
    return this.#installed(core.exports.vaultPut());
  }

  wrap(key: KeyHandle, kek: KeyHandle): Uint8Array {
    const row = this.wrapMany([key], [kek]);
    return row.slice(0, WRAPPED[useOf(kek) as KekUse]);
  }

  wrapMany(keys: readonly KeyHandle[], keks: readonly KeyHandle[]): Uint8Array<ArrayBuffer> {
    const core = this.#core;
    const inner = rowsOf('keys', keys);
    const outer = rowsOf('keks', keks);
    core.alive();
    const n = inner.length;
    if (outer.length !== n) throw new TekcastError('LENGTH', 'as many KEKs as keys', 'keks', outer.length);
    for (let i = 0; i < n; i++) {
      const key = inner[i] as KeyHandle;
      const kek = outer[i] as KeyHandle;
      this.#mine(key);
      this.#mine(kek);
      writePair(core, i, key, kek);
    }
    const code = core.exports.vaultWrapMany(n);
    if (code === VAULT_DONE) return readWrapped(core, n);
    const refused = core.u32[(core.io + IO_OUT) >>> 2] as number;
    throw this.#blame(code, inner[refused] as KeyHandle, outer[refused] as KeyHandle);
  }

  unwrap(blob: Uint8Array, kek: KeyHandle, birth: TekBirth): Installed | undefined {
    const core = this.#core;
    this.#mine(kek);
    const length = WRAPPED[useOf(kek) as KekUse];
    if (length === undefined) throw refusal(VAULT_USE, nameOf(kek));
    writeTekBirth(core, birth);
    if (countOf('blob', blob, 0, Infinity) !== length) return undefined;
    core.data.set(blob);
    const code = core.exports.vaultUnwrap(slotOf(kek), generationOf(kek));
    return code === VAULT_INTEGRITY ? undefined : this.#installed(code, kek);
  }

  lease(key: KeyHandle, upTo: number): void {
    this.#mine(key);
    whole('upTo', upTo, 0, 0xffffffff);
    const code = this.#core.exports.vaultLease(slotOf(key), generationOf(key), upTo);
    if (code === VAULT_LOWER)
      throw new TekcastError('RANGE', 'a lease only rises, and not above the limit', 'upTo', upTo);
    if (code !== VAULT_DONE) throw refusal(code, nameOf(key));
  }

  counters(key: KeyHandle): KeyCounters {
    const core = this.#core;
    if (!this.isLive(key)) throw refusal(VAULT_ERASED, nameOf(key));
    if (!isTekUse(useOf(key))) throw refusal(VAULT_USE, nameOf(key));
    const hot = core.slots + slotOf(key) * SLOT_SIZE;
    const first = core.f64[(core.cold + slotOf(key) * COLD_SIZE + COLD_FIRST_USE) >>> 3] as number;
    const used = !Number.isNaN(first);
    return {
      packets: core.u32[(hot + SLOT_PACKETS) >>> 2] as number,
      bytes: core.u64[(hot + SLOT_BYTES) >>> 3] as bigint,
      firstUse: used ? first : undefined,
      lastUse: used ? first + (core.u32[(hot + SLOT_TAIL) >>> 2] as number) : undefined,
      nextPn: core.exports.vaultNextPn(slotOf(key)) >>> 0,
      lease: core.u32[(hot + SLOT_LEASE) >>> 2] as number,
    };
  }

  lend(key: KeyHandle, kek: KeyHandle, upTo?: number): Uint8Array<ArrayBuffer> {
    this.#mine(key);
    this.#mine(kek);
    const end = upTo ?? (isSealUse(useOf(key)) ? this.counters(key).lease : 0);
    whole('upTo', end, 0, 0xffffffff);
    const code = this.#core.exports.loanLend(slotOf(key), generationOf(key), slotOf(kek), generationOf(kek), end);
    if (code === VAULT_LOWER)
      throw new TekcastError('RANGE', 'PNs lent lie between the next one and the lease', 'upTo', end);
    if (code !== VAULT_DONE) throw refusal(code, nameOf(code === VAULT_ERASED && this.isLive(key) ? kek : key));
    return this.#note();
  }

  borrow(note: Uint8Array, kek: KeyHandle, owner: number): KeyHandle | undefined {
    const core = this.#core;
    this.#mine(kek);
    const length = this.#fits('note', note, 0);
    core.u32[(core.io + IO_BIRTH + BIRTH_OWNER) >>> 2] = whole('owner', owner, 0, 0xffffffff);
    core.data.set(note);
    const code = core.exports.loanBorrow(length, slotOf(kek), generationOf(kek));
    if (code === VAULT_INTEGRITY) return undefined;
    if (code !== VAULT_NEW && code !== VAULT_LIVE && code !== VAULT_RESUMED) throw refusal(code, nameOf(kek));
    return this.#installed(code).key;
  }

  giveBack(key: KeyHandle, kek: KeyHandle): Uint8Array<ArrayBuffer> {
    this.#mine(key);
    this.#mine(kek);
    this.#core.erasures++;
    const code = this.#core.exports.loanGiveBack(slotOf(key), generationOf(key), slotOf(kek), generationOf(kek));
    if (code !== VAULT_DONE) throw refusal(code, nameOf(code === VAULT_ERASED && this.isLive(key) ? kek : key));
    return this.#note();
  }

  settle(key: KeyHandle, kek: KeyHandle, note: Uint8Array): boolean {
    this.#mine(key);
    this.#mine(kek);
    const length = this.#fits('note', note, 0);
    this.#core.data.set(note);
    const code = this.#core.exports.loanSettle(slotOf(key), generationOf(key), slotOf(kek), generationOf(kek), length);
    if (code !== VAULT_DONE && code !== VAULT_INTEGRITY)
      throw refusal(code, nameOf(code === VAULT_ERASED && this.isLive(key) ? kek : key));
    return code === VAULT_DONE;
  }

  writeOff(key: KeyHandle, top = 0): void {
    this.#mine(key);
    const code = this.#core.exports.loanWriteOff(slotOf(key), generationOf(key), whole('top', top, 0, PN_LIMIT - 1));
    if (code !== VAULT_DONE) throw refusal(code, nameOf(key));
  }

  /** The wrapped note that a loan's call left in the io region. */
  #note(): Uint8Array<ArrayBuffer> {
    const { out, data } = this.#core;
    return data.slice(0, (out[0] as number) | ((out[1] as number) << 8));
  }

  same(a: KeyHandle, b: KeyHandle): boolean {
    this.#mine(a);
    this.#mine(b);
    const code = this.#core.exports.vaultSame(slotOf(a), generationOf(a), slotOf(b), generationOf(b));
    if (code === VAULT_ERASED) throw this.#blame(code, a, b);
    return code === VAULT_DONE;
  }

  isLive(key: KeyHandle): boolean {
    const core = this.#core;
    this.#mine(key);
    const hot = core.slots + slotOf(key) * SLOT_SIZE;
    return core.u8[hot + SLOT_STATE] === STATE_LIVE && core.u32[(hot + SLOT_GENERATION) >>> 2] === generationOf(key);
  }

  erase(key: KeyHandle): void {
    this.#mine(key);
    this.#core.erasures++;
    const code = this.#core.exports.vaultErase(slotOf(key), generationOf(key));
    if (code !== VAULT_DONE) throw refusal(code, nameOf(key));
  }

  forget(owner: number): void {
    this.#core.alive();
    this.#core.erasures++;
    this.#core.exports.vaultForget(whole('owner', owner, 0, 0xffffffff));
  }

  hmac(key: KeyHandle, message: Uint8Array): Uint8Array {
    const length = this.#message(key, message);
    const code = this.#core.exports.vaultHmac(slotOf(key), generationOf(key), length);
    if (code !== VAULT_DONE) throw refusal(code, nameOf(key));
    return this.#core.out.slice(0, DIGEST);
  }

  verifyHmac(key: KeyHandle, message: Uint8Array, digest: Uint8Array): boolean {
    const length = this.#message(key, message);
    if (countOf('digest', digest, 0, Infinity) !== DIGEST) return false;
    this.#core.out.set(digest);
    const code = this.#core.exports.vaultVerifyHmac(slotOf(key), generationOf(key), length);
    if (code !== VAULT_DONE && code !== VAULT_INTEGRITY) throw refusal(code, nameOf(key));
    return code === VAULT_DONE;
  }

  #mine(key: KeyHandle): void {
    this.#core.alive();
    if (!isHandle(key)) throw noHandle();
    const core = coreOf(key);
    if (core !== this.#core.id)
      throw new TekcastError('WRONG_CORE', 'this key lives in another core', nameOf(key), core);
  }

  /** Brings a message to the io region, and says how long it is. */
  #message(key: KeyHandle, message: Uint8Array): number {
    this.#mine(key);
    const length = this.#fits('message', message, 0);
    this.#core.data.set(message);
    return length;
  }

  /** The length of bytes that find room in the io region, `beside` others. */
  #fits(name: string, bytes: Uint8Array, beside: number): number {
    return countOf(name, bytes, 0, this.#core.data.length - beside);
  }

  /** The handle that a birth led to; its sequence is the slot's own, which for `live` may be an older one. */
  #installed(code: number, source?: KeyHandle): Installed {
    const outcome =
      code === VAULT_NEW ? 'new' : code === VAULT_LIVE ? 'live' : code === VAULT_RESUMED ? 'resumed' : undefined;
    if (outcome === undefined) throw refusal(code, source === undefined ? undefined : nameOf(source));
    const core = this.#core;
    const at = birthAt(core);
    const slot = core.u32[at + BIRTH_SLOT / 4] as number;
    return { key: readBirth(core, at, core.u8[core.slots + slot * SLOT_SIZE + SLOT_EKS] as number), outcome };
  }

  /** Of two keys, names the one at fault. */
  #blame(code: number, a: KeyHandle, b: KeyHandle): TekcastError {
    const first = code === VAULT_ERASED ? !this.isLive(a) : !isSealUse(useOf(a));
    return refusal(code, nameOf(first ? a : b));
  }
}

/** The error for a code of the vault. */
function refusal(code: number, subject: string | undefined): TekcastError {
  switch (code) {
    case VAULT_FULL_SLOTS:
      return new TekcastError('VAULT_FULL', 'no key slot is free', 'slots');
    case VAULT_FULL_TOMBSTONES:
      return new TekcastError('VAULT_FULL', 'no tombstone is free', 'tombstones');
    case VAULT_FULL_WINDOWS:
      return new TekcastError('WINDOWS_FULL', 'no replay window is free', 'windows');
    case VAULT_IN_USE:
      return new TekcastError(
        'KEY_IN_USE',
        'another slot seals, or sealed, under the same key in this direction',
        subject,
      );
    case VAULT_LENT:
      return new TekcastError('KEY_LENT', `${subject} is on loan to another core`, subject);
    case VAULT_ERASED:
      return new TekcastError('KEY_ERASED', `${subject} was erased`, subject);
    default:
      return new TekcastError('KEY_USE', `${subject ?? 'the key'} is not for this use`, subject);
  }
}
