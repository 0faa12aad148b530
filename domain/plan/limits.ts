/**
 * Least and most that a period costs, over all eligible lines: a minimum commitment is trued up by an extra line, max(0, M − Σ); a cap
 * takes the excess off by a negative line, min(0, cap − Σ). Both are for a full period and are prorated in a part of one; both come
 * before tax (billing conventions, §2). The lines are rounded already, so each rule rounds once: its own limit.
 */
import type { FieldError } from '../errors';
import { type Money, formatMoney, isZero, max, min, subtract, sum, zero } from '../money';
import { type Amounts, amountIn } from '../pricing/amounts';
import {
  amounts,
  currencyErrors,
  nullable,
  objectOf,
  oneOf,
  orderErrors,
  parameters,
  where,
  withDefault,
} from '../pricing/fields';
import {
  type PlanLine,
  type StretchRequest,
  type StretchShare,
  amountOfShare,
  shareOfStretch,
  textOfShare,
} from './stretch';

export interface PlanLimits {
  /** Least that a full period costs, by currency; null for none. */
  readonly minimum: Amounts | null;
  /** Most that a full period costs, by currency; null for none. */
  readonly maximum: Amounts | null;
  /** Which amounts of the eligible lines count. */
  readonly measured: 'after_discounts' | 'before_discounts';
}

function limitErrors({ minimum, maximum }: PlanLimits): FieldError[] {
  const currencies = currencyErrors([
    ['minimum', minimum],
    ['maximum', maximum],
  ]);
  return currencies.length > 0 ? currencies : orderErrors(minimum, maximum, 'maximum');
}

/** Reads limits from outside: the limits, or what is wrong by field. */
export const parseLimits = parameters<PlanLimits>(
  where(
    objectOf<PlanLimits>({
      minimum: nullable(amounts),
      maximum: nullable(amounts),
      measured: withDefault(oneOf('after_discounts', 'before_discounts'), 'after_discounts'),
    }),
    limitErrors,
  ),
);

/** A line that counts towards a limit: what it costs, and what a discount took off it (from zero up). */
export interface EligibleLine {
  readonly amount: Money;
  readonly discount: Money;
}

export interface LimitRequest {
  readonly limits: PlanLimits;
  readonly lines: readonly EligibleLine[];
  readonly currency: string;
  readonly stretch: StretchRequest;
}

/** What the eligible lines cost together. */
function measuredSum({ limits, lines, currency }: LimitRequest): Money {
  const before = sum(
    lines.map(({ amount }) => amount),
    currency,
  );
  const discounts = sum(
    lines.map(({ discount }) => discount),
    currency,
  );
  return limits.measured === 'before_discounts' ? before : subtract(before, discounts);
}

interface Rule {
  readonly kind: 'minimum' | 'cap';
  readonly word: string;
  readonly limits: Amounts | null;
  /** What the line makes of the difference between the limit and the sum. */
  readonly bound: (difference: Money) => Money;
}

/** Without proration a part of a period owes no minimum, and its maximum is the whole one: a cap of nothing would give all away. */
function shareOfLimit(kind: Rule['kind'], stretch: StretchRequest): StretchShare | null {
  return kind === 'cap' && stretch.policy === 'none' ? null : shareOfStretch(stretch);
}

function lineOfRule({ kind, word, limits, bound }: Rule, request: LimitRequest): PlanLine | null {
  if (limits === null) return null;
  const { currency, stretch } = request;
  const exact = amountIn(limits, currency);
  const share = shareOfLimit(kind, stretch);
  const limit = amountOfShare(exact, currency, share);
  const billed = measuredSum(request);
  const amount = bound(subtract(limit, billed));
  if (isZero(amount)) return null;
  return {
    kind,
    description: `${word} of ${exact} ${currency}`,
    amount,
    periodStart: stretch.from,
    periodEnd: stretch.to,
    explanation: {
      exact,
      pricing: { limit: limit.amount, billed: billed.amount, measured: request.limits.measured },
      ratio: share,
      rounding: 'half_up',
      text: `${textOfShare(`${word} of ${exact} ${currency}`, share)}: ${formatMoney(limit)} less ${formatMoney(billed)} billed`,
    },
  };
}

/**
 * What is missing to the minimum of the stretch, as one line; null when nothing is.
 * @throws PerennialError `currency_not_priced` when the minimum has no amount in the currency, `currency_mismatch`.
 */
export function minimumLine(request: LimitRequest): PlanLine | null {
  const bound = (difference: Money): Money => max(difference, zero(request.currency));
  return lineOfRule({ kind: 'minimum', word: 'Minimum commitment', limits: request.limits.minimum, bound }, request);
}

/**
 * What is above the maximum of the stretch, as one negative line; null when nothing is.
 * @throws PerennialError `currency_not_priced` when the maximum has no amount in the currency, `currency_mismatch`.
 */
export function capLine(request: LimitRequest): PlanLine | null {
  const bound = (difference: Money): Money => min(difference, zero(request.currency));
  return lineOfRule({ kind: 'cap', word: 'Maximum', limits: request.limits.maximum, bound }, request);
}

/** The line of the minimum or of the maximum, of which at most one is due, as a list. */
export function limitLines(request: LimitRequest): PlanLine[] {
  return [minimumLine(request), capLine(request)].filter((line) => line !== null);
}
