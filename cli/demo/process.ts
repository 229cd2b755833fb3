// A station of the demo as its leader sees it: a child process, its answers as promises, its news as a listener.
import { type ChildProcess, fork } from 'node:child_process';
import { CliError, EXIT, type ExitCode } from '../exit.js';
import type { FromStation, Progress, ToldEvent, ToStation } from './messages.js';

type Of<K extends FromStation['kind']> = Extract<FromStation, { kind: K }>;

export class StationProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<string, (message: FromStation | undefined) => void>();
  #failure: CliError | undefined;
  #stopped = false;
  #rejectFailed: (e: CliError) => void = () => {};
  /** Rejects when the process ends or fails. */
  readonly failed: Promise<never> = new Promise((_, reject) => {
    this.#rejectFailed = reject;
  });
  onEvent: (event: ToldEvent) => void = () => {};
  onProgress: (progress: readonly Progress[]) => void = () => {};

  /** Starts this same command again as `demo-station`. */
  constructor(name: string) {
    this.name = name;
    this.failed.catch(() => {}); // heard only while somebody waits
    this.#child = fork(process.argv[1] ?? '', ['demo-station'], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#child.on('message', (message) => this.#take(message as FromStation));
    this.#child.on('error', (e) => this.#fail(e.message));
    this.#child.on('exit', (code, signal) => {
      if (!this.#stopped) this.#fail(`its process ended (${signal ?? `exit code ${code}`})`);
    });
  }

  send(message: ToStation): void {
    if (this.#child.connected) this.#child.send(message, () => {}); // a broken channel shows as the end of the process
  }

  /** Sends, then waits for the answer of that kind. Rejects if the process ends or fails first. */
  async ask<K extends 'ready' | 'stopped'>(message: ToStation, kind: K): Promise<Of<K>> {
    if (this.#failure !== undefined) throw this.#failure;
    const answer = new Promise<FromStation | undefined>((resolve) => this.#waiting.set(kind, resolve));
    this.send(message);
    const got = await answer;
    if (got?.kind !== kind) throw this.#failure ?? new Error(`${this.name}: no ${kind}`);
    return got as Of<K>;
  }

  /** Ends it at once if it is still there. */
  kill(): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
  }

  #take(message: FromStation): void {
    if (message.kind === 'event') this.onEvent(message.event);
    else if (message.kind === 'progress') this.onProgress(message.progress);
    else if (message.kind === 'failed') this.#fail(message.message, message.exitCode);
    else {
      if (message.kind === 'stopped') this.#stopped = true;
      this.#waiting.get(message.kind)?.(message);
      this.#waiting.delete(message.kind);
    }
  }

  #fail(why: string, exitCode: ExitCode = EXIT.FAILED): void {
    this.#failure ??= new CliError(exitCode, `${this.name}: ${why}`);
    this.#rejectFailed(this.#failure);
    for (const resolve of this.#waiting.values()) resolve(undefined);
    this.#waiting.clear();
  }
}
