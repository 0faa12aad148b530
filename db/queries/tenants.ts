/** Tenants: one business each. */
import type { DunningPolicy } from '../../domain/dunning';
import type { LateUsage } from '../../domain/metering/late-usage';
import type { ProrationPolicy } from '../../domain/proration';
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { firstOf } from './row-values';

export type TenantMode = 'live' | 'test';

export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly mode: TenantMode;
  readonly timeZone: string;
  readonly invoiceSeries: string;
  readonly dunningPolicy: DunningPolicy;
  readonly prorationPolicy: ProrationPolicy;
  readonly incompleteHours: number;
  /** How long the usage of an ended stretch waits for what comes late. */
  readonly usageGraceHours: number;
  readonly lateUsage: LateUsage;
  readonly recordedAt: number;
}

interface TenantRow {
  [column: string]: unknown;
  id: string;
  name: string;
  mode: TenantMode;
  time_zone: string;
  invoice_series: string;
  dunning_policy: DunningPolicy;
  proration_policy: ProrationPolicy;
  incomplete_hours: number;
  usage_grace_hours: number;
  late_usage: LateUsage;
  recorded_at: Date;
}

const columns =
  'id, name, mode, time_zone, invoice_series, dunning_policy, proration_policy, incomplete_hours, usage_grace_hours, late_usage, recorded_at';

const fromRow = (row: TenantRow): Tenant => ({
  id: row.id,
  name: row.name,
  mode: row.mode,
  timeZone: row.time_zone,
  invoiceSeries: row.invoice_series,
  dunningPolicy: row.dunning_policy,
  prorationPolicy: row.proration_policy,
  incompleteHours: row.incomplete_hours,
  usageGraceHours: row.usage_grace_hours,
  lateUsage: row.late_usage,
  recordedAt: row.recorded_at.getTime(),
});

const insert: Statement = {
  name: 'tenants_insert',
  text: `insert into tenants (id, name, mode, time_zone, invoice_series, dunning_policy, proration_policy, incomplete_hours, usage_grace_hours,
      late_usage)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing`,
};
const byId: Statement = { name: 'tenants_by_id', text: `select ${columns} from tenants where id = $1` };
const update: Statement = {
  name: 'tenants_update',
  text: `update tenants set name = $2, time_zone = $3, dunning_policy = $4, proration_policy = $5, incomplete_hours = $6,
      usage_grace_hours = $7, late_usage = $8
    where id = $1 returning ${columns}`,
};

/** Writes a tenant unless its id is there already. */
export async function insertTenant(db: Queryable, tenant: Omit<Tenant, 'recordedAt'>): Promise<void> {
  const { id, name, mode, timeZone, invoiceSeries, dunningPolicy, prorationPolicy, incompleteHours } = tenant;
  const { usageGraceHours, lateUsage } = tenant;
  await db.query(insert, [
    id,
    name,
    mode,
    timeZone,
    invoiceSeries,
    JSON.stringify(dunningPolicy),
    prorationPolicy,
    incompleteHours,
    usageGraceHours,
    lateUsage,
  ]);
}

/** A tenant, or null. */
export async function findTenant(db: Queryable, id: string): Promise<Tenant | null> {
  return firstOf((await db.query<TenantRow>(byId, [id])).map(fromRow));
}

/** Writes the settings that a tenant may change; null when there is no such tenant. */
export async function updateTenant(db: Queryable, tenant: Omit<Tenant, 'recordedAt'>): Promise<Tenant | null> {
  const { id, name, timeZone, dunningPolicy, prorationPolicy, incompleteHours, usageGraceHours, lateUsage } = tenant;
  const policies = [JSON.stringify(dunningPolicy), prorationPolicy, incompleteHours, usageGraceHours, lateUsage];
  const values = [id, name, timeZone, ...policies];
  return firstOf((await db.query<TenantRow>(update, values)).map(fromRow));
}

const readPage = pageReader<TenantRow, Tenant>({
  name: 'tenants_page',
  select: columns,
  from: 'tenants',
  id: 'id',
  // Only the engine lists tenants; the pattern of all is the one condition that the reader needs.
  tenant: `'*'`,
  filters: {},
  fromRow,
});

/** All tenants of the engine, a page at a time. */
export const listTenants = readPage;
