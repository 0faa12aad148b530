/**
 * Burn-down: which grants an amount is drawn from. By priority, then the earliest expiry, then the oldest; of two that are alike in all
 * that, the granted one before the paid one, because what was paid can be given back.
 */
import type { Money } from '../money';
import { lesser, minus, plus, total } from '../pricing/exact';
import type { Instant } from '../time';
import { type Denomination, showAmount } from './denomination';
import { type Grant, type GrantOrigin, isUsable, leftOf, paidFor } from './grant';

/** What was drawn from one grant. */
export interface Draw {
  readonly key: string;
  readonly origin: GrantOrigin;
  readonly amount: string;
  /** What is left of the grant. */
  readonly left: string;
  /** What was paid for what is drawn; null for granted credits. */
  readonly paid: Money | null;
}

export interface BurnDown {
  readonly draws: readonly Draw[];
  readonly drawn: string;
  /** What the wallet could not give. */
  readonly unmet: string;
  /** All grants as they are afterwards, in the order given. */
  readonly grants: readonly Grant[];
  /** "12.00 USD: 10.00 USD of promo/1 (granted), 2.00 USD of top_up/7/paid (paid)". */
  readonly text: string;
}

/** After every expiry that there can be. */
const never = Number.POSITIVE_INFINITY;

/** The order in which grants are drawn, as a comparison. */
export function drawnBefore(a: Grant, b: Grant): number {
  const expiry = (grant: Grant): number => grant.expiresAt ?? never;
  if (a.priority !== b.priority) return a.priority - b.priority;
  if (expiry(a) !== expiry(b)) return expiry(a) - expiry(b);
  if (a.grantedAt !== b.grantedAt) return a.grantedAt - b.grantedAt;
  if (a.origin !== b.origin) return a.origin === 'granted' ? -1 : 1;
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

function drawOf(grant: Grant, wanted: string): Draw {
  const left = leftOf(grant);
  const amount = lesser(wanted, left);
  const used = plus(grant.used, amount);
  return {
    key: grant.key,
    origin: grant.origin,
    amount,
    left: minus(left, amount),
    paid: paidFor(grant, grant.used, used),
  };
}

function explained(amount: string, draws: readonly Draw[], unmet: string, denomination: Denomination): string {
  const parts = draws.map((draw) => `${showAmount(draw.amount, denomination)} of ${draw.key} (${draw.origin})`);
  if (unmet !== '0') parts.push(`${showAmount(unmet, denomination)} not held`);
  return `${showAmount(amount, denomination)}: ${parts.length === 0 ? 'nothing to draw' : parts.join(', ')}`;
}

export interface DrawRequest {
  readonly grants: readonly Grant[];
  readonly denomination: Denomination;
  /** From zero up. */
  readonly amount: string;
  readonly now: Instant;
}

/**
 * Draws an amount, or as much of it as the wallet holds. What expired by `now` is not drawn, whether its expiry is recorded yet or not.
 * @throws PerennialError `invalid_amount` when the amount is no plain decimal.
 */
export function drawDown({ grants, denomination, amount, now }: DrawRequest): BurnDown {
  const draws: Draw[] = [];
  let unmet = minus(amount, '0');
  const usable = grants.filter((grant) => isUsable(grant, now) && leftOf(grant) !== '0').sort(drawnBefore);
  for (const grant of usable) {
    if (unmet === '0') break;
    const draw = drawOf(grant, unmet);
    draws.push(draw);
    unmet = minus(unmet, draw.amount);
  }
  const byKey = new Map(draws.map((draw) => [draw.key, draw.amount]));
  return {
    draws,
    drawn: total(draws.map((draw) => draw.amount)),
    unmet,
    grants: grants.map((grant) => ({ ...grant, used: plus(grant.used, byKey.get(grant.key) ?? '0') })),
    text: explained(amount, draws, unmet, denomination),
  };
}
