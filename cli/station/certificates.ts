// Files of certificates and keys, read for a station: its part of `pki` in the configuration, and what answers its work.
import { readFile } from 'node:fs/promises';
import type { BsPki, SsAuthorization } from 'tekcast';
import { type BsAuthHandlers, createPki, type SsAuthHandlers } from 'tekcast/pki';
import type { Config } from '../config.js';
import { CliError, EXIT, reason } from '../exit.js';

async function pem(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (e) {
    throw new CliError(EXIT.IO, reason(e));
  }
}

/** Undefined if the configuration has no `pki`. Throws a CliError (exit 4), or `PKI_MISSING`, `PKI_PEM`, `PKI_KEY`. */
export async function bsCertificates(config: Config): Promise<{ pki: BsPki; handlers: BsAuthHandlers } | undefined> {
  const given = config.pki;
  if (given === undefined) return undefined;
  const pki = await createPki();
  const ssCas = [await pem(given.caFile)];
  const { certificateFile, keyFile, akLifetime } = given;
  const bs =
    certificateFile === undefined || keyFile === undefined
      ? undefined
      : { certificate: await pem(certificateFile), privateKey: await pem(keyFile) };
  return {
    pki: {
      ...(bs && { certificate: pki.certificateBytes(bs.certificate) }),
      ...(akLifetime !== undefined && { akLifetime }),
    },
    handlers: await pki.bsHandlers({ ssCas, ...(bs && { bs }) }),
  };
}

export interface SsFiles {
  readonly certificate: string;
  readonly key: string;
  /** CA of the base stations. Without it nobody knows who answers. */
  readonly bsCa?: string | undefined;
}

/** Throws as above, and a CliError (exit 3) if the configuration has no `pki`. */
export async function ssCertificates(
  config: Config,
  files: SsFiles,
): Promise<{ authorization: SsAuthorization; handlers: SsAuthHandlers }> {
  if (config.pki === undefined) {
    throw new CliError(EXIT.CONFIG, 'the configuration has no "pki": this base station takes no certificates');
  }
  const pki = await createPki();
  const bsCas = files.bsCa === undefined ? [] : [await pem(files.bsCa)];
  return {
    authorization: {
      certificate: pki.certificateBytes(await pem(files.certificate)),
      caCertificate: pki.certificateBytes(await pem(config.pki.caFile)),
      signedReplies: bsCas.length > 0,
      bsid: config.bsid,
    },
    handlers: await pki.ssHandlers({ privateKey: await pem(files.key), bsCas }),
  };
}
