// The openssl binary's own benchmark: native C, one key, no copy. A process of its own, so it is run in turn with slices of ours.
// It prints a speed and no ciphertext; its code is the one behind node:crypto, whose output is compared.
import { spawnSync } from 'node:child_process';
import { NOT_INSTALLED } from './types.js';

export function opensslVersion(): string | undefined {
  const { status, stdout } = spawnSync('openssl', ['version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim().split(' (')[0] : undefined;
}

/** Nanoseconds per packet of `bytes` bytes over one second of wall time, or of CPU time; or why there is no figure. */
export function opensslCcm(bytes: number, cpu: boolean): number | string {
  const args = [
    'speed',
    '-mr',
    ...(cpu ? [] : ['-elapsed']),
    '-seconds',
    '1',
    '-bytes',
    String(bytes),
    '-evp',
    'aes-128-ccm',
  ];
  const { status, stdout, error } = spawnSync('openssl', args, { encoding: 'utf8' });
  if (error !== undefined) return NOT_INSTALLED;
  const speed = status === 0 ? parseSpeed(stdout) : undefined;
  return speed === undefined ? 'cannot: openssl speed does not know aes-128-ccm' : (bytes * 1e9) / speed;
}

/** Bytes per second from the line `+F:22:AES-128-CCM:195862890.67`. */
export function parseSpeed(text: string): number | undefined {
  const speed = Number(/^\+F:\d+:[^:]+:([\d.]+)$/m.exec(text)?.[1]);
  return speed > 0 ? speed : undefined;
}
