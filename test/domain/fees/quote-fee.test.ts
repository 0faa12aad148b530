/** Fees of transactions: the figures of the businesses that have them, the order of the steps, and what holds for any terms. */
import fc from 'fast-check';
import { type FeeQuestion, isCollectable, quoteFee } from '../../../domain/fees/quote-fee';
import { currenciesOfTerms, type FeeTerms, parseFeeTerms } from '../../../domain/fees/terms';
import { add, Decimal, money, sum } from '../../../domain/money';

function termsOf(body: object): FeeTerms {
  const parsed = parseFeeTerms(body);
  if (!('rates' in parsed)) throw new Error(JSON.stringify(parsed));
  return parsed;
}

const faultsOf = (body: object): string[] => {
  const parsed = parseFeeTerms(body);
  return 'rates' in parsed ? [] : parsed.map(({ path }) => path);
};

const ask = (amount: string, more: Partial<FeeQuestion> = {}): FeeQuestion => ({
  rate: null,
  value: money(amount, 'USD'),
  volume: '0',
  multipliers: [],
  costs: {},
  ...more,
});

const feeOf = (terms: FeeTerms, question: FeeQuestion): string => quoteFee(terms, question).fee.amount;

const bridge = termsOf({
  rates: [{ percent: '0.25', minimum: { USD: '0.10' }, maximum: { USD: '50' } }],
  volume_discounts: [
    { from: { USD: '50000' }, percent: '10' },
    { from: { USD: '200000' }, percent: '25' },
    { from: { USD: '1000000' }, percent: '50' },
  ],
  multipliers: [{ key: 'express', factor: '3' }],
  cost_markups: [{ key: 'gas', percent: '20' }],
});

const marketplace = termsOf({ rates: [{ percent: '15' }], collection: 'withheld', remainder_to: 'seller' });

describe('a bridge fee of 0.25 %, from 0.10 to 50, with discounts by volume and an express service', () => {
  test.each([
    ['1000.00', {}, '2.50'],
    ['1.00', {}, '0.10'],
    ['40.00', {}, '0.10'],
    ['20000.00', {}, '50.00'],
    ['1000000.00', {}, '50.00'],
    ['1000.00', { volume: '49999.99' }, '2.50'],
    ['1000.00', { volume: '50000' }, '2.25'],
    ['30000.00', { volume: '200000' }, '37.50'],
    ['30000.00', { volume: '1000000' }, '25.00'],
    ['1.00', { volume: '1000000' }, '0.05'],
    ['30000.00', { multipliers: ['express'] }, '150.00'],
    ['30000.00', { volume: '60000', multipliers: ['express'] }, '135.00'],
    ['1000.00', { costs: { gas: '0.0213' } }, '2.53'],
  ])('%s with %j costs %s', (value, more, fee) => {
    expect(feeOf(bridge, ask(value, more))).toBe(fee);
  });

  test('explains each step, in the order percentage, limits, discount, multiplier', () => {
    const { steps, exact } = quoteFee(bridge, ask('30000.00', { volume: '60000', multipliers: ['express'] }));
    expect(steps).toEqual([
      { what: 'percentage', text: '0.25 % of 30000.00 USD', change: '75', result: '75' },
      { what: 'maximum', text: 'at most 50 USD', change: '-25', result: '50' },
      { what: 'discount', text: '10 % off, from 50000 USD a month', change: '-5', result: '45' },
      { what: 'multiplier', text: '× 3 (express)', change: '90', result: '135' },
    ]);
    expect(exact).toBe('135');
  });
});

test('maker and taker pay their own rates, and less from a volume on', () => {
  const trading = termsOf({
    rates: [
      { key: 'maker', percent: '0.1', volume_percents: [{ from: { USD: '1000000' }, percent: '0.05' }] },
      { key: 'taker', percent: '0.25' },
    ],
  });
  expect(feeOf(trading, ask('10000.00', { rate: 'maker' }))).toBe('10.00');
  expect(feeOf(trading, ask('10000.00', { rate: 'maker', volume: '1000000' }))).toBe('5.00');
  expect(feeOf(trading, ask('10000.00', { rate: 'taker', volume: '1000000' }))).toBe('25.00');
});

test('a commission of 15 % is kept of the value, and the seller gets the rest', () => {
  const { fee, remainder, payable } = quoteFee(marketplace, ask('99.99'));
  expect([fee.amount, remainder?.amount.amount, remainder?.party, payable.amount]).toEqual([
    '15.00',
    '84.99',
    'seller',
    '99.99',
  ]);
});

