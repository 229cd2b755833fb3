// Random histories of a pool: batches, moves, recalls, deaths, refills, erasures, messages in any order. Whatever happens, no worker ever
// seals two packets under one (TEK, PN), also not one whose result nobody saw; and no PDU is handed out twice.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPool } from '../../bindings/pool/index.js';
import type { PoolTraffic } from '../../bindings/pool/types.js';
import { World } from './fake.js';
import { homeCore, type Sa, sa } from './support.js';

const SAS = 3;

const command = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('seal' as const),
      batch: fc.nat(2),
      which: fc.array(fc.nat(SAS - 1), { minLength: 1, maxLength: 6 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('open' as const), batch: fc.nat(2), skip: fc.nat(3) }) },
  { weight: 12, arbitrary: fc.record({ do: fc.constant('step' as const), worker: fc.nat(1), home: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('move' as const), which: fc.nat(2 * SAS - 1), to: fc.nat(1) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('recall' as const), which: fc.nat(2 * SAS - 1) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('die' as const), worker: fc.nat(1), drop: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('erase' as const), which: fc.nat(SAS - 1) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('home' as const), which: fc.nat(SAS - 1) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lease' as const), which: fc.nat(SAS - 1), more: fc.nat(9) }) },
);

describe('a pool under random histories', () => {
  it('uses no PN twice and hands no PDU out twice', async () => {
    const seen = { sealed: 0, unheard: 0, opened: 0, lost: 0, moved: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 20, maxLength: 150, size: 'max' }), async (commands) => {
        const home = homeCore({ slots: 32, windows: 16, packets: 16, arenaBytes: 16384, replayWindow: 64 });
        const world = new World();
        const wrong: string[] = []; // kept for the end: an error thrown inside a worker would only be that worker's end
        const used = new Set<string>();
        const pdus: { i: number; bytes: Uint8Array }[] = [];
        const use = (pdu: Uint8Array) => {
          const id = `${pdu[3]}.${pdu[4]} ${pdu[6]}.${pdu[7]}.${pdu[8]}.${pdu[9]}`; // CID, PN
          if (used.has(id)) wrong.push(`sealed twice: ${id}`);
          used.add(id);
        };
        // What a worker says it sealed counts from then on, heard or not.
        world.sealed = (message) => {
          if (message.did !== 'ran' || message.part === undefined) return;
          const { table, image } = message.part;
          for (let row = 0; row < table.length; row += 8) {
            const start = table[row + 6] as number;
            if (((table[row + 4] as number) & 0xff) !== 0 || start % 16 !== 6) continue; // refused; opened
            use(image.subarray(start, start + (table[row + 7] as number)));
            seen.unheard++;
          }
        };
        const refill: Promise<unknown>[] = [];
        const pool = await createPool({
          core: home,
          workers: 2,
          spawn: world.spawn,
          lease: 4,
          shared: false,
          packets: 16,
          arenaBytes: 16384,
          onLost: () => seen.lost++,
        });
        const place = [world.at(0), world.at(1)];
        for (const worker of place) worker.hold();
        const born = { lease: 40 };
        const seals = Array.from({ length: SAS }, (_, i) => sa(home, i, 'seal-down', born));
        const opens = Array.from({ length: SAS }, (_, i) => sa(home, i, 'open-down'));
        const leases = new Array<number>(SAS).fill(40);
        const handed = new Set<string>();
        const batches = [1, 2, 3].map(() => pool.traffic({ packets: 16, bytes: 2048 }));
        const collect = (batch: PoolTraffic, what: number[] | undefined) => {
          for (const [n, r] of [...batch.results()].entries()) {
            if (r.code !== '') continue;
            if (what !== undefined) {
              pdus.push({ i: what[n] as number, bytes: r.bytes.slice() });
              seen.sealed++;
            } else {
              const id = r.bytes.join();
              if (handed.has(id)) wrong.push(`handed out twice: ${id}`);
              handed.add(id);
              seen.opened++;
            }
          }
        };
        let payload = 0;
        const tick = async () => {
          for (let i = 0; i < 8; i++) await Promise.resolve();
        };
        for (const c of commands) {
          const batch = batches['batch' in c ? c.batch : 0] as PoolTraffic;
          switch (c.do) {
            case 'seal':
              if (batch.busy) break;
              for (const i of c.which) {
                payload++;
                batch.addPayload(seals[i] as Sa, Uint8Array.of(i, payload >> 8, payload));
              }
              batch.seal().then(
                () => collect(batch, c.which),
                () => batch.clear(),
              );
              break;
            case 'open': {
              if (batch.busy || pdus.length === 0) break;
              for (const { i, bytes } of pdus.slice(-4 - c.skip).slice(0, 4)) batch.addPdu(opens[i] as Sa, bytes);
              batch.open().then(
                () => collect(batch, undefined),
                () => batch.clear(),
              );
              break;
            }
            case 'step':
              if (c.home) place[c.worker]?.speak();
              else place[c.worker]?.work();
              break;
            case 'move':
              if (pool.info().workers[c.to]?.live) {
                pool.move(([...seals, ...opens][c.which] as Sa).key, c.to).catch(() => {});
                seen.moved++;
              }
              break;
            case 'recall':
              pool.recall(([...seals, ...opens][c.which] as Sa).key).catch(() => {});
              break;
            case 'die': {
              const other = pool.info().workers[1 - c.worker];
              if (!other?.live || !pool.info().workers[c.worker]?.live) break;
              if (c.drop) pool.drop(c.worker);
              else place[c.worker]?.die();
              const n = world.workers.length;
              refill.push(pool.refill());
              await world.until(() => world.workers.length > n); // its predecessor ended
              place[c.worker] = world.at(n);
              await world.until(() => pool.info().workers[c.worker]?.live === true);
              world.at(n).hold();
              break;
            }
            case 'erase': {
              const old = seals[c.which] as Sa;
              home.keys.erase(old.key);
              seals[c.which] = sa(home, c.which, 'seal-down', { lease: leases[c.which] as number });
              break;
            }
            case 'home': {
              const traffic = home.traffic({ packets: 1, bytes: 64 });
              traffic.addPayload(seals[c.which] as Sa, Uint8Array.of(9));
              if (traffic.seal() === 1) use(traffic.arena.subarray(traffic.start(0), traffic.end(0)));
              traffic.dispose();
              break;
            }
            case 'lease':
              (leases[c.which] as number) += c.more;
              home.keys.lease((seals[c.which] as Sa).key, leases[c.which] as number);
          }
          await tick();
        }
        for (const worker of world.workers) worker.flow();
        await Promise.all(refill);
        await Promise.all(batches.map((batch) => batch.idle()));
        await pool.close();
        home.dispose();
        expect(wrong).toEqual([]);
      }),
      { seed: 77, numRuns: 60 },
    );
    for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(20);
    expect(seen.unheard).toBeGreaterThan(seen.sealed);
  });
});
