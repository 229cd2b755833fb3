// CA certificates that came in Auth Infos of one SS: a way from its certificate to a trusted CA, if one leads there. An Auth Info proves nothing, so
// anybody can send one in its name. Hence those beside which a certificate has verified stay for that certificate, whatever comes after,
// and of the others the latest few count, not the last alone: else one forged Auth Info would have the next Auth Request refused for good.

/** Of the latest; and twice as many of those that stay. */
const KEPT = 4;

/** The CA certificates that count for one SS, DER: those that proved themselves, then the latest. */
export class Issuers {
  /** The latest first. */
  #latest: readonly Uint8Array[] = [];
  #proved: { readonly certificate: Uint8Array; readonly issuers: readonly Uint8Array[] } | undefined;

  /** From an Auth Info; copied. */
  note(ca: Uint8Array): void {
    const others = this.#latest.filter((known) => !sameBytes(known, ca));
    this.#latest = [ca.slice(), ...others].slice(0, KEPT);
  }

  /** What to try. */
  get all(): readonly Uint8Array[] {
    const { issuers = [] } = this.#proved ?? {};
    return [...issuers, ...this.#latest.filter((ca) => !issuers.some((known) => sameBytes(known, ca)))];
  }

  /** `certificate` has verified beside all of them. */
  proved(certificate: Uint8Array): void {
    const { certificate: before, issuers = [] } = this.#proved ?? {};
    if (before !== undefined && sameBytes(before, certificate)) return;
    const others = issuers.filter((ca) => !this.#latest.some((known) => sameBytes(known, ca)));
    this.#proved = { certificate, issuers: [...this.#latest, ...others].slice(0, 2 * KEPT) };
  }
}

/** Whether two certificates are the same; they are public, so the time it takes may tell. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
