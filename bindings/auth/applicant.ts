// The SS's side of PKMv1 authorization: runs the machine of authorization.ts. The way of an Auth Reply:
//
//   message -> Identifier of the pending request? -> attributes right? -> signed, where that is demanded? -> work verify-reply
//     -> work decrypt-ak -> keys derived in the vault, the AK's bytes zeroed -> event 4: stored, grace timer, TEK machines told
//
// Several replies may be in work at a time, so that a forged one cannot keep the genuine one out; the first that proves itself counts.
// Two AKs live side by side: requests are signed under the newer, answers count under either, until it expires (802.16 §7.4).
//
// Seam. The station calls `start` when network entry comes to S60, `receive` with Auth Reply, Auth Reject and Auth Invalid, `tick`,
// `complete` (`owns` tells whose work it is) and `stop` on the way out; sends what `send` holds on its primary connection; signs with
// `newest`, verifies with `ak(sequence)`. After `authorized` its unicast TEKs have been replaced: it raises TEK Invalid for them.
import { isTekcastError } from '../errors.js';
import { AK_LENGTH, keysFromAk } from '../kdf/pkmv1.js';
import {
  CODE,
  ERROR,
  encodeAuthInfo,
  encodeAuthRequest,
  type PkmMessage,
  type PkmTimers,
  readAuthInvalid,
  readAuthReject,
  readAuthReply,
  type SaDescriptor,
  type SignedAuthReply,
} from '../pkm/index.js';
import type { WorkResult } from '../step.js';
import type { ApplicantEvent, ApplicantOptions, ApplicantStep, Grant } from './applicant-types.js';
import { AUTH_MACHINE, type AuthAction, type AuthEvent, type AuthState } from './authorization.js';
import { type Asked, Collector } from './collector.js';
import { Fsm } from './fsm.js';
import { LiveAks } from './live.js';
import { type TimerName, timer, timerFits } from './timers.js';
import type { LiveAk, ReplyVerdict, SsAuthWork } from './types.js';

const NEVER = Number.POSITIVE_INFINITY;
/** Replies in work at a time. */
const REPLIES_MAX = 4;
/** Timers of attribute 27 that this side keeps itself. */
const OWN_TIMERS = ['authorizeWait', 'reauthorizeWait', 'authorizationGrace', 'authorizeRejectWait'] as const;
type OwnTimer = (typeof OWN_TIMERS)[number];

/** The Auth Request that waits for its answer. */
interface Pending {
  readonly identifier: number;
  readonly message: Uint8Array;
}

/** The SS's side of PKMv1 authorization (802.16 §7.2.1): Auth Info and Auth Request out, an AK in, and another before it expires. */
export class Applicant {
  readonly #options: ApplicantOptions;
  readonly #fsm: Fsm<AuthState, AuthEvent, AuthAction>;
  readonly #out: Collector<ApplicantEvent, SsAuthWork>;
  readonly #aks: LiveAks;
  readonly #timers: Record<OwnTimer, number>;
  readonly #identifiers: () => number;
  #pending: Pending | undefined;
  #retryAt = NEVER;
  #graceAt = NEVER;
  #requestedAt = Number.NEGATIVE_INFINITY;
  /** SAIDs of the last reply. */
  #saids: readonly number[] = [];
  /** What event 4 stores. */
  #granted: { readonly reply: SignedAuthReply; readonly ak: LiveAk } | undefined;
  /** Identifier of the Auth Invalid that raises event 7. */
  #invalidated = 0;
  /** Raised by `stop`: work begun before it comes to nothing. */
  #epoch = 0;
  #now = 0;

