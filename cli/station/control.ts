// What an operator says to a running base station, a line a command, and what it answers, a line each.
//
//   line -> words or JSON -> checked command -> the station -> answer
//
// A line that is no command is answered with an error and changes nothing; no answer repeats what was read.
import { isTekcastError } from 'tekcast';
import { z } from 'zod';
import { fraction, integer, macAddress } from '../config.js';
import { eventLine } from '../events.js';
import { reason } from '../exit.js';
import type { BsRun } from './bs.js';

/** Longest line that is read; the rest of a longer one is skipped. Characters. */
const LINE_MAX = 4_096;

const said = integer(0, 65_535);
const mac = macAddress;
const commandSchema = z.discriminatedUnion('command', [
  z.strictObject({
    command: z.literal('rekey'),
    said,
    dryRun: z.boolean().default(false),
    quorum: fraction(1).optional(),
    deadline: fraction(3_600).optional(),
  }),
  z.strictObject({ command: z.enum(['hold', 'release']), said }),
  z.strictObject({ command: z.enum(['evict', 'leave', 'join']), mac, said }),
  z.strictObject({ command: z.literal('status') }),
]);
export type ControlCommand = z.output<typeof commandSchema>;

export type ControlAnswer =
  | { readonly ok: true; readonly command: string; readonly [field: string]: unknown }
  | { readonly ok: false; readonly code: string; readonly message: string };

export const CONTROL_HELP = `
With --control, each line of standard input is a command, as words or as JSON; each is answered by one line on standard output
(with --json: {"event":"CONTROL","ok":true,...}). The end of standard input ends nothing.

  rekey SAID [--dry-run] [--quorum 0..1] [--deadline SECONDS]     make the next TEK now; a dry run only says what would happen. The outcome is
                                                                  REKEY_BEGUN, REKEY_HELD or REKEY_WAITS (others are before it); errors: NO_TEK, UNDER_WAY
  hold SAID, release SAID                                         no rekey that an operator or a limit wants, until released
  evict MAC SAID, leave MAC SAID, join MAC SAID                   evict: new TEKs for the rest, its requests are refused until join
  status                                                          services, their TEKs, rekeys under way, the worst key age
  {"command":"rekey","said":517,"dryRun":true}                    the same as JSON: also quorum, deadline, mac`;

const SHAPES: Readonly<Record<string, readonly string[]>> = {
  rekey: ['said'],
  hold: ['said'],
  release: ['said'],
  evict: ['mac', 'said'],
  leave: ['mac', 'said'],
  join: ['mac', 'said'],
  status: [],
};
const OPTIONS: Readonly<Record<string, string>> = { '--quorum': 'quorum', '--deadline': 'deadline' };

/** Digits become a number; the schema refuses whatever else stands where one must. */
function value(word: string | undefined): unknown {
  return word !== undefined && /^\d+(\.\d+)?$/.test(word) ? Number(word) : word;
}

/** `rekey 517 --dry-run` as the object that the JSON form has. Throws a text that says what is wrong. */
function fromWords(line: string): Record<string, unknown> {
  const [command = '', ...words] = line.split(/\s+/);
  const names = Object.hasOwn(SHAPES, command) ? SHAPES[command] : undefined;
  if (names === undefined) throw new Error(`commands are ${Object.keys(SHAPES).join(', ')}`);
  const found: Record<string, unknown> = { command };
  const plain: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    const option = Object.hasOwn(OPTIONS, word) ? OPTIONS[word] : undefined;
    if (word === '--dry-run') found['dryRun'] = true;
    else if (option !== undefined) found[option] = value(words[++i]) ?? '';
    else plain.push(word);
  }
  if (plain.length !== names.length) throw new Error(`${[command, ...names].join(' ')}: wrong number of words`);
  names.forEach((name, i) => {
    found[name] = name === 'mac' ? plain[i] : value(plain[i]);
  });
  return found;
}

