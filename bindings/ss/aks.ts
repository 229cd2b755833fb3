// Under which AKs an SS signs and verifies: the one that was pre-shared, or those that its Applicant got it.
import type { LiveAk } from '../auth/index.js';

/** An AK that counts. */
export type AkInUse = Pick<LiveAk, 'keys' | 'sequence'>;

export interface Aks {
  /** Signs requests. Undefined before the first authorization, and when all have expired. */
  newest(): AkInUse | undefined;
  /** Verifies answers: the AK that they name (attribute 10). */
  bySequence(sequence: number): AkInUse | undefined;
}

/** One AK for good: it signs, and verifies what bears its sequence number. */
export function preShared(ak: AkInUse): Aks {
  return { newest: () => ak, bySequence: (sequence) => (sequence === ak.sequence ? ak : undefined) };
}
