// A base station and subscriber stations as processes, over UDP on loopback: the built command as its user runs it.
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { patent } from 'tekcast';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readPcap } from '../../cli/carrier/pcap.js';
import { describeBytes } from '../../cli/commands/decode.js';
import { isBroken, treeLines } from '../../cli/tree.js';
import { EXAMPLE_AK, exampleConfig } from './example.js';
import { Mailbox } from './mailbox.js';
import { Command, type Line } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'tekcast-test-'));
const FIRST = '00:1b:11:c9:d5:0c';
const OTHER = '00:1b:11:c9:d5:0d'; // of another provider, no groups

let down: Mailbox;
let up: Mailbox;
let text: string;
let bs: Command;
let ready: Line;
const commands: Command[] = [];
const pcap = join(folder, 'bs.pcap');

const start = (args: readonly string[]) => {
  const command = new Command(args, text);
  commands.push(command);
  return command;
};
const ss = (mac: string, ...args: string[]) =>
  start(['ss', '--config', '-', '--json', '--bs', ready.listen, '--mac', mac, ...args]);
const ingressOf = (name: string): string => ready.services.find((s: Line) => s.name === name).ingress;

beforeAll(async () => {
  down = await Mailbox.open();
  up = await Mailbox.open();
  const config = exampleConfig();
  Object.assign(config, { listen: '127.0.0.1:0' });
  for (const row of [...config.services, ...config.subscribers]) row.ingress = '127.0.0.1:0';
  for (const row of config.subscribers) Object.assign(row, { egress: up.address });
  text = JSON.stringify(config);
  bs = new Command(['bs', '--config', '-', '--json', '--pcap', pcap], text);
  ready = await bs.event('READY');
});
afterEach(async () => {
  for (const command of commands.splice(0)) if (!command.ended) await command.stop('SIGKILL');
});
afterAll(async () => {
  await bs.stop('SIGKILL');
  await down.port.close();
  await up.port.close();
  rmSync(folder, { recursive: true });
});

