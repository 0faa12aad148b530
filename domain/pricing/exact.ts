/**
 * Exact arithmetic on plain decimal strings, for prices that are finer than any currency: nothing is rounded, results carry no trailing
 * zeros. Every function throws PerennialError `invalid_amount` for what is no plain decimal.
 */
import { assertIsDecimalString, multiplyDecimals } from '../money';

/** An exact decimal: `units` / 10^`scale`. */
interface Scaled {
  readonly units: bigint;
  readonly scale: number;
}

function scaledOf(text: string): Scaled {
  assertIsDecimalString(text);
  const point = text.indexOf('.');
  if (point < 0) return { units: BigInt(text), scale: 0 };
  return { units: BigInt(text.slice(0, point) + text.slice(point + 1)), scale: text.length - point - 1 };
}

/** The units of two decimals at one scale. */
function aligned(left: string, right: string): [bigint, bigint, number] {
  const a = scaledOf(left);
  const b = scaledOf(right);
  const scale = Math.max(a.scale, b.scale);
  return [a.units * 10n ** BigInt(scale - a.scale), b.units * 10n ** BigInt(scale - b.scale), scale];
}

function plain(units: bigint, scale: number): string {
  const negative = units < 0n;
  const digits = (negative ? -units : units).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  const fraction = digits.slice(point).replace(/0+$/, '');
  return `${negative ? '-' : ''}${digits.slice(0, point)}${fraction === '' ? '' : `.${fraction}`}`;
}

/** left + right. */
export function plus(left: string, right: string): string {
  const [a, b, scale] = aligned(left, right);
  return plain(a + b, scale);
}

/** left − right. */
export function minus(left: string, right: string): string {
  const [a, b, scale] = aligned(left, right);
  return plain(a - b, scale);
}

/** left × right. */
export const times = (left: string, right: string): string => multiplyDecimals(left, right);

/** The sum of a list; "0" of an empty one. */
export const total = (list: readonly string[]): string => list.reduce(plus, '0');

/** Negative, zero or positive as `left` is less than, equal to or greater than `right`. */
export function compareDecimals(left: string, right: string): -1 | 0 | 1 {
  const [a, b] = aligned(left, right);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** True when left > right. */
export const isAbove = (left: string, right: string): boolean => compareDecimals(left, right) > 0;

/** The lesser of two. */
export const lesser = (left: string, right: string): string => (isAbove(left, right) ? right : left);

/** The greater of two. */
export const greater = (left: string, right: string): string => (isAbove(right, left) ? right : left);

/** left − right, or "0" where that is negative: what is above an allowance. */
export const excess = (left: string, right: string): string => greater(minus(left, right), '0');

/** How many whole divisors a dividend from zero up holds: started ones (`up`) or full ones (`down`). The divisor is above zero. */
export function wholeQuotient(dividend: string, divisor: string, rounding: 'up' | 'down'): string {
  const [a, b] = aligned(dividend, divisor);
  return ((rounding === 'up' ? a + b - 1n : a) / b).toString();
}

/** "2.9" percent as a factor: "0.029". */
export const factorOfPercent = (percent: string): string => times(percent, '0.01');
