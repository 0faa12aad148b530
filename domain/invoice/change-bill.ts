/**
 * What a change of plan or quantity bills at once.
 */
import { sameInterval, type VersionTerms } from '../plan';
import type { SeatRules } from '../plan/seats';
import type { ProrationPolicy } from '../proration';
import type { Anchor, Period, SubscriptionState, Terms } from '../subscription/state';
import type { Instant } from '../time';
import { changeLines, creditLines } from './change-lines';
import type { BilledLine, InvoiceLine } from './line';
import { calendarPeriod, firstStretch } from './period-bill';
import { periodLines, type Span } from './period-lines';

export interface ChangeBill {
  readonly lines: readonly InvoiceLine[];
  readonly span: Span;
  /** Present when another interval begins a new calendar at the change. */
  readonly calendar: { readonly period: Period; readonly anchor: Anchor } | null;
  /** What of the new calendar is billed; null where the calendar stays. */
  readonly stretch: { readonly full: Span; readonly period: Span } | null;
}

export interface ChangeInput {
  readonly current: VersionTerms;
  readonly target: VersionTerms;
  readonly billed: readonly BilledLine[];
  readonly terms: Terms;
  readonly policy: ProrationPolicy;
  readonly at: Instant;
}

/** The full calendar period in which the running period lies (a stub is shorter than it). */
export function fullPeriod(state: SubscriptionState, plan: VersionTerms): Span {
  if (state.period === null) return { start: state.startAt, end: state.startAt };
  return calendarPeriod(plan.definition, state.anchor, state.period.index, state.timeZone);
}

/**
 * When a change takes effect: not before what an earlier change billed (that time would be charged twice), and a new calendar not
 * after the end of the period, or the time between would never be billed.
 */
function effectiveIn(state: SubscriptionState, { at, billed }: ChangeInput, { end }: Period): Instant {
  const cuts = state.arrears === undefined ? [] : [state.arrears.usageFrom];
  return Math.max(Math.min(at, end), ...cuts, ...billed.map((line) => line.periodStart));
}

/** When a change takes effect; its usage is cut there. */
export function effectiveAt(state: SubscriptionState, input: ChangeInput): Instant {
  return state.period === null ? input.at : effectiveIn(state, input, state.period);
}

/** The plan's rules for seats, where nothing but the quantity changes. */
function seatRulesOf({ current, target }: ChangeInput): SeatRules | null {
  const isSame = current.planId === target.planId && current.version === target.version;
  return isSame ? (target.definition.seats ?? null) : null;
}

/**
 * Credit and charge for the rest of the period; with another interval, a credit and a whole new period from the change on.
 * A trial is not billed, so its change brings no lines.
 */
export function billChange(state: SubscriptionState, input: ChangeInput): ChangeBill {
  const { current, target, billed, terms, policy } = input;
  const period = state.period;
  if (state.status === 'trialing' || period === null)
    return { lines: [], span: { start: input.at, end: input.at }, calendar: null, stretch: null };
  const at = effectiveIn(state, input, period);
  const { currency, timeZone } = state;
  const full = fullPeriod(state, current);
  const common = { currency, at, policy, timeZone };
  const seats = seatRulesOf(input);
  if (seats?.added === 'next_invoice')
    return { lines: [], span: { start: at, end: period.end }, calendar: null, stretch: null };
  if (sameInterval(current.definition, target.definition)) {
    const lines = changeLines({
      ...(seats === null ? {} : { seats }),
      ...common,
      billed: billed.filter(({ isAddOn }) => isAddOn !== true),
      planId: target.planId,
      definition: target.definition,
      quantity: target.definition.quantity ?? terms.quantity,
      full,
    });
    return { lines, span: { start: at, end: period.end }, calendar: null, stretch: null };
  }
  const stretch = firstStretch(target.definition, at, state.anchor.day, timeZone);
  const credits = policy === 'none' ? [] : creditLines(billed, { full, at, policy, timeZone });
  const charges = periodLines({
    planId: target.planId,
    definition: target.definition,
    quantity: target.definition.quantity ?? terms.quantity,
    currency,
    full: stretch.full,
    from: stretch.period.start,
    withOneOff: false,
    policy,
    timeZone,
  });
  return {
    lines: [...credits, ...charges],
    span: stretch.period,
    calendar: { period: stretch.period, anchor: stretch.anchor },
    stretch,
  };
}
