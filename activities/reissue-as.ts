/** Voids an open invoice and issues another one in its place, in one transaction: with a number of its own, the tax and the billing details of now. */
import { refusal, type Refusal } from '../domain/errors';
import { newId } from '../domain/ids';
import type { InvoiceLine } from '../domain/invoice/line';
import type { SubscriptionEvent } from '../domain/subscription/events';
import { loadFactsInForce } from '../db/transactions/facts-in-force';
import { type InvoiceBilling, usageBilledBy } from '../db/transactions/invoice-usage';
import type { UsageBillingRow } from '../db/transactions/record-usage';
import type { InvoiceToReissue } from '../db/transactions/reissue-lines';
import type { ActivityDependencies } from './dependencies';
import { recordInvoice, type InvoiceDraft, type InvoiceFact } from './record-fact';
import { prepareSettlement, voidInvoice } from './settle-invoices';

export interface Reissue extends Pick<InvoiceFact, 'state' | 'now' | 'partsOf'>, Pick<InvoiceDraft, 'owners'> {
  readonly invoiceId: string;
  readonly key: string;
  readonly found: InvoiceToReissue;
  readonly lines: readonly InvoiceLine[];
  /** Usage that the new invoice bills in another way than the old one did. */
  readonly rows: readonly UsageBillingRow[];
}

/** Usage that goes with its line to the new invoice. */
const rowOf = (customerId: string, { id: _id, goesOn: _on, ...billing }: InvoiceBilling): UsageBillingRow => ({
  ...billing,
  customerId,
  billed: billing.billed ?? billing.exact,
});

/** The billings of the old invoice, taken back, and those of the new one. */
async function usageParts(deps: ActivityDependencies, { state, invoiceId, rows }: Reissue) {
  const billed = await usageBilledBy(deps.database.as(state.tenantId), state.tenantId, invoiceId);
  if (billed.length === 0) return {};
  const kept = billed.filter(
    (one) => !rows.some(({ priceId, from, to }) => priceId === one.priceId && from === one.from && to === one.to),
  );
  return {
    usageReturned: billed.map(({ id }) => id),
    usage: [...kept.map((one) => rowOf(state.customerId, one)), ...rows],
  };
}

/** The fact, or why not: `payment_in_progress`, `invoice_not_open`. Discounts stay what they were: they are in the amounts. */
export async function reissueAs(
  deps: ActivityDependencies,
  reissue: Reissue,
): Promise<SubscriptionEvent | Refusal<'payment_in_progress'> | Refusal<'invoice_not_open'>> {
  const { state, now, invoiceId, key, owners, lines, found, partsOf } = reissue;
  const { open, paid } = await prepareSettlement(deps, state.tenantId, [invoiceId]);
  if (paid.size > 0) return refusal('payment_in_progress', { invoiceId });
  const [before] = open;
  if (before === undefined) return refusal('invoice_not_open', { invoiceId, status: 'settled' });
  const facts = await loadFactsInForce(deps.database, state);
  const usage = await usageParts(deps, reissue);
  const { parts, balanceBack } = voidInvoice(before, now);
  const { wallet = null, ...voided } = parts;
  return recordInvoice(deps, {
    state,
    now,
    facts: { ...facts, coupons: [], unitWallets: [] },
    partsOf: (event, after) => ({ ...partsOf?.(event, after), ...voided, ...usage }),
    invoice: {
      id: newId('inv'),
      businessKey: key,
      ...(owners === undefined ? {} : { owners }),
      lines,
      span: found.span,
      replaces: { invoiceId, balanceBack, wallet },
    },
    eventOf: (invoice) => ({ type: 'invoice_reissued', at: now, invoiceId, invoice }),
  });
}
