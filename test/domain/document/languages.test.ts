/** Every language brings every sentence, and writes numbers, money and days as its readers do. */
import {
  fill,
  formatAmount,
  formatDay,
  formatMoney,
  formatNumber,
  formatPercent,
  formatPeriod,
} from '../../../domain/document/format';
import { isLanguage, languageOf, languages } from '../../../domain/document/languages';
import type { Phrases } from '../../../domain/document/languages/phrases';
import { money } from '../../../domain/money';
import { fromIso } from '../../../domain/time';

const { en, de, fr, es, sw } = languages;
const all = Object.values(languages);
const placeholders = (phrase: string): string[] =>
  [...phrase.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort();

describe.each(all)('$code', ({ code, phrases, months, date, money: moneyPattern, percent }) => {
  test('stands in the registry under its own code', () => {
    expect(isLanguage(code)).toBe(true);
  });

  test('has every sentence, with the same values to fill in as in English', () => {
    expect(Object.keys(phrases).sort()).toEqual(Object.keys(en.phrases).sort());
    for (const [name, phrase] of Object.entries(phrases) as [keyof Phrases, string][]) {
      expect({ name, phrase: phrase.trim() }).toEqual({ name, phrase });
      expect(phrase).not.toBe('');
      expect({ name, values: placeholders(phrase) }).toEqual({ name, values: placeholders(en.phrases[name]) });
    }
  });

  test('names twelve months, and where day, month, year, amount and currency stand', () => {
    expect(new Set(months).size).toBe(12);
    expect(placeholders(date)).toEqual(['day', 'month', 'year']);
    expect(placeholders(moneyPattern)).toEqual(['amount', 'currency']);
    expect(placeholders(percent)).toEqual(['number']);
  });

  test('says something of its own, not the English', () => {
    const same = Object.entries(phrases).filter(([name, phrase]) => phrase === en.phrases[name as keyof Phrases]);
    expect(code === 'en' || same.length < 12).toBe(true);
  });
});

test('a language is known by its code, also with a region; any other is English', () => {
  expect([languageOf('de-AT').code, languageOf('sw').code, languageOf('pt-BR').code, languageOf('').code]).toEqual([
    'de',
    'sw',
    'en',
    'en',
  ]);
});

const usd = money('1234567.50', 'USD');

test('money as each language writes it', () => {
  expect([en, de, fr, es, sw].map((language) => formatMoney(usd, language))).toEqual([
    'USD\u00a01,234,567.50',
    '1.234.567,50\u00a0USD',
    '1\u202f234\u202f567,50\u00a0USD',
    '1.234.567,50\u00a0USD',
    'USD\u00a01,234,567.50',
  ]);
});

test('four digits stay together in Spanish only', () => {
  expect([en, de, es].map((language) => formatNumber('1234.5', language))).toEqual(['1,234.5', '1.234,5', '1234,5']);
});

test('places are kept as they are: yen has none, dinar three; a minus is no hyphen', () => {
  expect(formatAmount(money('-1200', 'JPY'), en)).toBe('−1,200');
  expect(formatAmount(money('0.125', 'KWD'), de)).toBe('0,125');
});

test('a percentage loses the zeros at its end, never those of its whole', () => {
  expect(['19', '19.00', '5.50', '20', '100', '0'].map((percent) => formatPercent(percent, en))).toEqual([
    '19%',
    '19%',
    '5.5%',
    '20%',
    '100%',
    '0%',
  ]);
  expect(formatPercent('25.5', fr)).toBe('25,5\u202f%');
});

test('days with the month in words, the first of a month as French says it', () => {
  const first = fromIso('2026-03-01T12:00:00.000Z');
  expect([en, de, fr, es, sw].map((language) => formatDay(first, 'UTC', language))).toEqual([
    '1 March 2026',
    '1. März 2026',
    '1er mars 2026',
    '1 de marzo de 2026',
    '1 Machi 2026',
  ]);
});

test('a day is the one of the time zone', () => {
  expect(formatDay(fromIso('2026-02-28T22:30:00.000Z'), 'Africa/Nairobi', en)).toBe('1 March 2026');
});

test('a period shows its last day, not the instant after it; one day is one day', () => {
  const of = (start: string, end: string) => formatPeriod(fromIso(start), fromIso(end), 'UTC', en);
  expect(of('2026-06-01T00:00:00.000Z', '2026-07-01T00:00:00.000Z')).toBe('1 June 2026 – 30 June 2026');
  expect(of('2026-06-01T00:00:00.000Z', '2026-06-02T00:00:00.000Z')).toBe('1 June 2026');
  expect(of('2026-06-01T00:00:00.000Z', '2026-06-01T00:00:00.000Z')).toBe('1 June 2026');
});

test('a value that is not given leaves its place visible', () => {
  expect(fill('{a} of {b}', { a: '1' })).toBe('1 of {b}');
});