describe.sequential('one base station', () => {
  test('refuses a payload before a TEK exists, and says so', async () => {
    down.port.send(ingressOf('news'), Buffer.from('too early'));
    expect(await bs.line((l) => l.event === 'REFUSED')).toMatchObject({ code: 'NO_TEK', said: 517 });
  });

  test('a group payload reaches a member, one datagram a payload, and --receive ends it with 0', async () => {
    const member = ss(FIRST, '--service', 'multicast', '--group', '5', '--egress', down.address, '--receive', '3');
    expect(await member.event('KEY_REPLY')).toMatchObject({ serviceType: 1, groupId: 5, said: 517 });
    for (const payload of ['one', 'two', 'three']) down.port.send(ingressOf('news'), Buffer.from(payload));
    expect([await down.next(), await down.next(), await down.next()]).toEqual(['one', 'two', 'three']);
    expect(await member.end()).toBe(0);
    expect(member.lines.at(-1)).toMatchObject({ event: 'END', why: 'RECEIVED', received: 3 });
    expect(down.rest).toEqual([]);
  });

  test('empty and oversized payloads are refused, the largest goes through', async () => {
    const member = ss(FIRST, '--service', '1', '--group', '5', '--egress', down.address);
    await member.event('KEY_REPLY');
    down.port.send(ingressOf('news'), new Uint8Array(0));
    down.port.send(ingressOf('news'), new Uint8Array(2_026).fill(0x61));
    down.port.send(ingressOf('news'), new Uint8Array(2_025).fill(0x62));
    expect(await down.next()).toBe('b'.repeat(2_025));
    expect((await bs.line((l) => l.code === 'EMPTY')).event).toBe('REFUSED');
    expect((await bs.line((l) => l.code === 'TOO_LONG')).event).toBe('REFUSED');
    expect(await member.stop('SIGINT')).toBe(0);
  });

  test('unicast goes both ways with --first-use; without it the uplink refuses', async () => {
    const careful = ss(FIRST, '--service', 'unicast', '--ingress', '127.0.0.1:0', '--egress', down.address);
    const first = await careful.event('READY');
    await careful.event('KEY_REPLY');
    up.port.send(first.ingress, Buffer.from('not yet'));
    expect(await careful.event('REFUSED')).toMatchObject({ code: 'FIRST_USE' });
    expect(await careful.stop()).toBe(0);

    const bold = ss(FIRST, '--service', 'unicast', '--first-use', '--ingress', '127.0.0.1:0', '--egress', down.address);
    const second = await bold.event('READY');
    await bold.event('KEY_REPLY');
    up.port.send(second.ingress, Buffer.from('hello up'));
    expect(await up.next()).toBe('hello up');
    down.port.send(ready.subscribers[0].ingress, Buffer.from('hello down'));
    expect(await down.next()).toBe('hello down');
    expect(await bold.stop()).toBe(0);
  });

  test.each<[string, string, string[], number[]]>([
    ['a group without right', OTHER, ['--service', 'multicast', '--group', '5'], [8]],
    ['a group that is not configured', FIRST, ['--service', 'multicast', '--group', '6'], [8]],
    ['multicast without a group', FIRST, ['--service', 'multicast'], [8]],
    ['service type 9', FIRST, ['--service', '9'], [7]],
    ["another provider's broadcast", OTHER, ['--service', 'broadcast'], [2]],
    ['all of them', OTHER, ['--service', '1', '--service', '2', '--service', '9', '--group', '5'], [2, 7, 8]],
  ])('%s: refused, exit code 2', async (_, mac, args, errors) => {
    const station = ss(mac, ...args);
    expect(await station.end()).toBe(2);
    const rejects = station.lines.filter((l) => l.event === 'KEY_REJECT').map((l) => l.error);
    expect(rejects.sort()).toEqual(errors);
    expect(station.stdout).toContain(`{"event":"KEY_REJECT","error":${errors[0]}`);
    expect(station.lines.at(-1)).toMatchObject({ event: 'END', why: 'REFUSED' });
  });

  test('multicast is asked for once for each group; what one group refuses does not end it', async () => {
    const station = ss(
      FIRST,
      '--service',
      '1',
      '--group',
      '6',
      '--group',
      '5',
      '--egress',
      down.address,
      '--receive',
      '1',
    );
    expect(await station.event('KEY_REJECT')).toMatchObject({ groupId: 6, error: 8 });
    expect(await station.event('KEY_REPLY')).toMatchObject({ groupId: 5, said: 517 });
    down.port.send(ingressOf('news'), Buffer.from('both asked'));
    expect(await down.next()).toBe('both asked');
    expect(await station.end()).toBe(0);
    expect(await ss(FIRST, '--service', '1', '--group', '6', '--group', '7').end()).toBe(2);
  });

  test('a state that cannot be written at the end: exit code 4, and the counters all the same', async () => {
    const gone = join(folder, 'gone');
    mkdirSync(gone);
    const station = ss(FIRST, '--service', 'unicast', '--state', join(gone, 'ss.state'));
    await station.event('KEY_REPLY');
    renameSync(gone, `${gone}.away`); // in one step: the station may be writing just now
    expect(await station.stop()).toBe(4);
    expect(station.lines.at(-1)).toMatchObject({ event: 'END', why: 'SIGTERM' });
    expect(station.stderr).toContain('ss.state');
  });

  test('one refusal among several does not end it', async () => {
    const station = ss(FIRST, '--service', '9', '--service', 'broadcast', '--egress', down.address, '--receive', '1');
    await station.event('KEY_REJECT');
    await station.event('KEY_REPLY');
    down.port.send(ingressOf('alerts'), Buffer.from('storm'));
    expect(await down.next()).toBe('storm');
    expect(await station.end()).toBe(0);
  });

  test('a state file is held by one, belongs to one MAC address, and survives', async () => {
    const path = join(folder, 'ss.state');
    const args = ['--service', 'unicast', '--state', path];
    const station = ss(FIRST, ...args);
    await station.event('KEY_REPLY');
    expect(await ss(FIRST, ...args).end()).toBe(5);
    expect(await station.stop()).toBe(0);
    const state = JSON.parse(readFileSync(path, 'utf8'));
    expect(state.mac).toBe(FIRST);
    expect(await ss(OTHER, ...args).end()).toBe(5);
    writeFileSync(path, JSON.stringify({ ...state, echoes: !state.echoes }));
    const altered = ss(FIRST, ...args);
    expect(await altered.end()).toBe(5);
    expect(altered.stderr).toContain('STATE_FOREIGN');
    writeFileSync(path, JSON.stringify(state));
    const again = ss(FIRST, ...args);
    await again.event('KEY_REPLY');
    expect(await again.stop()).toBe(0);
  });

  test('killed and started again, a station with a state goes on: no packet number twice, nothing replayed', async () => {
    const path = join(folder, 'killed.state');
    const args = ['--service', 'unicast', '--state', path, '--ingress', '127.0.0.1:0'];
    const first = ss(OTHER, ...args, '--first-use');
    const { ingress } = await first.event('READY');
    await first.event('KEY_REPLY');
    for (const payload of ['one', 'two', 'three']) up.port.send(ingress, Buffer.from(payload));
    expect([await up.next(), await up.next(), await up.next()]).toEqual(['one', 'two', 'three']);
    await first.stop('SIGKILL');
    const second = ss(OTHER, ...args);
    const ready = await second.event('READY');
    await second.event('KEY_REPLY');
    up.port.send(ready.ingress, Buffer.from('four'));
    expect(await up.next()).toBe('four');
    expect(await second.stop()).toBe(0);
    expect(bs.lines.filter((l) => l.event === 'DROPPED' && l.code === 'REPLAY')).toEqual([]);
  });

  test('ends by SIGTERM with 0, its counters and a whole capture; no output ever held a key', async () => {
    expect(await bs.stop('SIGTERM')).toBe(0);
    const end = bs.lines.at(-1);
    expect(end).toMatchObject({ event: 'END', signal: 'SIGTERM' });
    expect(end.counters.pdusSealed).toBeGreaterThanOrEqual(6);
    for (const line of bs.stdout.trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
    const all = [bs.stdout, bs.stderr].join('\n').toLowerCase();
    for (let i = 0; i + 16 <= EXAMPLE_AK.length; i += 2) expect(all).not.toContain(EXAMPLE_AK.slice(i, i + 16));

    const capture = readPcap(readFileSync(pcap));
    expect(capture).toMatchObject({ ok: true, truncated: false });
    const trees = capture.ok ? capture.records.map((r) => describeBytes(patent, r.bytes)) : [];
    expect(trees.filter(isBroken)).toEqual([]);
    const shown = trees.map((tree) => treeLines(tree).join('\n'));
    const count = (word: string) => shown.filter((lines) => lines.includes(word)).length;
    expect(count('Key Request ')).toBe(count('Key Reply ') + count('Key Reject '));
    expect(shown.filter((lines) => lines.includes('ICV ')).length).toBe(
      end.counters.pdusSealed + end.counters.uplinkForwarded,
    );
  });
});

describe('other configurations', () => {
  test.each([
    { profile: 'vendor', suite: '020103', crc: 'reflected' },
    { profile: 'patent', suite: '020104', crc: 'none', replayWindow: 100 },
  ])('%j', async (change) => {
    const base = new Command(['bs', '--config', '-', '--json'], JSON.stringify({ ...JSON.parse(text), ...change }));
    commands.push(base);
    const { listen, services } = await base.event('READY');
    const args = [
      '--json',
      '--bs',
      listen,
      '--egress',
      down.address,
      '--service',
      '1',
      '--group',
      '5',
      '--receive',
      '1',
    ];
    const member = new Command(
      ['ss', '--config', '-', '--mac', FIRST, ...args],
      JSON.stringify({ ...JSON.parse(text), ...change }),
    );
    commands.push(member);
    await member.event('KEY_REPLY');
    down.port.send(services[0].ingress, Buffer.from(change.crc));
    expect(await down.next()).toBe(change.crc);
    expect(await member.end()).toBe(0);
    expect(await base.stop()).toBe(0);
  });
});
