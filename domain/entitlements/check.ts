/** May the customer use the feature now? One answer from all that is granted. */
import { compareDecimals, excess, isAbove, minus, plus, times, wholeQuotient } from '../pricing/exact';
import type { Ending, Entitlement, MeteredEntitlement } from './entitlement';

/** Why a request is allowed, or not. */
export const checkReasons = {
  granted: 'The feature is on.',
  within_limit: 'It fits into what is left.',
  unlimited: 'There is no limit.',
  overage_tolerated: 'It goes beyond a soft limit that was not reached before.',
  overage_billed: 'It is above the limit, and billed as the plan says.',
  limit_reached: 'Nothing is left until the allowance begins anew.',
  above_remaining: 'It does not fit into what is left.',
  switched_off: 'The feature is off.',
  not_granted: 'No plan of the customer grants it.',
  no_subscription: 'The customer has no subscription in force.',
} as const satisfies Record<string, string>;

export type CheckReason = keyof typeof checkReasons;

/** The most lenient of endings: what any of the plans lets in is let in. */
export function leniencyOf(endings: readonly Ending[]): Ending {
  const billed = endings.find(({ overage }) => overage === 'billed');
  const soft = endings.find(({ limit_type }) => limit_type === 'soft');
  return billed ?? soft ?? { limit_type: 'hard', overage: 'refused' };
}

export interface Verdict {
  readonly allowed: boolean;
  readonly reason: CheckReason;
}

const yes = (reason: CheckReason): Verdict => ({ allowed: true, reason });
const no = (reason: CheckReason): Verdict => ({ allowed: false, reason });

export interface MeteredStanding {
  /** Null: unlimited. */
  readonly limit: string | null;
  readonly usage: string;
  /** Held by reservations. */
  readonly reserved: string;
}

/** Judges a request for a quantity (a decimal from zero up) of something metered. */
export function judgeQuantity({ limit, usage, reserved }: MeteredStanding, ending: Ending, quantity: string): Verdict {
  if (limit === null) return yes('unlimited');
  const taken = plus(usage, reserved);
  if (!isAbove(plus(taken, quantity), limit)) return yes('within_limit');
  if (ending.overage === 'billed') return yes('overage_billed');
  const isReached = compareDecimals(taken, limit) >= 0;
  if (ending.limit_type === 'soft' && !isReached) return yes('overage_tolerated');
  return no(isReached ? 'limit_reached' : 'above_remaining');
}

/** Judges a feature that is no amount. */
export function judgeGrants(grants: readonly Entitlement[]): Verdict {
  if (grants.length === 0) return no('not_granted');
  return grants.some((grant) => grant.type !== 'boolean' || grant.enabled) ? yes('granted') : no('switched_off');
}

const decimalPattern = /^-?\d+(\.\d+)?$/;

/** The value of a static feature that several plans grant: of numbers the greatest, else that of the plan that was subscribed to last. */
export function valueOf(values: readonly string[]): string | null {
  if (values.length > 1 && values.every((value) => decimalPattern.test(value)))
    return values.reduce((most, value) => (isAbove(value, most) ? value : most));
  return values.at(-1) ?? null;
}

/** What is left to take; null: no limit. */
export const remainingOf = ({ limit, usage, reserved }: MeteredStanding): string | null =>
  limit === null ? null : excess(limit, plus(usage, reserved));

/** Usage in hundredths of a percent of the limit, rounded down: nothing is said to be reached that is not. */
function basisPointsOf({ limit, usage }: MeteredStanding): string | null {
  if (limit === null) return null;
  // Of nothing, all is used.
  if (compareDecimals(limit, '0') === 0) return '10000';
  return wholeQuotient(times(isAbove('0', usage) ? '0' : usage, '10000'), limit, 'down');
}

/** Used percent of the limit with at most two places, such as "83.33"; null: no limit. */
export function percentageOf(standing: MeteredStanding): string | null {
  const points = basisPointsOf(standing);
  return points === null ? null : times(points, '0.01');
}

/** The thresholds that are reached, ascending. A limit of nothing reaches none: there is nothing to be warned of. */
export function reachedOf(standing: MeteredStanding, thresholds: readonly number[]): number[] {
  const { limit, usage } = standing;
  if (limit === null || compareDecimals(limit, '0') === 0) return [];
  return thresholds.filter((threshold) => !isAbove(times(limit, String(threshold)), times(usage, '100')));
}

/** The thresholds of all grants, ascending. */
export const thresholdsOf = (grants: readonly MeteredEntitlement[]): number[] =>
  [...new Set(grants.flatMap(({ thresholds }) => thresholds))].sort((a, b) => a - b);

/** A sentence once the first threshold is reached; null before. */
export function warningOf(standing: MeteredStanding, thresholds: readonly number[]): string | null {
  const reached = reachedOf(standing, thresholds).at(-1);
  if (reached === undefined || standing.limit === null) return null;
  const over = minus(standing.usage, standing.limit);
  const above = isAbove(over, '0') ? `, ${over} above it` : '';
  return `${percentageOf(standing) ?? ''} % of ${standing.limit} are used${above}.`;
}
