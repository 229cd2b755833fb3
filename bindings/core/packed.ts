// An SA in the form that `add` likes best: what a descriptor wants of a key and its connection, checked once, in one object of the size of
// a cache line. In an object of one's own, a handle and the handle's fields the same is spread over four lines. With more SAs than a cache
// holds, fetching those is most of what adding a packet costs.
import {
  DESC_CID,
  DESC_EKS,
  DESC_GENERATION,
  DESC_SLOT,
  DESC_STATUS,
  STATUS_KEY_ERASED,
} from '../../assembly/layout.js';
import type { TekcastError } from '../errors.js';
import { generationOf, isOfSide, noHandle, notOfSide, slotOf, tekSide, writeOfSide } from './handle.js';
import { whole } from './options.js';
import type { KeyHandle, TrafficSa } from './types.js';

const EKS_SHIFT = 8 * (DESC_EKS - DESC_STATUS);
const CID_SHIFT = 8 * (DESC_CID - DESC_STATUS);

/** EKS and CID beside the status, as a descriptor and a row have them. */
export function addressOf(eks: number, cid: number): number {
  if ((eks & 3) !== eks) whole('eks', eks, 0, 3);
  if ((cid & 0xffff) !== cid) whole('cid', cid, 0, 0xffff);
  return (eks << EKS_SHIFT) | (cid << CID_SHIFT);
}

/** What {@link addressOf} made it of. */
export const eksOf = (address: number): number => (address >>> EKS_SHIFT) & 3;
export const cidOf = (address: number): number => (address >>> CID_SHIFT) & 0xffff;

/** The error for an SA whose key is not of that side: `TYPE`, `KEY_USE`, `WRONG_CORE`. */
export function unfit(sa: TrafficSa, side: number): TekcastError {
  try {
    return notOfSide(sa.key, side);
  } catch {
    return noHandle(); // what only looks like a packed one has no key to show
  }
}

/** The SA of a caller's own that is being added: its fields, read once. */
const read: { -readonly [Field in keyof TrafficSa]: TrafficSa[Field] } = { key: undefined as never, eks: 0, cid: 0 };

/** A packed SA as it is; of another, which may run code of the caller's that calls the core, the fields: until the next is read. */
export function readSa(sa: TrafficSa): TrafficSa {
  if (sa instanceof PackedSa) return sa;
  const { key, eks, cid } = sa;
  read.key = key;
  read.eks = eks;
  read.cid = cid;
  return read;
}

// All but the key are numbers of 31 bits as a rule: what engines keep in the object itself.
export class PackedSa implements TrafficSa {
  readonly #side: number;
  readonly #slot: number;
  readonly #generation: number;
  /** CID and EKS. */
  readonly #address: number;
  readonly #key: KeyHandle;

  constructor(core: number, { key, eks, cid }: TrafficSa) {
    const side = tekSide(core, key);
    addressOf(eks, cid);
    this.#side = side;
    this.#slot = slotOf(key);
    this.#generation = generationOf(key) | 0;
    this.#address = (cid << 2) | eks;
    this.#key = key;
    Object.freeze(this);
  }

  get key(): KeyHandle {
    return this.#key;
  }

  get eks(): number {
    return this.#address & 3;
  }

  get cid(): number {
    return this.#address >> 2;
  }

  /** 0 of what only looks like one. */
  static #sideOf(sa: PackedSa): number {
    try {
      return sa.#side;
    } catch {
      return 0;
    }
  }

  /** True when its key is of that side. */
  static fits(sa: TrafficSa, side: number): boolean {
    return sa instanceof PackedSa ? PackedSa.#sideOf(sa) === side : isOfSide(sa.key, side);
  }

  /**
   * Writes slot, generation, EKS and CID of an SA from {@link readSa} as words of a descriptor at word `d`; returns its key. Throws {@link unfit},
   * and `RANGE`.
   */
  static describe(sa: TrafficSa, side: number, u32: Uint32Array, d: number): KeyHandle {
    if (sa instanceof PackedSa) {
      if (PackedSa.#sideOf(sa) !== side) throw unfit(sa, side);
      const address = sa.#address;
      u32[d + DESC_SLOT / 4] = sa.#slot;
      u32[d + DESC_GENERATION / 4] = sa.#generation;
      u32[d + DESC_STATUS / 4] = STATUS_KEY_ERASED | ((address & 3) << EKS_SHIFT) | ((address >> 2) << CID_SHIFT);
      return sa.#key;
    }
    const { key, eks, cid } = sa;
    if (!writeOfSide(key, side, u32, d + DESC_SLOT / 4)) throw unfit(sa, side);
    u32[d + DESC_STATUS / 4] = STATUS_KEY_ERASED | addressOf(eks, cid);
    return key;
  }
}

// As they are now, like those of a table's rows (table.ts).
export const fitsSa = PackedSa.fits;
export const describeSa = PackedSa.describe;
