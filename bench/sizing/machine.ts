// What the figures were measured on.
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { createCoreSync } from 'tekcast';
import { opensslVersion } from '../contenders/openssl.js';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  /** Load average of the last minute as the run began: well below the number of cores, or others were at work too. */
  readonly load: number;
  readonly os: string;
  readonly node: string;
  readonly v8: string;
  /** The OpenSSL inside Node. */
  readonly openssl: string;
  /** The openssl binary, if there is one. */
  readonly opensslBinary: string | null;
  readonly tekcast: string;
  /** Build of the core that this engine loads: `relaxed` (relaxed SIMD) or `const`. */
  readonly flavour: string;
}

export function machine(): Machine {
  const core = createCoreSync({ slots: 1, tombstones: 1, windows: 1, packets: 1, arenaBytes: 4096 });
  const { version, flavour } = core.info();
  core.dispose();
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    load: Number((loadavg()[0] ?? 0).toFixed(2)),
    os: `${process.platform} ${process.arch}`,
    node: process.version,
    v8: process.versions.v8,
    openssl: process.versions.openssl,
    opensslBinary: opensslVersion() ?? null,
    tekcast: version,
    flavour,
  };
}

export function machineLine(m: Machine): string {
  return `${m.cpu}, ${m.cores} core${m.cores === 1 ? '' : 's'}, ${m.os}; Node ${m.node} (V8 ${m.v8}, OpenSSL ${m.openssl}); tekcast ${m.tekcast}, flavour ${m.flavour}; load ${m.load}`;
}
