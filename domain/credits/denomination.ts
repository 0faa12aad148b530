/** What a wallet counts: money of a currency, or units of the tenant's own such as tokens. Amounts are plain decimal strings, never negative. */
import { formatMoney, isDecimalString, money } from '../money';
import { isUnsignedDecimal } from '../pricing/amounts';
import type { Field } from '../pricing/fields';

export type Denomination =
  | { readonly kind: 'currency'; readonly currency: string }
  /** `unit` is its name, for people: "token". */
  | { readonly kind: 'unit'; readonly unit: string };

function isWholeMinorUnits(amount: string, currency: string): boolean {
  try {
    money(amount, currency);
    return true;
  } catch {
    return false;
  }
}

/** True for an amount from zero up that a wallet can hold: whole minor units of a currency, any decimal of a unit. */
export function isAmountOf(denomination: Denomination, value: unknown): value is string {
  if (!isDecimalString(value) || !isUnsignedDecimal(value)) return false;
  return denomination.kind === 'unit' || isWholeMinorUnits(value, denomination.currency);
}

/** A field that holds an amount of a wallet, from zero up or above zero. */
export const amountOf =
  (denomination: Denomination, least: 'zero' | 'above_zero' = 'above_zero'): Field<string> =>
  (value, path) => {
    const isSound = isAmountOf(denomination, value) && (least === 'zero' || /[1-9]/.test(value));
    if (isSound) return { value };
    const places = denomination.kind === 'unit' ? 'a decimal' : `an amount in ${denomination.currency}`;
    return { errors: [{ path, message: `must be ${places} ${least === 'zero' ? 'from 0' : 'above 0'} as a string` }] };
  };

/** "12.00 USD", "250 token". */
export function showAmount(amount: string, denomination: Denomination): string {
  return denomination.kind === 'unit'
    ? `${amount} ${denomination.unit}`
    : formatMoney(money(amount, denomination.currency));
}
