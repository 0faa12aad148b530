/** Models over tiers, with the values that billing documents give and that a reader computes by hand. */
import fc from 'fast-check';
import { Decimal, money, roundRatio } from '../../domain/money';
import { type PricingModelKind, priceOf, pricingErrors } from '../../domain/pricing';

const amount = (kind: PricingModelKind, parameters: unknown, quantity: string, before?: string): string =>
  priceOf(kind, parameters, { form: 'quantity', quantity, ...(before === undefined ? {} : { before }) }, 'USD').exact;
const onLine = (exact: string): string => roundRatio(exact, 'USD', '1', '1', 'half_up').amount;
const textOf = (kind: PricingModelKind, parameters: unknown, quantity: string): string =>
  priceOf(kind, parameters, quantity, 'USD').explanation.text;
const usd = (value: string) => ({ USD: value });

const tiers = [
  { up_to: '1000', amounts: usd('0.012'), fees: usd('3') },
  { up_to: '5000', amounts: usd('0.009') },
  { amounts: usd('0.005'), fees: usd('10') },
];

describe('graduated', () => {
  test.each([
    ['0', '3', '3.00'],
    ['1', '3.012', '3.01'],
    ['1000', '15', '15.00'],
    ['1000.5', '15.0045', '15.00'],
    ['5000', '51', '51.00'],
    ['7250', '72.25', '72.25'],
  ])('%s units cost %s, on the line %s', (quantity, exact, line) => {
    expect(amount('graduated', { tiers }, quantity)).toBe(exact);
    expect(onLine(exact)).toBe(line);
  });

  test('shows every tier that was walked', () => {
    expect(textOf('graduated', { tiers }, '7250')).toBe(
      '1000 × 0.012 USD (0 to 1000) + 1 × 3 USD (fee, 0 to 1000) + 4000 × 0.009 USD (1000 to 5000) + ' +
        '2250 × 0.005 USD (above 5000) + 1 × 10 USD (fee, above 5000)',
    );
    expect(priceOf('graduated', { tiers }, '7250', 'USD').explanation.steps[2]).toEqual({
      what: 'units',
      units: '4000',
      quantity: '4000',
      unitAmount: '0.009',
      tier: { from: '1000', upTo: '5000' },
      label: '1000 to 5000',
    });
  });

  test('charges the fee of the first tier without usage, unless told to skip it', () => {
    const skipping = { tiers, skip_zero_usage: true };
    expect(['0', '0.001'].map((quantity) => amount('graduated', skipping, quantity))).toEqual(['0', '3.000012']);
  });

  test('costs what its units cost one by one, with each fee once', () => {
    const bounds = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 0, maxLength: 4 });
    const cents = fc.array(fc.nat({ max: 99 }), { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(bounds, cents, fc.nat({ max: 80 }), (drawn, prices, quantity) => {
        const uppers = [...[...drawn].sort((a, b) => a - b), Infinity];
        const list = uppers.map((upper, index) => ({
          up_to: upper === Infinity ? null : String(upper),
          amounts: usd(`0.${String(prices[index]).padStart(2, '0')}`),
          fees: usd(String(prices[index + 5])),
        }));
        const tierOf = (unit: number): number => uppers.findIndex((upper) => unit <= upper);
        const units = Array.from({ length: quantity }, (_, index) => tierOf(index + 1));
        const entered = new Set([0, ...units]);
        const oneByOne = units.reduce((sum, index) => sum + (prices[index] ?? 0), 0);
        const fees = [...entered].reduce((sum, index) => sum + (prices[index + 5] ?? 0), 0);
        const expected = new Decimal(oneByOne).div(100).plus(fees).toFixed();
        expect(amount('graduated', { tiers: list }, String(quantity))).toBe(expected);
      }),
    );
  });
});

