// npm run bench:engines: the same wasm in several engines, its flavours in turn within each, the engines in turn over several passes.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { absent, browsers } from '../../scripts/browsers.mjs';
import { browserEngine, type Engine, servePage } from './browser.js';
import { flavours } from './flavours.js';
import { report, text } from './report.js';
import type { Order, Taken } from './types.js';

const HELP = `npm run bench:engines [-- <options>]

Seals 64, 256, 1,024 and 1,500 bytes, 1,024 packets a batch, 10,000 keys, through the public API: in this Node, in others, in Chromium and
Firefox. Flavours of the core: const and relaxed, which ship, and mem (masks in memory, plain swizzle), which does not.

  --node <version or path>   another Node: a version is fetched by npx; may be given several times
  --passes <n>               rounds over all engines (3)
  --quick                    one short pass
  --json                     one JSON document on standard output
  --help`;

const { values: args } = parseArgs({
  options: {
    node: { type: 'string', multiple: true, default: [] },
    passes: { type: 'string', default: '3' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const passes = args.quick ? 1 : Number(args.passes);
if (args.help || !(passes >= 1)) {
  console.log(HELP);
  process.exit(args.help ? 0 : 64);
}

const built = (name: string) => fileURLToPath(new URL(`../../build/engines/${name}.js`, import.meta.url));
const say = args.json ? console.error : console.log;

/** A Node by its path or version; why not, if it does not run. */
function nodeEngine(wanted: string): Engine | string {
  const command = /^\d+(\.\d+)*$/.test(wanted) ? ['npx', '-y', `node@${wanted}`] : [wanted];
  const run = (more: readonly string[], input?: string) =>
    spawnSync(command[0] as string, [...command.slice(1), ...more], {
      encoding: 'utf8',
      maxBuffer: 1 << 26,
      ...(input !== undefined && { input }),
    });
  const found = run(['-p', 'process.version']);
  if (found.status !== 0) return (found.error?.message ?? found.stderr).trim().split('\n')[0] ?? 'does not run';
  return {
    name: `Node ${found.stdout.trim().slice(1)}`,
    async measure(order) {
      const { status, stdout, stderr } = run([built('node')], JSON.stringify(order));
      if (status !== 0) throw new Error(stderr);
      return JSON.parse(stdout) as Taken;
    },
    end: async () => {},
  };
}

const order: Order = {
  flavours: await flavours(),
  sizes: [64, 256, 1024, 1500],
  keys: 10_000,
  batch: 1024,
  ...(args.quick ? { rounds: 9, sliceMs: 8, warmMs: 100 } : { rounds: 25, sliceMs: 8, warmMs: 200 }),
};
const page = await servePage(readFileSync(built('page'), 'utf8'));
const engines: { engine: Engine; taken: Taken[] }[] = [];
const missing: string[] = absent.map(({ name, why }) => `${name}: ${why}`);
for (const wanted of [process.execPath, ...args.node]) {
  const engine = nodeEngine(wanted);
  if (typeof engine === 'string') missing.push(`Node ${wanted}: ${engine}`);
  else engines.push({ engine, taken: [] });
}
for (const browser of browsers) engines.push({ engine: await browserEngine(browser, page.url), taken: [] });

for (let pass = 1; pass <= passes; pass++) {
  for (const { engine, taken } of engines) {
    say(`pass ${pass} of ${passes}: ${engine.name}`);
    taken.push(await engine.measure(order));
  }
}
for (const { engine } of engines) await engine.end();
page.close();

const load = Number((loadavg()[0] ?? 0).toFixed(2));
const reports = report(engines.map(({ engine, taken }) => ({ engine: engine.name, passes: taken })));
const method = `${passes} passes over all engines, in each ${order.rounds} rounds of at least ${order.sliceMs} ms wall time a flavour, in turn, after ${order.warmMs} ms of warming; load ${load}`;
say(`\n${text(reports)}\n  ${method}${missing.map((line) => `\n  not measured: ${line}`).join('')}`);
if (args.json)
  console.log(
    JSON.stringify(
      { method, load, order: { ...order, flavours: Object.keys(order.flavours) }, engines: reports, missing },
      null,
      2,
    ),
  );
