// How a run of the command can end. Every command lists these in its --help.

export const EXIT = {
  OK: 0,
  FAILED: 1,
  REFUSED: 2,
  CONFIG: 3,
  IO: 4,
  STATE: 5,
  USAGE: 64,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const MEANING: Record<ExitCode, string> = {
  [EXIT.OK]: 'done, or ended by SIGINT or SIGTERM',
  [EXIT.FAILED]: 'failed: standard error says why',
  [EXIT.REFUSED]: 'every service asked for was refused',
  [EXIT.CONFIG]: 'the configuration was refused',
  [EXIT.IO]: 'a file or an address could not be used',
  [EXIT.STATE]: 'the state file is locked, damaged, or of another SS or AK',
  [EXIT.USAGE]: 'wrong usage',
};

/** The part of a --help text about exit codes; `own` replaces a general meaning by the command's. */
export function exitCodesHelp(codes: readonly ExitCode[], own: Partial<Record<ExitCode, string>> = {}): string {
  return ['', 'Exit codes:', ...codes.map((c) => `  ${String(c).padEnd(3)} ${own[c] ?? MEANING[c]}`)].join('\n');
}

/** An end with a reason for the person at the terminal. The message never holds key material. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** What the operating system said, in one line: `EADDRINUSE: address already in use`. */
export function reason(e: unknown): string {
  return e instanceof Error ? e.message : String(e);
}
