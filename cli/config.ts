// One JSON file provisions a BS; an SS reads the same file and takes its own row. Text -> shape (zod: unknown and missing
// fields) -> rules over several fields (duplicates, ranges that depend on `lab`). Whatever is refused is refused with its path.
// An AK leaves this file only inside a Secret; no message repeats a value that was read.
import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { z } from 'zod';
import { type Address, formatAddress, isGroupAddress, parseAddress } from './carrier/address.js';
import { CliError, EXIT, reason } from './exit.js';
import { Secret } from './secret.js';

/** TEK lifetimes of the standard in seconds (802.16 table 343), and the least that `lab` allows. */
const TEK_LIFETIME = { min: 1_800, max: 604_800, labMin: 4 };
/** Least AK lifetime of the standard in seconds. */
const AK_LIFETIME_MIN = 86_400;
const DEFAULT_REPLAY_WINDOW = 1_024;
const DEFAULT_LIMITS = { requestsPerSecond: 200, burst: 400 };
/** docs/REKEYING.md. Times in seconds. */
const DEFAULT_REKEYING = {
  rekeysPerSecond: 2_000,
  quorum: 1,
  deadline: 5,
  coalesce: 0.5,
  operationalWait: 1,
  automatic: true,
};

const SUITES: Readonly<Record<string, string>> = {
  '000001': 'no data encryption, TEK under 3DES',
  '000002': 'no data encryption, TEK under RSA',
  '010001': 'DES-CBC (56-bit), TEK under 3DES',
  '010002': 'DES-CBC (56-bit), TEK under RSA',
  '030003': 'AES-CBC, TEK under AES-ECB',
  '800003': 'AES-CTR for MBS, TEK under AES-ECB',
  '800004': 'AES-CTR for MBS, TEK under AES key wrap',
};

