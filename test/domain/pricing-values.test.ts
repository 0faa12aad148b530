/** Models that read more than a quantity: values of transactions, dimensions, prices in events. */
import fc from 'fast-check';
import { Decimal, roundRatio } from '../../domain/money';
import { type PricingModelKind, type Usage, priceOf, pricingErrors } from '../../domain/pricing';
import type { PercentageParameters } from '../../domain/pricing/percentage';
import { bandTransactions } from '../../domain/pricing/transaction-bands';
import type { TransactionBand } from '../../domain/pricing/usage';
import { recomputed } from '../conformance/pricing';

const usd = (value: string) => ({ USD: value });
const refused = (code: string) => expect.objectContaining({ name: 'PerennialError', code });
const onLine = (exact: string): string => roundRatio(exact, 'USD', '1', '1', 'half_up').amount;
const paths = (kind: PricingModelKind, parameters: unknown): string[] =>
  pricingErrors(kind, parameters).map(({ path }) => path);

const one = (value: string): TransactionBand => ({ count: '1', value, least: value, most: value });
const transactions = (...bands: TransactionBand[]): Usage => ({ form: 'transactions', currency: 'USD', bands });
const values = (...list: string[]): Usage => transactions(...list.map(one));

describe('percentage', () => {
  const card = { percent: '2.9', fixed: usd('0.30'), minimum: usd('0.50'), maximum: usd('25') };

  test('of 4.10, 99.99 and 1250 is 0.50 + 3.19971 + 25', () => {
    const { exact, explanation } = priceOf('percentage', card, values('4.10', '99.99', '1250'), 'USD');
    expect([exact, onLine(exact)]).toEqual(['28.69971', '28.70']);
    expect(explanation.text).toBe(
      '1 × 0.50 USD (at least, for each transaction) + 99.99 × 0.029 USD (2.9 %) + ' +
        '1 × 0.30 USD (for each transaction) + 1 × 25 USD (at most, for each transaction)',
    );
    expect(explanation.quantity).toBe('1354.09');
  });

  test('of the first transactions is free, and of the next is not', () => {
    const free = { percent: '1', fixed: usd('0.10'), free: { transactions: '2' } };
    expect(priceOf('percentage', free, values('100', '100', '50'), 'USD').exact).toBe('0.6');
    expect(priceOf('percentage', free, values('100', '100'), 'USD').exact).toBe('0');
  });

  test('of the first value is free, and the transaction that reaches over it pays for its rest', () => {
    const free = { percent: '1', fixed: usd('0.10'), free: { value: usd('150') } };
    expect(priceOf('percentage', free, values('100', '80', '50'), 'USD').exact).toBe('1');
    expect(priceOf('percentage', free, values('100', '50'), 'USD').exact).toBe('0');
  });

  test.each([
    [[], '5'],
    [['100'], '5'],
    [['2000'], '20'],
    [['9000', '9000'], '100'],
  ])('of %j in a period of at least 5 and at most 100 is %s', (list, exact) => {
    const limited = { percent: '1', fixed: usd('0'), period_minimum: usd('5'), period_maximum: usd('100') };
    const result = priceOf('percentage', limited, values(...list), 'USD');
    expect(result.exact).toBe(exact);
    expect(recomputed(result.explanation).toFixed()).toBe(exact);
  });

  test('reads a band as it reads its transactions one by one', () => {
    const band = { count: '3', value: '300', least: '90', most: '120' };
    const single = priceOf('percentage', card, values('90', '120', '90'), 'USD');
    expect(priceOf('percentage', card, transactions(band), 'USD')).toEqual(single);
  });

  test.each([
    ['the minimum', { count: '2', value: '104', least: '4', most: '100' }],
    ['the maximum', { count: '2', value: '2100', least: '100', most: '2000' }],
  ])('refuses a band that lies on both sides of %s: its fee cannot be known', (_what, band) => {
    expect(() => priceOf('percentage', card, transactions(band), 'USD')).toThrow(refused('usage_invalid'));
  });

  test('refuses a band of unlike transactions that reaches over the end of what is free', () => {
    const free = { percent: '1', fixed: usd('0'), free: { transactions: '1' } };
    const unlike = { count: '2', value: '30', least: '10', most: '20' };
    expect(() => priceOf('percentage', free, transactions(unlike), 'USD')).toThrow(refused('usage_invalid'));
    const alike = { count: '3', value: '30', least: '10', most: '10' };
    expect(priceOf('percentage', free, transactions(alike), 'USD').exact).toBe('0.2');
  });

  test.each([
    ['no transaction', { count: '0', value: '0', least: '0', most: '0' }],
    ['a sum below its least', { count: '2', value: '10', least: '6', most: '8' }],
    ['a sum above its most', { count: '2', value: '20', least: '6', most: '8' }],
    ['a least above its most', { count: '1', value: '7', least: '8', most: '6' }],
  ])('refuses a band with %s', (_what, band) => {
    expect(() => priceOf('percentage', card, transactions(band), 'USD')).toThrow(refused('usage_invalid'));
  });

  test('refuses values in another currency', () => {
    const euros = { form: 'transactions', currency: 'EUR', bands: [one('1')] } as const;
    expect(() => priceOf('percentage', card, euros, 'USD')).toThrow(refused('currency_mismatch'));
  });

  test.each<[string, object, string[]]>([
    ['a maximum below the minimum', { maximum: usd('0.40') }, ['maximum.USD']],
    [
      'limits of a period the wrong way round',
      { period_minimum: usd('2'), period_maximum: usd('1') },
      ['period_maximum.USD'],
    ],
    ['two free allowances', { free: { transactions: '1', value: usd('1') } }, ['free']],
    ['an empty free allowance', { free: {} }, ['free']],
    ['part of a transaction free', { free: { transactions: '1.5' } }, ['free.transactions']],
    ['a currency missing in a limit', { minimum: { EUR: '1' } }, ['minimum']],
    ['a negative percentage', { percent: '-1' }, ['percent']],
  ])('refuses %s', (_what, change, expected) => {
    expect(paths('percentage', { ...card, ...change })).toEqual(expected);
  });
});

