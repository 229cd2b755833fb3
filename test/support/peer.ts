// A hand that holds the keys of one AK and writes messages as either station would, or should not.

import type { Core, KeyHandle } from '../../bindings/core/types.js';
import { decodeManagement, encodeManagement, splitBurst } from '../../bindings/pdu/index.js';
import {
  decodeMessage,
  encodeKeyReject,
  encodeKeyReply,
  encodeTekInvalid,
  type KeyReject,
  type KeyReply,
  type PkmMessage,
  patent,
  readKeyReply,
  type TekInvalid,
} from '../../bindings/pkm/index.js';
import type { Crc } from '../../bindings/sa/types.js';
import type { PreSharedRow } from './stations.js';

/** An attribute by type and bytes; a number is one byte. `long`: length written in two bytes. */
export type Raw = {
  readonly type: number;
  readonly value: number | readonly number[] | Uint8Array;
  readonly long?: boolean;
};

/** How the digest is put on. */
export type DigestStyle = 'right' | 'wrong' | 'missing' | 'twice' | 'short' | 'followed';

export interface Craft {
  readonly type?: number;
  readonly code?: number;
  readonly identifier?: number;
  readonly attributes: readonly Raw[];
  readonly digest?: DigestStyle;
  /** Bytes put behind everything, not covered. */
  readonly tail?: readonly number[];
  readonly cid?: number;
}

/** What a station answered, read back. */
export interface Answer {
  readonly to: string;
  readonly cid: number;
  readonly code: number;
  readonly identifier: number;
  readonly message: PkmMessage;
  /** Values by attribute key, the first of each. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly types: readonly number[];
  /** Digest present and right under HMAC_KEY_D. */
  readonly signed: boolean;
}

export class Peer {
  readonly core: Core;
  readonly owner: number;
  readonly row: PreSharedRow;
  readonly keys: { kek: KeyHandle; hmacUp: KeyHandle; hmacDown: KeyHandle };
  readonly crc: Crc;

  constructor(core: Core, row: PreSharedRow, crc: Crc = 'msb') {
    this.core = core;
    this.row = row;
    this.crc = crc;
    this.owner = core.newOwner();
    this.keys = core.keys.fromAk(row.ak, { owner: this.owner, kek: 'kek-aeskw', keep: true });
  }

  /** The usual attributes of a Key Request, then more. */
  asks(...more: Raw[]): Raw[] {
    return [{ type: 10, value: this.row.akSequence }, { type: 12, value: u16(this.row.basicCid) }, ...more];
  }

  /** A PDU with a message of any shape, signed as the SS signs. */
  craft({ type = 9, code = 7, identifier = 1, attributes, digest = 'right', tail = [], cid }: Craft): Uint8Array {
    const covered = Uint8Array.from([type, code, identifier, ...attributes.flatMap(encode)]);
    const value = this.core.keys.hmac(type === 9 ? this.keys.hmacUp : this.keys.hmacDown, covered);
    const right = encode({ type: 11, value });
    const wrong = encode({ type: 11, value: value.map((byte, i) => (i === 19 ? byte ^ 1 : byte)) });
    const styles: Record<DigestStyle, number[]> = {
      right,
      wrong,
      missing: [],
      twice: [...right, ...right],
      short: encode({ type: 11, value: value.subarray(0, 19) }),
      followed: [...right, ...encode({ type: 200, value: 1 })],
    };
    const message = Uint8Array.from([...covered, ...styles[digest], ...tail]);
    return encodeManagement(cid ?? this.row.primaryCid, message, this.crc);
  }

  /** A Key Request for a service, perhaps with attribute 158. */
  request(serviceType?: number, groupId?: number, freshness?: bigint, identifier = 1): Uint8Array {
    const attributes = this.asks();
    if (serviceType !== undefined) attributes.push({ type: 28, value: serviceType });
    if (groupId !== undefined) attributes.push({ type: 29, value: groupId });
    if (freshness !== undefined) attributes.push({ type: 158, value: u64(freshness) });
    return this.craft({ attributes, identifier });
  }

