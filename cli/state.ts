// An SS's state on disk. Two processes must never hold one state: both would lease the same PNs under the same TEK.
//
//   FILE        the state, JSON; replaced as a whole: temporary file, fsync, rename, fsync of the folder
//   FILE.lock   who holds it: pid and the start time of that process; there while the process runs
//
// What binds the state to MAC and AK is its `tag`, an HMAC over the rest under a key derived from the AK inside the vault: like
// the digests on the air it shows a forgery and another AK, and tells nothing about the key. TEKs stand in it wrapped under the KEK,
// as on the air.
import { linkSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { SsState } from 'tekcast';
import { CliError, EXIT, reason } from './exit.js';

/** Start time of a process in clock ticks since boot (proc(5), field 22), which tells a pid from its next user; '' where there is no /proc. */
function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (e) {
    return (e as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function isStale(holder: string): boolean {
  const [pid, started] = holder.trim().split(' ');
  if (!Number.isInteger(Number(pid)) || Number(pid) <= 0) return true;
  return !isRunning(Number(pid)) || (started !== undefined && started !== startTime(Number(pid)));
}

/** The one name of a file however it is reached, whether it exists yet or not: a lock by another name would lock nothing. */
function trueName(path: string): string {
  try {
    return realpathSync(path);
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code !== 'ENOENT') throw e;
    return join(realpathSync(dirname(resolve(path))), basename(path));
  }
}

/** Makes `name` a second name of `file`; false if it is taken. */
function linked(file: string, name: string): boolean {
  try {
    linkSync(file, name);
    return true;
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw e;
  }
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw e;
  }
}

/** An open, locked state file. */
export class StateFile {
  readonly path: string;
  readonly #lock: string;
  /** What was read; undefined for an empty or missing file. */
  readonly stored: SsState | undefined;
  #writing: Promise<void> = Promise.resolve();
  readonly #release = () => rmSync(this.#lock, { force: true });

  /** Locks and reads. Throws a CliError: exit 5 if another process holds it or it is no state, exit 4 if it cannot be read or written. */
  constructor(path: string) {
    try {
      this.path = trueName(path);
      this.#lock = `${this.path}.lock`;
      this.#acquire();
    } catch (e) {
      throw e instanceof CliError ? e : new CliError(EXIT.IO, `state ${path}: ${reason(e)}`);
    }
    process.on('exit', this.#release);
    try {
      this.stored = this.#read();
    } catch (e) {
      this.close();
      throw e;
    }
  }

  /** Durable once the promise resolves. States are written in the order of the calls. Rejects with a CliError (exit 4). */
  write(state: SsState): Promise<void> {
    const next = this.#writing
      .then(() => this.#replace(state))
      .catch((e) => {
        throw new CliError(EXIT.IO, `state ${this.path}: ${reason(e)}`);
      });
    this.#writing = next.catch(() => {}); // the caller hears of it; a later state may still succeed
    return next;
  }

  close(): void {
    process.off('exit', this.#release);
    this.#release();
  }

  async #replace(state: SsState): Promise<void> {
    const temporary = `${this.path}.new`;
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(state)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, this.path);
    const folder = await open(dirname(this.path), 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  /** The lock appears whole (link of a finished file) or not at all, so nobody reads half a holder. */
  #acquire(): void {
    const mine = `${this.#lock}.${process.pid}`;
    writeFileSync(mine, `${process.pid} ${startTime(process.pid)}\n`, { mode: 0o600 });
    try {
      while (!linked(mine, this.#lock)) {
        this.#refuseIfHeld();
        this.#removeStale(mine);
      }
    } finally {
      rmSync(mine, { force: true });
    }
  }

  #refuseIfHeld(): void {
    const holder = contentOf(this.#lock);
    if (holder !== undefined && !isStale(holder))
      throw new CliError(EXIT.STATE, `state ${this.path} is in use by process ${holder.split(' ')[0]}`);
  }

  /** Removes a dead process's lock. Only one process at a time may, and it looks again before: else it could remove the next holder's. */
  #removeStale(mine: string): void {
    const guard = `${this.#lock}.removal`;
    if (!linked(mine, guard)) {
      const holder = contentOf(guard);
      if (holder !== undefined && isStale(holder))
        throw new CliError(
          EXIT.STATE,
          `state ${this.path}: process ${holder.split(' ')[0]} died on ${guard}: remove that file`,
        );
      return; // another process is about it
    }
    try {
      this.#refuseIfHeld();
      rmSync(this.#lock, { force: true });
    } finally {
      rmSync(guard, { force: true });
    }
  }

  #read(): SsState | undefined {
    let text: string | undefined;
    try {
      text = contentOf(this.path);
    } catch (e) {
      throw new CliError(EXIT.IO, `state ${this.path}: ${reason(e)}`);
    }
    if (text === undefined || text.trim() === '') return undefined;
    try {
      return JSON.parse(text) as SsState; // the station checks its form and its tag
    } catch {
      throw new CliError(EXIT.STATE, `state ${this.path} is damaged: not JSON`);
    }
  }
}
