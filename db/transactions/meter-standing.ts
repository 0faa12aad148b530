/** The meters of a tenant as events are matched with them. */
import type { Meter } from '../../domain/metering/meter';
import type { Queryable } from '../pool';
import { metersOf } from '../queries/meters';

export interface MeterStanding {
  readonly byType: ReadonlyMap<string, readonly Meter[]>;
  /** Meters are added and never changed, so their number tells whether these are all. */
  readonly count: number;
}

/** Reads them. */
export async function meterStanding(db: Queryable, tenantId: string): Promise<MeterStanding> {
  const meters = await metersOf(db, tenantId);
  const byType = new Map<string, Meter[]>();
  for (const meter of meters) {
    const { event_type: type } = meter.definition;
    byType.set(type, [...(byType.get(type) ?? []), meter]);
  }
  return { byType, count: meters.length };
}
