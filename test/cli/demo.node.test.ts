// The demo with a short stream, and its capture through Wireshark's dissector: an oracle written by others.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'tekcast-test-'));
const pcap = join(folder, 'demo.pcap');
const BYTES = 3 * 1024 * 1024 + 7;
const SMALL = 64 * 1024;
afterAll(() => rmSync(folder, { recursive: true }));

let result: { code: number | null; stdout: string; stderr: string };
beforeAll(async () => {
  result = await run(['demo', '--json', '--bytes', String(BYTES), '--pcap', pcap]);
}, 60_000);

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

const tshark = spawnSync('tshark', ['--version']).status === 0;

describe.skipIf(!tshark)(`Wireshark's dissector${tshark ? '' : ' (skipped: tshark is not installed)'}`, () => {
  const PKM = 'wmx.pkm_msg.pkm_attr';
  const FIELDS = {
    type: 'wmx.macmgtmsgtype',
    code: 'wmx.pkm.msg_code',
    identifier: 'wmx.pkm.msg_pkm_identifier',
    cid: 'wmx.genericCid',
    ec: 'wmx.genericEc',
    eks: 'wmx.genericEks',
    length: 'wmx.genericLen',
    crc: 'wmx.genericCrc.status',
    said: `${PKM}.said`,
    keySequence: `${PKM}.key_seq_num`,
    lifetime: `${PKM}.key_life_time`,
    tek: `${PKM}.tek`,
    error: `${PKM}.error_code`,
    digest: `${PKM}.hmac_digest`,
    // The dissector reads 28 and 29 with the names that 802.16e gave them later.
    serviceType: `${PKM}.eap_payload`,
    groupId: `${PKM}.nonce`,
    summary: '_ws.col.Info',
    malformed: '_ws.malformed',
  };
  type Row = Record<keyof typeof FIELDS, string>;
  let rows: Row[];

  beforeAll(() => {
    const names = Object.keys(FIELDS) as (keyof typeof FIELDS)[];
    const args = ['-r', pcap, '--disable-protocol', 'eap', '-T', 'fields', '-E', 'separator=|', '-E', 'aggregator=,'];
    const { stdout, stderr } = spawnSync('tshark', [...args, ...names.flatMap((n) => ['-e', FIELDS[n]])], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => Object.fromEntries(line.split('|').map((value, i) => [names[i], value])) as Row);
    expect(rows.length, stderr).toBeGreaterThan(1_000);
  });

  test('dump', () => {
    console.log(rows.filter((r) => r.code !== '').slice(0, 20), rows.filter((r) => r.ec !== '0').slice(0, 3));
  });
});
