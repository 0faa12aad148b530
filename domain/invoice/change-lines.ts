/**
 * The lines of a change in the middle of a period: a credit for the unused time of what was billed, a charge for the same time at the
 * new price. The change instant belongs to the new plan. Two lines, each rounded once (billing.md, the proration rules).
 */
import { isZero, max, multiplyByRatio, negate, type Money } from '../money';
import type { PlanDefinition, PlanPrice } from '../plan';
import { isBilledAhead } from '../plan/timing';
import type { SeatRules } from '../plan/seats';
import { priceOf } from '../pricing';
import { compareDecimals } from '../pricing/exact';
import type { ProrationMoment, ProrationPolicy } from '../proration';
import type { Instant } from '../time';
import type { BilledLine, InvoiceLine } from './line';
import { amountOf, explainAmount, lineOf, shareOf, type Span } from './period-lines';

export interface ChangeRequest {
  readonly billed: readonly BilledLine[];
  readonly planId: string;
  readonly definition: PlanDefinition;
  readonly quantity: number;
  readonly currency: string;
  readonly full: Span;
  readonly at: Instant;
  readonly policy: ProrationPolicy;
  readonly timeZone: string;
  /** Where nothing but the quantity changes, and the plan says how that is billed. */
  readonly seats?: SeatRules;
}

interface CreditRequest extends Pick<ChangeRequest, 'full' | 'at' | 'policy' | 'timeZone'> {
  /** What the credit is for: a change of terms unless given. */
  readonly moment?: ProrationMoment;
}

/** What was given back of the charge before, by credit notes or refunds, is not given back again: cut, never above what is left. */
const leftOf = ({ left }: BilledLine, amount: Money): Money =>
  left === undefined ? amount : multiplyByRatio(amount, left.numerator, left.denominator, 'down');

/**
 * Gives back what a billed line charged for `[at, end)`: the old price times the ratio, never more than the line billed.
 * Each charge is credited at most once, because a credit ends its coverage.
 */
export function creditLine(line: BilledLine, request: CreditRequest): InvoiceLine {
  const full = line.full ?? request.full;
  // What ends before it begins has had no last day.
  const moment = request.at > line.periodStart ? (request.moment ?? 'change') : 'change';
  const share = shareOf({ ...request, full, from: Math.max(request.at, line.periodStart), moment });
  const wanted = negate(amountOf(line.exact, line.amount.currency, share));
  const amount = leftOf(line, max(wanted, negate(line.amount)));
  return {
    kind: 'proration_credit',
    description: `Unused time on ${line.description}`,
    priceId: line.priceId,
    stream: line.stream,
    quantity: line.quantity,
    amount,
    periodStart: Math.max(request.at, line.periodStart),
    periodEnd: line.periodEnd,
    creditsLineId: line.id,
    planId: line.planId,
    productId: line.productId,
    meterId: line.meterId,
    explanation: {
      exact: line.exact,
      pricing: { credits: line.id, billed: line.amount.amount },
      ratio: share,
      rounding: 'half_up',
      text: `${explainAmount(`credit of ${line.exact}`, share)}, at most the ${line.amount.amount} that was billed${line.left === undefined ? '' : ', less what was given back before'}`,
    },
  };
}

/** Credits for everything billed beyond `at`: a cancellation with credit, or a change to another calendar. */
export function creditLines(billed: readonly BilledLine[], request: CreditRequest): InvoiceLine[] {
  return billed.map((line) => creditLine(line, request)).filter((line) => !isZero(line.amount));
}

function chargeOf(price: PlanPrice, request: ChangeRequest): InvoiceLine {
  const { planId, currency, full, at, policy, timeZone } = request;
  const line = lineOf({
    planId,
    price,
    kind: 'proration_charge',
    quantity: String(request.quantity),
    currency,
    full,
    from: at,
    policy,
    timeZone,
  });
  return { ...line, description: `Remaining time on ${price.description}` };
}

/** A line is left alone when the new terms bill the same price in full: a change of seats does not touch a flat fee. */
function unchanged(line: BilledLine, price: PlanPrice, request: ChangeRequest): boolean {
  if (line.priceId !== price.id) return false;
  const { exact } = priceOf(price.model, price.parameters, String(request.quantity), request.currency);
  // Seats that are kept stay paid to the end of the period, and filling them again costs nothing.
  return request.seats?.removed === 'keep' ? compareDecimals(exact, line.exact) <= 0 : exact === line.exact;
}

/** Credit and charge lines of a change within one calendar. Empty under the policy `none`. */
export function changeLines(request: ChangeRequest): InvoiceLine[] {
  if (request.policy === 'none') return [];
  const recurring = request.definition.prices.filter(isBilledAhead);
  const kept = request.billed.filter((line) => recurring.some((price) => unchanged(line, price, request)));
  const credits = creditLines(
    request.billed.filter((line) => !kept.includes(line)),
    request,
  );
  const charges = recurring
    .filter((price) => !kept.some((line) => line.priceId === price.id))
    .map((price) => chargeOf(price, request));
  return [...credits, ...charges.filter((line) => !isZero(line.amount))];
}
