import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parseConfig, subscriberOf } from '../../cli/config.js';
import { CliError, EXIT } from '../../cli/exit.js';
import { EXAMPLE_AK, exampleConfig } from './example.js';

type Json = ReturnType<typeof exampleConfig>;
// biome-ignore lint/suspicious/noExplicitAny: a test writes what no type allows
type Change = (c: any) => void;

function changed(change: Change): string {
  const config: Json = exampleConfig();
  change(config);
  return JSON.stringify(config);
}

/** Paths and messages of a refusal. */
function problems(text: string): string[] {
  try {
    parseConfig(text, 'test');
  } catch (e) {
    expect(e).toBeInstanceOf(CliError);
    expect((e as CliError).exitCode).toBe(EXIT.CONFIG);
    return (e as CliError).message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
  return [];
}

describe('accepted', () => {
  test('the example, with the defaults filled in', () => {
    const config = parseConfig(JSON.stringify(exampleConfig()));
    expect(config).toMatchObject({
      crc: 'msb',
      lab: false,
      replayWindow: 1024,
      limits: { requestsPerSecond: 200, burst: 400 },
      listen: { host: '127.0.0.1', port: 16016 },
      rekeying: {
        rekeysPerSecond: 2_000,
        quorum: 1,
        deadline: 5,
        coalesce: 0.5,
        operationalWait: 1,
        automatic: true,
      },
    });
    expect(config.subscribers[0]?.egress).toBeUndefined();
    expect(Buffer.from(config.subscribers[0]?.ak?.reveal() ?? []).toString('hex')).toBe(EXAMPLE_AK);
  });

  test.each<[string, Change]>([
    ['no crc', (c) => delete c.crc],
    ['crc reflected', (c) => (c.crc = 'reflected')],
    ['crc none', (c) => (c.crc = 'none')],
    ['suite with AES-ECB', (c) => (c.suite = '020103')],
    ['profile vendor', (c) => (c.profile = 'vendor')],
    ['egress', (c) => (c.subscribers[0].egress = '127.0.0.1:9')],
    ['replayWindow', (c) => (c.replayWindow = 64)],
    ['limits', (c) => (c.limits = { requestsPerSecond: 1, burst: 1_000_000 })],
    ['shortest standard lifetime', (c) => (c.tekLifetime = 1_800)],
    ['longest lifetime', (c) => (c.tekLifetime = 604_800)],
    ['lab: 4 s', (c) => Object.assign(c, { lab: true, tekLifetime: 4 })],
    ['lab false', (c) => (c.lab = false)],
    ['key limits, none', (c) => (c.keyLimits = {})],
    [
      'key limits, all',
      (c) => (c.keyLimits = { softSeconds: 60, softPackets: 1, hardPackets: 1, softBytes: 9, hardBytes: 2 ** 53 - 1 }),
    ],
    ['rekeying, empty', (c) => (c.rekeying = {})],
    ['rekeying, in part', (c) => (c.rekeying = { quorum: 0.5, deadline: 0 })],
    [
      'rekeying, the most of all',
      (c) =>
        (c.rekeying = {
          rekeysPerSecond: 1_000_000,
          quorum: 1,
          deadline: 3_600,
          coalesce: 60,
          operationalWait: 10,
          automatic: false,
        }),
    ],
    ['backwardSecrecy', (c) => (c.services[1].backwardSecrecy = true)],
    ['no services, no subscribers', (c) => Object.assign(c, { services: [], subscribers: [] })],
    ['a group that is not configured', (c) => (c.subscribers[0].groups = [5, 77])],
    [
      'port 0 more than once',
      (c) => Object.assign(c, { services: c.services.map((s: object) => ({ ...s, ingress: '127.0.0.1:0' })) }),
    ],
    ['IPv6', (c) => (c.listen = '[::1]:16016')],
    ['MAC address in capitals', (c) => (c.subscribers[0].mac = '00:1B:11:C9:D5:0C')],
    ['group 0 and 255', (c) => Object.assign(c.services[0], { groupId: 255 })],
  ])('%s', (_, change) => {
    expect(problems(changed(change))).toEqual([]);
  });

  test('MAC addresses become lower case and are found in either', () => {
    const config = parseConfig(changed((c) => (c.subscribers[0].mac = '00:1B:11:C9:D5:0C')));
    expect(subscriberOf(config, '00:1B:11:c9:d5:0C').mac).toBe('00:1b:11:c9:d5:0c');
    expect(() => subscriberOf(config, '00:00:00:00:00:01')).toThrow('no subscriber 00:00:00:00:00:01');
  });
});

describe('refused with its path', () => {
  const fields = (o: object, path: string) => Object.keys(o).map((key) => [`${path}${key}`, key, path] as const);
  const example = exampleConfig();
  const optional = new Set(['crc']);
  const required = [
    ...fields(example, ''),
    ...fields(example.services[0] ?? {}, 'services[0].'),
    ...fields(example.services[1] ?? {}, 'services[1].'),
    ...fields(example.subscribers[0] ?? {}, 'subscribers[0].'),
  ].filter(([, key]) => !optional.has(key));

  // biome-ignore lint/suspicious/noExplicitAny: walks a path given as text
  const at = (c: any, path: string): any =>
    path
      .split(/[[\].]+/)
      .filter((k) => k !== '')
      .reduce((o, k) => o[k], c);

  test.each(required)('missing %s', (path, key, parent) => {
    expect(problems(changed((c) => delete at(c, parent)[key]))).toContain(`${path}: missing`);
  });

  test.each(['', 'services[0].', 'services[1].', 'subscribers[0].'])('unknown field in %s', (parent) => {
    expect(problems(changed((c) => (at(c, parent).colour = 1)))).toEqual([`${parent}colour: unknown field`]);
  });

  test('unknown field in limits', () => {
    expect(problems(changed((c) => (c.limits = { requestsPerSecond: 1, burst: 1, x: 1 })))).toEqual([
      'limits.x: unknown field',
    ]);
  });

  test.each<[string, Change, string]>([
    ['group 256', (c) => (c.services[0].groupId = 256), 'services[0].groupId: must be a whole number 0..255'],
    ['group -1', (c) => (c.services[0].groupId = -1), 'services[0].groupId: '],
    ['groupId of a broadcast', (c) => (c.services[1].groupId = 1), 'services[1].groupId: unknown field'],
    ['groupId as text', (c) => (c.services[0].groupId = '5'), 'services[0].groupId: '],
    [
      'a unicast service row',
      (c) => (c.services[0].type = 'unicast'),
      'services[0].type: must be multicast or broadcast',
    ],
    ['SAID 65536', (c) => (c.services[0].said = 65_536), 'services[0].said: '],
    ['CID 0 (initial ranging)', (c) => (c.subscribers[0].basicCid = 0), 'subscribers[0].basicCid: '],
    ['akSequence 16', (c) => (c.subscribers[0].akSequence = 16), 'subscribers[0].akSequence: '],
    [
      'AK of 19 bytes',
      (c) => (c.subscribers[0].ak = '00'.repeat(19)),
      'subscribers[0].ak: must be 40 hexadecimal digits',
    ],
    ['MAC of 5 bytes', (c) => (c.subscribers[0].mac = '00:1b:11:c9:d5'), 'subscribers[0].mac: '],
    ['a host name', (c) => (c.listen = 'localhost:1'), 'listen: must be an IP address'],
    ['port 65536', (c) => (c.listen = '127.0.0.1:65536'), 'listen: '],
    ['IP multicast', (c) => (c.listen = '239.1.2.3:16016'), 'listen: must not be an IP multicast'],
    ['crc', (c) => (c.crc = 'lsb'), 'crc: '],
    ['profile', (c) => (c.profile = 'ieee80216e'), 'profile: '],
    ['suite DES', (c) => (c.suite = '010001'), 'suite: DES-CBC (56-bit), TEK under 3DES is refused: a 56-bit key'],
    ['suite DES, TEK under RSA', (c) => (c.suite = '010002'), 'suite: DES-CBC (56-bit), TEK under RSA is refused'],
    ['suite AES-CBC', (c) => (c.suite = '030003'), 'suite: AES-CBC, TEK under AES-ECB is not offered'],
    ['no suite at all', (c) => (c.suite = 'aes'), 'suite: is not a cryptographic suite'],
    [
      'lifetime 1,799',
      (c) => (c.tekLifetime = 1_799),
      'tekLifetime: must be 1800..604800 seconds (from 4 with "lab": true)',
    ],
    ['lifetime 604,801', (c) => (c.tekLifetime = 604_801), 'tekLifetime: '],
    ['lifetime 1800.5', (c) => (c.tekLifetime = 1_800.5), 'tekLifetime: '],
    ['lab lifetime 3', (c) => Object.assign(c, { lab: true, tekLifetime: 3 }), 'tekLifetime: must be 4..604800'],
    ['replayWindow 0', (c) => (c.replayWindow = 0), 'replayWindow: '],
    ['limits in fractions', (c) => (c.limits = { requestsPerSecond: 0.5, burst: 1 }), 'limits.requestsPerSecond: '],
    ['a burst beyond all', (c) => (c.limits = { requestsPerSecond: 1, burst: 1e7 }), 'limits.burst: '],
    ['egress to port 0', (c) => (c.subscribers[0].egress = '127.0.0.1:0'), 'subscribers[0].egress: must have a port'],
    ['limits of 0', (c) => (c.limits = { requestsPerSecond: 0, burst: 1 }), 'limits.requestsPerSecond: '],
    ['half of the limits', (c) => (c.limits = { burst: 1 }), 'limits.requestsPerSecond: missing'],
    [
      'a limit of no packets',
      (c) => (c.keyLimits = { hardPackets: 0 }),
      'keyLimits.hardPackets: must be a whole number 1..',
    ],
    [
      'a soft limit above',
      (c) => (c.keyLimits = { softBytes: 9, hardBytes: 8 }),
      'keyLimits.softBytes: must not be above',
    ],
    ['a field of limits', (c) => (c.keyLimits = { colour: 1 }), 'keyLimits.colour: unknown field'],
    ['no rekeys', (c) => (c.rekeying = { rekeysPerSecond: 0 }), 'rekeying.rekeysPerSecond: must be a whole number 1..'],
    ['quorum 2', (c) => (c.rekeying = { quorum: 2 }), 'rekeying.quorum: must be a number 0..1'],
    ['deadline 3601', (c) => (c.rekeying = { deadline: 3_601 }), 'rekeying.deadline: must be a number 0..3600'],
    ['coalesce -1', (c) => (c.rekeying = { coalesce: -1 }), 'rekeying.coalesce: must be a number 0..60'],
    [
      'wait 0.5',
      (c) => (c.rekeying = { operationalWait: 0.5 }),
      'rekeying.operationalWait: must be a whole number 1..10',
    ],
    ['automatic as text', (c) => (c.rekeying = { automatic: 'no' }), 'rekeying.automatic: '],
    ['a field of rekeying', (c) => (c.rekeying = { colour: 1 }), 'rekeying.colour: unknown field'],
    ['backwardSecrecy 1', (c) => (c.services[0].backwardSecrecy = 1), 'services[0].backwardSecrecy: '],
    ['services null', (c) => (c.services = null), 'services: '],
  ])('%s', (_, change, start) => {
    const found = problems(changed(change));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(start);
  });

  test.each<[string, Change, string]>([
    [
      'MAC',
      (c) => (c.subscribers[1].mac = '00:1B:11:C9:D5:0C'),
      'subscribers[1].mac: MAC address 00:1b:11:c9:d5:0c is already at subscribers[0].mac',
    ],
    [
      'CID of two services',
      (c) => (c.services[1].cid = 65_189),
      'services[1].cid: CID 65189 is already at services[0].cid',
    ],
    [
      'CID of service and SS',
      (c) => (c.subscribers[0].transportCid = 65_200),
      'subscribers[0].transportCid: CID 65200 is already at services[1].cid',
    ],
    [
      'CIDs within one SS',
      (c) => (c.subscribers[0].primaryCid = 1040),
      'subscribers[0].transportCid: CID 1040 is already at subscribers[0].primaryCid',
    ],
    [
      'CIDs of two SSs',
      (c) => (c.subscribers[1].transportCid = 336),
      'subscribers[1].transportCid: CID 336 is already at subscribers[0].primaryCid',
    ],
    ['SAID', (c) => (c.services[1].said = 517), 'services[1].said: SAID 517 is already at services[0].said'],
    [
      'primary SAID',
      (c) => (c.services[0].said = 16),
      'subscribers[0].basicCid: SAID 16 is already at services[0].said',
    ],
    [
      'group in an SS',
      (c) => (c.subscribers[0].groups = [5, 5]),
      'subscribers[0].groups[1]: group ID 5 is already at subscribers[0].groups[0]',
    ],
    [
      'address',
      (c) => (c.services[1].ingress = '127.0.0.1:16016'),
      'services[1].ingress: address 127.0.0.1:16016 is already at listen',
    ],
  ])('duplicate %s', (_, change, line) => {
    expect(problems(changed(change))).toEqual([line]);
  });

  test('duplicate group ID', () => {
    const text = changed((c) =>
      c.services.push({ ...c.services[0], said: 1_000, cid: 60_000, ingress: '127.0.0.1:1' }),
    );
    expect(problems(text)).toEqual(['services[2].groupId: group ID 5 is already at services[0].groupId']);
  });

  test('two broadcasts', () => {
    const text = changed((c) =>
      c.services.push({ ...c.services[1], said: 1_000, cid: 60_000, ingress: '127.0.0.1:1' }),
    );
    expect(problems(text)).toEqual(['services[2].type: a second broadcast service: the first is services[1]']);
  });

  test('several at once are all named', () => {
    const found = problems(changed((c) => Object.assign(c, { bsid: 5, listen: 'x', colour: 1 })));
    expect(found.map((line) => line.split(':')[0]).sort()).toEqual(['bsid', 'colour', 'listen']);
  });

  test.each(['', '{', '[]', 'null', '7', '{"bsid": }'])('not a configuration: %s', (text) => {
    expect(problems(text)[0]).toContain('(whole file): ');
  });
});

describe('secrets', () => {
  test('no message holds an AK, not even a malformed one', () => {
    const odd = 'deadbeefdeadbeefdeadbeef';
    const texts = [
      changed((c) => (c.subscribers[0].ak = odd)),
      changed((c) => (c.subscribers[0].ak = { value: odd })),
      changed((c) => (c.subscribers[1].ak = [odd])),
      changed((c) => Object.assign(c.subscribers[0], { ak: odd, mac: 'x' })),
      `${JSON.stringify(exampleConfig()).replace(EXAMPLE_AK, `${odd}" x`)}`,
      JSON.stringify(exampleConfig()).replace(/"akSequence/, odd),
    ];
    for (const text of texts) {
      const lines = problems(text).join('\n');
      expect(lines).not.toBe('');
      expect(lines).not.toContain('deadbeef');
      expect(lines).not.toContain(EXAMPLE_AK.slice(0, 16));
    }
  });

  test('an AK prints as ***', () => {
    const config = parseConfig(JSON.stringify(exampleConfig()));
    const secret = config.subscribers[0]?.ak;
    expect([`${secret}`, JSON.stringify(config), inspect(config, { depth: 9, showHidden: true })].join()).not.toContain(
      EXAMPLE_AK.slice(0, 8),
    );
    expect(`${secret}`).toBe('***');
    secret?.wipe();
    expect(secret?.reveal()).toEqual(new Uint8Array(20));
  });
});
