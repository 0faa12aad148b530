/** Deposits: credits that chains show at what settlements are paid to. */
import { money, type Money } from '../../domain/money';
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { firstOf } from './row-values';

export type DepositStatus = 'seen' | 'final' | 'withdrawn';

export interface Deposit {
  readonly id: string;
  readonly tenantId: string;
  readonly settlementId: string;
  readonly chain: string;
  readonly transactionId: string;
  readonly index: number;
  readonly watch: string;
  readonly amount: Money;
  readonly sender: string | null;
  readonly height: number;
  readonly blockHash: string;
  /** Time of the block: when the payment counts as made. */
  readonly seenAt: number;
  readonly status: DepositStatus;
  /** The fact of the settlement that counted it; null: it came after that, and waits for an operator. */
  readonly countedIn: number | null;
}

interface Row {
  [column: string]: unknown;
  id: string;
  tenant_id: string;
  settlement_id: string;
  chain: string;
  transaction_id: string;
  output_index: number;
  watch: string;
  asset: string;
  amount: string;
  sender: string | null;
  height: string;
  block_hash: string;
  seen_at: Date;
  status: DepositStatus;
  counted_in: number | null;
}

const columns = `id, tenant_id, settlement_id, chain, transaction_id, output_index, watch, asset, amount, sender, height, block_hash, seen_at,
  status, counted_in`;

const fromRow = (row: Row): Deposit => ({
  id: row.id,
  tenantId: row.tenant_id,
  settlementId: row.settlement_id,
  chain: row.chain,
  transactionId: row.transaction_id,
  index: row.output_index,
  watch: row.watch,
  amount: money(row.amount, row.asset),
  sender: row.sender,
  height: Number(row.height),
  blockHash: row.block_hash,
  seenAt: row.seen_at.getTime(),
  status: row.status,
  countedIn: row.counted_in,
});

const named: Statement = {
  name: 'chain_deposits_named',
  text: `select ${columns} from chain_deposits where chain = $1 and transaction_id = $2 and output_index = $3 for update`,
};
// Seen again in another block, or withdrawn and seen again: the same deposit. One that is final stays as it was booked.
const put: Statement = {
  name: 'chain_deposits_put',
  text: `insert into chain_deposits (id, tenant_id, settlement_id, chain, transaction_id, output_index, watch, asset, amount, sender, height,
      block_hash, seen_at, status, final_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, case when $14 = 'final' then now() end)
    on conflict (chain, transaction_id, output_index) do update set height = excluded.height, block_hash = excluded.block_hash,
      seen_at = excluded.seen_at, status = excluded.status, final_at = excluded.final_at where chain_deposits.status <> 'final'`,
};
const withdraw: Statement = {
  name: 'chain_deposits_withdraw',
  text: `update chain_deposits set status = 'withdrawn' where id = $1 and status = 'seen' returning id`,
};
const unfinished: Statement = {
  name: 'chain_deposits_unfinished',
  text: `select ${columns} from chain_deposits where chain = $1 and status = 'seen' order by id`,
};
const ofSettlements: Statement = {
  name: 'chain_deposits_of_settlements',
  text: `select ${columns} from chain_deposits where tenant_id = $1 and settlement_id = any($2::text[]) order by settlement_id, id`,
};
const count: Statement = {
  name: 'chain_deposits_count',
  text: `update chain_deposits set counted_in = $3 where tenant_id = $1 and id = any($2::text[]) and status = 'final' and counted_in is null`,
};
const byId: Statement = {
  name: 'chain_deposits_by_id',
  text: `select ${columns} from chain_deposits where tenant_id = $1 and id = $2`,
};

/** The deposit of a transaction's output, locked until the transaction ends; null when it was never seen. */
export async function lockDeposit(
  db: Queryable,
  { chain, transactionId, index }: Pick<Deposit, 'chain' | 'transactionId' | 'index'>,
): Promise<Deposit | null> {
  return firstOf((await db.query<Row>(named, [chain, transactionId, index])).map(fromRow));
}

/** Writes a deposit as the chain shows it now. */
export async function putDeposit(db: Queryable, deposit: Omit<Deposit, 'countedIn'>): Promise<void> {
  const { id, tenantId, settlementId, chain, transactionId, index, watch, amount } = deposit;
  const { sender, height, blockHash, seenAt, status } = deposit;
  await db.query(put, [
    ...[id, tenantId, settlementId, chain, transactionId, index, watch, amount.currency, amount.amount],
    ...[sender, height, blockHash, new Date(seenAt), status],
  ]);
}

/** Marks a deposit as taken back by its chain; false when it is final or withdrawn already. */
export async function withdrawDeposit(db: Queryable, id: string): Promise<boolean> {
  return (await db.query(withdraw, [id])).length > 0;
}

/** Deposits of a chain that are not final yet. */
export async function unfinishedDeposits(db: Queryable, chain: string): Promise<Deposit[]> {
  return (await db.query<Row>(unfinished, [chain])).map(fromRow);
}

/** The deposits of some settlements. */
export async function depositsOfSettlements(
  db: Queryable,
  tenantId: string,
  ids: readonly string[],
): Promise<Deposit[]> {
  return (await db.query<Row>(ofSettlements, [tenantId, ids])).map(fromRow);
}

/** Notes which fact counted some deposits. */
export async function countDeposits(db: Queryable, tenantId: string, ids: readonly string[], fact: number) {
  if (ids.length > 0) await db.query(count, [tenantId, ids, fact]);
}

/** A deposit of a tenant, or null. */
export async function findDeposit(db: Queryable, tenantId: string, id: string): Promise<Deposit | null> {
  return firstOf((await db.query<Row>(byId, [tenantId, id])).map(fromRow));
}

export const listDeposits = pageReader<Row, Deposit>({
  name: 'chain_deposits_page',
  select: columns,
  from: 'chain_deposits',
  id: 'id',
  tenant: 'tenant_id',
  filters: { settlementId: 'settlement_id', chain: 'chain', status: 'status' },
  fromRow,
});
