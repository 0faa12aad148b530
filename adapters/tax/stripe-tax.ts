/**
 * Stripe Tax: calculations, and transactions that report what was sold and given back. Source: Stripe, "Tax Calculations" and "Tax
 * Transactions" of the API. A calculation costs nothing until it is made a transaction, and can be made one for 90 days.
 */
import Stripe from 'stripe';
import type { PostalAddress } from '../../domain/customer/billing-details';
import type {
  Jurisdiction,
  ReportAnswer,
  SalesTaxAnswer,
  SalesTaxLine,
  SalesTaxLineAnswer,
  SalesTaxProvider,
  SalesTaxQuestion,
} from '../../domain/tax/sales-tax';
import { createStripeClient } from '../rails/stripe/client';
import { fromWireAmount, toWireAmount } from '../rails/stripe/wire-amount';

export interface StripeTaxOptions {
  readonly secretKey: string;
  /** Where to send the requests instead of Stripe; null for Stripe itself. */
  readonly apiUrl: string | null;
  /** An invoice waits so long for it and no longer. */
  readonly timeoutMs?: number;
  /** After it was found away, nobody asks it for so long: a thousand invoices must not wait one by one. */
  readonly restMs?: number;
  /** A monotonic clock in milliseconds. */
  readonly now?: () => number;
}

/** Less than half of what the fast path gives an invoice, so that the table can still answer in its place. */
const timeoutMsDefault = 2_000;
const restMsDefault = 5_000;

/** A calculation can be made for days at most so far away (Stripe, `tax_date`). */
const daysMax = 31;
const dayMs = 86_400_000;
const secondMs = 1_000;

/** Codes of Stripe's list, such as `txcd_10103001` (software as a service, business use), are categories of ours as they stand. */
const taxCodePattern = /^txcd_\d{8}$/;

/** The account's own default code is taken for what is standard. */
const codeOf = ({ category }: SalesTaxLine): { tax_code?: string } =>
  taxCodePattern.test(category) ? { tax_code: category } : {};

const isKnown = ({ category }: SalesTaxLine): boolean => category === 'standard' || taxCodePattern.test(category);

/** "US-CA" is "CA" at Stripe, which names the country beside it. */
function addressOf({ line1, line2, city, postal_code, region, country }: PostalAddress) {
  const state = region === null ? null : region.slice(country.length + 1);
  const named = Object.entries({ line1, line2, city, postal_code, state }).filter(([, value]) => value !== null);
  return { country, ...(Object.fromEntries(named) as Partial<Record<string, string>>) };
}

function parametersOf({ customer, seller, currency, date, lines }: SalesTaxQuestion, today: number) {
  const asked = Date.parse(`${date}T12:00:00Z`);
  const isNear = Math.abs(asked - today) < (daysMax - 1) * dayMs;
  return {
    currency: currency.toLowerCase(),
    line_items: lines.map((line) => ({
      amount: toWireAmount(line.amount).amount,
      reference: line.reference,
      tax_behavior: line.isTaxIncluded ? ('inclusive' as const) : ('exclusive' as const),
      ...codeOf(line),
    })),
    customer_details: { address: addressOf(customer), address_source: 'billing' as const },
    ...(seller === null || seller.line1 === null ? {} : { ship_from_details: { address: addressOf(seller) } }),
    ...(isNear ? { tax_date: Math.floor(asked / secondMs) } : {}),
    expand: ['line_items.data.tax_breakdown'],
  } satisfies Stripe.Tax.CalculationCreateParams;
}

type Breakdown = NonNullable<Stripe.Tax.CalculationLineItem['tax_breakdown']>[number];

function jurisdictionOf(part: Breakdown, currency: string): Jurisdiction {
  const { jurisdiction: of, tax_rate_details: rate } = part;
  const region = of.state === null || of.state === '' ? null : `${of.country}-${of.state}`;
  return {
    name: of.display_name,
    level: of.level,
    country: of.country,
    region,
    percent: rate?.percentage_decimal ?? '0',
    taxable: fromWireAmount(part.taxable_amount, currency),
    tax: fromWireAmount(part.amount, currency),
    reason: part.taxability_reason,
  };
}

