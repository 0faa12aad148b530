/** Customers of a tenant. */
import type { ProrationPolicy } from '../../domain/proration';
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { firstOf, instantOrNull } from './row-values';

export type Metadata = Readonly<Record<string, string>>;

export interface Customer {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly email: string | null;
  readonly timeZone: string | null;
  readonly prorationPolicy: ProrationPolicy | null;
  readonly testClockId: string | null;
  /** Who bills them; null: the tenant's default entity. */
  readonly entityId: string | null;
  /** The frozen time that the customer lives on; null in real time. */
  readonly clockNow: number | null;
  readonly defaultPaymentMethodId: string | null;
  /** One invoice for the subscriptions that renew together. */
  readonly consolidatesInvoices: boolean;
  readonly providerRefs: Readonly<Record<string, string>>;
  readonly metadata: Metadata;
  readonly occurredAt: number;
}

export type NewCustomer = Omit<
  Customer,
  'clockNow' | 'defaultPaymentMethodId' | 'providerRefs' | 'entityId' | 'consolidatesInvoices'
> &
  Partial<Pick<Customer, 'entityId' | 'consolidatesInvoices'>>;

interface CustomerRow {
  [column: string]: unknown;
  id: string;
  tenant_id: string;
  name: string;
  email: string | null;
  time_zone: string | null;
  proration_policy: ProrationPolicy | null;
  test_clock_id: string | null;
  entity_id: string | null;
  clock_now: Date | null;
  default_payment_method_id: string | null;
  consolidate_invoices: boolean;
  provider_refs: Record<string, string>;
  metadata: Metadata;
  occurred_at: Date;
}

const columns = `c.id, c.tenant_id, c.name, c.email, c.time_zone, c.proration_policy, c.test_clock_id, c.entity_id, k.now as clock_now,
  c.default_payment_method_id, c.consolidate_invoices, c.provider_refs, c.metadata, c.occurred_at`;
const from = 'customers c left join test_clocks k on k.id = c.test_clock_id';

const fromRow = (row: CustomerRow): Customer => ({
  id: row.id,
  tenantId: row.tenant_id,
  name: row.name,
  email: row.email,
  timeZone: row.time_zone,
  prorationPolicy: row.proration_policy,
  testClockId: row.test_clock_id,
  entityId: row.entity_id,
  clockNow: instantOrNull(row.clock_now),
  defaultPaymentMethodId: row.default_payment_method_id,
  consolidatesInvoices: row.consolidate_invoices,
  providerRefs: row.provider_refs,
  metadata: row.metadata,
  occurredAt: row.occurred_at.getTime(),
});

const insert: Statement = {
  name: 'customers_insert',
  text: `insert into customers (id, tenant_id, name, email, time_zone, proration_policy, test_clock_id, metadata, occurred_at,
      entity_id, consolidate_invoices)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing`,
};
const byId: Statement = {
  name: 'customers_by_id',
  text: `select ${columns} from ${from} where c.tenant_id = $1 and c.id = $2`,
};
const update: Statement = {
  name: 'customers_update',
  text: `update customers set name = $3, email = $4, time_zone = $5, proration_policy = $6, metadata = $7, entity_id = $8,
      consolidate_invoices = $9
    where tenant_id = $1 and id = $2`,
};
const setProviderRef: Statement = {
  name: 'customers_set_provider_ref',
  text: `update customers set provider_refs = jsonb_build_object($3::text, $4::text) || provider_refs where tenant_id = $1 and id = $2`,
};
const setDefaultMethod: Statement = {
  name: 'customers_set_default_method',
  text: `update customers set default_payment_method_id = $3 where tenant_id = $1 and id = $2`,
};

/** Writes a customer unless its id is there already. */
export async function insertCustomer(db: Queryable, customer: NewCustomer): Promise<void> {
  const { id, tenantId, name, email, timeZone, prorationPolicy, testClockId, metadata, occurredAt } = customer;
  const values = [
    id,
    tenantId,
    name,
    email,
    timeZone,
    prorationPolicy,
    testClockId,
    JSON.stringify(metadata),
    new Date(occurredAt),
    customer.entityId ?? null,
    customer.consolidatesInvoices ?? false,
  ];
  await db.query(insert, values);
}

/** A customer with the time they live on, or null. */
export async function findCustomer(db: Queryable, tenantId: string, id: string): Promise<Customer | null> {
  return firstOf((await db.query<CustomerRow>(byId, [tenantId, id])).map(fromRow));
}

/** Writes what a customer may change. */
export async function updateCustomer(db: Queryable, customer: Customer): Promise<void> {
  const { tenantId, id, name, email, timeZone, prorationPolicy, metadata, entityId, consolidatesInvoices } = customer;
  const values = [
    tenantId,
    id,
    name,
    email,
    timeZone,
    prorationPolicy,
    JSON.stringify(metadata),
    entityId,
    consolidatesInvoices,
  ];
  await db.query(update, values);
}

/** Remembers the customer's id at a rail; the first one written stays. */
export async function setProviderRefOf(
  db: Queryable,
  reference: { tenantId: string; customerId: string; rail: string; providerRef: string },
): Promise<void> {
  const { tenantId, customerId, rail, providerRef } = reference;
  await db.query(setProviderRef, [tenantId, customerId, rail, providerRef]);
}

/** Sets or clears the payment method that new invoices are charged to. */
export async function setDefaultPaymentMethod(
  db: Queryable,
  choice: { tenantId: string; customerId: string; paymentMethodId: string | null },
): Promise<void> {
  await db.query(setDefaultMethod, [choice.tenantId, choice.customerId, choice.paymentMethodId]);
}

export const listCustomers = pageReader<CustomerRow, Customer>({
  name: 'customers_page',
  select: columns,
  from,
  id: 'c.id',
  tenant: 'c.tenant_id',
  filters: { email: 'c.email', testClockId: 'c.test_clock_id' },
  fromRow,
});
