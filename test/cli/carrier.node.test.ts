import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { formatAddress, isGroupAddress, parseAddress } from '../../cli/carrier/address.js';
import { Capture } from '../../cli/carrier/capture.js';
import { decodeM2m, encodeM2m } from '../../cli/carrier/m2m.js';
import { PcapWriter, readPcap } from '../../cli/carrier/pcap.js';
import { UdpPort } from '../../cli/carrier/udp.js';
import { CliError } from '../../cli/exit.js';
import { tohex, unhex } from '../support/hex.js';

const folder = mkdtempSync(join(tmpdir(), 'tekcast-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A patent Key Request for group 5 on primary CID 0x0150, with CRC. */
const PDU = '0040300150d80907210a01030c0201021c01011d01050b1449b05679f5c397562f049f4530b41fd7525d040d105aba49';
/** The 68-byte frame that tshark is known to dissect. */
const FRAME = `0200000000b502000000001108f0000100010930${PDU}`;

describe('addresses', () => {
  test.each([
    ['127.0.0.1:16016', { host: '127.0.0.1', port: 16016 }],
    ['0.0.0.0:0', { host: '0.0.0.0', port: 0 }],
    ['[::1]:9', { host: '::1', port: 9 }],
  ])('%s', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
    expect(formatAddress(address)).toBe(text);
  });

  test.each([
    '',
    'localhost:1',
    '127.0.0.1',
    '127.0.0.1:',
    '127.0.0.1:65536',
    '127.0.0.256:1',
    '::1:9',
    '[127.0.0.1]:1',
    '127.0.0.1:1 ',
  ])('refused: "%s"', (text) => expect(parseAddress(text)).toBeUndefined());

  test.each([
    ['224.0.0.1:1', true],
    ['239.255.255.255:1', true],
    ['255.255.255.255:1', true],
    ['[ff02::1]:1', true],
    ['223.255.255.255:1', false],
    ['[fe80::1]:1', false],
  ])('%s is a group address: %s', (text, is) => {
    expect(isGroupAddress(parseAddress(text) ?? { host: '', port: 0 })).toBe(is);
  });
});

describe('M2M encapsulation', () => {
  test('gives the 68-byte frame', () => {
    const frame = encodeM2m(unhex('0200000000b5'), unhex('020000000011'), 1, unhex(PDU));
    expect(frame).toHaveLength(68);
    expect(tohex(frame)).toBe(FRAME);
  });

  test('reads the 68-byte frame, padded or not', () => {
    for (const padding of ['', '00', '0000000000', 'ffffff']) {
      const result = decodeM2m(unhex(FRAME + padding));
      expect(result.ok && tohex(result.frame.tlvs[0]?.value ?? new Uint8Array())).toBe(PDU);
      expect(result.ok && result.frame.sequence).toBe(1);
    }
  });

  test('round trip over all lengths of a burst', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 3_000 }), fc.nat(65_535), (burst, sequence) => {
        const result = decodeM2m(encodeM2m(new Uint8Array(6), new Uint8Array(6).fill(1), sequence, burst));
        expect(result.ok && result.frame.sequence).toBe(sequence);
        expect(result.ok && tohex(result.frame.tlvs[0]?.value ?? new Uint8Array())).toBe(tohex(burst));
      }),
      { seed: 16, numRuns: 200 },
    );
  });

  test.each([
    ['another Ethernet type', FRAME.replace('08f0', '0800'), 'NOT_M2M'],
    ['too short', FRAME.slice(0, 34), 'NOT_M2M'],
    ['fewer TLVs than counted', FRAME.replace('00010001', '00010002'), 'TLV'],
    ['cut off', FRAME.slice(0, -2), 'TLV'],
  ])('refused: %s', (_, hex, code) => {
    expect(decodeM2m(unhex(hex))).toMatchObject({ ok: false, code });
  });
});

