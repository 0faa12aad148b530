/**
 * What a plan version, or an exception for one customer, grants of a feature. Written as in the API, which takes and stores it; the feature's
 * type and meter stand in it too, so that reading the version alone answers a check.
 */
import type { FieldError } from '../errors';
import { times as product } from '../pricing/exact';
import {
  checked,
  decimal,
  type Field,
  flag,
  listOf,
  nullable,
  objectOf,
  oneOf,
  type Read,
  where,
  withDefault,
} from '../pricing/fields';
import type { Feature } from './feature';

export const resetPeriods = ['billing_period', 'hour', 'day', 'week', 'month', 'year', 'never'] as const;
/** When an allowance begins anew: with the subscription's own period, with the customer's calendar, or not at all. */
export type ResetPeriod = (typeof resetPeriods)[number];

interface OfFeature {
  readonly feature: string;
}

export interface BooleanEntitlement extends OfFeature {
  readonly type: 'boolean';
  readonly enabled: boolean;
}

export interface StaticEntitlement extends OfFeature {
  readonly type: 'static';
  readonly value: string;
}

export interface Rollover {
  /** The most that comes over from the window before; null: all that was left. */
  readonly maximum: string | null;
}

/** How an allowance ends. */
export interface Ending {
  /** `hard`: a request must fit in whole. `soft`: one that finds anything left may go beyond. */
  readonly limit_type: 'hard' | 'soft';
  /** Of a soft limit: whether new requests are let in above it, because the plan's prices bill them. */
  readonly overage: 'refused' | 'billed';
}

export interface MeteredEntitlement extends OfFeature, Ending {
  readonly type: 'metered';
  readonly meter_id: string;
  /** In units of the meter; null: as much as they like. */
  readonly limit: string | null;
  readonly reset: ResetPeriod;
  readonly rollover: Rollover | null;
  /** Percent of the limit at which an event is raised, ascending. */
  readonly thresholds: readonly number[];
  /** Limit and rollover are for each unit of the subscription's quantity; absent: for all together. */
  readonly per_unit?: boolean;
}

export type Entitlement = BooleanEntitlement | StaticEntitlement | MeteredEntitlement;

/** When eighty of a hundred are used there is still time to act; at a hundred it is over. */
const thresholdsDefault: readonly number[] = [80, 100];
const thresholdsMax = 10;
/** Overage may be watched, too: up to ten times the limit. */
const percentMax = 1_000;
const valueLengthMax = 500;

const text = checked(
  (value): value is string => typeof value === 'string' && value.length > 0 && value.length <= valueLengthMax,
  `must be a text of 1 to ${valueLengthMax} characters`,
);
const percent = checked(
  (value): value is number => Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= percentMax,
  `must be a whole number of percent from 1 to ${percentMax}`,
);

/** Null says "unlimited", and must be said: a limit that was forgotten must not give everything away. */
const limit: Field<string | null> = (value, path) => (value === null ? { value } : decimal(value, path));

const thresholds: Field<readonly number[]> = (value, path) => {
  if (Array.isArray(value) && value.length === 0) return { value: [] };
  const read = listOf(percent, thresholdsMax)(value, path);
  return 'errors' in read ? read : { value: [...new Set(read.value)].sort((a, b) => a - b) };
};

type MeteredBody = Omit<MeteredEntitlement, 'type' | 'feature' | 'meter_id'>;

function jointErrors({ limit, limit_type, overage, rollover, reset }: MeteredBody, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  if (limit_type === 'hard' && overage === 'billed')
    errors.push({ path: at('overage'), message: 'must be refused above a hard limit' });
  if (rollover !== null && limit === null) errors.push({ path: at('rollover'), message: 'has no use without a limit' });
  if (rollover !== null && reset === 'never')
    errors.push({ path: at('rollover'), message: 'has no use where nothing begins anew' });
  return errors;
}

const metered = where(
  objectOf<MeteredBody>({
    limit,
    reset: withDefault(oneOf(...resetPeriods), 'billing_period'),
    limit_type: withDefault(oneOf('hard', 'soft'), 'hard'),
    overage: withDefault(oneOf('refused', 'billed'), 'refused'),
    rollover: nullable(objectOf<Rollover>({ maximum: limit })),
    thresholds: withDefault(thresholds, thresholdsDefault),
    per_unit: withDefault(flag, false),
  }),
  jointErrors,
);
const bool = objectOf<{ enabled: boolean }>({ enabled: withDefault(flag, true) });
const fixed = objectOf<{ value: string }>({ value: text });

/**
 * Reads what is granted of a feature from outside: the entitlement, or what is wrong by field.
 * @param grant the body without the feature's name
 */
export function readEntitlement(feature: Feature, grant: unknown, path: string): Read<Entitlement> {
  const { key, type, meterId } = feature;
  const read: Read<object> = { boolean: bool, static: fixed, metered }[type](grant, path);
  if ('errors' in read) return read;
  const { per_unit: perUnit = false, ...granted } = read.value as { per_unit?: boolean };
  const own = type === 'metered' ? { meter_id: meterId } : {};
  return { value: { feature: key, type, ...own, ...granted, ...(perUnit ? { per_unit: true } : {}) } as Entitlement };
}

const times = (amount: string | null, quantity: number): string | null =>
  amount === null ? null : product(amount, String(quantity));

/** What is granted to a subscription of a quantity. An exception for a customer has none, and counts once. */
export function grantedTo<E extends Entitlement>(entitlement: E, quantity: number): E {
  if (entitlement.type !== 'metered' || entitlement.per_unit !== true) return entitlement;
  const { limit, rollover } = entitlement;
  const over = rollover === null ? null : { maximum: times(rollover.maximum, quantity) };
  return { ...entitlement, limit: times(limit, quantity), rollover: over };
}