test('a fee that is withheld never exceeds the value', () => {
  const terms = termsOf({
    rates: [{ percent: '1', minimum: { USD: '5' } }],
    collection: 'withheld',
    remainder_to: 'seller',
  });
  const { fee, remainder, steps } = quoteFee(terms, ask('3.00'));
  expect([fee.amount, remainder?.amount.amount]).toEqual(['3.00', '0.00']);
  expect(steps.at(-1)).toEqual({ what: 'limit', text: 'not above the value', change: '-2', result: '3' });
});

test('the fee is shared to the last cent, in the order of the parties', () => {
  const terms = termsOf({
    rates: [{ percent: '20' }],
    shares: [
      { party: 'treasury', percent: '33.4' },
      { party: 'partner', percent: '66.6' },
    ],
  });
  const { shares } = quoteFee(terms, ask('0.50'));
  expect(shares.map(({ party, amount }) => `${party} ${amount.amount}`)).toEqual(['treasury 0.04', 'partner 0.06']);
});

test('an amount of the terms limits the currencies; without any, all are taken', () => {
  expect([currenciesOfTerms(bridge), currenciesOfTerms(marketplace)]).toEqual([['USD'], null]);
  expect(() => quoteFee(bridge, ask('1.00', { value: money('1.00', 'EUR') }))).toThrow(
    expect.objectContaining({ code: 'currency_not_priced' }),
  );
  expect(feeOf(marketplace, ask('1.00', { value: money('1000', 'JPY') }))).toBe('150');
});

test.each([
  ['rate', { rate: 'other' }],
  ['multipliers.0', { multipliers: ['rush'] }],
  ['multipliers.1', { multipliers: ['express', 'express'] }],
  ['costs.toll', { costs: { toll: '1' } }],
])('a question with a wrong %s is refused on that field', (path, more) => {
  expect(() => quoteFee(bridge, ask('1.00', more))).toThrow(
    expect.objectContaining({ code: 'validation_failed', fields: [expect.objectContaining({ path })] }),
  );
});

test.each([
  ['no rate', { rates: [] }, ['rates']],
  ['a percentage above 100', { rates: [{ percent: '101' }] }, ['rates.0.percent']],
  ['a key twice', { rates: [{ percent: '1' }, { percent: '2' }] }, ['rates.1.key']],
  [
    'a maximum below the minimum',
    { rates: [{ percent: '1', minimum: { USD: '5' }, maximum: { USD: '4' } }] },
    ['rates.0.maximum.USD'],
  ],
  [
    'volumes that do not rise',
    {
      rates: [{ percent: '1' }],
      volume_discounts: [
        { from: { USD: '5' }, percent: '1' },
        { from: { USD: '5' }, percent: '2' },
      ],
    },
    ['volume_discounts.1.from.USD'],
  ],
  [
    'currencies that differ',
    { rates: [{ percent: '1', fixed: { USD: '1' } }], volume_discounts: [{ from: { EUR: '5' }, percent: '1' }] },
    ['volume_discounts.0.from'],
  ],
  ['shares of 99 %', { rates: [{ percent: '1' }], shares: [{ party: 'a', percent: '99' }] }, ['shares']],
  ['nobody who gets the rest', { rates: [{ percent: '1' }], collection: 'withheld' }, ['remainder_to']],
  ['a rest of a fee on top', { rates: [{ percent: '1' }], remainder_to: 'seller' }, ['remainder_to']],
  [
    'a factor of zero',
    { rates: [{ percent: '1' }], multipliers: [{ key: 'free', factor: '0' }] },
    ['multipliers.0.factor'],
  ],
  ['a misspelt field', { rates: [{ percent: '1', minimun: { USD: '1' } }] }, ['rates.0.minimun']],
])('terms with %s are refused by field', (_case, body, paths) => {
  expect(faultsOf(body)).toEqual(paths);
});

const decimalOf = (units: number, places: number): string => new Decimal(units).div(10 ** places).toFixed();

const anyTerms = fc
  .record({
    percent: fc.integer({ min: 0, max: 10_000 }),
    limits: fc.tuple(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 0, max: 50_000 })),
    discount: fc.integer({ min: 0, max: 100 }),
    factor: fc.integer({ min: 1, max: 50 }),
    markup: fc.integer({ min: 0, max: 300 }),
    rounding: fc.constantFrom('half_up', 'half_even', 'up', 'down'),
    withheld: fc.boolean(),
    share: fc.integer({ min: 0, max: 1_000 }),
  })
  .map(({ percent, limits: [low, more], discount, factor, markup, rounding, withheld, share }) =>
    termsOf({
      rates: [
        {
          percent: decimalOf(percent, 2),
          fixed: { USD: '0.03' },
          minimum: { USD: decimalOf(low, 3) },
          maximum: { USD: decimalOf(low + more, 3) },
        },
      ],
      volume_discounts: [{ from: { USD: '1000' }, percent: String(discount) }],
      multipliers: [{ key: 'express', factor: decimalOf(factor, 1) }],
      cost_markups: [{ key: 'gas', percent: String(markup) }],
      rounding,
      ...(withheld ? { collection: 'withheld', remainder_to: 'seller' } : {}),
      shares: [
        { party: 'treasury', percent: decimalOf(share, 1) },
        { party: 'partner', percent: decimalOf(1_000 - share, 1) },
      ],
    }),
  );

