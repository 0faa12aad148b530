/** Meters: added, never changed. */
import type { Meter, MeterDefinition } from '../../domain/metering/meter';
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { firstOf } from './row-values';

export interface StoredMeter extends Meter {
  readonly tenantId: string;
  /** The tenant's own short name for it. */
  readonly code: string;
  readonly name: string;
  readonly recordedAt: number;
}

interface MeterRow {
  [column: string]: unknown;
  id: string;
  tenant_id: string;
  code: string;
  name: string;
  definition: MeterDefinition;
  recorded_at: Date;
}

const columns = 'id, tenant_id, code, name, definition, recorded_at';

const fromRow = (row: MeterRow): StoredMeter => ({
  id: row.id,
  tenantId: row.tenant_id,
  code: row.code,
  name: row.name,
  definition: row.definition,
  recordedAt: row.recorded_at.getTime(),
});

const insert: Statement = {
  name: 'meters_insert',
  text: `insert into meters (id, tenant_id, code, name, definition) values ($1, $2, $3, $4, $5)
    on conflict do nothing`,
};
const byId: Statement = {
  name: 'meters_by_id',
  text: `select ${columns} from meters where tenant_id = $1 and id = $2`,
};
const byNames: Statement = {
  name: 'meters_by_names',
  text: `select ${columns} from meters where tenant_id = $1 and (id = any($2::text[]) or code = any($2::text[])) order by id`,
};
const all: Statement = { name: 'meters_all', text: `select ${columns} from meters where tenant_id = $1 order by id` };

/** Writes a meter unless its id or its code is there already. */
export async function insertMeter(db: Queryable, meter: Omit<StoredMeter, 'recordedAt'>): Promise<void> {
  const { id, tenantId, code, name, definition } = meter;
  await db.query(insert, [id, tenantId, code, name, JSON.stringify(definition)]);
}

/** A meter of a tenant, or null. */
export async function findMeter(db: Queryable, tenantId: string, id: string): Promise<StoredMeter | null> {
  return firstOf((await db.query<MeterRow>(byId, [tenantId, id])).map(fromRow));
}

/** The meters of a tenant with one of these codes or ids. */
export async function metersNamed(db: Queryable, tenantId: string, names: readonly string[]): Promise<StoredMeter[]> {
  return (await db.query<MeterRow>(byNames, [tenantId, names])).map(fromRow);
}

const known = new WeakMap<Queryable, Map<string, StoredMeter>>();

/** As `findMeter`, from memory once it was read: a meter never changes. */
export async function knownMeter(db: Queryable, tenantId: string, id: string): Promise<StoredMeter | null> {
  const meters = known.get(db) ?? new Map<string, StoredMeter>();
  known.set(db, meters);
  const meter = meters.get(id) ?? (await findMeter(db, tenantId, id));
  if (meter !== null) meters.set(id, meter);
  return meter;
}

/** All meters of a tenant, the oldest first. */
export async function metersOf(db: Queryable, tenantId: string): Promise<StoredMeter[]> {
  return (await db.query<MeterRow>(all, [tenantId])).map(fromRow);
}

export const listMeters = pageReader<MeterRow, StoredMeter>({
  name: 'meters_page',
  select: columns,
  from: 'meters',
  id: 'id',
  tenant: 'tenant_id',
  filters: { code: 'code' },
  fromRow,
});
