/** The calculation of a line as a formula of numbers, which needs no translation: "1,000 × 0.012 + 1 × 3", then the part of the period. */
import { formatNumber, fill } from './format';
import type { Language } from './languages/phrases';

interface Step {
  readonly quantity: string;
  readonly unitAmount: string;
}

interface Ratio {
  readonly policy: string;
  readonly numerator: string;
  readonly denominator: string;
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isPlain = (value: unknown): value is string => isText(value) && /^-?\d+(\.\d+)?$/.test(value);

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;

function stepOf(value: unknown): Step | null {
  const quantity = member(value, 'quantity');
  const unitAmount = member(value, 'unitAmount');
  return isPlain(quantity) && isPlain(unitAmount) ? { quantity, unitAmount } : null;
}

const isNothing = (plain: string): boolean => /^-?0(\.0+)?$/.test(plain);

/** The products that cost something; null where the explanation has no steps. */
function chargedSteps(explanation: unknown): Step[] | null {
  const steps = member(member(explanation, 'pricing'), 'steps');
  if (!Array.isArray(steps)) return null;
  const read = steps.map(stepOf);
  if (read.some((step) => step === null)) return null;
  return read.filter((step): step is Step => step !== null && !isNothing(step.quantity) && !isNothing(step.unitAmount));
}

function ratioOf(explanation: unknown): Ratio | null {
  const ratio = member(explanation, 'ratio');
  const [policy, numerator, denominator] = ['policy', 'numerator', 'denominator'].map((name) => member(ratio, name));
  return isText(policy) && isPlain(numerator) && isPlain(denominator) ? { policy, numerator, denominator } : null;
}

/** A longer sum is not read on paper; the API answers all of it. */
const stepsMax = 8;

/** The price of one unit where the whole line is units times a price; null for anything else. */
export function unitPriceOf(explanation: unknown, quantity: string): string | null {
  const steps = chargedSteps(explanation);
  const [only] = steps ?? [];
  if (steps?.length !== 1 || only === undefined || ratioOf(explanation) !== null) return null;
  return only.quantity === quantity ? only.unitAmount : null;
}

/**
 * How a line came about, in numbers; else the sentence that it was explained with; null where the quantity and the unit price say it all.
 * @param quantity what the line shows
 */
export function formulaOf(explanation: unknown, quantity: string, language: Language): string | null {
  const shown = (plain: string): string => formatNumber(plain, language);
  const steps = chargedSteps(explanation);
  const ratio = ratioOf(explanation);
  const text = member(explanation, 'text');
  if (steps === null || steps.length > stepsMax) return isText(text) ? text : isText(explanation) ? explanation : null;
  if (unitPriceOf(explanation, quantity) !== null || steps.length === 0) return null;
  const sum = steps.map((step) =>
    step.quantity === '1' ? shown(step.unitAmount) : `${shown(step.quantity)} × ${shown(step.unitAmount)}`,
  );
  if (ratio === null) return sum.join(' + ');
  const { phrases } = language;
  const unit = ratio.policy === 'seconds' ? phrases.seconds : phrases.days;
  const part = fill('{numerator} / {denominator} {unit}', {
    numerator: shown(ratio.numerator),
    denominator: shown(ratio.denominator),
    unit,
  });
  return `${sum.length === 1 ? (sum[0] ?? '') : `(${sum.join(' + ')})`} × ${part}`;
}
