// The built command as a process of its own, for tests: arguments and standard input in; JSON lines, text and an exit code out.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
/** Longest wait for a line or an end: far above what any takes. Milliseconds. */
const PATIENCE_MS = 30_000;

// biome-ignore lint/suspicious/noExplicitAny: lines are JSON of many forms
export type Line = any;

export class Command {
  readonly #child: ChildProcess;
  readonly #seen: Line[] = [];
  readonly #closed: Promise<number | null>;
  #rest = '';
  #wake: () => void = () => {};
  stdout = '';
  stderr = '';

  /** `input` is all of its standard input; null leaves that open for `type`. */
  constructor(args: readonly string[], input: string | null = '') {
    this.#child = spawn(process.execPath, [CLI, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#take(text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.#child.stdin?.on('error', () => {}); // it may end without reading
    if (input !== null) this.#child.stdin?.end(input);
    this.#closed = new Promise((resolve) => {
      this.#child.on('close', (code) => {
        resolve(code);
        this.#wake();
      });
    });
    this.#closed.then(() => {
      this.ended = true;
    });
  }

  ended = false;

  /** Lines of standard output so far, parsed. */
  get lines(): readonly Line[] {
    return this.#seen;
  }

  /** The first line, past or to come, that `matches`. */
  line(matches: (line: Line) => boolean): Promise<Line> {
    let at = 0;
    return this.#until(() => {
      while (at < this.#seen.length) if (matches(this.#seen[at++])) return this.#seen[at - 1];
      return undefined;
    });
  }

  /** Standard output once it has `count` lines of text. */
  text(count: number): Promise<string[]> {
    return this.#until(() => {
      const lines = this.stdout.split('\n').slice(0, -1);
      return lines.length >= count ? lines : undefined;
    });
  }

  event(name: string): Promise<Line> {
    return this.line((line) => line.event === name);
  }

  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** The exit code once it ended by itself. */
  async end(patienceMs = PATIENCE_MS): Promise<number | null> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), patienceMs);
    const code = await this.#closed;
    clearTimeout(timer);
    return code;
  }

  /** Asks it to end, as a service manager does. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.#child.kill(signal);
    return this.end();
  }

  async #until<T>(found: () => T | undefined): Promise<T> {
    const late = performance.now() + PATIENCE_MS;
    for (;;) {
      const it = found();
      if (it !== undefined) return it;
      if (this.ended || performance.now() > late) throw new Error(`no such line.\n${this.stdout}\n${this.stderr}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, PATIENCE_MS);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  #take(text: string): void {
    this.stdout += text;
    const parts = (this.#rest + text).split('\n');
    this.#rest = parts.pop() ?? '';
    for (const part of parts) {
      try {
        this.#seen.push(JSON.parse(part));
      } catch {
        // text for people
      }
    }
    this.#wake();
  }
}

/** Runs it to its end. */
export async function run(
  args: readonly string[],
  input = '',
  patienceMs?: number,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const command = new Command(args, input);
  const code = await command.end(patienceMs);
  return { code, stdout: command.stdout, stderr: command.stderr };
}
