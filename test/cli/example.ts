// A configuration as JSON, to be changed by tests. The AK is the published example of PKMv2's derivations.
export const EXAMPLE_AK = 'd7eaa9683c377b76a2385b8454b57ae7c9ad3224';

export function exampleConfig() {
  return {
    bsid: '00:00:00:00:00:05',
    provider: 'acme',
    profile: 'patent',
    suite: '020104',
    listen: '127.0.0.1:16016',
    tekLifetime: 43_200,
    crc: 'msb',
    services: [
      { type: 'multicast', groupId: 5, said: 517, cid: 65_189, name: 'news', ingress: '127.0.0.1:16105' },
      { type: 'broadcast', said: 768, cid: 65_200, name: 'alerts', ingress: '127.0.0.1:16100' },
    ],
    subscribers: [
      {
        mac: '00:1b:11:c9:d5:0c',
        provider: 'acme',
        basicCid: 16,
        primaryCid: 336,
        transportCid: 1040,
        ak: EXAMPLE_AK,
        akSequence: 3,
        groups: [5],
        ingress: '127.0.0.1:16110',
      },
      {
        mac: '00:1b:11:c9:d5:0d',
        provider: 'other',
        basicCid: 17,
        primaryCid: 337,
        transportCid: 1041,
        ak: '000102030405060708090a0b0c0d0e0f10111213',
        akSequence: 0,
        groups: [] as number[],
        ingress: '127.0.0.1:16111',
      },
    ],
  };
}
