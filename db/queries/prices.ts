/** Prices: never changed once made. */
import type { PlanPrice, PriceTiming } from '../../domain/plan';
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { firstOf } from './row-values';

export interface Price extends PlanPrice {
  readonly tenantId: string;
  readonly productId: string;
  readonly recordedAt: number;
}

interface PriceRow {
  [column: string]: unknown;
  id: string;
  tenant_id: string;
  product_id: string;
  kind: PlanPrice['kind'];
  model: PlanPrice['model'];
  parameters: unknown;
  description: string;
  stream: string;
  meter_id: string | null;
  timing: PriceTiming | null;
  skip_zero_usage: boolean;
  recorded_at: Date;
}

const columns =
  'id, tenant_id, product_id, kind, model, parameters, description, stream, meter_id, timing, skip_zero_usage, recorded_at';

const fromRow = (row: PriceRow): Price => ({
  id: row.id,
  tenantId: row.tenant_id,
  productId: row.product_id,
  kind: row.kind,
  model: row.model,
  parameters: row.parameters,
  description: row.description,
  stream: row.stream,
  ...(row.meter_id === null ? {} : { meterId: row.meter_id }),
  ...(row.timing === null ? {} : { timing: row.timing }),
  ...(row.skip_zero_usage ? { skipZeroUsage: true } : {}),
  recordedAt: row.recorded_at.getTime(),
});

const insert: Statement = {
  name: 'prices_insert',
  text: `insert into prices (id, tenant_id, product_id, kind, model, parameters, description, stream, meter_id, timing, skip_zero_usage)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing`,
};
const byIds: Statement = {
  name: 'prices_by_ids',
  text: `select ${columns} from prices where tenant_id = $1 and id = any($2::text[])`,
};

/** Writes a price unless its id is there already. */
export async function insertPrice(db: Queryable, price: Omit<Price, 'recordedAt'>): Promise<void> {
  const { id, tenantId, productId, kind, model, parameters, description, stream } = price;
  const { meterId = null, timing = null, skipZeroUsage = false } = price;
  const usage = [meterId, timing, skipZeroUsage];
  const own = [id, tenantId, productId, kind, model, JSON.stringify(parameters), description, stream];
  await db.query(insert, [...own, ...usage]);
}

/** Those of the prices that exist, in no order. */
export async function findPrices(db: Queryable, tenantId: string, ids: readonly string[]): Promise<Price[]> {
  return (await db.query<PriceRow>(byIds, [tenantId, ids])).map(fromRow);
}

/** A price of a tenant, or null. */
export async function findPrice(db: Queryable, tenantId: string, id: string): Promise<Price | null> {
  return firstOf(await findPrices(db, tenantId, [id]));
}

export const listPrices = pageReader<PriceRow, Price>({
  name: 'prices_page',
  select: columns,
  from: 'prices',
  id: 'id',
  tenant: 'tenant_id',
  filters: { productId: 'product_id' },
  fromRow,
});
