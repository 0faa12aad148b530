/** What grants gained and lost, in the order in which it was written. */
import { type Money, money } from '../../domain/money';
import { plus } from '../../domain/pricing/exact';
import type { Queryable, Statement } from '../pool';
import type { MovementRow } from '../transactions/record-credits';
import { pageReader } from './page';

export interface StoredMovement extends Required<Omit<MovementRow, 'at'>> {
  readonly id: string;
  readonly walletId: string;
  readonly occurredAt: number;
}

interface Row {
  [column: string]: unknown;
  id: string;
  wallet_id: string;
  grant_id: string;
  kind: StoredMovement['kind'];
  amount: string;
  paid: string | null;
  paid_currency: string | null;
  invoice_id: string | null;
  reason: string | null;
  occurred_at: Date;
}

const columns = 'id, wallet_id, grant_id, kind, amount, paid, paid_currency, invoice_id, reason, occurred_at';

const paidOf = ({ paid, paid_currency: currency }: Row): Money | null =>
  paid === null || currency === null ? null : money(paid, currency);

const fromRow = (row: Row): StoredMovement => ({
  id: row.id,
  walletId: row.wallet_id,
  grantId: row.grant_id,
  kind: row.kind,
  amount: plus(row.amount, '0'),
  paid: paidOf(row),
  invoiceId: row.invoice_id,
  reason: row.reason,
  occurredAt: row.occurred_at.getTime(),
});

const ofInvoices: Statement = {
  name: 'wallet_movements_of_invoices',
  text: `select ${columns} from wallet_movements where tenant_id = $1 and invoice_id = any($2::text[]) order by id`,
};

/** What wallets paid of some invoices, grant by grant: the burn-down that each shows. */
export async function drawsOfInvoices(
  db: Queryable,
  tenantId: string,
  invoiceIds: readonly string[],
): Promise<StoredMovement[]> {
  return (await db.query<Row>(ofInvoices, [tenantId, invoiceIds])).map(fromRow);
}

export const listMovements = pageReader<Row, StoredMovement>({
  name: 'wallet_movements_page',
  select: columns,
  from: 'wallet_movements',
  id: 'id',
  tenant: 'tenant_id',
  filters: { walletId: 'wallet_id', grantId: 'grant_id', kind: 'kind', invoiceId: 'invoice_id' },
  fromRow,
});
