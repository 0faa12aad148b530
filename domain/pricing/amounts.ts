/** Amounts per currency, as price lists hold them, and the quantities they are multiplied with. */
import { type FieldError, fail } from '../errors';
import { isCurrency, isDecimalString } from '../money';

/** Major units by currency: `{ USD: "49.00", KES: "6300" }`. Never negative. */
export type Amounts = Readonly<Record<string, string>>;

/** Finer unit prices than a token's base unit (18 places) mean nothing. */
const placesMax = 18;
/** Room for any price of this world, and for its product with any quantity. */
const amountLengthMax = 40;
/** Nobody sells more than a quadrillion of a thing; the bound keeps a line readable. */
const quantityLengthMax = 34;

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** True for a decimal string from zero up with at most 18 places. */
export function isUnsignedDecimal(value: unknown, lengthMax: number = amountLengthMax): value is string {
  if (!isDecimalString(value) || value.length > lengthMax || value.startsWith('-')) return false;
  const point = value.indexOf('.');
  return point < 0 || value.length - point - 1 <= placesMax;
}

/** What is wrong with amounts that came from outside. */
export function amountErrors(value: unknown, path: string): FieldError[] {
  if (!isRecord(value)) return [{ path, message: 'must be an object of amounts by currency' }];
  const entries = Object.entries(value);
  if (entries.length === 0) return [{ path, message: 'must have at least one currency' }];
  return entries.flatMap(([currency, amount]) => [
    ...(isCurrency(currency) ? [] : [{ path: `${path}.${currency}`, message: 'is not a known currency' }]),
    ...(isUnsignedDecimal(amount)
      ? []
      : [{ path: `${path}.${currency}`, message: `must be a decimal string from 0 with at most ${placesMax} places` }]),
  ]);
}

/** Names that a model does not know are refused: a misspelt limit must not be silently without effect. */
export function unknownFieldErrors(value: Record<string, unknown>, known: readonly string[]): FieldError[] {
  return Object.keys(value)
    .filter((name) => !known.includes(name))
    .map((path) => ({ path, message: `is not one of ${known.join(', ')}` }));
}

/** @throws PerennialError `currency_not_priced`. */
export function amountIn(amounts: Amounts, currency: string): string {
  const amount = Object.hasOwn(amounts, currency) ? amounts[currency] : undefined;
  return amount ?? fail('currency_not_priced', { currency });
}

/** @throws PerennialError `quantity_invalid` unless it is a decimal string from zero up. */
export function assertIsQuantity(quantity: string): void {
  if (!isUnsignedDecimal(quantity, quantityLengthMax))
    fail('quantity_invalid', { quantity: String(quantity).slice(0, 100) });
}

/** @throws PerennialError `quantity_invalid` unless it is a whole number from zero up. */
export function assertIsWholeQuantity(quantity: string): void {
  assertIsQuantity(quantity);
  if (quantity.includes('.')) fail('quantity_invalid', { quantity });
}
