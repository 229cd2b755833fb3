import { expect, describe as group, it } from 'vitest';
import { hcs } from '../../bindings/pdu/index.js';
import { describe, describeBurst, describeMessage, patent, type TreeNode, vendor } from '../../bindings/pkm/index.js';
import { tohex, unhex } from '../support/hex.js';

const FRAME = '0040300150d8 090721 0a0103 0c020102 1c0101 1d0105 0b1449b05679f5c397562f049f4530b41fd7525d040d 105aba49';
const DIGEST = '0b14 49b05679f5c397562f049f4530b41fd7525d040d';

/** Every node as `label: value ! note`. */
function flat(tree: TreeNode): string[] {
  const { label, value, note, children } = tree;
  const line = `${label}${value === undefined ? '' : `: ${value}`}${note === undefined ? '' : ` ! ${note}`}`;
  return [line, ...children.flatMap(flat)];
}

group('a burst', () => {
  it('of the worked frame names every field', () => {
    expect(flat(describe(patent, unhex(FRAME)))).toEqual([
      'burst: 48 bytes, 1 PDUs',
      'MAC PDU: 48 bytes, CID 0x0150 (336, primary management)',
      'generic MAC header: 0040300150d8',
      'HT: 0',
      'EC: 0 (not encrypted)',
      'Type: 0x00',
      'ESF: 0',
      'CI: 1 (CRC-32)',
      'EKS: 0 ! ignored with EC 0',
      'LEN: 48',
      'CID: 0x0150 (336, primary management)',
      'HCS: d8 (correct)',
      'Key Request: PKM-REQ, 38 bytes, profile patent',
      'Type: 9 (PKM-REQ)',
      'Code: 7 (Key Request)',
      'Identifier: 33',
      'Key-Sequence-Number (10): 3',
      'SAID (12): 258 (0x0102)',
      'Service-Type (28): 1 (multicast)',
      'Multicast-Service-Group-ID (29): 5',
      'HMAC-Digest (11): 49b05679f5c397562f049f4530b41fd7525d040d',
      'CRC-32: 105aba49 (correct, msb)',
    ]);
  });
  it("of the standard's example PDU shows PN, ciphertext and ICV, and which CRC convention it follows", () => {
    const lines = flat(describeBurst(patent, unhex('40401A06C45A BCF65721 E75536C8 27A8D71B432CA548 CBB65F48')));
    expect(lines).toContain('PN: 559412924 (0x2157f6bc, downlink)');
    expect(lines).toContain('ciphertext: e75536c8');
    expect(lines).toContain('ICV: 27a8d71b432ca548 (encrypted)');
    expect(lines).toContain('CRC-32: cbb65f48 (correct, reflected)');
  });
  it('shows where it broke, and what stood before', () => {
    const lines = flat(describeBurst(patent, unhex(`${FRAME} 0040300150d7 0907`)));
    expect(lines[0]).toBe('burst: 56 bytes, 1 PDUs');
    expect(lines.at(-1)).toBe('broken: 0040300150d70907 ! HCS: header check sequence wrong; the burst ends here');
  });
  it('shows a wrong CRC, a bandwidth request, and padding', () => {
    expect(flat(describe(patent, unhex(FRAME.replace('105aba49', '105aba48'))))).toContain(
      'CRC-32: 105aba48 ! wrong in either convention',
    );
    expect(
      flat(describe(patent, unhex(`8000400150${tohex(Uint8Array.of(hcs(unhex('8000400150'))))} ffff`))).slice(1),
    ).toEqual(['bandwidth request header: 64 bytes, CID 0x0150 (336, primary management) ! stepped over', 'padding']);
  });
});

