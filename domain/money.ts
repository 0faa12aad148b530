/**
 * Money: a plain decimal string in major units and a currency. All arithmetic is exact, on integers of minor units; rounding is an
 * argument, and the default refuses an inexact result. The only module in which an amount may become anything but a string.
 *
 * Sources: ISO 4217 for exponents (`currency-codes`); half-up means half away from zero, as in commercial rounding (DIN 1333).
 */
import { Decimal as DecimalBase } from 'decimal.js';
import { data as isoCurrencies } from 'currency-codes';
import { fail } from './errors';

/** `amount` is canonical: exactly the currency's number of decimal places, no exponent form, no "-0.00". */
export interface Money {
  readonly amount: string;
  readonly currency: string;
}

/** `half_up` is half away from zero; `up` away from zero; `down` toward zero; `exact` refuses an inexact result. */
export type Rounding = 'half_up' | 'half_even' | 'up' | 'down' | 'ceiling' | 'floor' | 'exact';

/**
 * The one Decimal of the program. A 256-bit token amount has 78 digits, so 80 significant digits hold every amount that a chain can name;
 * the exponent limits keep even `toString()` plain.
 */
export const Decimal = DecimalBase.clone({
  precision: 80,
  rounding: DecimalBase.ROUND_HALF_UP,
  toExpNeg: -9e15,
  toExpPos: 9e15,
});
export type Decimal = DecimalBase;

/** A decimal that came without loss: a plain decimal string or a Decimal, never a JS number. */
export type DecimalInput = string | Decimal;

/** An exact decimal: `units` / 10^`scale`. */
interface Scaled {
  readonly units: bigint;
  readonly scale: number;
}

/** Longer than any amount with a meaning (78 digits and 18 places), short enough that nobody can keep a processor busy with digits. */
const decimalLengthMax = 128;
const decimalPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

/** ISO 4217 gives these codes no minor unit ("N.A."): metals, accounting units, tests, no currency. They are not money here. */
const codesWithoutMinorUnit = new Set('XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX'.split(' '));

/** Currencies younger than the list of `currency-codes` (2024-06-25). XCG: ISO 4217 amendment 176, in force since 2025-03-31. */
const youngerCurrencies: ReadonlyArray<readonly [string, number]> = [['XCG', 2]];

/** Tokens that catalogues name. The TON coin has 9 decimal places (nanotons; TEP-74 takes them over for jettons). */
const tokens: ReadonlyArray<readonly [string, number]> = [['ton:native', 9]];

const exponents = new Map<string, number>(
  isoCurrencies
    .filter((entry) => !codesWithoutMinorUnit.has(entry.code))
    .map((entry): readonly [string, number] => [entry.code, entry.digits])
    .concat(youngerCurrencies, tokens),
);

/** The greatest number of decimal places a token may have; ERC-20 allows 255, and nothing of worth has more than 18 but for NEAR's 24. */
const exponentMax = 36;

/**
 * Adds a token to the table of currencies. Call it while a module loads, so that every process and every workflow replay sees the same table.
 * @param currency a CAIP-19 asset id.
 * @throws PerennialError `invalid_currency` when the id is known with another exponent or the exponent is not a small whole number.
 */
export function registerCurrency(currency: string, exponent: number): void {
  const known = exponents.get(currency);
  const sound = Number.isInteger(exponent) && exponent >= 0 && exponent <= exponentMax && currency.length > 0;
  if (!sound || (known !== undefined && known !== exponent)) fail('invalid_currency', { currency });
  exponents.set(currency, exponent);
}

/** True for an ISO 4217 code in upper case that has a minor unit, or a registered token. */
export function isCurrency(value: unknown): value is string {
  return typeof value === 'string' && exponents.has(value);
}

/**
 * Decimal places of a currency in the books: 2 for USD, 0 for JPY, 3 for KWD. A provider's wire may differ; that is its adapter's business.
 * @throws PerennialError `invalid_currency`.
 */
export function exponentOf(currency: string): number {
  return exponents.get(currency) ?? fail('invalid_currency', { currency });
}

/** True for a plain decimal string: optional minus, no leading zeros, no exponent, no plus, no bare point. */
export function isDecimalString(value: unknown): value is string {
  return typeof value === 'string' && value.length <= decimalLengthMax && decimalPattern.test(value);
}

