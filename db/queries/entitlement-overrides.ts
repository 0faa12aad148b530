/** Exceptions: what one customer gets of a feature in place of what the plans grant. */
import type { Entitlement } from '../../domain/entitlements/entitlement';
import { toIso, type Instant } from '../../domain/time';
import type { Queryable, Statement } from '../pool';
import { instantOrNull } from './row-values';

export interface EntitlementOverride {
  readonly customerId: string;
  readonly entitlement: Entitlement;
  /** From then on the plans count again; null: for good. */
  readonly endsAt: Instant | null;
  readonly occurredAt: Instant;
}

interface OverrideRow {
  [column: string]: unknown;
  customer_id: string;
  entitlement: Entitlement;
  ends_at: Date | null;
  occurred_at: Date;
}

const columns = 'customer_id, entitlement, ends_at, occurred_at';

const fromRow = (row: OverrideRow): EntitlementOverride => ({
  customerId: row.customer_id,
  entitlement: row.entitlement,
  endsAt: instantOrNull(row.ends_at),
  occurredAt: row.occurred_at.getTime(),
});

const upsert: Statement = {
  name: 'entitlement_overrides_upsert',
  text: `insert into entitlement_overrides (tenant_id, customer_id, feature, entitlement, ends_at, occurred_at) values ($1, $2, $3, $4, $5, $6)
    on conflict (customer_id, feature) do update set entitlement = excluded.entitlement, ends_at = excluded.ends_at, occurred_at = excluded.occurred_at`,
};
const remove: Statement = {
  name: 'entitlement_overrides_remove',
  text: `delete from entitlement_overrides where tenant_id = $1 and customer_id = $2 and feature = $3 returning ${columns}`,
};
const ofCustomer: Statement = {
  name: 'entitlement_overrides_of_customer',
  text: `select ${columns} from entitlement_overrides where tenant_id = $1 and customer_id = $2 order by feature`,
};

/** Writes an exception in place of the one that is there. */
export async function putOverride(db: Queryable, tenantId: string, override: EntitlementOverride): Promise<void> {
  const { customerId, entitlement, endsAt, occurredAt } = override;
  const end = endsAt === null ? null : toIso(endsAt);
  const values = [tenantId, customerId, entitlement.feature, JSON.stringify(entitlement), end, toIso(occurredAt)];
  await db.query(upsert, values);
}

/** Takes an exception away; null when there is none. */
export async function removeOverride(
  db: Queryable,
  tenantId: string,
  customerId: string,
  feature: string,
): Promise<EntitlementOverride | null> {
  const [row] = await db.query<OverrideRow>(remove, [tenantId, customerId, feature]);
  return row === undefined ? null : fromRow(row);
}

/** The exceptions of a customer, past ones too, in the order of their features. */
export async function overridesOf(db: Queryable, tenantId: string, customerId: string): Promise<EntitlementOverride[]> {
  return (await db.query<OverrideRow>(ofCustomer, [tenantId, customerId])).map(fromRow);
}
