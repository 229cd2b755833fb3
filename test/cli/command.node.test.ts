import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { PcapWriter } from '../../cli/carrier/pcap.js';
import { UdpPort } from '../../cli/carrier/udp.js';
import { EXAMPLE_AK, exampleConfig } from './example.js';
import { run } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'tekcast-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const MESSAGE = '0907210a01030c0201021c01011d01050b1449b05679f5c397562f049f4530b41fd7525d040d';

const config = (change: (c: ReturnType<typeof exampleConfig>) => void = () => {}) => {
  const c = exampleConfig();
  change(c);
  return JSON.stringify(c);
};

describe('help', () => {
  test.each([[[]], [['bs']], [['ss']], [['decode']], [['demo']]])(
    'of %j lists exit codes and ends with 0',
    async (args) => {
      const { code, stdout } = await run([...args, '--help']);
      expect(code).toBe(0);
      expect(stdout).toMatch(/Exit codes:\n {2}0 /);
    },
  );

  test('does not show what only the demo uses', async () => {
    expect((await run(['--help'])).stdout).not.toContain('demo-station');
  });

  test('version', async () => {
    expect((await run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('wrong usage ends with 64 and says why', () => {
  const ss = ['ss', '--config', 'x', '--mac', '00:1b:11:c9:d5:0c'];
  test.each<[string[], string]>([
    [['nonsense'], 'unknown command'],
    [['bs'], '--config'],
    [['bs', '--config', 'x', '--listen', 'localhost:1'], '--listen'],
    [['bs', '--config', 'x', '--listen', '224.0.0.1:1'], '--listen'],
    [['bs', '--config', 'x', '--colour'], '--colour'],
    [ss, '--service'],
    [[...ss, '--service', '256'], '--service'],
    [[...ss, '--service', 'anycast'], '--service'],
    [[...ss, '--service', '-1'], '--service'],
    [[...ss, '--service', 'multicast', '--group', '256'], '--group'],
    [[...ss, '--service', 'unicast', '--receive', '0'], '--receive'],
    [['ss', '--config', 'x', '--mac', '00:1b', '--service', 'unicast'], '--mac'],
    [['decode', '--profile', 'other'], '--profile'],
    [['demo', '--bytes', '1e9'], '--bytes'],
    [[...ss, '--service', 'unicast', '--group', '5'], '--group goes with --service multicast'],
    [['size', '--rate'], 'tekcast size --help'],
    [['pki', 'station', '--role', 'ms'], 'tekcast pki station --help'],
  ])('%j', async (args, word) => {
    const { code, stdout, stderr } = await run(args);
    expect([code, stdout]).toEqual([64, '']);
    expect(stderr).toContain(word);
  });
});

describe('configuration', () => {
  test('refused: exit code 3, each path on standard error, no secret', async () => {
    const text = config((c) => Object.assign(c.subscribers[0] ?? {}, { colour: 1, mac: 'x' }));
    const { code, stdout, stderr } = await run(['bs', '--config', '-', '--json'], text);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain('subscribers[0].colour: unknown field');
    expect(stderr).toContain('subscribers[0].mac: must be six bytes');
    expect(stderr).not.toContain(EXAMPLE_AK.slice(0, 12));
  });

  test('missing file: exit code 4', async () => {
    expect((await run(['bs', '--config', join(folder, 'none')])).code).toBe(4);
  });

  test('no such subscriber: exit code 3', async () => {
    const { code, stderr } = await run(
      ['ss', '--config', '-', '--mac', '00:00:00:00:00:01', '--service', '0'],
      config(),
    );
    expect(code).toBe(3);
    expect(stderr).toContain('no subscriber 00:00:00:00:00:01');
  });

  test('an address in use: exit code 4, and it is named', async () => {
    const taken = await UdpPort.open({ host: '127.0.0.1', port: 0 }, 'test');
    const text = config((c) => Object.assign(c, { listen: `127.0.0.1:${taken.local.port}` }));
    const { code, stderr } = await run(['bs', '--config', '-'], text);
    await taken.close();
    expect(code).toBe(4);
    expect(stderr).toContain(`listen 127.0.0.1:${taken.local.port}: `);
  });
});

describe('decode', () => {
  test('hexadecimal text from the command line, a file and standard input are the same', async () => {
    const file = join(folder, 'message.hex');
    writeFileSync(file, `${MESSAGE}\n`);
    const results = [await run(['decode', MESSAGE]), await run(['decode', file]), await run(['decode'], MESSAGE)];
    for (const { code, stdout } of results) {
      expect(code).toBe(0);
      expect(stdout).toBe(results[0]?.stdout);
      expect(stdout).toContain('Key Request');
      expect(stdout).not.toContain('\x1b');
    }
  });

  test('--json is one document', async () => {
    const { code, stdout } = await run(['decode', '--json', MESSAGE]);
    expect(code).toBe(0);
    const { items } = JSON.parse(stdout);
    expect(items).toHaveLength(1);
    expect(items[0].tree).toMatchObject({ label: 'Key Request', offset: 0, length: 38 });
  });

  test('a capture much larger than the memory for its trees is shown to its end', async () => {
    const file = join(folder, 'large.pcap');
    const capture = new PcapWriter(file);
    const frame = Buffer.from(`0200000000b502000000001108f0000100010926${MESSAGE}`, 'hex');
    const records = 20_000;
    for (let i = 0; i < records; i++) capture.write(i, frame);
    capture.close();
    vi.stubEnv('NODE_OPTIONS', '--max-old-space-size=48');
    const { stdout } = await run(['decode', file]);
    vi.unstubAllEnvs();
    expect(stdout).toContain(`#${records} `);
  });

  test.each<[string, number, string]>([
    ['/no such file', 4, 'ENOENT'],
    [MESSAGE.slice(1), 1, 'odd number'],
    ['', 1, 'nothing to decode'],
  ])('--json of %j is one document too, with the error', async (input, exitCode, word) => {
    const { code, stdout, stderr } = await run(['decode', '--json', input]);
    expect(code).toBe(exitCode);
    expect(JSON.parse(stdout)).toEqual({ error: expect.stringContaining(word) });
    expect(stderr).toContain(word);
  });

  test('what is broken is shown and ends with 1', async () => {
    const { code, stdout } = await run(['decode', MESSAGE.slice(0, -2)]);
    expect(code).toBe(1);
    expect(stdout).toContain('TLV_TRUNCATED');
  });

  test('nothing, and a file that is not there', async () => {
    expect((await run(['decode'], '')).code).toBe(1);
    const { code, stderr } = await run(['decode', join(folder, 'none')]);
    expect([code, stderr]).toEqual([4, expect.stringContaining('neither hexadecimal text nor a file')]);
  });
});

describe('size', () => {
  test.each([join(folder, 'none', 'x.html'), folder])(
    '--html %s, which cannot be written, is refused before anything is measured',
    async (html) => {
      const { code, stdout, stderr } = await run(['size', '--quick', '--json', '--html', html]);
      expect([code, stderr]).toEqual([4, expect.stringMatching(/^tekcast: --html .*: E(NOENT|ISDIR)[^\n]*\n$/)]);
      expect(JSON.parse(stdout)).toEqual({ error: expect.stringContaining(html) });
    },
  );
});

describe('demo', () => {
  test('a capture that cannot be written: exit code 4, and still the one document', async () => {
    const pcap = join(folder, 'none', 'x.pcap');
    const { code, stdout, stderr } = await run(['demo', '--json', '--pcap', pcap]);
    expect(code, stderr).toBe(4);
    expect(JSON.parse(stdout)).toEqual({ ok: false, stations: [], rekeys: 0, packetsPerSecond: 0, pcap });
    expect(stderr).toContain('ENOENT');
  });

  test('its stations do not run alone', async () => {
    expect((await run(['demo-station'])).code).toBe(64);
  });
});
