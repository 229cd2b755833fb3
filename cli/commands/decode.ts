// tekcast decode: bytes of any layer as a tree. Which layer they begin at is seen from the bytes themselves:
//
//   capture file -> Ethernet frame with M2M -> burst of MAC PDUs -> management message
import { existsSync, readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { Command, Option } from 'commander';
import { describeBurst, describeMessage, type Profile, profileByName, splitBurst, type TreeNode } from 'tekcast';
import { decodeM2m, ETHERTYPE_M2M, M2M_NAMES, M2M_TLV, type M2mFrame } from '../carrier/m2m.js';
import { LINKTYPE_ETHERNET, type PcapResult, readPcap } from '../carrier/pcap.js';
import { CliError, EXIT, exitCodesHelp, reason } from '../exit.js';
import { paints, printAll, toJson } from '../output.js';
import { isBroken, shifted, treeLines } from '../tree.js';
import { orErrorDocument } from './shared.js';

const HELP = `
INPUT is hexadecimal text, a file, or - for standard input (the default). Hexadecimal may be spread by white space, colons, 0x;
an empty line starts the next item, # starts a comment. A file holds hexadecimal text, raw bytes, or a capture (pcap, linktype 1,
M2M encapsulation). An item may be an M2M frame, a burst of MAC PDUs, or a bare management message of PKM.

What is odd or broken is marked with ! and says why. With --json, standard output holds one document:
{ "items": [ { "index", "time", "tree": { "label", "value", "offset", "length", "note", "children" } } ] }, time (seconds since 1970) for captures;
{ "error" } if there is nothing that can be decoded.`;

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

/**
 * Bytes of hexadecimal text, one array for each paragraph; undefined if it is anything else. Throws a CliError (exit 1) for
 * hexadecimal digits that do not come in pairs.
 */
export function parseHex(text: string): Uint8Array[] | undefined {
  const paragraphs = text
    .replace(/#.*$/gm, '')
    .split(/\n\s*\n/)
    .map((p) => p.replace(/0x|[\s:,]/gi, ''))
    .filter((p) => p !== '');
  if (!paragraphs.every((p) => /^[0-9a-f]+$/i.test(p))) return undefined;
  const odd = paragraphs.findIndex((p) => p.length % 2 === 1);
  if (odd >= 0) throw new CliError(EXIT.FAILED, `item ${odd + 1} has an odd number of hexadecimal digits`);
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

/** Everything in `bytes`, one after the other: a capture's records, paragraphs of hexadecimal text, or raw bytes. */
export function* decodeItems(profile: Profile, bytes: Uint8Array): Generator<Item> {
  const pcap = readPcap(bytes);
  if (pcap.ok) yield* decodeCapture(profile, pcap, bytes.length);
  else if (pcap.code === 'PCAPNG')
    throw new CliError(EXIT.FAILED, 'a capture of the form pcapng; only pcap is read: editcap -F pcap IN OUT');
  else if (pcap.code === 'SHORT') throw new CliError(EXIT.FAILED, 'a capture that ends within its file header');
  else {
    const hex = parseHex(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'));
    if (hex?.length === 0) throw new CliError(EXIT.FAILED, 'nothing to decode');
    for (const [i, b] of (hex ?? [bytes]).entries()) yield { index: i + 1, tree: describeBytes(profile, b) };
  }
}

function* decodeCapture(profile: Profile, pcap: PcapResult & { ok: true }, end: number): Generator<Item> {
  if (pcap.linktype !== LINKTYPE_ETHERNET)
    throw new CliError(EXIT.FAILED, `linktype ${pcap.linktype}: only 1 (Ethernet) is read`);
  for (const [i, { time, bytes }] of pcap.records.entries())
    yield { index: i + 1, time, tree: describeFrame(profile, bytes) };
  if (pcap.truncated) {
    const tree = node('broken', end, 0, undefined, [], 'the capture ends within a record');
    yield { index: pcap.records.length + 1, tree };
  }
}

/** The items as lines for people, numbered unless there is one only. */
function* asTrees(items: Iterator<Item>): Generator<string> {
  const p = paints(process.stdout);
  const style = { label: p.bold, branch: p.dim, note: p.red };
  for (let item = items.next(); !item.done; ) {
    const next = items.next();
    const { index, time, tree } = item.value;
    const at = time === undefined ? '' : p.dim(`  ${time.toFixed(6)}`);
    const alone = index === 1 && next.done === true;
    const head = alone ? '' : `${index > 1 ? '\n' : ''}${p.cyan(`#${index}`)}${at}\n`;
    yield `${head}${treeLines(tree, style).join('\n')}\n`;
    item = next;
  }
}

/** The items as one JSON document, item by item: a large capture makes more text than a string holds. */
function* asJson(items: Iterable<Item>): Generator<string> {
  let before = '{ "items": [';
  for (const item of items) {
    yield `${before}\n${toJson(item, 2)}`;
    before = ',';
  }
  yield before === ',' ? '\n] }\n' : `${before}] }\n`;
}

function* watched<T>(all: Iterable<T>, see: (one: T) => void): Generator<T> {
  for (const one of all) {
    see(one);
    yield one;
  }
}

async function readInput(input: string): Promise<Uint8Array> {
  try {
    if (input === '-') return await buffer(process.stdin);
    if (!existsSync(input) && parseHex(input) !== undefined) return Buffer.from(input);
    return readFileSync(input);
  } catch (e) {
    if (e instanceof CliError) throw e;
    const missing = (e as NodeJS.ErrnoException).code === 'ENOENT';
    const why = missing ? 'neither hexadecimal text nor a file (ENOENT)' : reason(e);
    throw new CliError(EXIT.IO, `${input.length > 60 ? `${input.slice(0, 60)}…` : input}: ${why}`);
  }
}

async function run(input: string, options: { profile: string; json?: boolean }): Promise<void> {
  const profile = profileByName(options.profile) as Profile; // the option allows no other name
  const items = watched(decodeItems(profile, await readInput(input)), ({ tree }) => {
    if (isBroken(tree)) process.exitCode = EXIT.FAILED;
  });
  await printAll(options.json ? asJson(items) : asTrees(items));
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
        [EXIT.OK]: 'decoded to the last byte, every checksum correct',
        [EXIT.FAILED]: 'something in it is broken, a checksum is wrong, or it is nothing that can be decoded',
      })}`,
    )
    .action((input, options) => orErrorDocument(options.json, () => run(input, options)));
}
