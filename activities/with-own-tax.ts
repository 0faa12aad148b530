import { isPerennialError } from '../domain/errors';
import { withSalesTax } from '../domain/invoice/assemble-asking';
import type { ActivityDependencies } from './dependencies';
import type { InvoiceFact } from './record-fact';

/** A provider of sales tax is away, and the seller's invoices wait for it: unlike what a person has to mend, it is tried again at once. */
export class SalesTaxAway extends Error {
  override readonly name = 'SalesTaxAway';
}

/**
 * The fact with what the provider of sales tax says of its invoice, where one is to be asked.
 * @throws SalesTaxAway where the invoice has to wait.
 */
export async function withOwnTax(deps: ActivityDependencies, fact: InvoiceFact): Promise<InvoiceFact> {
  const { state, facts, invoice, companions = [], now } = fact;
  const others = companions.map(({ invoice: contents, ...rest }) => ({ ...rest, contents }));
  const asked = withSalesTax({ state, facts, contents: invoice }, others, now, deps.askSalesTax);
  const { facts: said } = await asked.catch((error: unknown) => {
    const isAway = isPerennialError(error) && error.code === 'sales_tax_unavailable';
    throw isAway ? new SalesTaxAway(error.message, { cause: error }) : error;
  });
  return { ...fact, facts: said };
}
