// The BS's side of PKMv1 authorization (802.16 §7.2.1), for all its SSs. The way of an Auth Request:
//
//   message -> attributes right? -> same as the one just answered? the same answer -> budgets -> SAID, suites, may this SS?
//     -> work verify-certificate: chain, validity, key size, its subject is this SS's MAC
//     -> AK from the vault's DRBG -> work encrypt-ak -> keys derived in the vault, the AK's bytes zeroed -> Auth Reply
//     -> (work sign: SHA-256(Auth Request) ‖ reply) -> sent, and from then on the AK counts
//
// Anybody can send an Auth Request again: it is not signed. So an AK proves itself by use: `used` is called when a digest under it has
// verified. Of one SS two AKs count: the last that proved itself and, beside it, either the newest that has not or the one before. A
// replayed Auth Request can push out an AK that was never used, but none that works. New unicast TEKs follow `confirmed`.
//
// A host that fails (no signature, no random numbers) leads to silence, not to an Auth Reject: the SS asks again and keeps its keys.
//
// Seam. The station calls `receive` with Auth Info and Auth Request of an SS whose `ak` is not pre-shared, after charging the source
// address; takes the keys of a request from `ak(mac, sequence)`; calls `used` once its digest verified; hands on `tick` and `complete`
// (`owns` tells whose work it is); sends each message of `send` on the primary connection of `mac`.
import { isTekcastError } from '../errors.js';
import { AK_LENGTH, keysFromAk } from '../kdf/pkmv1.js';
import {
  type AuthReply,
  type AuthRequest,
  appendSigBs,
  CODE,
  ERROR,
  encodeAuthInvalid,
  encodeAuthReject,
  encodeAuthReply,
  type PkmMessage,
  readAuthInfo,
  readAuthRequest,
} from '../pkm/index.js';
import type { WorkResult } from '../step.js';
import type {
  AuthorizerEvent,
  AuthorizerOptions,
  AuthorizerStep,
  AuthSubscriber,
  RejectReason,
} from './authorizer-types.js';
import { type Asked, Collector } from './collector.js';
import { Issuers, sameBytes } from './issuers.js';
import { LiveAks } from './live.js';
import { timer } from './timers.js';
import type { BsAuthWork, CertificateVerdict, LiveAk } from './types.js';

/** A retry of the same request within this time gets the same answer: longer than an SS waits (Authorize Wait is at most 30 s). */
const SAME_ANSWER_MS = 60_000;
/** Least time between certificates verified for one source, and between AKs made for one SS: the least Authorize Wait. */
const SPACING_MS = 2_000;
/** Auth Requests of all SSs in work at a time. */
const PENDING_MAX = 64;
/** Sources remembered for the spacing. */
const SOURCES_MAX = 4_096;
/** Longest CA certificate kept from an Auth Info; no management message is longer. */
const CERTIFICATE_MAX = 2_048;
/** Bytes of a management message in one PDU: 2,047 less header and CRC. */
const MESSAGE_MAX = 2_037;

/** What an SS can put right by itself is not permanent. */
const REJECT: Readonly<Record<RejectReason, number>> = {
  PARSE: ERROR.permanent,
  CHAIN: ERROR.permanent,
  KEY: ERROR.permanent,
  MAC: ERROR.permanent,
  ROLE: ERROR.permanent,
  SUITE: ERROR.permanent,
  EXPIRED: ERROR.unauthorizedSs,
  FORBIDDEN: ERROR.unauthorizedSs,
  SAID: ERROR.unauthorizedSaid,
};

interface BsAk extends LiveAk {
  used: boolean;
}

interface Entry {
  readonly subscriber: AuthSubscriber;
  readonly aks: LiveAks<BsAk>;
  readonly issuers: Issuers;
  lastSequence: number;
  madeAt: number;
  answer: { readonly request: Uint8Array; readonly message: Uint8Array; readonly until: number } | undefined;
  /** Raised by `revoke`: work begun before it comes to nothing. */
  epoch: number;
}

/** One request on its way. */
interface Request {
  readonly entry: Entry;
  readonly epoch: number;
  readonly body: AuthRequest;
  /** The whole message. */
  readonly bytes: Uint8Array;
  readonly from: string;
}

