// One set of real certificates for all tests of this folder; making RSA keys takes a while.
import { createPki } from '../../bindings/pki/index.js';

export const SS_MAC = '00:1b:11:c9:d5:0c';
export const BSID = '00:00:00:00:00:05';

async function make() {
  const pki = await createPki();
  const [manufacturer, operator, stranger] = await Promise.all([
    pki.makeCa({ name: 'Manufacturer, Inc.' }),
    pki.makeCa({ name: 'operator' }),
    pki.makeCa({ name: 'operator' }), // the same name, another key
  ]);
  const [ss, bs] = await Promise.all([
    pki.makeStation({ role: 'ss', mac: SS_MAC, issuer: manufacturer }),
    pki.makeStation({ role: 'bs', mac: BSID, issuer: operator }),
  ]);
  return { pki, manufacturer, operator, stranger, ss, bs };
}

let made: ReturnType<typeof make> | undefined;
export function certificates(): ReturnType<typeof make> {
  made ??= make();
  return made;
}
