/** From a merged bucket to the quantity that is sold. */
import { isAbove, plus, times, wholeQuotient } from '../pricing/exact';
import { aggregations } from './aggregations';
import type { BucketState } from './bucket';
import type { Conversion, MeterDefinition } from './meter';
import type { Window } from './window';

const powerOfTen = (places: string): string => `1${'0'.repeat(Number.parseInt(places, 10))}`;

/** A quotient of whole numbers, halves away from zero (both are positive). */
function nearest(dividend: string, divisor: string): string {
  return wholeQuotient(plus(times(dividend, '2'), divisor), times(divisor, '2'), 'down');
}

/** A quantity from zero up, divided and rounded once. */
export function convert(quantity: string, { divisor, rounding, places }: Conversion): string {
  const scaled = times(quantity, powerOfTen(places));
  const whole = rounding === 'half_up' ? nearest(scaled, divisor) : wholeQuotient(scaled, divisor, rounding);
  return times(whole, places === '0' ? '1' : `0.${powerOfTen(places).slice(2)}1`);
}

/** What was measured as what is sold: converted as the meter says. Corrections may outweigh what is left: below zero counts as zero. */
export function soldQuantity({ conversion }: MeterDefinition, measured: string): string {
  const quantity = isAbove('0', measured) ? '0' : measured;
  return conversion === null ? quantity : convert(quantity, conversion);
}

/**
 * The quantity that a meter gives for a window.
 * @param level the total before the window, for an aggregation that carries it
 */
export function quantityOfBucket(definition: MeterDefinition, state: BucketState, window: Window, level = '0'): string {
  return soldQuantity(definition, aggregations[definition.aggregation].quantity(state, window, level));
}
