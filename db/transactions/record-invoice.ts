/** The rows of a new invoice and its lines. */
import type { AssembledInvoice, AssembledLine } from '../../domain/invoice/assemble';
import type { InvoiceLine } from '../../domain/invoice/line';
import type { InvoiceTotals } from '../../domain/invoice/totals';
import { isZero } from '../../domain/money';
import { toIso, type Instant } from '../../domain/time';

/** A line with its id; discount and tax are left out where there are none. */
export type NewInvoiceLine = InvoiceLine &
  Partial<Pick<AssembledLine, 'discount' | 'tax' | 'isTaxIncluded'>> & {
    readonly id: string;
    /** Of a consolidated invoice: the subscription that it bills; else the one of the invoice. */
    readonly subscriptionId?: string;
  };

export interface NewInvoice {
  readonly id: string;
  readonly customerId: string;
  /** Null for the invoice of a top-up, which names its wallet instead. */
  readonly subscriptionId: string | null;
  readonly walletId?: string;
  /** The voided invoice in whose place it is issued. */
  readonly reissues?: string;
  readonly businessKey: string;
  /** The seller, and the series of its invoices. */
  readonly entityId: string;
  readonly series: string;
  readonly totals: InvoiceTotals;
  /** What coupons took off and what is taxed; absent for neither. */
  readonly reduced?: Pick<AssembledInvoice, 'amounts' | 'discounts' | 'taxes'>;
  readonly periodStart: Instant;
  readonly periodEnd: Instant;
  readonly lines: readonly NewInvoiceLine[];
}

const isNothingDue = ({ amountDue }: InvoiceTotals): boolean => isZero(amountDue);

/** Left out where nothing is taken off and nothing is taxed: a plain row stays as small as it is. */
function reducedColumns({ reduced }: NewInvoice) {
  if (reduced === undefined) return {};
  const { amounts, discounts, taxes } = reduced;
  return {
    ...(isZero(amounts.discounts) ? {} : { discount_total: amounts.discounts.amount }),
    ...(isZero(amounts.taxAdded) ? {} : { tax_added: amounts.taxAdded.amount }),
    ...(isZero(amounts.taxIncluded) ? {} : { tax_included: amounts.taxIncluded.amount }),
    ...(discounts.length === 0 ? {} : { discounts }),
    ...(taxes === null ? {} : { taxes }),
  };
}

export function invoiceRow(invoice: NewInvoice) {
  const { totals } = invoice;
  return {
    id: invoice.id,
    customer_id: invoice.customerId,
    subscription_id: invoice.subscriptionId,
    ...(invoice.walletId === undefined ? {} : { wallet_id: invoice.walletId }),
    ...(invoice.reissues === undefined ? {} : { reissues_invoice_id: invoice.reissues }),
    business_key: invoice.businessKey,
    status: isNothingDue(totals) ? 'paid' : 'open',
    entity_id: invoice.entityId,
    series: invoice.series,
    currency: totals.total.currency,
    total: totals.total.amount,
    ...reducedColumns(invoice),
    credit_given: totals.creditGiven.amount,
    wallet_applied: totals.walletApplied.amount,
    balance_applied: totals.balanceApplied.amount,
    carried_over: totals.carriedOver.amount,
    amount_due: totals.amountDue.amount,
    period_start: toIso(invoice.periodStart),
    period_end: toIso(invoice.periodEnd),
  };
}

function reducedLineColumns({ discount, tax, isTaxIncluded }: NewInvoiceLine) {
  return {
    ...(discount === undefined || isZero(discount) ? {} : { discount: discount.amount }),
    ...(tax === undefined || isZero(tax) ? {} : { tax: tax.amount }),
    ...(isTaxIncluded === true ? { tax_included: true } : {}),
  };
}

export function lineRows(invoice: NewInvoice) {
  return invoice.lines.map((line, position) => ({
    id: line.id,
    invoice_id: invoice.id,
    subscription_id: line.subscriptionId ?? invoice.subscriptionId,
    position,
    kind: line.kind,
    description: line.description,
    price_id: line.priceId,
    stream: line.stream,
    quantity: line.quantity,
    amount: line.amount.amount,
    ...reducedLineColumns(line),
    currency: line.amount.currency,
    period_start: toIso(line.periodStart),
    period_end: toIso(line.periodEnd),
    credits_line_id: line.creditsLineId,
    plan_id: line.planId,
    product_id: line.productId,
    meter_id: line.meterId,
    explanation: line.explanation,
  }));
}
