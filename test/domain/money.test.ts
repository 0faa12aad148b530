import fc from 'fast-check';
import type { Decimal as DecimalRounding } from 'decimal.js';
import { data as isoCurrencies } from 'currency-codes';
import {
  Decimal,
  type Money,
  type Rounding,
  absolute,
  add,
  allocate,
  assertIsMoney,
  compare,
  equals,
  exponentOf,
  formatMoney,
  fromMinorUnits,
  isCurrency,
  isDecimalString,
  isMoney,
  isNegative,
  isPositive,
  isZero,
  max,
  min,
  money,
  multiply,
  multiplyByRatio,
  multiplyDecimals,
  negate,
  registerCurrency,
  roundRatio,
  subtract,
  sum,
  toMinorUnits,
  zero,
} from '../../domain/money';

const refusal = (code: string) => expect.objectContaining({ name: 'PerennialError', code });
const usd = (amount: string): Money => ({ amount, currency: 'USD' });

const currency = fc.constantFrom('USD', 'JPY', 'KWD', 'CLF', 'KES');
const units = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
const anyMoney = fc.record({ units, currency }).map((it) => fromMinorUnits(it.units, it.currency));
const pair = fc
  .tuple(units, units, currency)
  .map(([a, b, of]) => [fromMinorUnits(a, of), fromMinorUnits(b, of)] as const);
const decimalString = fc
  .record({ units: fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), scale: fc.nat({ max: 18 }) })
  .map(({ units: digits, scale }) => new Decimal(digits.toString()).div(new Decimal(10).pow(scale)).toFixed());

const decimalMode: Record<Exclude<Rounding, 'exact'>, DecimalRounding.Rounding> = {
  half_up: Decimal.ROUND_HALF_UP,
  half_even: Decimal.ROUND_HALF_EVEN,
  up: Decimal.ROUND_UP,
  down: Decimal.ROUND_DOWN,
  ceiling: Decimal.ROUND_CEIL,
  floor: Decimal.ROUND_FLOOR,
};
const rounding = fc.constantFrom(...(Object.keys(decimalMode) as Exclude<Rounding, 'exact'>[]));

/** A second opinion with room for the longest product here, so that the oracle itself never rounds twice. */
const Wide = Decimal.clone({ precision: 400 });

describe('an amount has one form', () => {
  test.each([
    ['49', 'USD', '49.00'],
    ['49.000', 'USD', '49.00'],
    ['5000', 'JPY', '5000'],
    ['5000.0', 'JPY', '5000'],
    ['1.5', 'KWD', '1.500'],
    ['-0', 'USD', '0.00'],
    ['-0.00', 'USD', '0.00'],
    ['-0.5', 'USD', '-0.50'],
    ['0', 'JPY', '0'],
  ])('%s %s is %s', (amount, of, canonical) => {
    expect(money(amount, of)).toEqual({ amount: canonical, currency: of });
  });

  test('a Decimal with a great exponent becomes a plain string', () => {
    expect(money(new Decimal('1e30'), 'USD').amount).toBe(`1${'0'.repeat(30)}.00`);
    expect(new Decimal('1e-18').toString()).toBe('0.000000000000000001');
  });

  test.each([
    '1e3',
    '+1',
    '01',
    '1.',
    '.5',
    '',
    ' 1',
    '1 ',
    '1,5',
    '0x10',
    'NaN',
    'Infinity',
    '--1',
    '1\n',
    '٣',
    '-',
    '1'.repeat(129),
  ])('%j is not a decimal', (text) => {
    expect(isDecimalString(text)).toBe(false);
    expect(() => money(text, 'USD')).toThrow(refusal('invalid_amount'));
  });

  test('a JS number is refused by the compiler and at run time', () => {
    // @ts-expect-error a number has lost its exactness before it comes here
    expect(() => money(0.1, 'USD')).toThrow(refusal('invalid_amount'));
    // @ts-expect-error the same for a factor
    expect(() => multiply(usd('1.00'), 2)).toThrow(refusal('invalid_amount'));
    expect(() => money(new Decimal(NaN), 'USD')).toThrow(refusal('invalid_amount'));
  });

  test('only canonical money is money', () => {
    for (const good of [usd('49.00'), usd('-0.01'), usd('0.00'), { amount: '5', currency: 'JPY' }])
      expect(isMoney(good)).toBe(true);
    const bad = [
      usd('49'),
      usd('49.0'),
      usd('-0.00'),
      usd('1e2'),
      { amount: '1.00', currency: 'usd' },
      { amount: 1, currency: 'USD' },
    ];
    for (const value of [...bad, null, undefined, '49.00 USD', {}]) {
      expect(isMoney(value)).toBe(false);
      expect(() => assertIsMoney(value)).toThrow(refusal('invalid_amount'));
    }
  });

  test('whatever the arithmetic gives is canonical', () => {
    fc.assert(
      fc.property(pair, decimalString, rounding, ([a, b], factor, mode) => {
        const results = [
          add(a, b),
          subtract(a, b),
          negate(a),
          absolute(a),
          multiply(a, factor, mode),
          sum([a, b], a.currency),
          zero(a.currency),
        ];
        for (const result of [...results, ...allocate(a, ['1', '2.5', '0'])]) expect(isMoney(result)).toBe(true);
      }),
    );
  });

  test('people read the amount and then the currency', () => {
    expect(formatMoney(usd('49.00'))).toBe('49.00 USD');
  });
});

