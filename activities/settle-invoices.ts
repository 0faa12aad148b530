/**
 * Takes open invoices out of the books without a payment: voided (as if never billed) or given up (bad debt). The provider's payment
 * is canceled first, so that money cannot arrive for an invoice that is no longer open.
 */
import { cancelPaymentKey, newId } from '../domain/ids';
import { badDebtPostings } from '../domain/ledger';
import { isPositive, isZero, min, negate, subtract, sum, zero, type Money } from '../domain/money';
import type { SubscriptionState } from '../domain/subscription/state';
import type { Instant } from '../domain/time';
import { loadOpenInvoices, type OpenInvoice } from '../db/transactions/open-invoices';
import type { EntryRow, InvoiceReduction } from '../db/transactions/record';
import type { ActivityDependencies } from './dependencies';
import { balanceBack, creditsBack, unitPostings, unitsBack, voidPostings } from './void-invoice';
import type { Parts } from './record-fact';

/** Cancels what the provider holds for the invoices. Answers the invoices whose payment turned out to have succeeded. */
async function cancelPayments(deps: ActivityDependencies, invoices: readonly OpenInvoice[]): Promise<Set<string>> {
  const paid = new Set<string>();
  for (const { id, payment } of invoices) {
    if (payment === null) continue;
    const state = await deps
      .railNamed(payment.rail)
      .cancelPayment({ providerRef: payment.providerRef, idempotencyKey: cancelPaymentKey(id, payment.version) });
    if (state.kind === 'succeeded' || state.kind === 'processing') paid.add(id);
  }
  return paid;
}

export interface Settleable {
  readonly open: readonly OpenInvoice[];
  /** Invoices for which money has arrived or is on its way: they must be collected, not settled. */
  readonly paid: ReadonlySet<string>;
}

/** The invoices that are really open, after their payments were canceled at the provider. */
export async function prepareSettlement(
  deps: ActivityDependencies,
  tenantId: string,
  ids: readonly string[],
): Promise<Settleable> {
  const invoices = await loadOpenInvoices(deps.database.as(tenantId), tenantId, ids);
  const open = invoices.filter((invoice) => invoice.status === 'open');
  const paid = await cancelPayments(deps, open);
  return { open: open.filter((invoice) => !paid.has(invoice.id)), paid };
}

/**
 * What credits gave elsewhere of an invoice that then was not paid after all: a bank debit that was under way counted as paid and failed
 * later, or the credit is older than the rule that reduces open invoices.
 */
function toTakeBack({ credited, creditReceived, notedReduced, amountDue }: OpenInvoice): Money {
  const elsewhere = subtract(credited, subtract(creditReceived, notedReduced));
  return isPositive(elsewhere) ? min(elsewhere, amountDue) : zero(amountDue.currency);
}

function writeOffOf(invoice: OpenInvoice): { entry: EntryRow; reduction: InvoiceReduction } {
  const { id, amountDue } = invoice;
  const credit = toTakeBack(invoice);
  return {
    entry: { id: newId('le'), kind: 'write_off', source: id, postings: badDebtPostings(amountDue, credit) },
    reduction: { id, expected: amountDue, credit, carriedOver: zero(amountDue.currency), status: 'uncollectible' },
  };
}

/** Gives invoices up: what is unpaid becomes bad debt, less what was credited of it, which the customer's balance gives back. */
export function writeOff(
  invoices: readonly OpenInvoice[],
  { customerId, currency }: SubscriptionState,
): Pick<Parts, 'entries' | 'reductions' | 'balance'> {
  const made = invoices.map(writeOffOf);
  const takenBack = sum(
    made.map(({ reduction }) => reduction.credit),
    currency,
  );
  return {
    reductions: made.map(({ reduction }) => reduction),
    entries: made.map(({ entry }) => entry),
    ...(isZero(takenBack) ? {} : { balance: { customerId, change: negate(takenBack), expected: null } }),
  };
}

/** Voids one invoice: every posting of it is taken back, balances and wallet included. What a close recognized of it, the next one takes back. */
export function voidInvoice(
  invoice: OpenInvoice,
  now: Instant,
): {
  parts: Pick<Parts, 'entries' | 'invoiceChanges' | 'wallet' | 'unitWallets'>;
  balanceBack: Money;
} {
  const wallet = creditsBack(invoice, now);
  const unitWallets = unitsBack(invoice, now);
  const units = unitPostings(invoice);
  const earned = { id: newId('le'), kind: 'credits_used', source: `${invoice.id}/void`, postings: units };
  return {
    parts: {
      invoiceChanges: [
        { id: invoice.id, status: 'void', amountPaid: zero(invoice.total.currency), expected: invoice.amountDue },
      ],
      entries: [
        { id: newId('le'), kind: 'void', source: invoice.id, postings: voidPostings(invoice) },
        ...(units.length === 0 ? [] : [earned]),
      ],
      ...(wallet === null ? {} : { wallet }),
      ...(unitWallets.length === 0 ? {} : { unitWallets }),
    },
    balanceBack: balanceBack(invoice),
  };
}
