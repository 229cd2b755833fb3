// What goes where: standard output holds results only (JSON lines with --json), standard error the log. Neither ever gets a key.
import { once } from 'node:events';
import pino, { type Logger } from 'pino';

export type { Logger };

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LEVELS)[number];
export { LEVELS as LOG_LEVELS };

/** JSON log lines on standard error, written before the call returns. */
export function createLogger(name: string, level: LogLevel): Logger {
  return pino({ name, level, base: { pid: process.pid }, serializers: {} }, pino.destination({ dest: 2, sync: true }));
}

/** JSON has no bigint: PNs and byte counts go out as numbers while exact, else as text. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value !== 'bigint') return value;
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value);
}

export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, plain, indent);
}

/** One JSON document on one line of standard output. */
export function printLine(value: unknown): void {
  process.stdout.write(`${toJson(value)}\n`);
}

/** Writes text as it comes, no faster than it is read at the other end. */
export async function printAll(text: Iterable<string>): Promise<void> {
  const { stdout } = process;
  for (const piece of text) if (!stdout.write(piece)) await once(stdout, 'drain');
}

/** A reader that went away (`tekcast … | head`) is no failure of ours. */
export function toleratePipeEnd(): void {
  process.stdout.on('error', (e: NodeJS.ErrnoException) => {
    if (e.code === 'EPIPE') process.exit(0);
    throw e;
  });
}

/** Lets the first few of each kind through in every second and counts the rest: a flood must not become a flood of lines. */
export class LineLimit {
  readonly #perSecond: number;
  #second = -1;
  readonly #lines = new Map<string, number>();

  constructor(perSecond = 20) {
    this.#perSecond = perSecond;
  }

  allows(kind: string, now: number): boolean {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#lines.clear();
    }
    const lines = (this.#lines.get(kind) ?? 0) + 1;
    this.#lines.set(kind, lines);
    return lines <= this.#perSecond;
  }
}

/** Colours for a terminal; plain text elsewhere and with NO_COLOR. */
export function paints(stream: NodeJS.WriteStream): {
  bold: (s: string) => string;
  dim: (s: string) => string;
  red: (s: string) => string;
  green: (s: string) => string;
  cyan: (s: string) => string;
} {
  const on = stream.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
  const paint = (open: number, close: number) => (s: string) => (on ? `\x1b[${open}m${s}\x1b[${close}m` : s);
  return { bold: paint(1, 22), dim: paint(2, 22), red: paint(31, 39), green: paint(32, 39), cyan: paint(36, 39) };
}