describe('currencies are those of ISO 4217', () => {
  test('each with a minor unit has the exponent of the standard', () => {
    for (const { code, digits } of isoCurrencies) if (isCurrency(code)) expect(exponentOf(code)).toBe(digits);
    expect(['USD', 'JPY', 'KWD', 'HUF', 'ISK', 'UGX', 'CLF', 'XCG'].map(exponentOf)).toEqual([2, 0, 3, 2, 0, 0, 4, 2]);
  });

  test.each(['XXX', 'XTS', 'XAU', 'XDR', 'usd', 'ZZZ', '', 'constructor', '__proto__'])('%j is not money', (code) => {
    expect(isCurrency(code)).toBe(false);
    expect(() => exponentOf(code)).toThrow(refusal('invalid_currency'));
  });

  test('a token can be registered once, with one exponent', () => {
    const token = 'eip155:31337/erc20:0x5fbdb2315678afecb367f032d93f642f64180aa3';
    expect(isCurrency(token)).toBe(false);
    registerCurrency(token, 18);
    registerCurrency(token, 18);
    expect(money('0.000000000000000001', token).amount).toBe('0.000000000000000001');
    expect(() => registerCurrency(token, 6)).toThrow(refusal('invalid_currency'));
    expect(() => registerCurrency('USD', 3)).toThrow(refusal('invalid_currency'));
    expect(() => registerCurrency('eip155:1/slip44:60', 1.5)).toThrow(refusal('invalid_currency'));
  });

  test('a 256-bit token amount goes in and out without loss', () => {
    const token = 'eip155:1/erc20:0xwide';
    registerCurrency(token, 18);
    const most = 2n ** 256n - 1n;
    expect(toMinorUnits(fromMinorUnits(most, token))).toBe(most);
    expect(new Decimal(fromMinorUnits(most, token).amount).times(1).toFixed()).toBe(fromMinorUnits(most, token).amount);
  });
});

describe('adding', () => {
  test('is what a decimal calculator says', () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        expect(add(a, b).amount).toBe(new Wide(a.amount).plus(b.amount).toFixed(exponentOf(a.currency)));
        expect(subtract(a, b)).toEqual(add(a, negate(b)));
        expect(subtract(add(a, b), b)).toEqual(a);
        expect(add(a, b)).toEqual(add(b, a));
        expect(sum([a, b, negate(a)], a.currency)).toEqual(b);
      }),
    );
  });

  test('refuses to mix currencies, and a sum of nothing is zero', () => {
    const yen = { amount: '1', currency: 'JPY' };
    for (const mix of [add, subtract, compare, min, max])
      expect(() => mix(usd('1.00'), yen)).toThrow(refusal('currency_mismatch'));
    expect(() => sum([usd('1.00'), yen], 'USD')).toThrow(refusal('currency_mismatch'));
    expect(equals(zero('USD'), zero('JPY'))).toBe(false);
    expect(sum([], 'KWD')).toEqual({ amount: '0.000', currency: 'KWD' });
  });

  test('accepts amounts with more zeros than the currency writes, as a database returns them', () => {
    expect(add(usd('49.0000'), usd('1'))).toEqual(usd('50.00'));
    expect(() => add(usd('49.001'), usd('1.00'))).toThrow(refusal('inexact_amount'));
  });
});