describe('bands of a stream of transactions', () => {
  const cents = (max: number) => fc.nat({ max }).map((it) => new Decimal(it).div(100).toFixed());
  const optional = (max: number) => fc.option(cents(max).map(usd), { nil: null });
  const free = fc.oneof(
    fc.constant(null),
    fc.integer({ min: 1, max: 6 }).map((count) => ({ transactions: String(count), value: null })),
    cents(30_000).map((value) => ({ transactions: null, value: usd(value) })),
  );
  const rule = fc
    .record({ percent: cents(500), fixed: cents(60).map(usd), low: optional(200), more: optional(300), free })
    .map(({ low, more, ...rest }): PercentageParameters => {
      const most = more === null ? null : usd(new Decimal(more.USD).plus(low?.USD ?? 0).toFixed());
      return { ...rest, minimum: low, maximum: most, period_minimum: null, period_maximum: null };
    });
  const stream = fc.array(cents(20_000), { maxLength: 25 });

  /** One by one, as the rule is written. */
  function oneByOne(
    { percent, fixed, minimum, maximum, free: allowance }: PercentageParameters,
    list: string[],
  ): string {
    let count = new Decimal(allowance?.transactions ?? 0);
    let value = new Decimal(allowance?.value?.['USD'] ?? 0);
    const charged = list.flatMap((text) => {
      const size = new Decimal(text);
      if (count.gt(0)) return ((count = count.minus(1)), []);
      const rest = Decimal.max(0, size.minus(value));
      const wasFree = value.gt(0) && rest.isZero();
      value = Decimal.max(0, value.minus(size));
      return wasFree ? [] : [rest];
    });
    const fees = charged.map((size) => {
      const fee = size
        .times(percent)
        .div(100)
        .plus(fixed['USD'] ?? 0);
      return Decimal.min(Decimal.max(fee, minimum?.['USD'] ?? 0), maximum?.['USD'] ?? Infinity);
    });
    return fees.reduce((sum, fee) => sum.plus(fee), new Decimal(0)).toFixed();
  }

  test('cost what the transactions cost one by one', () => {
    fc.assert(
      fc.property(rule, stream, (parameters, list) => {
        const expected = oneByOne(parameters, list);
        expect(priceOf('percentage', parameters, values(...list), 'USD').exact).toBe(expected);
        expect(priceOf('percentage', parameters, bandTransactions(parameters, 'USD', list), 'USD').exact).toBe(
          expected,
        );
      }),
      { numRuns: 500 },
    );
  });

  test('are five at most, however many transactions there are', () => {
    const parameters: PercentageParameters = {
      percent: '1',
      fixed: usd('0'),
      minimum: usd('0.10'),
      maximum: usd('1'),
      free: { transactions: null, value: usd('500') },
      period_minimum: null,
      period_maximum: null,
    };
    const many = (function* () {
      for (let index = 0; index < 20_000; index += 1) yield String((index * 7919) % 200);
    })();
    const usage = bandTransactions(parameters, 'USD', many);
    expect(usage.bands.length).toBeLessThanOrEqual(5);
    expect(priceOf('percentage', parameters, usage, 'USD').explanation.steps.length).toBeLessThanOrEqual(5);
    expect(usage.bands.reduce((sum, { count }) => sum + parseInt(count, 10), 0)).toBe(20_000);
  });
});

