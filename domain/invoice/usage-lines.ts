/**
 * Lines of what was used in an ended stretch, priced by the plan that was in force then. A quantity goes on counting over the cuts of a
 * billing period (and of a contract, for models that say so): a part costs T(before + quantity) − T(before), so the parts of one price add
 * up to the price of the whole.
 */
import { isZero, roundRatio } from '../money';
import type { Window } from '../metering/window';
import type { MeteredPrice } from '../plan/timing';
import { type PricedAmount, priceOf, pricingModels, type PricingModel } from '../pricing';
import { isAbove, minus, plus } from '../pricing/exact';
import type { Usage } from '../pricing/usage';
import type { InvoiceLine, LineKind } from './line';

/** What was measured of one price. */
export interface UsageReading {
  /** Null for an add-on, which belongs to no plan. */
  readonly planId: string | null;
  readonly price: MeteredPrice;
  readonly window: Window;
  readonly usage: Usage;
  /** What was counted before the window and billed already, in the billing period or the contract; null: it is the first. */
  readonly before: string | null;
  /** In a trial whose usage is free: the line says what was used, and charges nothing. */
  readonly isFree: boolean;
}

export interface RatedUsage {
  /** Unrounded, in major units. */
  readonly exact: string;
  readonly quantity: string;
  readonly pricing: unknown;
  readonly text: string;
}

const capabilitiesOf = ({ model }: MeteredPrice): PricingModel['capabilities'] => pricingModels[model].capabilities;

/** Over which time a price goes on counting. */
export const countsOver = (price: MeteredPrice): 'contract' | 'period' | 'part' => {
  const { usage, before } = capabilitiesOf(price);
  if (before === 'contract') return 'contract';
  return usage === 'quantity' ? 'period' : 'part';
};

const ratedOf = ({ exact, explanation }: PricedAmount): RatedUsage => ({
  exact,
  quantity: explanation.quantity,
  pricing: explanation,
  text: explanation.text,
});

/** T(before + quantity) − T(before) of a model that does not go on counting by itself. */
function difference({ price, usage }: UsageReading, before: string, quantity: string, currency: string): RatedUsage {
  const of = (total: string): PricedAmount => priceOf(price.model, price.parameters, total, currency);
  const all = of(plus(before, quantity));
  const earlier = of(before);
  return {
    exact: minus(all.exact, earlier.exact),
    quantity,
    pricing: { usage, before, all: all.explanation, less: earlier.explanation },
    text: `${all.explanation.text}; less what the ${before} before cost: ${earlier.explanation.text}`,
  };
}

/** The quantity of a usage that is one; null for the other forms. */
export const quantityIn = (usage: Usage): string | null => (usage.form === 'quantity' ? usage.quantity : null);

/** True when nothing was used. */
function isNothing(usage: Usage): boolean {
  if (usage.form === 'quantity') return !isAbove(usage.quantity, '0');
  if (usage.form === 'groups') return usage.groups.every(({ quantity }) => !isAbove(quantity, '0'));
  return usage.form === 'transactions' ? usage.bands.length === 0 : usage.rows.length === 0;
}

function freeUsage({ usage }: UsageReading): RatedUsage {
  const quantity = quantityIn(usage) ?? '0';
  return { exact: '0', quantity, pricing: { usage, free: 'trial' }, text: `${quantity} used in the trial, free` };
}

/**
 * What a reading costs, unrounded; null when it is to cost nothing because nothing was used.
 * @throws PerennialError `currency_not_priced`, `quantity_invalid`, `usage_invalid`, `usage_not_priced`, `currency_mismatch`.
 */
export function rateUsage(reading: UsageReading, currency: string): RatedUsage | null {
  const { price, usage, before, isFree } = reading;
  const skips = price.skipZeroUsage === true || isFree;
  if (skips && isNothing(usage)) return null;
  if (isFree) return freeUsage(reading);
  const quantity = quantityIn(usage);
  if (quantity === null || before === null) return ratedOf(priceOf(price.model, price.parameters, usage, currency));
  if (capabilitiesOf(price).before === 'none') return difference(reading, before, quantity, currency);
  return ratedOf(priceOf(price.model, price.parameters, { form: 'quantity', quantity, before }, currency));
}

