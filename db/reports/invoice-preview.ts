/**
 * What an invoice would say, computed by the functions that make it: nothing is written.
 */
import { fail, isRefusal, type Refusal } from '../../domain/errors';
import { usageFrom } from '../../domain/invoice/arrears';
import { billChange } from '../../domain/invoice/change-bill';
import type { ChargeLimits } from '../../domain/invoice/chargeable';
import { givenBack, type AssembledInvoice } from '../../domain/invoice/assemble';
import { assembleFor } from '../../domain/invoice/assemble-for';
import { walletFunds } from '../../domain/credits/wallet-payment';
import { momentOf } from '../../domain/plan/in-force';
import { billPeriod, termsAt } from '../../domain/invoice/period-bill';
import type { Span } from '../../domain/invoice/period-lines';
import { reductionsOf } from '../../domain/invoice/reductions';
import { invoiceTotals, type InvoiceTotals } from '../../domain/invoice/totals';
import { finalStatuses, type SubscriptionState, type Terms } from '../../domain/subscription/state';
import type { Instant } from '../../domain/time';
import type { Database } from '../pool';
import { loadBillingFacts } from '../transactions/billing-facts';
import { changeArrears } from '../transactions/change-arrears';
import { loadChange, type ChangeRequest } from '../transactions/change-facts';
import { besidesOf, type EndedStretch } from '../transactions/ended-arrears';
import { finalLines } from '../transactions/final-lines';

export interface InvoicePreview {
  /** The instant it was computed for; hand it to the change as `at`, and the change costs what the preview said. */
  readonly at: Instant;
  readonly span: Span;
  readonly terms: Terms;
  /** Lines, coupons and tax. */
  readonly assembled: AssembledInvoice;
  readonly totals: InvoiceTotals;
}

/** What a rail (null: no method yet) can charge in a currency. */
export type LimitsOfRail = (rail: string | null, currency: string) => ChargeLimits;

/** What a change now would bill, or why it would be refused. */
export async function previewChange(
  database: Database,
  state: SubscriptionState,
  request: ChangeRequest,
  now: Instant,
  limitsOf: LimitsOfRail,
): Promise<InvoicePreview | Refusal> {
  const loaded = await loadChange(database.as(state.tenantId), state, request, now);
  if (isRefusal(loaded)) return loaded;
  const { facts, at, terms } = loaded;
  const bill = request.atPeriodEnd ? null : billChange(state, loaded);
  const ended = bill === null ? null : await changeArrears(database, state, loaded, bill);
  const lines = [...(bill?.lines ?? []), ...(ended?.arrears.lines ?? [])];
  const limits = limitsOf(facts.rail, state.currency);
  const span = bill?.span ?? { start: at, end: at };
  const assembled = assembleFor(
    state,
    facts,
    { lines, span, billed: loaded.billed, limits: ended?.arrears.limits ?? null },
    now,
  );
  const reductions = reductionsOf(givenBack(assembled), loaded.billed, limits);
  const totals = invoiceTotals(
    assembled.amounts.total,
    facts.balance,
    limits,
    reductions,
    walletFunds(facts.wallet, state.currency, now),
  );
  return { at, span, terms, assembled, totals };
}

const reasons = {
  pending: 'start',
  trialing: 'trial_end',
  active: 'renewal',
  past_due: 'renewal',
  paused: 'resume',
} as const;

/** The boundary that is billed next; null when no invoice is to come (canceled, or canceling at the period's end). */
function nextBoundary(state: SubscriptionState): { at: Instant; reason: 'start' | 'trial_end' | 'renewal' } | null {
  const reason = (reasons as Partial<Record<string, 'start' | 'trial_end' | 'renewal' | 'resume'>>)[state.status];
  if (reason === undefined || reason === 'resume') return null;
  const at = reason === 'start' ? state.startAt : reason === 'trial_end' ? state.trialEnd : (state.period?.end ?? null);
  if (at === null || (state.cancelAt !== null && state.cancelAt <= at)) return null;
  return { at, reason };
}

/** The last invoice of a subscription whose end is planned, as things stand; null when it brings none. */
async function previewLast(
  database: Database,
  state: SubscriptionState,
  limitsOf: LimitsOfRail,
): Promise<InvoicePreview | null> {
  const { cancelAt: at, currency, tenantId, subscriptionId, terms } = state;
  if (at === null || finalStatuses.has(state.status)) return null;
  const inForce = momentOf(state, terms.planId, usageFrom(state));
  const request = { tenantId, subscriptionId, currency, ...terms, inForce };
  const facts = await loadBillingFacts(database.as(tenantId), request);
  const { last } = facts === null ? { last: null } : await finalLines(database, state, facts, at, false);
  if (facts === null || last === null) return null;
  const span = { start: usageFrom(state), end: at };
  const assembled = assembleFor(state, facts, { lines: last.lines, span, limits: last.limits ?? null }, at);
  const funds = walletFunds(facts.wallet, currency, at);
  const totals = invoiceTotals(assembled.amounts.total, facts.balance, limitsOf(facts.rail, currency), [], funds);
  return { at, span, terms, assembled, totals };
}

/**
 * The next invoice of a subscription's calendar as things stand; null when none is to come.
 * @param foresee what the usage of the period will have come to; not given: as it is
 */
export async function previewUpcoming(
  database: Database,
  state: SubscriptionState,
  limitsOf: LimitsOfRail,
  foresee?: EndedStretch['foresee'],
): Promise<InvoicePreview | null> {
  const next = nextBoundary(state);
  if (next === null) return previewLast(database, state, limitsOf);
  const terms = termsAt(state, next.reason, next.at);
  const { tenantId, subscriptionId, currency } = state;
  const facts = await loadBillingFacts(database.as(tenantId), {
    tenantId,
    subscriptionId,
    currency,
    planId: terms.planId,
    planVersion: terms.planVersion,
    inForce: momentOf(state, terms.planId, next.at),
  });
  if (facts === null) return fail('not_found', { resource: 'Subscription', id: subscriptionId });
  const plan = facts.plan ?? fail('plan_version_not_found', { planId: terms.planId, version: terms.planVersion });
  const { stretch, lines: ahead } = billPeriod(state, plan, facts.proration, next.reason, next.at);
  const besides = await besidesOf(database, {
    state,
    facts,
    plan,
    at: next.at,
    policy: facts.proration,
    stretch,
    withGrace: false,
    ...(foresee === undefined ? {} : { foresee }),
  });
  const lines = [...ahead, ...besides.lines];
  const assembled = assembleFor(state, facts, { lines, span: stretch.period, limits: besides.limits ?? null }, next.at);
  const funds = walletFunds(facts.wallet, currency, next.at);
  const totals = invoiceTotals(assembled.amounts.total, facts.balance, limitsOf(facts.rail, currency), [], funds);
  return { at: next.at, span: stretch.period, terms, assembled, totals };
}
