/** Lines, charges and tax facts for the tests of assembled invoices. */
import { assembleInvoice, type AssembledInvoice, type AssembleRequest } from '../../../domain/invoice/assemble';
import type { BilledLine, InvoiceLine } from '../../../domain/invoice/line';
import type { TaxFacts } from '../../../domain/invoice/tax-facts';
import { money } from '../../../domain/money';
import { unknownBuyer } from '../../../domain/tax/buyer';
import type { TaxSettings } from '../../../domain/tax/settings';
import { table, seller } from '../tax/table';
import { at } from '../subscription/example';

export const june = at('2026-06-01');
export const july = at('2026-07-01');

export const charge = (amount: string, more: Partial<InvoiceLine> = {}): InvoiceLine => ({
  kind: 'recurring',
  description: 'Base fee',
  priceId: 'price_1',
  planId: 'plan_a',
  productId: 'prod_a',
  meterId: null,
  stream: 'subscriptions',
  quantity: '1',
  amount: money(amount, 'USD'),
  periodStart: june,
  periodEnd: july,
  creditsLineId: null,
  explanation: { exact: amount, pricing: null, ratio: null, rounding: 'half_up', text: amount },
  ...more,
});

export const creditOf = (chargeId: string, amount: string, more: Partial<InvoiceLine> = {}): InvoiceLine =>
  charge(amount, { kind: 'proration_credit', creditsLineId: chargeId, ...more });

export const taxSettings = (more: Partial<TaxSettings> = {}): TaxSettings => ({
  seller,
  prices: 'exclusive',
  rounding: 'per_rate',
  evidence: 'two',
  ...more,
});

export const germanTax = (more: Partial<TaxFacts> = {}): TaxFacts => ({
  settings: taxSettings(),
  buyer: { ...unknownBuyer, address: { country: 'DE', region: null } },
  table,
  categories: {},
  ...more,
});

export const assembled = (lines: readonly InvoiceLine[], more: Partial<AssembleRequest> = {}): AssembledInvoice =>
  assembleInvoice({
    lines,
    limits: null,
    currency: 'USD',
    timeZone: 'UTC',
    now: june,
    periodStart: june,
    coupons: [],
    tax: null,
    billed: [],
    ...more,
  });

/** A charge of an invoice as the books hold it afterwards. */
export const billedOf = ({ lines }: AssembledInvoice, index: number, id: string): BilledLine => {
  const { discount, tax, explanation, priceId, ...line } = lines[index]!;
  return {
    ...line,
    id,
    priceId: priceId ?? '',
    exact: explanation.exact,
    reduced: {
      discount,
      parts: (explanation.discounts ?? []).map((part) => ({ ...part, amount: money(part.amount, 'USD') })),
      tax,
      taxed: explanation.tax ?? null,
    },
  };
};

/** "subtotal - discounts + tax added (tax included) = total". */
export const sumsOf = ({ amounts }: AssembledInvoice): string => {
  const { subtotal, discounts, taxAdded, taxIncluded, total } = amounts;
  return `${subtotal.amount} - ${discounts.amount} + ${taxAdded.amount} (${taxIncluded.amount}) = ${total.amount}`;
};
