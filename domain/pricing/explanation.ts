/**
 * How an amount came about, so that a person can compute it again: the exact amount is the sum of quantity × unit amount over the steps,
 * and the units of the steps add up to the quantity that was priced.
 */
import type { PricingModelKind } from './model';
import { plus, times, total } from './exact';

/** One product in a price. All numbers are plain decimal strings; amounts are unrounded, in major units. */
export interface PriceStep {
  /** What is charged: units, a fee, packages, a percentage … */
  readonly what: StepKind;
  /** How much of the priced quantity this step accounts for; "0" for a fee on top. */
  readonly units: string;
  /** How often the unit amount is charged: the units themselves, packages, transactions, or 1. */
  readonly quantity: string;
  readonly unitAmount: string;
  /** The stretch of quantity that the step's tier covers, `(from, upTo]`; `upTo` is null for the last tier. */
  readonly tier?: { readonly from: string; readonly upTo: string | null };
  /** For people: "0 to 1000", "packages of 100". */
  readonly label: string;
}

/** `included` costs nothing; `limit` brings a period up to its minimum or down to its maximum. */
export type StepKind =
  'flat' | 'units' | 'included' | 'fee' | 'package' | 'step' | 'percentage' | 'fixed' | 'minimum' | 'maximum' | 'limit';

export interface PriceExplanation {
  readonly model: PricingModelKind;
  readonly currency: string;
  /** What was priced: units, or the value of transactions. */
  readonly quantity: string;
  /** What had been counted before, for a model that goes on counting. */
  readonly before?: string;
  readonly steps: readonly PriceStep[];
  /** For people: "5 × 12.00 USD". */
  readonly text: string;
}

export interface PricedAmount {
  /** Unrounded; the invoice line rounds once, after proration. */
  readonly exact: string;
  readonly explanation: PriceExplanation;
}

/** A sentence of more products is not read. The steps hold them all. */
const productsInTextMax = 12;

/** The unrounded amount of a step. */
export const amountOfStep = ({ quantity, unitAmount }: PriceStep): string => times(quantity, unitAmount);

const isCharged = (step: PriceStep): boolean => amountOfStep(step) !== '0';

function productText({ quantity, unitAmount, label }: PriceStep, currency: string): string {
  return `${quantity} × ${unitAmount} ${currency}${label === '' ? '' : ` (${label})`}`;
}

/** "1000 × 0.012 USD (0 to 1000) + 1 × 3 USD (fee)". A price of nothing shows the product that came to nothing. */
function textOf(steps: readonly PriceStep[], currency: string): string {
  const charged = steps.filter(isCharged);
  const shown = charged.length > 0 ? charged : steps.slice(-1);
  const products = shown.slice(0, productsInTextMax).map((step) => productText(step, currency));
  const hidden = shown.slice(productsInTextMax).map(amountOfStep);
  if (hidden.length > 0) products.push(`${total(hidden)} ${currency} (${hidden.length} more)`);
  return products.length === 0 ? `0 ${currency}` : products.join(' + ');
}

export interface Priced {
  readonly model: PricingModelKind;
  readonly currency: string;
  readonly quantity: string;
  readonly before?: string;
  readonly steps: readonly PriceStep[];
  /** In place of the sentence that the steps give. */
  readonly text?: string;
}

/** The amount that the steps add up to, with its explanation. */
export function priced({ text, ...parts }: Priced): PricedAmount {
  return {
    exact: parts.steps.map(amountOfStep).reduce(plus, '0'),
    explanation: { ...parts, text: text ?? textOf(parts.steps, parts.currency) },
  };
}

/** A step that charges each of its units. */
export const unitStep = (units: string, unitAmount: string, label = ''): PriceStep => ({
  what: 'units',
  units,
  quantity: units,
  unitAmount,
  label,
});

/** Units that cost nothing, as a list of none or one step. */
export const includedSteps = (units: string, label = 'included'): PriceStep[] =>
  units === '0' ? [] : [{ what: 'included', units, quantity: units, unitAmount: '0', label }];

/** An amount on top, charged once; none for nothing. */
export const feeSteps = (what: StepKind, unitAmount: string, label: string): PriceStep[] =>
  times(unitAmount, '1') === '0' ? [] : [{ what, units: '0', quantity: '1', unitAmount, label }];
