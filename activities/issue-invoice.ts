/**
 * Bills one boundary of a subscription's calendar in one transaction: lines, totals, number, ledger, events, the subscription's row
 * and its next period. Running it again answers the same fact.
 */
import { fail } from '../domain/errors';
import { newId } from '../domain/ids';
import { billPeriod, termsAt } from '../domain/invoice/period-bill';
import type { IssueReason, SubscriptionEvent } from '../domain/subscription/events';
import { momentOf, planSinceOf } from '../domain/plan/in-force';
import { labelOf } from '../domain/subscription/initial';
import type { SubscriptionState } from '../domain/subscription/state';
import { addHours, periodBoundary, toIso, type Instant } from '../domain/time';
import { loadBillingFacts, type BillingFacts } from '../db/transactions/billing-facts';
import type { PlanDefinition, PlanVersion, TrialEndBehavior } from '../domain/plan';
import { besidesOf } from '../db/transactions/ended-arrears';
import type { ActivityDependencies } from './dependencies';
import { issueTogether } from './issue-together';
import { recordFact, recordInvoice, type InvoiceFact } from './record-fact';
import { resumePeriod } from './resume-period';

export interface IssueInvoiceInput {
  readonly state: SubscriptionState;
  readonly reason: IssueReason;
  /** The boundary that is billed. */
  readonly at: Instant;
  readonly now: Instant;
}

/**
 * When the trial of a starting subscription ends; null: it has none. The subscription's own end stands above the plan's days.
 * The plan's days are calendar days in the customer's zone: a change of daylight saving must not bill an hour or a day early.
 */
function trialEndOf({ state, reason, at }: IssueInvoiceInput, definition: PlanDefinition): Instant | null {
  if (reason !== 'start') return null;
  const count = definition.trial?.days ?? 0;
  const planned = count === 0 ? null : periodBoundary(at, { unit: 'day', count }, 1, state.timeZone);
  const end = state.trialEnd ?? planned;
  return end === null || end <= at ? null : end;
}

const endBehaviorOf = ({ trial }: PlanDefinition): TrialEndBehavior => trial?.endBehavior ?? 'charge';

/** A trial that ends without a payment method does what the plan said with which it began, whatever plan is billed from then on. */
function trialEndsUnpaid(
  { reason, state }: IssueInvoiceInput,
  facts: BillingFacts,
  definition: PlanDefinition,
): 'pause' | 'cancel' | null {
  if (reason !== 'trial_end' || facts.hasPaymentMethod) return null;
  const behavior = state.trialEndBehavior ?? endBehaviorOf(definition);
  return behavior === 'charge' ? null : behavior;
}

async function factsOf(
  deps: ActivityDependencies,
  { state, reason, at, now }: IssueInvoiceInput,
): Promise<{ facts: BillingFacts; plan: PlanVersion }> {
  const terms = termsAt(state, reason, at);
  const db = deps.database.as(state.tenantId);
  const { tenantId, subscriptionId, currency } = state;
  const request = {
    tenantId,
    subscriptionId,
    currency,
    planId: terms.planId,
    planVersion: terms.planVersion,
    collectedAt: now,
    inForce: momentOf(state, terms.planId, at),
  };
  const facts =
    (await loadBillingFacts(db, request)) ?? fail('not_found', { resource: 'Subscription', id: subscriptionId });
  const plan = facts.plan ?? fail('plan_version_not_found', { planId: terms.planId, version: terms.planVersion });
  return { facts, plan };
}

export function issueInvoice(deps: ActivityDependencies) {
  return async function issue(input: IssueInvoiceInput): Promise<SubscriptionEvent> {
    const { state, now } = input;
    const { facts, plan } = await factsOf(deps, input);
    const trialEnd = trialEndOf(input, plan.definition);
    if (trialEnd !== null) {
      const period = { index: -1, start: input.at, end: trialEnd };
      const endBehavior = endBehaviorOf(plan.definition);
      return recordFact(deps, { state, now, event: { type: 'trial_started', at: now, trialEnd, period, endBehavior } });
    }
    const unpaid = trialEndsUnpaid(input, facts, plan.definition);
    if (unpaid === 'pause') return recordFact(deps, { state, now, event: { type: 'trial_paused', at: now } });
    if (unpaid === 'cancel')
      return recordFact(deps, { state, now, event: { type: 'canceled', at: now, invoice: null } });
    return issuePeriod(deps, input, facts, plan);
  };
}

async function issuePeriod(
  deps: ActivityDependencies,
  input: IssueInvoiceInput,
  facts: BillingFacts,
  plan: PlanVersion,
): Promise<SubscriptionEvent> {
  const { state, reason, at, now } = input;
  if (reason === 'resume') return resumePeriod(deps, { state, at, now, facts, plan, partsOf: () => ({}) });
  const own = await periodFact(deps, input, facts, plan);
  if (reason !== 'renewal' || !facts.consolidates) return recordInvoice(deps, own);
  const factOf = async (other: SubscriptionState): Promise<InvoiceFact> => {
    const theirs = { ...input, state: other };
    const read = await factsOf(deps, theirs);
    return periodFact(deps, theirs, read.facts, read.plan);
  };
  return issueTogether(deps, { state, at, own, factOf });
}

/** What the boundary of one subscription bills. */
async function periodFact(
  deps: ActivityDependencies,
  { state, reason, at, now }: IssueInvoiceInput,
  facts: BillingFacts,
  plan: PlanVersion,
): Promise<InvoiceFact> {
  const { stretch, terms, lines } = billPeriod(state, plan, facts.proration, reason, at);
  const request = { state, facts, plan, at, policy: facts.proration, stretch, withGrace: true };
  const besides = await besidesOf(deps.database, request);
  const incompleteUntil = facts.paymentGated && reason !== 'renewal' ? addHours(now, facts.incompleteHours) : null;
  return {
    state,
    now,
    facts,
    partsOf: () => besides.parts,
    invoice: {
      id: newId('inv'),
      businessKey: `period:${toIso(at)}`,
      lines: [...lines, ...besides.lines],
      limits: besides.limits ?? null,
      span: stretch.period,
    },
    eventOf: (invoice) => ({
      type: 'invoice_issued',
      at: now,
      reason,
      invoice,
      period: stretch.period,
      anchor: stretch.anchor,
      terms,
      ...(terms.planId === state.terms.planId ? {} : { label: labelOf(facts.customerName, plan.name) }),
      ...planSinceOf(state, plan, at),
      ...besides.ended,
      incompleteUntil: invoice.open ? incompleteUntil : null,
    }),
  };
}
