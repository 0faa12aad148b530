/** Products: what is sold; prices and plans belong to one. */
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { firstOf } from './row-values';

export interface Product {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly description: string | null;
  readonly stream: string;
  readonly recordedAt: number;
}

interface ProductRow {
  [column: string]: unknown;
  id: string;
  tenant_id: string;
  name: string;
  description: string | null;
  stream: string;
  recorded_at: Date;
}

const columns = 'id, tenant_id, name, description, stream, recorded_at';

const fromRow = (row: ProductRow): Product => ({
  id: row.id,
  tenantId: row.tenant_id,
  name: row.name,
  description: row.description,
  stream: row.stream,
  recordedAt: row.recorded_at.getTime(),
});

const insert: Statement = {
  name: 'products_insert',
  text: `insert into products (id, tenant_id, name, description, stream) values ($1, $2, $3, $4, $5) on conflict do nothing`,
};
const byId: Statement = {
  name: 'products_by_id',
  text: `select ${columns} from products where tenant_id = $1 and id = $2`,
};

/** Writes a product unless its id is there already. */
export async function insertProduct(db: Queryable, product: Omit<Product, 'recordedAt'>): Promise<void> {
  await db.query(insert, [product.id, product.tenantId, product.name, product.description, product.stream]);
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
  filters: {},
  fromRow,
});
