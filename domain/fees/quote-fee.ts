/**
 * The fee of one transaction, with the steps by which a person computes it again. Order (billing conventions, §3): percentage and fixed
 * part → minimum and maximum → discount by volume on the clamped fee → multipliers → costs that are passed on → one rounding.
 */
import { fail, type FieldError } from '../errors';
import { allocate, exponentOf, type Money, money, subtract } from '../money';
import { amountIn, type Amounts } from '../pricing/amounts';
import { compareDecimals, factorOfPercent, greater, lesser, minus, plus, times } from '../pricing/exact';
import { currenciesOfTerms, type FeeRate, type FeeTerms, type VolumeStep } from './terms';

export interface FeeQuestion {
  /** Null: the only rate of the terms. */
  readonly rate: string | null;
  /** What the transaction is worth. */
  readonly value: Money;
  /** What the payer's transactions of the month were worth before this one, in the currency of the value. */
  readonly volume: string;
  /** Keys of multipliers that apply, in this order. */
  readonly multipliers: readonly string[];
  /** Costs that are passed on, by key, unrounded, in the currency of the value. */
  readonly costs: Readonly<Record<string, string>>;
}

export type FeeStepKind =
  'percentage' | 'fixed' | 'minimum' | 'maximum' | 'discount' | 'multiplier' | 'cost' | 'limit' | 'rounding';

/** One step: what it changes, and what the fee is after it; both are exact decimals. The changes add up to the fee. */
export interface FeeStep {
  readonly what: FeeStepKind;
  readonly text: string;
  readonly change: string;
  readonly result: string;
}

export interface FeeQuote {
  readonly rate: string;
  readonly fee: Money;
  /** Before rounding. */
  readonly exact: string;
  readonly steps: readonly FeeStep[];
  /** What the payer pays in all: value and fee, or the value of which the fee is withheld. */
  readonly payable: Money;
  /** Who gets the fee; empty: all is the tenant's own. */
  readonly shares: readonly { readonly party: string; readonly amount: Money }[];
  /** What is left of the value; null when the fee is on top. */
  readonly remainder: { readonly party: string; readonly amount: Money } | null;
  /** Too little to be collected by itself: it waits for more of its payer's (`isCollectable`). */
  readonly accrues: boolean;
}

/** A fee on its way through the steps. */
class Calculation {
  readonly steps: FeeStep[] = [];
  result = '0';

  /** Notes a step that changes something; one that changes nothing is left out, but for the first. */
  to(what: FeeStepKind, result: string, text: string): void {
    const change = minus(result, this.result);
    if (change === '0' && this.steps.length > 0) return;
    this.result = times(result, '1');
    this.steps.push({ what, text, change, result: this.result });
  }
}

const refuse = (path: string, message: string): never => {
  const fields: FieldError[] = [{ path, message }];
  return fail('validation_failed', {}, { fields });
};

function rateOf(terms: FeeTerms, key: string | null): FeeRate {
  const names = terms.rates.map((rate) => rate.key).join(', ');
  if (key === null && terms.rates.length > 1) return refuse('rate', `must be one of ${names}`);
  return terms.rates.find((rate) => key === null || rate.key === key) ?? refuse('rate', `must be one of ${names}`);
}

/** The last step that the volume reaches, or null. */
function reached(steps: readonly VolumeStep[] | null, volume: string, currency: string): VolumeStep | null {
  return (steps ?? []).findLast(({ from }) => compareDecimals(volume, amountIn(from, currency)) >= 0) ?? null;
}

const amountOr = (list: Amounts | null, currency: string): string | null =>
  list === null ? null : amountIn(list, currency);

function addRate(fee: Calculation, rate: FeeRate, { value, volume }: FeeQuestion): void {
  const { currency } = value;
  const step = reached(rate.volume_percents, volume, currency);
  const percent = step?.percent ?? rate.percent;
  const because = step === null ? '' : `, from ${amountIn(step.from, currency)} ${currency} a month`;
  const share = times(value.amount, factorOfPercent(percent));
  fee.to('percentage', share, `${percent} % of ${value.amount} ${currency}${because}`);
  const fixed = amountOr(rate.fixed, currency) ?? '0';
  fee.to('fixed', plus(fee.result, fixed), `${fixed} ${currency} for each transaction`);
  const minimum = amountOr(rate.minimum, currency) ?? fee.result;
  fee.to('minimum', greater(fee.result, minimum), `at least ${minimum} ${currency}`);
  const maximum = amountOr(rate.maximum, currency) ?? fee.result;
  fee.to('maximum', lesser(fee.result, maximum), `at most ${maximum} ${currency}`);
}

