/**
 * Reads usage in the form that a price needs. Quantities and groups come from the buckets; transactions and prices are one grouped query
 * over the events of the window, since a price looks at each of them.
 */
import { fail } from '../../domain/errors';
import { dimensionsOfPrice } from '../../domain/plan/metered-price';
import type { PlanPrice } from '../../domain/plan';
import { pricingModels } from '../../domain/pricing';
import { amountIn } from '../../domain/pricing/amounts';
import { feeRule, type FeeParameters } from '../../domain/pricing/percentage-fee';
import type { TransactionBand, Usage } from '../../domain/pricing/usage';
import type { Queryable, Statement } from '../pool';
import { type UsageQuestion, valuesOf } from './usage-buckets';
import { usageOf } from './usage-of';

/** The events that a meter counted, after corrections. `$1` is the tenant, `$2` the meter, `$3` the customer, `$4` to `$5` the window. */
const counted = `usage_events e
    where e.tenant_id = $1 and e.meters @> array[$2::text] and e.customer_id = $3 and e.occurred_at >= $4 and e.occurred_at < $5
      and not exists (select from usage_corrections c where c.target = e.key)
      and not exists (select from usage_corrections c where c.corrected_by = e.key and c.kind = 'void')`;

// `$6` is the path of the value; `$7` so many transactions and `$8` so much value are free; `$9` is the percentage as a factor, `$10` the
// fixed part, `$11` and `$12` the limits of a fee. What is free comes first, in the order of time, and one transaction may reach over it.
const bandsStatement: Statement = {
  name: 'usage_transaction_bands',
  text: `with valued as (
      select e.occurred_at, e.key, (e.properties #>> $6::text[])::numeric as value from ${counted}
    ), placed as (
      select value, row_number() over times as place, sum(value) over times as running from valued where value >= 0
      window times as (order by occurred_at, key rows unbounded preceding)
    ), banded as (
      select value, case
        when place <= $7::numeric or (running <= $8::numeric and running - value < $8) then 1
        when running > $8 and running - value < $8 then 2
        when value * $9::numeric + $10::numeric <= $11::numeric then 3
        when value * $9 + $10 >= $12::numeric then 5
        else 4 end as band
      from placed
    )
    select count(*)::text as count, sum(value)::text as value, min(value)::text as least, max(value)::text as most
    from banded group by band order by band`,
};

/** What a percentage needs to know of its fees; a graduated one has neither limits nor an allowance. */
function feeParametersOf(price: PlanPrice): FeeParameters | null {
  if (price.model !== 'percentage') return null;
  const parsed = pricingModels.percentage.parse(price.parameters);
  return Array.isArray(parsed) ? fail('validation_failed', {}, { fields: parsed }) : parsed;
}

function freeOf({ free }: FeeParameters, currency: string): [transactions: string, value: string] {
  if (free === null) return ['0', '0'];
  return free.transactions === null ? ['0', amountIn(free.value ?? {}, currency)] : [free.transactions, '0'];
}

async function transactionsOf(
  db: Queryable,
  question: UsageQuestion,
  price: PlanPrice,
  currency: string,
): Promise<Usage> {
  const parameters = feeParametersOf(price);
  const rule = parameters === null ? null : feeRule(parameters, currency);
  const [transactions, value] = parameters === null ? ['0', '0'] : freeOf(parameters, currency);
  const rows = await db.query<TransactionBand & { [column: string]: unknown }>(bandsStatement, [
    ...valuesOf(question, question),
    pathOf(question.meter.definition.value_property),
    transactions,
    value,
    rule?.factor ?? '0',
    rule?.fixed ?? '0',
    rule?.minimum ?? null,
    rule?.maximum ?? null,
  ]);
  const bands = rows.map(({ count, value: sum, least, most }) => ({ count, value: sum, least, most }));
  return { form: 'transactions', currency, bands };
}

/** More prices than these are read as one sum: nobody reads them, and an invoice must not grow with the events. */
const pricesMax = 1_000;

// `$6` is the path of the quantity, `$7` that of the price of one unit.
const priced = `with valued as (
      select (e.properties #>> $6::text[])::numeric as quantity, (e.properties #>> $7::text[])::numeric as price from ${counted}
    )`;
const pricesStatement: Statement = {
  name: 'usage_prices',
  text: `${priced} select price::text as price, sum(quantity)::text as quantity from valued where quantity > 0
    group by price order by price desc limit ${pricesMax + 1}`,
};
const priceSumStatement: Statement = {
  name: 'usage_price_sum',
  text: `${priced} select sum(price * quantity)::text as price, '1' as quantity from valued where quantity > 0`,
};

async function pricesOf(db: Queryable, question: UsageQuestion, currency: string): Promise<Usage> {
  const { value_property: value, price_property: price } = question.meter.definition;
  const values = [...valuesOf(question, question), pathOf(value), pathOf(price ?? null)];
  type Row = { price: string; quantity: string };
  const each = await db.query<Row>(pricesStatement, values);
  const rows = each.length > pricesMax ? await db.query<Row>(priceSumStatement, values) : each;
  return {
    form: 'prices',
    currency,
    rows: rows.map(({ price: unitAmount, quantity }) => ({ unitAmount, quantity })),
  };
}

/** A dotted path as Postgres takes it. */
const pathOf = (path: string | null): string[] => (path ?? fail('internal')).split('.');

/**
 * The usage of a window as a price reads it. Transactions and prices are in the currency that is billed: a meter for each currency counts
 * the events of that one (its filters say so). A transaction below zero is none.
 */
export function usageForPrice(
  db: Queryable,
  question: UsageQuestion,
  price: PlanPrice,
  currency: string,
): Promise<Usage> {
  switch (pricingModels[price.model].capabilities.usage) {
    case 'quantity':
      return usageOf(db, { ...question, by: [] });
    case 'groups':
      return usageOf(db, { ...question, by: dimensionsOfPrice(price) });
    case 'transactions':
      return transactionsOf(db, question, price, currency);
    case 'prices':
      return pricesOf(db, question, currency);
  }
}
