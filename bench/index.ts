// npm run bench: ratios taken side by side in this process. `-- --json` prints one document, `-- --quick` fewer rounds.
import { cpus } from 'node:os';
import { createCoreSync } from 'tekcast';
import { SIZES, seal } from './suites/seal.js';

const args = new Set(process.argv.slice(2));
if (args.has('--help')) {
  console.log(
    'npm run bench [-- --json] [-- --quick]\n\nRatio of node:crypto to tekcast for sealing AES-CCM PDUs: 1,024 packets a batch over 10,000 keys.',
  );
  process.exit(0);
}
const rounds = args.has('--quick') ? 7 : 21;
const core = createCoreSync();
const { version, flavour } = core.info();
core.dispose();
const machine = {
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  node: process.version,
  v8: process.versions.v8,
  openssl: process.versions.openssl,
  tekcast: version,
  flavour,
};

const rows = [];
for (const size of SIZES) {
  const row = seal(size, 10_000, 1024, rounds);
  rows.push(row);
  if (!args.has('--json')) {
    const n = (x: number) => x.toFixed(0).padStart(6);
    console.log(
      `seal ${String(size).padStart(4)} B  tekcast ${n(row.nsPerPacket.median)} ns  node:crypto ${n(row.nodeNsPerPacket.median)} ns  ratio ${row.ratio.median.toFixed(2)} (quartiles ${row.ratio.q1.toFixed(2)}..${row.ratio.q3.toFixed(2)})  ${((size * 8000) / row.nsPerPacket.median).toFixed(0)} Mbit/s`,
    );
  }
}
if (args.has('--json')) console.log(JSON.stringify({ machine, rounds, rows }, null, 2));
else
  console.log(
    `\n1,024 packets a batch, 10,000 keys, payloads copied in, headers and HCS built, CRC off; both sides the same keys and payloads,\ntimed in turn, ${rounds} rounds. ${machine.cpu}, Node ${machine.node}, OpenSSL ${machine.openssl}, flavour ${flavour}.`,
  );
