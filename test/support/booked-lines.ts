/** Lines that stand in a tenant's books as invoices would have written them: rows and postings, without the engine. */
import { randomUUID } from 'node:crypto';
import type { Queryable } from '../../db/pool';

export interface BookedLine {
  /** Days such as `2025-01-01`, at midnight in UTC. */
  readonly billed: string;
  readonly start: string;
  readonly end: string;
  readonly amount: string;
  readonly stream?: string;
  readonly kind?: string;
  readonly canceled?: string;
  readonly voided?: string;
}

const books = `
with customer as (
  insert into customers (id, tenant_id, name, test_clock_id, occurred_at) values ('cus_' || $2, $1, 'Ada', $3, now()) returning id
), product as (
  insert into products (id, tenant_id, name) values ('prod_' || $2, $1, 'Product') returning id
), plan as (
  insert into plans (id, tenant_id, product_id, code, name, current_version) select 'plan_' || $2, $1, id, 'plan-' || $2, 'Plan', 1 from product returning id
), version as (
  insert into plan_versions (plan_id, version, tenant_id, definition) select id, 1, $1, '{}' from plan returning plan_id
), accounts as (
  insert into ledger_accounts (tenant_id, code, kind, name) values ($1, 'receivable', 'asset', 'R') on conflict do nothing
)
select c.id as customer, v.plan_id as plan from customer c, version v`;

const line = `
with subscription as (
  insert into subscriptions (id, tenant_id, customer_id, plan_id, plan_version, quantity, currency, status, test_clock_id, start_at, canceled_at, state, occurred_at)
  values ('sub_' || $2, $1, $3, $4, 1, 1, 'USD', 'active', $5, now(), $13, '{}', now()) returning id
), invoice as (
  insert into invoices (id, tenant_id, customer_id, subscription_id, business_key, status, series, sequence, currency, total, balance_applied,
    carried_over, amount_due, period_start, period_end, due_at, settled_at, occurred_at)
  select 'inv_' || $2, $1, $3, id, 'test', case when $14::timestamptz is null then 'open' else 'void' end, 'T' || $2, 1, 'USD', greatest($10::numeric, 0), 0,
    0, greatest($10::numeric, 0), $7, $8, $6, $14, $6 from subscription returning id, subscription_id
), booked as (
  insert into invoice_lines (id, tenant_id, invoice_id, subscription_id, position, kind, description, price_id, stream, quantity, amount, currency,
    period_start, period_end, explanation)
  select 'il_' || $2, $1, id, subscription_id, 0, $11, 'Plan', 'price', $9, 1, $10, 'USD', $7, $8, '{}' from invoice
), account as (
  insert into ledger_accounts (tenant_id, code, kind, name) values ($1, $12, 'liability', 'D') on conflict do nothing
), entry as (
  insert into ledger_entries (id, tenant_id, kind, source, occurred_at) select 'le_' || $2, $1, 'invoice', id, $6 from invoice returning id
)
insert into ledger_postings (entry_id, position, tenant_id, account, currency, amount)
select e.id, p.position, $1, p.account, 'USD', p.amount
from entry e, (values (0, 'receivable', $10::numeric), (1, $12, -$10::numeric)) as p(position, account, amount)`;

const clock = `insert into test_clocks (id, tenant_id, name, now) values ('clock_' || $2, $1, 'Clock', $3) returning id`;

/** Writes the lines, each of a subscription of its own, on a new test clock if a time is given. Answers the clock's id. */
export async function bookLines(
  db: Queryable,
  tenantId: string,
  lines: readonly BookedLine[],
  clockNow: string | null = null,
): Promise<string | null> {
  const [made] =
    clockNow === null ? [] : await db.query({ name: 'test_clock', text: clock }, [tenantId, randomUUID(), clockNow]);
  const clockId: string | null = made?.['id'] ?? null;
  const [row] = await db.query({ name: 'test_books', text: books }, [tenantId, randomUUID(), clockId]);
  for (const { stream = 'subscriptions', kind = 'recurring', ...one } of lines) {
    const values = [
      tenantId,
      randomUUID(),
      row?.['customer'],
      row?.['plan'],
      clockId,
      one.billed,
      one.start,
      one.end,
      stream,
    ];
    const account = `deferred:${stream}`;
    await db.query({ name: 'test_line', text: line }, [...values, one.amount, kind, account, one.canceled, one.voided]);
  }
  return clockId;
}
