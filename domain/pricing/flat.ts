/** Flat: one amount a period, whatever the quantity. */
import type { FieldError } from '../errors';
import { type Amounts, amountErrors, amountIn, assertIsQuantity, isRecord, unknownFieldErrors } from './amounts';
import type { PricingModel } from './model';

export interface FlatParameters {
  readonly amounts: Amounts;
}

export const flat: PricingModel<FlatParameters> = {
  kind: 'flat',
  capabilities: { usesQuantity: false, monotone: true, zeroAtZero: false, wholeQuantities: false },
  samples: [
    { amounts: { USD: '49.00', JPY: '5000' } },
    { amounts: { KWD: '0.001', USD: '0.125' } },
    { amounts: { EUR: '0' } },
  ],

  parse(parameters: unknown): FlatParameters | FieldError[] {
    if (!isRecord(parameters)) return [{ path: '', message: 'must be an object' }];
    const errors = [...unknownFieldErrors(parameters, ['amounts']), ...amountErrors(parameters['amounts'], 'amounts')];
    return errors.length > 0 ? errors : { amounts: parameters['amounts'] as Amounts };
  },

  price({ amounts }, quantity, currency) {
    assertIsQuantity(quantity);
    const amount = amountIn(amounts, currency);
    return {
      exact: amount,
      explanation: {
        model: 'flat',
        unitAmount: amount,
        quantity,
        chargedQuantity: '1',
        currency,
        text: `${amount} ${currency} flat`,
      },
    };
  },
};