/** @throws PerennialError `invalid_amount`. */
export function assertIsDecimalString(value: unknown): asserts value is string {
  if (!isDecimalString(value)) fail('invalid_amount', { amount: shown(value) });
}

/** True for an object that has a canonical amount in a known currency. */
export function isMoney(value: unknown): value is Money {
  if (typeof value !== 'object' || value === null) return false;
  const { amount, currency } = value as Partial<Money>;
  if (!isCurrency(currency) || !isDecimalString(amount)) return false;
  const scaled = scaledOf(amount);
  return scaled.scale === exponentOf(currency) && (scaled.units !== 0n || amount[0] !== '-');
}

/** @throws PerennialError `invalid_amount` when the value is not canonical money. */
export function assertIsMoney(value: unknown): asserts value is Money {
  if (!isMoney(value)) fail('invalid_amount', { amount: shown(value) });
}

/**
 * Money of a decimal amount in major units, brought to the currency's decimal places.
 * @throws PerennialError `invalid_amount`, `invalid_currency`, `inexact_amount` (only with rounding `exact`, the default).
 */
export function money(amount: DecimalInput, currency: string, rounding: Rounding = 'exact'): Money {
  return ofRatio(scaledOf(amount), 1n, currency, rounding);
}

/** Nothing, in a currency. */
export function zero(currency: string): Money {
  return fromMinorUnits(0n, currency);
}

/** @throws PerennialError `currency_mismatch`. */
export function add(left: Money, right: Money): Money {
  const exponent = sharedExponent(left, right);
  return { amount: plain(unitsOf(left, exponent) + unitsOf(right, exponent), exponent), currency: left.currency };
}

/** @throws PerennialError `currency_mismatch`. */
export function subtract(left: Money, right: Money): Money {
  const exponent = sharedExponent(left, right);
  return { amount: plain(unitsOf(left, exponent) - unitsOf(right, exponent), exponent), currency: left.currency };
}

/** The same amount with the other sign. */
export function negate(value: Money): Money {
  return fromMinorUnits(-toMinorUnits(value), value.currency);
}

/** The amount without its sign. */
export function absolute(value: Money): Money {
  return isNegative(value) ? negate(value) : value;
}

/**
 * The total of a list; the currency is named because the list may be empty.
 * @throws PerennialError `currency_mismatch` when one of the list is of another currency.
 */
export function sum(list: readonly Money[], currency: string): Money {
  const exponent = exponentOf(currency);
  let total = 0n;
  for (const item of list) {
    if (item.currency !== currency) fail('currency_mismatch', { left: currency, right: item.currency });
    total += unitsOf(item, exponent);
  }
  return { amount: plain(total, exponent), currency };
}

/**
 * Negative, zero or positive as `left` is less than, equal to or greater than `right`.
 * @throws PerennialError `currency_mismatch`.
 */
