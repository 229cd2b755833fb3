// An engine's events as JSON lines and log lines: `{"event":"KEY_REJECT","error":8,…}`. Bytes become their length, a flood a trickle.
import type { BsEvent, SsEvent } from 'tekcast';
import { LineLimit, type Logger, printLine } from './output.js';

export type StationEvent = BsEvent | SsEvent;

/** An event without bytes and with what people look for first in front. */
export function eventLine(event: StationEvent, now: number): Record<string, unknown> {
  const { type, ...rest } = event as StationEvent & { error?: unknown };
  const line: Record<string, unknown> = { event: type, ...('error' in rest ? { error: rest.error } : {}) };
  for (const [key, value] of Object.entries(rest)) {
    if (key === 'event')
      line['by'] = value; // what moved a state machine
    else if (key === 'bytes') line['length'] = (value as Uint8Array).length;
    else if (key === 'expiresAt') line['expiresIn'] = seconds(value as number, now);
    else if (key === 'switchBy') line['switchIn'] = seconds(value as number, now);
    else line[key] = value;
  }
  return line;
}

/** From a clock in milliseconds to what is left, in whole seconds. */
function seconds(at: number, now: number): number {
  return Math.max(0, Math.round((at - now) / 1000));
}

/** What a stranger can cause without end. */
const FLOODS: readonly string[] = [
  'DROPPED',
  'AUTH_INVALID',
  'NOT_SEALED',
  'AUTH_DROPPED',
  'AUTH_INFO',
  'AUTH_REPEATED',
  'AUTH_REPLY_REFUSED',
];

/** How loud an event is in the log. */
function levelOf(event: StationEvent): 'debug' | 'info' | 'warn' {
  switch (event.type) {
    case 'PAYLOAD':
    case 'DROPPED':
      return 'debug';
    case 'GENERATION_FAILED':
    case 'LEASE_FAILED':
    case 'STATE_FAILED':
    case 'AUTH_INVALID':
    case 'AUTH_FAILED':
    case 'AUTH_REJECT':
    case 'AUTH_REPLY_REFUSED':
    case 'AUTH_REPLY_UNSIGNED':
    case 'REPLY_REFUSED':
    case 'NOT_SEALED':
    case 'MEMBER_LATE':
      return 'warn';
    default:
      return 'info';
  }
}

/** Where a station's events go. */
export class EventSink {
  readonly #log: Logger;
  readonly #json: boolean;
  readonly #limit = new LineLimit();

  constructor(log: Logger, json: boolean) {
    this.#log = log;
    this.#json = json;
  }

  event(event: StationEvent, now: number): void {
    // What a stranger can send without end is limited; what the station itself decided is not.
    const flood = FLOODS.includes(event.type);
    if (flood && !this.#limit.allows(`${event.type} ${'code' in event ? event.code : ''}`, now)) return;
    const level = levelOf(event);
    if (!this.#json && !this.#log.isLevelEnabled(level)) return;
    const line = eventLine(event, now);
    if (this.#json) printLine(line);
    const { event: name, ...fields } = line;
    this.#log[level](fields, String(name));
  }

  /** A payload that came in at an ingress and was not taken. */
  refused(code: string, fields: Record<string, unknown>, now: number): void {
    if (!this.#limit.allows(`REFUSED ${code}`, now)) return;
    if (this.#json) printLine({ event: 'REFUSED', code, ...fields });
    this.#log.warn({ code, ...fields }, 'REFUSED');
  }

  /** A line of the command itself: READY, END. */
  line(event: string, fields: Record<string, unknown>): void {
    if (this.#json) printLine({ event, ...fields });
    this.#log.info(fields, event);
  }
}
