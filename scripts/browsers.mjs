// The browsers of this machine that tests and measurements can run in: Debian's, or wherever the environment says they are.
import { existsSync } from 'node:fs';

const KNOWN = [
  {
    name: 'chromium',
    variable: 'CHROMIUM',
    usual: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  },
  { name: 'firefox', variable: 'FIREFOX', usual: '/usr/bin/firefox-esr', args: [] },
];

const looked = KNOWN.map(({ name, variable, usual, args }) => {
  const path = process.env[variable] ?? usual;
  return { name, variable, path, args, here: existsSync(path) };
});

export const browsers = looked.filter(({ here }) => here);

/** Why each of the others is not among them. */
export const absent = looked
  .filter(({ here }) => !here)
  .map(({ name, variable, path }) => ({ name, why: `no ${path} (${variable} may name another)` }));
