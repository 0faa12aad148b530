/** Which pricing model stands where: in a plan, beside it, charged once, and in place of another. */
import type { PlanPrice } from '../../domain/plan';
import { overrideErrors } from '../../domain/plan/override';
import { unsuitableAs } from '../../domain/plan/suitable';
import { type PricingModelKind, pricingModels, quantityModels } from '../../domain/pricing';

const kinds = Object.keys(pricingModels) as PricingModelKind[];

const usd = (amount: string) => ({ USD: amount });
const tiers = [{ up_to: null, amounts: usd('1'), fees: null }];

/** Sound parameters of each: a model without any does not compile. */
const sound: Readonly<Record<PricingModelKind, object>> = {
  flat: { amounts: usd('1.00') },
  per_seat: { amounts: usd('1.00') },
  per_unit: { amounts: usd('0.01') },
  graduated: { tiers },
  volume: { tiers },
  package: { amounts: usd('1'), size: '100' },
  stairstep: { tiers: [{ up_to: null, amounts: usd('1') }] },
  capacity: { amounts: usd('1'), capacity: '10', overage: usd('1') },
  cumulative_volume: { tiers },
  percentage: { percent: '2.9', fixed: usd('0.30') },
  graduated_percentage: {
    tiers: [
      { up_to: usd('100'), percent: '2', fees: null },
      { up_to: null, percent: '1', fees: null },
    ],
  },
  dynamic: { currencies: ['USD'] },
  matrix: { dimensions: ['region'], cells: [{ when: { region: 'eu' }, amounts: usd('1') }] },
};

const priceOf = (model: PricingModelKind, more: Partial<PlanPrice> = {}): PlanPrice => ({
  id: `price_${model}`,
  kind: 'recurring',
  model,
  parameters: sound[model],
  description: model,
  stream: 'subscriptions',
  ...more,
});

const isSuitable = (kind: 'add_on' | 'charge', price: PlanPrice): boolean => unsuitableAs(kind, price, 'USD') === null;

test('some models price a quantity, the others what only a meter knows', () => {
  expect(kinds.filter((kind) => !quantityModels.includes(kind)).sort()).toEqual([
    'cumulative_volume',
    'dynamic',
    'graduated_percentage',
    'matrix',
    'percentage',
  ]);
});

test.each(kinds)(
  '%s: a fee beside the plan and a charge price a quantity; what a meter counts is an add-on',
  (model) => {
    const isOfQuantity = quantityModels.includes(model);
    expect(isSuitable('add_on', priceOf(model))).toBe(isOfQuantity);
    expect(isSuitable('charge', priceOf(model, { kind: 'one_off' }))).toBe(isOfQuantity);
    expect(isSuitable('add_on', priceOf(model, { meterId: 'meter_1' }))).toBe(true);
    expect(isSuitable('charge', priceOf(model))).toBe(false);
    expect(isSuitable('add_on', priceOf(model, { timing: 'in_arrears' }))).toBe(false);
    expect(unsuitableAs('add_on', priceOf(model, { meterId: 'meter_1' }), 'EUR')).toBe('it has no amount in EUR');
  },
);

const definitionOf = (price: PlanPrice) => ({
  interval: { unit: 'month', count: 1 } as const,
  prices: [price],
  trial: null,
  proration: null,
});
const modelFault = (price: PlanPrice, model: PricingModelKind): boolean =>
  overrideErrors(definitionOf(price), [{ priceId: price.id, model, parameters: {} }]).some(({ path }) =>
    path.endsWith('.model'),
  );

test.each(kinds)('an override of a fee may be %s where that prices a quantity', (model) => {
  expect(modelFault(priceOf('flat'), model)).toBe(!quantityModels.includes(model));
});

test.each(kinds)('an override of what a meter sums may be %s where that reads the meter in the same form', (model) => {
  const { usage, usesQuantity, wholeQuantities } = pricingModels[model].capabilities;
  const fits = usage === 'quantity' && usesQuantity && !wholeQuantities;
  expect(modelFault(priceOf('per_unit', { meterId: 'meter_1' }), model)).toBe(!fits);
});
