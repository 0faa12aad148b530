/**
 * What an invoice would say, computed by the functions that make it: nothing is written.
 */
import { fail, isRefusal, type Refusal } from '../../domain/errors';
import { usageFrom } from '../../domain/invoice/arrears';
import { billChange } from '../../domain/invoice/change-bill';
import type { ChargeLimits } from '../../domain/invoice/chargeable';
import { givenBack, type AssembledInvoice } from '../../domain/invoice/assemble';
import { withSalesTax } from '../../domain/invoice/assemble-asking';
import { assembleFor, type InvoiceContents } from '../../domain/invoice/assemble-for';
import { payByUnits } from '../../domain/credits/unit-payment';
import { walletFunds } from '../../domain/credits/wallet-payment';
import { momentOf } from '../../domain/plan/in-force';
import { billPeriod, termsAt } from '../../domain/invoice/period-bill';
import type { Span } from '../../domain/invoice/period-lines';
import { reductionsOf } from '../../domain/invoice/reductions';
import { invoiceTotals, type InvoiceTotals } from '../../domain/invoice/totals';
import { finalStatuses, type SubscriptionState, type Terms } from '../../domain/subscription/state';
import type { AskSalesTax } from '../../domain/tax/sales-tax';
import type { Instant } from '../../domain/time';
import type { Database } from '../pool';
import { loadBillingFacts, type BillingFacts } from '../transactions/billing-facts';
import { changeArrears } from '../transactions/change-arrears';
import { loadChange, type ChangeRequest } from '../transactions/change-facts';
import { besidesOf, type EndedStretch } from '../transactions/ended-arrears';
import { loadFactsInForce } from '../transactions/facts-in-force';
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

/** What a preview needs from outside, as the invoice does. */
export interface PreviewMeans {
  /** What a rail (null: no method yet) can charge in a currency. */
  readonly limitsOf: (rail: string | null, currency: string) => ChargeLimits;
  readonly askSalesTax: AskSalesTax;
}

/** What an invoice is made from, before coupons and tax. */
export interface PreviewDraft {
  readonly at: Instant;
  readonly terms: Terms;
  readonly facts: BillingFacts;
  readonly contents: InvoiceContents;
}

/** The invoice that lines come to: coupons, tax, wallet and balance. @param now when it would be made */
export async function previewOf(
  state: SubscriptionState,
  { at, terms, facts, contents: billed }: PreviewDraft,
  { limitsOf, askSalesTax }: PreviewMeans,
  now: Instant,
): Promise<InvoicePreview> {
  const { currency } = state;
  const contents = { ...billed, lines: payByUnits(billed.lines, facts.unitWallets).lines };
  const { facts: taxed } = await withSalesTax({ state, facts, contents }, [], now, askSalesTax);
  const limits = limitsOf(facts.rail, currency);
  const assembled = assembleFor(state, taxed, contents, now);
  const reductions = reductionsOf(givenBack(assembled), contents.billed ?? [], limits);
  const funds = walletFunds(facts.wallet, currency, now);
  const totals = invoiceTotals(assembled.amounts.total, facts.balance, limits, reductions, funds);
  return { at, span: contents.span, terms, assembled, totals };
}

/** What a change now would bill, or why it would be refused. */
export async function previewChange(
  database: Database,
  state: SubscriptionState,
  request: ChangeRequest,
  now: Instant,
  means: PreviewMeans,
): Promise<InvoicePreview | Refusal> {
  const loaded = await loadChange(database.as(state.tenantId), state, request, now);
  if (isRefusal(loaded)) return loaded;
  const { facts, at, terms } = loaded;
  const bill = request.atPeriodEnd ? null : billChange(state, loaded);
  const ended = bill === null ? null : await changeArrears(database, state, loaded, bill);
  const lines = [...(bill?.lines ?? []), ...(ended?.arrears.lines ?? [])];
  const span = bill?.span ?? { start: at, end: at };
  const contents = { lines, span, billed: loaded.billed, limits: ended?.arrears.limits ?? null };
  return previewOf(state, { at, terms, facts, contents }, means, now);
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
async function lastDraft(database: Database, state: SubscriptionState): Promise<PreviewDraft | null> {
  const { cancelAt: at, terms } = state;
  if (at === null || finalStatuses.has(state.status)) return null;
  const facts = await loadFactsInForce(database, state);
  const { last } = await finalLines(database, state, facts, at, false);
  if (last === null) return null;
  const span = { start: usageFrom(state), end: at };
  return { at, terms, facts, contents: { lines: last.lines, span, limits: last.limits ?? null } };
}

/**
 * What the next invoice of a subscription's calendar is made from as things stand; null when none is to come.
 * @param foresee what the usage of the period will have come to; not given: as it is
 */
export async function upcomingDraft(
  database: Database,
  state: SubscriptionState,
  foresee?: EndedStretch['foresee'],
): Promise<PreviewDraft | null> {
  const next = nextBoundary(state);
  if (next === null) return lastDraft(database, state);
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
  return { at: next.at, terms, facts, contents: { lines, span: stretch.period, limits: besides.limits ?? null } };
}

/** The next invoice of a subscription's calendar; null when none is to come. @param foresee as of `upcomingDraft` */
export async function previewUpcoming(
  database: Database,
  state: SubscriptionState,
  means: PreviewMeans,
  foresee?: EndedStretch['foresee'],
): Promise<InvoicePreview | null> {
  const draft = await upcomingDraft(database, state, foresee);
  return draft === null ? null : previewOf(state, draft, means, draft.at);
}
