/**
 * Numbers, money and days as a language writes them. Our own few rules and not Intl: the ICU data of two builds of Node differ, and a
 * document's bytes must not depend on the machine that made it.
 */
import type { Money } from '../money';
import { type Instant, localDateOf } from '../time';
import type { Language } from './languages/phrases';

/** A phrase with its `{names}` filled; one that is not given stays as it is. */
export function fill(phrase: string, values: Readonly<Record<string, string>>): string {
  return phrase.replace(/\{(\w+)\}/g, (placeholder, name: string) => values[name] ?? placeholder);
}

/** The proper minus, which no line break divides from its number. */
const minus = '\u2212';

/** A plain decimal string, all its places kept: "1234.50" in German is "1.234,50". */
export function formatNumber(plain: string, language: Language): string {
  const isNegative = plain.startsWith('-');
  const [whole = '0', places] = plain.replace('-', '').split('.');
  const grouped = whole.length < language.groupFrom ? whole : whole.replace(/\B(?=(\d{3})+$)/g, language.group);
  return `${isNegative ? minus : ''}${grouped}${places === undefined ? '' : `${language.decimal}${places}`}`;
}

/** An amount without its currency, for columns whose head names it. */
export function formatAmount({ amount }: Money, language: Language): string {
  return formatNumber(amount, language);
}

/** "1.234,50 EUR". Codes, not symbols: "$" is the sign of twenty currencies. */
export function formatMoney(value: Money, language: Language): string {
  return fill(language.money, { amount: formatAmount(value, language), currency: value.currency });
}

/** "19 %" of "19", "5.5%" of "5.50": zeros at the end say nothing. */
export function formatPercent(percent: string, language: Language): string {
  const short = percent.includes('.') ? percent.replace(/\.?0+$/, '') : percent;
  return fill(language.percent, { number: formatNumber(short, language) });
}

/**
 * The day of an instant in a time zone, with the month in words.
 * @throws PerennialError `invalid_time_zone`.
 */
export function formatDay(instant: Instant, timeZone: string, language: Language): string {
  const { year, month, day } = localDateOf(instant, timeZone);
  return fill(language.date, {
    day: day === 1 ? language.firstDay : String(day),
    month: language.months[month - 1] ?? '',
    year: String(year),
  });
}

/** First and last day of a half-open period; one day for a period within it. @throws PerennialError `invalid_time_zone`. */
export function formatPeriod(start: Instant, end: Instant, timeZone: string, language: Language): string {
  const first = formatDay(start, timeZone, language);
  const last = formatDay(Math.max(start, end - 1), timeZone, language);
  return first === last ? first : `${first} – ${last}`;
}