export const integer = (min: number, max: number) => {
  const error = `must be a whole number ${min}..${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
};
export const fraction = (max: number) => {
  const error = `must be a number 0..${max}`;
  return z.number({ error }).min(0, { error }).max(max, { error });
};
export const macAddress = z
  .string()
  .regex(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i, 'must be six bytes like 00:1b:11:c9:d5:0c')
  .transform((s) => s.toLowerCase());
const address = z.string().transform((text, context): Address => {
  const parsed = parseAddress(text);
  if (parsed !== undefined && !isGroupAddress(parsed)) return parsed;
  context.addIssue({
    code: 'custom',
    message: parsed
      ? 'must not be an IP multicast or broadcast address'
      : 'must be an IP address and a port like 127.0.0.1:16016',
  });
  return z.NEVER;
});
/** Where something is sent: port 0 cannot be. */
const destination = address.refine(({ port }) => port !== 0, 'must have a port other than 0');
const suite = z.string().transform((text, context) => {
  const name = text.toLowerCase();
  if (name === '020104' || name === '020103') return name;
  const known = SUITES[name];
  const message = name.startsWith('01')
    ? `${known ?? 'DES-CBC (56-bit)'} is refused: a 56-bit key protects nothing; use 020104 (AES-CCM, AES key wrap)`
    : `${known ? `${known} is not offered` : 'is not a cryptographic suite'}; use 020104 (AES-CCM, AES key wrap) or 020103 (AES-CCM, AES-ECB)`;
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});
const ak = z
  .string()
  .regex(/^[0-9a-f]{40}$/i, 'must be 40 hexadecimal digits')
  .transform((hex) => new Secret(Uint8Array.from(Buffer.from(hex, 'hex'))));
const cid = integer(1, 65_535);
const name = z.string().min(1);

const serviceFields = {
  said: integer(0, 65_535),
  cid,
  name,
  ingress: address,
  /** Whoever joins cannot read what was sent before. */
  backwardSecrecy: z.boolean().default(false),
};
const serviceSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('multicast'), groupId: integer(0, 255), ...serviceFields }),
  z.strictObject({ type: z.literal('broadcast'), ...serviceFields }),
]);
const subscriberSchema = z.strictObject({
  mac: macAddress,
  provider: name,
  basicCid: cid,
  primaryCid: cid,
  transportCid: cid,
  /** Pre-shared; without it, and with `pki`, the SS is authorized by its certificate. */
  ak: ak.optional(),
  akSequence: integer(0, 15).optional(),
  groups: z.array(integer(0, 255)),
  ingress: address,
  egress: destination.optional(),
});
/** Files: the CA of the SSs; certificate and private key of the BS. */
const pkiSchema = z.strictObject({
  caFile: name,
  certificateFile: name.optional(),
  keyFile: name.optional(),
  akLifetime: integer(8, 6_048_000).optional(),
});
/** How TEKs are replaced before their time. */
const rekeyingSchema = z.strictObject({
  rekeysPerSecond: integer(1, 1_000_000).default(DEFAULT_REKEYING.rekeysPerSecond),
  quorum: fraction(1).default(DEFAULT_REKEYING.quorum),
  deadline: fraction(3_600).default(DEFAULT_REKEYING.deadline),
  coalesce: fraction(60).default(DEFAULT_REKEYING.coalesce),
  operationalWait: integer(1, 10).default(DEFAULT_REKEYING.operationalWait),
  automatic: z.boolean().default(DEFAULT_REKEYING.automatic),
});
const packets = integer(1, 0x7fff_fffe);
const payloadBytes = integer(1, Number.MAX_SAFE_INTEGER).transform((n) => BigInt(n));
/** When a TEK asks to be replaced (soft), and when it seals no more (hard). */
const keyLimitsSchema = z.strictObject({
  softSeconds: integer(1, TEK_LIFETIME.max).optional(),
  softPackets: packets.optional(),
  hardPackets: packets.optional(),
  softBytes: payloadBytes.optional(),
  hardBytes: payloadBytes.optional(),
});
export const configSchema = z.strictObject({
  bsid: macAddress,
  provider: name,
  profile: z.enum(['patent', 'vendor']),
  suite,
  listen: address,
  tekLifetime: integer(1, TEK_LIFETIME.max),
  crc: z.enum(['msb', 'reflected', 'none']).default('msb'),
  lab: z.boolean().default(false),
  replayWindow: integer(1, 65_535).default(DEFAULT_REPLAY_WINDOW),
  limits: z
    .strictObject({ requestsPerSecond: integer(1, 1_000_000), burst: integer(1, 1_000_000) })
    .default(DEFAULT_LIMITS),
  services: z.array(serviceSchema),
  subscribers: z.array(subscriberSchema),
  pki: pkiSchema.optional(),
  rekeying: rekeyingSchema.default(DEFAULT_REKEYING),
  keyLimits: keyLimitsSchema.optional(),
});

export type Config = z.output<typeof configSchema>;
export type Service = Config['services'][number];
export type Subscriber = Config['subscribers'][number];

interface Problem {
  readonly path: string;
  readonly message: string;
}

/** `services[0].groupId` */
function pathOf(keys: readonly PropertyKey[]): string {
  return keys
    .map((k) => (typeof k === 'number' ? `[${k}]` : `.${String(k)}`))
    .join('')
    .replace(/^\./, '');
}

function isMissing(json: unknown, path: readonly PropertyKey[]): boolean {
  const at = path.reduce<unknown>(
    (o, k) => (typeof o === 'object' && o !== null ? Reflect.get(o, k) : undefined),
    json,
  );
  return path.length > 0 && at === undefined;
}

/** Zod's issues in our words: what is missing and what is unknown is named by its full path. */
function problemsOf(error: z.ZodError, json: unknown): Problem[] {
  return error.issues.flatMap((issue): Problem[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: pathOf([...issue.path, key]), message: 'unknown field' }));
    }
    if (isMissing(json, issue.path)) return [{ path: pathOf(issue.path), message: 'missing' }];
    if (issue.code === 'invalid_union')
      return [{ path: pathOf(issue.path), message: 'must be multicast or broadcast' }];
    return [{ path: pathOf(issue.path), message: issue.message.replace(/^Invalid (input|option): /, '') }];
  });
}

/** Finds values that stand in two places. `kind` is what the value is, for the message. */
class Uniques {
  readonly #seen = new Map<string, string>();
  readonly #problems: Problem[];
  readonly #kind: string;

  constructor(kind: string, problems: Problem[]) {
    this.#kind = kind;
    this.#problems = problems;
  }

  add(value: string | number, path: string): void {
    const first = this.#seen.get(String(value));
    if (first === undefined) this.#seen.set(String(value), path);
    else this.#problems.push({ path, message: `${this.#kind} ${value} is already at ${first}` });
  }
}

/** Either an AK with its sequence number, or neither and certificates. */
function checkKeys({ pki, lab, subscribers }: Config): Problem[] {
  const problems: Problem[] = [];
  subscribers.forEach(({ ak, akSequence }, i) => {
    const missing = ak === undefined && akSequence === undefined && pki !== undefined ? [] : { ak, akSequence };
    for (const [key, value] of Object.entries(missing)) {
      if (value === undefined) problems.push({ path: `subscribers[${i}].${key}`, message: 'missing' });
    }
  });
  if ((pki?.certificateFile === undefined) !== (pki?.keyFile === undefined)) {
    const key = pki?.keyFile === undefined ? 'keyFile' : 'certificateFile';
    problems.push({ path: `pki.${key}`, message: 'missing: certificateFile and keyFile go together' });
  }
  if (pki?.akLifetime !== undefined && pki.akLifetime < AK_LIFETIME_MIN && !lab) {
    problems.push({
      path: 'pki.akLifetime',
      message: `must be ${AK_LIFETIME_MIN}..6048000 seconds (from 8 with "lab": true)`,
    });
  }
  return problems;
}

