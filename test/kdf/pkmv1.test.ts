// PKMv1 derivations as they show from outside: a digest and a wrapped TEK of known keys, with no key leaving the core.
import { expect, test } from 'vitest';
import { keysFromAk } from '../../bindings/kdf/pkmv1.js';
import { hex, testingCore, unhex } from '../support/stations.js';

const AK = Uint8Array.from({ length: 20 }, (_, i) => i);
const TEK = unhex('00112233445566778899aabbccddeeff');

test('HMAC_KEY_U signs the example Key Request; HMAC_KEY_D is another key', () => {
  const core = testingCore(1);
  const { hmacUp, hmacDown } = keysFromAk(core, AK.slice(), { owner: 1, kek: 'kek-aeskw', keep: false });
  const message = unhex('0907210a01030c0201021c01011d0105');
  expect(hex(core.keys.hmac(hmacUp, message))).toBe('49b05679f5c397562f049f4530b41fd7525d040d');
  expect(hex(core.keys.hmac(hmacDown, message))).not.toBe('49b05679f5c397562f049f4530b41fd7525d040d');
});

test('the KEK wraps by the one algorithm it was made for', () => {
  for (const [kek, wrapped] of [
    ['kek-aeskw', '7bd0f3288fb61c60a0d0caf92e9d18470a75bc3db3a5bf86'],
    ['kek-ecb', '4149f2927a75c7c07d2892907dc9df43'],
  ] as const) {
    const core = testingCore(2);
    const keys = keysFromAk(core, AK.slice(), { owner: 1, kek, keep: false });
    const { key } = core.keys.put(TEK, { use: 'seal-down', owner: 1, said: 5, sequence: 0 });
    expect(hex(core.keys.wrap(key, keys.kek))).toBe(wrapped);
  }
});

test('an AK has 20 bytes, and is zeroed where it came from unless it is kept', () => {
  const core = testingCore(3);
  expect(() => keysFromAk(core, new Uint8Array(16), { owner: 1, kek: 'kek-ecb', keep: false })).toThrow(/LENGTH/);
  const [gone, kept] = [AK.slice(), AK.slice()];
  keysFromAk(core, gone, { owner: 1, kek: 'kek-ecb', keep: false });
  keysFromAk(core, kept, { owner: 2, kek: 'kek-ecb', keep: true });
  expect(gone).toEqual(new Uint8Array(20));
  expect(kept).toEqual(AK);
});
