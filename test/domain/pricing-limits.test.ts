/** Minimum commitments and caps over the lines of a period. */
import fc from 'fast-check';
import { add, compare, isZero, money, subtract, sum, zero } from '../../domain/money';
import {
  type EligibleLine,
  type PlanLimits,
  capLine,
  limitLines,
  minimumLine,
  parseLimits,
} from '../../domain/plan/limits';
import type { StretchRequest } from '../../domain/plan/stretch';
import { fromIso } from '../../domain/time';

const usd = (amount: string) => money(amount, 'USD');
const none = zero('USD');
const start = fromIso('2026-06-01T00:00:00Z');
const end = fromIso('2026-07-01T00:00:00Z');
const june: StretchRequest = { full: { start, end }, from: start, to: end, policy: 'day', timeZone: 'UTC' };
const sixteenDays: StretchRequest = { ...june, to: fromIso('2026-06-17T00:00:00Z') };
const limits = (minimum: string | null, maximum: string | null = null): PlanLimits => ({
  minimum: minimum === null ? null : { USD: minimum },
  maximum: maximum === null ? null : { USD: maximum },
  measured: 'after_discounts',
});
const line = (amount: string, discount = '0.00'): EligibleLine => ({ amount: usd(amount), discount: usd(discount) });
const request = (of: PlanLimits, lines: EligibleLine[], stretch = june) => ({
  limits: of,
  lines,
  currency: 'USD',
  stretch,
});

describe('a minimum commitment of 100.00', () => {
  test.each([
    [[], '100.00'],
    [['23.10', '30.00'], '46.90'],
    [['99.99'], '0.01'],
  ])('with lines of %j is trued up by %s', (amounts, expected) => {
    const lines = amounts.map((amount) => line(amount));
    expect(minimumLine(request(limits('100'), lines))?.amount).toEqual(usd(expected));
  });

  test.each(['100.00', '250.00'])('with %s billed adds no line', (billed) => {
    expect(minimumLine(request(limits('100'), [line(billed)]))).toBeNull();
  });

  test('is prorated in a part of a period: 16 of 30 days', () => {
    const made = minimumLine(request(limits('100'), [line('23.10')], sixteenDays));
    expect(made).toMatchObject({ kind: 'minimum', amount: usd('30.23'), periodEnd: sixteenDays.to });
    expect(made?.explanation).toMatchObject({
      exact: '100',
      pricing: { limit: '53.33', billed: '23.10', measured: 'after_discounts' },
      ratio: { numerator: '16', denominator: '30' },
      text: 'Minimum commitment of 100 USD, for 16 of 30 days: 53.33 USD less 23.10 USD billed',
    });
  });

  test('counts lines after or before their discounts, by plan', () => {
    const lines = [line('80.00', '30.00')];
    expect(minimumLine(request(limits('100'), lines))?.amount).toEqual(usd('50.00'));
    expect(minimumLine(request({ ...limits('100'), measured: 'before_discounts' }, lines))?.amount).toEqual(
      usd('20.00'),
    );
  });

  test('in another currency is refused, and so are lines in one', () => {
    expect(() => minimumLine({ ...request(limits('100'), []), currency: 'EUR' })).toThrow(
      expect.objectContaining({ code: 'currency_not_priced' }),
    );
    const euros = [{ amount: money('1.00', 'EUR'), discount: none }];
    expect(() => minimumLine(request(limits('100'), euros))).toThrow(
      expect.objectContaining({ code: 'currency_mismatch' }),
    );
  });
});

describe('a maximum of 100.00', () => {
  test('takes off what is above by a negative line', () => {
    const made = capLine(request(limits(null, '100'), [line('90.00'), line('35.50')]));
    expect(made).toMatchObject({ kind: 'cap', amount: usd('-25.50'), description: 'Maximum of 100 USD' });
    expect(capLine(request(limits(null, '100'), [line('100.00')]))).toBeNull();
  });

  test('is prorated in a part of a period', () => {
    expect(capLine(request(limits(null, '100'), [line('60.00')], sixteenDays))?.amount).toEqual(usd('-6.67'));
  });
});

test('without proration a part of a period owes no minimum and keeps the whole maximum', () => {
  const stretch = { ...sixteenDays, policy: 'none' } as const;
  expect(minimumLine(request(limits('100'), [line('1.00')], stretch))).toBeNull();
  expect(capLine(request(limits(null, '100'), [line('90.00')], stretch))).toBeNull();
  expect(capLine(request(limits(null, '100'), [line('190.00')], stretch))?.amount).toEqual(usd('-90.00'));
});

test('a period of no length owes no minimum', () => {
  expect(minimumLine(request(limits('100'), [], { ...june, full: { start, end: start }, to: start }))).toBeNull();
});

describe('over any lines', () => {
  const cents = fc.nat({ max: 100_000 }).map((it) => `${Math.floor(it / 100)}.${String(it % 100).padStart(2, '0')}`);
  const stretch = fc.nat({ max: 30 }).map((days): StretchRequest => ({ ...june, to: start + days * 86_400_000 }));

  test('the sum with the line of the limits lies between them, and a sum that does already is left alone', () => {
    fc.assert(
      fc.property(fc.array(cents, { maxLength: 5 }), cents, cents, stretch, (amounts, low, more, over) => {
        const least = usd(low);
        const both = limits(low, add(least, usd(more)).amount);
        const lines = amounts.map((amount) => line(amount));
        const billed = sum(
          lines.map(({ amount }) => amount),
          'USD',
        );
        const made = limitLines(request(both, lines, over));
        expect(made.length).toBeLessThanOrEqual(1);
        const total = made.reduce((left, { amount }) => add(left, amount), billed);
        expect(limitLines(request(both, [line(total.amount)], over))).toEqual([]);
        for (const { amount, explanation } of made) {
          const { limit, billed: counted } = explanation.pricing as { limit: string; billed: string };
          expect(isZero(amount)).toBe(false);
          expect(subtract(usd(limit), usd(counted))).toEqual(amount);
          expect(compare(total, usd(limit))).toBe(0);
        }
      }),
    );
  });
});

describe('limits are read', () => {
  test('with what may be left out', () => {
    expect(parseLimits({ minimum: { USD: '10' } })).toEqual(limits('10'));
    expect(parseLimits({})).toEqual(limits(null));
  });

  test.each<[string, unknown, string[]]>([
    ['a maximum below the minimum', { minimum: { USD: '10' }, maximum: { USD: '9.99' } }, ['maximum.USD']],
    ['other currencies', { minimum: { USD: '10' }, maximum: { EUR: '10' } }, ['maximum']],
    ['a negative minimum', { minimum: { USD: '-1' } }, ['minimum.USD']],
    ['a misspelt field', { minimun: { USD: '1' } }, ['minimun']],
    ['another measure', { measured: 'sometimes' }, ['measured']],
    ['nothing', null, ['']],
  ])('and refused with %s', (_what, value, expected) => {
    const read = parseLimits(value);
    expect(Array.isArray(read) ? read.map(({ path }) => path) : read).toEqual(expected);
  });
});