describe('volume', () => {
  test.each([
    ['0', '3', '3.00'],
    ['1', '3.012', '3.01'],
    ['1000', '15', '15.00'],
    ['1000.5', '9.0045', '9.00'],
    ['5000', '45', '45.00'],
    ['7250', '46.25', '46.25'],
  ])('%s units cost %s, on the line %s', (quantity, exact, line) => {
    expect(amount('volume', { tiers }, quantity)).toBe(exact);
    expect(onLine(exact)).toBe(line);
  });

  test('leaves no gap between tiers: what is above a bound by however little is in the next', () => {
    expect(amount('volume', { tiers }, '1000.000000000000000001')).toBe('9.000000000000000000009');
  });

  test('can skip the fee of no usage', () => {
    expect(amount('volume', { tiers, skip_zero_usage: true }, '0')).toBe('0');
  });
});

describe('tiers are refused', () => {
  const of = (...list: unknown[]) => pricingErrors('graduated', { tiers: list }).map(({ path }) => path);
  const tier = (up_to: unknown, more: object = {}) => ({ up_to, amounts: usd('1'), ...more });

  test('when bounds do not rise', () => {
    expect(of(tier('10'), tier('10'), tier(null))).toEqual(['tiers.1.up_to']);
    expect(of(tier('10'), tier('9.5'), tier(null))).toEqual(['tiers.1.up_to']);
    expect(of(tier('0'), tier(null))).toEqual(['tiers.0.up_to']);
  });

  test('when the last has a bound, or another has none', () => {
    expect(of(tier('10'))).toEqual(['tiers.0.up_to']);
    expect(of(tier(null), tier(null))).toEqual(['tiers.0.up_to']);
  });

  test('when a currency is missing in one, by its place', () => {
    const both = { USD: '1', EUR: '1' };
    expect(of(tier('10', { amounts: both }), tier(null))).toEqual(['tiers.1.amounts']);
    expect(of(tier('10', { amounts: both, fees: usd('1') }), tier(null, { amounts: both }))).toEqual(['tiers.0.fees']);
  });

  test('when there are none, or more than anybody reads', () => {
    expect(of()).toEqual(['tiers']);
    const many = Array.from({ length: 101 }, (_, index) => tier(index === 100 ? null : String(index + 1)));
    expect(of(...many)).toEqual(['tiers']);
  });

  test('with every fault at once, each at its place', () => {
    expect(of(tier('-1', { amounts: usd('-1') }), { up_to: 5, amounts: {}, fee: usd('1') }).sort()).toEqual([
      'tiers.0.amounts.USD',
      'tiers.0.up_to',
      'tiers.1.amounts',
      'tiers.1.fee',
      'tiers.1.up_to',
    ]);
  });
});

describe('stairstep', () => {
  const stairs = [
    { up_to: '10', amounts: usd('50') },
    { up_to: '50', amounts: usd('200') },
    { up_to: null, amounts: usd('350') },
  ];

  test.each([
    ['0', '50', '50'],
    ['10', '50', '50'],
    ['10.5', '200', '250'],
    ['50', '200', '250'],
    ['51', '350', '600'],
  ])('%s units cost the one step reached, %s, or cumulated %s', (quantity, single, cumulated) => {
    expect(amount('stairstep', { tiers: stairs }, quantity)).toBe(single);
    expect(amount('stairstep', { tiers: stairs, cumulative: true }, quantity)).toBe(cumulated);
  });

  test('says which step was reached', () => {
    expect(textOf('stairstep', { tiers: stairs }, '12')).toBe('1 × 200 USD (10 to 50)');
  });

  test('can be free without usage', () => {
    expect(amount('stairstep', { tiers: stairs, skip_zero_usage: true }, '0')).toBe('0');
  });
});