const cents = fc.integer({ min: 0, max: 100_000_000 }).map((units) => new Decimal(units).div(100).toFixed(2));
const anyQuestion = fc
  .record({ value: cents, volume: cents, express: fc.boolean(), gas: fc.integer({ min: 0, max: 99_999 }) })
  .map(({ value, volume, express, gas }) =>
    ask(value, { volume, multipliers: express ? ['express'] : [], costs: { gas: decimalOf(gas, 5) } }),
  );

describe('for any terms and any transaction', () => {
  test('the changes of the steps add up to the fee, and each result follows from the one before', () => {
    fc.assert(
      fc.property(anyTerms, anyQuestion, (terms, question) => {
        const { steps, fee, exact } = quoteFee(terms, question);
        let result = new Decimal(0);
        for (const step of steps) {
          result = result.plus(step.change);
          expect(result.eq(step.result)).toBe(true);
        }
        expect(result.eq(fee.amount)).toBe(true);
        expect(new Decimal(exact).minus(fee.amount).abs().lt('0.01')).toBe(true);
      }),
    );
  });

  test('the fee is never negative, and its shares add up to it', () => {
    fc.assert(
      fc.property(anyTerms, anyQuestion, (terms, question) => {
        const { fee, shares } = quoteFee(terms, question);
        expect(new Decimal(fee.amount).isNegative()).toBe(false);
        expect(
          sum(
            shares.map(({ amount }) => amount),
            'USD',
          ),
        ).toEqual(fee);
      }),
    );
  });

  test('what the payer pays is what the parties get', () => {
    fc.assert(
      fc.property(anyTerms, anyQuestion, (terms, question) => {
        const { fee, remainder, payable } = quoteFee(terms, question);
        expect(add(fee, remainder?.amount ?? question.value)).toEqual(payable);
        expect(new Decimal(remainder?.amount.amount ?? 0).isNegative()).toBe(false);
      }),
    );
  });

  test('a greater value never costs less', () => {
    fc.assert(
      fc.property(anyTerms, anyQuestion, cents, (terms, question, extra) => {
        const more = { ...question, value: add(question.value, money(extra, 'USD')) };
        expect(new Decimal(feeOf(terms, more)).gte(feeOf(terms, question))).toBe(true);
      }),
    );
  });
});

describe('a fee below what is worth collecting', () => {
  const chainFee = termsOf({ rates: [{ percent: '0.1' }], accrue_below: { USD: '5' } });

  test('is accrued, and one that reaches it is collected', () => {
    const quoted = ['4999.99', '4995.00', '5000.00', '0.00'].map((value) => quoteFee(chainFee, ask(value)));
    expect(quoted.map(({ fee, accrues }) => [fee.amount, accrues])).toEqual([
      ['5.00', false],
      ['5.00', false],
      ['5.00', false],
      ['0.00', false],
    ]);
    expect(quoteFee(chainFee, ask('4990.00'))).toMatchObject({ fee: money('4.99', 'USD'), accrues: true });
  });

  test('is collected with others once they reach it together; nothing is never collected', () => {
    expect(isCollectable(chainFee, money('4.99', 'USD'))).toBe(false);
    expect(isCollectable(chainFee, money('5.00', 'USD'))).toBe(true);
    const each = termsOf({ rates: [{ percent: '0.1' }] });
    expect(isCollectable(each, money('0.01', 'USD'))).toBe(true);
    expect(isCollectable(each, money('0.00', 'USD'))).toBe(false);
  });

  test('is named in the currencies of the terms, and not where the fee is kept of the value', () => {
    expect(currenciesOfTerms(chainFee)).toEqual(['USD']);
    expect(faultsOf({ rates: [{ percent: '1', fixed: { USD: '1' } }], accrue_below: { EUR: '5' } })).not.toEqual([]);
    expect(faultsOf({ ...marketplace, accrue_below: { USD: '5' } })).toEqual(['accrue_below']);
  });

  test('versions from before it was known collect each fee at once', () => {
    const { accrue_below: _, ...older } = chainFee;
    expect(quoteFee(older, ask('10.00')).accrues).toBe(false);
  });
});
