/**
 * What a meter is: the rule by which usage events become a billable quantity. The data of a meter are written as in the API, which takes
 * and stores them, and never change: another rule is another meter.
 */
import type { FieldError } from '../errors';
import { isRecord } from '../pricing/amounts';
import {
  type Field,
  listOf,
  name,
  nullable,
  objectOf,
  oneOf,
  parameters,
  positive,
  where,
  withDefault,
} from '../pricing/fields';
import { type AggregationKind, aggregationKinds, aggregations } from './aggregations';

export interface MeterFilter {
  /** A dotted path into the event's properties. */
  readonly property: string;
  readonly operator: 'in' | 'not_in';
  readonly values: readonly string[];
}

/** From what events count to what is sold: bytes to started gigabytes. */
export interface Conversion {
  /** The quantity is divided by it. */
  readonly divisor: string;
  readonly rounding: 'up' | 'down' | 'half_up';
  /** Decimal places that the result keeps. */
  readonly places: '0' | '1' | '2' | '3' | '4' | '5' | '6';
}

export interface MeterDefinition {
  /** Events of this type are counted, others are not looked at. */
  readonly event_type: string;
  readonly aggregation: AggregationKind;
  /** Where an event says its value; null for `count`, which needs none. */
  readonly value_property: string | null;
  /** Where an event says the price of one unit, for prices that charge it (`dynamic`); null or absent: nowhere. */
  readonly price_property?: string | null;
  /** All must hold. */
  readonly filters: readonly MeterFilter[];
  /** Properties by whose values the quantity is kept apart. */
  readonly group_by: readonly string[];
  readonly conversion: Conversion | null;
}

export interface Meter {
  readonly id: string;
  readonly definition: MeterDefinition;
}

/** More dimensions multiply the groups beyond what a price can tell apart. */
const dimensionsMax = 5;
const filtersMax = 10;
const filterValuesMax = 100;

/** Names below names, such as `request.region`. */
const pathPattern = /^[A-Za-z_][\w-]{0,49}(\.[A-Za-z_][\w-]{0,49}){0,4}$/;

const propertyPath: Field<string> = (value, path) =>
  typeof value === 'string' && pathPattern.test(value)
    ? { value }
    : { errors: [{ path, message: 'must name a property, such as tokens or request.region' }] };

const filter = objectOf<MeterFilter>({
  property: propertyPath,
  operator: withDefault(oneOf('in', 'not_in'), 'in'),
  values: listOf(name, filterValuesMax),
});

const conversion = objectOf<Conversion>({
  divisor: positive,
  rounding: withDefault(oneOf('up', 'down', 'half_up'), 'half_up'),
  places: withDefault(oneOf('0', '1', '2', '3', '4', '5', '6'), '0'),
});

/** A list that may be empty or left out. */
const listUpTo =
  <T>(field: Field<T>, max: number): Field<readonly T[]> =>
  (value, path) =>
    value === undefined || (Array.isArray(value) && value.length === 0)
      ? { value: [] }
      : listOf(field, max)(value, path);

function jointErrors({ aggregation, value_property, price_property, group_by }: MeterDefinition): FieldError[] {
  const needsValue = aggregations[aggregation].reads !== 'nothing';
  const valueErrors =
    needsValue === (value_property !== null)
      ? []
      : [{ path: 'value_property', message: needsValue ? `is needed for ${aggregation}` : 'has no use for count' }];
  const twice = new Set(group_by).size === group_by.length ? [] : [{ path: 'group_by', message: 'names one twice' }];
  const priceErrors =
    (price_property ?? null) === null || aggregation === 'sum'
      ? []
      : [{ path: 'price_property', message: 'is for sum alone: its values are the quantities that are priced' }];
  return [...valueErrors, ...priceErrors, ...twice];
}

const definition = where(
  objectOf<MeterDefinition>({
    event_type: name,
    aggregation: oneOf(...aggregationKinds),
    value_property: nullable(propertyPath),
    price_property: nullable(propertyPath),
    filters: listUpTo(filter, filtersMax),
    group_by: listUpTo(propertyPath, dimensionsMax),
    conversion: nullable(conversion),
  }),
  jointErrors,
);

const parse = parameters(definition);

/** Reads a meter's definition from outside: the definition with its defaults, or what is wrong by field. */
export function parseMeter(value: unknown): MeterDefinition | FieldError[] {
  return parse(value);
}

/** What stands at a dotted path, never what all objects have; undefined when nothing does. */
export function propertyAt(properties: Readonly<Record<string, unknown>>, path: string): unknown {
  let at: unknown = properties;
  for (const name of path.split('.')) {
    if (!isRecord(at) || !Object.hasOwn(at, name)) return undefined;
    at = at[name];
  }
  return at;
}