describe('graduated percentage', () => {
  const tiers = [
    { up_to: usd('1000'), percent: '2' },
    { up_to: usd('10000'), percent: '1' },
    { up_to: null, percent: '0.5' },
  ];

  test('of 12345.67 at 2 % to 1000, 1 % to 10000 and 0.5 % above is 121.73', () => {
    const { exact, explanation } = priceOf('graduated_percentage', { tiers }, values('345.67', '12000'), 'USD');
    expect([exact, onLine(exact)]).toEqual(['121.72835', '121.73']);
    expect(explanation.text).toBe(
      '1000 × 0.02 USD (2 %, 0 to 1000) + 9000 × 0.01 USD (1 %, 1000 to 10000) + 2345.67 × 0.005 USD (0.5 %, above 10000)',
    );
  });

  test.each<[string, unknown[], string[]]>([
    ['one tier', [{ percent: '2' }], ['tiers']],
    [
      'bounds that fall in one currency',
      [
        { up_to: { USD: '10', EUR: '10' }, percent: '2' },
        { up_to: { USD: '20', EUR: '5' }, percent: '1' },
        { percent: '0' },
      ],
      ['tiers.1.up_to'],
    ],
    [
      'a currency missing in one bound',
      [{ up_to: { USD: '10', EUR: '10' }, percent: '2' }, { up_to: usd('20'), percent: '1' }, { percent: '0' }],
      ['tiers.1.up_to'],
    ],
    ['a bound in the last tier', [...tiers.slice(0, 2)], ['tiers.1.up_to']],
  ])('refuses %s', (_what, list, expected) => {
    expect(paths('graduated_percentage', { tiers: list })).toEqual(expected);
  });
});

describe('dynamic', () => {
  const parameters = { currencies: ['USD'] };
  const rows = (...list: [string, string][]): Usage => ({
    form: 'prices',
    currency: 'USD',
    rows: list.map(([unitAmount, quantity]) => ({ unitAmount, quantity })),
  });

  test('is the sum of price times quantity, dearest first', () => {
    const { exact, explanation } = priceOf('dynamic', parameters, rows(['0.015', '100'], ['12.5', '2']), 'USD');
    expect(exact).toBe('26.5');
    expect(explanation).toMatchObject({ quantity: '102', text: '2 × 12.5 USD + 100 × 0.015 USD' });
  });

  test('sums up what nobody would read, and stays exact', () => {
    const many = Array.from({ length: 250 }, (_, index): [string, string] => [`${index}.01`, '3']);
    const { exact, explanation } = priceOf('dynamic', parameters, rows(...many), 'USD');
    expect(exact).toBe('93382.5');
    expect(explanation.steps).toHaveLength(101);
    expect(explanation.text).toContain('(89 more)');
    expect(recomputed(explanation).toFixed()).toBe(exact);
  });

  test('refuses a negative price, and prices in another currency', () => {
    expect(() => priceOf('dynamic', parameters, rows(['-1', '1']), 'USD')).toThrow(refused('quantity_invalid'));
    const euros = { ...rows(['1', '1']), currency: 'EUR' } as Usage;
    expect(() => priceOf('dynamic', parameters, euros, 'USD')).toThrow(refused('currency_mismatch'));
  });

  test('names each of its currencies once, and only known ones', () => {
    expect(paths('dynamic', { currencies: ['USD', 'USD'] })).toEqual(['currencies']);
    expect(paths('dynamic', { currencies: ['USD', 'XYZ'] })).toEqual(['currencies.1']);
  });
});

