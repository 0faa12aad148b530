/**
 * What a price is put on: the usage of one period, as a meter delivers it. Never a list of events: each form is an aggregate whose size
 * depends on the price and not on the number of events, so that ten million events are one grouped query. A model says in its
 * capabilities which form it reads, and leaves the others alone.
 */
import { fail } from '../errors';
import { compareDecimals, minus, times } from './exact';
import { assertIsQuantity, assertIsWholeQuantity } from './amounts';

export type Usage = QuantityUsage | TransactionUsage | GroupedUsage | PricedUsage;
export type UsageForm = Usage['form'];

/** A bare amount of something: seats, or what a count, sum, maximum, unique or latest meter gives. */
export interface QuantityUsage {
  readonly form: 'quantity';
  /** A decimal from zero up. */
  readonly quantity: string;
  /**
   * What was counted before this usage and billed already; "0" unless given. Over which time is the model's `before` capability: a
   * contract (cumulative volume), or the billing period when it is billed in parts (package). Meter: the same aggregate over the time
   * from that start to the start of this usage.
   */
  readonly before?: string;
}

/**
 * Transactions by bands: a band stands for `count` transactions whose values add up to `value` and lie between `least` and `most`. One
 * transaction is a band of count 1. A band must lie on one side of every limit of the price, or it is refused.
 *
 * Meter: `select count(*), sum(value), min(value), max(value) … group by` on which side of the limits a value lies; what falls under a
 * free allowance comes first, in the order of time (a window function cuts it off). `bandTransactions` does the same to a stream.
 */
export interface TransactionUsage {
  readonly form: 'transactions';
  /** The currency of the values. */
  readonly currency: string;
  readonly bands: readonly TransactionBand[];
}

export interface TransactionBand {
  /** A whole number from 1. */
  readonly count: string;
  /** The sum of the values, major units. */
  readonly value: string;
  readonly least: string;
  readonly most: string;
}

/** Quantities by the values of dimensions. Meter: `group by` the dimensions of the price; finer groups are added up. */
export interface GroupedUsage {
  readonly form: 'groups';
  readonly groups: readonly UsageGroup[];
}

export interface UsageGroup {
  readonly dimensions: Readonly<Record<string, string>>;
  readonly quantity: string;
}

/**
 * Quantities by the price that the events carry. Meter: `sum(quantity) … group by price`; where nearly each event has a price of its own,
 * one row of quantity 1 whose unit amount is `sum(price * quantity)`.
 */
export interface PricedUsage {
  readonly form: 'prices';
  /** The currency of the prices. */
  readonly currency: string;
  readonly rows: readonly PricedRow[];
}

export interface PricedRow {
  /** Price of one unit, major units, from zero up. */
  readonly unitAmount: string;
  readonly quantity: string;
}

const isForm = <Form extends UsageForm>(usage: Usage, form: Form): usage is Extract<Usage, { form: Form }> =>
  usage.form === form;

function formOf<Form extends UsageForm>(usage: Usage, form: Form): Extract<Usage, { form: Form }> {
  if (!isForm(usage, form)) return fail('usage_invalid', { reason: `the price needs ${form}, not ${usage.form}` });
  return usage;
}

/** A bare quantity as a usage: "5" is `{ form: 'quantity', quantity: '5' }`. */
export const usageOf = (usage: Usage | string): Usage =>
  typeof usage === 'string' ? { form: 'quantity', quantity: usage } : usage;

/**
 * The quantity of a usage, for a model that counts each usage by itself.
 * @throws PerennialError `quantity_invalid`, `usage_invalid` when the usage has another form or goes on from an earlier one.
 */
export function quantityOf(usage: Usage): string {
  const { quantity, before } = formOf(usage, 'quantity');
  assertIsQuantity(quantity);
  if (before !== undefined) fail('usage_invalid', { reason: 'the price does not go on from an earlier quantity' });
  return quantity;
}

/** As `quantityOf`, for a model that sells only whole units. */
export function wholeQuantityOf(usage: Usage): string {
  const quantity = quantityOf(usage);
  assertIsWholeQuantity(quantity);
  return quantity;
}

/**
 * The quantity and what came before it, for a model that goes on counting.
 * @throws PerennialError `quantity_invalid`, `usage_invalid`.
 */
export function runningQuantityOf(usage: Usage): { readonly quantity: string; readonly before: string } {
  const { quantity, before = '0' } = formOf(usage, 'quantity');
  assertIsQuantity(quantity);
  assertIsQuantity(before);
  return { quantity, before };
}

function assertIsCurrencyOf(usage: { readonly currency: string }, currency: string): void {
  if (usage.currency !== currency) fail('currency_mismatch', { left: currency, right: String(usage.currency) });
}

function assertIsBand({ count, value, least, most }: TransactionBand): void {
  assertIsWholeQuantity(count);
  for (const part of [value, least, most]) assertIsQuantity(part);
  const between = (low: string, high: string): boolean => !minus(high, low).startsWith('-');
  const holds =
    count !== '0' && between(least, most) && between(times(count, least), value) && between(value, times(count, most));
  if (!holds)
    fail('usage_invalid', { reason: `${count} transactions of ${least} to ${most} cannot add up to ${value}` });
}

/**
 * The bands of a usage whose values are in the currency.
 * @throws PerennialError `usage_invalid`, `quantity_invalid`, `currency_mismatch`.
 */
export function bandsOf(usage: Usage, currency: string): readonly TransactionBand[] {
  const transactions = formOf(usage, 'transactions');
  assertIsCurrencyOf(transactions, currency);
  transactions.bands.forEach(assertIsBand);
  return transactions.bands;
}

/** The groups of a usage. @throws PerennialError `usage_invalid`, `quantity_invalid`. */
export function groupsOf(usage: Usage): readonly UsageGroup[] {
  const { groups } = formOf(usage, 'groups');
  for (const { quantity } of groups) assertIsQuantity(quantity);
  return groups;
}

/**
 * The priced rows of a usage, dearest first.
 * @throws PerennialError `usage_invalid`, `quantity_invalid` (for a price, too), `currency_mismatch`.
 */
export function pricedRowsOf(usage: Usage, currency: string): readonly PricedRow[] {
  const priced = formOf(usage, 'prices');
  assertIsCurrencyOf(priced, currency);
  for (const { unitAmount, quantity } of priced.rows) {
    assertIsQuantity(unitAmount);
    assertIsQuantity(quantity);
  }
  return [...priced.rows].sort((a, b) => compareDecimals(b.unitAmount, a.unitAmount));
}
