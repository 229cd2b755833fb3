import { patent, vendor } from 'tekcast';
import { describe, expect, test } from 'vitest';
import { decodeItems, describeBytes, parseHex } from '../../cli/commands/decode.js';
import { isBroken, treeLines } from '../../cli/tree.js';
import { unhex } from '../support/hex.js';

const MESSAGE = '0907210a01030c0201021c01011d01050b1449b05679f5c397562f049f4530b41fd7525d040d';
const PDU = `0040300150d8${MESSAGE}105aba49`;
const FRAME = `0200000000b502000000001108f0000100010930${PDU}`;
const ENCRYPTED = '40401a06c45abcf65721e75536c827a8d71b432ca5481bd1ba21';

const items = (bytes: Uint8Array) => [...decodeItems(patent, bytes)];
const lines = (hex: string, profile = patent) => treeLines(describeBytes(profile, unhex(hex)));
const text = (s: string) => new TextEncoder().encode(s);

describe('what is shown', () => {
  test('the 68-byte frame, from Ethernet to digest', () => {
    expect(lines(FRAME).map((line) => line.replace(/ {2,}/g, '  '))).toMatchInlineSnapshot(`
      [
        "  0  M2M frame  02:00:00:00:00:11 to 02:00:00:00:00:b5, sequence 1",
        "  18  └─ PDU burst (9)  48 bytes",
        "  20  └─ burst  48 bytes, 1 PDUs",
        "  20  └─ MAC PDU  48 bytes, CID 0x0150 (336, primary management)",
        "  20  ├─ generic MAC header  0040300150d8",
        "  20  │  ├─ HT  0",
        "  20  │  ├─ EC  0 (not encrypted)",
        "  20  │  ├─ Type  0x00",
        "  21  │  ├─ ESF  0",
        "  21  │  ├─ CI  1 (CRC-32)",
        "  21  │  ├─ EKS  0  ! ignored with EC 0",
        "  21  │  ├─ LEN  48",
        "  23  │  ├─ CID  0x0150 (336, primary management)",
        "  25  │  └─ HCS  d8 (correct)",
        "  26  ├─ Key Request  PKM-REQ, 38 bytes, profile patent",
        "  26  │  ├─ Type  9 (PKM-REQ)",
        "  27  │  ├─ Code  7 (Key Request)",
        "  28  │  ├─ Identifier  33",
        "  29  │  ├─ Key-Sequence-Number (10)  3",
        "  32  │  ├─ SAID (12)  258 (0x0102)",
        "  36  │  ├─ Service-Type (28)  1 (multicast)",
        "  39  │  ├─ Multicast-Service-Group-ID (29)  5",
        "  42  │  └─ HMAC-Digest (11)  49b05679f5c397562f049f4530b41fd7525d040d",
        "  64  └─ CRC-32  105aba49 (correct, msb)",
      ]
    `);
  });

  test.each([
    ['frame', FRAME, 'M2M frame'],
    ['burst', PDU, 'burst'],
    ['two PDUs', PDU + ENCRYPTED, 'burst'],
    ['bare message', MESSAGE, 'Key Request'],
  ])('a %s is seen from its bytes', (_, hex, label) => {
    const tree = describeBytes(patent, unhex(hex));
    expect(tree.label).toBe(label);
    expect(isBroken(tree)).toBe(false);
  });

  test('offsets of an inner layer count from the outermost byte', () => {
    const digest = lines(FRAME).find((line) => line.includes('HMAC-Digest'));
    expect(digest?.trim().startsWith('42 ')).toBe(true);
  });

  test('the vendor profile names 156 and 157, the patent profile does not', () => {
    const hex = MESSAGE.replace('1c01011d0105', '9c01019d0105');
    expect(lines(hex, vendor).join('\n')).toContain('Service-Type (156)');
    expect(lines(hex, patent).join('\n')).toContain('Unknown (156)');
  });

  test('an encrypted PDU shows PN and EKS and is not broken', () => {
    const tree = describeBytes(patent, unhex(ENCRYPTED));
    expect(isBroken(tree)).toBe(false);
    expect(treeLines(tree).join('\n')).toMatch(/PN .*559412924/);
  });

  test.each([
    ['a wrong HCS', PDU.replace('0150d8', '0150d9')],
    ['a wrong CRC', PDU.replace('105aba49', '105aba48')],
    ['a PDU without room for its CRC', '004008015068aabb'],
    ['a cut PDU', PDU.slice(0, -8)],
    ['a cut message', MESSAGE.slice(0, -4)],
    ['nothing known', 'ffee01'.replace('ff', '7f')],
  ])('%s is broken, and what stands before is shown', (_, hex) => {
    expect(isBroken(describeBytes(patent, unhex(hex)))).toBe(true);
  });
});