describe('matrix', () => {
  const parameters = {
    dimensions: ['region', 'size'],
    cells: [
      { when: { region: 'eu', size: 'small' }, amounts: usd('0.10') },
      { when: { region: 'eu', size: 'large' }, amounts: usd('0.25') },
    ],
  };
  const group = (region: string, size: string, quantity: string) => ({ dimensions: { region, size }, quantity });
  const usage = (...groups: { dimensions: Record<string, string>; quantity: string }[]): Usage => ({
    form: 'groups',
    groups,
  });

  test('prices each combination by its cell, and adds up finer groups', () => {
    const finer = { dimensions: { region: 'eu', size: 'small', host: 'a' }, quantity: '5' };
    const { exact, explanation } = priceOf(
      'matrix',
      parameters,
      usage(finer, group('eu', 'large', '4'), group('eu', 'small', '2.5')),
      'USD',
    );
    expect(exact).toBe('1.75');
    expect(explanation.text).toBe('7.5 × 0.10 USD (region eu, size small) + 4 × 0.25 USD (region eu, size large)');
  });

  test('refuses a combination without a cell, or takes the default price, by plan', () => {
    const elsewhere = usage(group('asia', 'small', '2'), { dimensions: { region: 'eu' }, quantity: '1' });
    expect(() => priceOf('matrix', parameters, elsewhere, 'USD')).toThrow(refused('usage_not_priced'));
    const { exact, explanation } = priceOf('matrix', { ...parameters, default: usd('0.5') }, elsewhere, 'USD');
    expect(exact).toBe('1.5');
    expect(explanation.text).toBe(
      '2 × 0.5 USD (region asia, size small: default) + 1 × 0.5 USD (region eu, size unknown: default)',
    );
  });

  test('takes a value for what it is, also one that every object has a property of', () => {
    const odd = { dimensions: ['kind'], cells: [{ when: { kind: 'constructor' }, amounts: usd('1') }] };
    const counted = usage({ dimensions: { kind: 'constructor' }, quantity: '2' });
    expect(priceOf('matrix', odd, counted, 'USD').exact).toBe('2');
    expect(() => priceOf('matrix', odd, usage({ dimensions: {}, quantity: '2' }), 'USD')).toThrow(
      refused('usage_not_priced'),
    );
  });

  test.each<[string, object, string[]]>([
    [
      'a cell without one of the dimensions',
      { cells: [{ when: { region: 'eu' }, amounts: usd('1') }] },
      ['cells.0.when.size'],
    ],
    [
      'a cell with another dimension',
      { dimensions: ['region'], cells: [{ when: { region: 'eu', size: 's' }, amounts: usd('1') }] },
      ['cells.0.when.size'],
    ],
    ['the same cell twice', { cells: [...parameters.cells, parameters.cells[0]] }, ['cells.2.when']],
    ['the same dimension twice', { dimensions: ['region', 'region'] }, ['dimensions']],
    ['a default in another currency', { default: { EUR: '1' } }, ['default']],
    ['no cell', { cells: [] }, ['cells']],
  ])('refuses %s', (_what, change, expected) => {
    expect(paths('matrix', { ...parameters, ...change })).toEqual(expected);
  });
});
