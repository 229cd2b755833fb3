// Pieces of several commands: option parsers, what ends a run.
import { InvalidArgumentError } from 'commander';
import { type Address, isGroupAddress, parseAddress } from '../carrier/address.js';
import { reason } from '../exit.js';
import { LOG_LEVELS, type LogLevel, printLine } from '../output.js';

export function addressOption(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new InvalidArgumentError('An IP address and a port like 127.0.0.1:16016.');
  if (isGroupAddress(address)) throw new InvalidArgumentError('Not an IP multicast or broadcast address.');
  return address;
}

/** A whole number of decimal digits only: no sign, no exponent. */
export function numberOption(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`A whole number ${min}..${max}.`);
    return value;
  };
}

export function macOption(text: string): string {
  if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text))
    throw new InvalidArgumentError('Six bytes like 00:1b:11:c9:d5:0c.');
  return text.toLowerCase();
}

export function logLevelOption(text: string): LogLevel {
  const level = LOG_LEVELS.find((l) => l === text);
  if (level === undefined) throw new InvalidArgumentError(`One of ${LOG_LEVELS.join(', ')}.`);
  return level;
}

/** For a command that prints one document with --json: if it fails, that document is `{ "error": … }`. The error goes on to main. */
export async function orErrorDocument(json: boolean | undefined, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (e) {
    if (json) printLine({ error: reason(e) });
    throw e;
  }
}

/** Resolves with the name of the first SIGINT or SIGTERM. A second one ends the process as the system would. */
export function endSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const signals = ['SIGINT', 'SIGTERM'] as const;
    const on = (signal: NodeJS.Signals) => {
      for (const s of signals) process.off(s, on);
      resolve(signal);
    };
    for (const s of signals) process.on(s, on);
  });
}