describe('input', () => {
  test.each([
    ['0102', ['0102']],
    [' 01 02\n03', ['010203']],
    ['0x01, 0x02', ['0102']],
    ['01:02:ff', ['0102ff']],
    ['0102\n\n03 # three\n04\n\n\n', ['0102', '0304']],
    ['# nothing but a comment', []],
    ['', []],
    ['hello', undefined],
  ])('hexadecimal text %j', (input, expected) => {
    expect(parseHex(input)?.map((b) => Buffer.from(b).toString('hex'))).toEqual(expected);
  });

  test('paragraphs are items, raw bytes are one', () => {
    expect(items(text(`${PDU}\n\n${MESSAGE}\n`)).map((i) => i.tree.label)).toEqual(['burst', 'Key Request']);
    expect(items(unhex(PDU)).map((i) => i.tree.label)).toEqual(['burst']);
  });

  test('a capture: every record with its time; one that is cut says so', () => {
    const record = (hex: string) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(hex.length / 2);
      return `0100000040420f00${length.toString('hex').repeat(2)}${hex}`;
    };
    const file = `d4c3b2a1020004000000000000000000ffff000001000000${record(FRAME)}${record('00')}`;
    const records = items(unhex(file));
    expect(records.map((i) => [i.index, i.time, i.tree.label, isBroken(i.tree)])).toEqual([
      [1, 2, 'M2M frame', false],
      [2, 2, 'Ethernet frame', true],
    ]);
    expect(items(unhex(file.slice(0, -2))).map((i) => isBroken(i.tree))).toEqual([false, true]);
    expect(() => items(unhex(file.replace('ffff000001', 'ffff000069')))).toThrow('linktype 105');
  });

  test('what is no capture that can be read says why', () => {
    const header = 'd4c3b2a1020004000000000000000000ffff000001000000';
    expect(items(unhex(header))).toEqual([]);
    expect(() => items(unhex(header.slice(0, 40)))).toThrow('ends within its file header');
    expect(() => items(unhex(`0a0d0d0a1c0000004d3c2b1a01000000${'ff'.repeat(8)}1c000000`))).toThrow('editcap -F pcap');
  });

  test('hexadecimal digits come in pairs, and there are some', () => {
    expect(() => items(text(`${MESSAGE}\n\n${MESSAGE}0`))).toThrow('item 2 has an odd number');
    for (const nothing of ['', ' \n\n', '# nothing\n']) expect(() => items(text(nothing))).toThrow('nothing to decode');
  });

  test('a message cut before its identifier is broken', () => {
    expect(['09', '0907'].map((hex) => isBroken(describeBytes(patent, unhex(hex))))).toEqual([true, true]);
    expect(isBroken(describeBytes(patent, unhex('090721')))).toBe(false);
  });

  test('a file of very many PDUs is shown to its end', () => {
    const pdus = 15_000;
    const [item] = items(unhex(PDU.repeat(pdus)));
    expect(item && treeLines(item.tree).length).toBeGreaterThan(10 * pdus);
  });

  test('a fragment of a burst is named, not taken apart', () => {
    const frame = `0200000000b502000000001108f000010002040101${FRAME.slice(36)}`;
    expect(lines(frame).join('\n')).toContain('a fragment; not put together again');
  });
});
