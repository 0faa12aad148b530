/**
 * Carries a fact about a subscription into the book of record: folds it into the state, computes totals and postings of an invoice
 * that comes with it, and writes all in one transaction. Every activity that changes a subscription ends here.
 */
import { ensureAccounts } from '../db/transactions/ensure-accounts';
import type { BillingFacts } from '../db/transactions/billing-facts';
import type { CollectionFacts } from '../db/transactions/collection-facts';
import { record, type Recording } from '../db/transactions/record';
import type { WalletChange } from '../db/transactions/record-credits';
import { walletFunds, type HeldWallet } from '../domain/credits/wallet-payment';
import type { AttachedCoupon } from '../domain/discount/attached';
import { newId } from '../domain/ids';
import { limitsOf, type ChargeLimits } from '../domain/invoice/chargeable';
import { assembleFor, type InvoiceContents } from '../domain/invoice/assemble-for';
import type { Reduction } from '../domain/invoice/reductions';
import { balanceChange, invoiceTotals, type InvoiceTotals } from '../domain/invoice/totals';
import { add, isZero, zero, type Money } from '../domain/money';
import { apply } from '../domain/subscription/apply';
import type { IssuedInvoice, SubscriptionEvent } from '../domain/subscription/events';
import type { SubscriptionState } from '../domain/subscription/state';
import { addDays, type Instant } from '../domain/time';
import type { ActivityDependencies } from './dependencies';
import { defaultRail } from './default-rail';
import { drawFromWallet, type WalletDraw } from './draw-from-wallet';
import { foreseeCollection } from './foreseen-collection';
import { postingsOf } from './invoice-postings';
import { outsideEvents } from './outside-events';

export interface InvoiceDraft extends InvoiceContents {
  readonly id: string;
  readonly businessKey: string;
  /** What its credit lines take off older open invoices (`recordCredits`). */
  readonly reductions?: readonly Reduction[];
  /** The invoice that is voided in the same transaction, and what it gives back to the balance and the wallet. */
  readonly replaces?: { readonly invoiceId: string; readonly balanceBack: Money; readonly wallet: WalletChange | null };
}

/** What else is written in the same transaction; computed from the fact where it names it (an audit entry keeps its result). */
export type Parts = Omit<Recording, 'tenantId' | 'now' | 'subscription' | 'invoice' | 'events' | 'fact'>;

interface Common {
  readonly state: SubscriptionState;
  readonly now: Instant;
  readonly partsOf?: (event: SubscriptionEvent, after: SubscriptionState) => Parts;
}

export interface PlainFact extends Common {
  readonly event: SubscriptionEvent;
}

export interface InvoiceFact extends Common {
  readonly facts: BillingFacts;
  readonly invoice: InvoiceDraft;
  readonly eventOf: (invoice: IssuedInvoice) => SubscriptionEvent;
}

const canceledAt = (before: SubscriptionState, after: SubscriptionState, now: Instant) =>
  after.status === 'canceled' && before.status !== 'canceled' ? { canceledAt: now } : {};

/** Links live as long as the longest default dunning and a week more, so that a reminder's link still works at its end. */
const linkDays = 14;

/** The link on which the customer can pay what was declined, or confirm what waits for them. */
function paymentUrl(
  deps: ActivityDependencies,
  state: SubscriptionState,
  event: SubscriptionEvent,
  now: Instant,
): string | null {
  if (event.type !== 'payment_declined' && event.type !== 'payment_pending') return null;
  const { tenantId, subscriptionId } = state;
  return deps.paymentLink({ tenantId, subscriptionId, invoiceId: event.invoiceId, expiresAt: addDays(now, linkDays) });
}

/** Writes a fact that brings no invoice. */
export async function recordFact(deps: ActivityDependencies, fact: PlainFact): Promise<SubscriptionEvent> {
  const { state, now, event } = fact;
  const after = apply(state, event);
  const parts = fact.partsOf?.(event, after);
  await ensureAccounts(deps.database, state.tenantId, accountsOf(parts));
  await record(deps.database.as(state.tenantId), {
    ...parts,
    tenantId: state.tenantId,
    now,
    subscription: { state: after, ...canceledAt(state, after, now) },
    fact: event,
    events: outsideEvents(state, after, event, null, paymentUrl(deps, state, event, now)),
  });
  return event;
}

const accountsOf = (parts: Parts | undefined): string[] =>
  (parts?.entries ?? []).flatMap((entry) => entry.postings.map((posting) => posting.account));

/** What the rail of the method in force can charge. */
export const chargeLimits = (deps: ActivityDependencies, facts: BillingFacts, currency: string): ChargeLimits =>
  limitsOf(deps.railNamed(facts.rail ?? defaultRail).capabilities, currency);

