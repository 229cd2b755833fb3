// Addresses as they stand in the configuration, in options and in the engines' opaque address strings: `127.0.0.1:16016`, `[::1]:16016`.
import { isIPv4, isIPv6 } from 'node:net';

export interface Address {
  readonly host: string;
  /** 0 asks for any free port. */
  readonly port: number;
}

/** Undefined unless `text` is a literal IP address and a port 0..65,535. */
export function parseAddress(text: string): Address | undefined {
  const m = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):(\d{1,5})$/.exec(text);
  const host = m?.[1] ?? m?.[2];
  const port = Number(m?.[3]);
  if (host === undefined || port > 65535) return undefined;
  return (m?.[1] === undefined ? isIPv4(host) : isIPv6(host)) ? { host, port } : undefined;
}

export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** IP multicast and limited broadcast: the carrier stands in for radio and never uses them. */
export function isGroupAddress({ host }: Address): boolean {
  return host.includes(':') ? /^ff/i.test(host) : Number.parseInt(host, 10) >= 224;
}