/** The BS's side of PKMv1 authorization (802.16 §7.2.1), for all SSs: verifies certificates and hands out AKs, at most two at a time to each. */
export class Authorizer {
  readonly #options: AuthorizerOptions;
  readonly #lifetime: number;
  readonly #out: Collector<AuthorizerEvent, BsAuthWork>;
  readonly #entries = new Map<string, Entry>();
  /** When a source last had a certificate verified. */
  readonly #sources = new Map<string, number>();
  #now = 0;
  /** When the next AK expires: never too late, sometimes too early. */
  #wakeAt = Number.POSITIVE_INFINITY;

  /** Errors: `RANGE`. */
  constructor(options: AuthorizerOptions) {
    this.#options = options;
    this.#lifetime = timer('akLifetime', options.akLifetime, options.lab);
    this.#out = new Collector(options.workIds);
  }

  /** An Auth Info or Auth Request that came on the primary connection of `subscriber`. Anything else is dropped. */
  receive(subscriber: AuthSubscriber, message: PkmMessage, from: string, now: number): AuthorizerStep {
    this.#advance(now);
    const entry = this.#entry(subscriber);
    if (message.code === CODE.authInfo) this.#info(entry, message, from);
    else if (message.code === CODE.authRequest) this.#request(entry, message, from);
    else this.#drop(entry, 'CODE', from);
    return this.#step();
  }

  /** Lets the AKs expire that are due by `now` (ms). */
  tick(now: number): AuthorizerStep {
    this.#advance(now);
    return this.#step();
  }

  /** Throws `WORK` for an id that is not pending here. */
  complete(id: number, result: WorkResult, now: number): AuthorizerStep {
    this.#advance(now);
    this.#out.complete(id, result);
    return this.#step();
  }

  /** Whether work of that id is pending here. */
  owns(id: number): boolean {
    return this.#out.owns(id);
  }

  /** The AK of that sequence number, if it counts. */
  ak(mac: string, sequence: number): LiveAk | undefined {
    return this.#entries.get(mac)?.aks.bySequence(sequence);
  }

  /** What the BS signs with unasked: the newest AK that the SS has used, else the newest. */
  newest(mac: string): LiveAk | undefined {
    const aks = this.#entries.get(mac)?.aks;
    return aks && (lastUsed(aks) ?? aks.newest);
  }

  /** A digest under this AK has verified. */
  used(mac: string, sequence: number, now: number): AuthorizerStep {
    this.#advance(now);
    const ak = this.#entries.get(mac)?.aks.bySequence(sequence);
    if (ak !== undefined && !ak.used) {
      ak.used = true;
      this.#out.event({ type: 'AK_CONFIRMED', mac, akSequence: sequence });
      this.#options.hooks.confirmed?.(mac, ak, now);
    }
    return this.#step();
  }

  /** Ends an SS's authorization: its AKs are erased, and with `to` it is told (Auth Invalid 1, Identifier 0). */
  revoke(mac: string, to: string | undefined, now: number): AuthorizerStep {
    this.#advance(now);
    const entry = this.#entries.get(mac);
    if (entry !== undefined) {
      entry.epoch++;
      entry.answer = undefined;
      if (entry.aks.clear().length > 0) this.#options.hooks.lost?.(mac, now);
      if (to !== undefined) {
        const { profile } = this.#options;
        this.#out.send(mac, to, encodeAuthInvalid(profile, { identifier: 0, errorCode: ERROR.unauthorizedSs }));
      }
    }
    return this.#step();
  }

  /** Erases every AK's keys. */
  dispose(): void {
    for (const entry of this.#entries.values()) {
      entry.epoch++;
      entry.aks.clear();
    }
  }

