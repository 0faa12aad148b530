/** How a tenant taxes, and what its products are for tax. */
import type { TaxSettings } from '../../domain/tax/settings';
import type { Queryable, Statement } from '../pool';

const byTenant: Statement = { name: 'tax_settings', text: 'select tax from tenants where id = $1' };
const update: Statement = { name: 'tax_settings_update', text: 'update tenants set tax = $2 where id = $1' };
const byEntity: Statement = {
  name: 'tax_settings_of_entity',
  text: 'select tax from entities where tenant_id = $1 and id = $2',
};
const updateEntity: Statement = {
  name: 'tax_settings_of_entity_update',
  text: 'update entities set tax = $3 where tenant_id = $1 and id = $2',
};
const updateCategory: Statement = {
  name: 'tax_category_update',
  text: `update products set tax_category = $3 where tenant_id = $1 and id = $2
    returning (select p.tax_category from products p where p.id = $2) as before`,
};

/** The settings of a tenant; null: nothing is taxed. */
export async function findTaxSettings(db: Queryable, tenantId: string): Promise<TaxSettings | null> {
  const [row] = await db.query<{ tax: TaxSettings | null }>(byTenant, [tenantId]);
  return row?.tax ?? null;
}

/** Writes the settings; null: nothing is taxed from then on. */
export async function updateTaxSettings(db: Queryable, tenantId: string, settings: TaxSettings | null): Promise<void> {
  await db.query(update, [tenantId, settings === null ? null : JSON.stringify(settings)]);
}

/** The settings of a seller entity's own; null: the tenant's hold. Undefined where there is no such entity. */
export async function findEntityTaxSettings(
  db: Queryable,
  tenantId: string,
  entityId: string,
): Promise<TaxSettings | null | undefined> {
  const [row] = await db.query<{ tax: TaxSettings | null }>(byEntity, [tenantId, entityId]);
  return row?.tax;
}

/** Writes the settings of a seller entity's own; null: the tenant's hold from then on. */
export async function updateEntityTaxSettings(
  db: Queryable,
  { tenantId, entityId }: { readonly tenantId: string; readonly entityId: string },
  settings: TaxSettings | null,
): Promise<void> {
  await db.query(updateEntity, [tenantId, entityId, settings === null ? null : JSON.stringify(settings)]);
}

/** Says what a product is for tax. Answers what it was before; null when there is no such product. */
export async function updateTaxCategory(
  db: Queryable,
  tenantId: string,
  productId: string,
  category: string,
): Promise<string | null> {
  const [row] = await db.query<{ before: string }>(updateCategory, [tenantId, productId, category]);
  return row?.before ?? null;
}
