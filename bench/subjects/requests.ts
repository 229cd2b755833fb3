// A base station in process: a signed Key Request goes in as a datagram, a signed Key Reply with two wrapped TEKs comes out.
// Requests are made before, each fresh, by keys of a core apart; that is not timed.
import {
  BaseStation,
  type Core,
  createCoreSync,
  decodeManagement,
  decodeMessage,
  encodeManagement,
  encodeMessage,
  type KeyHandle,
  patent,
  splitBurst,
} from 'tekcast';
import type { Contestant } from '../sizing/paired.js';
import { bytes } from '../workload.js';

const KEY_REQUEST = 7;
const KEY_REPLY = 8;
const AK_SEQUENCE = 10;
const SAID = 12;
const SERVICE_TYPE = 28;
const GROUP_ID = 29;
const FRESHNESS = 158;
const MULTICAST = 1;
const AK_NUMBER = 3;
/** Requests are this far apart on the station's clock, ms: far enough that no limit is met, near enough that no TEK expires. */
const STEP = 1;
const FIRST_SAID = 0x8000;
const FIRST_CID = 0xfd00;

interface Member {
  readonly basicCid: number;
  readonly primaryCid: number;
  readonly hmacUp: KeyHandle;
  readonly hmacDown: KeyHandle;
  readonly kek: KeyHandle;
  readonly address: string;
}

export interface Requests extends Contestant {
  /** A rekey of one group: TEK made, every subscriber nudged and its request answered, the downlink switched. Time passes as the station
   *  asks for it: what waits takes none. */
  readonly storm: Contestant;
  dispose(): void;
}

/** `subscribers` members of each of `groups` groups (1..256); `portion` requests a run, one of each subscriber in turn. */
export function requests(subscribers: number, groups: number, portion: number): Requests {
  const aks = Array.from({ length: subscribers }, (_, i) => bytes(`ak/${i}`, 20));
  const core = createCoreSync({ slots: 16_384, windows: 4096, packets: 1024 });
  const groupIds = Array.from({ length: groups }, (_, g) => g);
  const bs = new BaseStation({
    core,
    profile: patent,
    bsid: '00:00:00:00:00:05',
    provider: 'bench',
    tekLifetime: 604_800,
    crc: 'none',
    limits: { requestsPerSecond: 1_000_000, burst: 1_000_000 },
    rekeying: { rekeysPerSecond: 1_000_000 },
    services: groupIds.map((groupId) => ({
      type: 'multicast',
      groupId,
      said: FIRST_SAID + groupId,
      cid: FIRST_CID + groupId,
    })),
    subscribers: aks.map((ak, i) => ({
      mac: macOf(i),
      provider: 'bench',
      basicCid: 1 + i,
      primaryCid: 1 + subscribers + i,
      transportCid: 1 + 2 * subscribers + i,
      ak: ak.slice(),
      akSequence: AK_NUMBER,
      groups: groupIds,
    })),
  });
  const theirs = createCoreSync({ slots: 3 * subscribers + 8, windows: 8, packets: 1 });
  const members = aks.map((ak, i): Member => {
    const keys = theirs.keys.fromAk(ak, { owner: theirs.newOwner(), kek: 'kek-aeskw' });
    return { ...keys, basicCid: 1 + i, primaryCid: 1 + subscribers + i, address: `192.0.2.${i & 255}:${i}` };
  });
  let time = 0;
  const now = () => {
    time += STEP;
    return time;
  };
  let sent = 0;
  const make = (index: number, group: number) => {
    const member = members[index] as Member;
    return { datagram: keyRequest(theirs, member, group, ++sent), from: member.address };
  };
  const answer = (of: readonly ReturnType<typeof make>[]) => {
    let answers = 0;
    for (const { datagram, from } of of) answers += bs.receive(datagram, from, now()).send.length;
    if (answers !== of.length) throw new Error('a request was not answered');
    return answers;
  };
  const rekey = (group: number, requests: Map<string, Uint8Array>) => {
    const said = FIRST_SAID + group;
    const deliver: { datagram: Uint8Array; from: string }[] = [];
    for (let step = bs.rekey(said, now()); ; ) {
      for (const { to } of step.send) {
        const datagram = requests.get(to);
        if (datagram === undefined) continue; // the Key Reply
        requests.delete(to);
        deliver.push({ datagram, from: to });
      }
      if (step.events.some((event) => event.type === 'REKEY_SWITCHED' && event.said === said)) break;
      const next = deliver.pop();
      if (next === undefined && step.wakeAt === undefined) break;
      if (next === undefined) time = Math.max(time, step.wakeAt ?? time);
      step = next === undefined ? bs.tick(now()) : bs.receive(next.datagram, next.from, now());
    }
    if (requests.size > 0) throw new Error('a member was not told of the rekey');
    return 1;
  };
  const first = make(0, 0);
  verify(theirs, members[0] as Member, bs.receive(first.datagram, first.from, now()).send[0]?.bytes);
  // Every subscriber a member of every group.
  for (const group of groupIds) answer(members.map((_, i) => make(i, group)));
  let turn = 0;
  let waiting: ReturnType<typeof make>[] = [];
  let asking = new Map<string, Uint8Array>();
  return {
    name: 'tekcast',
    prepare() {
      waiting = Array.from({ length: portion }, () =>
        make(turn % subscribers, Math.floor(turn++ / subscribers) % groups),
      );
    },
    run: () => answer(waiting),
    storm: {
      name: 'storm',
      prepare() {
        turn++;
        asking = new Map(members.map(({ address }, i) => [address, make(i, turn % groups).datagram]));
      },
      run: () => rekey(turn % groups, asking),
    },
    dispose() {
      bs.dispose();
      core.dispose();
      theirs.dispose();
    },
  };
}

