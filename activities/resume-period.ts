import { newId } from '../domain/ids';
import { billResume, type ResumeBill } from '../domain/invoice/resume-bill';
import type { PlanVersion } from '../domain/plan';
import type { SubscriptionEvent } from '../domain/subscription/events';
import { labelOf } from '../domain/subscription/initial';
import type { SubscriptionState } from '../domain/subscription/state';
import { toIso, type Instant } from '../domain/time';
import type { BillingFacts } from '../db/transactions/billing-facts';
import { sameTerms } from '../db/transactions/change-facts';
import { besidesOf } from '../db/transactions/ended-arrears';
import type { ActivityDependencies } from './dependencies';
import { recordFact, recordInvoice, type InvoiceFact } from './record-fact';

interface ResumeRequest {
  readonly state: SubscriptionState;
  readonly at: Instant;
  readonly now: Instant;
  readonly facts: BillingFacts;
  /** The version of the terms that the resume bills (`termsAt`). */
  readonly plan: PlanVersion;
  readonly partsOf: NonNullable<InvoiceFact['partsOf']>;
}

/** A scheduled change whose boundary passed in the pause. */
function changeOf({ state, facts, plan }: ResumeRequest, { terms }: ResumeBill) {
  return sameTerms(terms, state.terms) ? {} : { terms, label: labelOf(facts.customerName, plan.name) };
}

/** Ends a pause: nothing is billed while the paid period still runs; otherwise the rest of the running calendar period is. */
export async function resumePeriod(deps: ActivityDependencies, request: ResumeRequest): Promise<SubscriptionEvent> {
  const { state, at, now, facts, plan, partsOf } = request;
  const bill = billResume(state, plan, facts.proration, at, now);
  const { calendar } = bill;
  if (bill.invoice === null)
    return recordFact(deps, { state, now, partsOf, event: { type: 'resumed', at: now, invoice: null, calendar } });
  const { stretch } = bill.invoice;
  const ended = { state, facts, plan, at, policy: facts.proration, stretch, withGrace: true };
  const besides = await besidesOf(deps.database, ended);
  const { limits = null, parts } = besides;
  const lines = [...bill.invoice.lines, ...besides.lines];
  return recordInvoice(deps, {
    state,
    now,
    facts,
    partsOf: (event, after) => ({ ...partsOf(event, after), ...parts }),
    invoice: { id: newId('inv'), businessKey: `resume:${toIso(at)}`, span: stretch.period, lines, limits },
    eventOf: (invoice) => ({
      type: 'resumed',
      at: now,
      invoice,
      calendar,
      ...changeOf(request, bill),
      ...besides.ended,
    }),
  });
}