  /** Errors: `RANGE` naming a timer. */
  constructor(options: ApplicantOptions) {
    this.#options = options;
    this.#fsm = new Fsm(AUTH_MACHINE, (action) => this.#perform(action));
    this.#out = new Collector(options.workIds);
    this.#aks = new LiveAks(options.core.keys);
    const seconds = (name: OwnTimer) => timer(name, options.timers?.[name], options.lab);
    this.#timers = {
      authorizeWait: seconds('authorizeWait'),
      reauthorizeWait: seconds('reauthorizeWait'),
      authorizationGrace: seconds('authorizationGrace'),
      authorizeRejectWait: seconds('authorizeRejectWait'),
    };
    let last = options.core.random(1)[0] ?? 0;
    this.#identifiers = options.identifiers ?? (() => (last = (last % 255) + 1));
  }

  get state(): AuthState {
    return this.#fsm.state;
  }

  /** The AK to sign with. Undefined before the first, and when all have expired: then no Key Request can be made. */
  get newest(): LiveAk | undefined {
    return this.#aks.newest;
  }

  /** The AK of that sequence number, if it counts. */
  ak(sequence: number): LiveAk | undefined {
    return this.#aks.bySequence(sequence);
  }

  /** Communication is established. */
  start(now: number): ApplicantStep {
    this.#advance(now);
    this.#raise('COMMUNICATION_ESTABLISHED');
    return this.#step();
  }

  /** Asks for a new AK before its time. */
  reauthorize(now: number): ApplicantStep {
    this.#advance(now);
    this.#raise('REAUTH');
    return this.#step();
  }

  /** Leaves: back to Start, AKs erased, what is in work comes to nothing. The TEK machines are the caller's to stop, before. */
  stop(now: number): ApplicantStep {
    this.#now = now;
    this.#epoch++;
    this.#fsm.reset();
    this.#settled();
    this.#graceAt = NEVER;
    this.#requestedAt = Number.NEGATIVE_INFINITY;
    this.#saids = [];
    this.#aks.clear();
    return this.#step();
  }

  /** Auth Reply, Auth Reject or Auth Invalid from the BS. Anything else is dropped. */
  receive(message: PkmMessage, now: number): ApplicantStep {
    this.#advance(now);
    if (message.code === CODE.authReply) this.#reply(message);
    else if (message.code === CODE.authReject) this.#reject(message);
    else if (message.code === CODE.authInvalid) this.#invalid(message);
    else this.#drop('CODE');
    return this.#step();
  }

  /** Does what is due by `now` (ms): repeats a request, begins the next authorization, lets an AK expire. */
  tick(now: number): ApplicantStep {
    this.#advance(now);
    return this.#step();
  }

  /** Throws `WORK` for an id that is not pending here. */
  complete(id: number, result: WorkResult, now: number): ApplicantStep {
    this.#advance(now);
    this.#out.complete(id, result);
    return this.#step();
  }

  /** Whether work of that id is pending here. */
  owns(id: number): boolean {
    return this.#out.owns(id);
  }

  #reply(message: PkmMessage): void {
    const read = readAuthReply(message);
    if (this.#pending?.identifier !== message.identifier) this.#drop('IDENTIFIER');
    else if (!read.ok || message.repeated.length > 0) this.#drop('ATTRIBUTE');
    else if (read.body.lifetime === 0) this.#refuse('LIFETIME');
    else if (this.#out.pending >= REPLIES_MAX) this.#drop('BUSY');
    else this.#examine(copied(read.body), this.#pending.message);
  }

  #examine(reply: SignedAuthReply, request: Uint8Array): void {
    const { signedReplies, bsid } = this.#options;
    const { bsCertificate, signature } = reply;
    if (!signedReplies) {
      this.#out.event({ type: 'AUTH_REPLY_UNSIGNED', akSequence: reply.akSequence });
      this.#decrypt(reply, false);
    } else if (bsCertificate === undefined || signature === undefined) this.#refuse('UNSIGNED');
    else {
      const signed = { request, reply: signature.covered, certificate: bsCertificate, signature: signature.value };
      this.#work(reply, { kind: 'verify-reply', input: { ...signed, bsid } }, (value) => {
        const verdict = value as ReplyVerdict;
        if (verdict.genuine) this.#decrypt(reply, true);
        else this.#refuse(verdict.why);
      });
    }
  }

  #decrypt(reply: SignedAuthReply, signed: boolean): void {
    const { authKey } = reply;
    this.#work(reply, { kind: 'decrypt-ak', input: { authKey } }, (value) => {
      const bytes = value as Uint8Array;
      if (bytes.length !== AK_LENGTH) {
        this.#refuse('AK');
        return;
      }
      const { core, owner, suite } = this.#options;
      const { akSequence, lifetime } = reply;
      const keys = keysFromAk(core, bytes, { owner, kek: suite.kekUse, keep: false });
      this.#granted = { reply, ak: { keys, sequence: akSequence, expiresAt: this.#now + 1000 * lifetime } };
      this.#out.event({ type: 'AUTH_REPLY', akSequence, lifetime, signed });
      this.#raise('AUTH_REPLY');
    });
  }

  /**
   * Asks the host. `then` runs if it succeeds while the request that the reply answers is still pending. What `decrypt-ak` yielded is
   * zeroed, whatever comes.
   */
  #work(reply: SignedAuthReply, asked: Asked<SsAuthWork>, then: (value: unknown) => void): void {
    const epoch = this.#epoch;
    this.#out.work(asked, (result) => {
      try {
        if (epoch !== this.#epoch || this.#pending?.identifier !== reply.identifier) return;
        if (result.ok) then(result.value);
        else this.#out.event({ type: 'AUTH_FAILED', code: asked.kind, error: result.error });
      } catch (error) {
        if (!isTekcastError(error)) throw error; // the vault is full
        this.#out.event({ type: 'AUTH_FAILED', code: error.code, error: error.message });
      } finally {
        if (result.ok && asked.kind === 'decrypt-ak') (result.value as Uint8Array).fill(0);
      }
    });
  }

  #reject(message: PkmMessage): void {
    const read = readAuthReject(message);
    if (!read.ok || message.repeated.length > 0) this.#drop('ATTRIBUTE');
    else if (this.#pending?.identifier !== message.identifier) this.#drop('IDENTIFIER');
    else {
      const { errorCode } = read.body;
      this.#out.event({ type: 'AUTH_REJECT', error: errorCode });
      this.#raise(errorCode === ERROR.permanent ? 'PERM_AUTH_REJECT' : 'AUTH_REJECT');
    }
  }

  #invalid(message: PkmMessage): void {
    const read = readAuthInvalid(message);
    if (!read.ok || message.repeated.length > 0) {
      this.#drop('ATTRIBUTE');
      return;
    }
    const { identifier, errorCode } = read.body;
    const meant = identifier === 0 || this.#options.hooks.pending(identifier);
    // In Reauth Wait it leads to no message, so nothing has to be spaced.
    const due = this.state !== 'AUTHORIZED' || this.#now >= this.#requestedAt + 1000 * this.#timers.reauthorizeWait;
    this.#invalidated = identifier;
    const counted = meant && due && this.#raise('AUTH_INVALID');
    this.#out.event({ type: 'AUTH_INVALID', error: errorCode, counted });
  }

  #perform(action: AuthAction): void {
    const { profile, hooks, caCertificate } = this.#options;
    switch (action) {
      case 'SEND_INFO':
        this.#send(encodeAuthInfo(profile, { caCertificate }));
        break;
      case 'SEND_REQUEST':
        this.#pending = this.#newRequest();
        this.#send(this.#pending.message);
        this.#requestedAt = this.#now;
        break;
      case 'REPEAT_REQUEST':
        if (this.#pending !== undefined) this.#send(this.#pending.message);
        this.#requestedAt = this.#now;
        break;
      case 'START_AUTH_WAIT':
        this.#retryIn('authorizeWait');
        break;
      case 'START_REAUTH_WAIT':
        this.#retryIn('reauthorizeWait');
        break;
      case 'START_REJECT_WAIT':
        this.#retryIn('authorizeRejectWait');
        break;
      case 'CLEAR_RETRY':
        this.#settled();
        break;
      case 'STORE_AK':
        if (this.#granted !== undefined) this.#aks.add(this.#granted.ak, this.#aks.newest);
        break;
      case 'START_GRACE':
        this.#startGrace();
        break;
      case 'CLEAR_GRACE':
        this.#graceAt = NEVER;
        break;
      case 'AUTHORIZE_TEKS':
        this.#authorizeTeks();
        break;
      case 'PEND_TEKS':
        if (this.#invalidated !== 0) hooks.pend(this.#invalidated, this.#now);
        break;
      case 'STOP_TEKS':
        hooks.stop(this.#now);
        break;
      case 'BE_SILENT':
        this.#graceAt = NEVER; // and nothing else runs: no event of the table leads out
    }
  }

  #newRequest(): Pending {
    const { profile, certificate, suite, basicCid } = this.#options;
    const identifier = this.#identifiers();
    const body = { identifier, certificate, suites: [suite.code], said: basicCid };
    return { identifier, message: encodeAuthRequest(profile, body) };
  }

  /** Timers that the BS wants count from now on; then the grace: at most a quarter of the lifetime, less a jitter, lest all SSs ask at once. */
  #startGrace(): void {
    if (this.#granted === undefined) return;
    const { reply, ak } = this.#granted;
    const wanted = this.#fitting(reply.timers);
    for (const name of OWN_TIMERS) this.#timers[name] = wanted[name] ?? this.#timers[name];
    const grace = Math.min(this.#timers.authorizationGrace, reply.lifetime / 4);
    const jitter = ((this.#options.core.random(1)[0] ?? 0) / 255) * (grace / 4);
    this.#graceAt = ak.expiresAt - 1000 * (grace - jitter);
  }

  #authorizeTeks(): void {
    if (this.#granted === undefined) return;
    const { reply, ak } = this.#granted;
    const { suite, hooks } = this.#options;
    this.#granted = undefined;
    const sas = reply.sas.filter((sa) => sa.suite.every((byte, i) => byte === suite.code[i]));
    const before = this.#saids;
    const saids = sas.map(({ said }) => said);
    this.#saids = saids;
    const grant: Grant = {
      ak,
      lifetime: reply.lifetime,
      sas,
      added: saids.filter((said) => !before.includes(said)),
      removed: before.filter((said) => !saids.includes(said)),
      timers: this.#fitting(reply.timers),
    };
    hooks.authorized(grant, this.#now);
  }

  #fitting(timers: PkmTimers | undefined): Partial<PkmTimers> {
    if (timers === undefined) return {};
    const within = Object.entries(timers).filter(([name, s]) => timerFits(name as TimerName, s, this.#options.lab));
    return Object.fromEntries(within);
  }

  #retryIn(name: OwnTimer): void {
    this.#retryAt = this.#now + 1000 * this.#timers[name];
  }

  #settled(): void {
    this.#pending = undefined;
    this.#retryAt = NEVER;
  }

  #advance(now: number): void {
    this.#now = now;
    for (const { sequence } of this.#aks.expire(now)) this.#out.event({ type: 'AK_EXPIRED', akSequence: sequence });
    if (now >= this.#graceAt) {
      this.#graceAt = NEVER;
      this.#raise('GRACE_TIMEOUT');
    }
    if (now >= this.#retryAt) {
      this.#retryAt = NEVER;
      this.#raise('TIMEOUT');
      if (this.state === 'START') this.#raise('COMMUNICATION_ESTABLISHED'); // it still is
    }
  }

  #raise(event: AuthEvent): boolean {
    const known = this.#fsm.raise(event);
    if (known) this.#out.event({ type: 'AUTH_STATE', state: this.state, event });
    return known;
  }

  #send(message: Uint8Array): void {
    this.#out.send(this.#options.mac, this.#options.bs, message);
  }

  #refuse(why: Extract<ApplicantEvent, { type: 'AUTH_REPLY_REFUSED' }>['why']): void {
    this.#out.event({ type: 'AUTH_REPLY_REFUSED', why });
  }

  #drop(code: Extract<ApplicantEvent, { type: 'AUTH_DROPPED' }>['code']): void {
    this.#out.event({ type: 'AUTH_DROPPED', code });
  }

  #step(): ApplicantStep {
    return this.#out.take(Math.min(this.#retryAt, this.#graceAt, this.#aks.wakeAt()));
  }
}

/** The message's bytes are only lent; work may take a while. */
function copied(reply: SignedAuthReply): SignedAuthReply {
  const { authKey, bsCertificate, signature } = reply;
  return {
    ...reply,
    authKey: authKey.slice(),
    sas: reply.sas.map((sa): SaDescriptor => ({ ...sa, suite: sa.suite.slice() })),
    ...(bsCertificate !== undefined && { bsCertificate: bsCertificate.slice() }),
    ...(signature !== undefined && {
      signature: { covered: signature.covered.slice(), value: signature.value.slice() },
    }),
  };
}
