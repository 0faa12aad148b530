/** Top-ups: asked for or begun automatically, carried to their end by a workflow each. */
import { type Money, money } from '../../domain/money';
import { plus } from '../../domain/pricing/exact';
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { firstOf, instantOrNull } from './row-values';

export type TopUpStatus = 'requested' | 'pending' | 'succeeded' | 'failed';

export interface StoredTopUp {
  readonly id: string;
  readonly tenantId: string;
  readonly walletId: string;
  readonly customerId: string;
  readonly key: string;
  readonly amount: string;
  readonly bonus: string;
  readonly price: Money;
  readonly automatic: boolean;
  readonly status: TopUpStatus;
  readonly failure: string | null;
  readonly invoiceId: string | null;
  readonly settledAt: number | null;
  readonly occurredAt: number;
}

interface Row {
  [column: string]: unknown;
  id: string;
  tenant_id: string;
  wallet_id: string;
  customer_id: string;
  key: string;
  amount: string;
  bonus: string;
  price: string;
  currency: string;
  automatic: boolean;
  status: TopUpStatus;
  failure: string | null;
  invoice_id: string | null;
  settled_at: Date | null;
  occurred_at: Date;
}

const columns = `id, tenant_id, wallet_id, customer_id, key, amount, bonus, price, currency, automatic, status, failure, invoice_id, settled_at,
  occurred_at`;

const fromRow = (row: Row): StoredTopUp => ({
  id: row.id,
  tenantId: row.tenant_id,
  walletId: row.wallet_id,
  customerId: row.customer_id,
  key: row.key,
  amount: plus(row.amount, '0'),
  bonus: plus(row.bonus, '0'),
  price: money(row.price, row.currency),
  automatic: row.automatic,
  status: row.status,
  failure: row.failure,
  invoiceId: row.invoice_id,
  settledAt: instantOrNull(row.settled_at),
  occurredAt: row.occurred_at.getTime(),
});

const insert: Statement = {
  name: 'wallet_top_ups_insert',
  text: `insert into wallet_top_ups (id, tenant_id, wallet_id, customer_id, key, amount, bonus, price, currency, automatic, status, occurred_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'requested', $11)`,
};
const byId: Statement = {
  name: 'wallet_top_ups_by_id',
  text: `select ${columns} from wallet_top_ups where tenant_id = $1 and id = $2`,
};
const lock: Statement = {
  name: 'wallet_top_ups_lock',
  text: `select ${columns} from wallet_top_ups where tenant_id = $1 and id = $2 for update`,
};
const issue: Statement = {
  name: 'wallet_top_ups_issue',
  text: `update wallet_top_ups set status = 'pending', invoice_id = $3 where tenant_id = $1 and id = $2`,
};
const settle: Statement = {
  name: 'wallet_top_ups_settle',
  text: `update wallet_top_ups set status = $3, failure = $4, settled_at = $5 where tenant_id = $1 and id = $2`,
};

export type NewTopUp = Pick<
  StoredTopUp,
  'id' | 'tenantId' | 'walletId' | 'customerId' | 'key' | 'amount' | 'bonus' | 'price' | 'automatic' | 'occurredAt'
>;

/** Writes a top-up that is to be paid. @throws the database's `unique_violation` when an automatic one is in flight. */
export async function insertTopUp(db: Queryable, topUp: NewTopUp): Promise<void> {
  const { id, tenantId, walletId, customerId, key, amount, bonus, price, automatic, occurredAt } = topUp;
  const at = new Date(occurredAt);
  const values = [id, tenantId, walletId, customerId, key, amount, bonus, price.amount, price.currency, automatic, at];
  await db.query(insert, values);
}

/** A top-up of a tenant, or null. */
export async function findTopUp(db: Queryable, tenantId: string, id: string): Promise<StoredTopUp | null> {
  return firstOf((await db.query<Row>(byId, [tenantId, id])).map(fromRow));
}

/** A top-up that nobody else carries on until the transaction ends, or null. */
export async function lockTopUp(db: Queryable, tenantId: string, id: string): Promise<StoredTopUp | null> {
  return firstOf((await db.query<Row>(lock, [tenantId, id])).map(fromRow));
}

/** Its invoice is issued. */
export async function issueTopUp(db: Queryable, topUp: StoredTopUp, invoiceId: string): Promise<void> {
  await db.query(issue, [topUp.tenantId, topUp.id, invoiceId]);
}

/** It has come to its end. @param failure why, in a code; null when it succeeded */
export async function settleTopUp(
  db: Queryable,
  topUp: StoredTopUp,
  failure: string | null,
  at: number,
): Promise<void> {
  const status: TopUpStatus = failure === null ? 'succeeded' : 'failed';
  await db.query(settle, [topUp.tenantId, topUp.id, status, failure, new Date(at)]);
}

export const listTopUps = pageReader<Row, StoredTopUp>({
  name: 'wallet_top_ups_page',
  select: columns,
  from: 'wallet_top_ups',
  id: 'id',
  tenant: 'tenant_id',
  filters: { walletId: 'wallet_id', status: 'status' },
  fromRow,
});
