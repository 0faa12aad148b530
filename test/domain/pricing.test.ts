import { pricingConformance } from '../conformance/pricing';
import {
  currenciesOf,
  isPricingModelKind,
  priceOf,
  pricingErrors,
  pricingModels,
  quantityModels,
} from '../../domain/pricing';
import { lineOf } from '../../domain/invoice/period-lines';
import { roundRatio } from '../../domain/money';
import { fromIso } from '../../domain/time';

for (const [name, model] of Object.entries(pricingModels)) pricingConformance(name, model);

const refusal = (code: string) => expect.objectContaining({ name: 'PerennialError', code });

describe('flat', () => {
  test("costs the same for any quantity, in the customer's currency", () => {
    const parameters = { amounts: { USD: '49.00', JPY: '5000' } };
    expect(['0', '1', '2.5', '1000'].map((quantity) => priceOf('flat', parameters, quantity, 'USD').exact)).toEqual(
      Array(4).fill('49.00'),
    );
    expect(priceOf('flat', parameters, '1', 'JPY')).toMatchObject({
      exact: '5000',
      explanation: { text: '5000 JPY flat' },
    });
  });
});

describe('per seat', () => {
  const seats = { amounts: { USD: '12.00' }, included: '3' };

  test.each([
    ['0', '0'],
    ['3', '0'],
    ['4', '12'],
    ['10', '84'],
  ])('%s seats of which 3 are included cost %s', (quantity, exact) => {
    expect(priceOf('per_seat', seats, quantity, 'USD').exact).toBe(exact);
  });

  test('includes nothing unless told so', () => {
    expect(priceOf('per_seat', { amounts: { USD: '12.00' } }, '5', 'USD')).toMatchObject({
      exact: '60',
      explanation: { text: '5 × 12.00 USD' },
    });
  });

  test('is exact below a cent: the line rounds, not the price', () => {
    expect(priceOf('per_seat', { amounts: { USD: '0.012' } }, '7', 'USD').exact).toBe('0.084');
  });

  test('tells how many seats were included', () => {
    expect(priceOf('per_seat', seats, '5', 'USD').explanation.text).toBe('2 × 12.00 USD (3 of 5 included)');
  });

  test.each(['1.5', '-1', 3, ''])('cannot include %j seats', (included) => {
    expect(pricingErrors('per_seat', { ...seats, included }).map(({ path }) => path)).toEqual(['included']);
  });
});

describe('the registry', () => {
  test('knows its models by name and nothing else', () => {
    expect(Object.keys(pricingModels)).toEqual([
      'flat',
      'per_seat',
      'per_unit',
      'graduated',
      'volume',
      'package',
      'stairstep',
      'capacity',
      'cumulative_volume',
      'percentage',
      'graduated_percentage',
      'dynamic',
      'matrix',
    ]);
    expect(isPricingModelKind('flat')).toBe(true);
    for (const other of ['toString', 'tiered', '', null]) expect(isPricingModelKind(other)).toBe(false);
  });

  test('prices nothing with parameters that are not sound, and names the fields', () => {
    const wrong = { amounts: { USD: '-1' } };
    expect(() => priceOf('flat', wrong, '1', 'USD')).toThrow(refusal('validation_failed'));
    expect(() => priceOf('flat', wrong, '1', 'USD')).toThrow(
      expect.objectContaining({ fields: [expect.objectContaining({ path: 'amounts.USD' })] }),
    );
    expect(pricingErrors('flat', { amounts: { USD: '1.00' } })).toEqual([]);
  });
});

describe('an estimate and an invoice', () => {
  const full = { start: fromIso('2026-06-01T00:00:00Z'), end: fromIso('2026-07-01T00:00:00Z') };

  test.each(quantityModels)('cost the same with %s, and the line rounds once', (model) => {
    for (const parameters of pricingModels[model].samples) {
      for (const currency of currenciesOf(model, parameters)) {
        const estimate = priceOf(model, parameters, '7', currency);
        const price = { id: 'price', kind: 'recurring', model, parameters, description: 'x', stream: 's' } as const;
        const common = {
          planId: null,
          kind: 'recurring',
          quantity: '7',
          currency,
          full,
          policy: 'seconds',
          timeZone: 'UTC',
        } as const;
        const line = lineOf({ ...common, price, from: full.start });
        expect(line.explanation).toMatchObject({ exact: estimate.exact, pricing: estimate.explanation });
        expect(line.amount).toEqual(roundRatio(estimate.exact, currency, '1', '1', 'half_up'));
        const half = lineOf({ ...common, price, from: fromIso('2026-06-16T00:00:00Z') });
        expect(half.amount).toEqual(roundRatio(estimate.exact, currency, '1', '2', 'half_up'));
      }
    }
  });

  test('of a subscription are possible with each model that needs no meter', () => {
    expect(Object.keys(pricingModels).filter((name) => !quantityModels.some((kind) => kind === name))).toEqual([
      'cumulative_volume',
      'percentage',
      'graduated_percentage',
      'dynamic',
      'matrix',
    ]);
  });
});
