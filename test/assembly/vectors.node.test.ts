// Official vectors, over every flavour: NIST CAVP, ACVP and SP 800-38A, and Wycheproof. What is out of scope (other key sizes, other
// nonce lengths, padding …) is counted in the name of the test.
import { describe, expect, test } from 'vitest';
import { Modes } from '../../bindings/core/modes.js';
import { tohex, unhex } from '../support/hex.js';
import { parseRsp, type Record } from '../support/rsp.js';
import { vectorJson, vectorsFolder, vectorText } from '../support/vectors.js';
import { describeFlavours } from './flavours.js';

/** A field that must be there. */
function field(record: Record, name: string): Uint8Array {
  const value = record[name];
  if (value === undefined) throw new Error(`no field ${name}`);
  return unhex(value);
}

/** Bytes or undefined, as hex: failures print short. */
const hex = (bytes: Uint8Array | undefined) => bytes && tohex(bytes);

/** A test over what is in scope; its name says how many are not, and why. It fails when nothing is. */
function testAll<T>(
  name: string,
  all: readonly T[],
  inScope: (t: T) => boolean,
  why: string,
  check: (t: T) => void,
): void {
  const mine = all.filter(inScope);
  const left = all.length - mine.length;
  test(`${name}: ${mine.length} cases${left > 0 ? `, ${left} out of scope (${why})` : ''}`, () => {
    expect(mine.length).toBeGreaterThan(0);
    for (const t of mine) check(t);
  });
}
const everything = () => true;

interface AcvpTest {
  tcId: number;
  key: string;
  iv: string;
  pt: string;
  ct: string;
  message: string;
  mac: string;
  payloadLen?: number;
  testPassed?: boolean;
  resultsArray?: { key: string; iv: string; pt: string; ct: string }[];
}
interface AcvpGroup {
  testType: string;
  direction: string;
  keyLen: number;
  macLen: number;
  tests: AcvpTest[];
}
type AcvpCase = AcvpTest & { group: AcvpGroup };

function acvp(file: string): AcvpCase[] {
  const { testGroups } = vectorJson(`acvp/${file}-1.0.internalProjection.json.gz`) as { testGroups: AcvpGroup[] };
  return testGroups.flatMap((group) => group.tests.map((t) => ({ ...t, group })));
}

interface WycheproofTest {
  tcId: number;
  key: string;
  iv: string;
  aad: string;
  msg: string;
  ct: string;
  tag: string;
  result: 'valid' | 'invalid' | 'acceptable';
}
interface WycheproofGroup {
  keySize: number;
  ivSize: number;
  tagSize: number;
  tests: WycheproofTest[];
}
type WycheproofCase = WycheproofTest & { group: WycheproofGroup };

function wycheproof(file: string): WycheproofCase[] {
  const { testGroups } = vectorJson(`wycheproof/${file}.json`) as { testGroups: WycheproofGroup[] };
  return testGroups.flatMap((group) => group.tests.map((t) => ({ ...t, group })));
}

