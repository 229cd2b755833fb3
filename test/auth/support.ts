// An Applicant and an Authorizer that talk through memory in virtual time. The host's part is a stand-in without any cryptography: a
// "certificate" is text that says what it is, a "public key" the SS's name, and encryption an XOR with it. The real one is in test/pki.
import {
  Applicant,
  type ApplicantEvent,
  type ApplicantOptions,
  Authorizer,
  type AuthorizerEvent,
  type AuthorizerOptions,
  type AuthStep,
  type BsAuthWork,
  type Grant,
  type LiveAk,
  type SsAuthWork,
} from '../../bindings/auth/index.js';
import { createTestingCore } from '../../bindings/core/testing.js';
import { decodeMessage, type PkmMessage, patent, suiteByName } from '../../bindings/pkm/index.js';
import type { WorkResult } from '../../bindings/step.js';

export const MAC = '00:1b:11:c9:d5:0c';
export const BASIC_CID = 16;
export const SUITE = suiteByName('020104');
const text = (s: string) => new TextEncoder().encode(s);
export const words = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Encrypts and decrypts: 128 bytes, of which the first 20 are the AK under a mask made of the name. */
function mask(name: string, bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(128);
  for (let i = 0; i < 128; i++) out[i] = (bytes[i] ?? 0) ^ (name.charCodeAt(i % name.length) + i);
  return out;
}

/** What a host answers to work; tests replace single answers. */
export type Answers = {
  -readonly [K in (BsAuthWork | SsAuthWork)['kind']]: (
    input: Extract<BsAuthWork | SsAuthWork, { kind: K }>['input'],
  ) => unknown;
};

export function answers(): Answers {
  return {
    'verify-certificate': ({ mac, certificate }) =>
      words(certificate) === `certificate of ${mac}`
        ? { trusted: true, publicKey: text(mac) }
        : { trusted: false, why: words(certificate).split(' ')[0] },
    'encrypt-ak': ({ publicKey, ak }) => mask(words(publicKey), ak),
    'decrypt-ak': ({ authKey }) => mask(MAC, authKey).slice(0, 20),
    sign: ({ request, reply }) => signature(request, reply),
    'verify-reply': ({ request, reply, certificate, signature: value }) =>
      words(certificate) === 'the BS' && `${value}` === `${signature(request, reply)}`
        ? { genuine: true }
        : { genuine: false, why: 'SIGNATURE' },
  };
}

/** 128 bytes that depend on all of both. */
function signature(request: Uint8Array, reply: Uint8Array): Uint8Array {
  const out = new Uint8Array(128);
  [...request, 0x100, ...reply].forEach((byte, i) => {
    out[i % 128] = ((out[i % 128] ?? 0) * 31 + byte + i) & 0xff;
  });
  return out;
}

export function decodedMessage(bytes: Uint8Array): PkmMessage {
  const result = decodeMessage(patent, bytes);
  if (!result.ok) throw new Error(result.code);
  return result.message;
}

export interface PairOptions {
  readonly ss?: Partial<ApplicantOptions>;
  readonly bs?: Partial<AuthorizerOptions>;
  readonly seed?: number;
}

/** Both sides, what they said, and what their hooks were told. */
export class Pair {
  readonly core;
  readonly applicant: Applicant;
  readonly authorizer: Authorizer;
  readonly answers = answers();
  readonly ssEvents: ApplicantEvent[] = [];
  readonly bsEvents: AuthorizerEvent[] = [];
  readonly grants: Grant[] = [];
  readonly told: string[] = [];
  readonly confirmed: LiveAk[] = [];
  /** Identifiers of Key Requests that wait. */
  readonly pending = new Set<number>();
  /** Messages on their way, in order. */
  up: Uint8Array[] = [];
  down: Uint8Array[] = [];
  /** Everything that was ever sent. */
  readonly upSent: Uint8Array[] = [];
  readonly downSent: Uint8Array[] = [];
  ssWork: SsAuthWork[] = [];
  bsWork: BsAuthWork[] = [];
  now = 1000;
  ssWakeAt: number | undefined;
  bsWakeAt: number | undefined;

