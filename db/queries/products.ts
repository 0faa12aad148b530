/** Products: what is sold; prices and plans belong to one. */
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { firstOf } from './row-values';

export interface Product {
  readonly id: string;
  readonly tenantId: string;
  /** The tenant's own short name; null for a product made without one. */
  readonly code: string | null;
  readonly name: string;
  readonly description: string | null;
  readonly stream: string;
  readonly recordedAt: number;
}

interface ProductRow {
  [column: string]: unknown;
  id: string;
  tenant_id: string;
  code: string | null;
  name: string;
  description: string | null;
  stream: string;
  recorded_at: Date;
}

const columns = 'id, tenant_id, code, name, description, stream, recorded_at';

const fromRow = (row: ProductRow): Product => ({
  id: row.id,
  tenantId: row.tenant_id,
  code: row.code,
  name: row.name,
  description: row.description,
  stream: row.stream,
  recordedAt: row.recorded_at.getTime(),
});

const insert: Statement = {
  name: 'products_insert',
  text: `insert into products (id, tenant_id, name, description, stream, code) values ($1, $2, $3, $4, $5, $6)
    on conflict do nothing`,
};
const update: Statement = {
  name: 'products_update',
  text: `update products set name = $3, description = $4, stream = $5 where tenant_id = $1 and id = $2`,
};
const byId: Statement = {
  name: 'products_by_id',
  text: `select ${columns} from products where tenant_id = $1 and id = $2`,
};

/** Writes a product unless its id or its code is there already. */
export async function insertProduct(db: Queryable, product: Omit<Product, 'recordedAt'>): Promise<void> {
  const { id, tenantId, name, description, stream, code } = product;
  await db.query(insert, [id, tenantId, name, description, stream, code]);
}

/** Writes what may change of a product. Plans and invoices keep the stream that they have. */
export async function updateProduct(db: Queryable, product: Product): Promise<void> {
  const { tenantId, id, name, description, stream } = product;
  await db.query(update, [tenantId, id, name, description, stream]);
}

/** A product of a tenant, or null. */
export async function findProduct(db: Queryable, tenantId: string, id: string): Promise<Product | null> {
  return firstOf((await db.query<ProductRow>(byId, [tenantId, id])).map(fromRow));
}

export const listProducts = pageReader<ProductRow, Product>({
  name: 'products_page',
  select: columns,
  from: 'products',
  id: 'id',
  tenant: 'tenant_id',
  filters: { code: 'code' },
  fromRow,
});
