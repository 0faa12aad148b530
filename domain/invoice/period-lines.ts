/**
 * The lines of one billing period: every recurring price of the plan, and its one-off prices with the first invoice. A period that
 * does not begin at its calendar boundary (a stub, a resume in the middle) is prorated.
 */
import { roundRatio, type Money } from '../money';
import type { PlanDefinition, PlanPrice } from '../plan';
import { isBilledAhead } from '../plan/timing';
import { priceOf } from '../pricing';
import { prorationRatio, prorationUnits, type ProrationMoment, type ProrationPolicy } from '../proration';
import { toIso, type Instant } from '../time';
import type { InvoiceLine, LineKind } from './line';

export interface Span {
  readonly start: Instant;
  readonly end: Instant;
}

export interface LineRequest {
  readonly planId: string | null;
  readonly price: PlanPrice;
  readonly kind: LineKind;
  readonly quantity: string;
  readonly currency: string;
  /** The full calendar period. */
  readonly full: Span;
  /** From when the price is billed; the full period's start, or later. */
  readonly from: Instant;
  readonly policy: ProrationPolicy;
  readonly timeZone: string;
}

interface ShareRequest extends Pick<LineRequest, 'full' | 'from' | 'policy' | 'timeZone'> {
  /** A change of terms unless given. */
  readonly moment?: ProrationMoment;
}

/** The share of a full period that lies in `[from, end)`, or null when it is the whole. */
export function shareOf(request: ShareRequest) {
  const { full, from, policy, timeZone, moment = 'change' } = request;
  // A zone that skips a whole day leaves a period without length: it bills nothing.
  if (from <= full.start && full.end > full.start) return null;
  const ratio = prorationRatio(policy, { start: full.start, end: full.end, from, timeZone, moment });
  return {
    policy,
    numerator: ratio.numerator.toString(),
    denominator: ratio.denominator.toString(),
    fullStart: toIso(full.start),
    fullEnd: toIso(full.end),
    from: toIso(from),
  };
}

type Share = ReturnType<typeof shareOf>;

/** The unrounded full price times the share, rounded once, half away from zero. */
export function amountOf(exact: string, currency: string, share: Share): Money {
  return roundRatio(exact, currency, share?.numerator ?? '1', share?.denominator ?? '1', 'half_up');
}

/** "49 × 1175400/2592000 seconds", as a reader would write it. */
export function explainAmount(text: string, share: Share): string {
  if (share === null) return text;
  return `${text}, for ${share.numerator} of ${share.denominator} ${prorationUnits[share.policy]}`;
}

/** One price as an invoice line. */
export function lineOf(request: LineRequest): InvoiceLine {
  const { planId, price, kind, quantity, currency, full, from } = request;
  const priced = priceOf(price.model, price.parameters, quantity, currency);
  const share = price.kind === 'one_off' ? null : shareOf(request);
  return {
    kind,
    description: price.description,
    priceId: price.id,
    stream: price.stream,
    quantity,
    amount: amountOf(priced.exact, currency, share),
    periodStart: Math.max(from, full.start),
    periodEnd: full.end,
    creditsLineId: null,
    planId,
    productId: price.productId ?? null,
    meterId: null,
    explanation: {
      exact: priced.exact,
      pricing: priced.explanation,
      ratio: share,
      rounding: 'half_up',
      text: explainAmount(priced.explanation.text, share),
    },
  };
}

export interface PeriodRequest {
  readonly planId: string;
  readonly definition: PlanDefinition;
  readonly quantity: number;
  readonly currency: string;
  readonly full: Span;
  readonly from: Instant;
  readonly withOneOff: boolean;
  readonly policy: ProrationPolicy;
  readonly timeZone: string;
}

/** All lines that are billed ahead for one period, in the order of the plan's prices. */
export function periodLines(request: PeriodRequest): InvoiceLine[] {
  const { definition, quantity, withOneOff, ...rest } = request;
  return definition.prices
    .filter((price) => isBilledAhead(price) || (withOneOff && price.kind === 'one_off'))
    .map((price) => lineOf({ ...rest, price, kind: price.kind, quantity: String(quantity) }));
}
