/** Which payouts a transaction makes. */
import type { Queryable, Statement } from '../pool';

export interface ChainPayout {
  readonly transactionId: string;
  readonly position: number;
  readonly tenantId: string;
  readonly legId: string;
  readonly try: number;
}

interface Row {
  [column: string]: unknown;
  transaction_id: string;
  position: number;
  tenant_id: string;
  leg_id: string;
  try: number;
}

const insert: Statement = {
  name: 'chain_payouts_insert',
  text: `insert into chain_payouts (transaction_id, position, tenant_id, leg_id, try) values ($1, $2, $3, $4, $5)`,
};
const ofTransaction: Statement = {
  name: 'chain_payouts_of_transaction',
  text: `select transaction_id, position, tenant_id, leg_id, try from chain_payouts where transaction_id = $1 order by position`,
};
const pay: Statement = {
  name: 'chain_payouts_pay',
  text: `update chain_payouts set is_paid = true where transaction_id = $1 and position = any($2::integer[])`,
};

/** Writes a payout of a transaction. */
export async function insertPayout(db: Queryable, payout: ChainPayout): Promise<void> {
  const { transactionId, position, tenantId, legId } = payout;
  await db.query(insert, [transactionId, position, tenantId, legId, payout.try]);
}

/** The payouts of a transaction, in order. */
export async function payoutsOf(db: Queryable, transactionId: string): Promise<ChainPayout[]> {
  const rows = await db.query<Row>(ofTransaction, [transactionId]);
  return rows.map((row) => ({
    transactionId: row.transaction_id,
    position: row.position,
    tenantId: row.tenant_id,
    legId: row.leg_id,
    try: row.try,
  }));
}

/** Marks payouts as paid; the index of paid legs refuses a second time. */
export async function markPaid(db: Queryable, transactionId: string, positions: readonly number[]): Promise<void> {
  await db.query(pay, [transactionId, positions]);
}