function addDiscount(fee: Calculation, terms: FeeTerms, { value: { currency }, volume }: FeeQuestion): void {
  const step = reached(terms.volume_discounts, volume, currency);
  if (step === null) return;
  const left = times(fee.result, factorOfPercent(minus('100', step.percent)));
  fee.to('discount', left, `${step.percent} % off, from ${amountIn(step.from, currency)} ${currency} a month`);
}

function addMultipliers(fee: Calculation, terms: FeeTerms, keys: readonly string[]): void {
  const known = terms.multipliers ?? [];
  keys.forEach((key, index) => {
    const { factor } =
      known.find((one) => one.key === key) ?? refuse(`multipliers.${index}`, 'is not a multiplier of the schedule');
    if (keys.indexOf(key) < index) refuse(`multipliers.${index}`, 'must not be named twice');
    fee.to('multiplier', times(fee.result, factor), `× ${factor} (${key})`);
  });
}

function addCosts(fee: Calculation, terms: FeeTerms, { costs, value: { currency } }: FeeQuestion): void {
  for (const [key, cost] of Object.entries(costs)) {
    const { percent, fixed } =
      terms.cost_markups?.find((one) => one.key === key) ??
      refuse(`costs.${key}`, 'is not a cost that the schedule passes on');
    const markup = amountOr(fixed, currency) ?? '0';
    const passed = plus(times(cost, factorOfPercent(plus('100', percent))), markup);
    const extra = markup === '0' ? '' : ` + ${markup} ${currency}`;
    fee.to('cost', plus(fee.result, passed), `${key} ${cost} ${currency} + ${percent} %${extra}`);
  }
}

function assertIsCurrencyOf(terms: FeeTerms, currency: string): void {
  const currencies = currenciesOfTerms(terms);
  if (currencies !== null && !currencies.includes(currency)) fail('currency_not_priced', { currency });
}

function split(terms: FeeTerms, fee: Money): FeeQuote['shares'] {
  if (terms.shares === null) return [];
  const amounts = allocate(
    fee,
    terms.shares.map(({ percent }) => percent),
  );
  return terms.shares.flatMap(({ party }, index) => {
    const amount = amounts[index];
    return amount === undefined ? [] : [{ party, amount }];
  });
}

/** Rounds the fee, half up unless the terms say otherwise. */
function rounded(fee: Calculation, terms: FeeTerms, currency: string): Money {
  const amount = money(fee.result, currency, terms.rounding);
  const text = `rounded ${terms.rounding.replace('_', ' ')} to ${exponentOf(currency)} places`;
  fee.to('rounding', amount.amount, text);
  return amount;
}

/**
 * Whether fees that were added up are enough to be collected, by the terms of the schedule. Nothing is never collected.
 * @throws PerennialError `currency_not_priced` when the terms do not name the currency; `invalid_amount`.
 */
export function isCollectable({ accrue_below: least }: FeeTerms, { amount, currency }: Money): boolean {
  if (compareDecimals(amount, '0') <= 0) return false;
  return least == null || compareDecimals(amount, amountIn(least, currency)) >= 0;
}

/**
 * The fee of a transaction by some terms. The fee shares of `shares` add up to it; fee and remainder add up to the value.
 * @throws PerennialError `currency_not_priced`; `validation_failed` on `rate`, `multipliers` or `costs` that the terms do not have;
 * `invalid_amount`.
 */
export function quoteFee(terms: FeeTerms, question: FeeQuestion): FeeQuote {
  const { value } = question;
  assertIsCurrencyOf(terms, value.currency);
  const rate = rateOf(terms, question.rate);
  const calculation = new Calculation();
  addRate(calculation, rate, question);
  addDiscount(calculation, terms, question);
  addMultipliers(calculation, terms, question.multipliers);
  addCosts(calculation, terms, question);
  const withheld = terms.collection === 'withheld';
  if (withheld) calculation.to('limit', lesser(calculation.result, value.amount), 'not above the value');
  const exact = calculation.result;
  const fee = rounded(calculation, terms, value.currency);
  const remainder = terms.remainder_to === null ? null : { party: terms.remainder_to, amount: subtract(value, fee) };
  return {
    rate: rate.key,
    fee,
    exact,
    steps: calculation.steps,
    payable: withheld ? value : money(plus(value.amount, fee.amount), value.currency),
    shares: split(terms, fee),
    remainder,
    accrues: compareDecimals(fee.amount, '0') > 0 && !isCollectable(terms, fee),
  };
}