/** Throws an Error whose message is for the operator. */
export function parseControl(line: string): ControlCommand {
  let read: unknown;
  if (line.startsWith('{')) {
    try {
      read = JSON.parse(line);
    } catch {
      throw new Error('not JSON'); // the engine's message would quote the line
    }
  } else read = fromWords(line);
  const result = commandSchema.safeParse(read);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => {
    if (issue.code === 'unrecognized_keys') return 'unknown field';
    if (issue.code === 'invalid_union') return `commands are ${Object.keys(SHAPES).join(', ')}`;
    return `${issue.path.join('.')}: ${issue.message}`;
  });
  throw new Error(problems.join('; '));
}

const REFUSED = {
  NO_TEK: 'nobody has asked for this service: it has no keys yet',
  UNDER_WAY: 'a rekey of this service has begun',
} as const;

function perform(bs: BsRun, command: ControlCommand): ControlAnswer {
  if (command.command === 'status') {
    return { ok: true, command: 'status', services: bs.services(), worstKeyAge: bs.worstKeyAge() };
  }
  let at = 0;
  const events = bs.operate((station, now) => {
    at = now;
    switch (command.command) {
      case 'rekey': {
        const { dryRun, quorum, deadline } = command;
        return station.rekey(command.said, now, {
          dryRun,
          ...(quorum !== undefined && { quorum }),
          ...(deadline !== undefined && { deadlineMs: deadline * 1000 }),
        });
      }
      case 'hold':
      case 'release':
        return station[command.command](command.said, now);
      default:
        return station[command.command](command.mac, command.said, now);
    }
  });
  const told = events.find((e) => 'said' in e && e.said === command.said && e.type.startsWith('REKEY_'));
  if (told?.type === 'REKEY_REFUSED') return { ok: false, code: told.code, message: REFUSED[told.code] };
  // A rekey that neither begins nor is refused waits: others are before it.
  const { event: outcome, ...fields } = told
    ? eventLine(told, at)
    : command.command === 'rekey'
      ? { event: 'REKEY_WAITS' }
      : {};
  return { ok: true, ...command, ...fields, ...(outcome !== undefined && { outcome }) };
}

/** Does what one line says. Never throws. */
export function control(bs: BsRun, line: string): ControlAnswer {
  let command: ControlCommand;
  try {
    command = parseControl(line);
  } catch (e) {
    return { ok: false, code: 'USAGE', message: reason(e) };
  }
  try {
    return perform(bs, command);
  } catch (e) {
    const code = isTekcastError(e) ? e.code : 'FAILED';
    return { ok: false, code, message: reason(e).replace(`${code}: `, '') };
  }
}

/** `ok rekey said=517 …`, `error USAGE …` for people. */
export function answerText(answer: ControlAnswer): string {
  if (!answer.ok) return `error ${answer.code}: ${answer.message}`;
  const { ok: _, command, ...fields } = answer;
  const show = (v: unknown) => (typeof v === 'object' ? JSON.stringify(v) : String(v));
  return ['ok', command, ...Object.entries(fields).map(([k, v]) => `${k}=${show(v)}`)].join(' ');
}

/** Feeds the lines of a stream to `onLine`; undefined is a line that was too long. Empty lines say nothing. Returns what ends it. */
export function readLines(stream: NodeJS.ReadStream, onLine: (line: string | undefined) => void): () => void {
  let rest = '';
  let skipping = false;
  const take = (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      if (skipping) skipping = false;
      else if (part.length > LINE_MAX) onLine(undefined);
      else if (part.trim() !== '') onLine(part.trim());
    }
    if (rest.length <= LINE_MAX) return;
    if (!skipping) onLine(undefined);
    skipping = true;
    rest = '';
  };
  stream.setEncoding('utf8');
  stream.on('data', take);
  stream.on('end', () => take('\n')); // a last line needs no line end
  stream.on('error', () => {}); // whoever typed is gone; the station goes on
  return () => stream.destroy();
}