describe('official vectors', () => {
  if (vectorsFolder === undefined) {
    test.skip('their folder is not here (TEKCAST_VECTORS)');
    return;
  }

  describeFlavours('AES vectors', (module) => {
    const modes = new Modes(module);

    for (const file of ['GFSbox', 'KeySbox', 'VarKey', 'VarTxt', 'MMT'])
      testAll(`CAVP ECB${file}128`, parseRsp(vectorText(`cavp/ecb/ECB${file}128.rsp`)), everything, '', (t) => {
        const [key, plaintext, ciphertext] = [field(t, 'key'), field(t, 'plaintext'), field(t, 'ciphertext')];
        if (t['section'] === 'ENCRYPT') expect(hex(modes.ecbEncrypt(key, plaintext))).toBe(hex(ciphertext));
        else expect(hex(modes.ecbDecrypt(key, ciphertext))).toBe(hex(plaintext));
      });

    for (const file of ['GFSbox', 'KeySbox', 'VarKey', 'VarTxt', 'MMT'])
      testAll(`CAVP CBC${file}128`, parseRsp(vectorText(`cavp/cbc/CBC${file}128.rsp`)), everything, '', (t) => {
        const [key, iv, plaintext, ciphertext] = [
          field(t, 'key'),
          field(t, 'iv'),
          field(t, 'plaintext'),
          field(t, 'ciphertext'),
        ];
        if (t['section'] === 'ENCRYPT') expect(hex(modes.cbcEncrypt(key, iv, plaintext))).toBe(hex(ciphertext));
        else expect(hex(modes.cbcDecrypt(key, iv, ciphertext))).toBe(hex(plaintext));
      });

    testAll('CTR of RFC 3686', parseRsp(vectorText('cavp/ctr/aes-128-ctr.txt')), everything, '', (t) => {
      const [key, iv, plaintext, ciphertext] = [
        field(t, 'key'),
        field(t, 'iv'),
        field(t, 'plaintext'),
        field(t, 'ciphertext'),
      ];
      expect(hex(modes.ctr(key, iv, plaintext))).toBe(hex(ciphertext));
      expect(hex(modes.ctr(key, iv, ciphertext))).toBe(hex(plaintext));
    });

    testAll('CMAC of SP 800-38B', parseRsp(vectorText('cavp/cmac/nist-800-38b-aes128.txt')), everything, '', (t) => {
      expect(hex(modes.cmac(field(t, 'key'), unhex(t['message'] ?? '')))).toBe(hex(field(t, 'output')));
    });

    for (const file of ['VADT', 'VNT', 'VPT', 'VTT'])
      testAll(
        `CAVP CCM ${file}128`,
        parseRsp(vectorText(`cavp/ccm/${file}128.rsp`)),
        (t) => t['nlen'] === '13',
        'nonce not of 13 bytes',
        (t) => {
          const [key, nonce, sealed] = [field(t, 'key'), field(t, 'nonce'), field(t, 'ct')];
          const plaintext = field(t, 'payload').subarray(0, Number(t['plen']));
          const options = { aad: field(t, 'adata').subarray(0, Number(t['alen'])), tagLength: Number(t['tlen']) };
          expect(hex(modes.ccmSeal(key, nonce, plaintext, options))).toBe(hex(sealed));
          expect(hex(modes.ccmOpen(key, nonce, sealed, options))).toBe(hex(plaintext));
        },
      );

    testAll(
      'CAVP CCM DVPT128',
      parseRsp(vectorText('cavp/ccm/DVPT128.rsp')),
      (t) => t['nlen'] === '13',
      'nonce not of 13 bytes',
      (t) => {
        const options = { aad: field(t, 'adata').subarray(0, Number(t['alen'])), tagLength: Number(t['tlen']) };
        const opened = modes.ccmOpen(field(t, 'key'), field(t, 'nonce'), field(t, 'ct'), options);
        const passes = t['result']?.startsWith('Pass') === true;
        expect(hex(opened)).toBe(passes ? hex(field(t, 'payload').subarray(0, Number(t['plen']))) : undefined);
      },
    );

    testAll(
      'CAVP KW_AE_128 (not offered: padding, KWP; the inverse cipher, inv)',
      parseRsp(vectorText('cavp/kw/KW_AE_128.txt')),
      everything,
      '',
      (t) => {
        expect(hex(modes.wrap(field(t, 'k'), field(t, 'p')))).toBe(hex(field(t, 'c')));
      },
    );

    testAll(
      'CAVP KW_AD_128 (not offered: padding, KWP; the inverse cipher, inv)',
      parseRsp(vectorText('cavp/kw/KW_AD_128.txt')),
      everything,
      '',
      (t) => {
        expect(hex(modes.unwrap(field(t, 'k'), field(t, 'c')))).toBe(t['fail'] ? undefined : hex(field(t, 'p')));
      },
    );

    testAll(
      'SP 800-38A',
      vectorJson('nist-sp800-38a/nist_800_38a.json') as {
        name: string;
        cipher: string;
        key: string;
        iv?: string;
        init_counter?: string;
        blocks: { plaintext: string; ciphertext: string }[];
      }[],
      ({ cipher, key }) => key.length === 32 && ['ecb', 'cbc', 'ctr'].includes(cipher),
      'key not of 128 bits, or a mode that is not offered',
      ({ cipher, key: keyHex, blocks, ...t }) => {
        const key = unhex(keyHex);
        const plaintext = unhex(blocks.map((b) => b.plaintext).join(''));
        const ciphertext = unhex(blocks.map((b) => b.ciphertext).join(''));
        if (cipher === 'ecb') {
          expect(modes.ecbEncrypt(key, plaintext)).toEqual(ciphertext);
          expect(modes.ecbDecrypt(key, ciphertext)).toEqual(plaintext);
        } else if (cipher === 'cbc') {
          expect(modes.cbcEncrypt(key, unhex(t.iv ?? ''), plaintext)).toEqual(ciphertext);
          expect(modes.cbcDecrypt(key, unhex(t.iv ?? ''), ciphertext)).toEqual(plaintext);
        } else expect(modes.ctr(key, unhex(t.init_counter ?? t.iv ?? ''), plaintext)).toEqual(ciphertext);
      },
    );

    const monteCarlo = (t: AcvpCase) => t.group.keyLen === 128 && t.group.testType === 'MCT';

    // ACVP's Monte Carlo tests: 100 results, each of 1,000 encryptions that feed the next, then another key.
    testAll(
      'ACVP AES-ECB, Monte Carlo',
      acvp('ACVP-AES-ECB'),
      monteCarlo,
      'other key sizes and kinds of test',
      ({ group, resultsArray = [] }) => {
        const encrypt = group.direction === 'encrypt';
        const run = encrypt ? modes.ecbEncrypt.bind(modes) : modes.ecbDecrypt.bind(modes);
        const first = resultsArray[0];
        if (first === undefined) throw new Error('no results');
        let [key, block] = [unhex(first.key), unhex(encrypt ? first.pt : first.ct)];
        for (const result of resultsArray) {
          expect(hex(key)).toBe(result.key.toLowerCase());
          for (let i = 0; i < 1000; i++) block = run(key, block);
          expect(hex(block)).toBe((encrypt ? result.ct : result.pt).toLowerCase());
          key = key.map((b, i) => b ^ (block[i] as number));
        }
      },
    );

    testAll(
      'ACVP AES-CBC, Monte Carlo',
      acvp('ACVP-AES-CBC'),
      monteCarlo,
      'other key sizes and kinds of test',
      ({ group, resultsArray = [] }) => {
        const encrypt = group.direction === 'encrypt';
        const run = encrypt ? modes.cbcEncrypt.bind(modes) : modes.cbcDecrypt.bind(modes);
        const first = resultsArray[0];
        if (first === undefined) throw new Error('no results');
        let [key, iv, input] = [unhex(first.key), unhex(first.iv), unhex(encrypt ? first.pt : first.ct)];
        for (const result of resultsArray) {
          expect(hex(key)).toBe(result.key.toLowerCase());
          let [chain, output, before] = [iv, iv, iv];
          for (let i = 0; i < 1000; i++) {
            before = output; // the result before, or the IV: the next input
            output = run(key, chain, input);
            chain = encrypt ? output : input;
            input = before;
          }
          expect(hex(output)).toBe((encrypt ? result.ct : result.pt).toLowerCase());
          key = key.map((b, i) => b ^ (output[i] as number));
          [iv, input] = [output, before];
        }
      },
    );

    const ofOurSize = (t: AcvpCase) => t.group.keyLen === 128 && t.group.testType === 'AFT';
    const acvpScope = 'key not of 128 bits, or not a single known answer';

    testAll('ACVP AES-ECB', acvp('ACVP-AES-ECB'), ofOurSize, acvpScope, ({ group, ...t }) => {
      if (group.direction === 'encrypt')
        expect(hex(modes.ecbEncrypt(unhex(t.key), unhex(t.pt)))).toBe(t.ct.toLowerCase());
      else expect(hex(modes.ecbDecrypt(unhex(t.key), unhex(t.ct)))).toBe(t.pt.toLowerCase());
    });

    testAll('ACVP AES-CBC', acvp('ACVP-AES-CBC'), ofOurSize, acvpScope, ({ group, ...t }) => {
      const [key, iv] = [unhex(t.key), unhex(t.iv)];
      if (group.direction === 'encrypt') expect(hex(modes.cbcEncrypt(key, iv, unhex(t.pt)))).toBe(t.ct.toLowerCase());
      else expect(hex(modes.cbcDecrypt(key, iv, unhex(t.ct)))).toBe(t.pt.toLowerCase());
    });

    testAll(
      'ACVP AES-CTR',
      acvp('ACVP-AES-CTR'),
      (t) => ofOurSize(t) && t.iv !== undefined,
      'key not of 128 bits, or not a single known answer',
      ({ group, ...t }) => {
        // Lengths are in bits: what is past them in the last byte is zero.
        const [input, output] = group.direction === 'encrypt' ? [t.pt, t.ct] : [t.ct, t.pt];
        const result = modes.ctr(unhex(t.key), unhex(t.iv), unhex(input));
        const over = 8 * result.length - (t.payloadLen ?? 8 * result.length);
        if (over > 0) result[result.length - 1] = (result.at(-1) as number) & (0xff << over);
        expect(hex(result)).toBe(output.toLowerCase());
      },
    );

    testAll(
      'ACVP CMAC-AES',
      acvp('CMAC-AES'),
      (t) => t.group.keyLen === 128,
      'key not of 128 bits',
      ({ group, ...t }) => {
        const mac = hex(modes.cmac(unhex(t.key), unhex(t.message)))?.slice(0, group.macLen / 4);
        expect(mac === t.mac.toLowerCase()).toBe(t.testPassed ?? true);
      },
    );

    testAll(
      'Wycheproof aes_ccm',
      wycheproof('aes_ccm_test'),
      ({ group }) => group.keySize === 128 && group.ivSize === 104,
      'key not of 128 bits, or nonce not of 13 bytes',
      ({ group, ...t }) => {
        const [key, nonce] = [unhex(t.key), unhex(t.iv)];
        const options = { aad: unhex(t.aad), tagLength: group.tagSize / 8 };
        if (![4, 6, 8, 10, 12, 14, 16].includes(options.tagLength)) {
          expect(t.result).toBe('invalid');
          expect(() => modes.ccmOpen(key, nonce, unhex(t.ct + t.tag), options)).toThrow('RANGE');
          return;
        }
        const opened = modes.ccmOpen(key, nonce, unhex(t.ct + t.tag), options);
        expect(hex(opened)).toBe(t.result === 'invalid' ? undefined : t.msg);
        if (t.result === 'valid') expect(hex(modes.ccmSeal(key, nonce, unhex(t.msg), options))).toBe(t.ct + t.tag);
      },
    );

    testAll(
      'Wycheproof aes_cmac',
      wycheproof('aes_cmac_test'),
      (t) => t.key.length === 32,
      'key not of 128 bits',
      ({ group, ...t }) => {
        const mac = hex(modes.cmac(unhex(t.key), unhex(t.msg)))?.slice(0, group.tagSize / 4);
        expect(mac === t.tag).toBe(t.result === 'valid');
      },
    );

    testAll(
      'Wycheproof aes_wrap',
      wycheproof('aes_wrap_test'),
      ({ key }) => key.length === 32,
      'key not of 128 bits',
      (t) => {
        const kek = unhex(t.key);
        // Acceptable are 8 bytes of key data: RFC 3394 wants at least two halves, and so do we.
        expect(hex(modes.unwrap(kek, unhex(t.ct)))).toBe(t.result === 'valid' ? t.msg : undefined);
        if (t.result === 'valid') expect(hex(modes.wrap(kek, unhex(t.msg)))).toBe(t.ct);
      },
    );

    testAll(
      'Wycheproof aes_cbc_pkcs5, its blocks without the padding rule',
      wycheproof('aes_cbc_pkcs5_test'),
      (t) => t.key.length === 32 && t.result === 'valid',
      'key not of 128 bits, or broken padding, which is not ours to check',
      (t) => {
        const message = unhex(t.msg);
        const padding = 16 - (message.length % 16);
        const padded = new Uint8Array(message.length + padding).fill(padding);
        padded.set(message);
        expect(hex(modes.cbcEncrypt(unhex(t.key), unhex(t.iv), padded))).toBe(t.ct);
        expect(hex(modes.cbcDecrypt(unhex(t.key), unhex(t.iv), unhex(t.ct)))).toBe(hex(padded));
      },
    );
  });
});