/** Attributes of a Key Request for multicast service `group`, in the order of the message. */
export function requestAttributes(
  basicCid: number,
  group: number,
  freshness: number,
): { type: number; value: Uint8Array }[] {
  const fresh = new Uint8Array(8);
  new DataView(fresh.buffer).setBigUint64(0, BigInt(freshness));
  return [
    { type: AK_SEQUENCE, value: Uint8Array.of(AK_NUMBER) },
    { type: SAID, value: Uint8Array.of(basicCid >> 8, basicCid & 0xff) },
    { type: SERVICE_TYPE, value: Uint8Array.of(MULTICAST) },
    { type: GROUP_ID, value: Uint8Array.of(group) },
    { type: FRESHNESS, value: fresh },
  ];
}

function keyRequest(core: Core, member: Member, group: number, freshness: number): Uint8Array {
  const attributes = requestAttributes(member.basicCid, group, freshness);
  const message = encodeMessage(patent, { code: KEY_REQUEST, identifier: freshness & 0xff, attributes }, (covered) =>
    core.keys.hmac(member.hmacUp, covered),
  );
  return encodeManagement(member.primaryCid, message, 'none');
}

/** The reply must be a Key Reply of that station, signed, with two TEKs that its KEK unwraps. */
function verify(core: Core, member: Member, datagram: Uint8Array | undefined): void {
  const pdu = datagram === undefined ? undefined : splitBurst(datagram).pdus[0];
  const management = pdu === undefined ? undefined : decodeManagement(pdu, 'none');
  const result = management?.ok === true ? decodeMessage(patent, management.message) : undefined;
  if (result?.ok !== true || result.message.code !== KEY_REPLY) throw new Error('no Key Reply came back');
  const { digest, attributes } = result.message;
  if (digest.state !== 'present' || !core.keys.verifyHmac(member.hmacDown, digest.covered, digest.value))
    throw new Error('the Key Reply is not signed as it must be');
  const teks = attributes.flatMap(({ children }) => children.filter(({ type }) => type === 8));
  const owner = core.newOwner();
  const installed = teks.map(({ bytes: blob }, i) =>
    core.keys.unwrap(blob, member.kek, { use: 'open-down', owner, said: 1, sequence: i }),
  );
  if (installed.length !== 2 || installed.includes(undefined)) throw new Error('a TEK does not unwrap');
  core.keys.forget(owner);
}

function macOf(i: number): string {
  return `02:00:00:00:${hex(i >> 8)}:${hex(i & 0xff)}`;
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