  /** What a step sent, as far as it is management for this SS. */
  answers(step: { readonly send: readonly { readonly to: string; readonly bytes: Uint8Array }[] }): Answer[] {
    return step.send.flatMap(({ to, bytes }) =>
      splitBurst(bytes).pdus.flatMap((pdu): Answer[] => {
        const management = decodeManagement(pdu, this.crc);
        if (!management.ok || management.cid !== this.row.primaryCid) return [];
        const decoded = decodeMessage(patent, management.message);
        if (!decoded.ok) throw new Error(`a station sent what does not decode: ${decoded.code}`);
        const { message } = decoded;
        const { digest } = message;
        const signed =
          digest.state === 'present' && this.core.keys.verifyHmac(this.keys.hmacDown, digest.covered, digest.value);
        const values: Record<string, unknown> = {};
        for (const { row, value } of message.attributes)
          if (row !== undefined && !(row.key in values)) values[row.key] = value;
        const types = message.attributes.map((attribute) => attribute.type);
        const { code, identifier } = message;
        return [{ to, cid: management.cid, code, identifier, message, values, types, signed }];
      }),
    );
  }

  /** A TEK as a BS has it: a key that seals the downlink, and its wrapped form. */
  tek(fill: number, sequence: number, said = 0): { key: KeyHandle; wrapped: Uint8Array } {
    const birth = { use: 'seal-down', owner: this.owner, said, sequence } as const;
    const { key } = this.core.keys.put(
      Uint8Array.from({ length: 16 }, (_, i) => (fill + i * 13) & 0xff),
      birth,
    );
    return { key, wrapped: this.core.keys.wrap(key, this.keys.kek) };
  }

  /** The keys of a Key Reply as an SS seals its uplink with: the older, the newer. */
  uplinkKeys(reply: Answer): KeyHandle[] {
    const read = readKeyReply(reply.message);
    if (!read.ok) throw new Error('not a Key Reply');
    return read.body.tek.map(({ tek, sequence }) => {
      const birth = { owner: this.owner, said: read.body.said, sequence };
      const open = this.core.keys.unwrap(tek, this.keys.kek, { ...birth, use: 'open-down' });
      if (open === undefined) throw new Error('does not unwrap');
      return this.core.keys.twin(open.key, { ...birth, use: 'seal-up' }).key;
    });
  }

  /** Seals payloads, each a PDU. */
  seal(key: KeyHandle, cid: number, payloads: readonly Uint8Array[], eks = key.sequence): Uint8Array[] {
    const batch = this.core.traffic({ packets: payloads.length, crc: this.crc });
    for (const payload of payloads) batch.addPayload({ key, eks, cid }, payload);
    batch.seal();
    const pdus = [...batch.results()].map((result) => {
      if (result.code !== '') throw new Error(`not sealed: ${result.code}`);
      return result.bytes.slice();
    });
    batch.dispose();
    return pdus;
  }

  keyReply(body: Omit<KeyReply, 'akSequence'>): Uint8Array {
    return this.#asBs(encodeKeyReply(patent, { akSequence: this.row.akSequence, ...body }, this.#sign));
  }

  keyReject(body: Omit<KeyReject, 'akSequence'>): Uint8Array {
    return this.#asBs(encodeKeyReject(patent, { akSequence: this.row.akSequence, ...body }, this.#sign));
  }

  tekInvalid(body: Omit<TekInvalid, 'akSequence'>): Uint8Array {
    return this.#asBs(encodeTekInvalid(patent, { akSequence: this.row.akSequence, ...body }, this.#sign));
  }

  /** An Auth Invalid as anybody can write it. */
  authInvalid(identifier: number, error: number): Uint8Array {
    return this.#asBs(Uint8Array.from([10, 10, identifier, 16, 1, error]));
  }

  readonly #sign = (covered: Uint8Array): Uint8Array => this.core.keys.hmac(this.keys.hmacDown, covered);

  #asBs(message: Uint8Array): Uint8Array {
    return encodeManagement(this.row.primaryCid, message, this.crc);
  }
}

export const u16 = (value: number): number[] => [value >> 8, value & 0xff];
export const u64 = (value: bigint): number[] =>
  Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(8 * (7 - i))) & 0xffn));

function encode({ type, value, long = false }: Raw): number[] {
  const bytes = typeof value === 'number' ? [value] : [...value];
  return long ? [type, 0x81, bytes.length, ...bytes] : [type, bytes.length, ...bytes];
}
