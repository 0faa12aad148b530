import { pricingConformance } from '../conformance/pricing';
import { isPricingModelKind, priceOf, pricingErrors, pricingModels } from '../../domain/pricing';

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
