/**
 * Reads and writes one refund together with its booking.
 */
import { newId } from '../../domain/ids';
import type { Posting } from '../../domain/ledger';
import { money, type Money } from '../../domain/money';
import type { Queryable, Statement } from '../pool';

export interface RefundFacts {
  readonly id: string;
  readonly status: string;
  readonly amount: Money;
  readonly providerRef: string | null;
  readonly rail: string;
  readonly paymentProviderRef: string;
  /** The ledger holds its booking, and its reversal. */
  readonly booked: boolean;
  readonly reversed: boolean;
  /** A credit note promised it: what cannot be paid back goes to the customer's balance, once. */
  readonly isOfNote: boolean;
  readonly onBalance: boolean;
}

const loadStatement: Statement = {
  name: 'refund_load',
  text: `
select r.id, r.status, r.amount, r.currency, r.provider_ref, p.rail, p.provider_ref as payment_provider_ref,
  exists (select from ledger_entries e where e.tenant_id = $1 and e.kind = 'refund' and e.source = r.id) as booked,
  exists (select from ledger_entries e where e.tenant_id = $1 and e.kind = 'refund_reversal' and e.source = r.id) as reversed,
  exists (select from credit_notes n where n.refund_id = r.id) as is_of_note,
  exists (select from ledger_entries e where e.tenant_id = $1 and e.kind = 'refund_to_balance' and e.source = r.id) as on_balance
from refunds r join payments p on p.id = r.payment_id
where r.tenant_id = $1 and r.id = $2`,
};

/** Null when the refund does not exist. */
export async function loadRefund(db: Queryable, tenantId: string, refundId: string): Promise<RefundFacts | null> {
  const [row] = await db.query(loadStatement, [tenantId, refundId]);
  if (row === undefined) return null;
  return {
    id: row['id'],
    status: row['status'],
    amount: money(row['amount'], row['currency']),
    providerRef: row['provider_ref'],
    rail: row['rail'],
    paymentProviderRef: row['payment_provider_ref'],
    booked: row['booked'],
    reversed: row['reversed'],
    isOfNote: row['is_of_note'],
    onBalance: row['on_balance'],
  };
}

// The booking moves `amount_refunded`: up with the refund, down with its reversal. Business time is the customer's clock.
const saveStatement: Statement = {
  name: 'refund_save',
  text: `
with facts as (
  select r.id, r.tenant_id, r.payment_id, r.amount, r.currency, r.status, p.customer_id, p.subscription_id, p.invoice_id, coalesce(k.now, now()) as at
  from refunds r join payments p on p.id = r.payment_id join customers c on c.id = p.customer_id
  left join test_clocks k on k.id = c.test_clock_id
  where r.tenant_id = $1 and r.id = $2
), entry_in as (
  select * from jsonb_to_recordset($6) as e(id text, kind text)
), refund_out as (
  update refunds set status = $3, provider_ref = coalesce($4, provider_ref), failure_reason = $5 where tenant_id = $1 and id = $2
), payment_out as (
  update payments p set amount_refunded = p.amount_refunded + case when e.kind = 'refund' then f.amount else -f.amount end
  from facts f, entry_in e where p.id = f.payment_id and e.kind in ('refund', 'refund_reversal')
), balance_out as (
  insert into customer_balances as b (tenant_id, customer_id, currency, amount)
  select $1, f.customer_id, f.currency, f.amount from facts f, entry_in e where e.kind = 'refund_to_balance'
  on conflict (customer_id, currency) do update set amount = b.amount + excluded.amount
), entry_out as (
  insert into ledger_entries (id, tenant_id, kind, source, occurred_at) select e.id, $1, e.kind, f.id, f.at from entry_in e, facts f
), postings_out as (
  insert into ledger_postings (entry_id, position, tenant_id, account, currency, amount)
  select entry_id, position, $1, account, currency, amount
  from jsonb_to_recordset($7) as p(entry_id text, position integer, account text, currency text, amount numeric)
)
insert into events (id, tenant_id, type, customer_id, subscription_id, invoice_id, data, occurred_at)
select $8, $1, 'refund.' || $3::text, customer_id, subscription_id, invoice_id, jsonb_build_object('refund_id', id), at
from facts where status <> $3::text`,
};

export interface RefundChange {
  readonly status: string;
  readonly providerRef: string | null;
  readonly failureReason: string | null;
  readonly entries: readonly { readonly kind: string; readonly postings: readonly Posting[] }[];
}

/** Writes how a refund stands, with its booking, in one transaction. The same booking twice is refused (23505). */
export async function saveRefund(
  db: Queryable,
  tenantId: string,
  facts: RefundFacts,
  change: RefundChange,
): Promise<void> {
  const entries = change.entries.map(({ kind }) => ({ id: newId('le'), kind }));
  const postings = change.entries.flatMap((entry, index) =>
    entry.postings.map((posting, position) => ({
      entry_id: entries[index]?.id,
      position,
      account: posting.account,
      currency: posting.amount.currency,
      amount: posting.amount.amount,
    })),
  );
  await db.query(saveStatement, [
    tenantId,
    facts.id,
    change.status,
    change.providerRef,
    change.failureReason,
    JSON.stringify(entries),
    JSON.stringify(postings),
    newId('evt'),
  ]);
}
