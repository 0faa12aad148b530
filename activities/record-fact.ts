/**
 * Carries a fact about a subscription into the book of record: folds it into the state, computes totals and postings of an invoice
 * that comes with it, and writes all in one transaction. Every activity that changes a subscription ends here.
 */
import type { Queryable } from '../db/pool';
import { ensureAccounts } from '../db/transactions/ensure-accounts';
import type { BillingFacts } from '../db/transactions/billing-facts';
import type { CollectionFacts } from '../db/transactions/collection-facts';
import { record, type Recording } from '../db/transactions/record';
import type { UsedCoupons } from '../db/transactions/record-coupons';
import type { NewInvoiceLine } from '../db/transactions/record-invoice';
import type { WalletChange } from '../db/transactions/record-credits';
import { walletFunds, type HeldWallet } from '../domain/credits/wallet-payment';
import { newId } from '../domain/ids';
import { limitsOf, type ChargeLimits } from '../domain/invoice/chargeable';
import type { InvoiceContents } from '../domain/invoice/assemble-for';
import { assembleTogether, type AssembledTogether, type InvoicePart } from '../domain/invoice/assemble-together';
import type { Reduction } from '../domain/invoice/reductions';
import { balanceChange, invoiceTotals, type InvoiceTotals } from '../domain/invoice/totals';
import { add, isZero, zero, type Money } from '../domain/money';
import { apply } from '../domain/subscription/apply';
import type { IssuedInvoice, SubscriptionEvent } from '../domain/subscription/events';
import type { SubscriptionState } from '../domain/subscription/state';
import { addDays, type Instant } from '../domain/time';
import type { ActivityDependencies } from './dependencies';
import { defaultRail } from './default-rail';
import { drawUnits, payFactByUnits } from './draw-units';
import { drawFromWallet, type WalletDraw } from './draw-from-wallet';
import { foreseeCollection } from './foreseen-collection';
import { postingsOf } from './invoice-postings';
import { mergedParts } from './merged-parts';
import { outsideEvents } from './outside-events';
import { naming, otherFact, reportsOf } from './report-to-followers';
import { withOwnTax } from './with-own-tax';

export interface InvoiceDraft extends InvoiceContents {
  readonly id: string;
  readonly businessKey: string;
  /** The subscription of each line, where a consolidated invoice is issued anew. */
  readonly owners?: readonly string[];
  /** What its credit lines take off older open invoices (`recordCredits`). */
  readonly reductions?: readonly Reduction[];
  /** The invoice that is voided (null: credited) in the same transaction, and what it gives back to the balance and the wallet. */
  readonly replaces?: {
    readonly invoiceId: string | null;
    readonly balanceBack: Money;
    readonly wallet: WalletChange | null;
  };
}

/** What else is written in the same transaction; computed from the fact where it names it (an audit entry keeps its result). */
export type Parts = Omit<Recording, 'tenantId' | 'now' | 'subscription' | 'others' | 'invoice' | 'events' | 'fact'>;

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
  /** What is done first in the same transaction: it holds rows that others may change. */
  readonly hold?: (db: Queryable) => Promise<void>;
  /** What other subscriptions of the customer bring to it, which makes it a consolidated invoice. */
  readonly companions?: readonly Companion[];
}