function lineOfRated(
  kind: LineKind,
  { planId, price, window }: Pick<UsageReading, 'planId' | 'price' | 'window'>,
  rated: RatedUsage,
  currency: string,
): InvoiceLine {
  const { exact, quantity, pricing, text } = rated;
  return {
    kind,
    description: price.description,
    priceId: price.id,
    planId,
    productId: price.productId ?? null,
    meterId: price.meterId,
    stream: price.stream,
    quantity,
    amount: roundRatio(exact, currency, '1', '1', 'half_up'),
    periodStart: window.from,
    periodEnd: window.to,
    creditsLineId: null,
    explanation: { exact, pricing, ratio: null, rounding: 'half_up', text },
  };
}

/** The line of a reading, with what it costs unrounded ("0" and no line when it is to cost nothing because nothing was used). */
export function usageLine(reading: UsageReading, currency: string): { line: InvoiceLine | null; exact: string } {
  const rated = rateUsage(reading, currency);
  if (rated === null) return { line: null, exact: '0' };
  return { line: { ...lineOfRated('usage', reading, rated, currency), reading }, exact: rated.exact };
}

/** What was billed of a window, and by which rule. */
export interface BilledUsage extends UsageReading {
  /** What the window has cost so far, unrounded. */
  readonly exact: string;
}

export interface AdjustmentRequest {
  readonly billed: BilledUsage;
  /** All that is known of the window now. */
  readonly usage: Usage;
  /** What the contract has billed so far, for a price that counts over it. */
  readonly contract: string;
  /** A part of what the window has cost was taken back: not the usage differs, but what stands for it. */
  readonly isShort?: boolean;
  readonly currency: string;
}

/**
 * A contract goes on counting, so what came late is counted after all that was billed: T(Q + d) − T(Q). Then the periods of a contract add
 * up to the price of all that was used in it, whenever it came.
 */
function lateInContract({ billed, usage, contract, currency }: AdjustmentRequest): RatedUsage {
  const { price } = billed;
  const late = minus(quantityIn(usage) ?? '0', quantityIn(billed.usage) ?? '0');
  const isLess = late.startsWith('-');
  const before = isLess ? plus(contract, late) : contract;
  const quantity = isLess ? late.slice(1) : late;
  const { exact, explanation } = priceOf(
    price.model,
    price.parameters,
    { form: 'quantity', quantity, before },
    currency,
  );
  const sign = isLess ? minus('0', exact) : exact;
  return { exact: sign, quantity: late, pricing: explanation, text: `${isLess ? 'less ' : ''}${explanation.text}` };
}

function lateInWindow({ billed, usage, currency }: AdjustmentRequest): RatedUsage {
  const all = rateUsage({ ...billed, usage }, currency) ?? {
    exact: '0',
    quantity: '0',
    pricing: null,
    text: 'nothing',
  };
  const [now, then] = [quantityIn(usage), quantityIn(billed.usage)];
  return {
    exact: minus(all.exact, billed.exact),
    quantity: now === null || then === null ? all.quantity : minus(now, then),
    pricing: { all: all.pricing, billed: billed.exact },
    text: `${all.text}; less ${billed.exact} ${currency} that was billed`,
  };
}

/**
 * What came late to a window or was corrected in it, after its invoice: T(all) − T(billed) by the price of that time; it may be negative.
 * No line when it comes to nothing. `exact` is what the window has cost with it.
 */
export function adjustmentLine(request: AdjustmentRequest): { line: InvoiceLine | null; exact: string } {
  const { billed, currency, isShort = false } = request;
  if (billed.isFree) return { line: null, exact: '0' };
  const inContract = countsOver(billed.price) === 'contract' && !isShort;
  const rated = inContract ? lateInContract(request) : lateInWindow(request);
  const line = lineOfRated('usage_adjustment', billed, rated, currency);
  const exact = plus(billed.exact, rated.exact);
  // Of a contract, what came late has its place after all that was billed, and no reading of a window says where.
  const reading = countsOver(billed.price) === 'contract' ? undefined : { ...billed, usage: request.usage };
  const described = { ...line, reading, description: `${billed.price.description}, late or corrected` };
  return { line: isZero(line.amount) ? null : described, exact };
}
