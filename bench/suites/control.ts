// Suites keys, pkm and rekey: what happens per key, per message, per rotation.
import { decodeMessage, encodeMessage, patent } from 'tekcast';
import { nodeTeks, vaultTeks } from '../subjects/keys.js';
import { requestAttributes, requests } from '../subjects/requests.js';
import { caseOf, type Suite } from './run.js';

const TEKS = 256;
const REQUESTS = 256;

export function keySuites(): Suite[] {
  const vault = vaultTeks(TEKS);
  const ours = () => {
    vault.prepare?.();
    vault.run();
  };
  const cases = [{ name: 'tekcast, and erased', run: ours }, caseOf(nodeTeks(TEKS), TEKS)];
  return [{ name: 'keys', unit: '256 TEKs generated, each wrapped under its own KEK', cases }];
}

export function pkmSuites(): Suite[] {
  const input = { code: 7, identifier: 1, attributes: requestAttributes(1, 5, 1) };
  const digest = new Uint8Array(20);
  const message = encodeMessage(patent, input, () => digest);
  const codec: Suite = {
    name: 'pkm codec',
    unit: 'one Key Request',
    cases: [
      { name: 'encode', run: () => encodeMessage(patent, input, () => digest) },
      { name: 'decode', run: () => decodeMessage(patent, message) },
    ],
  };
  const station = requests(16, 256, REQUESTS);
  station.prepare?.(); // the same requests again get the same keys: nothing advances
  const handling: Suite = {
    name: 'pkm requests',
    unit: '256 Key Requests answered',
    cases: [caseOf({ ...station, name: 'base station' }, REQUESTS)],
  };
  return [codec, handling];
}

export function rekeySuites(): Suite[] {
  const cases = [1, 8, 64].map((members) => {
    const { storm } = requests(members, 8, 1);
    const run = () => {
      storm.prepare?.();
      storm.run();
    };
    return { name: `${members} member${members === 1 ? '' : 's'}, requests made and answered`, run };
  });
  return [{ name: 'rekey', unit: 'one group rekeyed', cases }];
}
