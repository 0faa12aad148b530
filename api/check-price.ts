/** Checks a price by the rules of its model, and names what is wrong by field. */
import type { FieldError } from '../domain/errors';
import { isMoney } from '../domain/money';
import { exponentOf, isCurrency } from '../domain/money';
import { pricingErrors } from '../domain/pricing';
import type { InlinePrice } from './resources/catalogue';

/** What the rules look at: the model and what it is given. */
type ModelPrice = Pick<InlinePrice, 'model' | 'amounts' | 'parameters'>;

/** A flat amount is charged as it stands, so it must have no more places than its currency; a unit price may be finer. */
function finenessErrors(price: ModelPrice): FieldError[] {
  if (price.model !== 'flat') return [];
  return Object.entries(price.amounts ?? {}).flatMap(([currency, amount]) => {
    if (!isCurrency(currency) || isMoney({ amount, currency })) return [];
    const places = amount.includes('.') ? amount.length - amount.indexOf('.') - 1 : 0;
    const exponent = exponentOf(currency);
    return places > exponent
      ? [{ path: `amounts.${currency}`, message: `must have at most ${exponent} decimal places` }]
      : [];
  });
}

/** The parameters as the model knows them: amounts and what else it needs. */
export function parametersOf(price: ModelPrice): Record<string, unknown> {
  const { amounts, parameters } = price;
  return amounts === undefined ? parameters : { ...parameters, amounts };
}

/** Everything wrong with a price; empty when it is sound. Paths start with `prefix`. */
export function priceErrors(price: ModelPrice, prefix = ''): FieldError[] {
  const errors = [...pricingErrors(price.model, parametersOf(price)), ...finenessErrors(price)];
  return errors.map(({ path, message }) => {
    const own = path.startsWith('amounts') ? path : `parameters.${path}`;
    return { path: `${prefix}${own}`, message };
  });
}
