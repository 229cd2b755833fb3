// tekcast decode: bytes of any layer as a tree. Which layer they begin at is seen from the bytes themselves:
//
//   capture file -> Ethernet frame with M2M -> burst of MAC PDUs -> management message
import { existsSync, readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { Command, Option } from 'commander';
import { describeBurst, describeMessage, type Profile, profileByName, splitBurst, type TreeNode } from 'tekcast';
import { decodeM2m, ETHERTYPE_M2M, M2M_NAMES, M2M_TLV, type M2mFrame } from '../carrier/m2m.js';
import { LINKTYPE_ETHERNET, readPcap } from '../carrier/pcap.js';
import { CliError, EXIT, exitCodesHelp, reason } from '../exit.js';
import { paints, toJson } from '../output.js';
import { isBroken, shifted, treeLines } from '../tree.js';

const HELP = `
INPUT is hexadecimal text, a file, or - for standard input (the default). Hexadecimal may be spread by white space, colons, 0x;
an empty line starts the next item, # starts a comment. A file holds hexadecimal text, raw bytes, or a capture (pcap, linktype 1,
M2M encapsulation). An item may be an M2M frame, a burst of MAC PDUs, or a bare management message of PKM.

What is odd or broken is marked with ! and says why. With --json, standard output holds one document:
{ "items": [ { "index", "time", "tree": { "label", "value", "offset", "length", "note", "children" } } ] }, time (seconds since 1970) for captures.`;

interface Item {
  readonly index: number;
  /** Seconds since 1970; captures only. */
  readonly time?: number;
  readonly tree: TreeNode;
}

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const node = (
  label: string,
  offset: number,
  length: number,
  value?: string,
  children: TreeNode[] = [],
  note?: string,
): TreeNode => ({
  label,
  value,
  offset,
  length,
  children,
  note,
});

/** Bytes of hexadecimal text, one array for each paragraph; undefined if it is anything else. */
export function parseHex(text: string): Uint8Array[] | undefined {
  const paragraphs = text
    .replace(/#.*$/gm, '')
    .split(/\n\s*\n/)
    .map((p) => p.replace(/0x|[\s:,]/gi, ''))
    .filter((p) => p !== '');
  if (paragraphs.length === 0 || !paragraphs.every((p) => p.length % 2 === 0 && /^[0-9a-f]+$/i.test(p)))
    return undefined;
  return paragraphs.map((p) => Uint8Array.from(Buffer.from(p, 'hex')));
}

/** One TLV of the encapsulation; bursts are taken apart unless they are a fragment. */
function describeM2mTlv(profile: Profile, frame: M2mFrame, index: number): TreeNode {
  const tlv = frame.tlvs[index] as M2mFrame['tlvs'][number];
  const at = tlv.offset + tlv.headerLength;
  const label = `${M2M_NAMES[tlv.type] ?? 'Unknown'} (${tlv.type})`;
  const length = tlv.headerLength + tlv.value.length;
  if (tlv.type !== M2M_TLV.burst) return node(label, tlv.offset, length, hexOf(tlv.value));
  const before = frame.tlvs
    .slice(0, index)
    .filter((t) => t.type === M2M_TLV.fragmentType)
    .at(-1);
  if ((before?.value[0] ?? 0) !== 0) {
    return node(label, tlv.offset, length, `${tlv.value.length} bytes`, [], 'a fragment; not put together again');
  }
  return node(label, tlv.offset, length, `${tlv.value.length} bytes`, [shifted(describeBurst(profile, tlv.value), at)]);
}

function describeFrame(profile: Profile, bytes: Uint8Array): TreeNode {
  const result = decodeM2m(bytes);
  if (!result.ok) {
    const note = result.code === 'TLV' ? 'fewer TLVs than counted' : 'not an M2M frame';
    return node('Ethernet frame', 0, bytes.length, `${bytes.length} bytes`, [
      node('broken', result.offset, bytes.length - result.offset, hexOf(bytes.subarray(result.offset)), [], note),
    ]);
  }
  const { frame } = result;
  const mac = (b: Uint8Array) => hexOf(b).replace(/..(?=.)/g, '$&:');
  return node(
    'M2M frame',
    0,
    bytes.length,
    `${mac(frame.source)} to ${mac(frame.destination)}, sequence ${frame.sequence}`,
    [...frame.tlvs.map((_, i) => describeM2mTlv(profile, frame, i))],
  );
}

/** A frame by its Ethernet type; a bare message by its type byte, unless a whole PDU with correct HCS begins there; else a burst. */
export function describeBytes(profile: Profile, bytes: Uint8Array): TreeNode {
  if (((bytes[12] ?? 0) << 8) + (bytes[13] ?? 0) === ETHERTYPE_M2M && decodeM2m(bytes).ok)
    return describeFrame(profile, bytes);
  const isPkm = bytes[0] === 9 || bytes[0] === 10;
  return isPkm && splitBurst(bytes).pdus.length === 0 ? describeMessage(profile, bytes) : describeBurst(profile, bytes);
}

/** Everything in `bytes`: a capture's records, paragraphs of hexadecimal text, or raw bytes. */
export function decodeItems(profile: Profile, bytes: Uint8Array): Item[] {
  const pcap = readPcap(bytes);
  if (pcap.ok) {
    if (pcap.linktype !== LINKTYPE_ETHERNET)
      throw new CliError(EXIT.FAILED, `linktype ${pcap.linktype}: only 1 (Ethernet) is read`);
    const items = pcap.records.map(({ time, bytes: b }, i) => ({
      index: i + 1,
      time,
      tree: describeFrame(profile, b),
    }));
    if (!pcap.truncated) return items;
    return [
      ...items,
      {
        index: items.length + 1,
        tree: node('broken', bytes.length, 0, undefined, [], 'the capture ends within a record'),
      },
    ];
  }
  const hex = parseHex(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'));
  return (hex ?? [bytes]).map((b, i) => ({ index: i + 1, tree: describeBytes(profile, b) }));
}

async function readInput(input: string): Promise<Uint8Array> {
  try {
    if (input === '-') return await buffer(process.stdin);
    if (parseHex(input) !== undefined && !existsSync(input)) return Buffer.from(input);
    return readFileSync(input);
  } catch (e) {
    throw new CliError(EXIT.IO, `${input.length > 60 ? `${input.slice(0, 60)}…` : input}: ${reason(e)}`);
  }
}

async function run(input: string, options: { profile: string; json?: boolean }): Promise<void> {
  const profile = profileByName(options.profile) as Profile; // the option allows no other name
  const bytes = await readInput(input);
  if (bytes.length === 0) throw new CliError(EXIT.FAILED, 'nothing to decode');
  const items = decodeItems(profile, bytes);
  if (options.json) process.stdout.write(`${toJson({ items }, 2)}\n`);
  else {
    const p = paints(process.stdout);
    const style = { label: p.bold, branch: p.dim, note: p.red };
    for (const { index, time, tree } of items) {
      if (items.length > 1)
        process.stdout.write(
          `${index > 1 ? '\n' : ''}${p.cyan(`#${index}`)}${time === undefined ? '' : p.dim(`  ${time.toFixed(6)}`)}\n`,
        );
      process.stdout.write(`${treeLines(tree, style).join('\n')}\n`);
    }
  }
  if (items.some(({ tree }) => isBroken(tree))) process.exitCode = EXIT.FAILED;
}

export function decodeCommand(): Command {
  return new Command('decode')
    .description('show PKM messages, MAC PDUs and captures as a tree')
    .argument('[input]', 'hexadecimal text, a file, or - for standard input', '-')
    .addOption(
      new Option('--profile <name>', 'which numbers service type and group ID have')
        .choices(['patent', 'vendor'])
        .default('patent'),
    )
    .option('--json', 'one JSON document on standard output')
    .addHelpText(
      'after',
      `${HELP}\n${exitCodesHelp([EXIT.OK, EXIT.FAILED, EXIT.IO, EXIT.USAGE], {
        [EXIT.OK]: 'decoded to the last byte',
        [EXIT.FAILED]: 'something in it is broken, or it is nothing that can be decoded',
      })}`,
    )
    .action(run);
}
