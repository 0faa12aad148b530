/** Stored payment methods: facts of the instrument, never its number. */
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { firstOf } from './row-values';

export type PaymentMethodStatus = 'active' | 'needs_customer' | 'blocked' | 'detached';

export interface PaymentMethod {
  readonly id: string;
  readonly tenantId: string;
  readonly customerId: string;
  readonly rail: string;
  readonly providerRef: string;
  readonly kind: string;
  readonly fingerprint: string;
  readonly brand: string;
  readonly last4: string;
  readonly expiresMonth: number | null;
  readonly expiresYear: number | null;
  readonly status: PaymentMethodStatus;
  readonly occurredAt: number;
}

interface PaymentMethodRow {
  [column: string]: unknown;
  id: string;
  tenant_id: string;
  customer_id: string;
  rail: string;
  provider_ref: string;
  kind: string;
  fingerprint: string;
  brand: string;
  last4: string;
  expires_month: number | null;
  expires_year: number | null;
  status: PaymentMethodStatus;
  occurred_at: Date;
}

const columns = `id, tenant_id, customer_id, rail, provider_ref, kind, fingerprint, brand, last4, expires_month, expires_year, status,
  occurred_at`;

const fromRow = (row: PaymentMethodRow): PaymentMethod => ({
  id: row.id,
  tenantId: row.tenant_id,
  customerId: row.customer_id,
  rail: row.rail,
  providerRef: row.provider_ref,
  kind: row.kind,
  fingerprint: row.fingerprint,
  brand: row.brand,
  last4: row.last4,
  expiresMonth: row.expires_month,
  expiresYear: row.expires_year,
  status: row.status,
  occurredAt: row.occurred_at.getTime(),
});

// A method that is attached a second time (its token is used again) is the same row: it becomes active again.
const upsert: Statement = {
  name: 'payment_methods_upsert',
  text: `insert into payment_methods as p (id, tenant_id, customer_id, rail, provider_ref, kind, fingerprint, brand, last4, expires_month,
      expires_year, occurred_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    on conflict (tenant_id, rail, provider_ref) do update
      set status = 'active', expires_month = excluded.expires_month, expires_year = excluded.expires_year, recorded_at = excluded.recorded_at
      where p.customer_id = excluded.customer_id
    returning ${columns}`,
};
const byId: Statement = {
  name: 'payment_methods_by_id',
  text: `select ${columns} from payment_methods where tenant_id = $1 and id = $2`,
};
const setStatus: Statement = {
  name: 'payment_methods_set_status',
  text: `update payment_methods set status = $3 where tenant_id = $1 and id = $2 returning ${columns}`,
};

/** Writes a method; the row as it then is, or null when the instrument belongs to another customer. */
export async function upsertPaymentMethod(
  db: Queryable,
  method: Omit<PaymentMethod, 'status'>,
): Promise<PaymentMethod | null> {
  const {
    id,
    tenantId,
    customerId,
    rail,
    providerRef,
    kind,
    fingerprint,
    brand,
    last4,
    expiresMonth,
    expiresYear,
    occurredAt,
  } = method;
  const instrument = [kind, fingerprint, brand, last4, expiresMonth, expiresYear];
  const values = [id, tenantId, customerId, rail, providerRef, ...instrument, new Date(occurredAt)];
  return firstOf((await db.query<PaymentMethodRow>(upsert, values)).map(fromRow));
}

/** A payment method of a tenant, or null. */
export async function findPaymentMethod(db: Queryable, tenantId: string, id: string): Promise<PaymentMethod | null> {
  return firstOf((await db.query<PaymentMethodRow>(byId, [tenantId, id])).map(fromRow));
}

/** Changes the status; the row as it then is, or null. */
export async function setPaymentMethodStatus(
  db: Queryable,
  change: { tenantId: string; id: string; status: PaymentMethodStatus },
): Promise<PaymentMethod | null> {
  return firstOf(
    (await db.query<PaymentMethodRow>(setStatus, [change.tenantId, change.id, change.status])).map(fromRow),
  );
}

export const listPaymentMethods = pageReader<PaymentMethodRow, PaymentMethod>({
  name: 'payment_methods_page',
  select: columns,
  from: 'payment_methods',
  id: 'id',
  tenant: 'tenant_id',
  filters: { customerId: 'customer_id', status: 'status' },
  fromRow,
});