describe('capture files', () => {
  test('what was written is read', () => {
    const path = join(folder, 'a.pcap');
    const writer = new PcapWriter(path);
    const frames = [unhex(FRAME), new Uint8Array(2_100).fill(7), new Uint8Array(1)];
    frames.forEach((frame, i) => {
      writer.write(1_700_000_000_123.456 + i, frame);
    });
    expect(writer.records).toBe(3);
    writer.close();
    writer.write(0, new Uint8Array(1)); // too late: goes nowhere, breaks nothing
    const bytes = readFileSync(path);
    expect(tohex(bytes.subarray(0, 24))).toBe('d4c3b2a1020004000000000000000000ffff000001000000');
    const result = readPcap(bytes);
    expect(result).toMatchObject({ ok: true, linktype: 1, truncated: false });
    expect(result.ok && result.records.map((r) => tohex(r.bytes))).toEqual(frames.map(tohex));
    expect(result.ok && result.records[0]?.time).toBeCloseTo(1_700_000_000.123456, 5);
  });

  test('many records pass the buffer whole', () => {
    const path = join(folder, 'b.pcap');
    const writer = new PcapWriter(path);
    const frame = new Uint8Array(1_999).fill(1);
    for (let i = 0; i < 1_000; i++) writer.write(i, frame);
    writer.close();
    const result = readPcap(readFileSync(path));
    expect(result.ok && result.records.length).toBe(1_000);
    expect(result.ok && result.records.every((r) => r.bytes.length === 1_999)).toBe(true);
  });

  test('both byte orders and both time resolutions', () => {
    const header = { le: '020004000000000000000000ffff000001000000', be: '00020004000000000000000000 00ffff00000001' };
    const files = [
      `d4c3b2a1${header.le}0100000020a1070001000000010000004d`,
      `4d3cb2a1${header.le}010000000065cd1d01000000010000004d`,
      `a1b2c3d4${header.be}000000010007a12000000001000000014d`,
      `a1b23c4d${header.be}000000011dcd650000000001000000014d`,
    ];
    for (const file of files) {
      const result = readPcap(unhex(file.replaceAll(' ', '')));
      expect(result.ok && result.records.map(({ time, bytes }) => [time, tohex(bytes)])).toEqual([[1.5, '4d']]);
    }
  });

  test('anything else is none, a cut one says so', () => {
    expect(readPcap(unhex(FRAME)).ok).toBe(false);
    expect(readPcap(new Uint8Array(0)).ok).toBe(false);
    const cut = unhex('d4c3b2a1020004000000000000000000ffff000001000000000000000000000005000000050000000102');
    expect(readPcap(cut)).toMatchObject({ ok: true, records: [], truncated: true });
  });

  test('a capture has BSID and MAC address by CID, a sequence for each direction, and may limit encrypted PDUs', () => {
    const path = join(folder, 'c.pcap');
    const macs = new Map([[0x0150, '02:00:00:00:00:11']]);
    const capture = new Capture({ path, bsid: '02:00:00:00:00:b5', macs, traffic: 1 });
    const encrypted = unhex('40401a06c45abcf65721e75536c827a8d71b432ca5481bd1ba21');
    capture.pdu(unhex(PDU), 'up');
    capture.pdu(encrypted, 'down');
    capture.pdu(encrypted, 'down');
    capture.pdu(unhex(PDU), 'up');
    expect(capture.records).toBe(3);
    capture.close();
    const result = readPcap(readFileSync(path));
    const frames = result.ok ? result.records.map((r) => tohex(r.bytes)) : [];
    expect(frames).toEqual([
      FRAME,
      `ffffffffffff0200000000b508f000010001091a${tohex(encrypted)}`,
      FRAME.replace('08f00001', '08f00002'),
    ]);
  });

  test('a file that cannot be made is an error with exit code 4', () => {
    expect(() => new PcapWriter(join(folder, 'none', 'x.pcap'))).toThrow(CliError);
  });
});

describe('UDP', () => {
  test('carries a datagram there and back, counts what has no address', async () => {
    const a = await UdpPort.open({ host: '127.0.0.1', port: 0 }, 'a');
    const b = await UdpPort.open({ host: '127.0.0.1', port: 0 }, 'b');
    const back = new Promise<string>((resolve) => a.onDatagram((bytes) => resolve(tohex(bytes))));
    b.onDatagram((bytes, from) => b.send(from, Uint8Array.of(...bytes, 0xff)));
    a.send('239.0.0.1:5', Uint8Array.of(1));
    a.send('nowhere', Uint8Array.of(1));
    a.send(formatAddress(b.local), Uint8Array.of(1, 2));
    expect(await back).toBe('0102ff');
    expect(a.counters()).toEqual({ sendEDESTADDRREQ: 2 });
    await a.close();
    await b.close();
    a.send(formatAddress(b.local), Uint8Array.of(1)); // too late: goes nowhere, breaks nothing
  });

  test('an address in use is an error that names it', async () => {
    const a = await UdpPort.open({ host: '127.0.0.1', port: 0 }, 'a');
    const again = UdpPort.open(a.local, 'listen');
    await expect(again).rejects.toThrow(`listen ${formatAddress(a.local)}: `);
    await expect(again).rejects.toMatchObject({ exitCode: 4 });
    await a.close();
  });
});
