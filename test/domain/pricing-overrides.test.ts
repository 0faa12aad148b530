/** A customer's own prices over a plan version. */
import { type PriceOverride, applyOverrides, overrideErrors } from '../../domain/plan/override';
import type { PlanDefinition } from '../../domain/plan';
import { priceOf } from '../../domain/pricing';
import { definition, flat, seats } from './invoice/plans';

const base = flat(1, '49.00');
const seat = { ...seats(2, '12.00'), parameters: { amounts: { USD: '12.00', JPY: '1500' }, included: '3' } };
const usage = {
  ...flat(3, '0'),
  model: 'graduated' as const,
  parameters: { tiers: [{ up_to: null, amounts: { USD: '0.01', JPY: '1' } }] },
};
const plan = definition([base, seat, usage]);

const over = (priceId: string, parameters: unknown, more: Partial<PriceOverride> = {}): PriceOverride => ({
  priceId,
  parameters,
  ...more,
});
function merged(...overrides: PriceOverride[]): PlanDefinition {
  const result = applyOverrides(plan, overrides);
  if (Array.isArray(result)) throw new Error(JSON.stringify(result));
  return result;
}
const faults = (...overrides: PriceOverride[]) => overrideErrors(plan, overrides).map(({ path }) => path);

test('without overrides a version is itself', () => {
  expect(applyOverrides(plan, [])).toBe(plan);
});

describe('an override', () => {
  test('of one currency leaves the others, the other parameters and the other prices alone', () => {
    const result = merged(over(seat.id, { amounts: { USD: '9.50' } }));
    expect(result.prices[1]).toEqual({ ...seat, parameters: { amounts: { USD: '9.50', JPY: '1500' }, included: '3' } });
    expect([result.prices[0], result.prices[2]]).toEqual([base, usage]);
  });

  test('changes what a quantity costs, and nothing of the version', () => {
    const before = JSON.stringify(plan);
    const price = merged(over(seat.id, { included: '5' })).prices[1];
    expect(priceOf('per_seat', price?.parameters, '7', 'USD').exact).toBe('24');
    expect(JSON.stringify(plan)).toBe(before);
  });

  test('of tiers replaces them as a whole', () => {
    const tiers = [
      { up_to: '100', amounts: { USD: '0.009', JPY: '1' } },
      { up_to: null, amounts: { USD: '0.005', JPY: '0' } },
    ];
    expect(merged(over(usage.id, { tiers })).prices[2]?.parameters).toEqual({ tiers });
  });

  test('with another model stands alone', () => {
    const result = merged(
      over(seat.id, { amounts: { USD: '99.00', JPY: '9900' } }, { model: 'flat', description: 'All seats' }),
    );
    expect(result.prices[1]).toEqual({
      ...seat,
      model: 'flat',
      description: 'All seats',
      parameters: { amounts: { USD: '99.00', JPY: '9900' } },
    });
  });

  test.each<[string, PriceOverride[], string[]]>([
    ['of a price of another plan', [over('price_other', {})], ['overrides.0.price_id']],
    ['of the same price twice', [over(seat.id, {}), over(seat.id, {})], ['overrides.1.price_id']],
    ['with a negative amount', [over(seat.id, { amounts: { USD: '-1' } })], ['overrides.0.parameters.amounts.USD']],
    ['with an unknown field', [over(base.id, {}), over(seat.id, { inclded: '1' })], ['overrides.1.parameters.inclded']],
    [
      'that takes a currency away',
      [over(usage.id, { tiers: [{ up_to: null, amounts: { USD: '1' } }] })],
      ['overrides.0.parameters'],
    ],
    ['with a model that does not exist', [over(seat.id, {}, { model: 'magic' as never })], ['overrides.0.model']],
    [
      'with parameters of the old model',
      [over(seat.id, { amounts: { USD: '1', JPY: '1' }, included: '3' }, { model: 'flat' })],
      ['overrides.0.parameters.included'],
    ],
    ['with a text for parameters', [over(seat.id, 'cheap')], ['overrides.0.parameters']],
  ])('%s is refused', (_what, overrides, expected) => {
    expect(faults(...overrides)).toEqual(expected);
    expect(applyOverrides(plan, overrides)).toEqual(overrideErrors(plan, overrides));
  });
});
