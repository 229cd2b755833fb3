// The licences of what is bundled into the command: read from the bundler's own list of inputs, so that none is forgotten.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export function thirdParty(metafile, out) {
  const { inputs } = JSON.parse(readFileSync(metafile, 'utf8'));
  const packages = new Set(
    Object.keys(inputs).flatMap(
      (f) => f.match(/^(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//)?.[1] ?? [],
    ),
  );
  const parts = [...packages].sort().map((dir) => {
    const { name, version, license } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
    const file = readdirSync(dir).find((f) => /^(licen[sc]e|copying)/i.test(f));
    const text =
      file && existsSync(join(dir, file))
        ? readFileSync(join(dir, file), 'utf8').trim()
        : '(the package carries no licence file)';
    return `${name} ${version} (${license ?? 'licence not named'})\n\n${text}\n`;
  });
  writeFileSync(out, `Bundled into dist/cli.js:\n\n${parts.join(`\n${'-'.repeat(80)}\n\n`)}`);
  rmSync(metafile); // a build product of ours, not of the package
}
