// Auth Invalid and TEK Invalid of a running base station, as Wireshark's dissector reads them; digests are checked by node:crypto.
import { createHash, createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkCrc, decodeManagement, encodeHeader, type Pdu, splitBurst } from 'tekcast';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { crc32 } from '../../bindings/pdu/index.js';
import { decodeM2m } from '../../cli/carrier/m2m.js';
import { readPcap } from '../../cli/carrier/pcap.js';
import { EXAMPLE_AK, exampleConfig } from './example.js';
import { Mailbox } from './mailbox.js';
import { Command, type Line } from './run.js';
import { dissect, hasTshark, type Row } from './tshark.js';

const folder = mkdtempSync(join(tmpdir(), 'tekcast-test-'));
const pcap = join(folder, 'invalid.pcap');
afterAll(() => rmSync(folder, { recursive: true }));
const MAC = '00:1b:11:c9:d5:0c';
const [BASIC, PRIMARY, TRANSPORT] = [16, 336, 1040];
const AK_SEQUENCE = 3;
/** SAs start with the TEKs 0 and 1. */
const UNKNOWN_EKS = 3;
/** 802.16 §7.5.4.3: pads of the downlink's HMAC key. */
const H_PAD_D = Buffer.alloc(64, 0x3a);
/** Type, length and value of the last attribute. */
const DIGEST_LENGTH = 2 + 20;

function config(akSequence: number): string {
  const c = exampleConfig();
  Object.assign(c, { listen: '127.0.0.1:0' });
  for (const row of [...c.services, ...c.subscribers]) row.ingress = '127.0.0.1:0';
  Object.assign(c.subscribers[0] ?? {}, { akSequence });
  return JSON.stringify(c);
}

/** An encrypted PDU of the SS's transport connection under a TEK that the base station never made. */
function strangePdu(): Uint8Array {
  const sealed = new Uint8Array(4 + 5 + 8).fill(0x80); // PN, payload, ICV
  const length = 6 + sealed.length + 4;
  const header = encodeHeader({ ec: true, type: 0, esf: false, ci: true, eks: UNKNOWN_EKS, length, cid: TRANSPORT });
  const bytes = Uint8Array.of(...header, ...sealed);
  return Uint8Array.of(...bytes, ...crc32('msb', bytes));
}

describe.skipIf(!hasTshark)(
  `Auth Invalid and TEK Invalid on the air${hasTshark ? '' : ' (skipped: tshark is not installed)'}`,
  () => {
    let rows: Row[];
    let pdus: Pdu[];
    let asked: Line;
    /** The first row with this PKM code, and its management message. */
    const first = (code: number): [Row, Uint8Array] => {
      const i = rows.findIndex((row) => row.code === String(code));
      expect(i, `a record with code ${code}`).toBeGreaterThanOrEqual(0);
      const payload = decodeManagement(pdus[i] as Pdu, 'msb');
      expect(checkCrc(pdus[i] as Pdu, 'msb')).toBe('');
      if (!payload.ok) throw new Error(payload.code);
      return [rows[i] as Row, payload.message];
    };

    beforeAll(async () => {
      const bs = new Command(['bs', '--config', '-', '--json', '--pcap', pcap], config(AK_SEQUENCE));
      const { listen } = await bs.event('READY');
      const ss = (akSequence: number) =>
        new Command(
          ['ss', '--config', '-', '--json', '--bs', listen, '--mac', MAC, '--service', 'unicast'],
          config(akSequence),
        );
      const wrong = ss(AK_SEQUENCE + 1);
      await wrong.event('AUTH_INVALID');
      await wrong.stop('SIGKILL');
      asked = await wrong.event('KEY_REQUEST');
      const right = ss(AK_SEQUENCE);
      await right.event('KEY_REPLY');
      const stranger = await Mailbox.open();
      stranger.port.send(listen, strangePdu());
      expect(await right.event('TEK_INVALID')).toMatchObject({ said: BASIC, error: 4 }); // its bound address hears, not the sender
      expect(stranger.rest).toEqual([]);
      await stranger.port.close();
      await right.stop();
      await bs.stop();
      rows = dissect(pcap);
      const capture = readPcap(readFileSync(pcap));
      pdus = (capture.ok ? capture.records : []).flatMap(({ bytes }) => {
        const frame = decodeM2m(bytes);
        return frame.ok ? splitBurst(frame.frame.tlvs[0]?.value ?? new Uint8Array()).pdus : [];
      });
      expect(rows.length).toBe(pdus.length);
    }, 60_000);

    test('Auth Invalid (10): the Identifier of the request, error 4, no digest', () => {
      const [row] = first(10);
      expect(row).toMatchObject({
        type: '10',
        identifier: String(asked.identifier),
        error: '4',
        digest: '',
        said: '',
        crc: '1',
      });
      expect([row.cid, row.ec].map(Number)).toEqual([PRIMARY, 0]);
      expect(row.expert).not.toMatch(/malformed|CRC|HCS/i);
      expect(row.summary).not.toContain('CRC error');
    });

    test('TEK Invalid (11): Identifier 0, the SA, error 4, a digest under the downlink key', () => {
      const [row, message] = first(11);
      expect(row).toMatchObject({ type: '10', identifier: '0', error: '4', crc: '1' });
      expect([row.cid, row.ec, row.said, row.keySequence].map(Number)).toEqual([PRIMARY, 0, BASIC, AK_SEQUENCE]);
      expect(row.expert).not.toMatch(/malformed|CRC|HCS/i);
      expect(row.summary).not.toContain('CRC error');
      const key = createHash('sha1').update(H_PAD_D).update(Buffer.from(EXAMPLE_AK, 'hex')).digest();
      const signed = message.subarray(0, message.length - DIGEST_LENGTH);
      expect(row.digest).toBe(createHmac('sha1', key).update(signed).digest('hex'));
    });

    test('and the PDU that provoked it: encrypted, under the EKS that nobody has', () => {
      expect(rows.filter((r) => Number(r.cid) === TRANSPORT).map((r) => [r.ec, r.eks, r.crc].map(Number))).toEqual([
        [1, UNKNOWN_EKS, 1],
      ]);
    });
  },
);
