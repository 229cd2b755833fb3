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
import type { KeyUse, TekBirth } from './types.js';

const NO_LIMIT = 0xffffffffffffffffn;
const U32 = 0xffffffff;

export function writeTekBirth(core: Instance, birth: TekBirth, at: number = core.io + IO_BIRTH): void {
  const { use } = birth;
  const { u8, u32 } = core;
  const number = USE_NUMBERS[use];
  if (!(number <= USE_OPEN_UP)) throw new TekcastError('KEY_USE', `a TEK is not born for ${String(use)}`, 'use');
  const cipher = birth.cipher ?? 'ccm';
  if (cipher !== 'ccm' && cipher !== 'mbs') throw new TekcastError('RANGE', 'cipher is ccm or mbs', 'cipher');
  // Its counter has no direction: a key that sealed both ways would make the same key stream twice.
  if (cipher === 'mbs' && use !== 'seal-down' && use !== 'open-down')
    throw new TekcastError('KEY_USE', 'MBS is a downlink service', 'cipher');
  const limit = cipher === 'mbs' ? U32 : PN_LIMIT;
  const said = whole('said', birth.said, 0, 0xffff);
  const sequence = whole('sequence', birth.sequence, 0, 3);
  const owner = whole('owner', birth.owner, 0, U32);
  const firstPn = whole('firstPn', birth.firstPn ?? 1, cipher === 'mbs' ? 0 : 1, limit);
  const lease = whole('lease', birth.lease ?? limit, 0, limit);
  const window = multipleOf64('replayWindow', birth.replayWindow ?? core.sizes.replayWindow, core.sizes.replayWindow);
  const { byteLimit } = birth;
  if (byteLimit !== undefined) checkByteLimit(byteLimit);

  u8[at + BIRTH_USE] = number;
  u8[at + BIRTH_CIPHER] = cipher === 'mbs' ? CIPHER_MBS : CIPHER_CCM;
  u8[at + BIRTH_SEQUENCE] = sequence;
  core.u16[(at + BIRTH_SAID) >>> 1] = said;
  u32[(at + BIRTH_OWNER) >>> 2] = owner;
  u32[(at + BIRTH_FIRST_PN) >>> 2] = firstPn;
  u32[(at + BIRTH_LEASE) >>> 2] = lease;
  u32[(at + BIRTH_WINDOW) >>> 2] = window;
  if (byteLimit === undefined) {
    u32[(at + BIRTH_BYTE_LIMIT) >>> 2] = U32;
    u32[(at + BIRTH_BYTE_LIMIT + 4) >>> 2] = U32;
  } else core.u64[(at + BIRTH_BYTE_LIMIT) >>> 3] = byteLimit;
}

function checkByteLimit(limit: bigint): void {
  if (typeof limit !== 'bigint' || limit < 0n || limit > NO_LIMIT)
    throw new TekcastError('RANGE', 'byteLimit is not a bigint from 0 to 2^64 - 1', 'byteLimit', limit);
}

/** A key that is no TEK has a use and an owner, no more. */
export function writeOtherBirth(core: Instance, use: KeyUse, owner: number): void {
  if (isTekUse(use)) throw new TekcastError('RANGE', 'a TEK has a SAID', 'said');
  if (USE_NUMBERS[use] === undefined) throw new TekcastError('KEY_USE', `no such use: ${String(use)}`, 'use');
  whole('owner', owner, 0, U32);
  core.u8[core.io + IO_BIRTH + BIRTH_USE] = USE_NUMBERS[use];
  core.u32[(core.io + IO_BIRTH + BIRTH_OWNER) >>> 2] = owner;
}
