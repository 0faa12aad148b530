/** Tax transactions: sales that were made of calculations, and what was given back of them. */
import type Stripe from 'stripe';
import { endpoint } from '../../http/endpoint';
import { missing, refused } from '../../http/failure';
import { listPage } from '../../http/list';
import { changedMetadata, metadata } from '../../http/metadata';
import { integer, oneOf, required, text, type Parsed } from '../../http/parameters';
import { newId } from '../../state/new-id';
import type { TaxTransaction } from '../../state/stored';
import type { World } from '../../state/world';
import { requireCalculation } from './calculations';

const saleParameters = { calculation: required(text), reference: required(text), metadata } as const;
const reversalParameters = {
  mode: required(oneOf('full', 'partial')),
  original_transaction: required(text),
  reference: required(text),
  flat_amount: integer,
  metadata,
} as const;

type Items = NonNullable<TaxTransaction['line_items']>['data'];

/** References are unique over sales and reversals. */
function checkReference(world: World, reference: string): void {
  const taken = [...world.taxTransactions.values()].some((one) => one.reference === reference);
  if (taken)
    throw refused('resource_already_exists', `A transaction with the reference '${reference}' exists already.`, {
      param: 'reference',
    });
}

function listOfItems(id: string, items: Items): NonNullable<TaxTransaction['line_items']> {
  return listPage(`/v1/tax/transactions/${id}/line_items`, items, {}) as NonNullable<TaxTransaction['line_items']>;
}

function sell(world: World, given: Parsed<typeof saleParameters>): TaxTransaction {
  checkReference(world, given.reference);
  const made = requireCalculation(world, given.calculation);
  const id = newId('tax');
  const items = (made.line_items?.data ?? []).map(
    ({ tax_breakdown: _parts, performance_location: _location, object: _object, ...item }): Items[number] => ({
      ...item,
      id: newId('tax_li'),
      object: 'tax.transaction_line_item',
      reversal: null,
      type: 'transaction',
    }),
  );
  return world.taxTransactions.add({
    id,
    object: 'tax.transaction',
    created: world.now(),
    currency: made.currency,
    customer: made.customer,
    customer_details: made.customer_details,
    line_items: listOfItems(id, items),
    livemode: false,
    metadata: changedMetadata({}, given.metadata),
    posted_at: world.now(),
    reference: given.reference,
    reversal: null,
    ship_from_details: made.ship_from_details,
    shipping_cost: null,
    tax_date: made.tax_date,
    type: 'transaction',
  } satisfies Stripe.Tax.Transaction);
}

const worthOf = (items: Items): number =>
  items.reduce(
    (sum, { amount, amount_tax: tax, tax_behavior: behavior }) => sum + amount + (behavior === 'inclusive' ? 0 : tax),
    0,
  );

/** What of a sale was not given back yet, in wire units with tax. */
function leftOf(world: World, sale: TaxTransaction): number {
  const reversed = [...world.taxTransactions.values()].filter(
    ({ reversal }) => reversal?.original_transaction === sale.id,
  );
  return [sale, ...reversed].reduce((sum, { line_items: items }) => sum + worthOf(items?.data ?? []), 0);
}

/** A flat amount is spread over the lines in proportion; the last takes what rounding leaves. */
function spread(items: Items, flat: number): Items {
  const whole = worthOf(items);
  let rest = flat;
  return items.map((item, index) => {
    const own = worthOf([item]);
    const given = index === items.length - 1 ? rest : Math.trunc((flat * own) / whole);
    rest -= given;
    const tax = own === 0 ? 0 : Math.round((given * item.amount_tax) / own);
    return {
      ...item,
      id: newId('tax_li'),
      amount: item.tax_behavior === 'inclusive' ? given : given - tax,
      amount_tax: tax,
      reversal: { original_line_item: item.id },
      type: 'reversal',
    };
  });
}

function reverse(world: World, given: Parsed<typeof reversalParameters>): TaxTransaction {
  checkReference(world, given.reference);
  const sale = world.taxTransactions.get(given.original_transaction);
  if (sale === undefined) throw missing('transaction', given.original_transaction, 'original_transaction');
  if (sale.type !== 'transaction') throw refused(null, 'A reversal cannot be reversed.');
  const left = leftOf(world, sale);
  const flat = given.mode === 'full' ? -left : (given.flat_amount ?? 0);
  if (flat >= 0)
    throw refused('parameter_invalid_integer', 'The flat amount must be negative.', { param: 'flat_amount' });
  if (-flat > left)
    throw refused(null, 'The amount is more than is left of the transaction.', { param: 'flat_amount' });
  const id = newId('tax');
  return world.taxTransactions.add({
    ...sale,
    id,
    created: world.now(),
    line_items: listOfItems(id, spread(sale.line_items?.data ?? [], flat)),
    metadata: changedMetadata({}, given.metadata),
    posted_at: world.now(),
    reference: given.reference,
    reversal: { original_transaction: sale.id },
    type: 'reversal',
  });
}

export const taxTransactionEndpoints = [
  endpoint('POST', '/v1/tax/transactions/create_from_calculation', saleParameters, ({ world, parameters: given }) =>
    sell(world, given),
  ),
  endpoint('POST', '/v1/tax/transactions/create_reversal', reversalParameters, ({ world, parameters: given }) =>
    reverse(world, given),
  ),
  endpoint('GET', '/v1/tax/transactions/:id', {}, ({ world, id }) => {
    const found = world.taxTransactions.get(id);
    if (found === undefined) throw missing('transaction', id);
    return found;
  }),
];
