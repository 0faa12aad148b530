/** Usage as lines: parts of a period add up, a contract goes on counting, and what came late is the difference. */
import fc from 'fast-check';
import { adjustmentLine, rateUsage, usageLine, type UsageReading } from '../../../domain/invoice/usage-lines';
import type { MeteredPrice } from '../../../domain/plan/timing';
import { pricingModels, type PricingModelKind } from '../../../domain/pricing';
import { plus, total } from '../../../domain/pricing/exact';
import { at } from '../subscription/example';

const priceOf = (model: PricingModelKind, parameters: unknown, more: Partial<MeteredPrice> = {}): MeteredPrice => ({
  id: 'price_1',
  kind: 'recurring',
  model,
  parameters,
  description: 'Calls',
  stream: 'usage',
  meterId: 'meter_1',
  ...more,
});

const window = { from: at('2026-06-01'), to: at('2026-07-01') };
const reading = (price: MeteredPrice, quantity: string, more: Partial<UsageReading> = {}): UsageReading => ({
  planId: 'plan_1',
  price,
  window,
  usage: { form: 'quantity', quantity },
  before: null,
  isFree: false,
  ...more,
});

const quantities = fc.array(fc.integer({ min: 0, max: 9_000 }).map(String), { minLength: 1, maxLength: 6 });
const quantityModels = Object.values(pricingModels).filter(
  ({ capabilities }) => capabilities.usage === 'quantity' && capabilities.usesQuantity,
);
const samples = quantityModels.flatMap(({ kind, samples: all }) =>
  all.map((parameters) => [kind, parameters] as const),
);
const currencyOf = (kind: PricingModelKind, parameters: unknown): string =>
  [...pricingModels[kind].currencies(parameters as never)][0] ?? 'USD';

test('the parts of a period cost together what the whole costs, by every model of quantities', () => {
  fc.assert(
    fc.property(fc.constantFrom(...samples), quantities, ([kind, parameters], parts) => {
      const price = priceOf(kind, parameters);
      const currency = currencyOf(kind, parameters);
      let before: string | null = null;
      const costs = parts.map((quantity) => {
        const { exact } = usageLine(reading(price, quantity, { before }), currency);
        before = plus(before ?? '0', quantity);
        return exact;
      });
      const whole = rateUsage(reading(price, total(parts)), currency)?.exact ?? '';
      expect(total(costs)).toBe(plus(whole, '0'));
    }),
  );
});

test('what came late and what was voided add up to the price of all, whenever it is found', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...samples),
      fc.tuple(fc.nat(9_000), fc.nat(9_000)),
      ([kind, parameters], [then, now]) => {
        const price = priceOf(kind, parameters);
        const currency = currencyOf(kind, parameters);
        const { exact } = usageLine(reading(price, String(then)), currency);
        const billed = { ...reading(price, String(then)), exact };
        const usage = { form: 'quantity', quantity: String(now) } as const;
        const adjusted = adjustmentLine({ billed, usage, contract: String(then), currency });
        expect(adjusted.exact).toBe(plus(usageLine(reading(price, String(now)), currency).exact, '0'));
      },
    ),
  );
});

test('a contract counts what came late after all that was billed', () => {
  const tiers = [
    { up_to: '1000', amounts: { USD: '0.012' }, fees: null },
    { up_to: null, amounts: { USD: '0.009' }, fees: null },
  ];
  const price = priceOf('cumulative_volume', { tiers });
  const june = { ...reading(price, '800'), exact: '9.6' };
  const made = (quantity: string) =>
    adjustmentLine({ billed: june, usage: { form: 'quantity', quantity }, contract: '1200', currency: 'USD' });
  expect(made('900').line?.amount.amount).toBe('0.90');
  // 100 of the units at 0.009 are taken back, and 50 of those at 0.012 only after 200 of them.
  expect(made('550').line?.amount.amount).toBe('-2.40');
});

test.each([
  ['is free in a trial, and told', { isFree: true }, '70', ['0.00', '70 used in the trial, free']],
  ['costs the fee of the first tier when it is nothing', {}, '0', ['3.00', '1 × 3 USD (fee, 0 to 1000)']],
])('usage %s', (_case, more, quantity, expected) => {
  const tiers = [
    { up_to: '1000', amounts: { USD: '0.012' }, fees: { USD: '3' } },
    { up_to: null, amounts: { USD: '0.009' }, fees: null },
  ];
  const { line } = usageLine(reading(priceOf('graduated', { tiers }), quantity, more), 'USD');
  expect([line?.amount.amount, line?.explanation.text]).toEqual(expected);
});

test('usage of nothing brings no line where the price skips it', () => {
  const price = priceOf(
    'capacity',
    { amounts: { USD: '20' }, capacity: '10', overage: { USD: '1' } },
    { skipZeroUsage: true },
  );
  expect(usageLine(reading(price, '0'), 'USD')).toEqual({ line: null, exact: '0' });
  expect(usageLine(reading(price, '1'), 'USD').line?.amount.amount).toBe('20.00');
});
