// A capture as Wireshark's dissector reads it: an oracle written by others.
import { spawnSync } from 'node:child_process';

const PKM = 'wmx.pkm_msg.pkm_attr';
const FIELDS = {
  type: 'wmx.macmgtmsgtype',
  code: 'wmx.pkm.msg_code',
  identifier: 'wmx.pkm.msg_pkm_identifier',
  cid: 'wmx.genericCid',
  ec: 'wmx.genericEc',
  eks: 'wmx.genericEks',
  length: 'wmx.genericLen',
  hcs: 'wmx.genericHcs',
  crc: 'wmx.genericCrc.status',
  said: `${PKM}.said`,
  keySequence: `${PKM}.key_seq_num`,
  lifetime: `${PKM}.key_life_time`,
  tek: `${PKM}.tek`,
  error: `${PKM}.error_code`,
  suite: `${PKM}.crypto_suite`,
  digest: `${PKM}.hmac_digest`,
  // The dissector reads 28 and 29 by the names that 802.16e gave those numbers later.
  serviceType: `${PKM}.eap_payload`,
  groupId: `${PKM}.nonce`,
  summary: '_ws.col.Info',
  expert: '_ws.expert.message',
};

/** What it read of one record; '' for what the record has not, values of a repeated field with commas between. */
export type Row = Record<keyof typeof FIELDS, string>;
const names = Object.keys(FIELDS) as (keyof typeof FIELDS)[];

export const hasTshark = spawnSync('tshark', ['--version']).status === 0;

/** One row for each record. */
export function dissect(pcap: string): Row[] {
  const args = ['-r', pcap, '--disable-protocol', 'eap', '-T', 'fields', '-E', 'separator=|', '-E', 'aggregator=,'];
  const { stdout, stderr, status } = spawnSync('tshark', [...args, ...names.flatMap((n) => ['-e', FIELDS[n]])], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`tshark: ${stderr}`);
  const row = (line: string) => Object.fromEntries(line.split('|').map((value, i) => [names[i], value])) as Row;
  return stdout.trimEnd().split('\n').map(row);
}
