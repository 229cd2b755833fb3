// The import table of ARCHITECTURE.md, checked. A room may import what its row names, its own files and the two leaves
// (bindings/errors.ts, bindings/step.ts); everything else is an error.
const LEAVES = '^bindings/(errors|step)\\.ts$';
const rooms = {
  tlv: [],
  core: ['^bindings/generated/', '^assembly/layout\\.ts$', '^build/', '@assemblyscript/loader'],
  pdu: ['^bindings/tlv/'],
  pkm: ['^bindings/tlv/', '^bindings/pdu/'],
  kdf: ['^bindings/core/'],
  sa: ['^bindings/core/', '^bindings/kdf/'],
  auth: ['^bindings/(core|kdf|pkm|tlv)/'],
  entry: ['^bindings/auth/'],
  group: ['^bindings/(core|kdf|pkm|sa)/'],
  pki: ['^bindings/auth/types\\.ts$', '@peculiar/x509', 'reflect-metadata'],
  bs: ['^bindings/(core|pdu|pkm|tlv|kdf|sa|auth|entry|group)/'],
  ss: ['^bindings/(core|pdu|pkm|tlv|kdf|sa|auth|entry|group)/'],
  pool: ['^bindings/core/'],
  store: [],
  host: ['^bindings/(bs|ss|store)/'],
};

const rows = Object.entries(rooms).map(([room, allowed]) => ({
  name: `imports-of-${room}`,
  severity: 'error',
  from: { path: `^bindings/${room}/` },
  to: { pathNot: [`^bindings/${room}/`, LEAVES, ...allowed] },
}));

module.exports = {
  forbidden: [
    ...rows,
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'leaves-import-nothing', severity: 'error', from: { path: LEAVES }, to: { pathNot: LEAVES } },
    { name: 'library-is-universal', severity: 'error', from: { path: '^bindings/' }, to: { dependencyTypes: ['core'] } },
    { name: 'one-dependency', severity: 'error', from: { path: '^bindings/(?!pki/)' }, to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer'], pathNot: '@assemblyscript/loader' } },
    { name: 'command-uses-the-public-api', severity: 'error', from: { path: '^cli/' }, to: { path: '^bindings/(?!(index|tlv/index|core/hazmat|core/testing|pki/index|pool/index)\\.ts$)' } },
    { name: 'command-and-bench', severity: 'error', from: { path: '^cli/' }, to: { path: '^(assembly|test|bench/(?!sizing/))' } },
    { name: 'bench-uses-the-public-api', severity: 'error', from: { path: '^bench/' }, to: { path: '^(bindings/(?!(index|tlv/index|core/hazmat|core/testing|pki/index|pool/index)\\.ts$)|cli|test)' } },
    { name: 'nobody-imports-upwards', severity: 'error', from: { path: '^bindings/' }, to: { path: '^(cli|bench|test|scripts)/' } },
    { name: 'not-resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true, // type imports are arrows too
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types'] },
  },
};
