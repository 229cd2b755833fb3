// A running base station that an operator speaks to: what is typed, what happens on the air, what subscriber stations say of it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseControl } from '../../cli/station/control.js';
import { EXAMPLE_AK, exampleConfig } from './example.js';
import { Mailbox } from './mailbox.js';
import { Command, type Line, run } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'tekcast-control-'));
const file = join(folder, 'cell.json');
const FIRST = '00:1b:11:c9:d5:0c';
const OTHER = '00:1b:11:c9:d5:0d';
const NEWS = 517;

function writeConfig(): void {
  const config = exampleConfig();
  Object.assign(config, { listen: '127.0.0.1:0', rekeying: { deadline: 4, coalesce: 0.1 } });
  for (const row of [...config.services, ...config.subscribers]) row.ingress = '127.0.0.1:0';
  for (const row of config.subscribers) Object.assign(row, { provider: 'acme', groups: [5] });
  writeFileSync(file, JSON.stringify(config));
}

beforeAll(writeConfig);
afterAll(() => rmSync(folder, { recursive: true }));

describe('what may be typed', () => {
  test.each<[string, object]>([
    ['rekey 517', { command: 'rekey', said: 517, dryRun: false }],
    ['rekey 517 --dry-run', { command: 'rekey', said: 517, dryRun: true }],
    ['rekey --quorum 0.5 517 --deadline 2', { command: 'rekey', said: 517, dryRun: false, quorum: 0.5, deadline: 2 }],
    ['{"command":"rekey","said":517,"dryRun":true}', { command: 'rekey', said: 517, dryRun: true }],
    ['hold 517', { command: 'hold', said: 517 }],
    ['evict 00:1B:11:C9:D5:0C  517', { command: 'evict', mac: FIRST, said: 517 }],
    [`{"command":"join","mac":"${FIRST}","said":517}`, { command: 'join', mac: FIRST, said: 517 }],
    ['status', { command: 'status' }],
  ])('%s', (line, command) => expect(parseControl(line)).toEqual(command));

  test.each([
    ['dance', 'commands are rekey'],
    ['constructor 517', 'commands are rekey'],
    ['rekey', 'rekey said: wrong number'],
    ['rekey 517 518', 'wrong number'],
    ['rekey news', 'said: must be a whole number 0..65535'],
    ['rekey 65536', 'said: must be'],
    ['rekey 517 --quorum 2', 'quorum: must be a number 0..1'],
    ['rekey 517 --quorum', 'quorum: must be'],
    ['hold 517 --dry-run', 'unknown field'],
    ['evict 517 00:1b:11:c9:d5:0c', 'mac: must be six bytes'],
    ['status 517', 'wrong number'],
    ['{"command":"rekey","said":517', 'not JSON'],
    ['{"command":"rekey","said":517,"colour":1}', 'unknown field'],
    ['{"command":"dance"}', 'commands are rekey'],
    ['{}', 'commands are rekey'],
  ])('refused: %s', (line, message) => expect(() => parseControl(line)).toThrow(message));
});

