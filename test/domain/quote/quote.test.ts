/** Quotes: one rate out of several sources, an amount that is never worth less than the value, and what a different payment leads to. */
import fc from 'fast-check';
import { registerAsset } from '../../../domain/chain/asset';
import { money } from '../../../domain/money';
import { compareDecimals, times } from '../../../domain/pricing/exact';
import { agreeOnRate, type RateObservation } from '../../../domain/quote/agree-on-rate';
import { depositTermsOf, requoteLate } from '../../../domain/quote/deposit-terms';
import { freezeQuote, type Quote, unitsWorth } from '../../../domain/quote/freeze-quote';
import { type QuotePolicy, quotePolicies } from '../../../domain/quote/rate-policy';
import { fromIso } from '../../../domain/time';

const now = fromIso('2026-11-21T12:00:00.000Z');
const sol = registerAsset({
  id: 'solana:quote-test/slip44:501',
  chain: 'solana:quote-test',
  symbol: 'SOL',
  decimals: 9,
  baseUnits: null,
}).id;
const nock = registerAsset({
  id: 'nockchain:quote-test/native',
  chain: 'nockchain:quote-test',
  symbol: 'NOCK',
  decimals: 16,
  baseUnits: 65_536n,
}).id;

const seen = (source: string, price: string, more: Partial<RateObservation> = {}): RateObservation => ({
  ...{ source, price, publishedAt: now - 5_000, confidence: null },
  ...more,
});

const { volatile, stablecoin, manual } = quotePolicies;
const agree = (policy: QuotePolicy, ...observations: RateObservation[]) => agreeOnRate(policy, observations, now);

describe('the rate', () => {
  test('is the median: the middle one, or the mean of the two in the middle', () => {
    expect(agree(volatile, seen('a', '150'), seen('b', '151.5'), seen('c', '150.2'))).toMatchObject({ rate: '150.2' });
    expect(agree(volatile, seen('a', '150'), seen('b', '150.1'))).toMatchObject({ rate: '150.05' });
  });

  test.each<[string, Partial<RateObservation>]>([
    ['stale', { publishedAt: now - 60_001 }],
    ['from_the_future', { publishedAt: now + 10_001 }],
    ['uncertain', { confidence: '1.51' }],
    ['not_a_price', { price: '0' }],
    ['not_a_price', { price: '-150' }],
    ['not_a_price', { price: '1.5e2' }],
    ['not_a_price', { price: 'NaN' }],
  ])('does not count a source that is %s (%j), and nothing is quoted by one alone', (reason, fault) => {
    const answer = agree(volatile, seen('good', '150'), seen('bad', '150', fault));
    expect(answer).toMatchObject({
      kind: 'refused',
      why: { kind: 'too_few_sources', usable: 1, needed: 2 },
      unused: [{ source: 'bad', reason }],
    });
    expect(agree(volatile, seen('good', '150'), seen('other', '150'), seen('bad', '150', fault))).toMatchObject({
      kind: 'agreed',
      unused: [{ source: 'bad', reason }],
    });
  });

  test('is counted at the very edge of age, certainty and divergence', () => {
    const edge = { publishedAt: now - 60_000, confidence: '1.5' };
    expect(agree(volatile, seen('a', '150', edge), seen('b', '150')).kind).toBe('agreed');
    expect(agree(volatile, seen('a', '99'), seen('b', '101')).kind).toBe('agreed');
    expect(agree(volatile, seen('a', '99'), seen('b', '101.01'))).toMatchObject({
      why: { kind: 'diverging', percent: expect.stringMatching(/^2\.00/) },
    });
  });

  test('takes one source once, by what it published last', () => {
    const twice = [seen('a', '150', { publishedAt: now - 9_000 }), seen('a', '151')];
    expect(agree(volatile, ...twice)).toMatchObject({ kind: 'refused', why: { kind: 'too_few_sources', usable: 1 } });
    expect(agree(volatile, ...twice, seen('b', '151'))).toMatchObject({ rate: '151' });
  });

  test('of a stablecoin is the promised price inside its band, and none outside', () => {
    expect(agree(stablecoin, seen('a', '0.9991'), seen('b', '0.9993'))).toMatchObject({ rate: '1' });
    expect(agree(stablecoin, seen('a', '0.9850'), seen('b', '0.9860'))).toMatchObject({
      why: { kind: 'outside_band', median: '0.9855' },
    });
    expect(agree(stablecoin, seen('a', '1.02'), seen('b', '1.02'))).toMatchObject({ why: { kind: 'outside_band' } });
  });

  test('of a thin market may come from a person alone, for a day', () => {
    const set = seen('manual', '0.031', { publishedAt: now - 23 * 3_600_000 });
    expect(agree(manual, set)).toMatchObject({ rate: '0.031' });
    expect(agree(manual, { ...set, publishedAt: now - 24 * 3_600_000 - 1 }).kind).toBe('refused');
  });

  test('lies within its sources, whatever their order', () => {
    const prices = fc.array(fc.integer({ min: 100_000, max: 101_000 }), { minLength: 2, maxLength: 7 });
    fc.assert(
      fc.property(prices, fc.func(fc.integer()), (list, order) => {
        const observations = list.map((price, index) => seen(`s${index}`, `${price}`));
        const answer = agreeOnRate(volatile, observations, now);
        const shuffled = [...observations].sort((a, b) => order(a.source) - order(b.source));
        if (answer.kind !== 'agreed') throw new Error('One percent is not too far.');
        expect(agreeOnRate(volatile, shuffled, now)).toMatchObject({ rate: answer.rate });
        expect(compareDecimals(answer.rate, String(Math.min(...list)))).toBeGreaterThanOrEqual(0);
        expect(compareDecimals(answer.rate, String(Math.max(...list)))).toBeLessThanOrEqual(0);
      }),
    );
  });
});

