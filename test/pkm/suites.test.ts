import { describe, expect, it } from 'vitest';
import { ERROR, errorName, SERVICE, SUITES, serviceName, suiteByName, suiteInWords } from '../../bindings/pkm/index.js';
import { tohex, unhex } from '../support/hex.js';
import { thrown } from './support.js';

describe('cryptographic suites', () => {
  it('names are the bytes on the wire', () => {
    for (const suite of SUITES) {
      expect(tohex(suite.code)).toBe(suite.name);
      expect(suiteByName(suite.name)).toBe(suite);
    }
    expect(suiteByName('020104')).toMatchObject({ tekLength: 24, kekUse: 'kek-aeskw' });
    expect(suiteByName('020103')).toMatchObject({ tekLength: 16, kekUse: 'kek-ecb' });
  });
  it.each(['010001', '000001', '010002', '01ffff', 'ff0001'])('%s has DES in it: refused by name', (name) => {
    expect(thrown(() => suiteByName(name))).toEqual({ code: 'SUITE_REFUSED', subject: name });
    expect(() => suiteByName(name)).toThrow(/DES/);
  });
  it.each(['030003', '800003', '000000', '02010', '0201044', 'aesccm', ''])('%s is not offered', (name) => {
    expect(thrown(() => suiteByName(name))).toEqual({ code: 'SUITE', subject: name });
  });
  it('read in words', () => {
    expect(suiteInWords(unhex('010001'))).toBe('DES-CBC 56, no authentication, TEK by 3DES-EDE 128');
    expect(suiteInWords(unhex('800004'))).toBe(
      'AES-CTR 128 (MBS, 8-bit ROC), no authentication, TEK by AES key wrap 128',
    );
    expect(suiteInWords(unhex('070707'))).toBe('unknown 7, unknown 7, unknown 7');
  });
});

describe('numbers in words', () => {
  it('of every error code', () => {
    const names = Object.values(ERROR).map(errorName);
    expect(new Set(names).size).toBe(9);
    expect(errorName(8)).toBe('unauthorized multicast service group ID');
    expect(errorName(9)).toBe('unknown error 9');
  });
  it('of every service type', () => {
    expect(Object.values(SERVICE).map(serviceName)).toEqual(['unicast', 'multicast', 'broadcast']);
    expect(serviceName(9)).toBe('unknown service type 9');
  });
});
