/** What is over and not billed yet: from when on, and the fees of it. Usage of it stands in usage-lines.ts. */
import type { Window } from '../metering/window';
import { isZero } from '../money';
import type { PlanPrice, VersionTerms } from '../plan';
import { isFeeInArrears } from '../plan/timing';
import { amountOfShare, shareOfStretch, type StretchShare, textOfShare } from '../plan/stretch';
import { priceOf } from '../pricing';
import type { ProrationMoment, ProrationPolicy } from '../proration';
import type { SubscriptionState } from '../subscription/state';
import type { Instant } from '../time';
import type { InvoiceLine } from './line';
import { calendarPeriod } from './period-bill';
import type { Span } from './period-lines';

/** From when on usage is not billed yet: the start of the period, or a change of plan in it. */
export function usageFrom({ arrears, period, startAt }: SubscriptionState): Instant {
  return Math.max(period?.start ?? startAt, arrears?.usageFrom ?? startAt);
}

/** From when on fees in arrears are not billed yet: as for usage, and cut by a change of quantity too. */
function feesFrom({ arrears, period, startAt }: SubscriptionState): Instant {
  return Math.max(period?.start ?? startAt, arrears?.feesFrom ?? startAt);
}

/** The full calendar period in which the running period lies; one that a pause has moved stands for itself. */
export function fullPeriodOf(state: SubscriptionState, { definition }: VersionTerms): Span {
  const { period, startAt, anchor, timeZone } = state;
  if (period === null) return { start: startAt, end: startAt };
  return period.index < 0 ? period : calendarPeriod(definition, anchor, period.index, timeZone);
}

/** The stretch whose usage an end at an instant bills; null when there is none. What is used in a pause is billed: a pause stops fees only. */
export function usageWindow(state: SubscriptionState, at: Instant): Window | null {
  const from = usageFrom(state);
  return state.period === null || from >= at ? null : { from, to: at };
}

/** Fees run to the end of their period, or to the pause that stopped them. */
function feeWindow(state: SubscriptionState, at: Instant): Window | null {
  const { period, pause, status } = state;
  if (period === null || status === 'trialing' || pause?.cause === 'trial_end') return null;
  const stopped = pause === null || pause.mode === 'shift_schedule' ? at : Math.min(at, pause.since);
  const window = { from: feesFrom(state), to: Math.min(stopped, period.end) };
  return window.from >= window.to ? null : window;
}

export interface FeeRequest {
  readonly state: SubscriptionState;
  /** In force in the ended stretch. */
  readonly plan: VersionTerms;
  readonly quantity: number;
  readonly at: Instant;
  readonly policy: ProrationPolicy;
  /** Why the stretch ends before its period does. */
  readonly moment: ProrationMoment;
}

/** Without proration a fee whose period has begun is owed whole, as one that is billed ahead is. */
function feeShare({ state, plan, policy, moment }: FeeRequest, { from, to }: Window): StretchShare | null {
  const full = fullPeriodOf(state, plan);
  if (policy === 'none' && from <= full.start) return null;
  return shareOfStretch({ full, from, to, policy, timeZone: state.timeZone, moment });
}

function feeLine(price: PlanPrice, request: FeeRequest, window: Window): InvoiceLine {
  const { plan, quantity, state } = request;
  const { exact, explanation } = priceOf(price.model, price.parameters, String(quantity), state.currency);
  const share = feeShare(request, window);
  return {
    kind: 'recurring',
    description: price.description,
    priceId: price.id,
    planId: plan.planId,
    productId: price.productId ?? null,
    meterId: null,
    stream: price.stream,
    quantity: String(quantity),
    amount: amountOfShare(exact, state.currency, share),
    periodStart: window.from,
    periodEnd: window.to,
    creditsLineId: null,
    explanation: {
      exact,
      pricing: explanation,
      ratio: share,
      rounding: 'half_up',
      text: textOfShare(explanation.text, share),
    },
  };
}

/** The fees in arrears of what ends at an instant, prorated where the period is not over. */
export function feesInArrears(request: FeeRequest): InvoiceLine[] {
  const window = feeWindow(request.state, request.at);
  if (window === null) return [];
  const lines = request.plan.definition.prices.filter(isFeeInArrears).map((price) => feeLine(price, request, window));
  const isWhole = ({ explanation }: InvoiceLine): boolean => explanation.ratio === null;
  return lines.filter((line) => isWhole(line) || !isZero(line.amount));
}
