/** Flat: one amount a period, whatever the quantity. */
import { type Amounts, amountIn } from './amounts';
import { priced } from './explanation';
import { amounts, objectOf, parameters } from './fields';
import type { PricingModel } from './model';
import { quantityOf } from './usage';

export interface FlatParameters {
  readonly amounts: Amounts;
}

export const flat: PricingModel<FlatParameters> = {
  kind: 'flat',
  capabilities: {
    usage: 'quantity',
    before: 'none',
    usesQuantity: false,
    monotone: true,
    zeroAtZero: false,
    wholeQuantities: false,
  },
  samples: [
    { amounts: { USD: '49.00', JPY: '5000' } },
    { amounts: { KWD: '0.001', USD: '0.125' } },
    { amounts: { EUR: '0' } },
  ],
  parse: parameters(objectOf<FlatParameters>({ amounts })),
  currencies: (it) => Object.keys(it.amounts),

  price(it, usage, currency) {
    const quantity = quantityOf(usage);
    const unitAmount = amountIn(it.amounts, currency);
    const { explanation } = priced({
      model: 'flat',
      currency,
      quantity,
      steps: [{ what: 'flat', units: quantity, quantity: '1', unitAmount, label: '' }],
      text: `${unitAmount} ${currency} flat`,
    });
    // As it was written, "49.00": released invoices hold it so, and a change of plan compares.
    return { exact: unitAmount, explanation };
  },
};
