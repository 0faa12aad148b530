/** The table of rates: which is in force, and what is refused in a table. */
import { isRefusal } from '../../../domain/errors';
import { isCalendarDate, supplyDateOf } from '../../../domain/tax/date';
import { parseTaxTable, rateOn, type TaxRateSource } from '../../../domain/tax/rate';
import { fromIso } from '../../../domain/time';
import { table } from './table';

const germany = { country: 'DE', region: null };
const percentOn = (
  date: string,
  place: { country: string; region: string | null } = germany,
  category = 'standard',
) => {
  const rate = rateOn(table, { place, category, date });
  return isRefusal(rate) ? rate.message : rate.percent;
};

describe('the rate', () => {
  test.each([
    ['2020-06-30', '19'],
    ['2020-07-01', '16'],
    ['2020-12-31', '16'],
    ['2021-01-01', '19'],
  ])('of a supply on %s is %s %%', (date, percent) => {
    expect(percentOn(date)).toBe(percent);
  });

  test('is the one of the region where it has its own, else of the country', () => {
    expect(percentOn('2026-01-01', { country: 'US', region: 'US-CA' })).toBe('7.25');
    expect(percentOn('2026-01-01', { country: 'US', region: 'US-OR' })).toBe('0');
    expect(percentOn('2026-01-01', { country: 'US', region: null })).toBe('0');
  });

  test('is never guessed: not for another category, day or country', () => {
    expect(percentOn('2026-01-01', germany, 'books')).toBe('There is no tax rate for books in DE on 2026-01-01.');
    expect(percentOn('2006-12-31')).toMatch(/^There is no tax rate/);
    expect(percentOn('2026-01-01', { country: 'CH', region: null })).toMatch(/^There is no tax rate/);
  });
});

describe('a table is read', () => {
  test('as it is, in any order', () => {
    expect(parseTaxTable({ rates: [...table.rates].reverse() })).toEqual({ rates: [...table.rates].reverse() });
  });

  const sound = { country: 'DE', category: 'standard', percent: '19', from: '2021-01-01', source: 'law' };
  test.each<[string, object[], string[]]>([
    ['an overlap', [sound, { ...sound, from: '2026-01-01' }], ['rates.1.from']],
    [
      'an overlap of a day, later first',
      [
        { ...sound, from: '2026-01-01' },
        { ...sound, to: '2026-01-02' },
      ],
      ['rates.0.from'],
    ],
    ['an end before the start', [{ ...sound, to: '2021-01-01' }], ['rates.0.to']],
    ['a day that does not exist', [{ ...sound, from: '2021-02-29' }], ['rates.0.from']],
    ['a region of another country', [{ ...sound, region: 'US-CA' }], ['rates.0.region']],
    ['a country in words', [{ ...sound, country: 'Germany' }], ['rates.0.country']],
    ['more than all', [{ ...sound, percent: '100.5' }], ['rates.0.percent']],
    ['no source', [{ ...sound, source: undefined }], ['rates.0.source']],
    ['no rates', [], ['rates']],
  ])('and refused with %s', (_what, rates, expected) => {
    const read = parseTaxTable({ rates });
    expect(Array.isArray(read) ? read.map(({ path }) => path) : read).toEqual(expected);
  });

  test('from a source, whose rates are checked like any other', async () => {
    const source: TaxRateSource = {
      ratesOf: async (country) => ({ rates: table.rates.filter((rate) => rate.country === country) }),
    };
    expect(parseTaxTable(await source.ratesOf('DE'))).toMatchObject({ rates: { length: 4 } });
    expect(parseTaxTable(await source.ratesOf('XX'))).toMatchObject([{ path: 'rates' }]);
  });

  test('with one rate ending on the day on which the next begins', () => {
    expect(
      parseTaxTable({
        rates: [
          { ...sound, to: '2026-01-01' },
          { ...sound, from: '2026-01-01' },
        ],
      }),
    ).toHaveProperty('rates');
  });
});

describe('the day of supply', () => {
  const june = { periodStart: fromIso('2026-05-31T21:00:00Z'), periodEnd: fromIso('2026-06-30T21:00:00Z') };

  test('is the first day of what is billed ahead and the last of what is billed in arrears, in the zone of the place', () => {
    expect(supplyDateOf({ ...june, isAhead: true }, 'Africa/Nairobi')).toBe('2026-06-01');
    expect(supplyDateOf({ ...june, isAhead: false }, 'Africa/Nairobi')).toBe('2026-06-30');
    expect(supplyDateOf({ ...june, isAhead: true }, 'UTC')).toBe('2026-05-31');
  });

  test('of a period without length is its day', () => {
    expect(
      supplyDateOf({ periodStart: june.periodEnd, periodEnd: june.periodEnd, isAhead: false }, 'Africa/Nairobi'),
    ).toBe('2026-07-01');
  });

  test('is a day that exists', () => {
    expect(['2024-02-29', '2026-02-29', '2026-2-1', '2026-06-17T00:00', 20260617].map(isCalendarDate)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});
