/** Per seat: max(0, quantity − included) × unit amount. Seats are whole. */
import type { FieldError } from '../errors';
import { multiplyDecimals } from '../money';
import {
  type Amounts,
  amountErrors,
  amountIn,
  assertIsWholeQuantity,
  isRecord,
  isUnsignedDecimal,
  unknownFieldErrors,
} from './amounts';
import type { PricingModel } from './model';

export interface PerSeatParameters {
  /** Price of one seat for one period, by currency; may be finer than the currency. */
  readonly amounts: Amounts;
  /** Seats that cost nothing; a whole number, "0" unless given. */
  readonly included: string;
}

const isWhole = (value: unknown): value is string => isUnsignedDecimal(value) && !value.includes('.');

function charged(quantity: string, included: string): string {
  const above = BigInt(quantity) - BigInt(included);
  return above > 0n ? above.toString() : '0';
}

export const perSeat: PricingModel<PerSeatParameters> = {
  kind: 'per_seat',
  capabilities: { usesQuantity: true, monotone: true, zeroAtZero: true, wholeQuantities: true },
  samples: [
    { amounts: { USD: '12.00', JPY: '1500' }, included: '0' },
    { amounts: { USD: '0.012', KWD: '1.5' }, included: '3' },
  ],

  parse(parameters: unknown): PerSeatParameters | FieldError[] {
    if (!isRecord(parameters)) return [{ path: '', message: 'must be an object' }];
    const included = parameters['included'] ?? '0';
    const errors = [
      ...unknownFieldErrors(parameters, ['amounts', 'included']),
      ...amountErrors(parameters['amounts'], 'amounts'),
      ...(isWhole(included) ? [] : [{ path: 'included', message: 'must be a whole number from 0 as a string' }]),
    ];
    return errors.length > 0 ? errors : { amounts: parameters['amounts'] as Amounts, included: included as string };
  },

  price({ amounts, included }, quantity, currency) {
    assertIsWholeQuantity(quantity);
    const unitAmount = amountIn(amounts, currency);
    const chargedQuantity = charged(quantity, included);
    const free = included === '0' ? '' : ` (${included} of ${quantity} included)`;
    return {
      exact: multiplyDecimals(unitAmount, chargedQuantity),
      explanation: {
        model: 'per_seat',
        unitAmount,
        quantity,
        chargedQuantity,
        currency,
        text: `${chargedQuantity} × ${unitAmount} ${currency}${free}`,
      },
    };
  },
};