function balancePart(fact: InvoiceFact, totals: InvoiceTotals): Pick<Recording, 'balance'> {
  const { reductions, replaces } = fact.invoice;
  const back = replaces?.balanceBack ?? zero(totals.total.currency);
  const change = add(balanceChange(totals, reductions), back);
  if (isZero(change)) return {};
  return { balance: { customerId: fact.state.customerId, change, expected: fact.facts.balance } };
}

/** The coupons that an invoice used, or gave back. */
const usedPart = (
  { subscriptionId }: SubscriptionState,
  coupons: readonly AttachedCoupon[],
): Pick<Recording, 'coupons'> => (coupons.length === 0 ? {} : { coupons: { used: { coupons, subscriptionId } } });

/** What the wallet holds once the replaced invoice gave its credits back. */
const heldAfter = (wallet: HeldWallet | null, back: WalletChange | null): HeldWallet | null =>
  wallet === null || back === null ? wallet : { ...wallet, grants: [...wallet.grants, ...back.grants] };

function walletPart(drawn: WalletDraw | null, back: WalletChange | null): Pick<Recording, 'wallet'> {
  if (drawn === null) return back === null ? {} : { wallet: back };
  return { wallet: { ...drawn.wallet, grants: back?.grants ?? [] } };
}

/** Writes a fact together with the invoice that it brings, and answers it with the invoice's number. */
export async function recordInvoice(deps: ActivityDependencies, fact: InvoiceFact): Promise<SubscriptionEvent> {
  const { state, now, facts, invoice } = fact;
  const limits = chargeLimits(deps, facts, state.currency);
  const held = heldAfter(facts.wallet, invoice.replaces?.wallet ?? null);
  const balance = add(facts.balance, invoice.replaces?.balanceBack ?? zero(state.currency));
  const funds = walletFunds(held, state.currency, now);
  const assembled = assembleFor(state, facts, invoice, now);
  const totals = invoiceTotals(assembled.amounts.total, balance, limits, invoice.reductions, funds);
  const drawn = drawFromWallet(held, totals.walletApplied, invoice.id, now);
  const postings = postingsOf(assembled, totals, now).concat(drawn?.postings ?? []);
  const issued: IssuedInvoice = {
    id: invoice.id,
    number: '',
    total: totals.total.amount,
    open: !isZero(totals.amountDue),
  };
  const event = fact.eventOf(issued);
  const after = apply(state, event);
  const parts = fact.partsOf?.(event, after);
  const entries = [...(parts?.entries ?? [])];
  if (postings.length > 0) entries.unshift({ id: newId('le'), kind: 'invoice', source: invoice.id, postings });
  await ensureAccounts(
    deps.database,
    state.tenantId,
    entries.flatMap((entry) => entry.postings.map((posting) => posting.account)),
  );
  const { number } = await record(deps.database.as(state.tenantId), {
    ...parts,
    tenantId: state.tenantId,
    now,
    subscription: { state: after, ...canceledAt(state, after, now) },
    invoice: {
      id: invoice.id,
      customerId: state.customerId,
      subscriptionId: state.subscriptionId,
      ...(invoice.replaces === undefined ? {} : { reissues: invoice.replaces.invoiceId }),
      businessKey: invoice.businessKey,
      entityId: facts.entityId,
      series: facts.invoiceSeries,
      totals,
      reduced: assembled,
      periodStart: invoice.span.start,
      periodEnd: invoice.span.end,
      lines: assembled.lines.map((line) => ({ ...line, id: newId('il') })),
    },
    ...balancePart(fact, totals),
    ...usedPart(state, assembled.used),
    ...walletPart(drawn, invoice.replaces?.wallet ?? null),
    entries,
    fact: event,
    events: outsideEvents(state, after, event, totals, null),
  });
  if (issued.open && number !== null) foresee(deps, fact, after.seq, { number, amountDue: totals.amountDue });
  return fact.eventOf({ ...issued, number: number ?? '' });
}

/** A new invoice has no payment yet, and no fact after its own. */
function foresee(
  deps: ActivityDependencies,
  { facts, invoice }: InvoiceFact,
  seq: number,
  issued: Pick<CollectionFacts['invoice'], 'number' | 'amountDue'>,
): void {
  if (facts.collection === null) return;
  foreseeCollection(deps.database, seq, {
    invoice: { id: invoice.id, status: 'open', ...issued },
    payment: null,
    paymentVersion: 1,
    ...facts.collection,
    begunMethod: null,
    dunning: facts.dunning,
    fact: null,
  });
}
