// Random bytes from the kernel, where that is a file to read: Linux under Node. Node's own source is OpenSSL's generator, a copy of whose state goes along
// when a machine is copied while it runs, and 8 ms of a process's start; the kernel is told of the copy, and is there already.
//
// /dev/random gives what getrandom(2) gives since Linux 5.6. Not waiting for it (O_NONBLOCK) means less than was asked for, or none, while the kernel has
// not gathered its first entropy, and on older kernels when it has not enough: then it is Node's turn, which waits.

/** Major 1, minor 8, as Linux packs them: whatever else bears the name is not read. */
const DEVICE = 0x108;

interface Files {
  readonly constants: { readonly O_RDONLY: number; readonly O_NONBLOCK: number };
  openSync(path: string, flags: number): number;
  fstatSync(fd: number): { readonly rdev: number };
  readSync(fd: number, bytes: Uint8Array, offset: number, length: number, position: null): number;
  closeSync(fd: number): void;
}

interface Host {
  readonly platform?: string;
  readonly versions?: Readonly<Record<string, string | undefined>>;
  getBuiltinModule?(name: 'node:fs'): Files;
}

/** Node's file system on Linux. Deno and Bun, which look like Node, ask their user or have another source. */
function files(): Files | undefined {
  const { process } = globalThis as { process?: Host };
  if (process?.platform !== 'linux' || process.versions?.['deno'] || process.versions?.['bun']) return undefined;
  return process.getBuiltinModule?.('node:fs');
}

/** Fills the whole array, straight into it; false when it did not, and what is in it then is not to be used. */
export function fromKernel(bytes: Uint8Array<ArrayBuffer>): boolean {
  const fs = files();
  if (fs === undefined) return false;
  let fd: number | undefined;
  try {
    fd = fs.openSync('/dev/random', fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    return fs.fstatSync(fd).rdev === DEVICE && fs.readSync(fd, bytes, 0, bytes.length, null) === bytes.length;
  } catch {
    return false;
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}