describe('comparing', () => {
  test('orders as numbers do, not as strings', () => {
    expect(compare(usd('9.00'), usd('10.00'))).toBe(-1);
    fc.assert(
      fc.property(pair, ([a, b]) => {
        expect(compare(a, b)).toBe(new Wide(a.amount).cmp(b.amount));
        expect(compare(min(a, b), max(a, b))).not.toBe(1);
        expect(equals(a, b)).toBe(compare(a, b) === 0);
        expect([isNegative(a), isZero(a), isPositive(a)].filter(Boolean)).toHaveLength(1);
        expect(isNegative(absolute(a))).toBe(false);
      }),
    );
  });
});

describe('rounding happens once and only when it is asked for', () => {
  test.each([
    ['2.675', '2.68'],
    ['-2.675', '-2.68'],
    ['0.005', '0.01'],
    ['-0.005', '-0.01'],
    ['2.6749999999999999999', '2.67'],
    ['-0.004', '0.00'],
  ])('half up: %s is %s', (from, to) => {
    expect(money(from, 'USD', 'half_up').amount).toBe(to);
  });

  test.each<[Rounding, string[]]>([
    ['half_up', ['0.03', '-0.03', '0.04', '0.02']],
    ['half_even', ['0.02', '-0.02', '0.04', '0.02']],
    ['up', ['0.03', '-0.03', '0.04', '0.03']],
    ['down', ['0.02', '-0.02', '0.03', '0.02']],
    ['ceiling', ['0.03', '-0.02', '0.04', '0.03']],
    ['floor', ['0.02', '-0.03', '0.03', '0.02']],
  ])('%s', (mode, expected) => {
    expect(['0.025', '-0.025', '0.035', '0.021'].map((amount) => money(amount, 'USD', mode).amount)).toEqual(expected);
  });

  test('the default refuses an inexact result', () => {
    expect(() => money('0.001', 'USD')).toThrow(refusal('inexact_amount'));
    expect(() => multiply(usd('0.01'), '0.5')).toThrow(refusal('inexact_amount'));
    expect(() => multiplyByRatio(usd('1.00'), 1n, 3n)).toThrow(refusal('inexact_amount'));
    expect(multiplyByRatio(usd('3.00'), 1n, 3n)).toEqual(usd('1.00'));
    expect(() => money('1.001', 'USD')).toThrow('1.001');
  });

  test('is what a decimal calculator says, for every mode', () => {
    fc.assert(
      fc.property(decimalString, currency, rounding, (amount, of, mode) => {
        const places = exponentOf(of);
        const expected = new Wide(amount).toDecimalPlaces(places, decimalMode[mode]);
        expect(money(amount, of, mode).amount).toBe(expected.isZero() ? zero(of).amount : expected.toFixed(places));
      }),
      { numRuns: 500 },
    );
  });

  test('a product is rounded from its exact value', () => {
    fc.assert(
      fc.property(anyMoney, decimalString, rounding, (value, factor, mode) => {
        const places = exponentOf(value.currency);
        const expected = new Wide(value.amount).times(factor).toDecimalPlaces(places, decimalMode[mode]);
        expect(new Wide(multiply(value, factor, mode).amount).eq(expected)).toBe(true);
      }),
    );
  });

  test('a ratio is never rounded: the result is at most half a unit from the true quotient', () => {
    const whole = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n });
    fc.assert(
      fc.property(
        anyMoney,
        whole,
        whole.filter((it) => it !== 0n),
        (value, numerator, denominator) => {
          const result = toMinorUnits(multiplyByRatio(value, numerator, denominator, 'half_up'));
          const error = result * denominator - toMinorUnits(value) * numerator;
          const size = (it: bigint) => (it < 0n ? -it : it);
          expect(size(error) * 2n <= size(denominator)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('a ratio of decimals equals the ratio of the same numbers made whole', () => {
    expect(multiplyByRatio(usd('10.00'), '0.5', '1.25')).toEqual(usd('4.00'));
    expect(multiplyByRatio(usd('10.00'), new Decimal('0.5'), 1n)).toEqual(usd('5.00'));
    expect(roundRatio('0.012', 'USD', '1000', 1n)).toEqual(usd('12.00'));
    expect(roundRatio('0.005', 'USD', 1n, 1n, 'half_up')).toEqual(usd('0.01'));
  });

  test('nothing is divided by zero', () => {
    expect(() => multiplyByRatio(usd('1.00'), 1n, 0n)).toThrow(refusal('invalid_ratio'));
    expect(() => multiplyByRatio(usd('1.00'), 1n, '0.00')).toThrow(refusal('invalid_ratio'));
  });

  test('the product of two decimals is exact and has no idle zeros', () => {
    expect([multiplyDecimals('0.012', '250'), multiplyDecimals('100', '10'), multiplyDecimals('-1.50', '0')]).toEqual([
      '3',
      '1000',
      '0',
    ]);
    fc.assert(
      fc.property(decimalString, decimalString, (a, b) => {
        const product = multiplyDecimals(a, b);
        expect(new Wide(product).eq(new Wide(a).times(b))).toBe(true);
        expect(product).not.toMatch(/^-0$|\.\d*0$|\.$/);
      }),
    );
  });
});

describe('splitting', () => {
  const weights = fc
    .array(fc.nat({ max: 1000 }).map(String), { minLength: 1, maxLength: 12 })
    .filter((list) => list.some((weight) => weight !== '0'));

  test('conserves the total and gives each part its share to within one minor unit, that unit included', () => {
    fc.assert(
      fc.property(anyMoney, weights, (value, list) => {
        const parts = allocate(value, list);
        expect(sum(parts, value.currency)).toEqual(value);
        const total = list.reduce((all, weight) => all + BigInt(weight), 0n);
        parts.forEach((part, index) => {
          const error = toMinorUnits(part) * total - toMinorUnits(value) * BigInt(list[index]!);
          expect(error <= total && error >= -total).toBe(true);
        });
      }),
    );
  });

  test('gives units left over in index order, and none to a weight of zero', () => {
    expect(allocate(usd('0.05'), ['1', '1', '1'])).toEqual([usd('0.02'), usd('0.02'), usd('0.01')]);
    expect(allocate(usd('0.05'), ['0', '1', '1'])).toEqual([usd('0.00'), usd('0.03'), usd('0.02')]);
    expect(allocate(usd('100.00'), ['0.5', '0.25', '0.25']).map(formatMoney)).toEqual([
      '50.00 USD',
      '25.00 USD',
      '25.00 USD',
    ]);
  });

  test('a debt splits as a credit does', () => {
    fc.assert(
      fc.property(anyMoney, weights, (value, list) => {
        expect(allocate(negate(value), list)).toEqual(allocate(value, list).map(negate));
      }),
    );
  });

  test('needs a weight above zero and none below', () => {
    for (const list of [[], ['0'], ['0', '0.0'], ['1', '-1'], ['3', '-1']]) {
      expect(() => allocate(usd('1.00'), list)).toThrow(refusal('invalid_weights'));
    }
  });
});

describe('minor units', () => {
  test('go out and come back for every currency', () => {
    const anyCurrency = fc.constantFrom(...isoCurrencies.map(({ code }) => code).filter(isCurrency));
    fc.assert(
      fc.property(units, anyCurrency, (count, of) => expect(toMinorUnits(fromMinorUnits(count, of))).toBe(count)),
    );
  });

  test('at another exponent are exact or refused', () => {
    const yen = { amount: '5000', currency: 'JPY' };
    expect(toMinorUnits(yen, 2)).toBe(500_000n);
    expect(fromMinorUnits(500_000n, 'JPY', 2)).toEqual(yen);
    expect(() => fromMinorUnits(500_001n, 'JPY', 2)).toThrow(refusal('inexact_amount'));
    expect(() => toMinorUnits(usd('1.50'), 0)).toThrow(refusal('inexact_amount'));
    expect(toMinorUnits(usd('2.00'), 0)).toBe(2n);
  });
});
