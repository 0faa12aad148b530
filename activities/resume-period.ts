import { newId } from '../domain/ids';
import { periodLines } from '../domain/invoice/period-lines';
import { resumedStretch, type Stretch } from '../domain/invoice/period-bill';
import type { PlanVersion } from '../domain/plan';
import type { SubscriptionEvent } from '../domain/subscription/events';
import type { Anchor, Period, SubscriptionState } from '../domain/subscription/state';
import { toIso, type Instant } from '../domain/time';
import type { BillingFacts } from '../db/transactions/billing-facts';
import type { ActivityDependencies } from './dependencies';
import { recordFact, recordInvoice, type InvoiceFact } from './record-fact';

interface ResumeRequest {
  readonly state: SubscriptionState;
  readonly at: Instant;
  readonly now: Instant;
  readonly facts: BillingFacts;
  readonly plan: PlanVersion;
  readonly partsOf: NonNullable<InvoiceFact['partsOf']>;
}

/** The time that was paid for and not used is given after the resume: the period ends later by as long as the pause took. */
export function shiftedCalendar(state: SubscriptionState, now: Instant): { period: Period; anchor: Anchor } | null {
  const { pause, period } = state;
  if (pause === null || period === null || pause.mode !== 'shift_schedule' || pause.since >= period.end) return null;
  const end = period.end + (now - pause.since);
  return { period: { index: -1, start: period.start, end }, anchor: { at: end, day: null } };
}

function invoiceOf(request: ResumeRequest, stretch: Stretch): Pick<InvoiceFact, 'invoice' | 'eventOf'> {
  const { state, at, now, facts, plan } = request;
  const lines = periodLines({
    definition: plan.definition,
    quantity: state.terms.quantity,
    currency: state.currency,
    full: stretch.full,
    from: stretch.period.start,
    withOneOff: state.pause?.cause === 'trial_end',
    policy: facts.proration,
    timeZone: state.timeZone,
  });
  return {
    invoice: { id: newId('inv'), businessKey: `resume:${toIso(at)}`, lines, span: stretch.period, moment: 'boundary' },
    eventOf: (invoice) => ({
      type: 'resumed',
      at: now,
      invoice,
      calendar: { period: stretch.period, anchor: stretch.anchor },
    }),
  };
}

/** Ends a pause: nothing is billed while the paid period still runs; otherwise the rest of the running calendar period is. */
export function resumePeriod(deps: ActivityDependencies, request: ResumeRequest): Promise<SubscriptionEvent> {
  const { state, at, now, facts, plan, partsOf } = request;
  const calendar = shiftedCalendar(state, now);
  const stretch = calendar === null ? resumedStretch(state, plan.definition, at) : null;
  if (stretch === null)
    return recordFact(deps, { state, now, partsOf, event: { type: 'resumed', at: now, invoice: null, calendar } });
  return recordInvoice(deps, { state, now, facts, partsOf, ...invoiceOf(request, stretch) });
}
