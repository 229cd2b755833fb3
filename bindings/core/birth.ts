// The birth record: what a TEK may do, checked once here and written where the core reads it (layout.ts, BIRTH_*).
import {
  BIRTH_BYTE_LIMIT,
  BIRTH_CIPHER,
  BIRTH_FIRST_PN,
  BIRTH_LEASE,
  BIRTH_OWNER,
  BIRTH_SAID,
  BIRTH_SEQUENCE,
  BIRTH_USE,
  BIRTH_WINDOW,
  CIPHER_CCM,
  CIPHER_MBS,
  IO_BIRTH,
  PN_LIMIT,
  USE_OPEN_UP,
} from '../../assembly/layout.js';
import { TekcastError } from '../errors.js';
import { isTekUse, USE_NUMBERS } from './handle.js';
import type { Instance } from './instantiate.js';
import { multipleOf64, whole } from './options.js';
import type { KeyUse, TekBirth, TekUse } from './types.js';

const NO_LIMIT = 0xffffffffffffffffn;
const U32 = 0xffffffff;

/** What a TEK is born with, read once and checked. */
export interface Birth {
  readonly use: TekUse;
  readonly cipher: number;
  readonly said: number;
  readonly sequence: number;
  readonly owner: number;
  readonly firstPn: number;
  readonly lease: number;
  readonly window: number;
  readonly byteLimit: bigint | undefined;
}

/** Reads all of a birth before any of it is written: the caller's getters run here, and may call the core. Throws `DISPOSED` if they ended it. */
export function readTekBirth(core: Instance, birth: TekBirth): Birth {
  const { use, byteLimit } = birth;
  const number = numberOf(use);
  if (number === undefined || number > USE_OPEN_UP)
    throw new TekcastError('KEY_USE', `a TEK is not born for ${String(use)}`, 'use');
  const cipher = birth.cipher ?? 'ccm';
  if (cipher !== 'ccm' && cipher !== 'mbs') throw new TekcastError('RANGE', 'cipher is ccm or mbs', 'cipher');
  // Its counter has no direction: a key that sealed both ways would make the same key stream twice.
  if (cipher === 'mbs' && use !== 'seal-down' && use !== 'open-down')
    throw new TekcastError('KEY_USE', 'MBS is a downlink service', 'cipher');
  const limit = cipher === 'mbs' ? U32 : PN_LIMIT;
  const max = core.sizes.replayWindow;
  if (byteLimit !== undefined) checkByteLimit(byteLimit);
  const read = {
    use,
    cipher: cipher === 'mbs' ? CIPHER_MBS : CIPHER_CCM,
    said: whole('said', birth.said, 0, 0xffff),
    sequence: whole('sequence', birth.sequence, 0, 3),
    owner: whole('owner', birth.owner, 0, U32),
    firstPn: whole('firstPn', birth.firstPn ?? 1, cipher === 'mbs' ? 0 : 1, limit),
    lease: whole('lease', birth.lease ?? limit, 0, limit),
    window: multipleOf64('replayWindow', birth.replayWindow ?? max, max),
    byteLimit,
  };
  core.alive();
  return read;
}

/** Writes a birth record, in the io region unless told where. */
export function writeTekBirth(core: Instance, birth: Birth, at: number = core.io + IO_BIRTH): void {
  const { u8, u32 } = core;
  u8[at + BIRTH_USE] = USE_NUMBERS[birth.use];
  u8[at + BIRTH_CIPHER] = birth.cipher;
  u8[at + BIRTH_SEQUENCE] = birth.sequence;
  core.u16[(at + BIRTH_SAID) >>> 1] = birth.said;
  u32[(at + BIRTH_OWNER) >>> 2] = birth.owner;
  u32[(at + BIRTH_FIRST_PN) >>> 2] = birth.firstPn;
  u32[(at + BIRTH_LEASE) >>> 2] = birth.lease;
  u32[(at + BIRTH_WINDOW) >>> 2] = birth.window;
  if (birth.byteLimit === undefined) {
    u32[(at + BIRTH_BYTE_LIMIT) >>> 2] = U32;
    u32[(at + BIRTH_BYTE_LIMIT + 4) >>> 2] = U32;
  } else core.u64[(at + BIRTH_BYTE_LIMIT) >>> 3] = birth.byteLimit;
}

function checkByteLimit(limit: bigint): void {
  if (typeof limit !== 'bigint' || limit < 0n || limit > NO_LIMIT)
    throw new TekcastError('RANGE', 'byteLimit is not a bigint from 0 to 2^64 - 1', 'byteLimit', limit);
}

/** A key that is no TEK has a use and an owner, no more. */
export function writeOtherBirth(core: Instance, use: KeyUse, owner: number): void {
  const number = numberOf(use);
  if (number === undefined) throw new TekcastError('KEY_USE', `no such use: ${String(use)}`, 'use');
  if (isTekUse(use)) throw new TekcastError('RANGE', 'a TEK has a SAID', 'said');
  whole('owner', owner, 0, U32);
  core.alive();
  core.u8[core.io + IO_BIRTH + BIRTH_USE] = number;
  core.u32[(core.io + IO_BIRTH + BIRTH_OWNER) >>> 2] = owner;
}

/** The USE_* of a word; of anything else undefined, names that all objects have included. */
function numberOf(use: KeyUse): number | undefined {
  return typeof use === 'string' && Object.hasOwn(USE_NUMBERS, use) ? USE_NUMBERS[use] : undefined;
}
