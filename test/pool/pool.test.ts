// A pool of workers inside this process: the same results as one core, and what moving, dying, erasing and aborting lead to.
import { describe, expect, it } from 'vitest';
import type { Core } from '../../bindings/core/types.js';
import { createPool } from '../../bindings/pool/index.js';
import { canShare } from '../../bindings/pool/port.js';
import { codeOf, places } from '../core/support.js';
import { tohex } from '../support/hex.js';
import { Random } from '../support/random.js';
import { type FakeWorker, World } from './fake.js';
import { CRCS, fill, homeCore, outcome, payloads, pns, rejection, type Sa, sa, sas, start } from './support.js';

type Batch = ReturnType<Awaited<ReturnType<typeof createPool>>['traffic']>;

const MODES = [false, ...(canShare() ? [true] : [])];

describe.each(MODES)('a pool, shared memory %s', (shared) => {
  it.each(CRCS)('seals and opens as one core does, crc %s', async (crc) => {
    const random = new Random(31);
    const home = homeCore();
    const { pool } = await start(home, { shared, workers: 3 });
    expect(pool.info()).toMatchObject({ shared, workers: [{ live: true, loans: 0 }, { live: true }, { live: true }] });
    const one = homeCore({ seed: 6 });
    const [there, here] = [sas(home, 20), sas(one, 20)];
    const batch = pool.traffic({ packets: 200, bytes: 200_000, crc });
    const single = one.traffic({ packets: 200, bytes: 200_000, crc });
    const sealed: string[][] = [];
    const pdus: [number, Uint8Array][] = [];
    for (let round = 0; round < 3; round++) {
      for (const payload of [
        ...payloads(random, 150, 900),
        new Uint8Array(0),
        random.bytes(2040),
        random.bytes(5000),
      ]) {
        const i = random.between(0, 19);
        expect(batch.addPayload(there[i] as Sa, payload)).toBe(single.addPayload(here[i] as Sa, payload));
      }
      const done = single.seal(round);
      expect(await batch.seal(round)).toBe(done);
      expect(batch.length).toBe(153);
      expect(outcome(batch)).toEqual(outcome(single));
      expect(pns(batch)).toEqual(Array.from({ length: 153 }, (_, i) => single.code(i) || single.pn(i)));
      sealed.push(outcome(batch));
      for (const r of batch.results())
        if (r.bytes) pdus.push([((r.bytes[3] as number) << 8) + (r.bytes[4] as number) - 0x200, r.bytes.slice()]);
    }
    expect(new Set(sealed.flat().filter((s) => s.length > 20)).size).toBe(450);

    // Opened, some forged, some twice.
    const [thereOpen, hereOpen] = [sas(home, 20, 'open-down'), sas(one, 20, 'open-down')];
    for (let round = 0; round < 3; round++) {
      for (let n = 0; n < 150; n++) {
        const [i, pdu] = pdus[random.between(0, pdus.length - 1)] as [number, Uint8Array];
        const bytes = pdu.slice();
        if (n % 5 === 0) bytes[random.between(0, bytes.length - 1)] = random.between(0, 255);
        expect(batch.addPdu(thereOpen[i] as Sa, bytes)).toBe(single.addPdu(hereOpen[i] as Sa, bytes));
      }
      const done = single.open();
      expect(await batch.open()).toBe(done);
      expect(outcome(batch)).toEqual(outcome(single));
    }
    for (const [i, { key }] of [...there, ...thereOpen].entries()) {
      expect(await pool.recall(key)).toBe(true);
      expect(home.keys.counters(key)).toEqual(one.keys.counters([...here, ...hereOpen][i]?.key as never));
    }
    one.dispose();
    await pool.close();
  });

  it('takes rows of a table of its home, also when their TEKs move and are replaced', async () => {
    const random = new Random(33);
    const home = homeCore();
    const { pool } = await start(home, { shared, workers: 3 });
    const table = home.saTable(20);
    const list = sas(home, 20);
    for (const [i, one] of list.entries()) table.set(i, one);
    const [byRow, bySa] = [pool.traffic({ packets: 100, table }), pool.traffic({ packets: 100 })];
    const open = sas(home, 20, 'open-down');
    for (let round = 0; round < 3; round++) {
      const picks = Array.from({ length: 100 }, () => random.between(0, 19));
      const given = payloads(random, 100, 300);
      for (const [n, i] of picks.entries()) byRow.addPayload(i, given[n] as Uint8Array);
      if (round === 1) {
        await pool.move(list[0]?.key as never, 2);
        table.delete(19); // what was added goes out with the key that it was added with
      }
      expect(await byRow.seal()).toBe(100);
      if (round === 1) table.set(19, list[19] as Sa);
      for (const [n, { bytes }] of [...byRow.results()].entries())
        bySa.addPdu(open[picks[n] as number] as Sa, bytes?.slice() as Uint8Array);
      expect(await bySa.open()).toBe(100);
      expect(outcome(bySa)).toEqual(given.map(tohex));
    }
    expect(codeOf(() => byRow.addPayload(20, new Uint8Array(1)))).toBe('RANGE');
    expect(codeOf(() => byRow.addPdu(0, new Uint8Array(20)))).toBe('KEY_USE');
    expect(codeOf(() => bySa.addPayload(0, new Uint8Array(1)))).toBe('RANGE');
    expect(codeOf(() => pool.traffic({ packets: 1, table: homeCore().saTable(1) }))).toBe('WRONG_CORE');
    await pool.close();
  });

  it('takes packets together as one core does, all or none', async () => {
    const random = new Random(35);
    const [home, one] = [homeCore(), homeCore({ seed: 6 })];
    const { pool } = await start(home, { shared, workers: 3 });
    const tables = [home, one].map((core) => {
      const table = core.saTable(40);
      for (const [i, each] of [...sas(core, 20), ...sas(core, 20, 'open-down')].entries()) table.set(i, each);
      return table;
    });
    const batch = pool.traffic({ packets: 100, bytes: 60_000, crc: 'none', table: tables[0] as never });
    const single = one.traffic({ packets: 100, bytes: 60_000, crc: 'none', table: tables[1] as never });
    const many = (parts: Uint8Array[], first: number, start = 0) =>
      [
        Uint32Array.from(parts, (_, i) => first + ((7 * (start + i)) % 20)),
        Uint8Array.from(parts.flatMap((part) => [...part])),
        Uint16Array.from(parts, ({ length }) => length),
      ] as const;
    for (let round = 0; round < 3; round++) {
      const given = [...payloads(random, 60, 400), new Uint8Array(0), random.bytes(3000), random.bytes(2029)];
      for (const traffic of [batch, single]) {
        if (round === 0) expect(traffic.addPayload(3, new Uint8Array(9))).toBe(0);
        expect(traffic.addPayloads(...many(given.slice(0, 1), 0))).toBe(round === 0 ? 1 : 0);
        expect(traffic.addPayloads(...many(given.slice(1), 0, 1))).toBe(round === 0 ? 2 : 1);
        if (round > 0) continue;
        expect(traffic.addPayload(3, new Uint8Array(9))).toBe(given.length + 1);
      }
      if (round === 1) await pool.move(tables[0]?.get(7)?.key as never, 2); // laid out anew
      expect(await batch.seal()).toBe(single.seal());
      expect(outcome(batch)).toEqual(outcome(single));
      const pdus = Array.from(single.results(), ({ bytes }) => bytes?.slice() ?? new Uint8Array(3));
      pdus.splice(0, round === 0 ? 1 : 0);
      pdus.length = given.length;
      for (const traffic of [batch, single])
        expect(traffic.addPdus(...many(pdus, 20), new Uint32Array(pdus.length))).toBe(0);
      expect(await batch.open()).toBe(61);
      expect(single.open()).toBe(61);
      expect(outcome(batch)).toEqual(outcome(single));
    }
    const before = outcome(batch);
    const [rows, bytes, lengths] = many([random.bytes(9), random.bytes(9)], 0);
    expect(codeOf(() => batch.addPayloads(Uint32Array.of(0, 40), bytes, lengths))).toBe('RANGE');
    expect(codeOf(() => batch.addPayloads(Uint32Array.of(0, 20), bytes, lengths))).toBe('KEY_USE');
    expect(codeOf(() => batch.addPayloads(rows, bytes.subarray(1), lengths))).toBe('LENGTH');
    expect(codeOf(() => batch.addPayloads(...many(payloads(random, 101), 0)))).toBe('BATCH_FULL');
    expect(codeOf(() => batch.addPayloads(...many(Array(31).fill(new Uint8Array(2000)), 0)))).toBe('ARENA_FULL');
    expect(outcome(batch)).toEqual(before);
    expect(batch.addPayloads(rows, bytes, lengths)).toBe(0);
    const out = batch.seal();
    expect(codeOf(() => batch.addPayloads(rows, bytes, lengths))).toBe('BATCH_BUSY');
    expect(await out).toBe(2);
    one.dispose();
    await pool.close();
  });

  it('takes packets together: MBS with frames, and few of many by one worker', async () => {
    const home = homeCore();
    const { pool } = await start(home, { shared, workers: 6 });
    const table = home.saTable(12);
    for (let i = 0; i < 6; i++) {
      table.set(i, sa(home, i, 'seal-down', { cipher: 'mbs' }));
      table.set(6 + i, sa(home, i, 'open-down', { cipher: 'mbs' }));
    }
    const batch = pool.traffic({ packets: 60, bytes: 60_000, crc: 'none', table });
    const given = payloads(new Random(36), 60, 400);
    // The first of six workers gets 55 of 60 packets, the others one each.
    const rows = Uint32Array.from(given, (_, i) => (i < 55 ? 0 : i - 54));
    batch.addPayloads(
      rows,
      Uint8Array.from(given.flatMap((p) => [...p])),
      Uint16Array.from(given, (p) => p.length),
    );
    expect(await batch.seal()).toBe(60);
    const frames = Uint32Array.from(given, (_, i) => batch.pn(i));
    const pdus = Array.from(batch.results(), ({ bytes }) => bytes?.slice() as Uint8Array);
    const lengths = Uint16Array.from(pdus, (p) => p.length);
    batch.addPdus(
      rows.map((row) => 6 + row),
      Uint8Array.from(pdus.flatMap((p) => [...p])),
      lengths,
      frames,
    );
    expect(await batch.open()).toBe(60);
    expect(outcome(batch)).toEqual(given.map(tohex));
    await pool.close();
  });

  it('leaves nothing of one batch in another, nor after it is cleared', async () => {
    const home = homeCore();
    const { pool } = await start(home, { shared, workers: 1 });
    const table = home.saTable(1);
    table.set(0, sa(home, 0));
    const [a, b] = [0, 1].map(() => pool.traffic({ packets: 64, bytes: 20_000, crc: 'none', table })) as [Batch, Batch];
    const mark = new Random(37).bytes(16);
    const marked = Uint8Array.from(Array.from({ length: 40 }, () => [...mark, ...mark]).flat());
    a.addPayloads(new Uint32Array(40), marked, new Uint16Array(40).fill(32));
    b.addPayloads(new Uint32Array(60), new Uint8Array(0), new Uint16Array(60));
    expect([await a.seal(), await b.seal()]).toEqual([40, 0]);
    const sealed = [...a.results()].map(({ bytes }) => bytes?.slice(10, 26) as Uint8Array);
    for (const bytes of [mark, ...sealed]) expect(places(b.arena, bytes)).toEqual([]);
    expect(b.arena.some((byte) => byte !== 0)).toBe(false);
    a.clear();
    for (const bytes of [mark, ...sealed]) expect(places(a.arena, bytes)).toEqual([]);
    await pool.close();
  });

  it('adds none together without workers, keeps what was there, and all of them after a refill', async () => {
    const home = homeCore();
    const { pool } = await start(home, { shared, workers: 1 });
    const table = home.saTable(2);
    for (const i of [0, 1]) table.set(i, sa(home, i));
    const batch = pool.traffic({ packets: 100, bytes: 4000, crc: 'none', table });
    const many = (n: number, length: number, row: number) =>
      [new Uint32Array(n).fill(row), new Random(38).bytes(n * length), new Uint16Array(n).fill(length)] as const;
    batch.addPayloads(...many(10, 1, 0));
    expect(await batch.seal()).toBe(10);
    const before = outcome(batch);
    pool.drop(0);
    for (let i = 0; i < 5; i++) expect(codeOf(() => batch.addPayloads(...many(1, 1500, 1)))).toBe('NO_WORKER');
    expect(outcome(batch)).toEqual(before);
    await pool.refill();
    expect(batch.addPayloads(...many(30, 1, 0))).toBe(0);
    pool.drop(0);
    expect(codeOf(() => batch.addPayloads(...many(1, 1500, 1)))).toBe('NO_WORKER');
    await pool.refill();
    expect(batch.addPayloads(...many(1, 1500, 1))).toBe(30);
    expect(await batch.seal()).toBe(31);
    const back = home.saTable(2);
    for (const i of [0, 1]) back.set(i, sa(home, i, 'open-down'));
    const up = pool.traffic({ packets: 100, bytes: 4000, crc: 'none', table: back });
    const pdus = Array.from(batch.results(), ({ bytes }) => bytes?.slice() as Uint8Array);
    for (const [i, pdu] of pdus.entries()) up.addPdu(i < 30 ? 0 : 1, pdu);
    expect(await up.open()).toBe(31);
    const [, small] = many(30, 1, 0);
    const [, large] = many(1, 1500, 1);
    expect(outcome(up)).toEqual([...[...small].map((byte) => tohex(Uint8Array.of(byte))), tohex(large)]);
    await pool.close();
  });

  it('takes bytes that lie anywhere in their buffers', async () => {
    const random = new Random(32);
    const home = homeCore();
    const { pool } = await start(home, { shared });
    const batch = pool.traffic({ packets: 512, bytes: 400_000, crc: 'none' });
    const lying = (bytes: Uint8Array, at: number) => {
      const buffer = new Uint8Array(at + bytes.length);
      buffer.set(bytes, at);
      return buffer.subarray(at);
    };
    const given: Uint8Array[] = [];
    for (const length of [5, 64, 511, 512, 513, 1500, 2027])
      for (let at = 0; at < 17; at++) given.push(lying(random.bytes(length), at));
    const [seals, opens] = [sa(home, 0), sa(home, 0, 'open-down')];
    for (const payload of given) batch.addPayload(seals, payload);
    expect(await batch.seal()).toBe(given.length);
    const pdus = Array.from(batch.results(), (r, i) => lying(r.bytes as Uint8Array, i % 17));
    for (const pdu of pdus) batch.addPdu(opens, pdu);
    expect(await batch.open()).toBe(given.length);
    expect(outcome(batch)).toEqual(given.map(tohex));
  });

  it('seals MBS as one core does', async () => {
    const home = homeCore();
    const { pool } = await start(home, { shared });
    const one = homeCore({ seed: 6 });
    const make = (core: Core) => [0, 1, 2].map((i) => sa(core, i, 'seal-down', { cipher: 'mbs', firstPn: 0 }));
    const [there, here] = [make(home), make(one)];
    const batch = pool.traffic({ packets: 9 });
    const single = one.traffic({ packets: 9 });
    for (const target of [batch, single])
      for (let i = 0; i < 9; i++)
        target.addPayload((target === batch ? there : here)[i % 3] as Sa, new Uint8Array(40).fill(i));
    single.seal();
    await batch.seal();
    expect(outcome(batch)).toEqual(outcome(single));
    const [open, oneOpen] = [home, one].map((core) => sa(core, 1, 'open-down', { cipher: 'mbs' })) as [Sa, Sa];
    const pdu = [...batch.results()][1]?.bytes?.slice() as Uint8Array;
    batch.addPdu(open, pdu, batch.pn(1) & 0xffffff);
    single.addPdu(oneOpen, pdu, single.pn(1) & 0xffffff);
    single.open();
    await batch.open();
    expect(outcome(batch)).toEqual(outcome(single));
    expect(outcome(batch)[0]).toMatch(/^0101/);
    one.dispose();
  });

  it('gives a TEK to one worker, all TEKs about evenly', async () => {
    const home = homeCore();
    const { pool } = await start(home, { shared, workers: 3 });
    const list = sas(home, 9);
    const batch = pool.traffic({ packets: 27 });
    fill(batch, list, 27);
    await batch.seal();
    const where = list.map(({ key }) => pool.where(key));
    expect(pns(batch)).toEqual(Array.from({ length: 27 }, (_, i) => 1 + Math.floor(i / 9)));
    expect(pool.info().workers.map((w) => w.loans)).toEqual([3, 3, 3]);
    fill(batch, list, 9);
    await batch.seal();
    expect(list.map(({ key }) => pool.where(key))).toEqual(where);
    const traffic = home.traffic({ packets: 1 });
    traffic.addPayload(list[0] as Sa, Uint8Array.of(1));
    expect(traffic.seal()).toBe(0);
    expect(traffic.code(0)).toBe('LENT');
  });

  it('lends more PNs as they are used, never beyond the lease at home', async () => {
    const home = homeCore();
    const { pool } = await start(home, { shared, lease: 3 });
    const one = sa(home, 0, 'seal-down', { lease: 9 });
    const batch = pool.traffic({ packets: 8 });
    fill(batch, [one], 5);
    await batch.seal();
    expect(pns(batch)).toEqual([1, 2, 3, 4, 5]);
    expect(home.keys.counters(one.key).nextPn).toBe(7);
    fill(batch, [one], 5);
    expect(await batch.seal()).toBe(3);
    expect(pns(batch)).toEqual([6, 7, 8, 'LEASE', 'LEASE']);
    home.keys.lease(one.key, 11);
    fill(batch, [one], 3);
    await batch.seal();
    expect(pns(batch)).toEqual([9, 10, 'LEASE']);
    expect(await pool.recall(one.key)).toBe(true);
    expect(home.keys.counters(one.key)).toMatchObject({ nextPn: 11, packets: 10 });
  });

  it('moves a TEK while batches are out, queued and being filled', async () => {
    const home = homeCore();
    const { pool, world } = await start(home, { shared });
    const [a, b] = sas(home, 2) as [Sa, Sa];
    const [x, y, z] = [pool.traffic({ packets: 8 }), pool.traffic({ packets: 8 }), pool.traffic({ packets: 8 })];
    for (const worker of world.workers) worker.hold();
    fill(x, [a, b], 4);
    const first = x.seal();
    expect([pool.where(a.key), pool.where(b.key)]).toEqual([0, 1]);
    fill(z, [b, a], 4); // laid out for the old worker
    const moved = pool.move(a.key, 1);
    expect(pool.where(a.key)).toBe(1);
    fill(y, [a, b], 4);
    const second = y.seal();
    const third = z.seal();
    for (const worker of world.workers) worker.flow();
    expect(await moved).toBe(true);
    await Promise.all([first, second, third]);
    expect([x, y, z].map(pns)).toEqual([
      [1, 1, 2, 2],
      [3, 3, 4, 4],
      [5, 5, 6, 6],
    ]);
    expect(pool.info().workers.map((w) => w.loans)).toEqual([0, 2]);
    expect(await pool.move(a.key, 1)).toBe(true);
    expect(await pool.move(a.key, 0)).toBe(true);
    fill(x, [a], 1);
    await x.seal();
    expect(pns(x)).toEqual([7]);
    expect(pool.info().workers.map((w) => w.loans)).toEqual([1, 1]);
  });

  it('takes a replay window along', async () => {
    const home = homeCore();
    const { pool } = await start(home, { shared });
    const seal = sa(home, 0);
    const open = sa(home, 0, 'open-down');
    const batch = pool.traffic({ packets: 8 });
    fill(batch, [seal], 5);
    await batch.seal();
    const pdus = Array.from(batch.results(), (r) => r.bytes?.slice() as Uint8Array);
    const opened = async (...which: number[]) => {
      for (const i of which) batch.addPdu(open, pdus[i] as Uint8Array);
      await batch.open();
      return outcome(batch).map((s) => (s === 'REPLAY' ? s : ''));
    };
    expect(await opened(0, 3)).toEqual(['', '']);
    await pool.move(open.key, 1);
    expect(await opened(0, 1, 3)).toEqual(['REPLAY', '', 'REPLAY']);
    await pool.recall(open.key);
    const traffic = home.traffic({ packets: 3 });
    for (const i of [1, 2, 4]) traffic.addPdu(open, pdus[i] as Uint8Array);
    traffic.open();
    expect([0, 1, 2].map((i) => traffic.code(i))).toEqual(['REPLAY', '', '']);
    expect(await opened(2, 4)).toEqual(['REPLAY', 'REPLAY']);
  });

  it('names the packets that a dead worker held, and goes on beyond its lease', async () => {
    const home = homeCore();
    const { pool, world, losses } = await start(home, { shared, lease: 100 });
    const list = sas(home, 4);
    const x = pool.traffic({ packets: 16 });
    const y = pool.traffic({ packets: 16 });
    fill(x, list, 8);
    await x.seal();
    const victim = world.at(0);
    victim.hold();
    fill(x, list, 8);
    const out = x.seal();
    victim.work(); // it has sealed them, and cannot say so any more
    fill(y, list, 8);
    victim.die();
    expect(await out).toBe(4);
    expect(pns(x)).toEqual(['WORKER_LOST', 3, 'WORKER_LOST', 3, 'WORKER_LOST', 4, 'WORKER_LOST', 4]);
    expect(Array.from(x.results(), (r) => r.code)).toEqual(pns(x).map((pn) => (typeof pn === 'string' ? pn : '')));
    expect(losses).toMatchObject([{ worker: 0, reason: 'EXIT', packets: 4 }]);
    expect(losses[0]?.keys.map((key) => list.findIndex((sa) => sa.key === key))).toEqual([0, 2]);
    expect(pool.info().workers).toMatchObject([
      { live: false, loans: 0 },
      { live: true, loans: 2 },
    ]);
    await y.seal();
    expect(pns(y)).toEqual([101, 5, 101, 5, 102, 6, 102, 6]);
    expect(await pool.refill()).toBe(2);
    await pool.move(list[0]?.key as never, 0);
    fill(y, list, 4);
    await y.seal();
    expect(pns(y)).toEqual([103, 7, 103, 7]);
    expect(pool.where(list[0]?.key as never)).toBe(0);
    await pool.close();
    expect(home.keys.counters(list[0]?.key as never).nextPn).toBe(104);
  });

  it('accepts no PDU again that it handed out before its worker died', async () => {
    const home = homeCore();
    const { pool, world } = await start(home, { shared, workers: 2 });
    const seal = sa(home, 0);
    const open = sa(home, 0, 'open-down');
    const batch = pool.traffic({ packets: 8 });
    fill(batch, [seal], 6);
    await batch.seal();
    const pdus = Array.from(batch.results(), (r) => r.bytes?.slice() as Uint8Array);
    for (const i of [0, 3]) batch.addPdu(open, pdus[i] as Uint8Array);
    await batch.open();
    const at = pool.where(open.key) as number;
    world.at(at).hold();
    batch.addPdu(open, pdus[4] as Uint8Array); // never handed out
    const out = batch.open();
    world.at(at).die();
    await out;
    expect(outcome(batch)).toEqual(['WORKER_LOST']);
    for (const i of [0, 1, 3, 4, 5]) batch.addPdu(open, pdus[i] as Uint8Array);
    await batch.open();
    expect(outcome(batch)).toEqual(['REPLAY', 'REPLAY', 'REPLAY', '04', '05']);
  });
});

