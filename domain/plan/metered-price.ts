/** What a price and its meter must be to each other. */
import type { FieldError } from '../errors';
import { aggregations } from '../metering/aggregations';
import type { MeterDefinition } from '../metering/meter';
import type { PlanPrice } from '../plan';
import { type PricingModelKind, pricingModels, quantityModels } from '../pricing';
import type { PricingCapabilities } from '../pricing/model';
import { isRecord } from '../pricing/amounts';

type Checked = Pick<PlanPrice, 'kind' | 'model' | 'parameters' | 'timing' | 'skipZeroUsage'>;

const capabilitiesOf = (kind: PricingModelKind): PricingCapabilities => pricingModels[kind].capabilities;

/** True when a meter gives whole quantities only. */
const givesWhole = ({ aggregation, conversion }: MeterDefinition): boolean =>
  conversion === null ? aggregation === 'count' || aggregation === 'unique' : conversion.places === '0';

const error = (path: string, message: string): FieldError[] => [{ path, message }];

function quantityErrors(model: PricingModelKind, meter: MeterDefinition): FieldError[] {
  const { before, usesQuantity, wholeQuantities } = capabilitiesOf(model);
  if (!usesQuantity) return error('meter', `has no use for ${model}: it charges the same whatever is used`);
  if (wholeQuantities && !givesWhole(meter))
    return error('meter', `may give parts of a unit, and ${model} sells only whole ones: convert to 0 places`);
  if (before === 'contract' && !aggregations[meter.aggregation].adds)
    return error(
      'meter',
      `must add up over time: ${model} counts over a whole contract, and ${meter.aggregation} does not`,
    );
  return [];
}

/** The dimensions that a price groups by. */
export function dimensionsOfPrice({ parameters }: Pick<PlanPrice, 'parameters'>): readonly string[] {
  const dimensions = isRecord(parameters) ? parameters['dimensions'] : undefined;
  return Array.isArray(dimensions) ? dimensions.filter((name) => typeof name === 'string') : [];
}

function groupErrors(price: Checked, meter: MeterDefinition): FieldError[] {
  return dimensionsOfPrice(price).flatMap((name, index) =>
    meter.group_by.includes(name)
      ? []
      : error(`parameters.dimensions.${index}`, `is not one of the meter's dimensions: ${meter.group_by.join(', ')}`),
  );
}

/** Single transactions and their prices are read from the events, so nothing may have been made of their values. */
function eventErrors({ model }: Checked, { aggregation, conversion }: MeterDefinition): FieldError[] {
  return aggregation === 'sum' && conversion === null
    ? []
    : error('meter', `must sum up values and convert nothing: ${model} looks at each event`);
}

const formErrors = {
  quantity: ({ model }, meter) => quantityErrors(model, meter),
  groups: groupErrors,
  transactions: eventErrors,
  prices: (price, meter) => [
    ...eventErrors(price, meter),
    ...((meter.price_property ?? null) === null
      ? error('meter', `must say by its price_property where an event has its price: ${price.model} charges that`)
      : []),
  ],
} as const satisfies Record<PricingCapabilities['usage'], (price: Checked, meter: MeterDefinition) => FieldError[]>;

/** A price of the subscription's own quantity. */
function unmeteredErrors({ kind, model, timing, skipZeroUsage }: Checked): FieldError[] {
  return [
    ...(quantityModels.includes(model)
      ? []
      : error('meter', `is needed for ${model}: a subscription's own quantity cannot be priced with it`)),
    ...(timing !== undefined && kind === 'one_off' ? error('timing', 'is for recurring prices') : []),
    ...(skipZeroUsage === true ? error('skip_zero_usage', 'is for prices of a meter') : []),
  ];
}

/**
 * What is wrong between a price and its meter, by field; empty when they fit.
 * @param meter null for a price that names none
 */
export function meteredPriceErrors(price: Checked, meter: MeterDefinition | null): FieldError[] {
  if (meter === null) return unmeteredErrors(price);
  return [
    ...(price.kind === 'one_off' ? error('meter', 'is for recurring prices') : []),
    ...(price.timing === 'in_advance' ? error('timing', 'must be in_arrears: usage is known when it is over') : []),
    ...formErrors[capabilitiesOf(price.model).usage](price, meter),
  ];
}
