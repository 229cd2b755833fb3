// Property 8: the JavaScript heap does not grow with the number of packets.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { birth, testingCore } from './support.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

it('no object is made for a packet', () => {
  const core = testingCore({ packets: 2000, arenaBytes: 1 << 20 });
  const tek = new Uint8Array(16);
  const sealer = core.sa({ key: core.keys.put(tek, birth('seal-down', 1)).key, eks: 0, cid: 1 });
  const opener = { key: core.keys.put(tek, birth('open-down', 2)).key, eks: 0, cid: 1 };
  const down = core.traffic({ packets: 1000, bytes: 100_000, crc: 'none' });
  const up = core.traffic({ packets: 1000, bytes: 100_000, crc: 'none' });
  const payload = new Uint8Array(20);
  const pdu = new Uint8Array(38);
  let total = 0;
  const batch = () => {
    for (let i = 0; i < 1000; i++) down.addPayload(sealer, payload);
    down.seal(5);
    for (let i = 0; i < 1000; i++) {
      const at = down.start(i);
      for (let j = 0; j < 38; j++) pdu[j] = down.arena[at + j] as number;
      up.addPdu(opener, pdu);
    }
    up.open(6);
    for (let i = 0; i < 1000; i++) if (up.code(i) === '') total += up.end(i) - up.start(i);
  };
  const grown = () => {
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 50; i++) batch();
    return process.memoryUsage().heapUsed - before;
  };
  // The first times may be of code that is not compiled yet, which makes numbers as objects. What a packet makes, it makes every time.
  const least = Math.min(...Array.from({ length: 6 }, grown));
  expect(total).toBe(6 * 50 * 1000 * 20);
  expect(least).toBeLessThan(50_000 * 8); // 50,000 packets both ways: the smallest object would take 12 bytes or more each
});
