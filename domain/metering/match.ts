/** Which meters count an event, under which dimensions and with which value; or why none does. */
import { isDecimalString } from '../money';
import { isUnsignedDecimal } from '../pricing/amounts';
import { aggregations } from './aggregations';
import { type Meter, type MeterDefinition, type MeterFilter, propertyAt } from './meter';

export type Properties = Readonly<Record<string, unknown>>;

/** Why an event is not counted, as a person reads it in the list of events. */
export const unmatchedReasons = {
  no_meter: 'No meter counts events of this type.',
  filtered_out: 'The filters of every meter of this type leave it out.',
  value_missing: 'A meter of this type finds no value in it.',
  value_invalid: 'A meter of this type finds a value in it that is not a plain decimal, or a text that is too long.',
  customer_unknown: 'Its customer is not one of this tenant.',
  target_unknown: 'The event that it amends or voids is not known, or past its retention.',
  target_corrected: 'The event that it amends or voids was amended or voided before.',
  target_voids: 'The event that it amends or voids is a void itself: send what was voided again, under a new id.',
} as const satisfies Record<string, string>;

export type UnmatchedReason = keyof typeof unmatchedReasons;

/** What an event adds to one meter. */
export interface MeterPart {
  readonly meter: Meter;
  /** The values of the meter's dimensions, in the order of their names; "" where an event has none. */
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: string;
}

export type Match =
  | { readonly kind: 'counted'; readonly parts: readonly MeterPart[] }
  | { readonly kind: 'unmatched'; readonly reason: UnmatchedReason };

/** Values that are larger or finer mean nothing, and cost in every sum. */
const valueLengthMax = 40;
const textLengthMax = 200;

/** A scalar as text; null for what is none. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

function passes(properties: Properties, { property, operator, values }: MeterFilter): boolean {
  const text = textOf(propertyAt(properties, property));
  return (operator === 'in') === (text !== null && values.includes(text));
}

/** The values of a meter's dimensions. */
function dimensionsOf(properties: Properties, { group_by }: MeterDefinition): Record<string, string> {
  const dimensions: Record<string, string> = {};
  for (const name of [...group_by].sort())
    dimensions[name] = (textOf(propertyAt(properties, name)) ?? '').slice(0, textLengthMax);
  return dimensions;
}

type Value = { readonly value: string } | { readonly reason: UnmatchedReason };

function valueOf(properties: Properties, { aggregation, value_property }: MeterDefinition): Value {
  const { reads } = aggregations[aggregation];
  if (reads === 'nothing' || value_property === null) return { value: '1' };
  const text = textOf(propertyAt(properties, value_property));
  if (text === null) return { reason: 'value_missing' };
  const isSound =
    reads === 'text' ? text.length <= textLengthMax : text.length <= valueLengthMax && isDecimalString(text);
  return isSound ? { value: text } : { reason: 'value_invalid' };
}

/** Why the price that an event carries cannot be charged: missing, no plain decimal, or below zero. */
function priceFault(properties: Properties, { price_property: path }: MeterDefinition): UnmatchedReason | null {
  if (path === undefined || path === null) return null;
  const text = textOf(propertyAt(properties, path));
  if (text === null) return 'value_missing';
  return isUnsignedDecimal(text, valueLengthMax) ? null : 'value_invalid';
}

/**
 * Matches an event with the meters of its type. A value that one meter cannot read leaves the whole event unmatched: counted here and
 * lost there, it would never be found.
 */
export function matchEvent(meters: readonly Meter[], properties: Properties): Match {
  if (meters.length === 0) return { kind: 'unmatched', reason: 'no_meter' };
  const parts: MeterPart[] = [];
  for (const meter of meters) {
    const { definition } = meter;
    if (!definition.filters.every((filter) => passes(properties, filter))) continue;
    const read = valueOf(properties, definition);
    if ('reason' in read) return { kind: 'unmatched', reason: read.reason };
    const reason = priceFault(properties, definition);
    if (reason !== null) return { kind: 'unmatched', reason };
    parts.push({ meter, dimensions: dimensionsOf(properties, definition), value: read.value });
  }
  return parts.length === 0 ? { kind: 'unmatched', reason: 'filtered_out' } : { kind: 'counted', parts };
}