export function compare(left: Money, right: Money): -1 | 0 | 1 {
  const exponent = sharedExponent(left, right);
  const difference = unitsOf(left, exponent) - unitsOf(right, exponent);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** True when both are the same amount of the same currency; other currencies are just not equal. */
export function equals(left: Money, right: Money): boolean {
  return left.currency === right.currency && compare(left, right) === 0;
}

/** The lesser of two. @throws PerennialError `currency_mismatch`. */
export function min(left: Money, right: Money): Money {
  return compare(left, right) <= 0 ? left : right;
}

/** The greater of two. @throws PerennialError `currency_mismatch`. */
export function max(left: Money, right: Money): Money {
  return compare(left, right) >= 0 ? left : right;
}

export function isZero(value: Money): boolean {
  return toMinorUnits(value) === 0n;
}

export function isPositive(value: Money): boolean {
  return toMinorUnits(value) > 0n;
}

export function isNegative(value: Money): boolean {
  return toMinorUnits(value) < 0n;
}

/**
 * Money times a factor, rounded once.
 * @throws PerennialError `invalid_amount`, `inexact_amount`.
 */
export function multiply(value: Money, factor: DecimalInput, rounding: Rounding = 'exact'): Money {
  const { units, scale } = scaledOf(factor);
  const exponent = exponentOf(value.currency);
  return ofRatio({ units: unitsOf(value, exponent) * units, scale: exponent + scale }, 1n, value.currency, rounding);
}

/**
 * Money times numerator over denominator, rounded once: the ratio itself is never rounded.
 * @throws PerennialError `invalid_ratio` when the denominator is zero, `invalid_amount`, `inexact_amount`.
 */
export function multiplyByRatio(
  value: Money,
  numerator: DecimalInput | bigint,
  denominator: DecimalInput | bigint,
  rounding: Rounding = 'exact',
): Money {
  return roundRatio(value.amount, value.currency, numerator, denominator, rounding);
}

/**
 * An unrounded decimal in major units times numerator over denominator, rounded once to the currency: for prices that have more places
 * than the currency, such as 0.012 USD a unit.
 * @throws PerennialError `invalid_ratio` when the denominator is zero, `invalid_amount`, `invalid_currency`, `inexact_amount`.
 */
export function roundRatio(
  exact: DecimalInput,
  currency: string,
  numerator: DecimalInput | bigint,
  denominator: DecimalInput | bigint,
  rounding: Rounding = 'exact',
): Money {
  const base = scaledOf(exact);
  const above = scaledOf(numerator);
  const below = scaledOf(denominator);
  if (below.units === 0n) fail('invalid_ratio', { numerator: above.units.toString(), denominator: 0 });
  const product = { units: base.units * above.units * powerOfTen(below.scale), scale: base.scale + above.scale };
  return ofRatio(product, below.units, currency, rounding);
}

/**
 * The exact product of two decimals, unrounded and without trailing zeros.
 * @throws PerennialError `invalid_amount`.
 */
export function multiplyDecimals(left: DecimalInput, right: DecimalInput): string {
  const a = scaledOf(left);
  const b = scaledOf(right);
  const text = plain(a.units * b.units, a.scale + b.scale);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/**
 * Splits money by weights. The parts add up to the whole; each part is cut toward zero, and the minor units left over go one each to the
 * first parts whose weight is not zero. A negative amount splits as its positive twin does.
 * @throws PerennialError `invalid_weights` when there is none above zero or one below, `invalid_amount`.
 */
export function allocate(value: Money, weights: readonly DecimalInput[]): Money[] {
  const scaled = weights.map(scaledOf);
  const scale = scaled.reduce((widest, weight) => Math.max(widest, weight.scale), 0);
  const whole = scaled.map((weight) => weight.units * powerOfTen(scale - weight.scale));
  const total = whole.reduce((left, right) => left + right, 0n);
  if (total <= 0n || whole.some((weight) => weight < 0n)) fail('invalid_weights');
  const units = toMinorUnits(value);
  const size = units < 0n ? -units : units;
  const shares = whole.map((weight) => (size * weight) / total);
  let leftover = size - shares.reduce((left, right) => left + right, 0n);
  return shares.map((share, index) => {
    const extra = leftover > 0n && whole[index] !== 0n ? 1n : 0n;
    leftover -= extra;
    return fromMinorUnits(units < 0n ? -(share + extra) : share + extra, value.currency);
  });
}

/**
 * Whole minor units: cents for USD. Another exponent than the currency's serves wires that count otherwise.
 * @throws PerennialError `inexact_amount` when the exponent is too small for the amount.
 */
export function toMinorUnits(value: Money, exponent: number = exponentOf(value.currency)): bigint {
  return unitsOf(value, exponent);
}

/**
 * Money of whole minor units; `exponent` tells how many of them make a major unit (10^exponent).
 * @throws PerennialError `inexact_amount` when the currency has fewer places than the units need, `invalid_currency`.
 */
export function fromMinorUnits(units: bigint, currency: string, exponent?: number): Money {
  const own = exponentOf(currency);
  if (exponent === undefined || exponent === own) return { amount: plain(units, own), currency };
  return ofRatio({ units, scale: exponent }, 1n, currency, 'exact');
}

/** For people and logs: "49.00 USD". */
export function formatMoney(value: Money): string {
  return `${value.amount} ${value.currency}`;
}

function sharedExponent(left: Money, right: Money): number {
  if (left.currency !== right.currency) fail('currency_mismatch', { left: left.currency, right: right.currency });
  return exponentOf(left.currency);
}

/** Minor units at an exponent; the usual case, an amount at just that scale, costs one pattern test and one BigInt. */
function unitsOf(value: Money, exponent: number): bigint {
  const { units, scale } = scaledOf(value.amount);
  if (scale === exponent) return units;
  return (
    rounded(units * powerOfTen(Math.max(0, exponent - scale)), powerOfTen(Math.max(0, scale - exponent)), 'exact') ??
    fail('inexact_amount', { amount: value.amount, currency: value.currency, exponent })
  );
}

function scaledOf(input: DecimalInput | bigint): Scaled {
  if (typeof input === 'bigint') return { units: input, scale: 0 };
  const text = typeof input === 'string' ? input : textOfDecimal(input);
  assertIsDecimalString(text);
  const point = text.indexOf('.');
  if (point < 0) return { units: BigInt(text), scale: 0 };
  return { units: BigInt(text.slice(0, point) + text.slice(point + 1)), scale: text.length - point - 1 };
}

/** A JS number has lost its exactness before it comes here, so it is refused even when the compiler was told otherwise. */
function textOfDecimal(input: unknown): string {
  if (!DecimalBase.isDecimal(input)) fail('invalid_amount', { amount: shown(input) });
  return input.toFixed();
}

/** (scaled / denominator) as money, rounded once. */
function ofRatio(scaled: Scaled, denominator: bigint, currency: string, rounding: Rounding): Money {
  const exponent = exponentOf(currency);
  if (denominator === 1n && scaled.scale === exponent) return { amount: plain(scaled.units, exponent), currency };
  const shift = exponent - scaled.scale;
  const above = shift > 0 ? scaled.units * powerOfTen(shift) : scaled.units;
  const below = shift < 0 ? denominator * powerOfTen(-shift) : denominator;
  const units = rounded(above, below, rounding);
  if (units === null) fail('inexact_amount', { amount: inexactText(above, below, exponent), currency, exponent });
  return { amount: plain(units, exponent), currency };
}

type Choice = (quotient: bigint, negative: boolean, twiceRemainderToDivisor: -1 | 0 | 1) => boolean;

/** Whether a cut quotient (toward zero, its size) goes one further from zero. */
const goesFurther: Readonly<Record<Exclude<Rounding, 'exact'>, Choice>> = {
  half_up: (_quotient, _negative, half) => half >= 0,
  half_even: (quotient, _negative, half) => half > 0 || (half === 0 && quotient % 2n === 1n),
  up: () => true,
  down: () => false,
  ceiling: (_quotient, negative) => !negative,
  floor: (_quotient, negative) => negative,
};

/** The rounded quotient, or null when it is inexact and rounding is `exact`. */
function rounded(numerator: bigint, denominator: bigint, rounding: Rounding): bigint | null {
  const negative = numerator < 0n !== denominator < 0n;
  const size = numerator < 0n ? -numerator : numerator;
  const divisor = denominator < 0n ? -denominator : denominator;
  const quotient = size / divisor;
  const remainder = size % divisor;
  if (remainder === 0n) return negative ? -quotient : quotient;
  if (rounding === 'exact') return null;
  const twice = remainder * 2n;
  const half = twice > divisor ? 1 : twice < divisor ? -1 : 0;
  const result = goesFurther[rounding](quotient, negative, half) ? quotient + 1n : quotient;
  return negative ? -result : result;
}

function plain(units: bigint, scale: number): string {
  if (scale === 0) return units.toString();
  const negative = units < 0n;
  const digits = (negative ? -units : units).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${negative ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`;
}

const smallPowersOfTen: readonly bigint[] = Array.from({ length: 40 }, (_, exponent) => 10n ** BigInt(exponent));

function powerOfTen(exponent: number): bigint {
  return smallPowersOfTen[exponent] ?? 10n ** BigInt(exponent);
}

/** For the message only: a few more places than the currency has. */
function inexactText(above: bigint, below: bigint, exponent: number): string {
  const places = 6;
  return plain((above * powerOfTen(places)) / below, exponent + places);
}

/** For messages only: a value that may be anything, cut short. */
function shown(value: unknown): string {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text.slice(0, decimalLengthMax);
}
