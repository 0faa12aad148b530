/** The subscriptions that a plan migration chose, and what became of each. */
import type { MigrationOutcome } from '../../domain/plan-migration';
import { pageReader } from './page';
import { instantOrNull } from './row-values';

export interface MigratedSubscription {
  readonly subscriptionId: string;
  /** Null: it waits for its turn. */
  readonly outcome: MigrationOutcome | null;
  readonly reason: { readonly code: string; readonly message: string } | null;
  /** What the change billed, if it billed anything. */
  readonly invoiceId: string | null;
  readonly toldAt: number | null;
}

interface Row {
  [column: string]: unknown;
  subscription_id: string;
  outcome: MigrationOutcome | null;
  code: string | null;
  message: string | null;
  invoice_id: string | null;
  told_at: Date | null;
}

const fromRow = (row: Row): MigratedSubscription => ({
  subscriptionId: row.subscription_id,
  outcome: row.outcome,
  reason: row.code === null ? null : { code: row.code, message: row.message ?? '' },
  invoiceId: row.invoice_id,
  toldAt: instantOrNull(row.told_at),
});

// The invoice of a change is named after the command, see migrationCommandId in domain/ids.ts.
export const listMigratedSubscriptions = pageReader<Row, MigratedSubscription>({
  name: 'plan_migration_subscriptions_page',
  select: `subscription_id, outcome, code, message, told_at, (select i.id from invoices i where i.subscription_id = r.subscription_id
    and i.business_key = 'change:migrate:' || r.migration_id || ':' || r.subscription_id) as invoice_id`,
  from: `(select *, coalesce(outcome, 'waiting') as standing from plan_migration_subscriptions) r`,
  id: 'subscription_id',
  tenant: 'tenant_id',
  filters: { migrationId: 'migration_id', outcome: 'standing' },
  fromRow,
});