function checkAcrossFields(config: Config): Problem[] {
  const problems: Problem[] = checkKeys(config);
  const least = config.lab ? TEK_LIFETIME.labMin : TEK_LIFETIME.min;
  if (config.tekLifetime < least) {
    const hint = config.lab ? '' : ` (from ${TEK_LIFETIME.labMin} with "lab": true)`;
    problems.push({ path: 'tekLifetime', message: `must be ${least}..${TEK_LIFETIME.max} seconds${hint}` });
  }
  const { softPackets, hardPackets, softBytes, hardBytes } = config.keyLimits ?? {};
  if (softPackets !== undefined && hardPackets !== undefined && softPackets > hardPackets)
    problems.push({ path: 'keyLimits.softPackets', message: 'must not be above hardPackets' });
  if (softBytes !== undefined && hardBytes !== undefined && softBytes > hardBytes)
    problems.push({ path: 'keyLimits.softBytes', message: 'must not be above hardBytes' });
  const macs = new Uniques('MAC address', problems);
  const cids = new Uniques('CID', problems);
  const saids = new Uniques('SAID', problems);
  const groups = new Uniques('group ID', problems);
  const addresses = new Uniques('address', problems);
  const bind = (a: Address, path: string) => a.port !== 0 && addresses.add(formatAddress(a), path);
  bind(config.listen, 'listen');
  let broadcast: string | undefined;
  config.services.forEach((service, i) => {
    const path = `services[${i}]`;
    cids.add(service.cid, `${path}.cid`);
    saids.add(service.said, `${path}.said`);
    bind(service.ingress, `${path}.ingress`);
    if (service.type === 'multicast') groups.add(service.groupId, `${path}.groupId`);
    else if (broadcast === undefined) broadcast = path;
    else problems.push({ path: `${path}.type`, message: `a second broadcast service: the first is ${broadcast}` });
  });
  config.subscribers.forEach((subscriber, i) => {
    const path = `subscribers[${i}]`;
    macs.add(subscriber.mac, `${path}.mac`);
    for (const key of ['basicCid', 'primaryCid', 'transportCid'] as const) cids.add(subscriber[key], `${path}.${key}`);
    saids.add(subscriber.basicCid, `${path}.basicCid`); // the primary SAID is the basic CID
    bind(subscriber.ingress, `${path}.ingress`);
    const own = new Uniques('group ID', problems);
    subscriber.groups.forEach((g, j) => {
      own.add(g, `${path}.groups[${j}]`);
    });
  });
  return problems;
}

function refuse(source: string, problems: readonly Problem[]): never {
  const lines = problems.map((p) => `  ${p.path === '' ? '(whole file)' : p.path}: ${p.message}`);
  throw new CliError(EXIT.CONFIG, `configuration ${source} refused:\n${lines.join('\n')}`);
}

/** The configuration in `text`. Throws a CliError (exit 3) that names each offending path; `source` says where the text came from. */
export function parseConfig(text: string, source = 'text'): Config {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (e) {
    // The engine's own message quotes the text around the mistake, and that may be an AK: only the position is passed on.
    const position = /position (\d+)/.exec(reason(e))?.[1];
    refuse(source, [{ path: '', message: `not JSON${position === undefined ? '' : ` (at character ${position})`}` }]);
  }
  const result = configSchema.safeParse(json);
  if (!result.success) refuse(source, problemsOf(result.error, json));
  const problems = checkAcrossFields(result.data);
  if (problems.length > 0) refuse(source, problems);
  return result.data;
}

/** Reads a configuration file; `-` is standard input. */
export async function readConfig(path: string): Promise<Config> {
  let text: string;
  try {
    text = path === '-' ? await readAll(process.stdin) : await readFile(path, 'utf8');
  } catch (e) {
    throw new CliError(EXIT.IO, `configuration ${path}: ${reason(e)}`);
  }
  return parseConfig(text, path === '-' ? 'from standard input' : path);
}

/** The row of one SS. Throws a CliError (exit 3) if there is none. */
export function subscriberOf(config: Config, mac: string): Subscriber {
  const row = config.subscribers.find((s) => s.mac === mac.toLowerCase());
  if (row === undefined) throw new CliError(EXIT.CONFIG, `no subscriber ${mac.toLowerCase()} in the configuration`);
  return row;
}
