// Who plays: one BS, six SSs, what each asks for and what must come of it. Keys are made anew for every run and stay in memory.
import { randomBytes } from 'node:crypto';

/**
 * Seconds. Every half of it the TEK of a service is replaced. Lifetimes are told in whole seconds, rounded down, so an SS may
 * believe a TEK to end up to a second early; it goes on opening for an eighth of the lifetime. That must cover the second and,
 * besides, a machine that stands still for most of another while packets are under way.
 */
export const TEK_LIFETIME = 16;
/** Rotations that must happen while the stream runs. */
export const LEAST_REKEYS = 2;

const GROUP = 5;
/** The first SS's basic CID is the SAID of its unicast service. */
export const SAID = { unicast: 1, news: 517, alerts: 768 } as const;
const ANY_PORT = '127.0.0.1:0';

/** One thing one SS asks for. */
export interface Request {
  /** A name, or a service type that has none. */
  readonly service: 'unicast' | 'multicast' | 'broadcast' | number;
  readonly serviceType: number;
  readonly groupId: number | null;
  /** What must be answered: undefined is a Key Reply, a number the error code of a Key Reject. */
  readonly refusal: number | undefined;
  /** Which SAID carries the traffic it then receives. */
  readonly said: number | undefined;
}

export interface Player {
  readonly mac: string;
  readonly provider: string;
  readonly groups: readonly number[];
  readonly basicCid: number;
  /** In words, for the story. */
  readonly part: string;
  /** Asked one after the other, each after the answer to the one before. */
  readonly requests: readonly Request[];
}

const multicast = (refusal?: number): Request => ({
  service: 'multicast',
  serviceType: 1,
  groupId: GROUP,
  refusal,
  said: refusal === undefined ? SAID.news : undefined,
});
const broadcast = (refusal?: number): Request => ({
  service: 'broadcast',
  serviceType: 2,
  groupId: null,
  refusal,
  said: refusal === undefined ? SAID.alerts : undefined,
});

type Part = Pick<Player, 'part' | 'requests'> & Partial<Pick<Player, 'provider' | 'groups'>>;

const PARTS: readonly Part[] = [
  {
    part: 'unicast',
    requests: [{ service: 'unicast', serviceType: 0, groupId: null, refusal: undefined, said: SAID.unicast }],
  },
  { part: 'member of group 5', groups: [GROUP], requests: [multicast()] },
  { part: 'member of group 5', groups: [GROUP], requests: [multicast()] },
  {
    part: 'no right to group 5',
    requests: [multicast(8), { service: 9, serviceType: 9, groupId: null, refusal: 7, said: undefined }],
  },
  { part: 'broadcast listener', requests: [broadcast()] },
  { part: "another provider's", provider: 'other', requests: [broadcast(2)] },
];

/** Six players. */
export const CAST: readonly Player[] = PARTS.map(({ part, requests, provider = 'acme', groups = [] }, i) => ({
  part,
  requests,
  provider,
  groups,
  mac: `00:1b:11:00:00:0${i + 1}`,
  basicCid: i + 1,
}));

/** A configuration for the BS and, for each SS, one with its own row only: no SS process ever sees another's AK. */
export function makeConfigs(): { bs: string; ss: ReadonlyMap<string, string> } {
  const subscribers = CAST.map(({ mac, provider, groups, basicCid }) => ({
    mac,
    provider,
    basicCid,
    primaryCid: 320 + basicCid,
    transportCid: 1_040 + basicCid,
    ak: randomBytes(20).toString('hex'),
    akSequence: 3,
    groups,
    ingress: ANY_PORT,
  }));
  const common = {
    bsid: '00:00:00:00:00:05',
    provider: 'acme',
    profile: 'patent',
    suite: '020104',
    listen: ANY_PORT,
    tekLifetime: TEK_LIFETIME,
    lab: true,
    services: [
      { type: 'multicast', groupId: GROUP, said: SAID.news, cid: 0xfea5, name: 'news', ingress: ANY_PORT },
      { type: 'broadcast', said: SAID.alerts, cid: 0xfeb0, name: 'alerts', ingress: ANY_PORT },
    ],
  };
  return {
    bs: JSON.stringify({ ...common, subscribers }),
    ss: new Map(subscribers.map((row) => [row.mac, JSON.stringify({ ...common, subscribers: [row] })])),
  };
}