describe('a pool', () => {
  it('stops sealing under what its home erased', async () => {
    const home = homeCore({ slots: 8 });
    const { pool, world } = await start(home);
    const [a, b] = sas(home, 2) as [Sa, Sa];
    const batch = pool.traffic({ packets: 8 });
    fill(batch, [a, b], 4);
    await batch.seal();
    fill(batch, [a, b], 4);
    home.keys.erase(a.key);
    expect(await batch.seal()).toBe(2);
    expect(pns(batch)).toEqual(['KEY_ERASED', 3, 'KEY_ERASED', 4]);
    const c = sa(home, 7); // the same slot, another TEK
    expect(c.key.slot).toBe(a.key.slot);
    fill(batch, [a, b, c], 3);
    await batch.seal();
    expect(pns(batch)).toEqual(['KEY_ERASED', 5, 1]);
    home.keys.erase(c.key);
    expect([pool.sweep(), pool.sweep()]).toEqual([1, 0]);
    expect(await pool.recall(c.key)).toBe(false);
    expect(pool.where(c.key)).toBeUndefined();
    const again = sa(home, 0); // the first TEK once more: on where its loan ended
    fill(batch, [again], 1);
    await batch.seal();
    expect(pns(batch)).toEqual([1 + 65536]);
    // Erased while on its way home, its slot taken by another TEK.
    for (const worker of world.workers) worker.hold();
    const back = pool.recall(again.key);
    home.keys.erase(again.key);
    const d = sa(home, 9);
    expect(d.key.slot).toBe(again.key.slot);
    fill(batch, [d], 2);
    const out = batch.seal();
    for (const worker of world.workers) worker.flow();
    expect(await back).toBe(false);
    await out;
    expect(pns(batch)).toEqual([1, 2]);
    expect(await pool.recall(d.key)).toBe(true);
  });

  it('keeps packets whose wait was given up before they went out, uses no PN for them', async () => {
    const home = homeCore();
    const { pool, world } = await start(home);
    const one = sa(home, 0);
    const batch = pool.traffic({ packets: 8 });
    fill(batch, [one], 2);
    const reason = new Error('given up');
    expect(await rejection(batch.seal(0, AbortSignal.abort(reason)))).toBe('Error: given up');
    await batch.seal();
    world.at(0).hold();
    const back = pool.recall(one.key);
    fill(batch, [one], 2);
    const control = new AbortController();
    const out = batch.seal(0, control.signal); // waits for the note
    expect(batch.busy).toBe(true);
    control.abort(reason);
    expect(await rejection(out)).toBe('Error: given up');
    expect(batch.busy).toBe(false);
    world.at(0).flow();
    expect(await back).toBe(true);
    expect(home.keys.counters(one.key).nextPn).toBe(3);
    await batch.seal();
    expect(pns(batch)).toEqual([3, 4]);
  });

  it('hands out late what was given up while it was out', async () => {
    const home = homeCore();
    const { pool, world } = await start(home);
    const one = sa(home, 0);
    const batch = pool.traffic({ packets: 8 });
    world.at(0).hold();
    fill(batch, [one], 2);
    const control = new AbortController();
    const out = batch.seal(0, control.signal);
    control.abort();
    expect(await rejection(out)).not.toBe('');
    expect(batch.busy).toBe(true);
    for (const call of [() => batch.addPayload(one, Uint8Array.of(1)), () => batch.clear(), () => batch.dispose()])
      expect(codeOf(call)).toBe('BATCH_BUSY');
    expect(codeOf(() => batch.code(0))).toBe('BATCH_OPEN');
    expect(await rejection(batch.seal())).toBe('BATCH_BUSY');
    world.at(0).flow();
    await batch.idle();
    await batch.idle();
    expect(pns(batch)).toEqual([1, 2]);
  });

  it('says what is wrong with a call', async () => {
    const home = homeCore();
    const other = homeCore();
    const { pool } = await start(home);
    const seal = sa(home, 0);
    const open = sa(home, 0, 'open-down');
    const batch = pool.traffic({ packets: 2, bytes: 64 });
    const one = Uint8Array.of(1);
    expect(codeOf(() => batch.addPayload(open, one))).toBe('KEY_USE');
    expect(codeOf(() => batch.addPdu(seal, one))).toBe('KEY_USE');
    expect(codeOf(() => batch.addPayload(sa(other, 0), one))).toBe('WRONG_CORE');
    expect(codeOf(() => batch.code(0))).toBe('RANGE');
    batch.addPayload(seal, one);
    expect(codeOf(() => batch.addPdu(open, one))).toBe('BATCH_MIXED');
    expect(await rejection(batch.open())).toBe('BATCH_MIXED');
    expect(codeOf(() => batch.addPayload(seal, new Uint8Array(64)))).toBe('ARENA_FULL');
    batch.addPayload(seal, one);
    expect(codeOf(() => batch.addPayload(seal, one))).toBe('BATCH_FULL');
    expect(await batch.seal()).toBe(2);
    expect(codeOf(() => batch.code(2))).toBe('RANGE');
    expect(batch.arena.some((byte) => byte !== 0)).toBe(true);
    batch.clear();
    expect(batch.arena.every((byte) => byte === 0)).toBe(true);
    expect(await batch.seal()).toBe(0);
    batch.dispose();
    batch.dispose();
    expect(codeOf(() => batch.addPayload(seal, one))).toBe('DISPOSED');
    for (const options of [
      { packets: 0 },
      { packets: 513 },
      { packets: 1, bytes: 2 << 20 },
      { packets: 1, crc: 'x' as never },
    ])
      expect(codeOf(() => pool.traffic(options))).toBe('RANGE');
    expect(pool.traffic({ packets: 512 }).arena).toHaveLength(2 * ((1 << 19) + 16 * 512)); // the pool has no 512 × 2,048
    expect(codeOf(() => pool.move(seal.key, 2))).toBe('RANGE');
    for (const workers of [0, 65, 1.5]) expect(await rejection(createPool({ core: home, workers }))).toBe('RANGE');
    expect(await rejection(createPool({ core: home, workers: 1, lease: 0 }))).toBe('RANGE');
  });

  it('without workers keeps the packets and says so', async () => {
    const home = homeCore();
    const { pool, losses } = await start(home, { workers: 1 });
    const one = sa(home, 0);
    const batch = pool.traffic({ packets: 8 });
    fill(batch, [one], 2);
    pool.drop(0);
    pool.drop(0);
    expect(losses).toEqual([{ worker: 0, reason: 'DROPPED', keys: [], packets: 0 }]);
    expect(await rejection(batch.seal())).toBe('NO_WORKER');
    expect(codeOf(() => pool.move(one.key, 0))).toBe('NO_WORKER');
    expect(await pool.refill()).toBe(1);
    expect(await batch.seal()).toBe(2);
    expect(pns(batch)).toEqual([1, 2]);
  });

  it('ends what it started when one worker does not start', async () => {
    const home = homeCore();
    const used = home.info().slotsUsed;
    const world = new World();
    let n = 0;
    const spawn = () => {
      const worker = world.spawn() as FakeWorker;
      if (++n === 2) queueMicrotask(() => worker.die());
      return worker;
    };
    expect(await rejection(createPool({ core: home, workers: 2, spawn }))).toBe('WORKER_FAILED');
    expect(world.workers.map((w) => w.dead)).toEqual([true, true]);
    const refuse = () => {
      throw new Error('no more threads');
    };
    expect(await rejection(createPool({ core: home, workers: 2, spawn: refuse }))).toBe('Error: no more threads');
    const bad = { core: home, workers: 1, spawn: world.spawn, arenaBytes: 2 ** 30, packets: 2 ** 20 };
    expect(await rejection(createPool({ ...bad, module: {} as WebAssembly.Module }))).not.toBe('');
    const control = new AbortController();
    const waiting = rejection(createPool({ core: home, workers: 2, spawn: world.spawn, signal: control.signal }));
    control.abort(new Error('too slow'));
    expect(await waiting).toBe('Error: too slow');
    expect(home.info().slotsUsed).toBe(used);
  });

  it('brings everything home when it is closed', async () => {
    const home = homeCore();
    const { pool, world } = await start(home);
    const list = sas(home, 3);
    const used = home.info().slotsUsed - 2;
    const batch = pool.traffic({ packets: 8 });
    fill(batch, list, 6);
    const out = batch.seal();
    const closed = pool.close();
    await out;
    expect(pns(batch)).toEqual([1, 1, 1, 2, 2, 2]);
    await closed;
    await pool.close();
    expect(world.workers.every((w) => w.dead)).toBe(true);
    expect(home.info().slotsUsed).toBe(used);
    for (const { key } of list) expect(home.keys.counters(key)).toMatchObject({ nextPn: 3, packets: 2 });
    expect(codeOf(() => fill(batch, list, 1))).toBe('NO_WORKER');
    expect(await rejection(batch.seal())).toBe('DISPOSED');
    expect(codeOf(() => pool.traffic({ packets: 1 }))).toBe('DISPOSED');
  });
});
