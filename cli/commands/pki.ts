// tekcast pki: a CA and certificates of stations, for trying authorization out. Private keys are readable by their owner alone, and
// nothing is overwritten.
import { mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { createPki, type Issued, type Pki } from 'tekcast/pki';
import { CliError, EXIT, exitCodesHelp, reason } from '../exit.js';
import { toJson } from '../output.js';
import { macOption, numberOption } from './shared.js';

const HELP = `
tekcast pki ca --out ca                                        ca/ca.pem, ca/ca.key
tekcast pki station --role bs --mac BSID --ca ca --out keys    keys/bs-<mac>.pem, keys/bs-<mac>.key
tekcast pki station --role ss --mac MAC  --ca ca --out keys    keys/ss-<mac>.pem, keys/ss-<mac>.key

Certificates are PEM, private keys PEM (PKCS #8) with mode 0600; a file that exists is never overwritten. In the base station's
configuration, a subscriber without "ak" is authorized by its certificate:

  "pki": { "caFile": "ca/ca.pem", "certificateFile": "keys/bs-<mac>.pem", "keyFile": "keys/bs-<mac>.key" }

and its station runs as tekcast ss ... --certificate keys/ss-<mac>.pem --key keys/ss-<mac>.key --bs-ca ca/ca.pem.
These CAs are for trying things out: their keys lie in plain files.

It needs the optional packages @peculiar/x509 and reflect-metadata: npm i @peculiar/x509 reflect-metadata.`;

interface Output {
  readonly out: string;
  readonly json?: boolean;
  readonly days?: number;
}

/** Both files or none. */
async function write(folder: string, name: string, { certificate, privateKey }: Issued): Promise<[string, string]> {
  const paths = [join(folder, `${name}.key`), join(folder, `${name}.pem`)] as const;
  const [key, pem] = paths;
  const written: string[] = [];
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(key, privateKey, { mode: 0o600, flag: 'wx' });
    written.push(key);
    await writeFile(pem, certificate, { flag: 'wx' });
  } catch (e) {
    for (const path of written) await unlink(path);
    throw new CliError(EXIT.IO, `${folder}: ${reason(e)}`);
  }
  return [pem, key];
}

function print(pki: Pki, issued: Issued, [certificate, privateKey]: [string, string], json: boolean): void {
  const { subject, issuer, notBefore, notAfter } = pki.describe(issued.certificate);
  const result = { certificate, privateKey, subject, issuer, notBefore, notAfter };
  if (json) process.stdout.write(`${toJson(result)}\n`);
  else {
    process.stdout.write(`${certificate}  ${subject}, signed by ${issuer}, until ${notAfter.toISOString()}\n`);
    process.stdout.write(`${privateKey}  its private key: keep it to yourself\n`);
  }
}

async function text(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (e) {
    throw new CliError(EXIT.IO, reason(e));
  }
}

async function makeCa({ out, json, days, name }: Output & { name: string }): Promise<void> {
  const pki = await createPki();
  const ca = await pki.makeCa({ name, ...(days !== undefined && { days }) });
  print(pki, ca, await write(out, 'ca', ca), json === true);
}

async function makeStation(options: Output & { role: 'bs' | 'ss'; mac: string; ca: string }): Promise<void> {
  const { role, mac, out, json, days, ca } = options;
  const pki = await createPki();
  const issuer = { certificate: await text(join(ca, 'ca.pem')), privateKey: await text(join(ca, 'ca.key')) };
  const station = await pki.makeStation({ role, mac, issuer, ...(days !== undefined && { days }) });
  print(pki, station, await write(out, `${role}-${mac.replaceAll(':', '')}`, station), json === true);
}

export function pkiCommand(): Command {
  const codes = exitCodesHelp([EXIT.OK, EXIT.FAILED, EXIT.IO, EXIT.USAGE]);
  const ca = new Command('ca')
    .description('make a CA: ca.pem and ca.key')
    .requiredOption('--out <dir>', 'folder for the files')
    .option('--name <name>', 'common name', 'tekcast CA')
    .option('--days <n>', 'how long it is valid (default: 3650)', numberOption(1, 36_500))
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', codes)
    .action(makeCa);
  const station = new Command('station')
    .description('make the certificate and private key of a station')
    .addOption(new Option('--role <role>', 'which kind of station').choices(['bs', 'ss']).makeOptionMandatory())
    .requiredOption('--mac <mac>', 'MAC address, or BSID', macOption)
    .requiredOption('--ca <dir>', 'folder of the CA')
    .requiredOption('--out <dir>', 'folder for the files')
    .option('--days <n>', 'how long it is valid (default: 365)', numberOption(1, 36_500))
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', codes)
    .action(makeStation);
  const pki = new Command('pki').description('make a CA and station certificates for authorization');
  for (const command of [ca, station]) pki.addCommand(command);
  return pki.addHelpText('after', `${HELP}\n${codes}`);
}