function lineOf(item: Stripe.Tax.CalculationLineItem, currency: string): SalesTaxLineAnswer {
  const parts = (item.tax_breakdown ?? []).map((part) => jurisdictionOf(part, currency));
  return { reference: item.reference, tax: fromWireAmount(item.amount_tax, currency), jurisdictions: parts };
}

function answerOf(made: Stripe.Tax.Calculation, question: SalesTaxQuestion): SalesTaxAnswer {
  const items = made.line_items?.data ?? [];
  const isWhole = made.object === 'tax.calculation' && made.id !== null && items.length === question.lines.length;
  if (!isWhole) return { kind: 'unknown', obstacle: 'answer_incomplete' };
  const date = new Date(made.tax_date * secondMs).toISOString().slice(0, 'YYYY-MM-DD'.length);
  const lines = items.map((item) => lineOf(item, question.currency));
  return { kind: 'answered', calculation: made.id, date, lines };
}

/** Why there is no answer, in Stripe's word where it has one. */
function obstacleOf(error: unknown): string {
  if (error instanceof Stripe.errors.StripeError) {
    const word = error.code ?? error.rawType ?? error.type;
    return error.param === undefined || error.code !== undefined ? word : `${word} (${error.param})`;
  }
  return error instanceof Error ? error.name : 'unreachable';
}

/** True for what another question would meet too: an outage or a limit, not a fault of this one. */
function isAway(error: unknown): boolean {
  const status = error instanceof Stripe.errors.StripeError ? error.statusCode : undefined;
  return status === undefined || status === 429 || status >= 500;
}

/** How many lines an answer holds without further pages. */
const linesMax = 100;

/** Stripe Tax with an account's key. */
export function createStripeTax(options: StripeTaxOptions): SalesTaxProvider {
  const { timeoutMs = timeoutMsDefault, restMs = restMsDefault, now = () => performance.now() } = options;
  const client = createStripeClient({ ...options, timeoutMs });
  let restsUntil = Number.NEGATIVE_INFINITY;
  const told = async (report: () => Promise<Stripe.Tax.Transaction>): Promise<ReportAnswer> => {
    try {
      const { object, id } = await report();
      if (object !== 'tax.transaction') return { kind: 'unknown', obstacle: 'answer_incomplete' };
      return { kind: 'reported', transaction: id };
    } catch (error) {
      return { kind: 'unknown', obstacle: obstacleOf(error) };
    }
  };
  return {
    name: 'stripe_tax',
    capabilities: { local: true, reports: true },
    async calculate(question) {
      if (!question.lines.every(isKnown)) return { kind: 'unknown', obstacle: 'category_without_tax_code' };
      if (question.lines.length > linesMax) return { kind: 'unknown', obstacle: 'too_many_lines' };
      if (now() < restsUntil) return { kind: 'unknown', obstacle: 'away' };
      try {
        const parameters = parametersOf(question, Date.now());
        return answerOf(await client.tax.calculations.create(parameters, { idempotencyKey: question.key }), question);
      } catch (error) {
        if (isAway(error)) restsUntil = now() + restMs;
        return { kind: 'unknown', obstacle: obstacleOf(error) };
      }
    },
    reportSale: ({ calculation, reference }) =>
      told(() =>
        client.tax.transactions.createFromCalculation({ calculation, reference }, { idempotencyKey: reference }),
      ),
    reportReversal: ({ transaction, reference, amount }) =>
      told(() =>
        client.tax.transactions.createReversal(
          {
            mode: 'partial',
            original_transaction: transaction,
            reference,
            flat_amount: -toWireAmount(amount).amount,
          },
          { idempotencyKey: reference },
        ),
      ),
  };
}