describe('package', () => {
  const packages = { amounts: usd('7.50'), size: '100', free: '40' };

  test.each([
    ['40', '0', '0'],
    ['41', '7.5', '0'],
    ['140', '7.5', '7.5'],
    ['141', '15', '7.5'],
    ['390', '30', '22.5'],
  ])('%s units cost %s, and %s when only full packages count', (quantity, up, down) => {
    expect(amount('package', packages, quantity)).toBe(up);
    expect(amount('package', { ...packages, round: 'down' }, quantity)).toBe(down);
  });

  test('counts packages once over the parts of a period', () => {
    expect([amount('package', packages, '141', '0'), amount('package', packages, '99', '141')]).toEqual(['15', '0']);
    expect(amount('package', packages, '100', '141')).toBe('7.5');
  });

  test('says how the count came about, also in a later part', () => {
    expect(textOf('package', packages, '141')).toBe('2 × 7.50 USD (packages of 100 beyond 40 free, rounded up)');
    const later = priceOf('package', packages, { form: 'quantity', quantity: '100', before: '141' }, 'USD');
    expect(later.explanation).toMatchObject({
      before: '141',
      text: '1 × 7.50 USD (packages of 100 beyond 40 free, rounded up, 2 before)',
    });
  });

  test.each(['0', '0.0', '-1'])('cannot hold %s units', (size) => {
    expect(pricingErrors('package', { ...packages, size }).map(({ path }) => path)).toEqual(['size']);
  });

  test('rounds up or down and no other way', () => {
    expect(pricingErrors('package', { ...packages, round: 'half_up' }).map(({ path }) => path)).toEqual(['round']);
  });
});

describe('per unit', () => {
  test('sells parts of a unit beyond those included, exactly', () => {
    const parameters = { amounts: usd('0.0004'), included: '100.5' };
    expect(['100.5', '101', '1000000'].map((quantity) => amount('per_unit', parameters, quantity))).toEqual([
      '0',
      '0.0002',
      '399.9598',
    ]);
    expect(textOf('per_unit', parameters, '101')).toBe('0.5 × 0.0004 USD (100.5 of 101 included)');
  });
});

describe('capacity', () => {
  const reserved = { amounts: usd('500'), capacity: '1000', overage: usd('0.75') };

  test.each([
    ['0', '500'],
    ['1000', '500'],
    ['1000.5', '500.375'],
    ['1200', '650'],
  ])('%s units cost %s', (quantity, exact) => {
    expect(amount('capacity', reserved, quantity)).toBe(exact);
  });

  test('says what was above', () => {
    expect(textOf('capacity', reserved, '1200')).toBe('1 × 500 USD (capacity of 1000) + 200 × 0.75 USD (above 1000)');
  });
});

describe('cumulative volume', () => {
  const contract = {
    tiers: [
      { up_to: '1000', amounts: usd('0.012') },
      { up_to: '5000', amounts: usd('0.009'), fees: usd('5') },
      { up_to: null, amounts: usd('0.005') },
    ],
  };

  test('bills each period at the tiers that the contract has reached', () => {
    expect(amount('cumulative_volume', contract, '900', '0')).toBe('10.8');
    expect(amount('cumulative_volume', contract, '200', '900')).toBe('7.1');
    expect(amount('cumulative_volume', contract, '4000', '1100')).toBe('35.6');
    expect(amount('cumulative_volume', contract, '1', '5100')).toBe('0.005');
  });

  test('over any periods costs what the graduated price of the whole costs', () => {
    const quantity = fc
      .nat({ max: 3_000_000 })
      .map((thousandths) => money(new Decimal(thousandths).div(1000), 'KWD').amount);
    fc.assert(
      fc.property(fc.array(quantity, { maxLength: 8 }), (periods) => {
        let before = new Decimal(0);
        let sum = new Decimal(0);
        for (const period of periods) {
          sum = sum.plus(amount('cumulative_volume', contract, period, before.toFixed()));
          before = before.plus(period);
        }
        expect(sum.toFixed()).toBe(amount('graduated', contract, before.toFixed()));
      }),
    );
  });

  test('cannot have a fee in the first tier, which would never be billed', () => {
    expect(pricingErrors('cumulative_volume', { tiers }).map(({ path }) => path)).toEqual(['tiers.0.fees']);
  });
});
