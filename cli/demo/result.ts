// What the demo comes to, and whether that is as it must be.
import type { Request } from './cast.js';
import type { Answer, Station } from './stage.js';

/** A row: one request of one SS. */
export interface DemoRow {
  readonly mac: string;
  readonly service: string | number;
  readonly groupId: number | null;
  readonly answer: string;
  readonly errorCode: number | null;
  readonly bytes: number;
  /** null where nothing could be received. */
  readonly sha256ok: boolean | null;
}

export interface DemoResult {
  readonly ok: boolean;
  readonly stations: readonly DemoRow[];
  readonly rekeys: number;
  readonly packetsPerSecond: number;
  readonly pcap: string;
}

/** What went into a service. */
export interface Fed {
  readonly bytes: number;
  /** SHA-256, hex. */
  readonly sha256: string;
}

export function rowsOf(stations: readonly Station[], fed: ReadonlyMap<number, Fed>): DemoRow[] {
  return stations.flatMap((station) =>
    station.answers.map(({ request, answer }) => rowOf(station, request, answer, fed)),
  );
}

function rowOf(
  station: Station,
  { service, groupId }: Request,
  { error, said }: Answer,
  fed: ReadonlyMap<number, Fed>,
): DemoRow {
  return {
    mac: station.player.mac,
    service,
    groupId,
    answer: error === undefined ? 'Key Reply' : 'Key Reject',
    errorCode: error ?? null,
    bytes: said === undefined ? 0 : (station.received.get(said)?.bytes ?? 0),
    sha256ok: said === undefined ? null : fed.has(said) && station.sha256.get(said) === fed.get(said)?.sha256,
  };
}

/** Every answer as the cast says; every byte fed to a service at everyone who was granted it, and nowhere else. */
export function isAsItMustBe(stations: readonly Station[], fed: ReadonlyMap<number, Fed>): boolean {
  return stations.every(({ player, answers, received, sha256 }) => {
    const granted = player.requests.flatMap(({ said }) => said ?? []);
    return (
      answers.length === player.requests.length &&
      answers.every(({ request, answer }) => answer.error === request.refusal && answer.said === request.said) &&
      [...received.keys()].every((said) => granted.includes(said)) &&
      granted.every(
        (said) => received.get(said)?.bytes === fed.get(said)?.bytes && sha256.get(said) === fed.get(said)?.sha256,
      )
    );
  });
}
