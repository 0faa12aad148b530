/** The meters that prices name, by code or id, and what is wrong between them. */
import { metersNamed, type StoredMeter } from '../db/queries/meters';
import type { Queryable } from '../db/pool';
import type { FieldError } from '../domain/errors';
import type { PlanPrice } from '../domain/plan';
import { meteredPriceErrors } from '../domain/plan/metered-price';
import { parametersOf } from './check-price';
import type { InlinePrice } from './resources/catalogue';

export type MetersByName = ReadonlyMap<string, StoredMeter>;

/** The meters of a tenant that are named; a name that is none of them is missing. */
export async function metersOfPrices(
  db: Queryable,
  tenantId: string,
  prices: readonly Pick<InlinePrice, 'meter'>[],
): Promise<MetersByName> {
  const names = prices.flatMap(({ meter }) => meter ?? []);
  const meters = names.length === 0 ? [] : await metersNamed(db, tenantId, names);
  return new Map(meters.flatMap((meter) => [[meter.id, meter] as const, [meter.code, meter] as const]));
}

/** What of a price is about its meter and its time; nothing for a plain one. */
export function usageFieldsOf(
  { meter, timing, skip_zero_usage: skips }: InlinePrice,
  meters: MetersByName,
): Pick<PlanPrice, 'meterId' | 'timing' | 'skipZeroUsage'> {
  const found = meter === undefined ? undefined : meters.get(meter);
  return {
    ...(found === undefined ? {} : { meterId: found.id }),
    ...(timing === undefined ? {} : { timing }),
    ...(skips === true ? { skipZeroUsage: true } : {}),
  };
}

/** What is wrong between a price, which is sound by itself, and its meter. Paths start with `prefix`. */
export function meterErrors(price: InlinePrice, meters: MetersByName, prefix = ''): FieldError[] {
  const { kind, meter: name, model } = price;
  const meter = name === undefined ? null : meters.get(name);
  if (meter === undefined) return [{ path: `${prefix}meter`, message: 'is not a meter of this tenant' }];
  const checked = { kind, model, parameters: parametersOf(price), ...usageFieldsOf(price, meters) };
  return meteredPriceErrors(checked, meter?.definition ?? null).map(({ path, message }) => ({
    path: `${prefix}${path}`,
    message,
  }));
}