function quoted(policy: QuotePolicy, asset: string, value: string, price: string): Quote {
  const request = { id: 'quo_1', value: money(value, 'USD'), asset };
  const outcome = freezeQuote(policy, request, [seen('a', price), seen('b', price)], now);
  if (outcome.kind !== 'quoted') throw new Error(JSON.stringify(outcome));
  return outcome.quote;
}

describe('a quote', () => {
  test('freezes the amount with the spread, its rate, sources and times', () => {
    const quote = quoted(volatile, sol, '45.00', '150');
    expect(quote).toEqual({
      id: 'quo_1',
      value: money('45.00', 'USD'),
      // 45 / 150 × 1.005
      amount: { amount: '0.301500000', currency: sol },
      units: '301500000',
      rate: '150',
      spreadBasisPoints: 50,
      sources: [seen('a', '150'), seen('b', '150')],
      policyVersion: 'volatile-1',
      issuedAt: now,
      expiresAt: now + 15 * 60_000,
    });
    expect(JSON.parse(JSON.stringify(quote))).toEqual(quote);
  });

  test('counts NOCK in whole nicks, rounded up', () => {
    // 10 / 0.03 = 333.33… NOCK = 21,845,333.33… nicks; with 3 % 22,500,693.33…
    const { units, amount } = quoted(manual, nock, '10.00', '0.03');
    expect(units).toBe('22500694');
    expect(times(amount.amount, '65536')).toBe('22500694');
  });

  test('is refused with the reason of the rate, and asks for a value above zero', () => {
    const request = { id: 'quo_1', value: money('1.00', 'USD'), asset: sol };
    expect(freezeQuote(volatile, request, [seen('a', '150')], now)).toMatchObject({
      kind: 'refused',
      why: { kind: 'too_few_sources' },
    });
    const nothing = { ...request, value: money('0.00', 'USD') };
    expect(() => freezeQuote(volatile, nothing, [seen('a', '1'), seen('b', '1')], now)).toThrow(/not a plain/);
  });

  test('is never worth less than the value, and one base unit less would be', () => {
    const cents = fc.integer({ min: 1, max: 100_000_000 }).map((amount) => money(`${amount / 100}`, 'USD', 'half_up'));
    const price = fc.integer({ min: 1, max: 10_000_000 }).map((units) => times(String(units), '0.001'));
    fc.assert(
      fc.property(
        cents,
        price,
        fc.constantFrom(sol, nock),
        fc.integer({ min: 0, max: 500 }),
        (value, rate, asset, spread) => {
          const units = unitsWorth(value, asset, rate, spread);
          const perUnit = asset === sol ? 10n ** 9n : 65_536n;
          const wanted = times(times(value.amount, String(10_000 + spread)), String(perUnit));
          const worth = (count: bigint): string => times(times(String(count), rate), '10000');
          expect(compareDecimals(worth(BigInt(units)), wanted)).toBeGreaterThanOrEqual(0);
          expect(compareDecimals(worth(BigInt(units) - 1n), wanted)).toBe(-1);
        },
      ),
    );
  });
});

describe('the terms of a settlement', () => {
  test('follow from the quote: what is expected, until when, and how much it may differ', () => {
    const quote = quoted(volatile, sol, '45.00', '150');
    expect(depositTermsOf(volatile, quote)).toEqual({
      expected: '301500000',
      deadline: quote.expiresAt,
      policy: {
        // 0.5 % of it, rounded down.
        underTolerance: '1507500',
        under: 'refund',
        // One dollar at the rate, without the spread.
        overTolerance: '6666667',
        over: 'refund',
        late: 'ask',
        lateForMs: 86_400_000,
      },
    });
    expect(depositTermsOf(stablecoin, quoted(stablecoin, sol, '45.00', '1')).policy.late).toBe('accept');
  });

  test('a late payment is worth what would have been asked for when it was seen', () => {
    const quote = quoted(volatile, sol, '45.00', '150');
    const late = { quote, received: quote.units, seenAt: now + 3_600_000 };
    const then = (price: string) =>
      ['a', 'b'].map((source) => seen(source, price, { publishedAt: late.seenAt - 1_000 }));
    expect(requoteLate(volatile, late, then('160'))).toEqual({ worth: 'enough', asked: '282656250' });
    expect(requoteLate(volatile, late, then('149.9')).worth).toBe('enough');
    expect(requoteLate(volatile, late, then('140'))).toEqual({ worth: 'too_little', asked: '323035715' });
    expect(requoteLate(volatile, late, [seen('a', '160')])).toMatchObject({
      worth: 'unknown',
      why: { kind: 'too_few_sources', usable: 0 },
    });
  });
});
