// Nothing that arrives can make the codec throw, loop or do more than linear work; nothing canonical changes on its way through.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Attribute,
  decodeMessage,
  describe as describeTree,
  encodeKeyReply,
  encodeKeyRequest,
  encodeMessage,
  keyRequestFields,
  type PkmMessage,
  PROFILES,
  patent,
  readAuthInvalid,
  readKeyReject,
  readKeyReply,
  readKeyRequest,
  readTekInvalid,
  type TreeNode,
  vendor,
} from '../../bindings/pkm/index.js';
import { encodeTlvs, type TlvInput } from '../../bindings/tlv/index.js';
import { treeLines } from '../../cli/tree.js';
import { tohex } from '../support/hex.js';
import { decoded, mix } from './support.js';

const runs = { seed: 20045, numRuns: 3000 };
const profile = fc.constantFrom(...PROFILES);

/** TLVs of types that mean something, nested up to two deep, at times with raw bytes in place of a value. */
const types = fc.constantFrom(
  6,
  8,
  9,
  10,
  11,
  12,
  13,
  15,
  16,
  19,
  20,
  21,
  23,
  25,
  27,
  28,
  29,
  40,
  47,
  156,
  158,
  159,
  200,
);
const leaf: fc.Arbitrary<TlvInput> = fc.record({ type: types, value: fc.uint8Array({ minLength: 1, maxLength: 26 }) });
const compound = (inner: fc.Arbitrary<TlvInput>): fc.Arbitrary<TlvInput> =>
  fc.record({
    type: fc.constantFrom(13, 19, 21, 23, 25, 27, 47),
    value: fc.array(inner, { minLength: 1, maxLength: 5 }).map(encodeTlvs),
  });
const tlv = fc.oneof(leaf, compound(leaf), compound(fc.oneof(leaf, compound(leaf))));
const body = fc.array(tlv, { maxLength: 8 }).map(encodeTlvs);
const head = fc.tuple(fc.constantFrom(9, 9, 10, 10, 4), fc.nat(32), fc.nat(255));
const shaped = fc.tuple(head, body).map(([three, rest]) => Uint8Array.of(...three, ...rest));
const cut = fc.tuple(shaped, fc.nat(40)).map(([bytes, off]) => bytes.subarray(0, Math.max(0, bytes.length - off)));
const noise = fc.uint8Array({ maxLength: 120 });
const anything = fc.oneof(shaped, cut, noise);

/** Everything an engine does with a message; must not throw. */
function use(message: PkmMessage): void {
  const readers = [readKeyRequest, readKeyReply, readKeyReject, readAuthInvalid, readTekInvalid];
  const bodies = readers.map((read) => read(message));
  expect(bodies.filter((b) => b.ok || b.code !== 'CODE').length).toBe(message.code >= 7 && message.code <= 11 ? 1 : 0);
  expect(keyRequestFields(message) === undefined).toBe(message.code !== 7);
}

/** Value bytes over all levels: what the decoder had to look at. */
function lookedAt(attributes: readonly Attribute[]): number {
  return attributes.reduce((sum, a) => sum + a.headerLength + a.bytes.length + lookedAt(a.children), 0);
}

function checkOffsets(bytes: Uint8Array, attributes: readonly Attribute[]): void {
  for (const { offset, type, headerLength, bytes: value, children } of attributes) {
    expect(bytes[offset]).toBe(type);
    const start = offset + headerLength;
    expect(tohex(bytes.subarray(start, start + value.length))).toBe(tohex(value));
    checkOffsets(bytes, children);
  }
}

describe('any bytes', () => {
  it('decode to a message or a coded error, with true offsets and work linear in their number', () => {
    let messages = 0;
    fc.assert(
      fc.property(profile, anything, (p, bytes) => {
        const result = decodeMessage(p, bytes);
        if (!result.ok) {
          expect(result.offset).toBeLessThanOrEqual(bytes.length);
          return;
        }
        messages++;
        const { attributes, digest } = result.message;
        // The tables nest compounds two deep: no byte is looked at more than three times.
        expect(lookedAt(attributes)).toBeLessThanOrEqual(3 * bytes.length);
        checkOffsets(bytes, attributes);
        if (digest.state === 'present') {
          expect(digest.covered.length + digest.attribute.headerLength + digest.value.length).toBe(bytes.length);
        }
        use(result.message);
      }),
      runs,
    );
    expect(messages).toBeGreaterThan(200);
  });

  it('canonical messages re-encode to themselves', () => {
    let canonical = 0;
    fc.assert(
      fc.property(profile, shaped, (p, bytes) => {
        const result = decodeMessage(p, bytes);
        if (!result.ok) return;
        canonical++;
        const { code, identifier, type, attributes } = result.message;
        const input = attributes.map((a) => ({ type: a.type, value: a.bytes }));
        expect(tohex(encodeMessage(p, { code, identifier, type, attributes: input }))).toBe(tohex(bytes));
      }),
      runs,
    );
    expect(canonical).toBeGreaterThan(500);
  });

  it('make a tree whose nodes lie within them, one after the other', () => {
    const inside = (node: TreeNode, from: number, to: number) => {
      expect(node.offset).toBeGreaterThanOrEqual(from);
      expect(node.offset + node.length).toBeLessThanOrEqual(to);
      let last = node.offset;
      for (const child of node.children) {
        inside(child, node.offset, node.offset + node.length);
        expect(child.offset).toBeGreaterThanOrEqual(last);
        last = child.offset;
      }
    };
    fc.assert(
      fc.property(profile, anything, (p, bytes) => {
        const tree = describeTree(p, bytes);
        inside(tree, 0, bytes.length);
        expect(treeLines(tree).join('\n')).not.toMatch(/undefined|NaN|\[object/);
      }),
      runs,
    );
  });
});

describe('a mutated message', () => {
  const request = { identifier: 7, akSequence: 3, said: 16, serviceType: 1, groupId: 5, freshness: 99n };
  const half = { lifetime: 2_000, sequence: 1, tek: Uint8Array.from({ length: 24 }, (_, i) => i) };
  const originals = [
    encodeKeyRequest(patent, request, mix),
    encodeKeyRequest(vendor, request, mix),
    encodeKeyReply(patent, { ...request, tek: [half, { ...half, lifetime: 4_000, sequence: 2 }] }, mix),
  ];
  const verifies = (bytes: Uint8Array) => {
    const result = decodeMessage(patent, bytes);
    if (!result.ok) return false;
    use(result.message);
    const { digest } = result.message;
    return digest.state === 'present' && tohex(mix(digest.covered)) === tohex(digest.value);
  };

  it('by one byte, anywhere, does not verify', () => {
    for (const original of originals) {
      expect(verifies(original)).toBe(true);
      for (let at = 0; at < original.length; at++) {
        for (const flip of [1, 0x80, 0xff]) {
          const bytes = original.slice();
          bytes[at] = (bytes[at] ?? 0) ^ flip;
          expect(verifies(bytes), `byte ${at} ^ ${flip}`).toBe(false);
        }
      }
    }
  });

  it('cut or prolonged does not verify', () => {
    for (const original of originals) {
      for (let length = 0; length < original.length; length++)
        expect(verifies(original.subarray(0, length))).toBe(false);
      for (const extra of [[0], [200, 0], [200, 1, 0], [11, 0]]) {
        expect(verifies(Uint8Array.of(...original, ...extra)), `and ${extra}`).toBe(false);
      }
    }
  });

  it('is not changed by decoding', () => {
    for (const original of originals) {
      const before = tohex(original);
      use(decoded(patent, original));
      expect(tohex(original)).toBe(before);
    }
  });
});
