/**
 * What the end of a pause bills, by which terms and on which calendar.
 */
import type { PlanVersion } from '../plan';
import type { ProrationPolicy } from '../proration';
import type { Anchor, Period, SubscriptionState, Terms } from '../subscription/state';
import type { Instant } from '../time';
import type { InvoiceLine } from './line';
import { resumedStretch, shiftsPeriod, termsToBill } from './period-bill';
import { periodLines, type Span } from './period-lines';

export interface ResumeBill {
  readonly terms: Terms;
  /** The calendar from the resume on; null: the one before the pause goes on as it was. */
  readonly calendar: { readonly period: Period; readonly anchor: Anchor } | null;
  /** What is billed; null while the paid period still runs. */
  readonly invoice: {
    readonly lines: readonly InvoiceLine[];
    readonly span: Span;
    readonly stretch: { readonly full: Span; readonly period: Span };
  } | null;
}

/** The time that was paid for and not used is given after the resume: the period ends later by as long as the pause took. */
export function shiftedCalendar(state: SubscriptionState, now: Instant): ResumeBill['calendar'] {
  const { pause, period } = state;
  if (pause === null || period === null || !shiftsPeriod(state)) return null;
  const end = period.end + (now - pause.since);
  return { period: { index: -1, start: period.start, end }, anchor: { at: end, day: null } };
}

/**
 * Ends a pause. While the paid period still runs, nothing is billed, and what was scheduled for its end stays scheduled. Afterwards the
 * rest of the running calendar period is billed, by the terms that were scheduled for the boundary in between.
 * @param at the instant that was planned for the resume, from which it is billed; @param now when it is carried out
 */
export function billResume(
  state: SubscriptionState,
  plan: PlanVersion,
  policy: ProrationPolicy,
  at: Instant,
  now: Instant,
): ResumeBill {
  const stretch = resumedStretch(state, plan.definition, at);
  if (stretch === null) return { terms: state.terms, calendar: shiftedCalendar(state, now), invoice: null };
  const terms = termsToBill(state, plan, 'resume', at);
  const lines = periodLines({
    planId: plan.planId,
    definition: plan.definition,
    quantity: plan.definition.quantity ?? terms.quantity,
    currency: state.currency,
    full: stretch.full,
    from: stretch.period.start,
    withOneOff: state.pause?.cause === 'trial_end',
    policy,
    timeZone: state.timeZone,
  });
  const { period, anchor } = stretch;
  return { terms, calendar: { period, anchor }, invoice: { lines, span: period, stretch } };
}
