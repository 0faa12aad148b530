/** What coupons took off an invoice and how it is taxed, on the wire. */
import { z } from '@hono/zod-openapi';
import type { AssembledInvoice } from '../../domain/invoice/assemble';
import type { InvoiceTaxes, TaxRow } from '../../domain/invoice/invoice-taxes';
import type { Money } from '../../domain/money';
import { toIso } from '../../domain/time';
import { moneyAnswer, wireMoney } from '../fields';

const usd = (amount: string) => ({ amount, currency: 'USD' });

const discountAnswer = z.object({
  attachment_id: z.string(),
  coupon_id: z.string(),
  code: z.string().nullable(),
  name: z.string(),
  base: moneyAnswer.openapi({ description: 'What its lines came to before it.' }),
  amount: moneyAnswer,
  explanation: z.unknown(),
});

const taxRowAnswer = z.object({
  kind: z.string().openapi({ description: 'taxed, exempt, reverse_charge or not_collected.' }),
  country: z.string(),
  region: z.string().nullable(),
  percent: z.string(),
  legend: z.string().nullable().openapi({ description: 'What must stand on the document.' }),
  included: z.boolean().openapi({ description: 'True when the amounts of its lines include the tax.' }),
  of: z.string().openapi({ description: 'charges, or credits of charges that were taxed before.' }),
  base: moneyAnswer.openapi({ description: 'Without tax.' }),
  tax: moneyAnswer,
  lines: z.array(z.number()).openapi({ description: 'Positions of its lines, from 0.' }),
  explanation: z.unknown(),
});

const taxesAnswer = z.object({
  rounding: z.string().openapi({ description: 'per_rate or per_line.' }),
  rows: z.array(taxRowAnswer),
  place: z
    .object({
      country: z.string(),
      region: z.string().nullable(),
      presumed: z
        .string()
        .nullable()
        .openapi({ description: 'Why it is this place although the evidence does not settle it.' }),
      evidence: z.unknown().openapi({ description: 'The pieces, for and against.' }),
    })
    .nullable(),
  tax_number: z
    .object({
      country: z.string(),
      number: z.string(),
      digits: z.string(),
      register: z.string(),
      consultation: z.string().nullable(),
      checked_at: z.string(),
    })
    .nullable(),
  provider: z
    .object({
      name: z.string(),
      calculation: z.string().nullable(),
      obstacle: z
        .string()
        .nullable()
        .openapi({ description: 'Why it did not answer: then the rates are those of our own table.' }),
      date: z.string().openapi({ description: 'The day whose rules were taken.' }),
      sold: moneyAnswer.openapi({ description: 'What it was asked about, with tax.' }),
    })
    .nullable()
    .openapi({ description: 'The provider of sales tax that was asked; null where none was.' }),
});

/** The fields of an invoice and of a preview that say what was taken off and what is taxed. */
export const reductionShape = {
  subtotal: moneyAnswer.openapi({ description: 'The lines as they are priced.' }),
  discount_total: moneyAnswer,
  tax_added: moneyAnswer.openapi({ description: 'total = subtotal - discount_total + tax_added.' }),
  tax_included: moneyAnswer.openapi({ description: 'Within the subtotal already.' }),
  discounts: z.array(discountAnswer).openapi({ description: 'By coupon, in the order in which they applied.' }),
  taxes: taxesAnswer.nullable().openapi({ description: 'Null where the tenant does not tax.' }),
};

/** The fields of a line. */
export const lineReductionShape = {
  discount: moneyAnswer,
  tax: moneyAnswer,
  net: moneyAnswer.openapi({ description: 'Without discount and without tax.' }),
};

export const reductionExample = {
  subtotal: usd('49.00'),
  discount_total: usd('0.00'),
  tax_added: usd('0.00'),
  tax_included: usd('0.00'),
  discounts: [],
  taxes: null,
};

export interface Reduced {
  readonly subtotal: Money;
  readonly discounts: Money;
  readonly taxAdded: Money;
  readonly taxIncluded: Money;
  readonly applications: AssembledInvoice['discounts'];
  readonly taxes: InvoiceTaxes | null;
}

const presentDiscount = (one: Reduced['applications'][number]): z.infer<typeof discountAnswer> => ({
  attachment_id: one.attachmentId,
  coupon_id: one.couponId,
  code: one.code,
  name: one.name,
  base: wireMoney(one.base),
  amount: wireMoney(one.amount),
  explanation: one.explanation,
});

function presentRow(row: TaxRow): z.infer<typeof taxRowAnswer> {
  const { kind, country, region, percent, legend, included, of, base, tax, lines, explanation } = row;
  const amounts = { base: wireMoney(base), tax: wireMoney(tax) };
  return { kind, country, region, percent, legend, included, of, ...amounts, lines: [...lines], explanation };
}

function presentPlace(place: InvoiceTaxes['place']): z.infer<typeof taxesAnswer>['place'] {
  return place === null ? null : { ...place.place, presumed: place.presumed, evidence: place.decision };
}

/** A check of a tax number as it leaves; null for none. */
export function presentCheck(check: InvoiceTaxes['check']): z.infer<typeof taxesAnswer>['tax_number'] {
  if (check === null) return null;
  const { taxNumber, digits, register, consultation, checkedAt } = check;
  return { ...taxNumber, digits, register, consultation, checked_at: toIso(checkedAt) };
}

function presentTaxes(taxes: InvoiceTaxes | null): z.infer<typeof taxesAnswer> | null {
  if (taxes === null) return null;
  const { rounding, rows, place, check, provider = null } = taxes;
  return {
    rounding,
    rows: rows.map(presentRow),
    place: presentPlace(place),
    tax_number: presentCheck(check),
    provider: provider === null ? null : { ...provider, sold: wireMoney(provider.sold) },
  };
}

/** What was taken off and what is taxed, as it leaves. */
export function presentReductions({ subtotal, discounts, taxAdded, taxIncluded, applications, taxes }: Reduced): {
  [K in keyof typeof reductionShape]: z.infer<(typeof reductionShape)[K]>;
} {
  return {
    subtotal: wireMoney(subtotal),
    discount_total: wireMoney(discounts),
    tax_added: wireMoney(taxAdded),
    tax_included: wireMoney(taxIncluded),
    discounts: applications.map(presentDiscount),
    taxes: presentTaxes(taxes),
  };
}
