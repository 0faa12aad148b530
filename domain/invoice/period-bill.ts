/**
 * Which stretch of the calendar a boundary bills, and with which lines. Previews and invoices call the same functions.
 */
import { fail } from '../errors';
import type { PlanDefinition, VersionTerms } from '../plan';
import type { ProrationPolicy } from '../proration';
import type { IssueReason } from '../subscription/events';
import type { Anchor, Period, SubscriptionState, Terms } from '../subscription/state';
import { firstFixedDayOnOrAfter, periodBoundary, periodIndexAt, type Instant } from '../time';
import type { InvoiceLine } from './line';
import { periodLines, type Span } from './period-lines';

/** A stretch of the calendar to bill: `period.start` may lie after `full.start` (a stub, a resume). */
export interface Stretch {
  readonly period: Period;
  readonly anchor: Anchor;
  readonly full: Span;
}

/** The n-th full calendar period of an anchor. */
export function calendarPeriod(definition: PlanDefinition, anchor: Anchor, index: number, timeZone: string): Period {
  const boundary = (n: number) => periodBoundary(anchor.at, definition.interval, n, timeZone, anchor.day ?? undefined);
  return { index, start: boundary(index), end: boundary(index + 1) };
}

function stretchFrom(
  definition: PlanDefinition,
  anchor: Anchor,
  index: number,
  from: Instant,
  timeZone: string,
): Stretch {
  const full = calendarPeriod(definition, anchor, index, timeZone);
  return { anchor, full, period: { index, start: Math.max(from, full.start), end: full.end } };
}

/** The first paid period from an instant: a full one on the anniversary, or the stub up to the fixed day of the month. */
export function firstStretch(definition: PlanDefinition, at: Instant, day: number | null, timeZone: string): Stretch {
  const calendar = day !== null && (definition.interval.unit === 'month' || definition.interval.unit === 'year');
  if (!calendar) return stretchFrom(definition, { at, day: null }, 0, at, timeZone);
  const { anchor } = firstFixedDayOnOrAfter(at, day, timeZone);
  const index = periodIndexAt(anchor, definition.interval, timeZone, at, day);
  return stretchFrom(definition, { at: anchor, day }, index, at, timeZone);
}

function nextStretch(state: SubscriptionState, definition: PlanDefinition, at: Instant): Stretch {
  const { period, anchor, timeZone } = state;
  if (period === null) return fail('internal');
  return stretchFrom(definition, anchor, period.index + 1, at, timeZone);
}

/** True for a pause that gives back the time paid for and not used: the period that ran when it began goes on after it. */
export function shiftsPeriod({ pause, period }: SubscriptionState): boolean {
  return pause !== null && period !== null && pause.mode === 'shift_schedule' && pause.since < period.end;
}

/** True when the period (or the trial) that ran when the pause began is over at a resume. */
function resumesAfterPeriod(state: SubscriptionState, at: Instant): boolean {
  const { pause, period } = state;
  if (pause === null || period === null || pause.cause === 'trial_end') return true;
  return !shiftsPeriod(state) && at >= period.end;
}

/** What a resume bills: the rest of the calendar period that runs by then; null while the period before the pause still runs. */
export function resumedStretch(state: SubscriptionState, definition: PlanDefinition, at: Instant): Stretch | null {
  const { pause, period, timeZone } = state;
  if (!resumesAfterPeriod(state, at)) return null;
  if (pause === null || period === null || pause.cause === 'trial_end')
    return firstStretch(definition, at, state.anchor.day, timeZone);
  // The calendar as the boundary that passed in the pause left it: a change to another interval began a new one there.
  const { anchor } = renewalStretch(state, definition, period.end);
  const index = periodIndexAt(anchor.at, definition.interval, timeZone, at, anchor.day ?? undefined);
  return stretchFrom(definition, anchor, index, at, timeZone);
}

export interface PeriodBill {
  readonly stretch: Stretch;
  readonly terms: Terms;
  readonly lines: readonly InvoiceLine[];
}

/**
 * What a boundary bills: a scheduled change holds from the boundary that ends the period, a trial's too, also when a pause has passed over
 * that boundary.
 */
export function termsAt(state: SubscriptionState, reason: IssueReason, at: Instant): Terms {
  const { terms, pendingTerms } = state;
  const isOver = { start: false, trial_end: true, renewal: true, resume: resumesAfterPeriod(state, at) }[reason];
  return isOver && pendingTerms !== null ? pendingTerms : terms;
}

/** The scheduled terms, if it is their plan that is billed. */
export function termsToBill(state: SubscriptionState, plan: VersionTerms, reason: IssueReason, at: Instant): Terms {
  const terms = termsAt(state, reason, at);
  return terms.planId === plan.planId && terms.planVersion === plan.version ? terms : state.terms;
}

/** What a boundary bills: the pure part of this activity, which previews call too. */
export function billPeriod(
  state: SubscriptionState,
  plan: VersionTerms,
  proration: ProrationPolicy,
  reason: IssueReason,
  at: Instant,
): PeriodBill {
  const terms = termsToBill(state, plan, reason, at);
  const { definition } = plan;
  const stretch =
    reason === 'renewal'
      ? renewalStretch(state, definition, at)
      : firstStretch(definition, at, state.anchor.day, state.timeZone);
  const lines = periodLines({
    planId: plan.planId,
    definition,
    quantity: definition.quantity ?? terms.quantity,
    currency: state.currency,
    full: stretch.full,
    from: stretch.period.start,
    withOneOff: reason !== 'renewal',
    policy: proration,
    timeZone: state.timeZone,
  });
  return { stretch, terms, lines };
}

/** A scheduled change to another interval begins a new calendar at the boundary. */
function renewalStretch(state: SubscriptionState, definition: PlanDefinition, at: Instant): Stretch {
  const { period, anchor, timeZone } = state;
  if (period === null) return fail('internal');
  const kept = calendarPeriod(definition, anchor, period.index, timeZone);
  return kept.end === period.end
    ? nextStretch(state, definition, at)
    : firstStretch(definition, at, anchor.day, timeZone);
}
