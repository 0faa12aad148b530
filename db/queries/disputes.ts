/** Disputes: read at the provider, written by the workflow that follows each. */
import type { DisputeKind, DisputeStatus } from '../../domain/dispute';
import { money, type Money } from '../../domain/money';
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { firstOf } from './row-values';

export interface Dispute {
  readonly id: string;
  readonly tenantId: string;
  readonly paymentId: string;
  readonly providerRef: string;
  readonly kind: DisputeKind;
  readonly status: DisputeStatus;
  readonly reason: string;
  readonly amount: Money;
  /** Taken and not given back. */
  readonly amountWithdrawn: Money;
  readonly fee: Money;
  readonly evidenceDueAt: number | null;
  readonly occurredAt: number;
}

interface DisputeRow {
  [column: string]: unknown;
  id: string;
  tenant_id: string;
  payment_id: string;
  provider_ref: string;
  kind: DisputeKind;
  status: DisputeStatus;
  reason: string;
  amount: string;
  currency: string;
  amount_withdrawn: string;
  fee: string;
  fee_currency: string;
  evidence_due_at: Date | null;
  occurred_at: Date;
}

const columns = `id, tenant_id, payment_id, provider_ref, kind, status, reason, amount, currency, amount_withdrawn, fee, fee_currency,
  evidence_due_at, occurred_at`;

const fromRow = (row: DisputeRow): Dispute => ({
  id: row.id,
  tenantId: row.tenant_id,
  paymentId: row.payment_id,
  providerRef: row.provider_ref,
  kind: row.kind,
  status: row.status,
  reason: row.reason,
  amount: money(row.amount, row.currency),
  amountWithdrawn: money(row.amount_withdrawn, row.currency),
  fee: money(row.fee, row.fee_currency),
  evidenceDueAt: row.evidence_due_at?.getTime() ?? null,
  occurredAt: row.occurred_at.getTime(),
});

const byId: Statement = {
  name: 'disputes_by_id',
  text: `select ${columns} from disputes where tenant_id = $1 and id = $2`,
};
const ofPayments: Statement = {
  name: 'disputes_of_payments',
  text: `select ${columns} from disputes where tenant_id = $1 and payment_id = any($2::text[]) order by payment_id, id`,
};

/** A dispute of a tenant, or null. */
export async function findDispute(db: Queryable, tenantId: string, id: string): Promise<Dispute | null> {
  return firstOf((await db.query<DisputeRow>(byId, [tenantId, id])).map(fromRow));
}

/** The disputes of some payments. */
export async function disputesOfPayments(
  db: Queryable,
  tenantId: string,
  paymentIds: readonly string[],
): Promise<Dispute[]> {
  return (await db.query<DisputeRow>(ofPayments, [tenantId, paymentIds])).map(fromRow);
}

export const listDisputes = pageReader<DisputeRow, Dispute>({
  name: 'disputes_page',
  select: columns,
  from: 'disputes',
  id: 'id',
  tenant: 'tenant_id',
  filters: { paymentId: 'payment_id', status: 'status', kind: 'kind' },
  fromRow,
});
