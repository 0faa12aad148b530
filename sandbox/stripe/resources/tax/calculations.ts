/** Tax calculations: what the tax of a sale would be. */
import type Stripe from 'stripe';
import { endpoint } from '../../http/endpoint';
import { invalidParameter, missing, refused } from '../../http/failure';
import { listPage, listParameters } from '../../http/list';
import { integer, listOf, object, oneOf, required, text, type Parsed } from '../../http/parameters';
import { checkedCurrency } from '../../payments/currencies';
import { newId } from '../../state/new-id';
import type { TaxCalculation } from '../../state/stored';
import type { World } from '../../state/world';
import { addressOf, addressParameters } from '../address';
import { summaryOf, taxedLine, type Place } from './calculate';

/** Stripe keeps a calculation so long. */
const lifeSeconds = 90 * 24 * 3_600;

const parameters = {
  currency: required(text),
  line_items: required(
    listOf(
      object({
        amount: required(integer),
        quantity: integer,
        reference: text,
        tax_behavior: oneOf('exclusive', 'inclusive'),
        tax_code: text,
      }),
    ),
  ),
  customer_details: object({
    address: object(addressParameters),
    address_source: oneOf('billing', 'shipping'),
    taxability_override: oneOf('customer_exempt', 'none', 'reverse_charge'),
  }),
  ship_from_details: object({ address: required(object(addressParameters)) }),
  tax_date: integer,
} as const;
type Given = Parsed<typeof parameters>;

const unplaced = (): Error =>
  refused(
    'customer_tax_location_invalid',
    "We could not determine the customer's tax location based on the provided customer address.",
    { param: 'customer_details[address]' },
  );

/** Of the United States a postal code is needed, of Canada a province or one. */
function placeOf({ customer_details: details }: Given): Place {
  const { country, state, postal_code: postalCode } = details?.address ?? {};
  if (typeof country !== 'string') throw unplaced();
  if (country === 'US' && typeof postalCode !== 'string') throw unplaced();
  if (typeof state !== 'string') throw unplaced();
  return { country, state, postalCode: postalCode ?? '' };
}

function checkedLines({ line_items: lines }: Given): Given['line_items'] {
  if (lines.length === 0)
    throw invalidParameter('parameter_missing', 'line_items', 'Missing required param: line_items.');
  const references = lines.flatMap(({ reference }) => reference ?? []);
  if (new Set(references).size < references.length)
    throw refused(null, 'The line item references must be unique.', { param: 'line_items' });
  const wrong = lines.findIndex(({ amount }) => amount < 0);
  if (wrong >= 0)
    throw invalidParameter('parameter_invalid_integer', `line_items[${wrong}][amount]`, 'Invalid non-negative integer');
  return lines;
}

function create(world: World, given: Given): TaxCalculation {
  const currency = checkedCurrency(given.currency);
  const lines = checkedLines(given);
  const place = placeOf(given);
  const items = lines.map((line) => taxedLine(place, line));
  const id = newId('taxcalc');
  const tax = (behavior: string): number =>
    items.filter(({ tax_behavior: own }) => own === behavior).reduce((sum, { amount_tax: own }) => sum + own, 0);
  const net = items.reduce((sum, { amount }) => sum + amount, 0);
  return world.taxCalculations.add({
    id,
    object: 'tax.calculation',
    amount_total: net + tax('exclusive'),
    currency,
    customer: null,
    customer_details: {
      address: addressOf(given.customer_details?.address ?? {}),
      address_source: given.customer_details?.address_source ?? null,
      ip_address: null,
      tax_ids: [],
      taxability_override: given.customer_details?.taxability_override ?? 'none',
    },
    expires_at: world.now() + lifeSeconds,
    line_items: listPage(`/v1/tax/calculations/${id}/line_items`, items, {}) as NonNullable<
      TaxCalculation['line_items']
    >,
    livemode: false,
    ship_from_details:
      given.ship_from_details === undefined ? null : { address: addressOf(given.ship_from_details.address) },
    shipping_cost: null,
    tax_amount_exclusive: tax('exclusive'),
    tax_amount_inclusive: tax('inclusive'),
    tax_breakdown: summaryOf(items),
    tax_date: given.tax_date ?? world.now(),
  } satisfies Stripe.Tax.Calculation);
}

/** The calculation of an id, while it lives. */
export function requireCalculation(world: World, id: string): TaxCalculation {
  const found = world.taxCalculations.get(id);
  if (found === undefined || (found.expires_at ?? 0) <= world.now()) throw missing('calculation', id);
  return found;
}

export const taxCalculationEndpoints = [
  endpoint('POST', '/v1/tax/calculations', parameters, ({ world, parameters: given }) => create(world, given)),
  endpoint('GET', '/v1/tax/calculations/:id', {}, ({ world, id }) => requireCalculation(world, id)),
  endpoint('GET', '/v1/tax/calculations/:id/line_items', listParameters, ({ world, id, parameters: page }) =>
    listPage(`/v1/tax/calculations/${id}/line_items`, requireCalculation(world, id).line_items?.data ?? [], page),
  ),
];
