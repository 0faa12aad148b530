/** The tax of a document by rate: charges and credits of one rate together, as a reader adds them up. */
import type { DocumentTax } from '../../domain/document/source';
import type { InvoiceTaxes, TaxRow } from '../../domain/invoice/invoice-taxes';
import { add, money, type Money } from '../../domain/money';

/** As it is kept with the invoice. */
export type StoredTaxes = Pick<InvoiceTaxes, 'rows'>;

const keyOf = ({ kind, country, region, percent, legend, included }: TaxRow): string =>
  JSON.stringify([kind, country, region, percent, legend, included]);

const amountOf = (stored: Money, none: Money): Money => money(stored.amount, none.currency);

/** The rows to show, in the order in which their first lines stand. */
export function taxesOf(taxes: StoredTaxes | null, none: Money): DocumentTax[] {
  const found = new Map<string, DocumentTax>();
  for (const row of taxes?.rows ?? []) {
    const { kind, percent, country, included, legend } = row;
    const before = found.get(keyOf(row));
    const net = add(before?.net ?? none, amountOf(row.base, none));
    const tax = add(before?.tax ?? none, amountOf(row.tax, none));
    found.set(keyOf(row), { kind, percent, country, included, net, tax, legend });
  }
  return [...found.values()];
}
