// The demo with a short stream, and its capture through Wireshark's dissector: an oracle written by others.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Attribute, decodeManagement, decodeMessage, type Pdu, patent, splitBurst } from 'tekcast';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeM2m } from '../../cli/carrier/m2m.js';
import { readPcap } from '../../cli/carrier/pcap.js';
import { run } from './run.js';
import { dissect, hasTshark, type Row } from './tshark.js';

const folder = mkdtempSync(join(tmpdir(), 'tekcast-test-'));
const pcap = join(folder, 'demo.pcap');
const BYTES = 3 * 1024 * 1024 + 7;
const SMALL = 64 * 1024;
afterAll(() => rmSync(folder, { recursive: true }));

let result: { code: number | null; stdout: string; stderr: string };
beforeAll(async () => {
  result = await run(['demo', '--json', '--bytes', String(BYTES), '--pcap', pcap], '', 100_000);
}, 120_000);

describe('tekcast demo --json', () => {
  test('ends with 0 and prints exactly what it promises', () => {
    expect(result.code, result.stderr).toBe(0);
    const json = JSON.parse(result.stdout);
    expect(Object.keys(json)).toEqual(['ok', 'stations', 'rekeys', 'packetsPerSecond', 'pcap']);
    const row = (
      n: number,
      service: string | number,
      groupId: number | null,
      errorCode: number | null,
      bytes: number,
    ) => ({
      mac: `00:1b:11:00:00:0${n}`,
      service,
      groupId,
      answer: errorCode === null ? 'Key Reply' : 'Key Reject',
      errorCode,
      bytes,
      sha256ok: errorCode === null ? true : null,
    });
    expect(json).toMatchObject({ ok: true, pcap });
    expect(json.stations).toStrictEqual([
      row(1, 'unicast', null, null, SMALL),
      row(2, 'multicast', 5, null, BYTES),
      row(3, 'multicast', 5, null, BYTES),
      row(4, 'multicast', 5, 8, 0),
      row(4, 9, null, 7, 0),
      row(5, 'broadcast', null, null, SMALL),
      row(6, 'broadcast', null, 2, 0),
    ]);
    expect(json.rekeys).toBeGreaterThanOrEqual(2);
    expect(json.packetsPerSecond).toBeGreaterThan(0);
  });
});

describe.skipIf(!hasTshark)(`Wireshark's dissector${hasTshark ? '' : ' (skipped: tshark is not installed)'}`, () => {
  /** Correct, in the words of Wireshark's checksum fields. */
  const GOOD = '1';
  let rows: Row[];
  /** The PDU of each record as this project reads it. */
  let pdus: Pdu[];

  beforeAll(() => {
    rows = dissect(pcap);
    const capture = readPcap(readFileSync(pcap));
    pdus = (capture.ok ? capture.records : []).flatMap(({ bytes }) => {
      const frame = decodeM2m(bytes);
      return frame.ok ? splitBurst(frame.frame.tlvs[0]?.value ?? new Uint8Array()).pdus : [];
    });
    expect(rows.length).toBe(pdus.length);
    expect(rows.length).toBeGreaterThan(Math.ceil(BYTES / 1_400) + 2 * 7);
  });

  test('reads every header as it is meant; every HCS and CRC is correct', () => {
    for (const [i, row] of rows.entries()) {
      const { header, bytes } = pdus[i] as Pdu;
      expect(row.summary).not.toContain('CRC error');
      expect(row.expert).not.toMatch(/CRC|HCS|checksum/i);
      const read = [row.cid, row.ec, row.eks, row.length, row.hcs].map(Number);
      const meant = [header.cid, Number(header.ec), header.eks, header.length, bytes[5]];
      expect(read, JSON.stringify(row)).toEqual(meant);
      if (header.ci) expect(row.crc, JSON.stringify(row)).toBe(GOOD);
    }
  });

  test('reads every PKM message as this project does', () => {
    let messages = 0;
    for (const [i, row] of rows.entries()) {
      const pdu = pdus[i] as Pdu;
      if (pdu.header.ec) {
        expect(row.code).toBe('');
        continue;
      }
      messages++;
      const payload = decodeManagement(pdu, 'msb');
      const result = decodeMessage(patent, payload.ok ? payload.message : new Uint8Array());
      if (!result.ok) throw new Error(`record ${i + 1}: ${result.code}`);
      const { message } = result;
      const found = flat(message.attributes);
      const hex = (type: number) =>
        found.filter((a) => a.type === type).map((a) => Buffer.from(a.bytes).toString('hex'));
      const numbers = (list: string) =>
        list
          .split(',')
          .filter((v) => v !== '')
          .map(Number);
      const meant = (type: number) => hex(type).map((v) => Number.parseInt(v, 16));
      expect(row.expert).not.toMatch(/malformed/i);
      expect([row.type, row.code, row.identifier]).toEqual(
        [message.type, message.code, message.identifier].map(String),
      );
      expect(numbers(row.said)).toEqual(meant(12));
      expect(numbers(row.keySequence)).toEqual(meant(10));
      expect(numbers(row.lifetime)).toEqual(meant(9));
      expect(numbers(row.error)).toEqual(meant(16));
      expect(row.tek).toBe(hex(8).join());
      expect(row.digest).toBe(hex(11).join());
      expect(row.serviceType).toBe(hex(28).join());
      expect(row.groupId).toBe(hex(29).join());
      expect(hex(11)).toHaveLength(1);
    }
    expect(messages).toBeGreaterThanOrEqual(14);
  });

  test('sees seven requests answered as the demo says, at least', () => {
    const seen = (type: number, code: number, said: string, service: string, group: string, error: string) =>
      rows.filter(
        (r) =>
          [r.type, r.code, r.said, r.serviceType, r.groupId, r.error].join() ===
          [type, code, said, service, group, error].join(),
      ).length;
    expect(seen(9, 7, '0x0001', '00', '', '')).toBeGreaterThanOrEqual(1);
    expect(seen(10, 8, '0x0001', '00', '', '')).toBeGreaterThanOrEqual(1);
    for (const said of ['0x0002', '0x0003', '0x0004'])
      expect(seen(9, 7, said, '01', '05', '')).toBeGreaterThanOrEqual(1);
    expect(seen(10, 8, '0x0205', '01', '05', '')).toBeGreaterThanOrEqual(2);
    expect(seen(10, 9, '0x0004', '01', '05', '8')).toBeGreaterThanOrEqual(1);
    expect(seen(9, 7, '0x0004', '09', '', '')).toBeGreaterThanOrEqual(1);
    expect(seen(10, 9, '0x0004', '09', '', '7')).toBeGreaterThanOrEqual(1);
    expect(seen(10, 8, '0x0300', '02', '', '')).toBeGreaterThanOrEqual(1);
    expect(seen(10, 9, '0x0006', '02', '', '2')).toBeGreaterThanOrEqual(1);
  });

  test('sees the stream under three TEKs or more, once however many receivers', () => {
    const stream = rows.filter((r) => Number(r.cid) === 0xfea5);
    expect(stream).toHaveLength(Math.ceil(BYTES / 1_400));
    expect(new Set(stream.map((r) => r.eks)).size).toBeGreaterThanOrEqual(3);
  });
});

/** Attributes and those within them. */
function flat(attributes: readonly Attribute[]): Attribute[] {
  return attributes.flatMap((a) => [a, ...flat(a.children)]);
}
