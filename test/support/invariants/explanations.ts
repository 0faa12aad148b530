/**
 * Every invoice computed again by hand: the steps of a line's price add up to its exact price, the share of the period and one rounding
 * give its amount, its coupons its discount; the rows of tax give the tax.
 */
import { compare, money, negate, roundRatio, sum, type Money } from '../../../domain/money';
import { compareDecimals, minus, times, total } from '../../../domain/pricing/exact';
import type { Scene } from '../scenario';

interface Step {
  readonly quantity: string;
  readonly unitAmount: string;
}

interface Priced {
  readonly steps: readonly Step[];
}

/** The forms of an explanation: steps; a difference of two; what is known now less what was billed; a limit less what was billed. */
interface Explained {
  readonly steps?: readonly Step[];
  readonly all?: Priced | Explained | null;
  readonly less?: Priced;
  readonly billed?: string;
  /** Of a minimum or a maximum: what it comes to. */
  readonly limit?: string;
}

interface Line {
  readonly id: string;
  readonly kind: string;
  readonly quantity: string;
  readonly amount: string;
  readonly discount: string;
  readonly currency: string;
  readonly explanation: {
    readonly exact: string;
    readonly pricing: Explained | null;
    readonly ratio: { readonly numerator: string; readonly denominator: string } | null;
    readonly text: string;
    readonly discounts?: readonly { readonly amount: string }[];
  };
}

const statement = {
  name: 'test_explanations',
  text: `select id, kind, quantity::text as quantity, amount::text as amount, discount::text as discount, currency, explanation
    from invoice_lines where tenant_id = $1`,
};

const sumOfSteps = (steps: readonly Step[]): string =>
  total(steps.map((step) => times(step.quantity, step.unitAmount)));

/** What the explanation comes to by its own numbers; null where it has none to add up. */
function exactOf(pricing: Explained | null): string | null {
  if (pricing === null) return null;
  if (pricing.steps !== undefined) return sumOfSteps(pricing.steps);
  if (pricing.all === undefined || pricing.all === null) return null;
  const all = exactOf(pricing.all);
  if (all === null) return null;
  return minus(all, pricing.less === undefined ? (pricing.billed ?? '0') : sumOfSteps(pricing.less.steps));
}

const same = (left: string, right: string): boolean => compareDecimals(left, right) === 0;

/** A line that was issued anew at another amount explains the old one, and says so. */
const isRepriced = ({ explanation }: Line): boolean => explanation.text.includes('issued anew at');

/** Late usage in a contract that goes on counting is priced as what comes last, and its sign is turned where it is less. */
function isExact(line: Line): boolean {
  const { exact, pricing } = line.explanation;
  const found = exactOf(pricing);
  if (found === null || isRepriced(line)) return true;
  const turned = line.kind === 'usage_adjustment' && line.quantity.startsWith('-');
  return same(found, exact) || (turned && same(found, minus('0', exact)));
}

function shareOf({ explanation: { exact, ratio }, currency }: Line): Money {
  const { numerator, denominator } = ratio ?? { numerator: '1', denominator: '1' };
  return roundRatio(exact, currency, numerator, denominator, 'half_up');
}

/** A credit is at most its share: never more than was billed and not given back. A limit bills what is missing to it, or too much. */
function isRounded(line: Line): boolean {
  if (isRepriced(line)) return true;
  const amount = money(line.amount, line.currency);
  const share = shareOf(line);
  const { limit, billed } = line.explanation.pricing ?? {};
  if (limit !== undefined) return same(share.amount, limit) && same(line.amount, minus(limit, billed ?? '0'));
  return line.kind === 'proration_credit' ? compare(negate(amount), share) <= 0 : compare(amount, share) === 0;
}

function isDiscounted({ discount, currency, explanation: { discounts = [] } }: Line): boolean {
  const parts = sum(
    discounts.map(({ amount }) => money(amount, currency)),
    currency,
  );
  return compare(parts, money(discount, currency)) === 0;
}

function brokenLine(line: Line): string[] {
  const of = `${line.kind} ${line.id} of ${line.amount}: ${JSON.stringify(line.explanation)}`;
  return [
    ...(isExact(line) ? [] : [`the steps of a line add up to its exact price: ${of}`]),
    ...(isRounded(line) ? [] : [`a line is its exact price by its share, rounded once: ${of}`]),
    ...(isDiscounted(line) ? [] : [`the coupons of a line add up to its discount of ${line.discount}: ${of}`]),
  ];
}

interface TaxRow {
  readonly of: string;
  readonly percent: string;
  readonly base: Money;
  readonly tax: Money;
  readonly explanation: {
    readonly amount: Money;
    readonly numerator: string;
    readonly denominator: string;
    readonly rounded: string;
  };
}

const taxStatement = {
  name: 'test_taxes',
  text: `select i.id, r as row from invoices i, jsonb_array_elements(i.taxes->'rows') r where i.tenant_id = $1`,
};

/** Only a sum that was rounded once can be rounded again; what credits give back is a part of what was charged. */
function brokenTax(id: string, row: TaxRow): string[] {
  if (row.of !== 'charges' || row.explanation.rounded !== 'per_rate') return [];
  const { amount, numerator, denominator } = row.explanation;
  const expected = roundRatio(amount.amount, amount.currency, numerator, denominator, 'half_up');
  if (compare(row.tax, expected) === 0) return [];
  return [`the tax of a rate is its share of the sum, rounded once: ${id} ${JSON.stringify(row)}`];
}

/** Lines and rows of tax that cannot be computed again from what they say of themselves. */
export async function brokenExplanations({ engine, tenantId }: Pick<Scene, 'engine' | 'tenantId'>): Promise<string[]> {
  const db = engine.database.as(tenantId);
  const lines = await db.query(statement, [tenantId]);
  const taxes = await db.query(taxStatement, [tenantId]);
  return [
    ...lines.flatMap((row) => brokenLine(row as unknown as Line)),
    ...taxes.flatMap((row) => brokenTax(String(row['id']), row['row'] as TaxRow)),
  ];
}
