// The worst key age that a rekey budget implies. When every group is to be rekeyed at once, the last one's turn comes when all others'
// members have been nudged; then its own members must be answered, at worst until the deadline:
//
//   order            first group switches                          last group switches
//     |-- coalesce --|-- 2n1/r --|.. deadline ..|
//                    |-- 2n1/r --|-- 2n2/r --|- ... -|-- 2nG/r --|........ deadline ........|
//
// r is the budget, and half of it may go to Key Replies that nobody was nudged for (pace.ts): hence the 2. Where there are none it is n/r.
//
// Scheduled rotation is another matter: its times are fixed (TEK_k ends at t0 + (k+1)·L/2), whatever the budget, and no TEK ever gets older than L.

/** How old a group's key can get under a rekey budget. */
export interface KeyAge {
  /** Seconds from an order to rekey everything until the last group has switched. */
  readonly storm: number;
  /** Seconds from a TEK's generation until it can have sealed for the last time; never above the TEK lifetime. */
  readonly age: number;
  /** Groups that have members, and members over all of them. */
  readonly groups: number;
  readonly members: number;
  readonly perSecond: number;
  /** Replies a second that scheduled rotation alone asks for: above `perSecond` the budget is too small for the members. */
  readonly demand: number;
}

/** `members`: of each group that has any. Times in seconds. */
export function worstAge(
  members: readonly number[],
  perSecond: number,
  waits: { readonly coalesce: number; readonly deadline: number; readonly lifetime: number },
): KeyAge {
  const total = members.reduce((sum, n) => sum + n, 0);
  const storm = total === 0 ? 0 : waits.coalesce + (2 * total) / perSecond + waits.deadline;
  return {
    storm,
    age: waits.lifetime,
    groups: members.length,
    members: total,
    perSecond,
    demand: total / (waits.lifetime / 2),
  };
}