  #info(entry: Entry, message: PkmMessage, from: string): void {
    const read = readAuthInfo(message);
    if (!read.ok || read.body.caCertificate.length > CERTIFICATE_MAX) {
      this.#drop(entry, 'ATTRIBUTE', from);
      return;
    }
    entry.issuers.note(read.body.caCertificate);
    this.#out.event({ type: 'AUTH_INFO', mac: entry.subscriber.mac });
  }

  #request(entry: Entry, message: PkmMessage, from: string): void {
    const { mac } = entry.subscriber;
    const read = readAuthRequest(message);
    const { answer } = entry;
    if (!read.ok || message.repeated.length > 0) this.#drop(entry, 'ATTRIBUTE', from);
    else if (answer !== undefined && this.#now < answer.until && sameBytes(answer.request, message.bytes)) {
      this.#out.send(mac, from, answer.message);
      this.#out.event({ type: 'AUTH_REPEATED', mac, to: from });
    } else if (this.#out.pending >= PENDING_MAX) this.#drop(entry, 'BUSY', from);
    else if (!this.#admit(`${mac} ${from}`)) this.#drop(entry, 'RATE', from);
    else {
      const body = { ...read.body, certificate: read.body.certificate.slice() };
      this.#examine({ entry, epoch: entry.epoch, body, bytes: message.bytes.slice(), from });
    }
  }

  #examine(request: Request): void {
    const { body, entry } = request;
    const { mac, basicCid } = entry.subscriber;
    const { suite, hooks } = this.#options;
    if (body.said !== basicCid) this.#reject(request, 'SAID');
    else if (!body.suites.some((offered) => sameBytes(offered, suite.code))) this.#reject(request, 'SUITE');
    else if (hooks.mayAuthorize?.(mac) === false) this.#reject(request, 'FORBIDDEN');
    else {
      const input = { mac, certificate: body.certificate, intermediates: entry.issuers.all };
      this.#work(request, { kind: 'verify-certificate', input }, (answer) => {
        const verdict = answer as CertificateVerdict;
        if (verdict.trusted) entry.issuers.proved(input.certificate);
        this.#verified(request, verdict);
      });
    }
  }

  #verified(request: Request, verdict: CertificateVerdict): void {
    const { entry, from } = request;
    if (!verdict.trusted) this.#reject(request, verdict.why);
    else if (this.#now < entry.madeAt + SPACING_MS) this.#drop(entry, 'RATE', from);
    else {
      entry.madeAt = this.#now;
      const ak = this.#options.core.random(AK_LENGTH); // must leave the vault: only the host has RSA
      const input = { publicKey: verdict.publicKey, ak };
      const encrypted = (authKey: unknown) => this.#encrypted(request, ak, authKey as Uint8Array);
      this.#work(request, { kind: 'encrypt-ak', input }, encrypted, () => ak.fill(0));
    }
  }

  #encrypted(request: Request, bytesOfAk: Uint8Array, authKey: Uint8Array): void {
    const { core, owner, suite, bsCertificate } = this.#options;
    const sequence = nextSequence(request.entry);
    const keys = keysFromAk(core, bytesOfAk, { owner, kek: suite.kekUse, keep: false });
    const made = new LiveAks<BsAk>(core.keys);
    const ak = { keys, sequence, expiresAt: this.#now + 1000 * this.#lifetime, used: false };
    made.add(ak, undefined);
    try {
      const reply = this.#reply(request, authKey, sequence);
      if (bsCertificate === undefined) this.#grant(request, ak, reply, false);
      else {
        const signed = (signature: unknown) =>
          this.#grant(request, ak, appendSigBs(reply, signature as Uint8Array), true);
        const input = { request: request.bytes, reply };
        this.#work(request, { kind: 'sign', input }, signed, (done) => done || made.clear());
      }
    } catch (error) {
      made.clear();
      throw error;
    }
  }

  #grant(request: Request, ak: BsAk, message: Uint8Array, signed: boolean): void {
    const { entry, from } = request;
    const { mac } = entry.subscriber;
    entry.aks.add(ak, lastUsed(entry.aks) ?? entry.aks.newest);
    entry.lastSequence = ak.sequence;
    this.#wakeAt = Math.min(this.#wakeAt, ak.expiresAt);
    this.#answer(request, message);
    const event = { akSequence: ak.sequence, lifetime: this.#lifetime, signed, to: from };
    this.#out.event({ type: 'AUTH_REPLY', mac, ...event });
    this.#options.hooks.authorized?.(mac, ak, this.#now);
  }

  /** All SAs, or the primary alone where more do not fit into one PDU. */
  #reply({ entry, body }: Request, authKey: Uint8Array, akSequence: number): Uint8Array {
    const { profile, hooks, timers, bsCertificate } = this.#options;
    const sas = hooks.descriptors(entry.subscriber.mac);
    const fields: AuthReply = {
      identifier: body.identifier,
      authKey,
      lifetime: this.#lifetime,
      akSequence,
      sas,
      ...(timers !== undefined && { timers }),
      ...(bsCertificate !== undefined && { bsCertificate }),
    };
    const reply = encodeAuthReply(profile, fields);
    const signature = bsCertificate === undefined ? 0 : 4 + 512;
    return reply.length + signature <= MESSAGE_MAX
      ? reply
      : encodeAuthReply(profile, { ...fields, sas: sas.slice(0, 1) });
  }

  #reject(request: Request, why: RejectReason): void {
    const error = REJECT[why];
    const { profile } = this.#options;
    this.#answer(
      request,
      encodeAuthReject(profile, { identifier: request.body.identifier, errorCode: error, displayString: why }),
    );
    const { mac } = request.entry.subscriber;
    this.#out.event({ type: 'AUTH_REJECT', mac, error, why, to: request.from });
  }

  #answer({ entry, bytes, from }: Request, message: Uint8Array): void {
    entry.answer = { request: bytes, message, until: this.#now + SAME_ANSWER_MS };
    this.#out.send(entry.subscriber.mac, from, message);
  }

  /** Asks the host. `then` runs if it succeeds and the SS was not revoked meanwhile; `last` always, told whether `then` went through. */
  #work(
    { entry, epoch }: Request,
    asked: Asked<BsAuthWork>,
    then: (value: unknown) => void,
    last: (done: boolean) => unknown = () => undefined,
  ): void {
    const failed = (code: string, error: string) =>
      this.#out.event({ type: 'AUTH_FAILED', mac: entry.subscriber.mac, code, error });
    this.#out.work(asked, (result) => {
      let done = false;
      try {
        if (entry.epoch !== epoch) return;
        if (result.ok) then(result.value);
        else failed(asked.kind, result.error);
        done = result.ok;
      } catch (error) {
        if (!isTekcastError(error)) throw error;
        failed(error.code, error.message);
      } finally {
        last(done);
      }
    });
  }

  #admit(source: string): boolean {
    if (this.#now < (this.#sources.get(source) ?? Number.NEGATIVE_INFINITY) + SPACING_MS) return false;
    this.#sources.delete(source); // the map is in the order of last use
    this.#sources.set(source, this.#now);
    if (this.#sources.size > SOURCES_MAX) this.#sources.delete(this.#sources.keys().next().value as string);
    return true;
  }

  #advance(now: number): void {
    this.#now = now;
    if (now < this.#wakeAt) return;
    this.#wakeAt = Number.POSITIVE_INFINITY;
    for (const { subscriber, aks } of this.#entries.values()) {
      const { mac } = subscriber;
      const gone = aks.expire(now);
      for (const { sequence } of gone) this.#out.event({ type: 'AK_EXPIRED', mac, akSequence: sequence });
      if (gone.length > 0 && aks.all.length === 0) this.#options.hooks.lost?.(mac, now);
      this.#wakeAt = Math.min(this.#wakeAt, aks.wakeAt());
    }
  }

  #entry(subscriber: AuthSubscriber): Entry {
    const known = this.#entries.get(subscriber.mac);
    if (known !== undefined) return known;
    const { core } = this.#options;
    const entry: Entry = {
      subscriber,
      aks: new LiveAks(core.keys),
      issuers: new Issuers(),
      lastSequence: (core.random(1)[0] ?? 0) & 15, // a BS that restarted seldom gives a number that the SS still knows
      madeAt: Number.NEGATIVE_INFINITY,
      answer: undefined,
      epoch: 0,
    };
    this.#entries.set(subscriber.mac, entry);
    return entry;
  }

  #drop(entry: Entry, code: Extract<AuthorizerEvent, { type: 'AUTH_DROPPED' }>['code'], from: string): void {
    this.#out.event({ type: 'AUTH_DROPPED', mac: entry.subscriber.mac, code, from });
  }

  #step(): AuthorizerStep {
    return this.#out.take(this.#wakeAt);
  }
}

function lastUsed(aks: LiveAks<BsAk>): BsAk | undefined {
  return aks.all.filter(({ used }) => used).at(-1);
}

/** Counts mod 16 past numbers that are in use. */
function nextSequence({ lastSequence, aks }: Entry): number {
  let sequence = lastSequence;
  do sequence = (sequence + 1) & 15;
  while (aks.bySequence(sequence) !== undefined);
  return sequence;
}
