// Packet numbers: of every sealed PDU the pair of TEK and nonce. A nonce is header bytes, direction and PN; the keystream depends on
// direction and PN alone, so that is what must not come twice under the same key bytes, whoever seals.
import type { Sealed } from './observer.js';

export class Nonces {
  /** Per TEK and direction the highest PN, and every PN that was used. */
  readonly #teks = new Map<number, { highest: number; readonly used: Set<number> }>();

  /** What is wrong with this one, if anything. */
  see({ tek, up, pn }: Sealed): 'NONCE' | 'PN' | undefined {
    const name = tek * 2 + (up ? 1 : 0);
    let seen = this.#teks.get(name);
    if (seen === undefined) {
      seen = { highest: 0, used: new Set() };
      this.#teks.set(name, seen);
    }
    if (seen.used.has(pn)) return 'NONCE';
    seen.used.add(pn);
    if (pn <= seen.highest) return 'PN';
    seen.highest = pn;
    return undefined;
  }
}
