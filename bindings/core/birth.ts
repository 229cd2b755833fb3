// The birth record: what a TEK may do, checked once here and written where the core reads it (layout.ts, BIRTH_*).
import {
  BIRTH_BYTE_LIMIT,
  BIRTH_CIPHER,
  BIRTH_FIRST_PN,
  BIRTH_GENERATION,
  BIRTH_LEASE,
  BIRTH_OWNER,
  BIRTH_SAID,
  BIRTH_SEQUENCE,
  BIRTH_SLOT,
  BIRTH_USE,
  BIRTH_WINDOW,
  CIPHER_CCM,
  CIPHER_MBS,
  IO_BIRTH,
  PN_LIMIT,
  USE_OPEN_UP,
} from '../../assembly/layout.js';
import { TekcastError } from '../errors.js';
import { isTekUse, makeHandle, USE_NUMBERS, useNumbered } from './handle.js';
import type { Instance } from './instantiate.js';
import { multipleOf64, whole } from './options.js';
import type { KeyHandle, KeyUse, TekBirth } from './types.js';

const NO_LIMIT = 0xffffffffffffffffn;
const U32 = 0xffffffff;
const CIPHER_SHIFT = 8 * (BIRTH_CIPHER - BIRTH_USE);
const SEQUENCE_SHIFT = 8 * (BIRTH_SEQUENCE - BIRTH_USE);

/** The first word of a birth record. */
export const birthAt = (core: Instance): number => (core.io + IO_BIRTH) >>> 2;

/**
 * Writes a birth record from word `at` of `u32` on, in the io region unless told where. All of it is read and checked before any of it is
 * written: the caller's getters run here, and may call the core. Throws `DISPOSED` if they ended it.
 */
export function writeTekBirth(
  core: Instance,
  birth: TekBirth,
  u32: Uint32Array = core.u32,
  at: number = birthAt(core),
): void {
  if (typeof birth !== 'object' || birth === null)
    throw new TekcastError('TYPE', 'what a key is born with is not an object', 'birth');
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
  const said = whole('said', birth.said, 0, 0xffff);
  const sequence = whole('sequence', birth.sequence, 0, 3);
  const owner = whole('owner', birth.owner, 0, U32);
  const firstPn = whole('firstPn', birth.firstPn ?? 1, cipher === 'mbs' ? 0 : 1, limit);
  const lease = whole('lease', birth.lease ?? limit, 0, limit);
  const window = multipleOf64('replayWindow', birth.replayWindow ?? max, max);
  core.alive();

  u32[at] = number | ((cipher === 'mbs' ? CIPHER_MBS : CIPHER_CCM) << CIPHER_SHIFT) | (sequence << SEQUENCE_SHIFT);
  u32[at + BIRTH_SAID / 4] = said;
  u32[at + BIRTH_OWNER / 4] = owner;
  u32[at + BIRTH_FIRST_PN / 4] = firstPn;
  u32[at + BIRTH_LEASE / 4] = lease;
  u32[at + BIRTH_WINDOW / 4] = window;
  u32[at + BIRTH_BYTE_LIMIT / 4] = byteLimit === undefined ? U32 : Number(byteLimit & 0xffffffffn);
  u32[at + BIRTH_BYTE_LIMIT / 4 + 1] = byteLimit === undefined ? U32 : Number(byteLimit >> 32n);
}

/** The handle of the key that was born with the record at word `at`; `sequence`: the record's, unless the key is older than it. */
export function readBirth(core: Instance, at: number, sequence?: number): KeyHandle {
  const { u32 } = core;
  const first = u32[at] as number;
  const slot = u32[at + BIRTH_SLOT / 4] as number;
  const generation = u32[at + BIRTH_GENERATION / 4] as number;
  const said = (u32[at + BIRTH_SAID / 4] as number) & 0xffff;
  const use = useNumbered(first & 0xff);
  return makeHandle(core.id, slot, generation, use, said, sequence ?? (first >>> SEQUENCE_SHIFT) & 0xff);
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
  const at = birthAt(core);
  core.u32[at] = number;
  core.u32[at + BIRTH_SAID / 4] = 0;
  core.u32[at + BIRTH_OWNER / 4] = owner;
}

const NUMBERS = new Map<unknown, number>(Object.entries(USE_NUMBERS));

/** The USE_* of a word; of anything else undefined, names that all objects have included. */
const numberOf = (use: KeyUse): number | undefined => NUMBERS.get(use);
