// NIST ACVP ctrDRBG-1.0, AES-128: with and without derivation function, with and without prediction resistance, reseeds between.
import { expect, it } from 'vitest';
import { createTestingCore, testingDrbg } from '../../bindings/core/testing.js';
import { describeFlavours } from '../assembly/flavours.js';
import { tohex, unhex } from '../support/hex.js';
import { vectorJson, vectorsFolder } from '../support/vectors.js';

interface Group {
  mode: string;
  tgId: number;
  derFunc: boolean;
  predResistance: boolean;
  returnedBitsLen: number;
  tests: {
    tcId: number;
    entropyInput: string;
    nonce: string;
    persoString: string;
    otherInput: { intendedUse: 'generate' | 'reSeed'; additionalInput: string; entropyInput: string }[];
    returnedBits: string;
  }[];
}

const NOTHING = new Uint8Array(0);

describeFlavours('ACVP ctrDRBG AES-128', (module) => {
  it.skipIf(vectorsFolder === undefined)('every case', () => {
    const { testGroups } = vectorJson('acvp/ctrDRBG-1.0.internalProjection.json.gz') as { testGroups: Group[] };
    const core = createTestingCore({ slots: 1, module });
    let cases = 0;
    for (const group of testGroups.filter((g) => g.mode === 'AES-128'))
      for (const test of group.tests) {
        const drbg = testingDrbg(core, group.derFunc);
        drbg.instantiate(unhex(test.entropyInput), unhex(test.nonce), unhex(test.persoString));
        let bits: Uint8Array | undefined;
        for (const { intendedUse, additionalInput, entropyInput } of test.otherInput) {
          const entropy = unhex(entropyInput);
          const additional = unhex(additionalInput);
          // §9.3.1: with prediction resistance a reseed takes the additional input, and generate none.
          const reseed = intendedUse === 'reSeed' || group.predResistance;
          if (reseed) drbg.reseed(entropy, additional);
          if (intendedUse === 'generate')
            bits = drbg.generate(group.returnedBitsLen / 8, reseed ? NOTHING : additional);
        }
        expect([group.tgId, test.tcId, tohex(bits ?? NOTHING)]).toEqual([
          group.tgId,
          test.tcId,
          test.returnedBits.toLowerCase(),
        ]);
        cases++;
      }
    expect(cases).toBe(60);
  });
});
