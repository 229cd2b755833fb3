// What a pool of threads seals, opened by node:crypto from the standard's text alone.
import { createDecipheriv } from 'node:crypto';
import { expect, it } from 'vitest';
import { createPool } from '../../bindings/pool/index.js';
import { Random } from '../support/random.js';
import { realSpawn } from './spawn.js';
import { homeCore, payloads, type Sa, sas } from './support.js';

it('is opened by node:crypto, each (TEK, PN) once, over moves', async () => {
  const random = new Random(51);
  const home = homeCore();
  const pool = await createPool({ core: home, workers: 2, spawn: await realSpawn(), lease: 16, packets: 256 });
  const list = sas(home, 8);
  const batch = pool.traffic({ packets: 200 });
  const nonces = new Set<string>();
  for (let round = 0; round < 6; round++) {
    const sent = payloads(random, 200, 600);
    for (const [i, payload] of sent.entries()) batch.addPayload(list[i % 8] as Sa, payload);
    const out = batch.seal();
    const moving = pool.move((list[round] as Sa).key, round % 2);
    expect(await out).toBe(200);
    for (const [i, r] of [...batch.results()].entries()) {
      const pdu = Buffer.from(r.bytes as Uint8Array);
      // 802.16 §7.5.1.2: nonce = first 5 header bytes | 4 zero | PN as it is on the air
      const pn = pdu.subarray(6, 10);
      const nonce = Buffer.concat([pdu.subarray(0, 5), Buffer.alloc(4), pn]);
      const open = createDecipheriv('aes-128-ccm', Buffer.alloc(16, (i % 8) + 1), nonce, { authTagLength: 8 });
      open.setAuthTag(pdu.subarray(-12, -4));
      const plain = Buffer.concat([open.update(pdu.subarray(10, -12)), open.final()]);
      expect(plain.equals(sent[i] as Uint8Array)).toBe(true);
      nonces.add(`${i % 8} ${pn.toString('hex')}`);
    }
    expect(await moving).toBe(true);
  }
  expect(nonces.size).toBe(1200);
  await pool.close();
  for (const { key } of list) expect(home.keys.counters(key)).toMatchObject({ nextPn: 151, packets: 150 });
  home.dispose();
});