/** Another subscription on a consolidated invoice; its fact is written with it. */
export interface Companion extends Pick<InvoiceFact, 'state' | 'facts' | 'eventOf' | 'partsOf'> {
  readonly invoice: InvoiceContents;
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
  const { state, now } = fact;
  const others = await reportsOf(deps, state, fact.event, now);
  const event = naming(fact.event, others);
  const after = apply(state, event);
  const parts = fact.partsOf?.(event, after);
  await ensureAccounts(deps.database, state.tenantId, accountsOf(parts));
  await record(deps.database.as(state.tenantId), {
    ...parts,
    tenantId: state.tenantId,
    now,
    subscription: { state: after, ...canceledAt(state, after, now) },
    others,
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

/** An invoice that was credited stays what it is: the new one does not take its place. */
const reissuedBy = ({ replaces }: InvoiceDraft): { reissues?: string } =>
  replaces === undefined || replaces.invoiceId === null ? {} : { reissues: replaces.invoiceId };

/** The coupons that an invoice used, or gave back. */
function usedPart(usedBy: readonly UsedCoupons[]): Pick<Recording, 'coupons'> {
  const used = usedBy.filter(({ coupons }) => coupons.length > 0);
  return used.length === 0 ? {} : { coupons: { used } };
}

/** What the wallet holds once the replaced invoice gave its credits back. */
const heldAfter = (wallet: HeldWallet | null, back: WalletChange | null): HeldWallet | null =>
  wallet === null || back === null ? wallet : { ...wallet, grants: [...wallet.grants, ...back.grants] };

function walletPart(drawn: WalletDraw | null, back: WalletChange | null): Pick<Recording, 'wallet'> {
  if (drawn === null) return back === null ? {} : { wallet: back };
  return { wallet: { ...drawn.wallet, grants: back?.grants ?? [] } };
}

/** Writes a recording; in a transaction of its own where rows are held for it. */
function recordHolding(deps: ActivityDependencies, { hold }: InvoiceFact, recording: Recording) {
  const { tenantId } = recording;
  if (hold === undefined) return record(deps.database.as(tenantId), recording);
  return deps.database.transaction(tenantId, async (db) => {
    await hold(db);
    return record(db, recording);
  });
}

const partsOf = ({ state, facts, invoice, companions = [] }: InvoiceFact): InvoicePart[] =>
  [{ state, facts, invoice }, ...companions].map(({ invoice: contents, ...rest }) => ({ ...rest, contents }));

/** From the first day that any of its subscriptions bills to the last. */
function spanOf({ invoice, companions = [] }: InvoiceFact): { periodStart: Instant; periodEnd: Instant } {
  const spans = [invoice, ...companions.map((companion) => companion.invoice)].map(({ span }) => span);
  return {
    periodStart: Math.min(...spans.map(({ start }) => start)),
    periodEnd: Math.max(...spans.map(({ end }) => end)),
  };
}

const linesOf = ({ lines }: AssembledTogether, owners: readonly string[]): NewInvoiceLine[] =>
  lines.map((line, index) => {
    const subscriptionId = owners[index];
    return { ...line, id: newId('il'), ...(subscriptionId === undefined ? {} : { subscriptionId }) };
  });

/** Writes a fact together with the invoice that it brings, and answers it with the invoice's number. */
export async function recordInvoice(deps: ActivityDependencies, billed: InvoiceFact): Promise<SubscriptionEvent> {
  const { fact, uses } = payFactByUnits(billed);
  const { state, now, invoice } = fact;
  const units = drawUnits(uses, invoice.id);
  const companions = fact.companions ?? [];
  const { facts } = await withOwnTax(deps, fact);
  const limits = chargeLimits(deps, facts, state.currency);
  const held = heldAfter(facts.wallet, invoice.replaces?.wallet ?? null);
  const balance = add(facts.balance, invoice.replaces?.balanceBack ?? zero(state.currency));
  const funds = walletFunds(held, state.currency, now);
  const assembled = assembleTogether(partsOf({ ...fact, facts }), now);
  const totals = invoiceTotals(assembled.amounts.total, balance, limits, invoice.reductions, funds);
  const drawn = drawFromWallet(held, totals.walletApplied, invoice.id, now);
  const postings = postingsOf(assembled, totals, now).concat(drawn?.postings ?? []);
  const issued: IssuedInvoice = {
    id: invoice.id,
    number: '',
    total: totals.total.amount,
    open: !isZero(totals.amountDue),
    ...(companions.length > 0 || invoice.owners !== undefined ? { lead: state.subscriptionId } : {}),
  };
  const others = [
    ...(await reportsOf(deps, state, fact.eventOf(issued), now)),
    ...companions.map((companion) => otherFact(companion.state, companion.eventOf({ ...issued, open: false }), now)),
  ];
  const eventOf = (final: IssuedInvoice) => naming(fact.eventOf(final), fact.companions === undefined ? others : []);
  const event = eventOf(issued);
  const after = apply(state, event);
  const parts = mergedParts(fact.partsOf?.(event, after), companions, issued);
  const entries = [...(parts?.entries ?? []), ...units.entries];
  if (postings.length > 0) entries.unshift({ id: newId('le'), kind: 'invoice', source: invoice.id, postings });
  await ensureAccounts(
    deps.database,
    state.tenantId,
    entries.flatMap((entry) => entry.postings.map((posting) => posting.account)),
  );
  const { number } = await recordHolding(deps, fact, {
    ...parts,
    tenantId: state.tenantId,
    now,
    subscription: { state: after, ...canceledAt(state, after, now) },
    others,
    invoice: {
      id: invoice.id,
      customerId: state.customerId,
      subscriptionId: state.subscriptionId,
      ...reissuedBy(invoice),
      businessKey: invoice.businessKey,
      entityId: facts.entityId,
      series: facts.invoiceSeries,
      totals,
      reduced: assembled,
      ...spanOf(fact),
      lines: linesOf(assembled, invoice.owners ?? assembled.owners),
    },
    ...balancePart(fact, totals),
    ...usedPart(assembled.usedBy),
    ...walletPart(drawn, invoice.replaces?.wallet ?? null),
    ...(units.unitWallets.length === 0 ? {} : { unitWallets: units.unitWallets }),
    entries,
    fact: event,
    events: outsideEvents(state, after, event, totals, null),
  });
  if (issued.open && number !== null) foresee(deps, fact, after.seq, { number, amountDue: totals.amountDue });
  return eventOf({ ...issued, number: number ?? '' });
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