describe.sequential('a base station under control', () => {
  let bs: Command;
  let ready: Line;
  let ingress: string;
  let down: Mailbox[];
  let members: Command[];
  let answers = 0;
  let sent = 0;

  const ss = (mac: string, egress: string) => {
    const args = ['--bs', ready.listen, '--mac', mac, '--service', 'multicast', '--group', '5', '--egress', egress];
    return new Command(['ss', '--config', file, '--json', ...args]);
  };
  /** Types one line; its answer, which is the next one. */
  const say = async (line: string): Promise<Line> => {
    const nth = ++answers;
    bs.type(`${line}\n`);
    const given = () => bs.lines.filter((l) => l.event === 'CONTROL');
    await bs.line(() => given().length >= nth);
    return given()[nth - 1];
  };
  const news = async (): Promise<Line> => {
    const { services } = await say('status');
    return services.find((s: Line) => s.said === NEWS);
  };
  /** One payload to every mailbox. Hangs if one is lost. */
  const pass = async (to: readonly Mailbox[]) => {
    const payload = `payload ${++sent}`;
    down[0]?.port.send(ingress, Buffer.from(payload));
    for (const mailbox of to) expect(await mailbox.next()).toBe(payload);
  };
  const has = (command: Command, matches: (l: Line) => boolean) => command.lines.some(matches);

  beforeAll(async () => {
    down = [await Mailbox.open(), await Mailbox.open()];
    bs = new Command(['bs', '--config', file, '--json', '--control'], null);
    ready = await bs.event('READY');
    ingress = ready.services.find((s: Line) => s.said === NEWS).ingress;
    members = [ss(FIRST, down[0]?.address ?? ''), ss(OTHER, down[1]?.address ?? '')];
    for (const member of members) await member.event('KEY_REPLY');
  }, 60_000);
  afterAll(async () => {
    for (const command of [bs, ...members]) if (!command.ended) await command.stop('SIGKILL');
    for (const { port } of down) await port.close();
  });

  test('READY tells the worst key age: two stations, each with unicast, a group and the broadcast', () => {
    expect(ready.worstKeyAge).toEqual({ age: 43_200, storm: 0.1 + 12 / 2_000 + 4, members: 6 });
    expect(JSON.parse(bs.stderr.split('\n').find((l) => l.includes('READY')) ?? '').worstKeyAge).toEqual(
      ready.worstKeyAge,
    );
  });

  test('what is no command gets an error line that repeats nothing, and ends nothing', async () => {
    for (const line of ['dance', `rekey ${EXAMPLE_AK}`, '{"command":', 'x'.repeat(10_000)]) {
      expect(await say(line)).toMatchObject({ ok: false, code: 'USAGE' });
    }
    expect(await say('rekey 9')).toMatchObject({ ok: false, code: 'UNKNOWN_SERVICE' });
    expect(await say('rekey 768')).toMatchObject({ ok: false, code: 'NO_TEK' }); // nobody asked for the broadcast
    expect(await say('evict 00:00:00:00:00:01 517')).toMatchObject({ ok: false, code: 'UNKNOWN_SUBSCRIBER' });
    expect(bs.stdout).not.toContain(EXAMPLE_AK);
    expect(bs.stdout).not.toContain('dance');
    await pass(down);
  });

  test('a dry run says what would happen and changes nothing', async () => {
    const before = await news();
    expect(await say('rekey 517 --dry-run')).toMatchObject({
      ok: true,
      outcome: 'REKEY_PLANNED',
      members: 2,
      held: false,
    });
    expect(await bs.event('REKEY_PLANNED')).toMatchObject({ said: NEWS, members: 2 });
    await pass(down);
    expect(await news()).toEqual(before);
    expect(has(bs, (l) => l.event === 'REKEY_BEGUN')).toBe(false);
  });

  test('what is held waits for its release; then keys rotate, nothing is lost, and the stations tell of new keys', async () => {
    const before = await news();
    const worst = (await say('status')).worstKeyAge;
    expect(worst).toMatchObject({ age: 43_200, members: 2, groups: 1 });
    await say('hold 517');
    expect(await say('rekey 517')).toMatchObject({ ok: true, outcome: 'REKEY_HELD', why: 'OPERATOR' });
    await pass(down);
    expect(has(bs, (l) => l.event === 'REKEY_BEGUN')).toBe(false);
    expect(await news()).toMatchObject({ held: true, older: before.older });
    expect(await say('release 517')).toMatchObject({ ok: true, command: 'release' });
    expect(await bs.event('REKEY_BEGUN')).toMatchObject({ said: NEWS, why: 'OPERATOR', members: 2 });
    const switched = () => has(bs, (l) => l.event === 'REKEY_SWITCHED' && l.said === NEWS);
    while (!switched()) await pass(down);
    for (let i = 0; i < 10; i++) await pass(down);
    const next = (before.newer + 1) % 4;
    for (const member of members) {
      const got = await member.line((l) => l.event === 'KEY_REPLY' && l.newer === next);
      expect(got).toMatchObject({ said: NEWS, older: before.newer, fresh: true });
    }
    expect(await bs.event('REKEY_SWITCHED')).toMatchObject({ why: 'ALL', distributed: 2, members: 2 });
    expect(await news()).toMatchObject({ older: before.newer, newer: next, held: false });
  }, 60_000);

  test('an evicted station loses the traffic, its next request is rejected with 8, and joins again', async () => {
    const [stays, leaves] = members as [Command, Command];
    expect(await say(`evict ${OTHER} 517`)).toMatchObject({ ok: true, command: 'evict', mac: OTHER, said: NEWS });
    await bs.line((l) => l.event === 'REKEY_BEGUN' && l.why === 'LEAVE');
    const rejected = () => has(leaves, (l) => l.event === 'KEY_REJECT');
    while (!rejected()) await pass(down.slice(0, 1)); // after the switch it meets a key that it has not, and asks
    expect(await leaves.event('KEY_REJECT')).toMatchObject({ groupId: 5, error: 8 });
    expect(await bs.line((l) => l.event === 'KEY_REJECT' && l.mac === OTHER)).toMatchObject({ error: 8 });
    await leaves.stop();
    const again = ss(OTHER, down[1]?.address ?? '');
    expect(await again.end()).toBe(2);
    expect(again.lines.find((l) => l.event === 'KEY_REJECT')).toMatchObject({ error: 8 });
    await say(`join ${OTHER} 517`);
    const back = ss(OTHER, down[1]?.address ?? '');
    members.push(back);
    expect(await back.event('KEY_REPLY')).toMatchObject({ said: NEWS });
    expect(stays.ended).toBe(false);
  }, 60_000);

  test('it ends by a signal though standard input is open', async () => {
    expect(await bs.stop('SIGTERM')).toBe(0);
    expect(bs.lines.at(-1)).toMatchObject({ event: 'END', signal: 'SIGTERM' });
  });
});

describe('other ways to say it', () => {
  test('without --json the answers are text, one line each, and the end of input ends nothing', async () => {
    const bs = new Command(['bs', '--config', file, '--control'], 'status\nhold 517\n\nrekey\nrelease 517');
    const lines = await bs.text(4);
    expect(lines[0]).toMatch(/^ok status services=\[.*worstKeyAge=\{"storm":0,/);
    expect(lines.slice(1)).toEqual([
      'ok hold said=517',
      'error USAGE: rekey said: wrong number of words',
      'ok release said=517',
    ]);
    expect(bs.ended).toBe(false);
    expect(await bs.stop()).toBe(0);
  });

  test('standard input is one or the other', async () => {
    const { code, stderr } = await run(['bs', '--config', '-', '--control'], JSON.stringify(exampleConfig()));
    expect([code, stderr]).toEqual([64, expect.stringContaining('--control')]);
  });
});
