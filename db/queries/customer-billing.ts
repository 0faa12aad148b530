/** Billing details of customers, and the checks of their tax numbers. */
import type { BillingDetails } from '../../domain/customer/billing-details';
import type { TaxSettings } from '../../domain/tax/settings';
import type { RegisterAnswer, TaxNumberCheck } from '../../domain/tax/tax-number';
import { toIso, type Instant } from '../../domain/time';
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { firstOf } from './row-values';

export interface CustomerBilling {
  readonly details: BillingDetails | null;
  readonly check: TaxNumberCheck | null;
}

export interface StoredCheck extends TaxNumberCheck {
  readonly id: string;
  readonly customerId: string;
  readonly obstacle: string | null;
}

/** A customer whose tax number a register is to be asked about. */
export interface DueCheck {
  readonly tenantId: string;
  readonly customerId: string;
  readonly check: TaxNumberCheck;
  readonly settings: TaxSettings | null;
}

const byCustomer: Statement = {
  name: 'customer_billing',
  text: 'select billing, tax_check from customers where tenant_id = $1 and id = $2',
};
const update: Statement = {
  name: 'customer_billing_update',
  text: 'update customers set billing = $3, tax_check = $4, tax_check_due = $5 where tenant_id = $1 and id = $2',
};
// Taken for a while: a worker that dies meanwhile leaves them to the next one.
const takeDue: Statement = {
  name: 'tax_checks_due',
  text: `
update customers c set tax_check_due = now() + interval '10 minutes'
from tenants t where t.id = c.tenant_id and c.id in (
  select d.id from customers d where d.tax_check_due <= now() order by d.tax_check_due limit $1 for update skip locked)
returning c.tenant_id, c.id, c.tax_check,
  coalesce((select e.tax from entities e where e.id = coalesce(c.entity_id, t.default_entity_id)), t.tax) as tax`,
};
// The number may have been changed while the register was asked: then its answer is kept and counts for nothing.
const answer: Statement = {
  name: 'tax_check_answer',
  text: `
with kept as (
  insert into tax_number_checks (id, tenant_id, customer_id, country, number, digits, register, consultation, obstacle, checked_at)
  values ($3, $1, $2, $4::jsonb->'taxNumber'->>'country', $4::jsonb->'taxNumber'->>'number', $4::jsonb->>'digits', $5, $6, $7, $8)
)
update customers set tax_check = $4, tax_check_due = $9
where tenant_id = $1 and id = $2 and tax_check->'taxNumber' = $4::jsonb->'taxNumber' returning id`,
};

/** Details and check of a customer; both null where nothing is known. */
export async function findCustomerBilling(db: Queryable, tenantId: string, id: string): Promise<CustomerBilling> {
  const [row] = await db.query(byCustomer, [tenantId, id]);
  return { details: row?.['billing'] ?? null, check: row?.['tax_check'] ?? null };
}

const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));
const isoOf = (instant: Instant | null): string | null => (instant === null ? null : toIso(instant));

/** Writes details and check; the register is asked when `dueAt` has come. */
export async function updateCustomerBilling(
  db: Queryable,
  { tenantId, customerId }: { readonly tenantId: string; readonly customerId: string },
  { details, check }: CustomerBilling,
  dueAt: Instant | null,
): Promise<void> {
  await db.query(update, [tenantId, customerId, json(details), json(check), isoOf(dueAt)]);
}

/** Takes up to so many customers whose number is to be asked about; nobody else takes them for ten minutes. */
export async function takeDueChecks(db: Queryable, max: number): Promise<DueCheck[]> {
  const rows = await db.query(takeDue, [max]);
  return rows.map((row) => ({
    tenantId: row['tenant_id'],
    customerId: row['id'],
    check: row['tax_check'],
    settings: row['tax'],
  }));
}

/** Keeps what a register answered; false when the customer has another number by now. */
export async function recordCheck(
  db: Queryable,
  { tenantId, customerId }: Pick<DueCheck, 'tenantId' | 'customerId'>,
  {
    id,
    check,
    said,
    at,
    dueAt,
  }: {
    readonly id: string;
    /** What holds from now on. */
    readonly check: TaxNumberCheck;
    readonly said: RegisterAnswer;
    readonly at: Instant;
    readonly dueAt: Instant | null;
  },
): Promise<boolean> {
  const { register, consultation, obstacle = null } = said;
  const values = [
    tenantId,
    customerId,
    id,
    JSON.stringify(check),
    register,
    consultation,
    obstacle,
    toIso(at),
    isoOf(dueAt),
  ];
  return firstOf(await db.query(answer, values)) !== null;
}

interface CheckRow {
  [column: string]: unknown;
  id: string;
  customer_id: string;
  country: string;
  number: string;
  digits: StoredCheck['digits'];
  register: StoredCheck['register'];
  consultation: string | null;
  obstacle: string | null;
  checked_at: Date;
}

export const listTaxNumberChecks = pageReader<CheckRow, StoredCheck>({
  name: 'tax_number_checks_page',
  select: 'id, customer_id, country, number, digits, register, consultation, obstacle, checked_at',
  from: 'tax_number_checks',
  id: 'id',
  tenant: 'tenant_id',
  filters: { customerId: 'customer_id' },
  fromRow: (row) => ({
    id: row.id,
    customerId: row.customer_id,
    taxNumber: { country: row.country, number: row.number },
    digits: row.digits,
    register: row.register,
    consultation: row.consultation,
    obstacle: row.obstacle,
    checkedAt: row.checked_at.getTime(),
  }),
});
