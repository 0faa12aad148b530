import type { PreviewMeans } from '../db/reports/invoice-preview';
import { limitsOf } from '../domain/invoice/chargeable';
import type { ApiDependencies } from './dependencies';

/** What previews need from outside. The rail whose limits hold for a customer without a payment method is the first of the registry. */
export const meansOf = ({ rails, askSalesTax }: ApiDependencies): PreviewMeans => ({
  limitsOf: (name, currency) => {
    const rail = name === null ? Object.values(rails)[0] : rails[name];
    return limitsOf(rail?.capabilities ?? { minimumAmounts: {}, amountSteps: {} }, currency);
  },
  askSalesTax,
});
