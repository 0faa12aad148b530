/** The table of tax rates: general rows, which hold for all, and a tenant's own, which stand above them. */
import type { TaxRate } from '../../domain/tax/rate';
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { firstOf } from './row-values';

export interface StoredTaxRate extends TaxRate {
  readonly id: string;
  /** False for a general row. */
  readonly isOwn: boolean;
}

interface Row {
  [column: string]: unknown;
  id: string;
  own: boolean;
  country: string;
  region: string | null;
  category: string;
  percent: string;
  valid_from: string;
  valid_to: string | null;
  source: string;
}

const columns = `id, tenant_id is not null as own, country, region, category, percent::text as percent, valid_from::text as valid_from,
  valid_to::text as valid_to, source`;

const fromRow = (row: Row): StoredTaxRate => ({
  id: row.id,
  isOwn: row.own,
  country: row.country,
  region: row.region,
  category: row.category,
  percent: row.percent,
  from: row.valid_from,
  to: row.valid_to,
  source: row.source,
});

const insert: Statement = {
  name: 'tax_rates_insert',
  text: `insert into tax_rates (id, tenant_id, country, region, category, percent, valid_from, valid_to, source)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (id) do nothing`,
};
const byId: Statement = {
  name: 'tax_rates_by_id',
  text: `select ${columns} from tax_rates where (tenant_id is null or tenant_id = $1) and id = $2`,
};
const ownOfCountry: Statement = {
  name: 'tax_rates_own',
  text: `select ${columns} from tax_rates where tenant_id = $1 and country = $2 and (valid_to is null or valid_to > valid_from) order by valid_from`,
};
const end: Statement = {
  name: 'tax_rates_end',
  text: 'update tax_rates set valid_to = $3 where tenant_id = $1 and id = $2',
};
// Two who change the rates of a tenant at once would each check a table without the other's rows.
const lock: Statement = { name: 'tax_rates_lock', text: `select pg_advisory_xact_lock(hashtext('tax_rates ' || $1))` };

/** Waits until nobody else changes the rates of the tenant; held to the end of the transaction. */
export async function lockTaxRates(db: Queryable, tenantId: string): Promise<void> {
  await db.query(lock, [tenantId]);
}

/** Writes a rate of a tenant unless its id is there already. */
export async function insertTaxRate(db: Queryable, tenantId: string, rate: TaxRate & { id: string }): Promise<void> {
  const { id, country, region, category, percent, from, to, source } = rate;
  await db.query(insert, [id, tenantId, country, region, category, percent, from, to, source]);
}

/** A rate of a tenant or a general one, or null. */
export async function findTaxRate(db: Queryable, tenantId: string, id: string): Promise<StoredTaxRate | null> {
  return firstOf((await db.query<Row>(byId, [tenantId, id])).map(fromRow));
}

/** The tenant's own rates of a country that hold on any day. */
export async function ownTaxRates(db: Queryable, tenantId: string, country: string): Promise<StoredTaxRate[]> {
  return (await db.query<Row>(ownOfCountry, [tenantId, country])).map(fromRow);
}

/** Ends a tenant's own rate: `to` is the first day on which it no longer holds. */
export async function endTaxRate(db: Queryable, tenantId: string, id: string, to: string): Promise<void> {
  await db.query(end, [tenantId, id, to]);
}

export const listTaxRates = pageReader<Row, StoredTaxRate>({
  name: 'tax_rates_page',
  select: columns,
  from: 'tax_rates',
  id: 'id',
  // General rows are on every tenant's list; row-level security leaves nobody else's there.
  tenant: 'coalesce(tenant_id, current_tenant())',
  filters: { country: 'country', region: 'region', category: 'category' },
  fromRow,
});
