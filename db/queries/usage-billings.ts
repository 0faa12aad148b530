/** Which usage went into which invoice: what makes an event billed, or late. */
import type { Usage } from '../../domain/pricing/usage';
import { toIso, type Instant } from '../../domain/time';
import type { Queryable, Statement } from '../pool';

export interface UsageBilling {
  readonly tenantId: string;
  readonly customerId: string;
  readonly meterId: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly invoiceId: string;
  readonly usage: Usage;
  /** What the reading could see, as `measureUsage` told it. */
  readonly counted: string;
}

const insert: Statement = {
  name: 'usage_billings_insert',
  text: `insert into usage_billings (tenant_id, customer_id, meter_id, starts_at, ends_at, invoice_id, usage, counted)
    values ($1, $2, $3, $4, $5, $6, $7, $8::pg_snapshot) on conflict do nothing`,
};

/** Records that an invoice billed a window; the same invoice bills it once. */
export async function insertUsageBilling(db: Queryable, billing: UsageBilling): Promise<void> {
  const { tenantId, customerId, meterId, from, to, invoiceId, usage, counted } = billing;
  const values = [tenantId, customerId, meterId, toIso(from), toIso(to), invoiceId, JSON.stringify(usage), counted];
  await db.query(insert, values);
}