  constructor({ ss, bs, seed = 7 }: PairOptions = {}) {
    this.core = createTestingCore({ seed, slots: 64, windows: 16, packets: 16, arenaBytes: 1 << 16 });
    const note = (what: string) => void this.told.push(what);
    this.authorizer = new Authorizer({
      core: this.core,
      profile: patent,
      suite: SUITE,
      owner: this.core.newOwner(),
      hooks: {
        descriptors: () => [
          { said: BASIC_CID, saType: 0, suite: SUITE.code },
          { said: 517, saType: 1, suite: SUITE.code },
        ],
        confirmed: (_, ak) => this.confirmed.push(ak),
        lost: () => note('lost'),
      },
      ...bs,
    });
    this.applicant = new Applicant({
      core: this.core,
      profile: patent,
      suite: SUITE,
      owner: this.core.newOwner(),
      mac: MAC,
      basicCid: BASIC_CID,
      bs: 'bs',
      certificate: text(`certificate of ${MAC}`),
      caCertificate: text('the CA'),
      signedReplies: false,
      hooks: {
        pending: (identifier) => this.pending.has(identifier),
        authorized: (grant) => void this.grants.push(grant),
        pend: (identifier) => note(`pend ${identifier}`),
        stop: () => note('stop'),
      },
      ...ss,
    });
  }

  /** Takes in a step of the SS. */
  ss(step: AuthStep<ApplicantEvent, SsAuthWork>): void {
    this.ssEvents.push(...step.events);
    this.up.push(...step.send.map(({ bytes }) => bytes));
    this.upSent.push(...step.send.map(({ bytes }) => bytes));
    this.ssWork.push(...step.work);
    this.ssWakeAt = step.wakeAt;
  }

  bs(step: AuthStep<AuthorizerEvent, BsAuthWork>): void {
    this.bsEvents.push(...step.events);
    this.down.push(...step.send.map(({ bytes }) => bytes));
    this.downSent.push(...step.send.map(({ bytes }) => bytes));
    this.bsWork.push(...step.work);
    this.bsWakeAt = step.wakeAt;
  }

  toBs(bytes: Uint8Array, from = 'ss', basicCid = BASIC_CID): void {
    this.bs(this.authorizer.receive({ mac: MAC, basicCid }, decodedMessage(bytes), from, this.now));
  }

  toSs(bytes: Uint8Array): void {
    this.ss(this.applicant.receive(decodedMessage(bytes), this.now));
  }

  /** Does all work of both sides. */
  work(): void {
    while (this.bsWork.length > 0 || this.ssWork.length > 0) {
      for (const w of this.bsWork.splice(0)) this.bs(this.authorizer.complete(w.id, this.answer(w), this.now));
      for (const w of this.ssWork.splice(0)) this.ss(this.applicant.complete(w.id, this.answer(w), this.now));
    }
  }

  answer(work: BsAuthWork | SsAuthWork): WorkResult {
    try {
      return { ok: true, value: (this.answers[work.kind] as (input: unknown) => unknown)(work.input) };
    } catch (e) {
      return { ok: false, error: (e as Error).message };
    }
  }

  /** Delivers messages and does work until nothing is left. */
  settle(): void {
    do {
      for (const bytes of this.up.splice(0)) this.toBs(bytes);
      this.work();
      for (const bytes of this.down.splice(0)) this.toSs(bytes);
      this.work();
    } while (this.up.length + this.down.length > 0);
  }

  start(): void {
    this.ss(this.applicant.start(this.now));
    this.settle();
  }

  /** Time passes, both clocks tick; messages wait for `settle`. */
  pass(seconds: number): void {
    this.now += 1000 * seconds;
    this.bs(this.authorizer.tick(this.now));
    this.ss(this.applicant.tick(this.now));
  }

  /** The SS signs something under its newest AK, the BS verifies: true if both have the same keys. */
  talk(): boolean {
    const ak = this.applicant.newest;
    const other = ak && this.authorizer.ak(MAC, ak.sequence);
    if (ak === undefined || other === undefined) return false;
    const { keys } = this.core;
    const message = Uint8Array.of(1, 2, 3);
    const up = keys.verifyHmac(other.keys.hmacUp, message, keys.hmac(ak.keys.hmacUp, message));
    const down = keys.verifyHmac(ak.keys.hmacDown, message, keys.hmac(other.keys.hmacDown, message));
    if (up) this.bs(this.authorizer.used(MAC, ak.sequence, this.now));
    return up && down;
  }

  codes(bytes: readonly Uint8Array[]): number[] {
    return bytes.map((message) => message[1] ?? 0);
  }

  ssTypes(): string[] {
    return this.ssEvents.map(({ type }) => type);
  }

  bsTypes(): string[] {
    return this.bsEvents.map(({ type }) => type);
  }
}