group('a message', () => {
  it('is recognised without a MAC header', () => {
    expect(flat(describe(patent, unhex(`0a0921 0a0103 0c020010 1c0101 1d0105 100108 ${DIGEST}`))).slice(0, 10)).toEqual(
      [
        'Key Reject: PKM-RSP, 41 bytes, profile patent',
        'Type: 10 (PKM-RSP)',
        'Code: 9 (Key Reject)',
        'Identifier: 33',
        'Key-Sequence-Number (10): 3',
        'SAID (12): 16 (0x0010)',
        'Service-Type (28): 1 (multicast)',
        'Multicast-Service-Group-ID (29): 5',
        'Error-Code (16): 8 (unauthorized multicast service group ID)',
        'HMAC-Digest (11): 49b05679f5c397562f049f4530b41fd7525d040d',
      ],
    );
  });
  it('has lifetimes in seconds, suites in words and compounds opened', () => {
    const reply = `0a0821 0a0103 0c020205 0d0f 080801020304050607080904000054600a0102 ${DIGEST}`.replace(
      '0d0f',
      '0d13',
    );
    expect(flat(describe(patent, unhex(reply)))).toEqual(
      expect.arrayContaining(['TEK-Parameters (13)', 'TEK (8): 0102030405060708', 'Key-Lifetime (9): 21600 s']),
    );
    const lines = flat(describe(patent, unhex('0a0321 0a0103 170c 0c020205 180102 1403020104')));
    expect(lines).toContain('SA-Type (24): 2 (dynamic)');
    expect(lines).toContain('Cryptographic-Suite (20): 020104 (AES-CCM 128, AES-CCM 128, TEK by AES key wrap 128)');
    expect(lines[0]).toBe('SA Add: PKM-RSP, 20 bytes, profile patent ! digest missing');
  });
  it('prints a text quoted, so that it cannot move the cursor', () => {
    expect(flat(describe(patent, unhex('0a0a00 100105 0605 1b5b324a22')))).toContain(
      'Display-String (6): "\\u001b[2J\\""',
    );
    expect(flat(describe(patent, unhex('0a0a00 100105 0603 e280ae')))).toContain('Display-String (6): "\\u{202e}"');
  });
  it('says in one line what is odd about it', () => {
    const [line] = flat(describe(patent, unhex(`090721 1d0105 1c0101 1c0101 0a810103 c80100`)));
    expect(line).toBe(
      'Key Request: PKM-REQ, 19 bytes, profile patent ! missing: SAID; repeated: Service-Type; digest missing; unknown attributes: 1; non-minimal lengths: 1; unusual order',
    );
  });
  it('shows wrong lengths and unknown attributes where they stand', () => {
    const lines = flat(describe(vendor, unhex('090721 0a020003 1c0101 9c0105')));
    expect(lines).toContain('Key-Sequence-Number (10): 0003 ! wrong length (2)');
    expect(lines).toContain('Unknown (28): 01 ! unknown attribute, ignored');
    expect(lines).toContain('Service-Type (156): 5 (unknown)');
  });
  it('shows where it broke, at the top and inside', () => {
    const lines = flat(describe(patent, unhex('0a0821 0d05 0805 1122aa bb0c01')));
    expect(lines[0]).toBe('Key Reply: PKM-RSP, 13 bytes, profile patent ! ends before this attribute does');
    expect(lines).toContain('TEK-Parameters (13) ! its attributes do not parse');
    expect(lines).toContain('broken: 08051122aa ! TLV_TRUNCATED: ends before this attribute does');
    expect(lines).toContain('broken: bb0c01 ! TLV_TRUNCATED: ends before this attribute does');
  });
  it('of no bytes, of a reserved code, in the wrong direction, of another type', () => {
    expect(flat(describeMessage(patent, unhex('')))).toEqual([
      'management message: 0 bytes ! shorter than type, code and identifier',
    ]);
    expect(flat(describeMessage(patent, unhex('091f00')))[0]).toContain('! reserved code');
    expect(flat(describeMessage(patent, unhex('0a0700')))[0]).toContain('! this code does not go in this direction');
    expect(flat(describeMessage(patent, unhex('04 0700aabb')))).toEqual([
      'management message: 5 bytes ! not a PKM message',
      'Type: 4 (not PKM)',
      'body: 0700aabb',
    ]);
  });
  it('adds the base to every offset', () => {
    const tree = describeMessage(patent, unhex('0a0a00 100105'), 100);
    expect([tree, ...tree.children].map((n) => n.offset)).toEqual([100, 100, 101, 102, 103]);
  });
});
