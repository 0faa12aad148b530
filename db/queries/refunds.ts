/** Refunds: asked for here, carried to their end by a workflow each. */
import { money, type Money } from '../../domain/money';
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { firstOf } from './row-values';

export type RefundRowStatus =
  'requested' | 'pending' | 'requires_action' | 'succeeded' | 'failed' | 'canceled' | 'refused';

export interface Refund {
  readonly id: string;
  readonly tenantId: string;
  readonly paymentId: string;
  readonly amount: Money;
  readonly reason: string | null;
  readonly status: RefundRowStatus;
  readonly providerRef: string | null;
  readonly failureReason: string | null;
  readonly occurredAt: number;
}

interface RefundRow {
  [column: string]: unknown;
  id: string;
  tenant_id: string;
  payment_id: string;
  amount: string;
  currency: string;
  reason: string | null;
  status: RefundRowStatus;
  provider_ref: string | null;
  failure_reason: string | null;
  occurred_at: Date;
}

const columns =
  'id, tenant_id, payment_id, amount, currency, reason, status, provider_ref, failure_reason, occurred_at';

const fromRow = (row: RefundRow): Refund => ({
  id: row.id,
  tenantId: row.tenant_id,
  paymentId: row.payment_id,
  amount: money(row.amount, row.currency),
  reason: row.reason,
  status: row.status,
  providerRef: row.provider_ref,
  failureReason: row.failure_reason,
  occurredAt: row.occurred_at.getTime(),
});

const insert: Statement = {
  name: 'refunds_insert',
  text: `insert into refunds (id, tenant_id, payment_id, amount, currency, reason, status, occurred_at)
    values ($1, $2, $3, $4, $5, $6, 'requested', $7)`,
};
const byId: Statement = {
  name: 'refunds_by_id',
  text: `select ${columns} from refunds where tenant_id = $1 and id = $2`,
};
// Refunds that came to nothing free their amount again.
const claimed: Statement = {
  name: 'refunds_claimed_of_payment',
  text: `select coalesce(sum(amount), 0) as amount from refunds
    where tenant_id = $1 and payment_id = $2 and status not in ('failed', 'canceled', 'refused')`,
};

/** Writes a refund that was asked for. */
export async function insertRefund(
  db: Queryable,
  refund: { id: string; tenantId: string; paymentId: string; amount: Money; reason: string | null; occurredAt: number },
): Promise<void> {
  const { id, tenantId, paymentId, amount, reason, occurredAt } = refund;
  await db.query(insert, [id, tenantId, paymentId, amount.amount, amount.currency, reason, new Date(occurredAt)]);
}

/** A refund of a tenant, or null. */
export async function findRefund(db: Queryable, tenantId: string, id: string): Promise<Refund | null> {
  return firstOf((await db.query<RefundRow>(byId, [tenantId, id])).map(fromRow));
}

/** What refunds of a payment took or may still take; the payment is locked by the caller. */
export async function refundsClaimed(
  db: Queryable,
  payment: { tenantId: string; id: string; amount: Money },
): Promise<Money> {
  const rows = await db.query<{ amount: string }>(claimed, [payment.tenantId, payment.id]);
  return money(firstOf(rows)?.amount ?? '0', payment.amount.currency);
}

export const listRefunds = pageReader<RefundRow, Refund>({
  name: 'refunds_page',
  select: columns,
  from: 'refunds',
  id: 'id',
  tenant: 'tenant_id',
  filters: { paymentId: 'payment_id', status: 'status' },
  fromRow,
});
